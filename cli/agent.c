/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <jansson.h>
#include <bpfcast/util.h>

#include "agent_client.h"
#include "args.h"
#include "cli.h"
#include "output.h"
#include "verb.h"

static const struct column columns[] = {
	{ "instance", COLUMN_PLAIN },
	{ "version", COLUMN_PLAIN },
	{ "loaded", COLUMN_PLAIN },
	{ "uptime", COLUMN_AGE },
	{ "config", COLUMN_PLAIN },
	{ "wanted", COLUMN_NUMBER },
	{ "pending", COLUMN_NUMBER },
	{ "applied", COLUMN_NUMBER },
	{ "failed", COLUMN_NUMBER },
	{ "passes", COLUMN_NUMBER | COLUMN_STATS },
	{ "deferred", COLUMN_NUMBER | COLUMN_STATS },
	{ "last_pass_us", COLUMN_NUMBER | COLUMN_STATS },
	{ "clients", COLUMN_NUMBER },
	{ "streams", COLUMN_NUMBER },
	{ "failing", COLUMN_PLAIN },
	{},
};

static void show_text(struct output *out, const json_t *from, const char *name)
{
	output_text(out, name, json_string_value(json_object_get(from, name)));
}

static void show_number(struct output *out, const json_t *from, const char *name)
{
	output_number(out, name, (uint64_t)json_integer_value(json_object_get(from, name)));
}

static void show_failures(struct output *out, const json_t *reconcile)
{
	const json_t *failure;
	char text[512];
	size_t i;

	json_array_foreach(json_object_get(reconcile, "failures"), i, failure)
	{
		snprintf(text, sizeof(text), "%s: %s",
			 json_string_value(json_object_get(failure, "what")),
			 json_string_value(json_object_get(failure, "why")));
		output_list(out, "failing", text);
	}
}

static int status(struct cli *cli, int argc, char **argv)
{
	static const char *const counters[] = { "wanted", "pending",  "applied",     "failed",
						"passes", "deferred", "last_pass_us" };
	const char *run = NULL;
	const json_t *reconcile;
	struct output out;
	json_t *json = NULL;
	const struct arg args[] = { ARG_OPTIONAL("run", arg_text, &run) };
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = agent_get(cli, run, "/v1/status", &json);
	if (err)
		return err;
	reconcile = json_object_get(json, "reconcile");
	output_open(&out, cli, OUTPUT_RECORD, columns);
	show_text(&out, json, "instance");
	show_text(&out, json, "version");
	output_text(&out, "loaded", json_is_true(json_object_get(json, "loaded")) ? "yes" : "no");
	output_age(&out, "uptime", json_integer_value(json_object_get(json, "uptime_ms")) / 1000);
	show_text(&out, json, "config");
	for (size_t i = 0; i < MC_ARRAY_SIZE(counters); i++)
		show_number(&out, reconcile, counters[i]);
	show_number(&out, json, "clients");
	show_number(&out, json, "streams");
	show_failures(&out, reconcile);
	output_row(&out);
	json_decref(json);
	return output_close(&out);
}

static const struct verb verbs[] = {
	{ "status", "[run DIR]", "how bpfcastd fares, and what it cannot do",
	  "wanted   facts of the configuration and the API\n"
	  "pending  those that the tables did not hold in the last pass\n"
	  "failing  what was tried last in vain, and why; it is tried again\n"
	  "  run DIR  where the agent's socket is; /run/bpfcast unless said\n",
	  status, false },
	{},
};

const struct object agent_object = { "agent", "the node's agent, bpfcastd", verbs };
