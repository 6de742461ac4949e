/* SPDX-License-Identifier: Apache-2.0 */
#include "links.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/netlink.h>
#include <maps/underlay.h>

#include "agent.h"
#include "next_hops.h"
#include "ports.h"
#include "say.h"

#define BUCKETS	     1024
#define SOCKET_BYTES (1 << 22) /* of messages that wait; more, and all is read anew */

struct links {
	struct mnl_socket *socket;
	sd_event_source *source;
	struct link *bucket[BUCKETS];
	bool quiet; /* the first reading is no change */
};

static struct link **find(const struct links *links, __u32 ifindex)
{
	struct link **at = (struct link **)&links->bucket[ifindex % BUCKETS];

	while (*at && (*at)->ifindex != ifindex)
		at = &(*at)->next;
	return at;
}

const struct link *link_find(const struct agent *agent, __u32 ifindex)
{
	return *find(agent->links, ifindex);
}

static struct link *make(struct links *links, __u32 ifindex)
{
	struct link **at = find(links, ifindex);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return NULL;
		(*at)->ifindex = ifindex;
		(*at)->addr = mc_addr_v4(0);
	}
	return *at;
}

/* RFC 4291 appendix A: what IPv6 would call itself here. */
static struct mc_addr address_of_mac(const __u8 mac[6])
{
	return (struct mc_addr){ .byte = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2],
					   0xff, 0xfe, mac[3], mac[4], mac[5] } };
}

static void tell(struct agent *agent, __u32 ifindex)
{
	struct port *port = agent->links->quiet ? NULL : port_find(agent, ifindex);

	if (port)
		port_link_changed(port);
}

static void read_link(struct agent *agent, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link *link = make(agent->links, (__u32)ifi->ifi_index);
	struct nlattr *attr;

	if (!link)
		return;
	link->seen = true;
	link->up = (ifi->ifi_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_MTU:
			link->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == sizeof(link->mac))
				memcpy(link->mac, mnl_attr_get_payload(attr), sizeof(link->mac));
			break;
		case IFLA_IFNAME:
			snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attr));
			break;
		default:
			break;
		}
	}
	if (!link->has_addr6)
		link->addr6 = address_of_mac(link->mac);
	tell(agent, link->ifindex);
}

static void forget(struct agent *agent, __u32 ifindex)
{
	struct link **at = find(agent->links, ifindex);
	struct link *link = *at;

	if (!link)
		return;
	*at = link->next;
	free(link);
	port_device_gone(agent, ifindex);
}

/* A bridge tells of its ports by messages of its own: leaving it is not the end of a device. */
static void take_link(struct agent *agent, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	if (ifi->ifi_family != AF_UNSPEC)
		return;
	if (nlh->nlmsg_type == RTM_DELLINK)
		forget(agent, (__u32)ifi->ifi_index);
	else
		read_link(agent, nlh);
}

static bool read_address(const struct nlmsghdr *nlh, struct mc_addr *addr)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	int wanted = ifa->ifa_family == AF_INET ? IFA_LOCAL : IFA_ADDRESS;
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		if (mnl_attr_get_type(attr) != wanted)
			continue;
		if (ifa->ifa_family == AF_INET)
			*addr = mc_addr_v4(mnl_attr_get_u32(attr));
		else
			memcpy(addr, mnl_attr_get_payload(attr), sizeof(*addr));
		return true;
	}
	return false;
}

static void set_address(struct link *link, const struct mc_addr *addr, bool there)
{
	struct mc_addr none = mc_addr_v4(0);

	if (mc_addr_is_v4(addr)) {
		if (there && mc_addr_equal(&link->addr, &none))
			link->addr = *addr;
		else if (!there && mc_addr_equal(&link->addr, addr))
			link->addr = none;
		return;
	}
	if (!mc_addr_is_v6_link_local(addr))
		return;
	if (there && !link->has_addr6)
		link->addr6 = *addr;
	else if (!there && mc_addr_equal(&link->addr6, addr))
		link->addr6 = address_of_mac(link->mac);
	else
		return;
	link->has_addr6 = there;
}

static void take_address(struct agent *agent, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct link *link = *find(agent->links, ifa->ifa_index);
	struct mc_addr addr;

	if (!link || (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6) ||
	    ifa->ifa_flags & IFA_F_TENTATIVE || !read_address(nlh, &addr))
		return;
	set_address(link, &addr, nlh->nlmsg_type == RTM_NEWADDR);
	tell(agent, link->ifindex);
}

/* Of all neighbours only those on underlays lead to VTEPs. */
static bool is_of_underlay(const struct agent *agent, const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	__u32 ifindex = (__u32)ndm->ndm_ifindex;
	struct mc_underlay underlay;

	return agent->in && !mc_underlay_get(agent->in, ifindex, &underlay);
}

static int take(const struct nlmsghdr *nlh, void *arg)
{
	struct agent *agent = arg;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		take_link(agent, nlh);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		take_address(agent, nlh);
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		if (!is_of_underlay(agent, nlh))
			return MNL_CB_OK;
		break;
	default:
		break;
	}
	if (!agent->links->quiet)
		next_hops_changed(agent);
	return MNL_CB_OK;
}

static int dump(struct agent *agent, __u16 type, size_t header)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nlh, header);
	return mc_netlink_ask(nlh, take, agent);
}

/* All there is, and what is not there any more. */
static int read_all(struct agent *agent)
{
	struct links *links = agent->links;
	int err;

	for (int i = 0; i < BUCKETS; i++)
		for (struct link *link = links->bucket[i]; link; link = link->next)
			link->seen = false;
	err = dump(agent, RTM_GETLINK, sizeof(struct ifinfomsg));
	if (!err)
		err = dump(agent, RTM_GETADDR, sizeof(struct ifaddrmsg));
	for (int i = 0; !err && i < BUCKETS; i++) {
		for (struct link *link = links->bucket[i], *next; link; link = next) {
			next = link->next;
			if (!link->seen)
				forget(agent, link->ifindex);
		}
	}
	return err ? mc_error_errno(err, "cannot list the devices") : 0;
}

static int on_message(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	mc_autofree char *buffer = malloc(MC_NETLINK_BUFFER);
	struct agent *agent = arg;
	ssize_t length;

	(void)source;
	(void)fd;
	(void)revents;
	if (!buffer)
		return 0;
	while ((length = mnl_socket_recvfrom(agent->links->socket, buffer, MC_NETLINK_BUFFER)) > 0)
		(void)mnl_cb_run(buffer, (size_t)length, 0, 0, take, agent);
	if (length < 0 && errno == ENOBUFS) {
		say(SAY_WARNING, "lost messages of the kernel: reading all devices anew", NULL);
		(void)read_all(agent);
		next_hops_changed(agent);
	}
	return 0;
}

static int listen_to_kernel(struct links *links)
{
	const unsigned int groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
				    RTMGRP_NEIGH | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
	int bytes = SOCKET_BYTES, fd;

	links->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!links->socket || mnl_socket_bind(links->socket, groups, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(links->socket);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	return 0;
}

static int start(struct agent *agent)
{
	int err;

	agent->links = calloc(1, sizeof(*agent->links));
	if (!agent->links)
		return -ENOMEM;
	err = listen_to_kernel(agent->links);
	if (!err)
		err = sd_event_add_io(agent->loop, &agent->links->source,
				      mnl_socket_get_fd(agent->links->socket), EPOLLIN, on_message,
				      agent);
	if (err < 0)
		return mc_error_errno(err, "cannot listen to rtnetlink");
	agent->links->quiet = true;
	err = read_all(agent);
	agent->links->quiet = false;
	return err;
}

static void stop(struct agent *agent)
{
	struct links *links = agent->links;

	if (!links)
		return;
	sd_event_source_disable_unref(links->source);
	if (links->socket)
		mnl_socket_close(links->socket);
	for (int i = 0; i < BUCKETS; i++) {
		for (struct link *link = links->bucket[i], *next; link; link = next) {
			next = link->next;
			free(link);
		}
	}
	free(links);
	agent->links = NULL;
}

const struct part links_part = { "links", .start = start, .stop = stop };
