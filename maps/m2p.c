/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry in `m2p` is written last and deleted last: a run that is killed before that is done over by
 * the same command.
 */
#include <maps/m2p.h>

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/egress.h>
#include <maps/hop.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/underlay_group.h>

int mc_m2p_get(struct mc_instance *in, const struct mc_group_key *key, struct mc_m2p *m2p)
{
	return mc_table_get(in, MC_TABLE_M2P, key, m2p);
}

struct m2p_walk {
	mc_m2p_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	struct m2p_walk *walk = arg;

	return walk->fn(key, value, walk->arg);
}

int mc_m2p_for_each(struct mc_instance *in, mc_m2p_fn fn, void *arg)
{
	struct m2p_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_M2P, visit, &walk);
}

struct groups {
	const struct mc_addr *underlay;
	struct mc_group_key *keys;
	__u32 count;
};

static int collect(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	struct groups *groups = arg;
	struct mc_group_key *larger;

	if (m2p->ifindex || !mc_addr_equal(&m2p->underlay, groups->underlay))
		return 0;
	larger = reallocarray(groups->keys, (size_t)groups->count + 1, sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	groups->keys = larger;
	groups->keys[groups->count++] = *key;
	return 0;
}

int mc_m2p_groups_of(struct mc_instance *in, const struct mc_addr *underlay,
		     struct mc_group_key **keys, __u32 *count)
{
	struct groups groups = { .underlay = underlay };
	int err = mc_m2p_for_each(in, collect, &groups);

	if (err) {
		free(groups.keys);
		return err;
	}
	*keys = groups.keys;
	*count = groups.count;
	return 0;
}

/* Whose VNI is it? An entry without its mapping was left by a run that was killed. */
static int check_owner(struct mc_instance *in, const struct mc_group_key *key,
		       const struct mc_underlay_group *pair)
{
	char group[MC_ADDR_TEXT], underlay[MC_ADDR_TEXT];
	struct mc_group_key owner = { .group = key->group };
	struct mc_underlay_vni vni;
	struct mc_m2p m2p;

	if (mc_table_get(in, MC_TABLE_UNDERLAY_GROUPS, pair, &vni) || vni.vni == key->vni)
		return 0;
	owner.vni = vni.vni;
	if (mc_m2p_get(in, &owner, &m2p) || !mc_addr_equal(&m2p.underlay, &pair->underlay))
		return 0;
	return mc_error(-EEXIST,
			"group %s of VNI %u is mapped to %s already: the same of VNI %u would be "
			"taken for it; choose another underlay group",
			mc_addr_format(&key->group, group), vni.vni,
			mc_addr_format(&pair->underlay, underlay), key->vni);
}

static struct mc_underlay_group pair_of(const struct mc_group_key *key, const struct mc_m2p *m2p)
{
	return (struct mc_underlay_group){ .underlay = m2p->underlay, .group = key->group };
}

int mc_m2p_check(struct mc_instance *in, const struct mc_group_key *key, const struct mc_m2p *m2p)
{
	struct mc_underlay_group pair = pair_of(key, m2p);
	char text[MC_ADDR_TEXT];
	int err = mc_underlay_group_check(&m2p->underlay);

	if (err)
		return err;
	mc_addr_format(&key->group, text);
	if (!mc_addr_is_multicast(&key->group) || mc_addr_is_link_local_group(&key->group))
		return mc_error(-EINVAL, "%s is no group that can be carried", text);
	if (key->vni > MC_VNI_MAX)
		return mc_error(-EINVAL, "VNI %u: at most %u", key->vni, MC_VNI_MAX);
	return check_owner(in, key, &pair);
}

/* Forgets the way back from an underlay group that the group is to be mapped to no more. */
static int forget_pair(struct mc_instance *in, const struct mc_group_key *key,
		       const struct mc_m2p *before)
{
	struct mc_underlay_group pair = pair_of(key, before);
	int err = mc_table_del(in, MC_TABLE_UNDERLAY_GROUPS, &pair);

	return err == -ENOENT ? 0 : err;
}

static int set(struct mc_instance *in, const struct mc_group_key *key, const struct mc_m2p *m2p)
{
	const struct mc_egress_draft draft = { .mapped = key, .m2p = m2p };
	struct mc_underlay_group pair = pair_of(key, m2p);
	struct mc_underlay_vni vni = { .vni = key->vni };
	struct mc_m2p before;
	bool moves =
		!mc_m2p_get(in, key, &before) && !mc_addr_equal(&before.underlay, &m2p->underlay);
	int err = mc_table_set(in, MC_TABLE_UNDERLAY_GROUPS, &pair, &vni, BPF_ANY);

	if (!err)
		err = mc_egress_update(in, key, 1, &draft);
	if (!err && moves)
		err = forget_pair(in, key, &before);
	if (!err)
		err = mc_table_set(in, MC_TABLE_M2P, key, m2p, BPF_ANY);
	return err ? err : mc_hop_sweep(in);
}

int mc_m2p_set(struct mc_instance *in, const struct mc_group_key *key, const struct mc_m2p *m2p)
{
	char text[MC_ADDR_TEXT];
	int err = mc_m2p_check(in, key, m2p);

	if (err)
		return err;
	err = set(in, key, m2p);
	mc_addr_format(&key->group, text);
	if (err == -E2BIG || err == -ENOSPC)
		return mc_error(-ENOSPC, "no room to map group %s vni %u, %u is the most", text,
				key->vni, mc_table_capacity(in, MC_TABLE_M2P));
	return err ? mc_error_errno(err, "cannot map group %s vni %u", text, key->vni) : 0;
}

int mc_m2p_del(struct mc_instance *in, const struct mc_group_key *key)
{
	const struct mc_egress_draft draft = { .mapped = key };
	char text[MC_ADDR_TEXT];
	struct mc_m2p before;
	int err = mc_m2p_get(in, key, &before);

	mc_addr_format(&key->group, text);
	if (err == -ENOENT)
		return mc_error(
			err,
			"group %s vni %u is not mapped; 'bpfcast m2p show' lists those that "
			"are",
			text, key->vni);
	if (!err)
		err = mc_egress_update(in, key, 1, &draft);
	if (!err)
		err = forget_pair(in, key, &before);
	if (!err)
		err = mc_table_del(in, MC_TABLE_M2P, key);
	if (!err)
		err = mc_hop_sweep(in);
	return err ? mc_error_errno(err, "cannot forget the mapping of group %s vni %u", text,
				    key->vni)
		   : 0;
}
