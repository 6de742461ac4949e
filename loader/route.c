/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/route.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <loader/netlink.h>

static int read_route(const struct nlmsghdr *nlh, void *arg)
{
	struct mc_route *route = arg;
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			route->ifindex = mnl_attr_get_u32(attr);
			break;
		case RTA_GATEWAY:
			(void)mc_netlink_get_addr(attr, &route->gateway);
			break;
		case RTA_PREFSRC:
			(void)mc_netlink_get_addr(attr, &route->source);
			break;
		default:
			break;
		}
	}
	return MNL_CB_OK;
}

int mc_route_get(const struct mc_addr *remote, __u32 ifindex, struct mc_route *route)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct mc_route found = { .gateway = *remote };
	struct rtmsg *rtm;
	int err;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = mc_netlink_family(remote);
	rtm->rtm_dst_len = mc_addr_is_v4(remote) ? 32 : 128;
	mc_netlink_put_addr(nlh, RTA_DST, remote);
	if (ifindex)
		mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	err = mc_netlink_ask(nlh, read_route, &found);
	if (!err)
		*route = found;
	return err;
}

static int read_neighbour(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;

	if (!(ndm->ndm_state &
	      (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm))
		if (mnl_attr_get_type(attr) == NDA_LLADDR && mnl_attr_get_payload_len(attr) == 6)
			memcpy(arg, mnl_attr_get_payload(attr), 6);
	return MNL_CB_OK;
}

int mc_route_neighbour(__u32 ifindex, const struct mc_addr *addr, __u8 mac[6])
{
	static const __u8 none[6];
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	__u8 found[6] = { 0 };
	struct ndmsg *ndm;
	int err;

	nlh->nlmsg_type = RTM_GETNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	ndm->ndm_family = mc_netlink_family(addr);
	ndm->ndm_ifindex = (int)ifindex;
	mc_netlink_put_addr(nlh, NDA_DST, addr);
	err = mc_netlink_ask(nlh, read_neighbour, found);
	if (err)
		return err;
	if (!memcmp(found, none, sizeof(none)))
		return -ENOENT;
	memcpy(mac, found, sizeof(found));
	return 0;
}
