/* SPDX-License-Identifier: Apache-2.0 */
#include "overlay.h"

#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/underlay.h>

#include "fill.h"
#include "packet.h"
#include "test.h"

struct mc_addr addr6(struct ip6 address)
{
	struct mc_addr result;

	memcpy(&result, &address, sizeof(result));
	return result;
}

static void set(struct datapath *d, enum mc_table table, const void *key, const void *value)
{
	assert_int_equal(mc_table_set(&d->in, table, key, value, BPF_ANY), 0);
}

static void set_mac(__u8 to[6], __u64 mac)
{
	for (int i = 0; i < 6; i++)
		to[i] = mac >> (40 - 8 * i);
}

void add_underlay_with(struct datapath *d, __u32 ifindex, unsigned int flags)
{
	struct mc_underlay underlay = {
		.local = mc_addr_v4(MC_BE32(VTEP_LOCAL)),
		.local6 = addr6(VTEP6_LOCAL),
		.vxlan_port = MC_BE16(VXLAN_PORT),
		.geneve_port = MC_BE16(GENEVE_PORT),
		.flags = flags,
		.mtu = 1500,
		.fleet_vni = FLEET_VNI,
	};

	set_mac(underlay.mac, VTEP_MAC_LOCAL);
	assert_int_equal(mc_underlay_set(&d->in, ifindex, &underlay), 0);
}

/* The first id that no VTEP has. */
static __u32 free_id(struct datapath *d)
{
	struct mc_vtep vtep;

	for (__u32 id = 0; id < DATAPATH_VTEPS; id++) {
		assert_int_equal(mc_table_get(&d->in, MC_TABLE_VTEPS, &id, &vtep), 0);
		if (vtep.encap == MC_ENCAP_NONE)
			return id;
	}
	fail_msg("more than %d VTEPs", DATAPATH_VTEPS);
	return 0;
}

static __u32 put_vtep(struct datapath *d, struct mc_vtep *vtep)
{
	struct mc_next_hop none = { 0 };
	__u32 id = free_id(d);

	vtep->encap = vtep->tunnel == TUNNEL_VXLAN ? MC_ENCAP_VXLAN : MC_ENCAP_GENEVE;
	vtep->port = MC_BE16(vtep->tunnel == TUNNEL_VXLAN ? VXLAN_PORT : GENEVE_PORT);
	set(d, MC_TABLE_NEXT_HOPS, &id, &none);
	set(d, MC_TABLE_VTEPS, &id, vtep);
	if (!(vtep->flags & MC_VTEP_F_GROUP))
		set(d, MC_TABLE_VTEP_IDS, &vtep->remote, &id);
	return id;
}

/* RFC 791 section 3.1 over the words that are constant. */
static __u16 constant_sum(__u32 local, __u32 remote)
{
	__u32 sum = 0x4500 + 0x4000 + 0x4011 + (local >> 16) + (local & 0xffff) + (remote >> 16) +
		    (remote & 0xffff);

	return (__u16)~frame_fold(sum);
}

__u32 add_vtep4(struct datapath *d, __u32 address, __u32 ifindex, bool is_geneve)
{
	struct mc_vtep vtep = {
		.remote = mc_addr_v4(MC_BE32(address)),
		.local = mc_addr_v4(MC_BE32(VTEP_LOCAL)),
		.via = mc_addr_v4(MC_BE32(address)),
		.ifindex = ifindex,
		.tunnel = is_geneve ? TUNNEL_GENEVE : TUNNEL_VXLAN,
		.vni = MC_VNI_OF_PACKET,
		.ip_sum = constant_sum(VTEP_LOCAL, address),
	};

	set_mac(vtep.dmac, VTEP_MAC_REMOTE);
	set_mac(vtep.smac, VTEP_MAC_LOCAL);
	return put_vtep(d, &vtep);
}

__u32 add_vtep6(struct datapath *d, struct ip6 address, __u32 ifindex, bool is_geneve)
{
	struct mc_vtep vtep = {
		.remote = addr6(address),
		.local = addr6(VTEP6_LOCAL),
		.via = addr6(address),
		.ifindex = ifindex,
		.tunnel = is_geneve ? TUNNEL_GENEVE : TUNNEL_VXLAN,
		.vni = MC_VNI_OF_PACKET,
	};

	set_mac(vtep.dmac, VTEP_MAC_REMOTE);
	set_mac(vtep.smac, VTEP_MAC_LOCAL);
	return put_vtep(d, &vtep);
}

__u32 add_hop(struct datapath *d, struct ip6 group, __u32 ifindex, bool tagged)
{
	struct mc_vtep vtep = {
		.remote = addr6(group),
		.local = addr6(VTEP6_LOCAL),
		.via = addr6(VTEP6_REMOTE),
		.ifindex = ifindex,
		.flags = MC_VTEP_F_GROUP | (tagged ? 0 : MC_VTEP_F_DEV),
		.tunnel = tagged ? TUNNEL_TAGGED : TUNNEL_GENEVE,
		.vni = FLEET_VNI,
	};

	return put_vtep(d, &vtep);
}

static int new_vector(const struct mc_remote *slots, unsigned int count,
		      const struct mc_addr *sources, unsigned int source_count)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);
	__u32 slot_lines = MC_REMOTE_LINES(count), source_lines = MC_REMOTE_LINES(source_count);
	__u32 lines = 1 + slot_lines + source_lines;
	mc_autofree struct mc_remote_line *line = calloc(lines, sizeof(*line));
	struct mc_remotes_head *head = &line->head;
	int fd;

	assert_non_null(line);
	head->count = count;
	head->sources = 1 + slot_lines;
	for (unsigned int i = count; i-- > 0;) {
		line[1 + i / MC_REMOTE_LINE_SLOTS].slot[i % MC_REMOTE_LINE_SLOTS] = slots[i];
		if (slots[i].flags & MC_REMOTE_F_EQUAL) {
			head->first_equal = i;
			head->equals++;
		}
	}
	for (unsigned int i = 0; i < source_count; i++)
		line[head->sources + i / MC_REMOTE_LINE_SLOTS].source[i % MC_REMOTE_LINE_SLOTS] =
			sources[i];
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, sizeof(__u32), sizeof(*line), lines,
			    &options);
	assert_true(fd >= 0);
	for (__u32 i = 0; i < lines; i++)
		assert_int_equal(bpf_map_update_elem(fd, &i, &line[i], BPF_ANY), 0);
	return fd;
}

void set_vector_of(struct datapath *d, const struct mc_group_key *key,
		   const struct mc_remote *slots, unsigned int count, const struct mc_addr *sources,
		   unsigned int source_count)
{
	mc_autoclose int vector = new_vector(slots, count, sources, source_count);

	set(d, MC_TABLE_REMOTES, key, &vector);
	assert_int_equal(mc_group_set_flags(&d->in, key, MC_FANOUT_F_REMOTES, 0), 0);
}

void set_vector(struct datapath *d, __u32 vni, __u32 group, const struct mc_remote *slots,
		unsigned int count, const struct mc_addr *sources, unsigned int source_count)
{
	struct mc_group_key key = group_key(vni, group);

	set_vector_of(d, &key, slots, count, sources, source_count);
}

void set_hops(struct datapath *d, struct ip6 group, const struct mc_remote *slots,
	      unsigned int count, const struct mc_addr *sources, unsigned int source_count)
{
	mc_autoclose int vector = new_vector(slots, count, sources, source_count);
	struct mc_addr key = addr6(group);

	set(d, MC_TABLE_FORWARDING, &key, &vector);
}

void map_group(struct datapath *d, struct ip6 underlay, __u32 group, __u32 vni)
{
	struct mc_underlay_group key = {
		.underlay = addr6(underlay),
		.group = mc_addr_v4(MC_BE32(group)),
	};
	struct mc_underlay_vni value = { .vni = vni };

	set(d, MC_TABLE_UNDERLAY_GROUPS, &key, &value);
}
