/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adding and deleting groups. Each write to `fanout` or `remotes` makes the kernel wait for an RCU grace
 * period, so many groups go in one system call. Steps are ordered so that a kill between any two
 * leaves a group that is whole or can be deleted again: id, vector, `fanout`, slots; and back.
 */
#include <maps/group.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/egress.h>
#include <maps/member.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vector.h>
#include <maps/vni.h>

static int check_group(const struct mc_group_key *key, __u32 size)
{
	char text[MC_ADDR_TEXT];

	mc_addr_format(&key->group, text);
	if (!mc_addr_is_multicast(&key->group))
		return mc_error(-EINVAL,
				"%s is no multicast address: a group is in 224.0.0.0/4 or ff00::/8",
				text);
	if (mc_addr_is_link_local_group(&key->group))
		return mc_error(
			-EINVAL,
			"%s stays on the link (224.0.0.0/24, ff00:: to ff02::): never pruned, "
			"so it cannot be added; see 'bpfcast vni help'",
			text);
	if (key->vni > MC_VNI_MAX)
		return mc_error(-EINVAL, "VNI %u: at most %u", key->vni, MC_VNI_MAX);
	if (!size || size > MC_GROUP_SIZE_MAX)
		return mc_error(-EINVAL, "size %u: a group has 1 to %u slots", size,
				MC_GROUP_SIZE_MAX);
	return 0;
}

/* Free: never used, or left over by a run that was killed before the group was there. */
static bool is_id_free(struct mc_instance *in, __u32 id, bool left_over_too)
{
	static const struct mc_group_id unused;
	struct mc_group_id entry;

	if (mc_table_get(in, MC_TABLE_GROUP_KEYS, &id, &entry))
		return false;
	if (!memcmp(&entry, &unused, sizeof(entry)))
		return true;
	return left_over_too && !mc_group_exists(in, &entry.key);
}

static int take_id(struct mc_instance *in, const struct mc_group_key *key, __u32 *next)
{
	__u32 capacity = mc_table_capacity(in, MC_TABLE_GROUP_KEYS);
	struct mc_group_id entry = { .key = *key };

	for (int pass = 0; pass < 2; pass++, *next = 0) {
		for (__u32 id = *next; id < capacity; id++) {
			int err;

			if (!is_id_free(in, id, pass))
				continue;
			err = mc_table_set(in, MC_TABLE_GROUP_KEYS, &id, &entry, BPF_EXIST);
			if (!err)
				err = mc_group_counters_clear(in, id);
			if (err)
				return err;
			*next = id + 1;
			return (int)id;
		}
	}
	return -ENOSPC;
}

/* Does another group go by that id? */
static bool is_others(struct mc_instance *in, const struct mc_group_id *entry, __u32 id)
{
	struct mc_group other;

	return !mc_group_get(in, &entry->key, false, &other) && other.id == id;
}

int mc_group_own_id(struct mc_instance *in, const struct mc_group_key *key, __u32 id)
{
	__u32 capacity = mc_table_capacity(in, MC_TABLE_GROUP_KEYS), next = 0;
	struct mc_group_id entry, own = { .key = *key };
	int err;

	if (!mc_table_get(in, MC_TABLE_GROUP_KEYS, &id, &entry) &&
	    !memcmp(&entry, &own, sizeof(own)))
		return (int)id;
	for (__u32 other = 0; other < capacity; other++)
		if (!mc_table_get(in, MC_TABLE_GROUP_KEYS, &other, &entry) &&
		    !memcmp(&entry, &own, sizeof(own)))
			return (int)other;
	if (mc_table_get(in, MC_TABLE_GROUP_KEYS, &id, &entry) || is_others(in, &entry, id))
		return take_id(in, key, &next);
	err = mc_table_set(in, MC_TABLE_GROUP_KEYS, &id, &own, BPF_EXIST);
	return err ? err : (int)id;
}

static int free_id(struct mc_instance *in, __u32 id)
{
	struct mc_group_id unused = { 0 };

	return mc_table_set(in, MC_TABLE_GROUP_KEYS, &id, &unused, BPF_EXIST);
}

/* Gives back what a failed mc_group_add_many() has taken. */
static void drop_vectors(struct mc_instance *in, const int *vectors, __u32 count)
{
	struct mc_fanout_config config;

	for (__u32 i = 0; i < count; i++) {
		if (!mc_group_config(vectors[i], &config))
			(void)free_id(in, config.id);
		close(vectors[i]);
	}
}

static int full_error(struct mc_instance *in, int err)
{
	if (err != -ENOSPC && err != -E2BIG)
		return mc_error_errno(err, "cannot add the group");
	return mc_error(-ENOSPC,
			"no room for another group, %u is the most: 'bpfcast unload', then 'load "
			"groups N' with a larger N",
			mc_table_capacity(in, MC_TABLE_GROUP_KEYS));
}

/* A vector for one group that is not there yet, as a descriptor. */
static int make_vector(struct mc_instance *in, const struct mc_group_key *key, __u32 size,
		       __u32 flags, __u32 *next)
{
	char text[MC_ADDR_TEXT];
	int err, id;

	if (mc_group_exists(in, key))
		return mc_error(-EEXIST, "group %s vni %u is there already",
				mc_addr_format(&key->group, text), key->vni);
	id = take_id(in, key, next);
	if (id < 0)
		return full_error(in, id);
	err = mc_vector_new((__u32)id, size, flags);
	if (err >= 0)
		return err;
	(void)free_id(in, (__u32)id);
	return full_error(in, err);
}

static int make_vectors(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
			__u32 count, __u32 flags, int *vectors)
{
	__u32 next = 0;

	for (__u32 i = 0; i < count; i++) {
		int err = make_vector(in, &keys[i], sizes[i], flags, &next);

		if (err < 0) {
			drop_vectors(in, vectors, i);
			return err;
		}
		vectors[i] = err;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mc_group_key));
}

/* Of two groups with one key, the later vector would replace the earlier. */
static int check_unique(const struct mc_group_key *keys, __u32 count)
{
	mc_autofree struct mc_group_key *sorted = malloc(count * sizeof(*sorted));
	char text[MC_ADDR_TEXT];

	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, keys, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_key);
	for (__u32 i = 1; i < count; i++)
		if (!by_key(&sorted[i - 1], &sorted[i]))
			return mc_error(-EEXIST, "group %s vni %u is named twice",
					mc_addr_format(&sorted[i].group, text), sorted[i].vni);
	return 0;
}

/* None of them, if one cannot be. The instance is locked and none was there, so none is replaced. */
static int insert_vectors(struct mc_instance *in, const struct mc_group_key *keys,
			  const int *vectors, __u32 count)
{
	__u32 done;
	int err = mc_table_set_many(in, MC_TABLE_FANOUT, keys, vectors, count, &done);

	if (err)
		(void)mc_table_del_many(in, MC_TABLE_FANOUT, keys, done);
	return err;
}

static int hold_vnis(struct mc_instance *in, const struct mc_group_key *keys, __u32 count)
{
	int err = 0;

	for (__u32 i = 0; !err && i < count; i++)
		if (!i || keys[i].vni != keys[i - 1].vni)
			err = mc_vni_hold(in, keys[i].vni);
	return err;
}

static void release_vnis(struct mc_instance *in, const struct mc_group_key *keys, __u32 count)
{
	for (__u32 i = 0; i < count; i++)
		if (!i || keys[i].vni != keys[i - 1].vni)
			(void)mc_vni_release(in, keys[i].vni);
}

static int add_groups(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
		      __u32 count, __u32 flags)
{
	mc_autofree int *vectors = calloc(count, sizeof(*vectors));
	int err = vectors ? check_unique(keys, count) : -ENOMEM;

	if (!err)
		err = make_vectors(in, keys, sizes, count, flags, vectors);
	if (err)
		return err;
	err = hold_vnis(in, keys, count);
	if (!err)
		err = mc_egress_prepare(in, keys, vectors, count);
	if (!err) {
		err = insert_vectors(in, keys, vectors, count);
		if (err)
			err = full_error(in, err);
	}
	if (err) {
		drop_vectors(in, vectors, count);
		release_vnis(in, keys, count);
		return err;
	}
	for (__u32 i = 0; i < count; i++)
		close(vectors[i]);
	err = mc_member_place(in, keys, count);
	return err ? mc_error_errno(err, "cannot give slots to the waiting members") : 0;
}

static int check_groups(const struct mc_group_key *keys, const __u32 *sizes, __u32 count)
{
	int err = 0;

	for (__u32 i = 0; !err && i < count; i++)
		err = check_group(&keys[i], sizes[i]);
	return err;
}

int mc_group_add_any(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
		     __u32 count)
{
	return add_groups(in, keys, sizes, count, 0);
}

static bool is_learned(struct mc_instance *in, const struct mc_group_key *key)
{
	struct mc_group group;

	return mc_group_exists(in, key) && !mc_group_get(in, key, false, &group) &&
	       group.flags & MC_FANOUT_F_LEARNED;
}

/* From now on it stays without members, too, as one that was added. */
static int adopt(struct mc_instance *in, const struct mc_group_key *key, __u32 size)
{
	int err = mc_group_grow(in, key, size);

	return err ? err : mc_group_set_flags(in, key, 0, MC_FANOUT_F_LEARNED);
}

int mc_group_add_many(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
		      __u32 count)
{
	mc_autofree struct mc_group_key *new_keys = calloc(count + 1, sizeof(*new_keys));
	mc_autofree __u32 *new_sizes = calloc(count + 1, sizeof(*new_sizes));
	int err = new_keys && new_sizes ? check_groups(keys, sizes, count) : -ENOMEM;
	__u32 new_count = 0;

	for (__u32 i = 0; !err && i < count; i++) {
		if (is_learned(in, &keys[i]))
			continue;
		new_keys[new_count] = keys[i];
		new_sizes[new_count++] = sizes[i];
	}
	if (!err && new_count)
		err = add_groups(in, new_keys, new_sizes, new_count, 0);
	for (__u32 i = 0; !err && new_count < count && i < count; i++)
		if (is_learned(in, &keys[i]))
			err = adopt(in, &keys[i], sizes[i]);
	return err;
}

int mc_group_learn_many(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
			__u32 count)
{
	int err = check_groups(keys, sizes, count);

	return err ? err : add_groups(in, keys, sizes, count, MC_FANOUT_F_LEARNED);
}

int mc_group_add(struct mc_instance *in, const struct mc_group_key *key, __u32 size)
{
	return mc_group_add_many(in, key, &size, 1);
}

static int read_ids(struct mc_instance *in, const struct mc_group_key *keys, __u32 count,
		    __u32 *ids)
{
	char text[MC_ADDR_TEXT];

	for (__u32 i = 0; i < count; i++) {
		struct mc_group group;

		if (mc_group_get(in, &keys[i], false, &group))
			return mc_error(-ENOENT,
					"no group %s vni %u; 'bpfcast group show' lists them",
					mc_addr_format(&keys[i].group, text), keys[i].vni);
		ids[i] = group.id;
	}
	return 0;
}

int mc_group_del_many(struct mc_instance *in, const struct mc_group_key *keys, __u32 count)
{
	mc_autofree __u32 *ids = calloc(count ? count : 1, sizeof(*ids));
	int err = ids ? read_ids(in, keys, count, ids) : -ENOMEM;

	if (err || !count)
		return err;
	err = mc_member_orphan(in, keys, count);
	for (__u32 i = 0; !err && i < count; i++)
		err = mc_group_set_flags(in, &keys[i], 0, MC_FANOUT_F_REMOTES);
	if (!err)
		err = mc_table_del_many(in, MC_TABLE_REMOTES, keys, count);
	if (!err)
		err = mc_table_del_many(in, MC_TABLE_FANOUT, keys, count);
	for (__u32 i = 0; !err && i < count; i++)
		err = free_id(in, ids[i]);
	if (err)
		return mc_error_errno(err, "cannot delete %u groups", count);
	release_vnis(in, keys, count);
	return 0;
}

int mc_group_del(struct mc_instance *in, const struct mc_group_key *key)
{
	return mc_group_del_many(in, key, 1);
}
