/* SPDX-License-Identifier: Apache-2.0 */
/* What groups.c wants to be done to groups, done: with the instance's lock, as much as there is at once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include <bpfcast/abi.h>

struct agent;

#define GROUP_BUCKETS 4096

enum want { WANT_NOTHING, WANT_LEARN, WANT_GROW, WANT_SETTLE, WANT_DELETE };

struct group {
	struct group *next;
	struct mc_group_key key;
	enum want want;
	bool learned;
	bool live;	   /* has a member, in the sweep that is under way */
	uint64_t empty;	   /* since when it has had none; 0: it has */
	uint64_t retry_at; /* after a failure */
	uint64_t backoff;
	uint64_t swept; /* by which sweep `free` was read */
	__u32 free;	/* slots */
};

struct groups {
	struct group *bucket[GROUP_BUCKETS];
	sd_event_source *timer;
	uint64_t sweep;
};

/* Does what is wanted, and says it; what fails is not wanted again before its time. */
void group_work(struct agent *agent);
