/* SPDX-License-Identifier: Apache-2.0 */
#include "agent_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/instance.h>

#include "cli.h"

#define RUN_DIRECTORY	"/run/bpfcast"
#define TIMEOUT_SECONDS 10L
#define ANSWER_MOST	(256u << 20)

struct answer {
	char *text;
	size_t length;
};

static size_t take(char *data, size_t size, size_t count, void *arg)
{
	struct answer *answer = arg;
	size_t length = size * count;
	char *larger;

	if (answer->length + length > ANSWER_MOST)
		return 0;
	larger = realloc(answer->text, answer->length + length + 1);
	if (!larger)
		return 0;
	answer->text = larger;
	memcpy(larger + answer->length, data, length);
	answer->length += length;
	return length;
}

static int socket_path(const struct cli *cli, const char *run, char *path, size_t size)
{
	char name[MC_INSTANCE_NAME_SIZE] = MC_INSTANCE_DEFAULT;

	if (cli->instance)
		snprintf(name, sizeof(name), "%s", cli->instance);
	else
		(void)mc_instance_find(name);
	if (snprintf(path, size, "%s/%s.sock", run ? run : RUN_DIRECTORY, name) >= (int)size)
		return mc_error(-ENAMETOOLONG, "'%s' is too long for a directory of sockets", run);
	return 0;
}

static int ask(const char *socket, const char *path, struct answer *answer, long *status)
{
	CURL *curl = curl_easy_init();
	char url[512];
	CURLcode code;

	if (!curl)
		return mc_error(-ENOMEM, "cannot speak to the agent");
	snprintf(url, sizeof(url), "http://localhost%s", path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	code = curl_easy_perform(curl);
	if (!code)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	curl_easy_cleanup(curl);
	if (code == CURLE_COULDNT_CONNECT)
		return mc_error(
			-ECONNREFUSED,
			"no agent listens on '%s' for us: start 'bpfcastd', or be root or in "
			"the socket's group",
			socket);
	if (code)
		return mc_error(-EIO, "the agent on '%s' does not answer: %s", socket,
				curl_easy_strerror(code));
	return 0;
}

static int refused(const json_t *problem, long status)
{
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	const char *title = json_string_value(json_object_get(problem, "title"));

	return mc_error(-EREMOTEIO, "the agent says: %s%s%s (%ld)", title ? title : "no",
			detail ? ": " : "", detail ? detail : "", status);
}

int agent_get(const struct cli *cli, const char *run, const char *path, json_t **out)
{
	struct answer answer = { 0 };
	char socket[108];
	long status = 0;
	json_t *json = NULL;
	int err = socket_path(cli, run, socket, sizeof(socket));

	if (!err)
		err = ask(socket, path, &answer, &status);
	if (!err) {
		json = json_loadb(answer.text ? answer.text : "", answer.length, 0, NULL);
		if (status != 200)
			err = refused(json, status);
		else if (!json)
			err = mc_error(-EPROTO, "the agent on '%s' speaks no JSON", socket);
	}
	free(answer.text);
	if (err) {
		json_decref(json);
		return err;
	}
	*out = json;
	return 0;
}
