/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves the node for a group, in the tables that the datapath reads: remote members with filters,
 * mappings, next hops; each change whole, and nothing comes alive again that was removed.
 */
#include <errno.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/egress.h>
#include <maps/forward.h>
#include <maps/group.h>
#include <maps/hop.h>
#include <maps/m2p.h>
#include <maps/member.h>
#include <maps/remote.h>
#include <maps/remote_vector.h>
#include <maps/underlay.h>
#include <maps/vtep.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define MAPPED EMPTY /* of the scene, without a remote */

static const struct mc_addr u1 = { .byte = { 0xff, 4, [15] = 1 } };
static const struct mc_addr u2 = { .byte = { 0xff, 4, [15] = 2 } };

static struct mc_addr node(__u8 number)
{
	return (struct mc_addr){ .byte = { 0x20, 0x01, 0x0d, 0xb8, [15] = number } };
}

static void add_ipv6(struct datapath *d)
{
	struct mc_underlay underlay = { .local = mc_addr_v4(MC_BE32(VTEP_LOCAL)),
					.vxlan_port = MC_BE16(VXLAN_PORT),
					.geneve_port = MC_BE16(6081),
					.fleet_vni = MC_DEFAULT_FLEET_VNI,
					.mac = { 2, 0, 0, 0, 0, 1 } };

	underlay.local6 = node(1);
	assert_int_equal(mc_underlay_set(&d->in, scene.uplink, &underlay), 0);
}

static int start(void **state)
{
	assert_int_equal(scene_setup(state), 0);
	add_ipv6(*state);
	return 0;
}

static int start_large(void **state)
{
	static const struct datapath_sizes sizes = { .groups = 512 };

	*state = scene_new(&sizes);
	add_ipv6(*state);
	return 0;
}

static void map(struct datapath *d, __u32 vni, __u32 group, const struct mc_addr *underlay,
		__u32 ifindex)
{
	struct mc_group_key key = group_key(vni, group);
	struct mc_m2p m2p = { .underlay = *underlay, .ifindex = ifindex, .encap = MC_ENCAP_GENEVE };

	assert_int_equal(mc_m2p_set(&d->in, &key, &m2p), 0);
}

static void unmap(struct datapath *d, __u32 vni, __u32 group)
{
	struct mc_group_key key = group_key(vni, group);

	assert_int_equal(mc_m2p_del(&d->in, &key), 0);
}

/* Makes @count next hops, nodes 2 and up, those of @underlay. */
static void forward(struct datapath *d, const struct mc_addr *underlay, __u8 count, __u8 flags)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	struct mc_vtep hop = { .remote = *underlay, .ifindex = scene.uplink };
	struct mc_remote slot = { .form = MC_FORM_V6_TAGGED, .mode = MC_MODE_BOTH, .flags = flags };

	for (__u8 i = 0; i < count; i++) {
		hop.via = node(2 + i);
		assert_int_equal(mc_hop_take(&d->in, &hop, &slot.vtep), 0);
		assert_int_equal(mc_remote_list_add(&hops, &slot, &mc_filter_all), 0);
	}
	assert_int_equal(mc_forward_set(&d->in, underlay, &hops), 0);
}

/* The slots of the group's vector; -1: it has none, and its settings say so. */
static int read_slots(struct datapath *d, __u32 group, struct mc_remote_list *list)
{
	struct mc_group_key key = group_key(VNI, group);
	struct vector vector;
	int err = mc_remote_vector_read(&d->in, MC_TABLE_REMOTES, &key, list);

	get_vector(d, VNI, group, &vector);
	assert_int_equal(!!(vector.config.flags & MC_FANOUT_F_REMOTES), !err);
	if (err == -ENOENT)
		return -1;
	assert_int_equal(err, 0);
	return (int)list->count;
}

static int slots(struct datapath *d, __u32 group)
{
	mc_autoremotes struct mc_remote_list list = { 0 };

	return read_slots(d, group, &list);
}

static int count_hop(__u32 id, const struct mc_vtep *hop, void *arg)
{
	(void)id;
	(void)hop;
	++*(int *)arg;
	return 0;
}

static int hops_known(struct datapath *d)
{
	int count = 0;

	assert_int_equal(mc_hop_for_each(&d->in, count_hop, &count), 0);
	return count;
}

static void hops_are_slots_of_all_that_is_mapped(void **state)
{
	mc_autoremotes struct mc_remote_list list = { 0 };
	struct datapath *d = *state;
	struct mc_vtep hop;

	map(d, VNI, MAPPED, &u1, 0);
	assert_int_equal(slots(d, MAPPED), -1);
	forward(d, &u1, 2, 0);
	assert_int_equal(read_slots(d, MAPPED, &list), 2);
	for (__u32 i = 0; i < 2; i++) {
		assert_int_equal(list.item[i].slot.form, MC_FORM_V6_TAGGED);
		assert_int_equal(list.item[i].slot.mode, MC_MODE_BOTH);
		assert_int_equal(list.item[i].slot.flags, MC_REMOTE_F_M2P);
	}
	assert_int_equal(mc_vtep_get(&d->in, list.item[0].slot.vtep, &hop), 0);
	assert_true(mc_addr_equal(&hop.remote, &u1));
	assert_int_equal(hop.via.byte[15], 2);
	assert_int_equal(hop.local.byte[15], 1);
	assert_int_equal(hop.vni, MC_DEFAULT_FLEET_VNI);
	assert_int_equal(MC_BE32(hop.tunnel), 0x02006558);
	assert_int_equal(MC_BE16(hop.port), 6081);
	assert_int_equal(hop.dmac[0], 0x33);
	assert_int_equal(hop.dmac[5], 1);
	assert_int_equal(hop.smac[5], 1);
	assert_int_equal(mc_vtep_find(&d->in, &u1, &(__u32){ 0 }), -ENOENT);
	unmap(d, VNI, MAPPED);
	assert_int_equal(slots(d, MAPPED), -1);
	assert_int_equal(hops_known(d), 2); /* the entry has them still */
}

static void the_last_use_frees_a_hop(void **state)
{
	struct datapath *d = *state;

	map(d, VNI, MAPPED, &u1, 0);
	forward(d, &u1, 2, 0);
	forward(d, &u2, 1, 0);
	assert_int_equal(hops_known(d), 3);
	forward(d, &u1, 1, 0);
	assert_int_equal(hops_known(d), 2);
	assert_int_equal(slots(d, MAPPED), 1);
	assert_int_equal(mc_forward_del(&d->in, &u1), 0);
	assert_int_equal(mc_forward_del(&d->in, &u1), -ENOENT);
	assert_int_equal(slots(d, MAPPED), -1);
	assert_int_equal(hops_known(d), 1);
	assert_int_equal(mc_forward_del(&d->in, &u2), 0);
	assert_int_equal(hops_known(d), 0);
}

static void a_device_gets_one_copy_as_it_is(void **state)
{
	mc_autoremotes struct mc_remote_list list = { 0 };
	struct datapath *d = *state;
	struct mc_vtep hop;

	forward(d, &u1, 2, 0);
	map(d, VNI, MAPPED, &u1, scene.uplink);
	assert_int_equal(read_slots(d, MAPPED, &list), 1);
	assert_int_equal(list.item[0].slot.form, MC_FORM_V6);
	assert_int_equal(mc_vtep_get(&d->in, list.item[0].slot.vtep, &hop), 0);
	assert_int_equal(hop.vni, MC_VNI_OF_PACKET);
	assert_int_equal(MC_BE32(hop.tunnel), 0x00006558);
	assert_int_equal(hop.flags, MC_VTEP_F_GROUP | MC_VTEP_F_DEV);
	map(d, VNI, MAPPED, &u1, 0); /* by its hops from now on */
	assert_int_equal(slots(d, MAPPED), 2);
	assert_int_equal(hops_known(d), 2);
}

static void members_and_hops_do_not_touch_one_another(void **state)
{
	const struct mc_addr wanted = mc_addr_v4(MC_BE32(IP4(10, 0, 0, 1)));
	const struct mc_filter include = { true, 1, &wanted };
	mc_autoremotes struct mc_remote_list list = { 0 }, members = { 0 };
	struct mc_group_key key = group_key(VNI, REMOTE);
	struct datapath *d = *state;
	struct mc_group group;

	map(d, VNI, REMOTE, &u1, 0);
	forward(d, &u1, 2, MC_REMOTE_F_EQUAL);
	assert_int_equal(slots(d, REMOTE), 3);
	assert_int_equal(mc_remote_add(&d->in, &key, scene.vtep, &mc_filter_all), -EEXIST);
	assert_int_equal(mc_remote_add(&d->in, &key, scene.vtep, &include), 0);
	assert_int_equal(mc_remote_add(&d->in, &key, scene.vtep, &include), -EEXIST);
	assert_int_equal(read_slots(d, REMOTE, &list), 3);
	assert_int_equal(list.item[0].slot.flags, MC_REMOTE_F_M2P | MC_REMOTE_F_EQUAL);
	assert_int_equal(list.item[2].slot.flags, MC_REMOTE_F_FILTER | MC_REMOTE_F_DENY);
	assert_int_equal(list.item[2].slot.vtep, scene.vtep);
	assert_memory_equal(list.item[2].sources, &wanted, sizeof(wanted));
	assert_int_equal(mc_group_get(&d->in, &key, false, &group), 0);
	assert_int_equal(group.remote, 1);
	assert_int_equal(mc_forward_del(&d->in, &u1), 0);
	assert_int_equal(mc_egress_members(&d->in, &key, &members), 0);
	assert_int_equal(members.count, 1);
	assert_int_equal(members.item[0].slot.sources, 1);
	forward(d, &u1, 1, 0);
	assert_int_equal(mc_remote_del(&d->in, &key, scene.vtep), 0);
	assert_int_equal(mc_remote_del(&d->in, &key, scene.vtep), -ENOENT);
	assert_int_equal(slots(d, REMOTE), 1);
}

static void deleting_a_vtep_leaves_the_hops(void **state)
{
	struct mc_addr remote = mc_addr_v4(MC_BE32(VTEP_REMOTE));
	struct datapath *d = *state;

	map(d, VNI, REMOTE, &u1, 0);
	forward(d, &u1, 2, 0);
	assert_int_equal(mc_vtep_del(&d->in, &remote), 0);
	assert_int_equal(slots(d, REMOTE), 2);
}

/* A mapping stays when its group goes, and nothing of what members wanted comes back with the group. */
static void a_group_that_comes_back_is_mapped_and_has_no_member(void **state)
{
	struct datapath *d = *state;

	map(d, VNI, REMOTE, &u1, 0);
	forward(d, &u1, 2, 0);
	add_member(d, VNI, scene.port[0], REMOTE);
	del_group(d, VNI, REMOTE);
	assert_int_equal(hops_known(d), 2);
	add_group(d, VNI, REMOTE, 8);
	assert_int_equal(slots(d, REMOTE), 2);
	assert_false(is_member(d, VNI, scene.port[0], REMOTE));
	del_group(d, VNI, REMOTE);
	unmap(d, VNI, REMOTE);
	add_group(d, VNI, REMOTE, 8);
	assert_int_equal(slots(d, REMOTE), -1);
}

/* OPTE's trap: a subscription that could not be removed after the mapping, and came alive with the next. */
static void a_member_leaves_though_the_mapping_was_cleared(void **state)
{
	struct mc_member_key key = member_key(VNI, scene.port[0], MAPPED);
	struct datapath *d = *state;

	map(d, VNI, MAPPED, &u1, 0);
	forward(d, &u1, 1, 0);
	assert_int_equal(mc_member_set(&d->in, &key, MC_ORIGIN_STATIC, &mc_filter_all), 0);
	unmap(d, VNI, MAPPED);
	assert_true(is_member(d, VNI, scene.port[0], MAPPED));
	assert_int_equal(slots(d, MAPPED), -1);
	assert_int_equal(mc_member_del(&d->in, &key, MC_ORIGIN_STATIC), 0);
	map(d, VNI, MAPPED, &u1, 0);
	assert_int_equal(slots(d, MAPPED), 1);
	assert_false(is_member(d, VNI, scene.port[0], MAPPED));
}

static void the_same_pair_is_of_one_vni(void **state)
{
	struct mc_group_key other = group_key(OTHER_VNI, MAPPED);
	struct mc_m2p m2p = { .underlay = u1, .encap = MC_ENCAP_GENEVE };
	struct mc_underlay_group pair = { .underlay = u1, .group = other.group };
	struct mc_underlay_vni vni;
	struct datapath *d = *state;

	map(d, VNI, MAPPED, &u1, 0);
	map(d, VNI, MAPPED, &u1, 0);
	assert_int_equal(mc_m2p_set(&d->in, &other, &m2p), -EEXIST);
	map(d, VNI, REMOTE, &u1, 0); /* another group may share the underlay group */
	map(d, VNI, MAPPED, &u2, 0);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_UNDERLAY_GROUPS, &pair, &vni), -ENOENT);
	assert_int_equal(mc_m2p_set(&d->in, &other, &m2p), 0);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_UNDERLAY_GROUPS, &pair, &vni), 0);
	assert_int_equal(vni.vni, OTHER_VNI);
	assert_int_equal(mc_m2p_del(&d->in, &other), 0);
	assert_int_equal(mc_m2p_del(&d->in, &other), -ENOENT);
}

/* More groups than are changed at once. */
static void all_groups_of_an_underlay_group_change(void **state)
{
	struct datapath *d = *state;

	add_groups(d, VNI, IP4(239, 5, 0, 0), 300, 8);
	for (__u32 i = 0; i < 300; i++)
		map(d, VNI, IP4(239, 5, 0, 0) + i, &u1, 0);
	forward(d, &u1, 3, 0);
	for (__u32 i = 0; i < 300; i++)
		assert_int_equal(slots(d, IP4(239, 5, 0, 0) + i), 3);
	assert_int_equal(mc_forward_del(&d->in, &u1), 0);
	for (__u32 i = 0; i < 300; i++)
		assert_int_equal(slots(d, IP4(239, 5, 0, 0) + i), -1);
}

static void an_ipv4_group_without_mapping_is_refused_where_others_have_one(void **state)
{
	struct mc_member_key key = member_key(VNI, scene.port[0], MAPPED);
	struct mc_member_key remote = member_key(VNI, scene.port[0], REMOTE);
	struct datapath *d = *state;

	map(d, VNI, SERVED, &u1, 0);
	assert_int_equal(mc_member_set(&d->in, &key, MC_ORIGIN_STATIC, &mc_filter_all), -EINVAL);
	assert_int_equal(mc_member_set(&d->in, &remote, MC_ORIGIN_STATIC, &mc_filter_all), 0);
	map(d, VNI, MAPPED, &u1, 0);
	assert_int_equal(mc_member_set(&d->in, &key, MC_ORIGIN_STATIC, &mc_filter_all), 0);
}

#define egress_test(function) cmocka_unit_test_setup_teardown(function, start, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		egress_test(hops_are_slots_of_all_that_is_mapped),
		egress_test(the_last_use_frees_a_hop),
		egress_test(a_device_gets_one_copy_as_it_is),
		egress_test(members_and_hops_do_not_touch_one_another),
		egress_test(deleting_a_vtep_leaves_the_hops),
		egress_test(a_group_that_comes_back_is_mapped_and_has_no_member),
		egress_test(a_member_leaves_though_the_mapping_was_cleared),
		egress_test(the_same_pair_is_of_one_vni),
		cmocka_unit_test_setup_teardown(all_groups_of_an_underlay_group_change, start_large,
						scene_teardown),
		egress_test(an_ipv4_group_without_mapping_is_refused_where_others_have_one),
	};

	return cmocka_run_group_tests(tests, scene_enter, NULL);
}
