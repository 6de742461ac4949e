/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/vector.h>

#include <errno.h>
#include <sys/random.h>

#include <bpf/bpf.h>

#include <bpfcast/util.h>

static __u32 new_generation(void)
{
	__u32 generation = 0;

	while (!generation)
		if (getrandom(&generation, sizeof(generation), 0) != sizeof(generation))
			generation = 1;
	return generation;
}

int mc_vector_new(__u32 id, __u32 size, __u32 flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);
	struct mc_line line = { .config = { .id = id, .size = size, .flags = flags } };
	__u32 zero = 0;
	mc_autoclose int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "mc_vector", sizeof(__u32),
			       sizeof(struct mc_line), MC_FANOUT_LINES(size), &options);
	int err;

	if (fd < 0)
		return fd;
	line.config.generation = new_generation();
	err = bpf_map_update_elem(fd, &zero, &line, BPF_ANY);
	return err ? err : MC_TAKE_FD(fd);
}

int mc_vector_lines(int vector, __u32 *lines)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int err = bpf_obj_get_info_by_fd(vector, &info, &size);

	if (!err &&
	    (info.max_entries < MC_FANOUT_HEADER || info.value_size != sizeof(struct mc_line)))
		err = -EINVAL;
	*lines = info.max_entries;
	return err;
}
