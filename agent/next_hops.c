/* SPDX-License-Identifier: Apache-2.0 */
#include "next_hops.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/netlink.h>
#include <loader/route.h>
#include <maps/table.h>
#include <maps/vtep.h>

#include "agent.h"

#define PROBE_USEC  5000000 /* the least time for which a neighbour is held for reachable is 15 s */
#define SETTLE_USEC 50000   /* after a change: more of them come at once */

struct next_hops {
	sd_event_source *timer;
	bool settling;
};

static void put_neighbour(struct nlmsghdr *nlh, const struct mc_route *route)
{
	const struct mc_addr *addr = &route->gateway;
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	bool v4 = mc_addr_is_v4(addr);

	ndm->ndm_family = v4 ? AF_INET : AF_INET6;
	ndm->ndm_ifindex = (int)route->ifindex;
	ndm->ndm_flags = NTF_USE;
	mnl_attr_put(nlh, NDA_DST, v4 ? 4 : 16, v4 ? addr->byte + 12 : addr->byte);
}

/* As if a packet had just been sent: resolves what is not, asks again whoever is stale. */
static int use_neighbour(const struct mc_route *route)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_type = RTM_NEWNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
	put_neighbour(nlh, route);
	return mc_netlink_ask(nlh, NULL, NULL);
}

/*
 * Where forwarding is off on the device, the datapath goes by the MAC in `vteps` (bpf_fib_lookup()
 * refuses): it follows the neighbour only if we do.
 */
static void follow(struct agent *agent, __u32 id, const struct mc_vtep *vtep,
		   const struct mc_route *route)
{
	static const __u8 none[6];
	struct mc_vtep changed = *vtep, now;
	__u8 mac[6];

	if (!memcmp(vtep->dmac, none, sizeof(none)) ||
	    mc_route_neighbour(route->ifindex, &route->gateway, mac) ||
	    !memcmp(mac, vtep->dmac, sizeof(mac)) || agent_lock(agent))
		return;
	memcpy(changed.dmac, mac, sizeof(mac));
	if (!mc_vtep_get(agent->in, id, &now) && !memcmp(&now, vtep, sizeof(now)))
		(void)mc_table_set(agent->in, MC_TABLE_VTEPS, &id, &changed, BPF_EXIST);
	agent_unlock(agent);
}

static int probe(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	struct mc_route route;

	if (mc_route_get(&vtep->via, vtep->flags & MC_VTEP_F_DEV ? vtep->ifindex : 0, &route))
		return 0; /* the datapath says so, where a packet wants to go there */
	(void)use_neighbour(&route);
	follow(arg, id, vtep, &route);
	return 0;
}

static int arm(struct next_hops *hops, uint64_t usec)
{
	(void)sd_event_source_set_time_relative(hops->timer, usec);
	return sd_event_source_set_enabled(hops->timer, SD_EVENT_ONESHOT);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	struct agent *agent = arg;

	(void)source;
	(void)usec;
	agent->next_hops->settling = false;
	if (agent->in)
		(void)mc_vtep_for_each(agent->in, probe, agent);
	return arm(agent->next_hops, PROBE_USEC);
}

void next_hops_changed(struct agent *agent)
{
	if (!agent->next_hops || agent->next_hops->settling)
		return;
	agent->next_hops->settling = true;
	(void)arm(agent->next_hops, SETTLE_USEC);
}

static int start(struct agent *agent)
{
	int err;

	agent->next_hops = calloc(1, sizeof(*agent->next_hops));
	if (!agent->next_hops)
		return -ENOMEM;
	err = sd_event_add_time_relative(agent->loop, &agent->next_hops->timer, CLOCK_MONOTONIC, 0,
					 1000, on_time, agent);
	return err < 0 ? mc_error_errno(err, "cannot set a timer") : 0;
}

static void stop(struct agent *agent)
{
	if (!agent->next_hops)
		return;
	sd_event_source_disable_unref(agent->next_hops->timer);
	free(agent->next_hops);
	agent->next_hops = NULL;
}

const struct part next_hops_part = { "next_hops", .start = start, .loaded = next_hops_changed,
				     .stop = stop };
