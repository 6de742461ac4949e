/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/clsact.h>

#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <loader/netlink.h>

/* Of our filter; one device belongs to one instance, so they need not differ. */
#define FILTER_HANDLE	0xbfca
#define FILTER_PRIORITY 0xbfca

/* libbpf wants the padding zero too, which an initializer does not promise. */
static void set_ingress(struct bpf_tc_hook *hook, __u32 ifindex)
{
	memset(hook, 0, sizeof(*hook));
	hook->sz = sizeof(*hook);
	hook->ifindex = (int)ifindex;
	hook->attach_point = BPF_TC_INGRESS;
}

struct dump {
	__u32 ifindex;
	bool found;
};

static int is_clsact(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	struct dump *dump = arg;
	struct nlattr *attr;

	if (tcm->tcm_ifindex != (int)dump->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*tcm))
		if (mnl_attr_get_type(attr) == TCA_KIND &&
		    !strcmp(mnl_attr_get_str(attr), "clsact"))
			dump->found = true;
	return MNL_CB_OK;
}

static int any_filter(const struct nlmsghdr *nlh, void *arg)
{
	struct dump *dump = arg;

	(void)nlh;
	dump->found = true;
	return MNL_CB_OK;
}

/* Does a qdisc or filter of the device satisfy @fn? False too when the list cannot be had. */
static bool any(__u16 type, __u32 ifindex, __u32 parent, mnl_cb_t fn)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct dump dump = { .ifindex = ifindex };
	struct tcmsg *tcm;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	tcm->tcm_ifindex = (int)ifindex;
	tcm->tcm_parent = parent;
	(void)mc_netlink_ask(nlh, fn, &dump);
	return dump.found;
}

static bool has_filter(__u32 ifindex, __u32 hook)
{
	return any(RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, hook), any_filter);
}

bool mc_clsact_exists(__u32 ifindex)
{
	return any(RTM_GETQDISC, ifindex, 0, is_clsact);
}

int mc_clsact_attach(__u32 ifindex, int prog)
{
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY,
		    .prog_fd = prog, .flags = BPF_TC_F_REPLACE);
	struct bpf_tc_hook hook;
	int err;

	set_ingress(&hook, ifindex);
	err = bpf_tc_hook_create(&hook);
	if (err && err != -EEXIST)
		return err;
	return bpf_tc_attach(&hook, &options);
}

int mc_clsact_detach(__u32 ifindex, bool ours)
{
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	struct bpf_tc_hook hook;
	int err;

	set_ingress(&hook, ifindex);
	err = bpf_tc_detach(&hook, &options);
	if (err && err != -ENOENT && err != -ENODEV && err != -EINVAL)
		return err;
	if (!ours || has_filter(ifindex, TC_H_MIN_INGRESS) || has_filter(ifindex, TC_H_MIN_EGRESS))
		return 0;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS; /* both: the qdisc itself */
	err = bpf_tc_hook_destroy(&hook);
	return err == -ENOENT || err == -ENODEV || err == -EINVAL ? 0 : err;
}

bool mc_clsact_is_attached(__u32 ifindex)
{
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	struct bpf_tc_hook hook;

	set_ingress(&hook, ifindex);
	return !bpf_tc_query(&hook, &options);
}
