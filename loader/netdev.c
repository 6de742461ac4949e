/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/netdev.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <bpfcast/util.h>
#include <loader/netlink.h>

static bool read_forwarding(const char *name)
{
	char path[80];
	mc_autofile FILE *file = NULL;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/forwarding", name);
	file = fopen(path, "re");
	return file && fgetc(file) == '1';
}

struct link_answer {
	struct mc_netdev dev;
	bool veth;
	bool peer_elsewhere;
};

static void read_kind(const struct nlattr *info, struct link_answer *answer)
{
	struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			answer->veth = !strcmp(mnl_attr_get_str(attr), "veth");
}

static int read_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link_answer *answer = arg;
	struct nlattr *attr;

	answer->dev.ifindex = ifi->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_MTU:
			answer->dev.mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == sizeof(answer->dev.mac))
				memcpy(answer->dev.mac, mnl_attr_get_payload(attr),
				       sizeof(answer->dev.mac));
			break;
		case IFLA_LINKINFO:
			read_kind(attr, answer);
			break;
		case IFLA_LINK_NETNSID:
			answer->peer_elsewhere = true;
			break;
		default:
			break;
		}
	}
	return MNL_CB_OK;
}

int mc_netdev_get(const char *name, struct mc_netdev *dev)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct link_answer answer = { 0 };
	int err;

	if (strlen(name) >= IFNAMSIZ)
		return -ENODEV;
	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	err = mc_netlink_ask(nlh, read_link, &answer);
	if (err)
		return err;
	answer.dev.is_veth_pair = answer.veth && answer.peer_elsewhere;
	answer.dev.forwards = read_forwarding(name);
	*dev = answer.dev;
	return 0;
}

struct address_search {
	__u32 ifindex;
	const struct mc_addr *wanted; /* NULL: the first of global scope */
	struct mc_addr found;
	bool done;
};

static int match_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct address_search *search = arg;
	struct nlattr *attr;
	struct mc_addr addr;

	if (ifa->ifa_index != search->ifindex || search->done)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		if (mnl_attr_get_type(attr) != IFA_LOCAL)
			continue;
		addr = mc_addr_v4(mnl_attr_get_u32(attr));
		if (search->wanted ? !mc_addr_equal(&addr, search->wanted)
				   : ifa->ifa_scope != RT_SCOPE_UNIVERSE)
			continue;
		search->found = addr;
		search->done = true;
	}
	return MNL_CB_OK;
}

static int search_address(struct address_search *search)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *ifa;
	int err;

	nlh->nlmsg_type = RTM_GETADDR;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = AF_INET;
	err = mc_netlink_ask(nlh, match_address, search);
	if (err)
		return err;
	return search->done ? 0 : -EADDRNOTAVAIL;
}

int mc_netdev_address(__u32 ifindex, struct mc_addr *addr)
{
	struct address_search search = { .ifindex = ifindex };
	int err = search_address(&search);

	if (!err)
		*addr = search.found;
	return err;
}

bool mc_netdev_has_address(__u32 ifindex, const struct mc_addr *addr)
{
	struct address_search search = { .ifindex = ifindex, .wanted = addr };

	return !search_address(&search);
}

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
			route->gateway = mc_addr_v4(mnl_attr_get_u32(attr));
			break;
		case RTA_PREFSRC:
			route->source = mc_addr_v4(mnl_attr_get_u32(attr));
			break;
		default:
			break;
		}
	}
	return MNL_CB_OK;
}

int mc_netdev_route(const struct mc_addr *remote, __u32 ifindex, struct mc_route *route)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct mc_route found = { .gateway = *remote };
	struct rtmsg *rtm;
	int err;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	mnl_attr_put_u32(nlh, RTA_DST, remote->word[3]);
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

int mc_netdev_neighbour(__u32 ifindex, const struct mc_addr *addr, __u8 mac[6])
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
	ndm->ndm_family = AF_INET;
	ndm->ndm_ifindex = (int)ifindex;
	mnl_attr_put_u32(nlh, NDA_DST, addr->word[3]);
	err = mc_netlink_ask(nlh, read_neighbour, found);
	if (err)
		return err;
	if (!memcmp(found, none, sizeof(none)))
		return -ENOENT;
	memcpy(mac, found, sizeof(found));
	return 0;
}
