/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/egress.h>

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/hop.h>
#include <maps/remote_vector.h>
#include <maps/table.h>

#define CHUNK 256 /* vectors open at once: processes may have 1024 descriptors */

static const struct mc_egress_draft no_draft;

int mc_egress_members(struct mc_instance *in, const struct mc_group_key *key,
		      struct mc_remote_list *list)
{
	mc_autoremotes struct mc_remote_list all = { 0 };
	int err = mc_remote_vector_read(in, MC_TABLE_REMOTES, key, &all);

	if (err)
		return err == -ENOENT ? 0 : err;
	for (__u32 i = 0; !err && i < all.count; i++)
		if (!(all.item[i].slot.flags & MC_REMOTE_F_M2P))
			err = mc_remote_list_copy(list, &all.item[i]);
	return err;
}

static int get_m2p(struct mc_instance *in, const struct mc_group_key *key,
		   const struct mc_egress_draft *draft, struct mc_m2p *m2p)
{
	if (!draft->mapped || draft->mapped->vni != key->vni ||
	    !mc_addr_equal(&draft->mapped->group, &key->group))
		return mc_table_get(in, MC_TABLE_M2P, key, m2p);
	if (!draft->m2p)
		return -ENOENT;
	*m2p = *draft->m2p;
	return 0;
}

static int get_hops(struct mc_instance *in, const struct mc_addr *underlay,
		    const struct mc_egress_draft *draft, struct mc_remote_list *hops)
{
	int err = 0;

	if (!draft->forwarded || !mc_addr_equal(draft->forwarded, underlay))
		return mc_remote_vector_read(in, MC_TABLE_FORWARDING, underlay, hops);
	for (__u32 i = 0; !err && draft->hops && i < draft->hops->count; i++)
		err = mc_remote_list_copy(hops, &draft->hops->item[i]);
	return err;
}

/* The one copy, untagged, out of a device; nothing where the device is no underlay any more. */
static int append_device(struct mc_instance *in, const struct mc_m2p *m2p,
			 struct mc_remote_list *list)
{
	struct mc_remote slot = { .form = MC_FORM_V6, .flags = MC_REMOTE_F_M2P };
	int err = mc_hop_take_device(in, m2p, &slot.vtep);

	if (err)
		return err == -ENOENT ? 0 : err;
	return mc_remote_list_add(list, &slot, &mc_filter_all);
}

/* Appends what the group's mapping makes: the hops of its underlay group, or the copy out of a device. */
static int append_mapping(struct mc_instance *in, const struct mc_group_key *key,
			  const struct mc_egress_draft *draft, struct mc_remote_list *list)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	struct mc_m2p m2p;
	int err = get_m2p(in, key, draft, &m2p);

	if (err)
		return err == -ENOENT ? 0 : err;
	if (m2p.ifindex)
		return append_device(in, &m2p, list);
	err = get_hops(in, &m2p.underlay, draft, &hops);
	if (err)
		return err == -ENOENT ? 0 : err;
	for (__u32 i = 0; !err && i < hops.count; i++) {
		hops.item[i].slot.flags |= MC_REMOTE_F_M2P;
		err = mc_remote_list_copy(list, &hops.item[i]);
	}
	return err;
}

/* Groups on their way: a vector for each, or -1 for those that have no remote. */
struct batch {
	const struct mc_group_key *key[CHUNK];
	int vector[CHUNK];
	__u32 count;
};

static void close_batch(struct batch *batch)
{
	for (__u32 i = 0; i < batch->count; i++)
		mc_close_fd(&batch->vector[i]);
	batch->count = 0;
}

static int put(struct batch *batch, const struct mc_group_key *key,
	       const struct mc_remote_list *list)
{
	int vector = list->count ? mc_remote_vector_new(list) : -1;

	if (list->count && vector < 0)
		return vector;
	batch->key[batch->count] = key;
	batch->vector[batch->count++] = vector;
	return 0;
}

/* The keys of those with a vector, or without. */
static __u32 pick(const struct batch *batch, bool with, struct mc_group_key *keys, int *vectors)
{
	__u32 count = 0;

	for (__u32 i = 0; i < batch->count; i++) {
		if ((batch->vector[i] >= 0) != with)
			continue;
		keys[count] = *batch->key[i];
		vectors[count++] = batch->vector[i];
	}
	return count;
}

static int swap_in(struct mc_instance *in, const struct batch *batch)
{
	struct mc_group_key keys[CHUNK];
	int vectors[CHUNK];
	__u32 count = pick(batch, true, keys, vectors), done;

	return count ? mc_table_set_many(in, MC_TABLE_REMOTES, keys, vectors, count, &done) : 0;
}

static int take_out(struct mc_instance *in, const struct batch *batch)
{
	struct mc_group_key keys[CHUNK];
	int vectors[CHUNK];
	__u32 count = pick(batch, false, keys, vectors), kept = 0, map_id;

	for (__u32 i = 0; i < count; i++) /* to delete nothing costs a wait, too */
		if (!mc_table_get(in, MC_TABLE_REMOTES, &keys[i], &map_id))
			keys[kept++] = keys[i];
	return kept ? mc_table_del_many(in, MC_TABLE_REMOTES, keys, kept) : 0;
}

static int set_flags(struct mc_instance *in, const struct batch *batch, bool with)
{
	int err = 0;

	for (__u32 i = 0; !err && i < batch->count; i++)
		if ((batch->vector[i] >= 0) == with)
			err = mc_group_set_flags(in, batch->key[i], with ? MC_FANOUT_F_REMOTES : 0,
						 with ? 0 : MC_FANOUT_F_REMOTES);
	return err;
}

/* The flag saves the datapath a lookup: set after the vector is there, cleared before it goes. */
static int apply(struct mc_instance *in, const struct batch *batch)
{
	int err = swap_in(in, batch);

	if (!err)
		err = set_flags(in, batch, true);
	if (!err)
		err = set_flags(in, batch, false);
	return err ? err : take_out(in, batch);
}

static int update(struct mc_instance *in, const struct mc_group_key *key,
		  const struct mc_egress_draft *draft, struct batch *batch)
{
	mc_autoremotes struct mc_remote_list list = { 0 };
	int err = mc_egress_members(in, key, &list);
	__u32 gone;

	if (!err && draft->gone) {
		gone = mc_remote_list_find(&list, *draft->gone);
		if (gone < list.count)
			mc_remote_list_del(&list, gone);
	}
	if (!err)
		err = append_mapping(in, key, draft, &list);
	return err ? err : put(batch, key, &list);
}

int mc_egress_update(struct mc_instance *in, const struct mc_group_key *keys, __u32 count,
		     const struct mc_egress_draft *draft)
{
	__attribute__((cleanup(close_batch))) struct batch batch = { 0 };
	int err = 0;

	for (__u32 i = 0; !err && i < count; i++) {
		if (mc_group_exists(in, &keys[i]))
			err = update(in, &keys[i], draft, &batch);
		if (!err && batch.count == CHUNK) {
			err = apply(in, &batch);
			close_batch(&batch);
		}
	}
	return err ? err : apply(in, &batch);
}

int mc_egress_set(struct mc_instance *in, const struct mc_group_key *key,
		  const struct mc_remote_list *members)
{
	__attribute__((cleanup(close_batch))) struct batch batch = { 0 };
	mc_autoremotes struct mc_remote_list list = { 0 };
	int err = 0;

	for (__u32 i = 0; !err && i < members->count; i++)
		err = mc_remote_list_copy(&list, &members->item[i]);
	if (!err)
		err = append_mapping(in, key, &no_draft, &list);
	if (!err)
		err = put(&batch, key, &list);
	return err ? err : apply(in, &batch);
}

static int mark(int fanout)
{
	struct mc_line line;
	__u32 zero = 0;
	int err = bpf_map_lookup_elem(fanout, &zero, &line);

	if (err)
		return err;
	line.config.flags |= MC_FANOUT_F_REMOTES;
	return bpf_map_update_elem(fanout, &zero, &line, BPF_EXIST);
}

/* What is there already was left by a run that was killed; the members in it are no longer wanted. */
static int prepare(struct mc_instance *in, const struct mc_group_key *keys, const int *fanouts,
		   __u32 count)
{
	__attribute__((cleanup(close_batch))) struct batch batch = { 0 };
	int err = 0;

	for (__u32 i = 0; !err && i < count; i++) {
		mc_autoremotes struct mc_remote_list list = { 0 };

		err = append_mapping(in, &keys[i], &no_draft, &list);
		if (!err)
			err = put(&batch, &keys[i], &list);
		if (!err && list.count)
			err = mark(fanouts[i]);
	}
	if (!err)
		err = take_out(in, &batch);
	return err ? err : swap_in(in, &batch);
}

int mc_egress_prepare(struct mc_instance *in, const struct mc_group_key *keys, const int *fanouts,
		      __u32 count)
{
	int err = 0;

	for (__u32 i = 0; !err && i < count; i += CHUNK)
		err = prepare(in, keys + i, fanouts + i, count - i < CHUNK ? count - i : CHUNK);
	return err;
}
