/* SPDX-License-Identifier: Apache-2.0 */
#include "expect.h"

#include <linux/bpf.h>

#include <maps/counter.h>
#include <maps/text.h>

#include "scene.h"
#include "test.h"

struct counts {
	struct mc_counter reason[MC_REASON_COUNT];
};

static void get_counts(struct datapath *d, struct counts *counts)
{
	assert_int_equal(mc_counter_get_all(&d->in, counts->reason), 0);
}

__u64 counted(struct datapath *d, enum mc_reason reason)
{
	struct counts counts;

	get_counts(d, &counts);
	return counts.reason[reason].packets;
}

/* MC_R_NONE: nothing at all may have been counted. */
static bool check_counts(struct datapath *d, const struct counts *before, enum mc_reason reason,
			 size_t length)
{
	struct counts after;
	bool good = true;

	get_counts(d, &after);
	for (int i = 0; i < MC_REASON_COUNT; i++) {
		bool it = i == (int)reason && reason != MC_R_NONE;
		__u64 packets = after.reason[i].packets - before->reason[i].packets;
		__u64 bytes = after.reason[i].bytes - before->reason[i].bytes;

		if (packets == it && bytes == (it ? length : 0))
			continue;
		print_error("'%s' counted %llu packets with %llu bytes, expected '%s' once\n",
			    mc_reason_name(i), packets, bytes, mc_reason_name(reason));
		good = false;
	}
	return good;
}

static bool check_verdict(int returned, enum mc_reason reason)
{
	bool good;

	if (mc_reason_verdict(reason) == MC_VERDICT_PASS)
		good = returned == TC_PASS;
	else if (reason == MC_R_FORWARDED)
		good = returned == TC_DROP || returned == TC_REDIRECT;
	else
		good = returned == TC_DROP;
	if (!good)
		print_error("'%s' returned %d\n", mc_reason_name(reason), returned);
	return good;
}

typedef int (*run_fn)(struct datapath *d, __u32 ifindex, const struct frame *frame,
		      struct frame *out);

static int expect(run_fn run, struct datapath *d, __u32 ifindex, const struct frame *frame,
		  struct frame *out, enum mc_reason reason, const char *file, int line)
{
	static struct frame left;
	struct counts before;
	int returned;

	if (!out)
		out = &left;
	get_counts(d, &before);
	returned = run(d, ifindex, frame, out);
	if (!check_counts(d, &before, reason, frame->length) || !check_verdict(returned, reason))
		_fail(file, line);
	if (returned == TC_PASS)
		frames_equal(out, frame, file, line);
	return returned;
}

int expect_port_(struct datapath *d, __u32 ifindex, const struct frame *frame, struct frame *out,
		 enum mc_reason reason, const char *file, int line)
{
	return expect(datapath_port, d, ifindex, frame, out, reason, file, line);
}

/* The guard has no view of its own. */
static void check_guard_agrees(struct datapath *d, const struct frame *frame, enum mc_reason reason,
			       const char *file, int line)
{
	static struct frame left;
	struct counts before;
	bool dropped;

	get_counts(d, &before);
	dropped = datapath_guard(d, frame, &left) == XDP_DROP;
	if (dropped && (reason == MC_R_NONE || mc_reason_verdict(reason) == MC_VERDICT_PASS)) {
		print_error("underlay_guard drops what passes\n");
		_fail(file, line);
	}
	if (!check_counts(d, &before, dropped ? reason : MC_R_NONE, frame->length))
		_fail(file, line);
}

int expect_underlay_(struct datapath *d, __u32 ifindex, const struct frame *frame,
		     struct frame *out, enum mc_reason reason, const char *file, int line)
{
	if (ifindex == LOOPBACK)
		check_guard_agrees(d, frame, reason, file, line);
	return expect(datapath_underlay, d, ifindex, frame, out, reason, file, line);
}

int expect_guard_(struct datapath *d, const struct frame *frame, enum mc_reason reason,
		  const char *file, int line)
{
	int wanted = reason == MC_R_NONE ? XDP_PASS : XDP_DROP;
	static struct frame left;
	struct counts before;
	int returned;

	get_counts(d, &before);
	returned = datapath_guard(d, frame, &left);
	if (returned != wanted)
		print_error("underlay_guard returned %d, expected %d\n", returned, wanted);
	if (!check_counts(d, &before, reason, frame->length) || returned != wanted)
		_fail(file, line);
	frames_equal(&left, frame, file, line);
	return returned;
}
