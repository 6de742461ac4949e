/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/forward.h>

#include <errno.h>
#include <stddef.h>

#include <bpfcast/log.h>
#include <loader/underlay.h>
#include <maps/forward.h>
#include <maps/hop.h>
#include <maps/instance.h>
#include <maps/text.h>
#include <maps/underlay_group.h>
#include <maps/vtep.h>

static int is_own(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	(void)ifindex;
	return mc_addr_equal(&underlay->local6, arg);
}

static int check_via(struct mc_instance *in, const struct mc_addr *via)
{
	char text[MC_ADDR_TEXT];

	mc_addr_format(via, text);
	if (mc_addr_is_multicast(via))
		return mc_error(-EINVAL,
				"next hop %s is a multicast address: name a unicast address, by "
				"whose route packets go",
				text);
	if (mc_addr_is_v4(via))
		return mc_error(-EINVAL, "next hop %s is IPv4: underlay groups are IPv6", text);
	if (mc_addr_is_bad_source(via) || mc_addr_is_v6_link_local(via))
		return mc_error(-EINVAL, "next hop %s is no global unicast address", text);
	if (mc_underlay_for_each(in, is_own, (void *)via) > 0)
		return mc_error(-EINVAL,
				"next hop %s is our own address: a next hop is another node", text);
	return 0;
}

static int check_vni(struct mc_instance *in, const struct mc_forward_options *options)
{
	struct mc_instance_info info;
	int err = mc_instance_info(in, &info);

	if (err)
		return mc_error_errno(err, "cannot read instance '%s'", in->name);
	if (options->vni_chosen && options->vni != info.fleet_vni)
		return mc_error(-EINVAL,
				"VNI %u: what is forwarded has the fleet's VNI, %u; 'bpfcast load' "
				"sets that",
				options->vni, info.fleet_vni);
	return 0;
}

static int check_options(struct mc_instance *in, const struct mc_forward_options *options)
{
	int err = mc_underlay_group_check(&options->underlay);

	if (!err)
		err = check_vni(in, options);
	if (err || !options->has_via)
		return err;
	err = check_via(in, &options->via);
	if (!err && options->mode >= MC_MODE_RESERVED)
		err = mc_error(-EINVAL, "mode %u is reserved: external, underlay or both",
			       options->mode);
	return err ? err : mc_filter_check(NULL, &options->filter);
}

/* Index of the hop by @via; hops->count: none. */
static __u32 find_hop(struct mc_instance *in, const struct mc_remote_list *hops,
		      const struct mc_addr *via)
{
	struct mc_vtep hop;
	__u32 i = 0;

	while (i < hops->count &&
	       (mc_vtep_get(in, hops->item[i].slot.vtep, &hop) || !mc_addr_equal(&hop.via, via)))
		i++;
	return i;
}

/* Where the route to the next hop leads now; the datapath follows it from then on. */
static int take_hop(struct mc_instance *in, const struct mc_forward_options *options, __u32 *id)
{
	struct mc_vtep hop = { .remote = options->underlay, .via = options->via };
	struct mc_underlay underlay;
	char text[MC_ADDR_TEXT];
	int err = mc_underlay_route(in, &options->via, NULL, &hop.ifindex, &underlay);

	if (err)
		return err;
	err = mc_hop_take(in, &hop, id);
	if (err == -ENOSPC)
		return mc_error(err, "no room for next hop %s, %u VTEPs and hops is the most",
				mc_addr_format(&options->via, text),
				mc_table_capacity(in, MC_TABLE_VTEPS));
	return err ? mc_error_errno(err, "cannot add next hop %s",
				    mc_addr_format(&options->via, text))
		   : 0;
}

static int put_hop(struct mc_instance *in, const struct mc_forward_options *options,
		   struct mc_remote_list *hops)
{
	struct mc_remote slot = { .form = MC_FORM_V6_TAGGED, .mode = options->mode };
	__u32 before = find_hop(in, hops, &options->via);
	int err = take_hop(in, options, &slot.vtep);

	if (err)
		return err;
	if (before < hops->count)
		mc_remote_list_del(hops, before);
	return mc_remote_list_add(hops, &slot, &options->filter);
}

static void choose(struct mc_remote_list *hops, bool one)
{
	for (__u32 i = 0; i < hops->count; i++) {
		hops->item[i].slot.flags &= ~MC_REMOTE_F_EQUAL;
		if (one)
			hops->item[i].slot.flags |= MC_REMOTE_F_EQUAL;
	}
}

static int read_hops(struct mc_instance *in, const struct mc_addr *underlay,
		     struct mc_remote_list *hops)
{
	char text[MC_ADDR_TEXT];
	int err = mc_forward_get(in, underlay, hops);

	if (!err || err == -ENOENT)
		return err;
	return mc_error_errno(err, "cannot read the forwarding entry of %s",
			      mc_addr_format(underlay, text));
}

static int change(struct mc_instance *in, const struct mc_forward_options *options,
		  struct mc_remote_list *hops)
{
	bool one = options->choose_chosen
			   ? options->choose_one
			   : hops->count && hops->item[0].slot.flags & MC_REMOTE_F_EQUAL;
	int err = options->has_via ? put_hop(in, options, hops) : 0;

	if (err)
		return err;
	if (options->choose_chosen && !hops->count)
		return mc_error(-EINVAL, "how to choose is said with the first hop");
	choose(hops, one);
	return mc_forward_set(in, &options->underlay, hops);
}

int mc_forward_replace_hop(struct mc_instance *in, const struct mc_forward_options *options)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	int err = check_options(in, options);

	if (!err)
		err = read_hops(in, &options->underlay, &hops);
	if (err && err != -ENOENT)
		return err;
	return change(in, options, &hops);
}

int mc_forward_replace(struct mc_instance *in, const struct mc_addr *underlay, bool choose_one,
		       const struct mc_forward_options *hops, __u32 count)
{
	mc_autoremotes struct mc_remote_list list = { 0 };
	int err = mc_underlay_group_check(underlay);

	for (__u32 i = 0; !err && i < count; i++)
		err = check_options(in, &hops[i]);
	for (__u32 i = 0; !err && i < count; i++)
		err = put_hop(in, &hops[i], &list);
	if (err)
		return err;
	choose(&list, choose_one);
	return mc_forward_set(in, underlay, &list);
}

int mc_forward_add_hop(struct mc_instance *in, const struct mc_forward_options *options)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	char underlay[MC_ADDR_TEXT], via[MC_ADDR_TEXT];
	int err = check_options(in, options);

	if (err)
		return err;
	err = read_hops(in, &options->underlay, &hops);
	if (err && err != -ENOENT)
		return err;
	mc_addr_format(&options->underlay, underlay);
	if (!err && !options->has_via)
		return mc_error(-EEXIST, "there is a forwarding entry of %s already", underlay);
	if (options->has_via && find_hop(in, &hops, &options->via) < hops.count)
		return mc_error(-EEXIST,
				"%s is a next hop of %s already; 'forward replace' changes it",
				mc_addr_format(&options->via, via), underlay);
	return change(in, options, &hops);
}

int mc_forward_del_hop(struct mc_instance *in, const struct mc_addr *underlay,
		       const struct mc_addr *via)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	char text[MC_ADDR_TEXT], via_text[MC_ADDR_TEXT];
	int err = read_hops(in, underlay, &hops);
	__u32 at;

	if (err && err != -ENOENT)
		return err;
	at = find_hop(in, &hops, via);
	if (at == hops.count)
		return mc_error(-ENOENT,
				"%s is no next hop of %s; 'bpfcast forward show' lists them",
				mc_addr_format(via, via_text), mc_addr_format(underlay, text));
	mc_remote_list_del(&hops, at);
	return mc_forward_set(in, underlay, &hops);
}
