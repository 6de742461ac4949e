/* SPDX-License-Identifier: Apache-2.0 */
/* bpfcastd: what one types, and the agent's parts from their start to their end. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/instance.h>

#include "agent.h"
#include "check.h"
#include "config.h"
#include "life.h"
#include "say.h"

enum { EXIT_USAGE = 2 };

const struct part *const agent_parts[] = {
	&datapath_part, &events_part,	 &links_part,	  &groups_part, &ports_part,
	&sweep_part,	&next_hops_part, &reconcile_part, &api_part,	NULL,
};

static const struct option options[] = {
	{ "instance", required_argument, NULL, 'n' }, { "config", required_argument, NULL, 'c' },
	{ "check", required_argument, NULL, 'C' },    { "run", required_argument, NULL, 'r' },
	{ "log", required_argument, NULL, 'l' },      { "metrics", required_argument, NULL, 'm' },
	{ "debug", no_argument, NULL, 'd' },	      { "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },	      {},
};

static const char usage[] =
	"usage: bpfcastd [-n INSTANCE] [--config FILE] [--run DIR] [--log text|json] [--metrics ADDRESS:PORT]\n"
	"                [--debug]\n"
	"       bpfcastd --check FILE [--log json]\n"
	"  -n, --instance NAME  look after this instance; else that of the network namespace\n"
	"  -c, --config FILE    settings, JSON; SIGHUP reads them again\n"
	"      --check FILE     say what is wrong with FILE, and end\n"
	"      --run DIR        lock and socket; " AGENT_RUN " unless said\n"
	"      --metrics A:P    serve /metrics on a TCP address, too, such as 127.0.0.1:9469\n"
	"      --log text|json  how to log, on stderr; text unless said\n"
	"  -d, --debug          log more\n"
	"  -V, --version        print the version\n";

uint64_t agent_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void agent_end(struct agent *agent, int err)
{
	(void)sd_event_exit(agent->loop, err);
}

static int parse_log(const char *text, bool *json)
{
	*json = !strcmp(text, "json");
	if (*json || !strcmp(text, "text"))
		return 0;
	return mc_error(-EINVAL, "--log is text or json, not '%s'", text);
}

static int parse_option(struct options *to, int option, char **argv)
{
	switch (option) {
	case 'n':
		to->instance = optarg;
		return mc_instance_check_name(optarg);
	case 'C':
		to->check = true;
		to->config = optarg;
		return 0;
	case 'c':
		to->config = optarg;
		return 0;
	case 'r':
		to->run = optarg;
		return 0;
	case 'm':
		to->metrics = optarg;
		return 0;
	case 'l':
		return parse_log(optarg, &to->json);
	case 'd':
		to->debug = true;
		return 0;
	case ':':
		return mc_error(-EINVAL, "option '%s' needs a value", argv[optind - 1]);
	default:
		return mc_error(-EINVAL, "no option '%s'; 'bpfcastd --help' lists them",
				argv[optind - 1]);
	}
}

/* 1: all is said and done; 0: go on; else a usage error, said. */
static int parse(struct options *to, int argc, char **argv)
{
	int option, err;

	while ((option = getopt_long(argc, argv, ":n:c:dVh", options, NULL)) != -1) {
		if (option == 'V' || option == 'h') {
			fputs(option == 'V' ? "bpfcastd " MC_VERSION "\n" : usage, stdout);
			return 1;
		}
		err = parse_option(to, option, argv);
		if (err)
			return err;
	}
	if (optind < argc)
		return mc_error(-EINVAL, "'%s' is one word too many", argv[optind]);
	return 0;
}

static void choose_name(struct agent *agent)
{
	if (agent->options.instance)
		snprintf(agent->name, sizeof(agent->name), "%s", agent->options.instance);
	else if (mc_instance_find(agent->name))
		snprintf(agent->name, sizeof(agent->name), "%s", MC_INSTANCE_DEFAULT);
}

static int start_parts(struct agent *agent)
{
	int err = 0;

	for (const struct part *const *part = agent_parts; !err && *part; part++)
		if ((*part)->start)
			err = (*part)->start(agent);
	if (err || !agent->in)
		return err;
	for (const struct part *const *part = agent_parts; *part; part++)
		if ((*part)->loaded)
			(*part)->loaded(agent);
	return 0;
}

static void stop_parts(struct agent *agent)
{
	size_t count = 0;

	while (agent_parts[count])
		count++;
	while (count--)
		if (agent_parts[count]->stop)
			agent_parts[count]->stop(agent);
}

static int live(struct agent *agent)
{
	int err = life_watch(agent);

	if (!err)
		err = start_parts(agent);
	if (!err)
		err = life_drop_privileges();
	if (!err) {
		life_ready(agent);
		err = sd_event_loop(agent->loop);
		life_stopping();
	}
	stop_parts(agent);
	return err;
}

static int run(struct agent *agent)
{
	int err;

	if (agent->options.check)
		return check_file(agent->options.config, agent->options.json);
	err = config_load(agent->options.config, &agent->config);
	if (err)
		return err;
	choose_name(agent);
	say_set_up(agent->name, agent->options.json, agent->options.debug);
	err = life_begin(agent);
	if (!err) {
		err = sd_event_default(&agent->loop);
		err = err < 0 ? mc_error_errno(err, "cannot make an event loop") : live(agent);
	}
	agent->loop = sd_event_unref(agent->loop);
	life_end(agent);
	return err;
}

int main(int argc, char **argv)
{
	struct agent agent = { .options.run = AGENT_RUN, .wire = -1 };
	int err = parse(&agent.options, argc, argv);

	if (err)
		return err > 0 ? EXIT_SUCCESS : EXIT_USAGE;
	err = run(&agent);
	config_free(&agent.config);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
