/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/vni.h>

#include <errno.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <maps/flood.h>
#include <maps/port.h>
#include <maps/storm.h>
#include <maps/table.h>

int mc_vni_hold(struct mc_instance *in, __u32 vni)
{
	struct mc_vni value = { 0 };
	int err = mc_table_set(in, MC_TABLE_VNIS, &vni, &value, BPF_NOEXIST);

	if (!err || err == -EEXIST)
		return 0;
	return mc_error_errno(err, "cannot add VNI %u", vni);
}

static int port_uses(__u32 ifindex, const struct mc_port *port, void *arg)
{
	(void)ifindex;
	return port->vni == *(__u32 *)arg;
}

static int group_uses(const void *key, const void *value, void *arg)
{
	const struct mc_group_key *group = key;

	(void)value;
	return group->vni == *(__u32 *)arg;
}

int mc_vni_release(struct mc_instance *in, __u32 vni)
{
	struct mc_vni settings;
	int used = mc_vni_get(in, vni, &settings);

	if (used || settings.pinned)
		return used == -ENOENT ? 0 : used;
	used = mc_port_for_each(in, port_uses, &vni);
	if (!used)
		used = mc_table_for_each(in, MC_TABLE_FANOUT, group_uses, &vni);
	if (used)
		return used < 0 ? used : 0;
	used = mc_table_del(in, MC_TABLE_VNIS, &vni);
	return used == -ENOENT ? 0 : used;
}

int mc_vni_get(struct mc_instance *in, __u32 vni, struct mc_vni *settings)
{
	return mc_table_get(in, MC_TABLE_VNIS, &vni, settings);
}

int mc_vni_set(struct mc_instance *in, __u32 vni, const struct mc_vni *settings)
{
	int err = mc_table_set(in, MC_TABLE_VNIS, &vni, settings, BPF_ANY);

	if (!err && !settings->storm_rate)
		err = mc_storm_forget_vni(in, vni);
	if (err)
		return mc_error_errno(err, "cannot set VNI %u", vni);
	return mc_flood_update(in, vni);
}

struct vni_walk {
	mc_vni_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	struct vni_walk *walk = arg;

	return walk->fn(*(const __u32 *)key, value, walk->arg);
}

int mc_vni_for_each(struct mc_instance *in, mc_vni_fn fn, void *arg)
{
	struct vni_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_VNIS, visit, &walk);
}
