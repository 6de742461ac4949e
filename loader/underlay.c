/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/underlay.h>

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/attach.h>
#include <loader/netdev.h>
#include <maps/instance.h>
#include <maps/port.h>
#include <maps/text.h>
#include <maps/vtep.h>

int mc_underlay_get(struct mc_instance *in, __u32 ifindex, struct mc_underlay *underlay)
{
	return mc_table_get(in, MC_TABLE_UNDERLAYS, &ifindex, underlay);
}

struct underlay_walk {
	mc_underlay_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	struct underlay_walk *walk = arg;

	return walk->fn(*(const __u32 *)key, value, walk->arg);
}

int mc_underlay_for_each(struct mc_instance *in, mc_underlay_fn fn, void *arg)
{
	struct underlay_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_UNDERLAYS, visit, &walk);
}

struct name_search {
	const char *name;
	__u32 ifindex;
};

static int match_name(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct name_search *search = arg;

	if (strncmp(underlay->name, search->name, sizeof(underlay->name)) != 0)
		return 0;
	search->ifindex = ifindex;
	return 1;
}

int mc_underlay_find(struct mc_instance *in, const char *name, __u32 *ifindex)
{
	struct name_search search = { name, 0 };
	int err = mc_underlay_for_each(in, match_name, &search);

	if (err < 0)
		return err;
	if (!err)
		return -ENOENT;
	*ifindex = search.ifindex;
	return 0;
}

/* Our VTEP address on the device: the one asked for, which it must have, or its first. */
static int choose_address(const char *name, const struct mc_netdev *dev,
			  const struct mc_underlay_options *options, struct mc_addr *local)
{
	static const struct mc_addr none;
	char text[MC_ADDR_TEXT];

	if (mc_addr_equal(&options->local, &none)) {
		if (mc_netdev_address(dev->ifindex, local))
			return mc_error(-EADDRNOTAVAIL,
					"'%s' has no IPv4 address of global scope: give it one, or "
					"name one with 'addr'",
					name);
		return 0;
	}
	if (!mc_netdev_has_address(dev->ifindex, &options->local))
		return mc_error(-EADDRNOTAVAIL, "%s is no address of '%s'; 'ip addr' lists them",
				mc_addr_format(&options->local, text), name);
	*local = options->local;
	return 0;
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

static int remove_underlay(struct mc_instance *in, __u32 ifindex, __u8 attach)
{
	int err = mc_detach_xdp(in, ifindex);

	if (!err)
		err = mc_detach_tc(in, MC_PROGRAM_UNDERLAY, ifindex, attach);
	if (!err)
		err = mc_table_del(in, MC_TABLE_UNDERLAYS, &ifindex);
	return err;
}

static int attach_all(struct mc_instance *in, const char *name, __u32 ifindex,
		      const struct mc_underlay_options *options, struct mc_underlay *underlay)
{
	int err = mc_table_set(in, MC_TABLE_UNDERLAYS, &ifindex, underlay, BPF_ANY);

	if (!err)
		err = mc_attach_tc(in, MC_PROGRAM_UNDERLAY, ifindex, underlay->attach);
	if (err)
		return mc_error_errno(err, "cannot add underlay '%s'", name);
	err = attach_guard(in, name, ifindex, options, underlay);
	if (!err)
		err = mc_table_set(in, MC_TABLE_UNDERLAYS, &ifindex, underlay, BPF_EXIST);
	return err;
}

int mc_underlay_add(struct mc_instance *in, const char *name,
		    const struct mc_underlay_options *options)
{
	struct mc_underlay underlay = { 0 };
	struct mc_instance_info info;
	struct mc_netdev dev;
	int err = mc_netdev_get(name, &dev);

	if (err)
		return mc_error(err, "no device '%.*s' here; 'ip link' lists them", IFNAMSIZ, name);
	err = check_underlay(in, name, &dev);
	if (!err)
		err = choose_address(name, &dev, options, &underlay.local);
	if (err)
		return err;
	err = mc_instance_info(in, &info);
	if (!err)
		err = mc_attach_plan(in, MC_PROGRAM_UNDERLAY, dev.ifindex);
	if (err < 0)
		return mc_error_errno(err, "cannot attach to '%s'", name);
	underlay.attach = err;
	underlay.vxlan_port = info.vxlan_port;
	underlay.geneve_port = info.geneve_port;
	underlay.mtu = dev.mtu;
	memcpy(underlay.name, name, strlen(name));
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
	if (!err && mc_vtep_for_each(in, uses_underlay, &ifindex) > 0)
		return mc_error(-EBUSY,
				"VTEPs are reached through '%s': 'bpfcast vtep del' them first",
				name);
	if (!err)
		err = remove_underlay(in, ifindex, underlay.attach);
	return err ? mc_error_errno(err, "cannot delete underlay '%s'", name) : 0;
}

int mc_underlay_route(struct mc_instance *in, const struct mc_addr *remote, const char *dev,
		      __u32 *ifindex, struct mc_underlay *underlay)
{
	struct mc_route route = { 0 };
	char text[MC_ADDR_TEXT];
	__u32 wanted = 0;
	int err = 0;

	mc_addr_format(remote, text);
	if (dev) {
		err = mc_underlay_find(in, dev, &wanted);
		if (err)
			return mc_error(err,
					"'%.*s' is no underlay; 'bpfcast underlay add' it first",
					IFNAMSIZ, dev);
	}
	err = mc_netdev_route(remote, wanted, &route);
	if (err)
		return mc_error_errno(err, "no route to VTEP %s", text);
	err = mc_underlay_get(in, route.ifindex, underlay);
	if (err)
		return mc_error(
			-ENOENT,
			"the route to VTEP %s leads through interface %u, which is no underlay; "
			"'bpfcast underlay add' it first",
			text, route.ifindex);
	*ifindex = route.ifindex;
	return 0;
}
