/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/port.h>

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <loader/attach.h>
#include <loader/netdev.h>
#include <loader/underlay.h>
#include <maps/flood.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vni.h>

static int check_port(struct mc_instance *in, const char *name, const struct mc_netdev *dev)
{
	struct mc_underlay underlay;
	struct mc_port port;

	if (!mc_underlay_get(in, dev->ifindex, &underlay))
		return mc_error(-EINVAL, "'%s' is an underlay: it cannot be a port too", name);
	if (!mc_port_get(in, dev->ifindex, &port) &&
	    mc_is_attached_tc(in, MC_PROGRAM_PORT, dev->ifindex, port.attach))
		return mc_error(-EEXIST, "'%s' is a port already, in VNI %u", name, port.vni);
	return 0;
}

static int check_options(const struct mc_port_options *options)
{
	char text[MC_ADDR_TEXT];

	if (options->vni > MC_VNI_MAX)
		return mc_error(-EINVAL, "VNI %u: at most %u", options->vni, MC_VNI_MAX);
	if (options->limit_sources > MC_SOURCES_MAX)
		return mc_error(-EINVAL, "limit of %u sources: at most %u", options->limit_sources,
				MC_SOURCES_MAX);
	if (options->check_mac && options->mac[0] & 1)
		return mc_error(-EINVAL, "a group MAC cannot be a host's");
	for (__u32 i = 0; i < options->source_count; i++)
		if (mc_addr_is_bad_source(&options->sources[i]))
			return mc_error(-EINVAL, "%s cannot be a host's address",
					mc_addr_format(&options->sources[i], text));
	return 0;
}

struct source_walk {
	struct mc_instance *in;
	__u32 ifindex;
};

static int forget_source(const void *key, const void *value, void *arg)
{
	const struct mc_port_source *entry = key;
	struct source_walk *walk = arg;

	(void)value;
	return entry->ifindex == walk->ifindex ? mc_table_del(walk->in, MC_TABLE_PORT_SOURCES, key)
					       : 0;
}

static int forget_sources(struct mc_instance *in, __u32 ifindex)
{
	struct source_walk walk = { in, ifindex };

	return mc_table_for_each(in, MC_TABLE_PORT_SOURCES, forget_source, &walk);
}

static int write_sources(struct mc_instance *in, __u32 ifindex,
			 const struct mc_port_options *options)
{
	int err = forget_sources(in, ifindex);
	__u32 unused = 0;

	for (__u32 i = 0; !err && i < options->source_count; i++) {
		struct mc_port_source key = { ifindex, options->sources[i] };

		err = mc_table_set(in, MC_TABLE_PORT_SOURCES, &key, &unused, BPF_ANY);
	}
	return err;
}

/* The entries first: a program without them passes everything. */
static int write_entries(struct mc_instance *in, __u32 ifindex, const struct mc_port *port,
			 const struct mc_port_options *options)
{
	struct mc_port_state state = { 0 };
	int err = mc_table_set(in, MC_TABLE_PORT_STATE, &ifindex, &state, BPF_NOEXIST);

	if (err == -EEXIST) /* of an add that was killed, or a port whose device came back */
		err = mc_member_forget_port(in, ifindex);
	if (!err)
		err = write_sources(in, ifindex, options);
	if (!err)
		err = mc_table_set(in, MC_TABLE_PORTS, &ifindex, port, BPF_ANY);
	return err;
}

static int remove_port(struct mc_instance *in, __u32 ifindex, const struct mc_port *port)
{
	int err = mc_detach_tc(in, MC_PROGRAM_PORT, ifindex, port->attach);

	if (!err)
		err = mc_member_forget_port(in, ifindex);
	if (!err) {
		err = mc_table_del(in, MC_TABLE_PORT_STATE, &ifindex);
		err = err == -ENOENT ? 0 : err;
	}
	if (!err)
		err = forget_sources(in, ifindex);
	if (!err)
		err = mc_table_del(in, MC_TABLE_PORTS, &ifindex);
	if (!err)
		err = mc_vni_release(in, port->vni);
	return err;
}

static struct mc_port make_port(const char *name, const struct mc_netdev *dev,
				const struct mc_port_options *options)
{
	struct mc_port port = {
		.vni = options->vni,
		.kind = options->kind,
		.limit_groups =
			options->limit_groups ? options->limit_groups : MC_DEFAULT_LIMIT_GROUPS,
		.limit_sources =
			options->limit_sources ? options->limit_sources : MC_DEFAULT_LIMIT_SOURCES,
		.limit_rate = options->rate_chosen ? options->limit_rate : MC_DEFAULT_LIMIT_RATE,
		.mtu = dev->mtu,
		.vlan = options->vlan,
	};

	if (dev->is_veth_pair)
		port.flags |= MC_PORT_F_PEER;
	if (options->may_query)
		port.flags |= MC_PORT_F_MAY_QUERY;
	if (options->check_mac)
		port.flags |= MC_PORT_F_CHECK_MAC;
	if (options->source_count)
		port.flags |= MC_PORT_F_CHECK_SOURCE;
	memcpy(port.mac, options->mac, sizeof(port.mac));
	memcpy(port.name, name, strlen(name));
	return port;
}

static int add_port(struct mc_instance *in, __u32 ifindex, const struct mc_port *port,
		    const struct mc_port_options *options)
{
	int err = write_entries(in, ifindex, port, options);

	if (!err)
		err = mc_vni_hold(in, port->vni);
	if (!err)
		err = mc_attach_tc(in, MC_PROGRAM_PORT, ifindex, port->attach);
	return err ? err : mc_flood_update(in, port->vni);
}

int mc_port_add(struct mc_instance *in, const char *name, const struct mc_port_options *options)
{
	struct mc_port port;
	struct mc_netdev dev;
	int err = mc_netdev_get(name, &dev);

	if (err)
		return mc_error(err, "no device '%.*s' here; 'ip link' lists them", IFNAMSIZ, name);
	err = check_options(options);
	if (!err)
		err = check_port(in, name, &dev);
	if (err)
		return err;
	port = make_port(name, &dev, options);
	err = mc_attach_plan(in, MC_PROGRAM_PORT, dev.ifindex);
	if (err < 0)
		return mc_error_errno(err, "cannot attach to '%s'", name);
	port.attach = err;
	err = add_port(in, dev.ifindex, &port, options);
	if (!err)
		return 0;
	(void)remove_port(in, dev.ifindex, &port);
	if (err == -E2BIG || err == -ENOSPC)
		return mc_error(-ENOSPC, "no room for port '%s', %u is the most", name,
				mc_table_capacity(in, MC_TABLE_PORTS));
	return mc_error_errno(err, "cannot add port '%s'", name);
}

/* What the port is in another VNI is nobody's: not the tenant's that it leaves, nor the new one's. */
static int move_port(struct mc_instance *in, __u32 ifindex, __u32 from, __u32 to)
{
	int err = mc_member_forget_port(in, ifindex);

	if (!err)
		err = mc_vni_release(in, from);
	return err ? err : mc_flood_update(in, to);
}

struct membership_count {
	__u32 ifindex;
	__u32 groups;
};

static int count_membership(const struct mc_member_key *key, const struct mc_member *member,
			    void *arg)
{
	struct membership_count *count = arg;

	(void)member;
	count->groups += key->ifindex == count->ifindex;
	return 0;
}

/* Somebody has deleted it below us: the memberships are there, and count. */
static int restore_state(struct mc_instance *in, __u32 ifindex)
{
	struct membership_count count = { .ifindex = ifindex };
	struct mc_port_state state = { 0 };
	int err;

	if (!mc_port_state_get(in, ifindex, &state))
		return 0;
	err = mc_member_for_each(in, count_membership, &count);
	state.groups = count.groups;
	return err ? err : mc_table_set(in, MC_TABLE_PORT_STATE, &ifindex, &state, BPF_NOEXIST);
}

static int replace_port(struct mc_instance *in, __u32 ifindex, const struct mc_port *old,
			const struct mc_port *port, const struct mc_port_options *options)
{
	int err = mc_vni_hold(in, port->vni);

	if (!err)
		err = restore_state(in, ifindex);
	if (!err)
		err = write_sources(in, ifindex, options);
	if (!err)
		err = mc_table_set(in, MC_TABLE_PORTS, &ifindex, port, BPF_EXIST);
	if (!err && old->vni != port->vni)
		err = move_port(in, ifindex, old->vni, port->vni);
	return err;
}

int mc_port_replace(struct mc_instance *in, const char *name, const struct mc_port_options *options)
{
	struct mc_port old, port;
	struct mc_netdev dev;
	int err = mc_netdev_get(name, &dev);

	if (err)
		return mc_error(err, "no device '%.*s' here; 'ip link' lists them", IFNAMSIZ, name);
	err = mc_port_get(in, dev.ifindex, &old);
	if (err || !mc_is_attached_tc(in, MC_PROGRAM_PORT, dev.ifindex, old.attach))
		return mc_port_add(in, name, options);
	err = check_options(options);
	if (err)
		return err;
	port = make_port(name, &dev, options);
	port.attach = old.attach;
	err = replace_port(in, dev.ifindex, &old, &port, options);
	return err ? mc_error_errno(err, "cannot change port '%s'", name) : 0;
}

/* By the table first, which knows devices that are gone; by the kernel for one that was renamed. */
static int find_port(struct mc_instance *in, const char *name, __u32 *ifindex)
{
	struct mc_netdev dev;

	if (!mc_port_find(in, name, ifindex))
		return 0;
	if (mc_netdev_get(name, &dev))
		return -ENOENT;
	*ifindex = dev.ifindex;
	return 0;
}

int mc_port_remove(struct mc_instance *in, __u32 ifindex)
{
	struct mc_port port;
	int err = mc_port_get(in, ifindex, &port);

	return err ? err : remove_port(in, ifindex, &port);
}

int mc_port_del(struct mc_instance *in, const char *name)
{
	struct mc_port port;
	__u32 ifindex;
	int err = find_port(in, name, &ifindex);

	if (!err)
		err = mc_port_get(in, ifindex, &port);
	if (err == -ENOENT)
		return mc_error(err, "'%.*s' is no port; 'bpfcast port show' lists them", IFNAMSIZ,
				name);
	if (!err)
		err = remove_port(in, ifindex, &port);
	return err ? mc_error_errno(err, "cannot delete port '%s'", name) : 0;
}
