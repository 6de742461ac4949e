/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <jansson.h>
#include <bpfcast/log.h>
#include <maps/instance.h>

#include "group_queue.h"
#include "verb.h"

int cli_open(struct cli *cli, bool write, struct mc_instance **in)
{
	int err = cli->in && write && !cli->writable ? cli_release(cli) : 0;

	if (!err && !cli->in) {
		err = mc_instance_open(cli->instance, write, &cli->in);
		cli->writable = write;
	}
	if (err)
		return err;
	*in = cli->in;
	return 0;
}

int cli_instance(struct cli *cli, bool write, struct mc_instance **in)
{
	int err = group_queue_settle(cli);

	return err ? err : cli_open(cli, write, in);
}

int cli_release(struct cli *cli)
{
	int err = group_queue_settle(cli);

	mc_instance_close(&cli->in);
	return err;
}

int cli_usage(struct cli *cli, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	cli->usage = true;
	if (!cli->verb)
		return mc_error(-EINVAL, "%s", text);
	return mc_error(-EINVAL, "%s; usage: bpfcast %s%s%s%s%s", text, cli->object->name,
			*cli->verb->name ? " " : "", cli->verb->name,
			*cli->verb->synopsis ? " " : "", cli->verb->synopsis);
}

void cli_report(const struct cli *cli)
{
	const char *text = mc_log_take_error();
	json_t *object;

	if (!cli->json || !*text)
		return;
	object = json_pack("{s:s}", "error", text);
	if (!object) /* not UTF-8, say a device name from the command line */
		object = json_pack("{s:s}", "error", "failed; stderr has the reason");
	json_dumpf(object, stdout, cli->pretty ? JSON_INDENT(2) : JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

void cli_set_line(struct cli *cli, size_t line)
{
	cli->line = line;
	snprintf(cli->prefix, sizeof(cli->prefix), "%s:%zu: ", cli->file, line);
	mc_log_set_prefix(cli->prefix);
}

void cli_line_failed(struct cli *cli)
{
	cli_report(cli);
	cli->failed++;
}
