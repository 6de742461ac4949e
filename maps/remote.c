/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/remote.h>

#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/table.h>
#include <maps/text.h>

int mc_remote_get(struct mc_instance *in, const struct mc_group_key *key, __u32 **vteps,
		  __u32 *count)
{
	struct bpf_map_info info = { 0 };
	mc_autofree __u32 *ids = NULL;
	struct mc_remote_line line;
	__u32 size = sizeof(info), map_id, left, found = 0;
	int err = mc_table_get(in, MC_TABLE_REMOTES, key, &map_id);

	*vteps = NULL;
	*count = 0;
	if (err)
		return err == -ENOENT ? 0 : err;
	mc_autoclose int vector = bpf_map_get_fd_by_id(map_id);

	if (vector < 0) /* replaced meanwhile and gone: what replaced it is not there yet */
		return vector == -ENOENT ? 0 : vector;
	err = bpf_obj_get_info_by_fd(vector, &info, &size);
	if (err)
		return err;
	ids = calloc((size_t)info.max_entries * MC_REMOTE_LINE_SLOTS, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	err = bpf_map_lookup_elem(vector, &found, &line);
	left = line.head.count;
	for (__u32 i = 1; !err && i < info.max_entries && left; i++) {
		err = bpf_map_lookup_elem(vector, &i, &line);
		for (int j = 0; !err && j < MC_REMOTE_LINE_SLOTS && left; j++, left--)
			ids[found++] = line.slot[j].vtep;
	}
	if (err)
		return err;
	*vteps = MC_TAKE_PTR(ids);
	*count = found;
	return 0;
}

static int new_vector(const __u32 *vteps, __u32 count)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);
	mc_autoclose int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "mc_remotes", sizeof(__u32),
			       sizeof(struct mc_remote_line), 1 + MC_REMOTE_LINES(count), &options);
	struct mc_remote_line head = { .head.count = count };
	__u32 zero = 0;
	int err;

	if (fd < 0)
		return fd;
	err = bpf_map_update_elem(fd, &zero, &head, BPF_ANY);
	for (__u32 i = 0; !err && i < count; i += MC_REMOTE_LINE_SLOTS) {
		__u32 number = 1 + i / MC_REMOTE_LINE_SLOTS;
		struct mc_remote_line line = { 0 };

		for (__u32 j = 0; j < MC_REMOTE_LINE_SLOTS && i + j < count; j++)
			line.slot[j] =
				(struct mc_remote){ .vtep = vteps[i + j], .form = MC_FORM_V4 };
		err = bpf_map_update_elem(fd, &number, &line, BPF_ANY);
	}
	if (err)
		return err;
	return MC_TAKE_FD(fd);
}

/* The flag saves the datapath a lookup: set after the vector is there, cleared before it goes. */
static int swap_vector(struct mc_instance *in, const struct mc_group_key *key, const __u32 *vteps,
		       __u32 count)
{
	mc_autoclose int vector = -1;
	int err;

	if (!count) {
		err = mc_group_set_flags(in, key, 0, MC_FANOUT_F_REMOTES);
		if (!err)
			err = mc_table_del(in, MC_TABLE_REMOTES, key);
		return err == -ENOENT ? 0 : err;
	}
	vector = new_vector(vteps, count);
	if (vector < 0)
		return vector;
	err = mc_table_set(in, MC_TABLE_REMOTES, key, &vector, BPF_ANY);
	return err ? err : mc_group_set_flags(in, key, MC_FANOUT_F_REMOTES, 0);
}

int mc_remote_set(struct mc_instance *in, const struct mc_group_key *key, const __u32 *vteps,
		  __u32 count)
{
	char text[MC_ADDR_TEXT];
	int err;

	mc_addr_format(&key->group, text);
	if (!mc_group_exists(in, key))
		return mc_error(-ENOENT, "no group %s vni %u; 'bpfcast group add' it first", text,
				key->vni);
	err = swap_vector(in, key, vteps, count);
	if (err)
		return mc_error_errno(err, "cannot change the remote members of group %s vni %u",
				      text, key->vni);
	return 0;
}

static __u32 *find(__u32 *vteps, __u32 count, __u32 vtep)
{
	for (__u32 i = 0; i < count; i++)
		if (vteps[i] == vtep)
			return &vteps[i];
	return NULL;
}

int mc_remote_add(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep)
{
	mc_autofree __u32 *vteps = NULL;
	char text[MC_ADDR_TEXT];
	__u32 *larger, count;
	int err = mc_remote_get(in, key, &vteps, &count);

	mc_addr_format(&key->group, text);
	if (err)
		return mc_error_errno(err, "cannot read the remote members of group %s", text);
	if (find(vteps, count, vtep))
		return mc_error(-EEXIST, "that VTEP is a member of group %s vni %u already", text,
				key->vni);
	larger = realloc(vteps, (count + 1) * sizeof(*vteps));
	if (!larger)
		return -ENOMEM;
	vteps = larger;
	vteps[count] = vtep;
	return mc_remote_set(in, key, vteps, count + 1);
}

int mc_remote_del(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep)
{
	mc_autofree __u32 *vteps = NULL;
	char text[MC_ADDR_TEXT];
	__u32 *entry, count;
	int err = mc_remote_get(in, key, &vteps, &count);

	mc_addr_format(&key->group, text);
	if (err)
		return mc_error_errno(err, "cannot read the remote members of group %s", text);
	entry = find(vteps, count, vtep);
	if (!entry)
		return mc_error(-ENOENT,
				"that VTEP is no member of group %s vni %u; 'bpfcast member show' "
				"lists them",
				text, key->vni);
	*entry = vteps[count - 1];
	return mc_remote_set(in, key, vteps, count - 1);
}
