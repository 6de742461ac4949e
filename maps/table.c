/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/table.h>

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/abi.h>
#include <bpfcast/util.h>

#define CHUNK	 4096 /* entries a system call */
#define ENOTSUPP 524  /* the kernel's own, of tables without batches */

static const struct {
	const char *name;
	size_t key_size;
	size_t value_size;
} tables[] = {
#define X(name, text, key, value) [MC_TABLE_##name] = { text, key, value },
	MC_TABLES(X)
#undef X
};

const char *mc_table_name(enum mc_table table)
{
	return tables[table].name;
}

size_t mc_table_key_size(enum mc_table table)
{
	return tables[table].key_size;
}

size_t mc_table_value_size(enum mc_table table)
{
	return tables[table].value_size;
}

int mc_table_get(const struct mc_instance *in, enum mc_table table, const void *key, void *value)
{
	return bpf_map_lookup_elem(in->table[table], key, value);
}

int mc_table_set(const struct mc_instance *in, enum mc_table table, const void *key,
		 const void *value, uint64_t flags)
{
	return bpf_map_update_elem(in->table[table], key, value, flags);
}

int mc_table_del(const struct mc_instance *in, enum mc_table table, const void *key)
{
	return bpf_map_delete_elem(in->table[table], key);
}

static bool is_unsupported(int err)
{
	return err == -ENOTSUP || err == -ENOTSUPP || err == -EINVAL;
}

int mc_table_set_many(const struct mc_instance *in, enum mc_table table, const void *keys,
		      const void *values, uint32_t count, uint32_t *done)
{
	size_t key_size = tables[table].key_size, value_size = tables[table].value_size;
	int err = -ENOTSUP;

	*done = count;
	if (count > 1)
		err = bpf_map_update_batch(in->table[table], keys, values, done, NULL);
	if (!is_unsupported(err))
		return err;
	for (*done = 0; *done < count; ++*done) {
		err = mc_table_set(in, table, (const char *)keys + *done * key_size,
				   (const char *)values + *done * value_size, BPF_ANY);
		if (err)
			return err;
	}
	return 0;
}

int mc_table_del_many(const struct mc_instance *in, enum mc_table table, const void *keys,
		      uint32_t count)
{
	__u32 done = count;
	int err = -ENOTSUP;

	if (count > 1)
		err = bpf_map_delete_batch(in->table[table], keys, &done, NULL);
	if (!is_unsupported(err) && err != -ENOENT)
		return err;
	for (__u32 i = 0; i < count; i++) {
		err = mc_table_del(in, table, (const char *)keys + i * tables[table].key_size);
		if (err && err != -ENOENT)
			return err;
	}
	return 0;
}

static int table_info(const struct mc_instance *in, enum mc_table table, struct bpf_map_info *info)
{
	__u32 size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(in->table[table], info, &size);
}

uint32_t mc_table_capacity(const struct mc_instance *in, enum mc_table table)
{
	struct bpf_map_info info;

	return table_info(in, table, &info) ? 0 : info.max_entries;
}

/* What the kernel copies for one value: per-CPU ones 8-byte aligned, once a possible CPU. */
static int snapshot_value_size(const struct bpf_map_info *info)
{
	int cpus;

	if (info->type != BPF_MAP_TYPE_PERCPU_ARRAY && info->type != BPF_MAP_TYPE_PERCPU_HASH)
		return info->value_size;
	cpus = libbpf_num_possible_cpus();
	return cpus < 0 ? cpus : (int)((info->value_size + 7) / 8 * 8) * cpus;
}

struct snapshot {
	char *keys;
	char *values;
	size_t count;
	size_t space;
	size_t key_size;
	size_t value_size;
};

static void snapshot_free(struct snapshot *s)
{
	free(s->keys);
	free(s->values);
}

static int snapshot_reserve(struct snapshot *s, size_t more)
{
	size_t space = s->space ? s->space : CHUNK;
	void *moved;

	if (s->count + more <= s->space)
		return 0;
	while (space < s->count + more)
		space *= 2;
	moved = realloc(s->keys, space * s->key_size);
	if (!moved)
		return -ENOMEM;
	s->keys = moved;
	moved = realloc(s->values, space * s->value_size);
	if (!moved)
		return -ENOMEM;
	s->values = moved;
	s->space = space;
	return 0;
}

/* One entry at a time: what works for every type of table on every kernel. */
static int snapshot_by_key(int fd, struct snapshot *s)
{
	void *previous = NULL;
	int err;

	for (;;) {
		err = snapshot_reserve(s, 1);
		if (err)
			return err;
		if (s->count)
			previous = s->keys + (s->count - 1) * s->key_size;
		err = bpf_map_get_next_key(fd, previous, s->keys + s->count * s->key_size);
		if (err)
			return err == -ENOENT ? 0 : err;
		err = bpf_map_lookup_elem(fd, s->keys + s->count * s->key_size,
					  s->values + s->count * s->value_size);
		if (!err)
			s->count++;
		else if (err == -ENOENT) /* deleted meanwhile: the walk may restart, so give up */
			return snapshot_reserve(s, 1);
		else
			return err;
	}
}

static int snapshot_by_batch(int fd, struct snapshot *s)
{
	__u64 batch[8]; /* as wide as the widest key: arrays use it as one */
	void *in_batch = NULL;
	__u32 chunk = CHUNK;
	__u32 count;
	int err;

	do {
		err = snapshot_reserve(s, chunk);
		if (err)
			return err;
		count = chunk;
		err = bpf_map_lookup_batch(fd, in_batch, batch, s->keys + s->count * s->key_size,
					   s->values + s->count * s->value_size, &count, NULL);
		if (err == -ENOSPC && chunk < (1u << 24)) { /* a bucket larger than the chunk */
			chunk *= 2;
			err = 0;
			continue;
		}
		if (err && err != -ENOENT)
			return err;
		s->count += count;
		in_batch = batch;
	} while (!err);
	return 0;
}

int mc_table_for_each(const struct mc_instance *in, enum mc_table table, mc_table_fn fn, void *arg)
{
	__attribute__((cleanup(snapshot_free))) struct snapshot s = { 0 };
	struct bpf_map_info info;
	int err = table_info(in, table, &info);

	if (err)
		return err;
	err = snapshot_value_size(&info);
	if (err < 0)
		return err;
	s.key_size = info.key_size;
	s.value_size = err;
	err = snapshot_by_batch(in->table[table], &s);
	if (err && !s.count)
		err = snapshot_by_key(in->table[table], &s);
	if (err)
		return err;
	for (size_t i = 0; i < s.count; i++) {
		err = fn(s.keys + i * s.key_size, s.values + i * s.value_size, arg);
		if (err)
			return err;
	}
	return 0;
}
