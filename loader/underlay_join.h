/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's membership of underlay groups on the underlay devices, as /proc/net/igmp6 shows it. It holds
 * it with an address that joins (IFA_F_MCAUTOJOIN), so that it outlives us.
 */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/*
 * Joins what the mapping @after of group @key needs (on its device, or on all underlays with an IPv6
 * address), on all of them or none, then leaves what @before needed and no mapping needs any more. Either
 * may be NULL. -ENODEV: there is no such underlay. Errors are said.
 */
int mc_underlay_join(struct mc_instance *in, const struct mc_group_key *key,
		     const struct mc_m2p *before, const struct mc_m2p *after);

/* Joins on a device that is to be an underlay with an IPv6 address what all mappings need; said. */
int mc_underlay_join_device(struct mc_instance *in, __u32 ifindex);

/* Leaves on a device whatever mappings need. A device that is gone is fine. Silent. */
int mc_underlay_leave_device(struct mc_instance *in, __u32 ifindex);

typedef int (*mc_joined_fn)(__u32 ifindex, const struct mc_addr *group, void *arg);
/*
 * Over the IPv6 groups that the kernel says are joined in this namespace, whoever joined them; a non-zero
 * return of @fn ends it and is returned.
 */
int mc_underlay_for_each_joined(mc_joined_fn fn, void *arg);
