/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a batch file. Its lines go through the splitter, the search for object and verb, and
 * a table with every kind of argument; the verbs do nothing, so no kernel is needed.
 */
#include <ctype.h>

#include "../../cli/batch.c" // NOLINT(bugprone-suspicious-include): for its static functions

#include <bpfcast/abi.h>
#include <bpfcast/addr.h>
#include <cli/array.h>
#include <maps/instance.h>
#include <maps/text.h>

#include "fuzz.h"

/* What the tool's verbs would do. */
int group_queue_settle(struct cli *cli)
{
	(void)cli;
	return 0;
}

void group_queue_free(struct cli *cli)
{
	(void)cli;
}

int mc_instance_open(const char *name, bool write, struct mc_instance **out)
{
	(void)name;
	(void)write;
	(void)out;
	return -ENOENT;
}

void mc_instance_close(struct mc_instance **in)
{
	*in = NULL;
}

struct values {
	struct mc_addr group, known, host;
	struct array hosts, addrs;
	__u32 vni, interval;
	__u8 kind, mac[6];
	const char *device, *text;
	bool has_group, has_known, has_host, has_vni, has_interval, has_kind, has_mac, has_device;
};

static bool is_host(const struct mc_addr *addr)
{
	return !mc_addr_is_bad_source(addr) && !mc_addr_is_v6_link_local(addr);
}

static void check_addresses(const struct values *v)
{
	if (v->has_group || v->has_known)
		REQUIRE(mc_addr_is_zero(&v->group) || (mc_addr_is_multicast(&v->group) &&
						       !mc_addr_is_link_local_group(&v->group)));
	if (v->has_host)
		REQUIRE(is_host(&v->host));
	for (size_t i = 0; i < v->hosts.count; i++)
		REQUIRE(is_host(array_at(&v->hosts, i)));
	if (v->has_mac)
		REQUIRE(!(v->mac[0] & 1));
}

static void check_values(const struct values *v)
{
	check_addresses(v);
	if (v->has_vni)
		REQUIRE(v->vni >= 1 && v->vni <= 0xffffff);
	if (v->has_interval)
		REQUIRE(v->interval >= 100 && v->interval <= 3600000);
	if (v->has_kind)
		REQUIRE(v->kind <= MC_PORT_SYSTEM);
	if (v->has_device)
		REQUIRE(*v->device && strlen(v->device) < 16 && !strchr(v->device, '/'));
	REQUIRE(!v->text || *v->text);
}

static int set(struct cli *cli, int argc, char **argv)
{
	struct values v = { .hosts = ARRAY_OF(struct mc_addr), .addrs = ARRAY_OF(struct mc_addr) };
	const struct arg args[] = {
		ARG_NEEDED("DEVICE", arg_device, &v.device, .given = &v.has_device),
		ARG_OPTIONAL("GROUP", arg_group, &v.group, .given = &v.has_group),
		ARG_OPTIONAL("known", arg_known_group, &v.known, .given = &v.has_known),
		ARG_OPTIONAL("host", arg_host, &v.host, .given = &v.has_host),
		ARG_OPTIONAL("hosts", arg_hosts, &v.hosts),
		ARG_OPTIONAL("source", arg_addrs, &v.addrs),
		ARG_OPTIONAL("vni", arg_number, &v.vni, .given = &v.has_vni, .min = 1,
			     .max = 0xffffff),
		ARG_OPTIONAL("interval", arg_interval, &v.interval, .given = &v.has_interval,
			     .min = 100, .max = 3600000),
		ARG_OPTIONAL("kind", arg_choice, &v.kind, .given = &v.has_kind, .min = MC_PORT_EDGE,
			     .max = MC_PORT_SYSTEM, .choice = mc_port_kind_name),
		ARG_OPTIONAL("mac", arg_mac, &v.mac, .given = &v.has_mac),
		ARG_OPTIONAL("text", arg_text, &v.text),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	REQUIRE(err <= 0);
	if (!err) {
		REQUIRE(v.has_device);
		check_values(&v);
	}
	array_free(&v.hosts);
	array_free(&v.addrs);
	return err;
}

static const struct verb set_verbs[] = {
	{ "show", "[DEVICE]", "", NULL, set, false },
	{ "set", "DEVICE [GROUP] [vni N]", "", NULL, set, false },
	{},
};
static const struct object set_object = { "port", "", set_verbs };
static const struct object *const objects[] = { &batch_object, &set_object, NULL };

/* Words in quotes are the same words. */
static void check_quoted(char **words, int count, size_t length)
{
	char *line = malloc(length * 3 + 1), *end = line, *again[BATCH_WORDS_MAX];

	if (!line)
		abort();
	for (int i = 0; i < count; i++)
		end += sprintf(end, "\"%s\"\t", words[i]);
	*end = '\0';
	REQUIRE(split(line, again) == count);
	for (int i = 0; i < count; i++)
		REQUIRE(!strcmp(words[i], again[i]));
	free(line);
}

/* Each word lies in the line, after the one before it. */
static void check_split(const char *line, size_t length)
{
	char *copy = strndup(line, length), *words[BATCH_WORDS_MAX];
	const char *at = copy;
	int count;

	if (!copy)
		abort();
	length = strlen(copy);
	count = split(copy, words);
	REQUIRE(count < BATCH_WORDS_MAX);
	for (int i = 0; i < count; i++) {
		REQUIRE(words[i] >= at && words[i] + strlen(words[i]) <= copy + length);
		REQUIRE(!strchr(words[i], '"'));
		at = words[i] + strlen(words[i]);
	}
	if (count >= 0) {
		REQUIRE(!words[count]);
		check_quoted(words, count, length + 1);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cli cli = { .objects = objects, .file = "fuzz", .force = true };
	const char *line = (const char *)data, *end = line + size, *next;
	mc_autofile FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

	for (; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next ? next : end;
		check_split(line, (size_t)(next - line));
	}
	if (file)
		REQUIRE(run_lines(&cli, file) <= 0);
	mc_log_take_error();
	return 0;
}

/* What the lines are told goes nowhere; libFuzzer and the sanitizers keep their stderr. */
int LLVMFuzzerInitialize(int *argc, char ***argv) /* NOLINT(readability-non-const-parameter) */
{
	(void)argc;
	(void)argv;
	stderr = fopen("/dev/null", "w");
	if (!stderr || !freopen("/dev/null", "w", stdout))
		abort();
	return 0;
}
