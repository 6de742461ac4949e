/* SPDX-License-Identifier: Apache-2.0 */
#include "fill.h"

#include <bpf/bpf.h>

#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/group.h>
#include <maps/remote.h>
#include <maps/underlay.h>
#include <maps/vni.h>
#include <maps/vtep.h>

#include "packet.h"
#include "test.h"

struct mc_group_key group_key(__u32 vni, __u32 group)
{
	return (struct mc_group_key){ .vni = vni, .group = mc_addr_v4(MC_BE32(group)) };
}

struct mc_member_key member_key(__u32 vni, __u32 ifindex, __u32 group)
{
	return (struct mc_member_key){
		.vni = vni,
		.ifindex = ifindex,
		.group = mc_addr_v4(MC_BE32(group)),
	};
}

static void set(struct datapath *d, enum mc_table table, const void *key, const void *value)
{
	assert_int_equal(mc_table_set(&d->in, table, key, value, BPF_ANY), 0);
}

void add_port_with(struct datapath *d, __u32 ifindex, const struct mc_port *port)
{
	struct mc_port_state state = { 0 };

	set(d, MC_TABLE_PORT_STATE, &ifindex, &state);
	set(d, MC_TABLE_PORTS, &ifindex, port);
	assert_int_equal(mc_vni_hold(&d->in, port->vni), 0);
}

void set_port(struct datapath *d, __u32 ifindex, const struct mc_port *port)
{
	set(d, MC_TABLE_PORTS, &ifindex, port);
}

void add_port(struct datapath *d, __u32 ifindex, __u32 vni)
{
	struct mc_port port = {
		.vni = vni,
		.limit_groups = MC_DEFAULT_LIMIT_GROUPS,
		.limit_sources = MC_DEFAULT_LIMIT_SOURCES,
	};

	add_port_with(d, ifindex, &port);
}

struct mc_port_state port_state(struct datapath *d, __u32 ifindex)
{
	struct mc_port_state state;

	assert_int_equal(mc_table_get(&d->in, MC_TABLE_PORT_STATE, &ifindex, &state), 0);
	return state;
}

void set_port_lock(struct datapath *d, __u32 ifindex, __u32 lock)
{
	struct mc_port_state state = port_state(d, ifindex);

	state.lock = lock;
	set(d, MC_TABLE_PORT_STATE, &ifindex, &state);
}

void add_group(struct datapath *d, __u32 vni, __u32 group, __u32 size)
{
	add_groups(d, vni, group, 1, size);
}

void add_groups(struct datapath *d, __u32 vni, __u32 group, unsigned int count, __u32 size)
{
	mc_autofree struct mc_group_key *keys = calloc(count, sizeof(*keys));
	mc_autofree __u32 *sizes = calloc(count, sizeof(*sizes));

	assert_non_null(keys);
	assert_non_null(sizes);
	for (unsigned int i = 0; i < count; i++) {
		keys[i] = group_key(vni, group + i);
		sizes[i] = size;
	}
	assert_int_equal(mc_group_add_many(&d->in, keys, sizes, count), 0);
}

void del_group(struct datapath *d, __u32 vni, __u32 group)
{
	struct mc_group_key key = group_key(vni, group);

	assert_int_equal(mc_group_del(&d->in, &key), 0);
}

void add_underlay(struct datapath *d, __u32 ifindex)
{
	struct mc_underlay underlay = {
		.local = mc_addr_v4(MC_BE32(VTEP_LOCAL)),
		.vxlan_port = MC_BE16(VXLAN_PORT),
	};

	assert_int_equal(mc_underlay_set(&d->in, ifindex, &underlay), 0);
}

__u32 add_vtep(struct datapath *d, __u32 address, __u32 ifindex)
{
	struct mc_vtep vtep = {
		.remote = mc_addr_v4(MC_BE32(address)),
		.local = mc_addr_v4(MC_BE32(VTEP_LOCAL)),
		.via = mc_addr_v4(MC_BE32(address)),
		.ifindex = ifindex,
		.port = MC_BE16(VXLAN_PORT),
		.encap = MC_ENCAP_VXLAN,
		.tunnel = MC_BE32(VXLAN_FLAG_VNI << 24),
		.vni = MC_VNI_OF_PACKET,
	};
	__u32 id = 0;

	assert_int_equal(mc_vtep_add(&d->in, &vtep, &id), 0);
	return id;
}

void set_remotes(struct datapath *d, __u32 vni, __u32 group, const __u32 *vteps, unsigned int count)
{
	struct mc_group_key key = group_key(vni, group);

	assert_int_equal(mc_remote_set(&d->in, &key, vteps, count, &mc_filter_all), 0);
}

void add_member(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group)
{
	struct mc_member_key key = member_key(vni, ifindex, group);

	assert_int_equal(datapath_control(d, MC_OP_JOIN, &key, MC_ORIGIN_STATIC), 0);
}

bool get_member(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group, struct mc_member *member)
{
	struct mc_member_key key = member_key(vni, ifindex, group);

	return !mc_table_get(&d->in, MC_TABLE_MEMBERS, &key, member);
}

static bool is_known(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group, bool group_there)
{
	struct mc_group_key key = group_key(vni, group);
	struct mc_member member;

	return get_member(d, vni, ifindex, group, &member) &&
	       mc_group_exists(&d->in, &key) == group_there;
}

bool is_member(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group)
{
	return is_known(d, vni, ifindex, group, true);
}

bool is_pending(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group)
{
	return is_known(d, vni, ifindex, group, false);
}

void get_vector(struct datapath *d, __u32 vni, __u32 group, struct vector *vector)
{
	struct mc_group_key key = group_key(vni, group);
	mc_autoclose int fd = mc_group_vector(&d->in, &key);
	struct mc_line line;
	__u32 index = 0;

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &index, &line), 0);
	vector->config = line.config;
	index = 1;
	assert_int_equal(bpf_map_lookup_elem(fd, &index, &line), 0);
	vector->state = line.state;
	vector->lines = 0;
	for (index = MC_FANOUT_HEADER; !bpf_map_lookup_elem(fd, &index, &line); index++) {
		assert_true(vector->lines < MC_ARRAY_SIZE(vector->slot) / MC_LINE_SLOTS);
		for (int i = 0; i < MC_LINE_SLOTS; i++)
			vector->slot[vector->lines * MC_LINE_SLOTS + i] = line.slot[i];
		vector->lines++;
	}
	assert_int_equal(vector->lines + MC_FANOUT_HEADER, MC_FANOUT_LINES(vector->config.size));
}

struct mc_group_counters group_counters(struct datapath *d, __u32 vni, __u32 group)
{
	struct mc_group_key key = group_key(vni, group);
	struct mc_group result;

	assert_int_equal(mc_group_get(&d->in, &key, true, &result), 0);
	return result.counters;
}
