/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/flood.h>

#include <errno.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/remote.h>
#include <maps/table.h>
#include <maps/vni.h>
#include <maps/vtep.h>

struct vtep_list {
	__u32 *ids;
	__u32 count;
};

static int list_vtep(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	struct vtep_list *list = arg;
	__u32 *larger = realloc(list->ids, (list->count + 1) * sizeof(*larger));

	(void)vtep;
	if (!larger)
		return -ENOMEM;
	list->ids = larger;
	list->ids[list->count++] = id;
	return 0;
}

static int set_remotes(struct mc_instance *in, const struct mc_group_key *key)
{
	struct vtep_list list = { 0 };
	int err = mc_vtep_for_each(in, list_vtep, &list);

	if (!err)
		err = mc_remote_set(in, key, list.ids, list.count, &mc_filter_all);
	free(list.ids);
	return err;
}

struct join_ports {
	struct mc_instance *in;
	const struct mc_group_key *key;
};

/*
 * A port that is gone from the VNI has taken its membership with it. One that has no room for another, as
 * is said, must not keep the others out: its host has filled it.
 */
static int join_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct join_ports *join = arg;
	struct mc_member_key key = { .vni = port->vni, .ifindex = ifindex };
	struct mc_member member;
	int err;

	if (port->vni != join->key->vni || !mc_member_get(join->in, &key, &member))
		return 0;
	err = mc_member_set(join->in, &key, MC_ORIGIN_CONTROL, &mc_filter_all);
	return err == -ENOSPC ? 0 : err;
}

static int add_group(struct mc_instance *in, const struct mc_group_key *key)
{
	__u32 size = mc_table_capacity(in, MC_TABLE_PORTS);

	return mc_group_add_any(in, key, &size, 1);
}

int mc_flood_update(struct mc_instance *in, __u32 vni)
{
	struct mc_group_key key = { .vni = vni };
	struct join_ports join = { in, &key };
	struct mc_vni settings;
	bool wanted;
	int err = 0;

	wanted = !mc_vni_get(in, vni, &settings) && settings.link_local == MC_LINK_LOCAL_FLOOD;
	if (!wanted)
		return mc_group_exists(in, &key) ? mc_group_del(in, &key) : 0;
	if (!mc_group_exists(in, &key))
		err = add_group(in, &key);
	if (!err)
		err = mc_port_for_each(in, join_port, &join);
	return err ? err : set_remotes(in, &key);
}

static int update(__u32 vni, const struct mc_vni *settings, void *arg)
{
	return settings->link_local == MC_LINK_LOCAL_FLOOD ? mc_flood_update(arg, vni) : 0;
}

int mc_flood_update_all(struct mc_instance *in)
{
	return mc_vni_for_each(in, update, in);
}
