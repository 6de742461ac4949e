/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/counter.h>

#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include <bpfcast/util.h>
#include <maps/table.h>

/* Adds up @words 64-bit counters of an entry of a per-CPU table, over all CPUs. */
static int sum_words(struct mc_instance *in, enum mc_table table, __u32 index, __u64 *sum,
		     size_t words)
{
	int cpus = libbpf_num_possible_cpus();
	mc_autofree __u64 *values = NULL;
	int err;

	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus * words, sizeof(*values));
	if (!values)
		return -ENOMEM;
	err = mc_table_get(in, table, &index, values);
	if (err)
		return err;
	memset(sum, 0, words * sizeof(*sum));
	for (int cpu = 0; cpu < cpus; cpu++)
		for (size_t i = 0; i < words; i++)
			sum[i] += values[(size_t)cpu * words + i];
	return 0;
}

#define WORDS(type) (sizeof(type) / sizeof(__u64))

int mc_counter_get_all(struct mc_instance *in, struct mc_counter *counters)
{
	for (__u32 i = 0; i < MC_REASON_COUNT; i++) {
		int err = sum_words(in, MC_TABLE_COUNTERS, i, (__u64 *)&counters[i],
				    WORDS(struct mc_counter));

		if (err)
			return err;
		counters[i].next_event = 0;
		counters[i].tick = 0;
	}
	return 0;
}

int mc_group_counters_get(struct mc_instance *in, __u32 group_id, struct mc_group_counters *sum)
{
	return sum_words(in, MC_TABLE_GROUP_COUNTERS, group_id, (__u64 *)sum,
			 WORDS(struct mc_group_counters));
}

int mc_vtep_counters_get(struct mc_instance *in, __u32 vtep_id, struct mc_vtep_counters *sum)
{
	return sum_words(in, MC_TABLE_VTEP_COUNTERS, vtep_id, (__u64 *)sum,
			 WORDS(struct mc_vtep_counters));
}

static int clear(struct mc_instance *in, enum mc_table table, __u32 index)
{
	int cpus = libbpf_num_possible_cpus();
	mc_autofree void *zero = NULL;

	if (cpus < 0)
		return cpus;
	zero = calloc(cpus, mc_table_value_size(table));
	return zero ? mc_table_set(in, table, &index, zero, 0) : -ENOMEM;
}

int mc_group_counters_clear(struct mc_instance *in, __u32 group_id)
{
	return clear(in, MC_TABLE_GROUP_COUNTERS, group_id);
}

int mc_vtep_counters_clear(struct mc_instance *in, __u32 vtep_id)
{
	return clear(in, MC_TABLE_VTEP_COUNTERS, vtep_id);
}
