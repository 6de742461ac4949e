/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/group.h>

#include <errno.h>

#include <bpf/bpf.h>

#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/egress.h>
#include <maps/table.h>

bool mc_group_exists(struct mc_instance *in, const struct mc_group_key *key)
{
	__u32 map_id;

	return !mc_table_get(in, MC_TABLE_FANOUT, key, &map_id);
}

int mc_group_config(int vector, struct mc_fanout_config *config)
{
	struct mc_line line;
	__u32 zero = 0;
	int err = bpf_map_lookup_elem(vector, &zero, &line);

	if (!err)
		*config = line.config;
	return err;
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
	mc_autoremotes struct mc_remote_list members = { 0 };
	struct mc_line line;
	__u32 one = 1;
	int err;

	if (vector < 0)
		return vector;
	err = mc_group_config(vector, &config);
	if (!err)
		err = bpf_map_lookup_elem(vector, &one, &line);
	if (!err && config.flags & MC_FANOUT_F_REMOTES)
		err = mc_egress_members(in, key, &members);
	if (!err && counters)
		err = mc_group_counters_get(in, config.id, &result.counters);
	if (err)
		return err;
	result.id = config.id;
	result.size = config.size;
	result.generation = config.generation;
	result.flags = config.flags;
	result.local = line.state.used;
	result.remote = members.count;
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
