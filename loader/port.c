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
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/vni.h>

static int check_port(struct mc_instance *in, const char *name, const struct mc_netdev *dev,
		      const struct mc_port_options *options)
{
	struct mc_underlay underlay;
	struct mc_port port;

	if (options->vni > MC_VNI_MAX)
		return mc_error(-EINVAL, "VNI %u: at most %u", options->vni, MC_VNI_MAX);
	if (!mc_underlay_get(in, dev->ifindex, &underlay))
		return mc_error(-EINVAL, "'%s' is an underlay: it cannot be a port too", name);
	if (!mc_port_get(in, dev->ifindex, &port) &&
	    mc_is_attached_tc(in, MC_PROGRAM_PORT, dev->ifindex, port.attach))
		return mc_error(-EEXIST, "'%s' is a port already, in VNI %u", name, port.vni);
	return 0;
}

/* The entries first: a program without them passes everything. */
static int write_entries(struct mc_instance *in, __u32 ifindex, const struct mc_port *port)
{
	struct mc_port_state state = { 0 };
	int err = mc_table_set(in, MC_TABLE_PORT_STATE, &ifindex, &state, BPF_NOEXIST);

	if (err == -EEXIST) /* of an add that was killed, or a port whose device came back */
		err = mc_member_forget_port(in, ifindex);
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
		err = mc_table_del(in, MC_TABLE_PORTS, &ifindex);
	if (!err)
		err = mc_vni_release(in, port->vni);
	return err;
}

int mc_port_add(struct mc_instance *in, const char *name, const struct mc_port_options *options)
{
	struct mc_port port = {
		.vni = options->vni,
		.kind = options->kind,
		.flags = options->may_query ? MC_PORT_F_MAY_QUERY : 0,
		.limit_groups = options->limit_groups ? options->limit_groups :
							MC_DEFAULT_LIMIT_GROUPS,
	};
	struct mc_netdev dev;
	int err = mc_netdev_get(name, &dev);

	if (err)
		return mc_error(err, "no device '%.*s' here; 'ip link' lists them", IFNAMSIZ, name);
	err = check_port(in, name, &dev, options);
	if (err)
		return err;
	err = mc_attach_plan(in, MC_PROGRAM_PORT, dev.ifindex);
	if (err < 0)
		return mc_error_errno(err, "cannot attach to '%s'", name);
	port.attach = err;
	port.mtu = dev.mtu;
	if (dev.is_veth_pair)
		port.flags |= MC_PORT_F_PEER;
	memcpy(port.name, name, strlen(name));
	err = write_entries(in, dev.ifindex, &port);
	if (!err)
		err = mc_vni_hold(in, port.vni);
	if (!err)
		err = mc_attach_tc(in, MC_PROGRAM_PORT, dev.ifindex, port.attach);
	if (!err)
		return 0;
	(void)remove_port(in, dev.ifindex, &port);
	if (err == -E2BIG || err == -ENOSPC)
		return mc_error(-ENOSPC, "no room for port '%s', %u is the most", name,
				mc_table_capacity(in, MC_TABLE_PORTS));
	return mc_error_errno(err, "cannot add port '%s'", name);
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
