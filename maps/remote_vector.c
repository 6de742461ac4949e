/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/remote_vector.h>

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/util.h>

static int new_map(__u32 lines)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);

	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "mc_remotes", sizeof(__u32),
			      sizeof(struct mc_remote_line), lines, &options);
}

static int write_lines(int map, const struct mc_remote_line *lines, __u32 count)
{
	mc_autofree __u32 *keys = calloc(count, sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	for (__u32 i = 0; i < count; i++)
		keys[i] = i;
	return bpf_map_update_batch(map, keys, lines, &count, NULL);
}

int mc_remote_vector_new(const struct mc_remote_list *list)
{
	mc_autofree struct mc_remote_line *lines = NULL;
	mc_autoclose int map = -1;
	__u32 count;
	int err = mc_remote_list_compile(list, &lines, &count);

	if (err)
		return err;
	map = new_map(count);
	if (map < 0)
		return map;
	err = write_lines(map, lines, count);
	return err ? err : MC_TAKE_FD(map);
}

static int read_lines(int map, struct mc_remote_line *lines, __u32 count)
{
	mc_autofree __u32 *keys = calloc(count, sizeof(*keys));
	__u32 batch;
	int err =
		keys ? bpf_map_lookup_batch(map, NULL, &batch, keys, lines, &count, NULL) : -ENOMEM;

	return err == -ENOENT ? 0 : err; /* that was the last line */
}

int mc_remote_vector_read(const struct mc_instance *in, enum mc_table table, const void *key,
			  struct mc_remote_list *list)
{
	mc_autofree struct mc_remote_line *lines = NULL;
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), id;
	int err = mc_table_get(in, table, key, &id);

	if (err)
		return err;
	mc_autoclose int map = bpf_map_get_fd_by_id(id);

	if (map < 0) /* -ENOENT: replaced meanwhile and gone */
		return map;
	err = bpf_obj_get_info_by_fd(map, &info, &size);
	if (err)
		return err;
	lines = calloc(info.max_entries, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	err = read_lines(map, lines, info.max_entries);
	return err ? err : mc_remote_list_parse(list, lines, info.max_entries);
}
