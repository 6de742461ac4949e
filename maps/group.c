/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/group.h>

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/member.h>
#include <maps/remote.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vni.h>

static int check_group(const struct mc_group_key *key, __u32 size)
{
	char text[MC_ADDR_TEXT];

	mc_addr_format(&key->group, text);
	if (!mc_addr_is_multicast(&key->group))
		return mc_error(-EINVAL, "%s is no multicast address: a group is in 224.0.0.0/4", text);
	if (!mc_addr_is_v4(&key->group))
		return mc_error(-EOPNOTSUPP, "%s: IPv6 groups are not supported yet", text);
	if (mc_v4_is_link_local_group(key->group.word[3]))
		return mc_error(-EINVAL,
				"%s is link-local (224.0.0.0/24): never pruned, so it cannot be "
				"added",
				text);
	if (key->vni > MC_VNI_MAX)
		return mc_error(-EINVAL, "VNI %u: at most %u", key->vni, MC_VNI_MAX);
	if (!size || size > MC_GROUP_SIZE_MAX)
		return mc_error(-EINVAL, "size %u: a group has 1 to %u slots", size,
				MC_GROUP_SIZE_MAX);
	return 0;
}

/* An empty vector of @size slots, as a descriptor. */
static int new_vector(__u32 id, __u32 size)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);
	struct mc_line config = { .config = { .id = id, .size = size } };
	__u32 zero = 0;
	mc_autoclose int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mc_vector", sizeof(__u32),
					     sizeof(struct mc_line), MC_FANOUT_LINES(size),
					     &options);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_map_update_elem(fd, &zero, &config, BPF_ANY);
	return err ? err : MC_TAKE_FD(fd);
}

bool mc_group_exists(struct mc_instance *in, const struct mc_group_key *key)
{
	__u32 map_id;

	return !mc_table_get(in, MC_TABLE_FANOUT, key, &map_id);
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

static int free_id(struct mc_instance *in, __u32 id)
{
	struct mc_group_id unused = { 0 };

	return mc_table_set(in, MC_TABLE_GROUP_KEYS, &id, &unused, BPF_EXIST);
}

static int vector_config(int vector, struct mc_fanout_config *config)
{
	struct mc_line line;
	__u32 zero = 0;
	int err = bpf_map_lookup_elem(vector, &zero, &line);

	if (!err)
		*config = line.config;
	return err;
}

/* Gives back what a failed mc_group_add_many() has taken. */
static void drop_vectors(struct mc_instance *in, const int *vectors, __u32 count)
{
	struct mc_fanout_config config;

	for (__u32 i = 0; i < count; i++) {
		if (!vector_config(vectors[i], &config))
			(void)free_id(in, config.id);
		close(vectors[i]);
	}
}

static void close_vectors(const int *vectors, __u32 count)
{
	for (__u32 i = 0; i < count; i++)
		close(vectors[i]);
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

static int make_vectors(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
			__u32 count, int *vectors)
{
	char text[MC_ADDR_TEXT];
	__u32 next = 0;

	for (__u32 i = 0; i < count; i++) {
		int err = check_group(&keys[i], sizes[i]);

		if (!err && mc_group_exists(in, &keys[i]))
			err = mc_error(-EEXIST, "group %s vni %u is there already",
				       mc_addr_format(&keys[i].group, text), keys[i].vni);
		if (!err) {
			int id = take_id(in, &keys[i], &next);

			err = id < 0 ? id : new_vector(id, sizes[i]);
			if (err >= 0)
				vectors[i] = err;
			else if (id >= 0)
				(void)free_id(in, id);
			if (err < 0)
				err = full_error(in, err);
		}
		if (err < 0) {
			drop_vectors(in, vectors, i);
			return err;
		}
	}
	return 0;
}

/* All of them in one system call where the kernel can, so with one wait for RCU. */
static int insert_vectors(struct mc_instance *in, const struct mc_group_key *keys,
			  const int *vectors, __u32 count)
{
	__u32 done = count;
	int err = -ENOTSUP;

	if (count > 1)
		err = bpf_map_update_batch(in->table[MC_TABLE_FANOUT], keys, vectors, &done, NULL);
	if (err == -ENOTSUP || err == -EINVAL || err == -524) {
		err = 0;
		for (done = 0; !err && done < count; done++)
			err = mc_table_set(in, MC_TABLE_FANOUT, &keys[done], &vectors[done],
					   BPF_NOEXIST);
		if (err)
			done--;
	}
	for (__u32 i = 0; err && i < done; i++)
		(void)mc_table_del(in, MC_TABLE_FANOUT, &keys[i]);
	return err;
}

int mc_group_add_many(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
		      __u32 count)
{
	mc_autofree int *vectors = calloc(count, sizeof(*vectors));
	int err = vectors ? 0 : -ENOMEM;

	if (!err)
		err = make_vectors(in, keys, sizes, count, vectors);
	if (err)
		return err;
	for (__u32 i = 0; !err && i < count; i++)
		if (!i || keys[i].vni != keys[i - 1].vni)
			err = mc_vni_hold(in, keys[i].vni);
	if (!err) {
		err = insert_vectors(in, keys, vectors, count);
		if (err)
			err = full_error(in, err);
	}
	if (err) {
		drop_vectors(in, vectors, count);
		return err;
	}
	close_vectors(vectors, count);
	return mc_pending_adopt_all(in);
}

int mc_group_add(struct mc_instance *in, const struct mc_group_key *key, __u32 size)
{
	return mc_group_add_many(in, key, &size, 1);
}

int mc_group_vector(struct mc_instance *in, const struct mc_group_key *key)
{
	__u32 map_id;
	int err = mc_table_get(in, MC_TABLE_FANOUT, key, &map_id);

	return err ? err : bpf_map_get_fd_by_id(map_id);
}

int mc_group_set_flags(struct mc_instance *in, const struct mc_group_key *key, __u32 set,
		       __u32 clear)
{
	mc_autoclose int vector = mc_group_vector(in, key);
	struct mc_line line;
	__u32 zero = 0;
	int err;

	if (vector < 0)
		return vector;
	err = bpf_map_lookup_elem(vector, &zero, &line);
	if (err)
		return err;
	line.config.flags = (line.config.flags | set) & ~clear;
	return bpf_map_update_elem(vector, &zero, &line, BPF_EXIST);
}

int mc_group_get(struct mc_instance *in, const struct mc_group_key *key, bool counters,
		 struct mc_group *group)
{
	mc_autoclose int vector = mc_group_vector(in, key);
	struct mc_group result = { .key = *key };
	struct mc_fanout_config config;
	mc_autofree __u32 *vteps = NULL;
	struct mc_line line;
	__u32 one = 1;
	int err;

	if (vector < 0)
		return vector;
	err = vector_config(vector, &config);
	if (!err)
		err = bpf_map_lookup_elem(vector, &one, &line);
	if (!err && config.flags & MC_FANOUT_F_REMOTES)
		err = mc_remote_get(in, key, &vteps, &result.remote);
	if (!err && counters)
		err = mc_group_counters_get(in, config.id, &result.counters);
	if (err)
		return err;
	result.id = config.id;
	result.size = config.size;
	result.local = line.state.used;
	result.waiting = line.state.waiting;
	*group = result;
	return 0;
}

struct group_walk {
	struct mc_instance *in;
	mc_group_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	struct group_walk *walk = arg;
	struct mc_group group;
	int err = mc_group_get(walk->in, key, true, &group);

	(void)value;
	if (err == -ENOENT) /* deleted meanwhile */
		return 0;
	return err ? err : walk->fn(&group, walk->arg);
}

int mc_group_for_each(struct mc_instance *in, mc_group_fn fn, void *arg)
{
	struct group_walk walk = { in, fn, arg };

	return mc_table_for_each(in, MC_TABLE_FANOUT, visit, &walk);
}

int mc_group_del(struct mc_instance *in, const struct mc_group_key *key)
{
	struct mc_group group;
	char text[MC_ADDR_TEXT];
	int err = mc_group_get(in, key, false, &group);

	if (err == -ENOENT)
		return mc_error(err, "no group %s vni %u; 'bpfcast group show' lists them",
				mc_addr_format(&key->group, text), key->vni);
	if (!err)
		err = mc_table_del(in, MC_TABLE_FANOUT, key);
	if (!err)
		err = mc_member_orphan(in, key);
	if (!err) {
		err = mc_table_del(in, MC_TABLE_REMOTES, key);
		err = err == -ENOENT ? 0 : err;
	}
	if (!err)
		err = free_id(in, group.id);
	if (!err)
		err = mc_vni_release(in, key->vni);
	if (err)
		return mc_error_errno(err, "cannot delete group %s vni %u",
				      mc_addr_format(&key->group, text), key->vni);
	return 0;
}
