/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <jansson.h>
#include <bpfcast/util.h>

#include "agent_client.h"
#include "args.h"
#include "cli.h"
#include "output.h"
#include "verb.h"

static const struct column columns[] = {
	{ "port", COLUMN_PLAIN },
	{ "vni", COLUMN_NUMBER },
	{ "family", COLUMN_PLAIN },
	{ "state", COLUMN_PLAIN },
	{ "querier", COLUMN_PLAIN },
	{ "next_query", COLUMN_AGE },
	{ "expires", COLUMN_AGE },
	{ "robustness", COLUMN_NUMBER },
	{ "query_interval_ms", COLUMN_NUMBER },
	{ "sent", COLUMN_NUMBER },
	{ "heard", COLUMN_NUMBER },
	{ "errors", COLUMN_NUMBER },
	{},
};

static void show_row(struct output *out, const json_t *row)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)row, name, value)
	{
		if (json_is_string(value))
			output_text(out, name, json_string_value(value));
		else if (!strcmp(name, "next_query_ms") || !strcmp(name, "expires_ms"))
			output_age(out, *name == 'n' ? "next_query" : "expires",
				   json_integer_value(value) / 1000);
		else if (json_is_integer(value))
			output_number(out, name, (uint64_t)json_integer_value(value));
	}
	output_row(out);
}

static int show(struct cli *cli, int argc, char **argv)
{
	const char *run = NULL, *dev = NULL;
	struct output out;
	json_t *json = NULL;
	const json_t *row;
	size_t i;
	const struct arg args[] = {
		ARG_OPTIONAL("port", arg_device, &dev),
		ARG_OPTIONAL("run", arg_text, &run),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = agent_get(cli, run, "/v1/status", &json);
	if (err)
		return err;
	output_open(&out, cli, OUTPUT_TABLE, columns);
	json_array_foreach(json_object_get(json, "queriers"), i, row)
	{
		const char *port = json_string_value(json_object_get(row, "port"));

		if (!dev || (port && !strcmp(port, dev)))
			show_row(&out, row);
	}
	json_decref(json);
	return output_close(&out);
}

static const struct verb verbs[] = {
	{ "show", "[port DEV] [run DIR]", "who asks the hosts of each port for their groups",
	  "state    querier   the agent asks\n"
	  "         other     another querier of the port does, 'querier', until it 'expires'\n"
	  "         disabled  nobody is asked\n"
	  "  run DIR  where the agent's socket is; /run/bpfcast unless said\n",
	  show, false },
	{},
};

const struct object querier_object = { "querier", "IGMP and MLD queriers of the agent", verbs };
