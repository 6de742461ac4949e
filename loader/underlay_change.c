/* SPDX-License-Identifier: Apache-2.0 */
/* Making devices underlays, and no longer. */
#include <loader/underlay.h>

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/attach.h>
#include <loader/netdev.h>
#include <loader/offload.h>
#include <loader/underlay_join.h>
#include <maps/hop.h>
#include <maps/instance.h>
#include <maps/m2p.h>
#include <maps/port.h>
#include <maps/text.h>
#include <maps/vtep.h>

#define LOOPBACK_IFINDEX 1

/* One that routes bring in by any underlay is loopback's. */
static bool has_address(const struct mc_netdev *dev, const struct mc_addr *addr)
{
	return mc_netdev_has_address(dev->ifindex, addr) ||
	       mc_netdev_has_address(LOOPBACK_IFINDEX, addr);
}

/* The addresses asked for, which the device or loopback must have, or the device's first of each family. */
static int choose_addresses(const char *name, const struct mc_netdev *dev,
			    const struct mc_underlay_options *options, struct mc_underlay *underlay)
{
	const struct mc_addr *asked[] = { &options->local, &options->local6 };
	struct mc_addr *local[] = { &underlay->local, &underlay->local6 };
	bool any_asked = !mc_addr_is_zero(asked[0]) || !mc_addr_is_zero(asked[1]);
	char text[MC_ADDR_TEXT];

	for (int v6 = 0; v6 <= 1; v6++) {
		if (!any_asked)
			(void)mc_netdev_address(dev->ifindex, v6, local[v6]);
		else if (mc_addr_is_zero(asked[v6]) || has_address(dev, asked[v6]))
			*local[v6] = *asked[v6];
		else
			return mc_error(-EADDRNOTAVAIL,
					"%s is no address of '%s' or lo; 'ip addr' lists them",
					mc_addr_format(asked[v6], text), name);
	}
	if (mc_addr_is_zero(local[0]) && mc_addr_is_zero(local[1]))
		return mc_error(-EADDRNOTAVAIL,
				"'%s' has no address of global scope, IPv4 or IPv6: give it one, "
				"or name one with 'addr'",
				name);
	return 0;
}

/* There is no frame for XDP to see. */
static int check_xdp(const char *name, const struct mc_netdev *dev,
		     const struct mc_underlay_options *options)
{
	if (!dev->no_mac || !options->xdp_chosen || options->xdp == MC_XDP_OFF)
		return 0;
	return mc_error(-EINVAL, "'%s' has no link layer, so XDP cannot run there: say 'xdp off'",
			name);
}

static int check_underlay(struct mc_instance *in, const char *name, const struct mc_netdev *dev)
{
	struct mc_underlay underlay;
	struct mc_port port;

	if (!mc_port_get(in, dev->ifindex, &port))
		return mc_error(-EINVAL, "'%s' is a port: it cannot be an underlay too", name);
	if (!mc_underlay_get(in, dev->ifindex, &underlay) &&
	    mc_is_attached_tc(in, MC_PROGRAM_UNDERLAY, dev->ifindex, underlay.attach))
		return mc_error(-EEXIST, "'%s' is an underlay already", name);
	return 0;
}

/* The best mode that works, or exactly the one asked for. */
static int attach_guard(struct mc_instance *in, const char *name, __u32 ifindex,
			const struct mc_underlay_options *options, struct mc_underlay *underlay)
{
	static const __u8 best_first[] = { MC_XDP_NATIVE, MC_XDP_GENERIC };
	int err = 0;

	if (underlay->flags & MC_UNDERLAY_F_NO_MAC) {
		underlay->xdp = MC_XDP_OFF;
		return 0;
	}
	if (options->xdp_chosen) {
		underlay->xdp = options->xdp;
		if (options->xdp != MC_XDP_OFF)
			err = mc_attach_xdp(in, ifindex, options->xdp);
		if (err)
			mc_error_errno(
				err, "'%s' does not take XDP in %s mode: try another, or 'xdp off'",
				name, mc_xdp_name(options->xdp));
		return err;
	}
	underlay->xdp = MC_XDP_OFF;
	for (size_t i = 0; i < MC_ARRAY_SIZE(best_first); i++) {
		if (!mc_attach_xdp(in, ifindex, best_first[i])) {
			underlay->xdp = best_first[i];
			break;
		}
	}
	return 0;
}

/* Whether super-frames are to be cut before the device, or have been since an add that was killed. */
static bool must_cut(struct mc_instance *in, const char *name, const struct mc_netdev *dev)
{
	struct mc_underlay before;

	if (!mc_underlay_get(in, dev->ifindex, &before) && before.flags & MC_UNDERLAY_F_CUT)
		return true;
	return dev->is_virtual && mc_offload_takes_tunnels(name);
}

void mc_underlay_uncut(struct mc_instance *in, __u32 ifindex)
{
	struct mc_underlay underlay;
	char name[IFNAMSIZ];

	if (!mc_underlay_get(in, ifindex, &underlay) && underlay.flags & MC_UNDERLAY_F_CUT &&
	    if_indextoname(ifindex, name))
		(void)mc_offload_set_tunnels(name, true);
}

/* The entry last: while it is there, this can be done again. */
static int remove_underlay(struct mc_instance *in, __u32 ifindex, __u8 attach)
{
	int err = mc_detach_xdp(in, ifindex);

	mc_underlay_uncut(in, ifindex);
	if (!err)
		err = mc_detach_tc(in, MC_PROGRAM_UNDERLAY, ifindex, attach);
	if (!err)
		err = mc_underlay_leave_device(in, ifindex);
	if (!err)
		err = mc_underlay_clear(in, ifindex);
	return err;
}

static int attach_all(struct mc_instance *in, const char *name, __u32 ifindex,
		      const struct mc_underlay_options *options, struct mc_underlay *underlay)
{
	int err = mc_underlay_set(in, ifindex, underlay);

	if (!err && !mc_addr_is_zero(&underlay->local6)) {
		err = mc_underlay_join_device(in, ifindex);
		if (err)
			return err;
	}
	if (!err)
		err = mc_attach_tc(in, MC_PROGRAM_UNDERLAY, ifindex, underlay->attach);
	if (err)
		return mc_error_errno(err, "cannot add underlay '%s'", name);
	if (underlay->flags & MC_UNDERLAY_F_CUT && mc_offload_set_tunnels(name, false))
		mc_warn("'%s' may lose UDP super-frames: 'ethtool -K %s tx-udp_tnl-segmentation "
			"off' does not work",
			name, name);
	err = attach_guard(in, name, ifindex, options, underlay);
	if (!err)
		err = mc_underlay_set(in, ifindex, underlay);
	return err;
}

/* All of the entry but how programs are attached. */
static int make_underlay(struct mc_instance *in, const char *name, const struct mc_netdev *dev,
			 const struct mc_underlay_options *options, struct mc_underlay *underlay)
{
	struct mc_instance_info info;
	int err = choose_addresses(name, dev, options, underlay);

	if (err)
		return err;
	err = mc_instance_info(in, &info);
	if (err)
		return mc_error_errno(err, "cannot read instance '%s'", in->name);
	if (dev->no_mac)
		underlay->flags |= MC_UNDERLAY_F_NO_MAC;
	if (must_cut(in, name, dev))
		underlay->flags |= MC_UNDERLAY_F_CUT;
	if (options->replicate)
		underlay->flags |= MC_UNDERLAY_F_REPLICATE;
	underlay->vxlan_port = info.vxlan_port;
	underlay->geneve_port = info.geneve_port;
	underlay->fleet_vni = info.fleet_vni;
	underlay->mtu = dev->mtu;
	memcpy(underlay->name, name, strlen(name));
	memcpy(underlay->mac, dev->mac, sizeof(underlay->mac));
	return 0;
}

int mc_underlay_add(struct mc_instance *in, const char *name,
		    const struct mc_underlay_options *options)
{
	struct mc_underlay underlay = { 0 };
	struct mc_netdev dev;
	int err = mc_netdev_get(name, &dev);

	if (err)
		return mc_error(err, "no device '%.*s' here; 'ip link' lists them", IFNAMSIZ, name);
	err = check_underlay(in, name, &dev);
	if (!err)
		err = check_xdp(name, &dev, options);
	if (!err)
		err = make_underlay(in, name, &dev, options, &underlay);
	if (err)
		return err;
	err = mc_attach_plan(in, MC_PROGRAM_UNDERLAY, dev.ifindex);
	if (err < 0)
		return mc_error_errno(err, "cannot attach to '%s'", name);
	underlay.attach = err;
	err = attach_all(in, name, dev.ifindex, options, &underlay);
	if (err)
		(void)remove_underlay(in, dev.ifindex, underlay.attach);
	return err;
}

static int uses_underlay(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	(void)id;
	return vtep->ifindex == *(__u32 *)arg;
}

static int maps_to_underlay(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	(void)key;
	return m2p->ifindex == *(__u32 *)arg;
}

static int check_unused(struct mc_instance *in, const char *name, __u32 ifindex)
{
	if (mc_vtep_for_each(in, uses_underlay, &ifindex) > 0)
		return mc_error(-EBUSY,
				"VTEPs are reached through '%s': 'bpfcast vtep del' them first",
				name);
	if (mc_m2p_for_each(in, maps_to_underlay, &ifindex) > 0)
		return mc_error(-EBUSY, "groups are sent out of '%s': 'bpfcast m2p del' them first",
				name);
	if (mc_hop_for_each(in, uses_underlay, &ifindex) > 0)
		return mc_error(-EBUSY,
				"next hops of underlay groups are reached through '%s': 'bpfcast "
				"forward del' them first",
				name);
	return 0;
}

int mc_underlay_del(struct mc_instance *in, const char *name)
{
	struct mc_underlay underlay;
	__u32 ifindex;
	int err = mc_underlay_find(in, name, &ifindex);

	if (!err)
		err = mc_underlay_get(in, ifindex, &underlay);
	if (err == -ENOENT)
		return mc_error(err, "'%.*s' is no underlay; 'bpfcast underlay show' lists them",
				IFNAMSIZ, name);
	if (!err) {
		err = check_unused(in, name, ifindex);
		if (err)
			return err;
		err = remove_underlay(in, ifindex, underlay.attach);
	}
	return err ? mc_error_errno(err, "cannot delete underlay '%s'", name) : 0;
}
