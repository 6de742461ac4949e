/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The instance comes and goes beside the agent, by 'bpfcast load' and 'unload': looked for once a
 * second. Tables that are pinned anew are another instance; a load over a loaded one keeps them, and
 * replaces the programs.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/instance.h>

#include "agent.h"
#include "say.h"

#define LOOK_USEC 1000000

struct datapath_watch {
	sd_event_source *timer;
	ino_t pins;  /* of the directory that is open */
	__u32 loads; /* struct mc_instance_info */
};

static int pins_of(const struct mc_instance *in, ino_t *pins)
{
	struct stat st;

	if (stat(in->path, &st))
		return -errno;
	*pins = st.st_ino;
	return 0;
}

/* 0, or why it is not there (yet), silently. */
static int look(struct agent *agent, struct mc_instance **out)
{
	mc_autoinstance struct mc_instance *in = NULL;
	struct mc_instance_info info = { 0 };
	__u64 cookie;
	int err = mc_instance_new(agent->name, &in);

	if (!err)
		err = mc_instance_open_tables(in);
	if (!err)
		err = mc_instance_info(in, &info);
	if (!err)
		err = mc_netns_cookie(&cookie);
	if (!err && (!info.loads || info.netns_cookie != cookie))
		err = -ENOENT;
	if (!err)
		err = pins_of(in, &agent->watch->pins);
	if (err)
		return err;
	agent->watch->loads = info.loads;
	*out = MC_TAKE_PTR(in);
	return 0;
}

static void tell(struct agent *agent, bool loaded)
{
	agent->started = agent_now();
	for (const struct part *const *part = agent_parts; *part; part++) {
		void (*told)(struct agent *) = loaded ? (*part)->loaded : (*part)->gone;

		if (told)
			told(agent);
	}
}

static void check_loaded(struct agent *agent)
{
	struct mc_instance_info info;
	ino_t pins = 0;

	if (pins_of(agent->in, &pins) || pins != agent->watch->pins) {
		say(SAY_WARNING, "the instance is not loaded any more: waiting for it", NULL);
		tell(agent, false);
		mc_instance_close(&agent->in);
		return;
	}
	if (mc_instance_info(agent->in, &info) || info.loads == agent->watch->loads)
		return;
	say(SAY_INFO, "the programs were replaced", "{s:s}", "version", info.version);
	agent->watch->loads = info.loads;
	mc_close_fd(&agent->in->control);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	struct agent *agent = arg;

	(void)usec;
	if (agent->in)
		check_loaded(agent);
	if (!agent->in && !look(agent, &agent->in)) {
		say(SAY_INFO, "instance found", NULL);
		tell(agent, true);
	}
	(void)sd_event_source_set_time_relative(source, LOOK_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int start(struct agent *agent)
{
	int err = mc_instance_check_system();

	if (err)
		return err;
	agent->watch = calloc(1, sizeof(*agent->watch));
	if (!agent->watch)
		return -ENOMEM;
	if (look(agent, &agent->in))
		say(SAY_INFO, "the instance is not loaded yet: waiting for it", NULL);
	agent->started = agent_now();
	err = sd_event_add_time_relative(agent->loop, &agent->watch->timer, CLOCK_MONOTONIC,
					 LOOK_USEC, 1000, on_time, agent);
	return err < 0 ? mc_error_errno(err, "cannot set a timer") : 0;
}

static void stop(struct agent *agent)
{
	if (!agent->watch)
		return;
	sd_event_source_disable_unref(agent->watch->timer);
	free(agent->watch);
	agent->watch = NULL;
	mc_instance_close(&agent->in);
}

int agent_lock(struct agent *agent)
{
	return agent->in ? mc_instance_try_lock(agent->in) : -ENOENT;
}

void agent_unlock(struct agent *agent)
{
	mc_instance_unlock(agent->in);
}

const struct part datapath_part = { "datapath", .start = start, .stop = stop };
