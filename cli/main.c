/* SPDX-License-Identifier: Apache-2.0 */
/* bpfcast: the command line of an instance. Options here, the rest is in the file of each noun. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <bpfcast/log.h>
#include <maps/instance.h>

#include "args.h"
#include "cli.h"
#include "output.h"
#include "verb.h"

enum { EXIT_USAGE = 2 };

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "statistics", no_argument, NULL, 's' },
	{ "debug", no_argument, NULL, 'd' },
	{ "instance", required_argument, NULL, 'n' },
	{ "force", no_argument, NULL, 'f' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{},
};

static int print_version(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = { { "name", COLUMN_PLAIN },
						 { "version", COLUMN_PLAIN },
						 {} };
	struct output out;
	int err = args_parse(cli, argc, argv, NULL, 0);

	if (err)
		return err;
	if (!cli->json) {
		puts("bpfcast " MC_VERSION);
		return 0;
	}
	output_open(&out, cli, OUTPUT_RECORD, columns);
	output_text(&out, "name", "bpfcast");
	output_text(&out, "version", MC_VERSION);
	output_row(&out);
	return output_close(&out);
}

static int print_help(struct cli *cli, int argc, char **argv)
{
	char help[] = "help";
	char *words[] = { argc ? argv[0] : NULL, help, NULL };

	if (argc > 1)
		return cli_usage(cli, "'%s' is one word too many", argv[1]);
	if (argc)
		return verb_run(cli, 2, words);
	verb_help_all(cli);
	return 0;
}

static const struct verb version_verbs[] = {
	{ "", "", "print the version of this program", NULL, print_version, false },
	{},
};
static const struct verb help_verbs[] = {
	{ "", "[OBJECT]", "print what there is", NULL, print_help, false },
	{},
};
static const struct object version_object = { "version", "the version of this program",
					      version_verbs };
static const struct object help_object = { "help", "this text", help_verbs };

static const struct object *const objects[] = {
	&load_object,	 &unload_object,
	&status_object,	 &underlay_object,
	&vni_object,	 &port_object,
	&vtep_object,	 &group_object,
	&member_object,	 &m2p_object,
	&forward_object, &stats_object,
	&top_object,	 &trace_object,
	&graph_object,	 &agent_object,
	&querier_object, &monitor_object,
	&batch_object,	 &version_object,
	&help_object,	 NULL,
};

static int parse_option(struct cli *cli, int option, char **argv)
{
	switch (option) {
	case 'p':
		cli->pretty = true;
		cli->json = true;
		return 0;
	case 'j':
		cli->json = true;
		return 0;
	case 's':
		cli->statistics = true;
		return 0;
	case 'd':
		mc_log_set_level(MC_LOG_DEBUG);
		return 0;
	case 'n':
		cli->instance = optarg;
		if (!mc_instance_check_name(optarg))
			return 0;
		cli->usage = true;
		return -EINVAL;
	case 'f':
		cli->force = true;
		return 0;
	case ':':
		return cli_usage(cli, "option '%s' needs a value", argv[optind - 1]);
	default:
		return cli_usage(cli, "no option '%s'; 'bpfcast help' lists them",
				 argv[optind - 1]);
	}
}

static int run(struct cli *cli, int argc, char **argv)
{
	int option, err;

	while ((option = getopt_long(argc, argv, ":jpsdn:fVh", options, NULL)) != -1) {
		if (option == 'V')
			return print_version(cli, 0, argv);
		if (option == 'h') {
			verb_help_all(cli);
			return 0;
		}
		err = parse_option(cli, option, argv);
		if (err)
			return err;
	}
	return verb_run(cli, argc - optind, argv + optind);
}

int main(int argc, char **argv)
{
	struct cli cli = { .objects = objects };
	int err = run(&cli, argc, argv);

	(void)cli_release(&cli);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = mc_error_errno(errno ? -errno : -EIO, "cannot write to stdout");
	if (err)
		cli_report(&cli);
	if (cli.usage)
		return EXIT_USAGE;
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
