// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The generator of tests/tools/mclive.c: run with BPF_F_TEST_XDP_LIVE_FRAMES, sends frames out of a
 * veth, so that they come in at its peer as from a NIC's driver. A frame's page is used again after
 * whoever received it has written into it, so its headers are written anew each time.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "live.h"

const volatile struct live live;
struct live_run live_run;

static __always_inline void count(void)
{
	if (live_run.sent++ % LIVE_TICK)
		return;
	live_run.last = bpf_ktime_get_ns();
	if (!live_run.first)
		live_run.first = live_run.last;
}

SEC("xdp")
int live_send(struct xdp_md *xdp)
{
	void *data = (void *)(long)xdp->data, *end = (void *)(long)xdp->data_end;
	__u64 *word = data;

	if (data + LIVE_HEADER > end)
		return XDP_ABORTED;
#pragma unroll
	for (int i = 0; i < LIVE_HEADER / 8; i++)
		word[i] = live.header[i];
	count();
	return bpf_redirect(live.device, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
