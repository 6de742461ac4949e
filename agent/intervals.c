/* SPDX-License-Identifier: Apache-2.0 */
#include "intervals.h"

#include <stdint.h>

const struct intervals intervals_default = {
	.robustness = 2,
	.query_ms = 125000,
	.response_ms = 10000,
	.startup_ms = 31250,
	.startup_count = 2,
	.last_member_ms = 1000,
	.last_member_count = 2,
};

static __u32 clamp(__u64 ms)
{
	return ms < UINT32_MAX ? (__u32)ms : UINT32_MAX;
}

__u32 intervals_group(const struct intervals *in)
{
	return clamp((__u64)in->robustness * in->query_ms + in->response_ms);
}

__u32 intervals_other_querier(const struct intervals *in)
{
	return clamp((__u64)in->robustness * in->query_ms + in->response_ms / 2);
}

__u32 intervals_last_member(const struct intervals *in)
{
	return clamp((__u64)in->last_member_count * in->last_member_ms);
}

__u32 intervals_older_host(const struct intervals *in)
{
	return intervals_group(in);
}

__u32 intervals_startup(const struct intervals *in)
{
	return clamp((__u64)in->startup_ms * in->startup_count + in->response_ms);
}

void intervals_fit_group(struct intervals *in, __u32 ms)
{
	__u32 most = ms / (2 * in->robustness + 1); /* hosts answer well before the next query */

	if (in->response_ms > most)
		in->response_ms = most ? most : 1;
	in->query_ms = ms > in->response_ms ? (ms - in->response_ms) / in->robustness : 1;
	in->startup_ms = (in->query_ms + 3) / 4;
}

void intervals_fit_last_member(struct intervals *in, __u32 ms)
{
	in->last_member_ms = ms / in->last_member_count;
	if (!in->last_member_ms)
		in->last_member_ms = 1;
}

struct intervals intervals_followed(const struct intervals *own, __u32 robustness, __u32 query_ms)
{
	struct intervals followed = *own;

	if (robustness)
		followed.robustness = robustness;
	if (query_ms)
		followed.query_ms = query_ms;
	return followed;
}
