/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/netdev.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <bpfcast/util.h>
#include <loader/netlink.h>

bool mc_netdev_forwards(const char *name, bool v6)
{
	char path[80];
	mc_autofile FILE *file = NULL;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv%c/conf/%s/forwarding", v6 ? '6' : '4',
		 name);
	file = fopen(path, "re");
	return file && fgetc(file) == '1';
}

/* Devices whose packets begin with the IP header: as dev_is_mac_header_xmit() of the kernel has it. */
static bool has_no_mac(unsigned int type)
{
	switch (type) {
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
	case ARPHRD_VOID:
	case ARPHRD_NONE:
	case ARPHRD_RAWIP:
	case ARPHRD_PIMREG:
		return true;
	default:
		return false;
	}
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
	answer->dev.no_mac = has_no_mac(ifi->ifi_type);
	answer->dev.is_virtual = true;
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
		case IFLA_PARENT_DEV_NAME:
			answer->dev.is_virtual = false;
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
	*dev = answer.dev;
	return 0;
}

struct address_search {
	__u32 ifindex;
	__u8 family;
	const struct mc_addr *wanted; /* NULL: the first of global scope */
	struct mc_addr found;
	bool done;
};

/* One to be known by: not a group that was joined (IFA_F_MCAUTOJOIN), not one that goes with time. */
static bool is_lasting(const struct ifaddrmsg *ifa, const struct mc_addr *addr)
{
	return ifa->ifa_scope == RT_SCOPE_UNIVERSE && !mc_addr_is_multicast(addr) &&
	       !(ifa->ifa_flags & (IFA_F_TEMPORARY | IFA_F_DADFAILED));
}

/* On a link with a peer, IFA_ADDRESS is the peer's; without, IPv6 has no IFA_LOCAL. */
static int match_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct address_search *search = arg;
	struct mc_addr addr = { 0 };
	bool has_local = false;
	struct nlattr *attr;

	if (ifa->ifa_index != search->ifindex || search->done)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		__u16 type = mnl_attr_get_type(attr);

		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !has_local))
			(void)mc_netlink_get_addr(attr, &addr);
		has_local |= type == IFA_LOCAL;
	}
	if (search->wanted ? !mc_addr_equal(&addr, search->wanted) : !is_lasting(ifa, &addr))
		return MNL_CB_OK;
	search->found = addr;
	search->done = true;
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
	ifa->ifa_family = search->family;
	err = mc_netlink_ask(nlh, match_address, search);
	if (err)
		return err;
	return search->done ? 0 : -EADDRNOTAVAIL;
}

int mc_netdev_address(__u32 ifindex, bool v6, struct mc_addr *addr)
{
	struct address_search search = { .ifindex = ifindex, .family = v6 ? AF_INET6 : AF_INET };
	int err = search_address(&search);

	if (!err)
		*addr = search.found;
	return err;
}

bool mc_netdev_has_address(__u32 ifindex, const struct mc_addr *addr)
{
	struct address_search search = {
		.ifindex = ifindex,
		.family = mc_netlink_family(addr),
		.wanted = addr,
	};

	return !search_address(&search);
}
