/* SPDX-License-Identifier: Apache-2.0 */
#include "life.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>

#include "agent.h"
#include "config.h"
#include "say.h"

struct life {
	int lock; /* held as long as the agent runs; the file stays, so that nobody locks another */
};

static int make_directory(const char *path)
{
	if (!mkdir(path, 0755) || errno == EEXIST)
		return 0;
	return mc_error_errno(-errno, "cannot make the directory '%s'", path);
}

static int take_lock(struct agent *agent, struct life *life)
{
	char path[160];
	mc_autoclose int fd = -1;

	snprintf(path, sizeof(path), "%s/%s.lock", agent->options.run, agent->name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return mc_error_errno(-errno, "cannot open '%s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB))
		return mc_error(-EBUSY, "an agent runs for instance '%s' already", agent->name);
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", getpid()) < 0)
		return mc_error_errno(-errno, "cannot write '%s'", path);
	life->lock = MC_TAKE_FD(fd);
	return 0;
}

int life_begin(struct agent *agent)
{
	int err = make_directory(agent->options.run);

	if (err)
		return err;
	agent->life = calloc(1, sizeof(*agent->life));
	if (!agent->life)
		return -ENOMEM;
	agent->life->lock = -1;
	return take_lock(agent, agent->life);
}

static void reload(struct agent *agent)
{
	struct config *fresh;
	int err;

	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
			 (unsigned long long)(agent_now() / 1000));
	err = config_load(agent->options.config, &fresh);
	if (!err) {
		struct config *old = agent->config;

		agent->config = fresh;
		for (const struct part *const *part = agent_parts; *part; part++)
			if ((*part)->reload)
				(void)(*part)->reload(agent);
		config_free(&old);
	}
	say(err ? SAY_WARNING : SAY_INFO, err ? "not reloaded, all stays as it was" : "reloaded",
	    NULL);
	(void)sd_notify(0, "READY=1");
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct agent *agent = arg;

	(void)source;
	if (info->ssi_signo == SIGHUP) {
		reload(agent);
		return 0;
	}
	say(SAY_INFO, "ends, the datapath stays", "{s:s}", "signal",
	    strsignal((int)info->ssi_signo));
	agent_end(agent, 0);
	return 0;
}

int life_watch(struct agent *agent)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t set;
	int err = 0;

	sigemptyset(&set);
	for (size_t i = 0; i < MC_ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; err >= 0 && i < MC_ARRAY_SIZE(signals); i++)
		err = sd_event_add_signal(agent->loop, NULL, signals[i], on_signal, agent);
	if (err >= 0)
		err = sd_event_set_watchdog(agent->loop, true);
	return err < 0 ? mc_error_errno(err, "cannot watch for signals") : 0;
}

int life_drop_privileges(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	/* CAP_SYS_ADMIN: without it no kernel opens a vector by the id that `fanout` has of it */
	if (capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
			  CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, -1) ||
	    capng_apply(CAPNG_SELECT_BOTH) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return mc_error(-EPERM, "cannot give up privileges: run as root, or with "
					"CAP_SETPCAP and what is to be kept");
	return 0;
}

void life_ready(const struct agent *agent)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=Instance %s", agent->name);
	say(SAY_INFO, "ready", NULL);
}

void life_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

void life_end(struct agent *agent)
{
	if (!agent->life)
		return;
	mc_close_fd(&agent->life->lock);
	free(agent->life);
	agent->life = NULL;
}
