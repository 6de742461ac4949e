/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/abi.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <bpfcast/abi.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/table.h>

static void free_btf(struct btf **btf)
{
	btf__free(*btf);
}
#define autobtf __attribute__((cleanup(free_btf)))

static const char *member_name(const struct btf *btf, const struct btf_member *member)
{
	return btf__name_by_offset(btf, member->name_off);
}

/* Same size, and the same members at the same offsets? Scalars by size. */
static bool same_layout(const struct btf *a, __u32 a_id, const struct btf *b, __u32 b_id)
{
	const struct btf_type *at = btf__type_by_id(a, a_id);
	const struct btf_type *bt = btf__type_by_id(b, b_id);

	if (!at || !bt || btf__resolve_size(a, a_id) != btf__resolve_size(b, b_id))
		return false;
	if (!btf_is_composite(at) || !btf_is_composite(bt))
		return btf_is_composite(at) == btf_is_composite(bt);
	if (btf_vlen(at) != btf_vlen(bt))
		return false;
	for (__u32 i = 0; i < btf_vlen(at); i++) {
		const struct btf_member *am = &btf_members(at)[i];
		const struct btf_member *bm = &btf_members(bt)[i];

		if (am->offset != bm->offset || strcmp(member_name(a, am), member_name(b, bm)) != 0)
			return false;
	}
	return true;
}

static int check_pinned(const struct mc_instance *in, enum mc_table table, const struct btf *btf,
			const struct bpf_map *map)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	char path[MC_PIN_PATH_SIZE * 2];
	autobtf struct btf *pinned = NULL;

	snprintf(path, sizeof(path), "%s/%s", in->path, mc_table_name(table));
	mc_autoclose int fd = bpf_obj_get(path);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) || !info.btf_id)
		return 0; /* not pinned yet, or a table whose types the kernel does not keep */
	pinned = btf__load_from_kernel_by_id(info.btf_id);
	if (!pinned || !info.btf_value_type_id)
		return 0;
	if (same_layout(btf, bpf_map__btf_key_type_id(map), pinned, info.btf_key_type_id) &&
	    same_layout(btf, bpf_map__btf_value_type_id(map), pinned, info.btf_value_type_id))
		return 0;
	return mc_error(-EINVAL,
			"table '%s' of instance '%s' was made by a version with another layout: "
			"'bpfcast unload' with that version first",
			mc_table_name(table), in->name);
}

static int check_table(const struct mc_instance *in, enum mc_table table,
		       const struct bpf_object *object)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, mc_table_name(table));

	if (!map)
		return mc_error(-EINVAL, "the BPF object has no table '%s': rebuild it",
				mc_table_name(table));
	if (bpf_map__key_size(map) != mc_table_key_size(table) ||
	    bpf_map__value_size(map) != mc_table_value_size(table))
		return mc_error(
			-EINVAL,
			"table '%s' has keys of %u and values of %u bytes in the BPF object, "
			"%zu and %zu in this build: rebuild both",
			mc_table_name(table), bpf_map__key_size(map), bpf_map__value_size(map),
			mc_table_key_size(table), mc_table_value_size(table));
	if (!bpf_map__btf_value_type_id(map))
		return 0;
	return check_pinned(in, table, bpf_object__btf(object), map);
}

int mc_abi_check(const struct mc_instance *in, const struct bpf_object *object)
{
	int err = 0;

	for (int i = 0; !err && i < MC_TABLE_COUNT; i++)
		err = check_table(in, i, object);
	return err;
}
