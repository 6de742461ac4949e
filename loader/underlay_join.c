/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/underlay_join.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/netlink.h>
#include <loader/underlay.h>
#include <maps/m2p.h>
#include <maps/text.h>

/* Adds or deletes the group as an address: no route to it, no search for a duplicate. */
static int change_address(__u16 type, __u16 flags, __u32 ifindex, const struct mc_addr *underlay)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *ifa;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = AF_INET6;
	ifa->ifa_prefixlen = 128;
	ifa->ifa_index = ifindex;
	mc_netlink_put_addr(nlh, IFA_LOCAL, underlay);
	if (type == RTM_NEWADDR)
		mnl_attr_put_u32(nlh, IFA_FLAGS,
				 IFA_F_MCAUTOJOIN | IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
	return mc_netlink_do(nlh);
}

/* 1: joined now; 0: was before. */
static int join(__u32 ifindex, const struct mc_addr *underlay)
{
	int err = change_address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, underlay);

	if (!err)
		return 1;
	return err == -EEXIST || err == -EADDRINUSE ? 0 : err;
}

static int leave(__u32 ifindex, const struct mc_addr *underlay)
{
	int err = change_address(RTM_DELADDR, 0, ifindex, underlay);

	return err == -EADDRNOTAVAIL || err == -ENODEV ? 0 : err;
}

/* What a mapping needs on a device. */
static bool needs(const struct mc_m2p *m2p, const struct mc_addr *underlay, __u32 ifindex)
{
	return m2p && mc_addr_equal(&m2p->underlay, underlay) &&
	       (!m2p->ifindex || m2p->ifindex == ifindex);
}

/* Is an underlay group needed on a device, once the mapping of `key` is `after`? */
struct question {
	const struct mc_group_key *key;
	const struct mc_addr *underlay;
	__u32 ifindex;
};

static int needed_by(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	const struct question *question = arg;

	if (key->vni == question->key->vni && mc_addr_equal(&key->group, &question->key->group))
		return 0;
	return needs(m2p, question->underlay, question->ifindex);
}

/* The devices on which a change joins or leaves. */
struct change {
	struct mc_instance *in;
	const struct mc_group_key *key;
	const struct mc_m2p *before, *after;
	__u32 joined[MC_UNDERLAY_MAX]; /* now, by this change */
	__u32 count;
	__u32 devices; /* that need it */
};

static int join_on(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct change *change = arg;
	char text[MC_ADDR_TEXT];
	int err;

	if (mc_addr_is_zero(&underlay->local6) ||
	    !needs(change->after, &change->after->underlay, ifindex))
		return 0;
	change->devices++;
	err = join(ifindex, &change->after->underlay);
	if (err > 0)
		change->joined[change->count++] = ifindex;
	if (err >= 0)
		return 0;
	return mc_error_errno(
		err, "cannot join %s on '%s'; many groups take a larger net.core.optmem_max",
		mc_addr_format(&change->after->underlay, text), underlay->name);
}

static int leave_on(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct change *change = arg;
	struct question question = { change->key, &change->before->underlay, ifindex };
	int err;

	if (mc_addr_is_zero(&underlay->local6) ||
	    !needs(change->before, &change->before->underlay, ifindex) ||
	    needs(change->after, &change->before->underlay, ifindex))
		return 0;
	err = mc_m2p_for_each(change->in, needed_by, &question);
	if (err)
		return err < 0 ? err : 0;
	return leave(ifindex, &change->before->underlay);
}

static int join_all(struct change *change)
{
	int err = mc_underlay_for_each(change->in, join_on, change);

	if (!err && !change->devices)
		err = mc_error(-ENODEV,
			       "no underlay has an IPv6 address, so there is nowhere to join; "
			       "'bpfcast underlay add' one first");
	for (__u32 i = 0; err && i < change->count; i++)
		(void)leave(change->joined[i], &change->after->underlay);
	return err;
}

int mc_underlay_join(struct mc_instance *in, const struct mc_group_key *key,
		     const struct mc_m2p *before, const struct mc_m2p *after)
{
	struct change change = { .in = in, .key = key, .before = before, .after = after };
	char text[MC_ADDR_TEXT];
	int err = after ? join_all(&change) : 0;

	if (err || !before)
		return err;
	err = mc_underlay_for_each(in, leave_on, &change);
	if (err)
		return mc_error_errno(err, "cannot leave %s",
				      mc_addr_format(&before->underlay, text));
	return 0;
}

static int join_device(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	__u32 ifindex = *(const __u32 *)arg;
	char text[MC_ADDR_TEXT];
	int err = needs(m2p, &m2p->underlay, ifindex) ? join(ifindex, &m2p->underlay) : 0;

	(void)key;
	if (err >= 0)
		return 0;
	return mc_error_errno(err, "cannot join %s on the underlay",
			      mc_addr_format(&m2p->underlay, text));
}

static int leave_device(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	__u32 ifindex = *(const __u32 *)arg;

	(void)key;
	return needs(m2p, &m2p->underlay, ifindex) ? leave(ifindex, &m2p->underlay) : 0;
}

int mc_underlay_join_device(struct mc_instance *in, __u32 ifindex)
{
	int err = mc_m2p_for_each(in, join_device, &ifindex);

	if (err)
		(void)mc_underlay_leave_device(in, ifindex);
	return err;
}

int mc_underlay_leave_device(struct mc_instance *in, __u32 ifindex)
{
	return mc_m2p_for_each(in, leave_device, &ifindex);
}

/* NOLINTBEGIN(cert-err34-c): no number that the kernel prints is too large for its type. */
static bool parse_group(const char *digits, struct mc_addr *group)
{
	for (int i = 0; i < 16; i++)
		if (sscanf(digits + 2 * i, "%2hhx", &group->byte[i]) != 1)
			return false;
	return true;
}

/* A line: index, name, group as 32 digits, users ... */
int mc_underlay_for_each_joined(mc_joined_fn fn, void *arg)
{
	mc_autofile FILE *file = fopen("/proc/net/igmp6", "re");
	mc_autofree char *line = NULL;
	struct mc_addr group;
	unsigned int ifindex;
	char digits[33];
	size_t size = 0;
	int err = 0;

	if (!file)
		return errno == ENOENT ? 0 : -errno; /* no IPv6 here */
	while (!err && getline(&line, &size, file) > 0)
		if (sscanf(line, "%u %*s %32s", &ifindex, digits) == 2 &&
		    parse_group(digits, &group))
			err = fn(ifindex, &group, arg);
	return err;
}
/* NOLINTEND(cert-err34-c) */
