/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/storm.h>

#include <errno.h>
#include <string.h>

#include <bpfcast/abi.h>
#include <maps/table.h>

struct sums {
	__u32 first, count;
	__u64 *dropped;
};

static int add_dropped(const void *key, const void *value, void *arg)
{
	const struct mc_storm_key *of = key;
	const struct mc_storm *storm = value;
	struct sums *sums = arg;

	if (of->vtep >= sums->first && of->vtep - sums->first < sums->count)
		sums->dropped[of->vtep - sums->first] += storm->dropped;
	return 0;
}

int mc_storm_dropped(struct mc_instance *in, __u32 first, __u32 count, __u64 *dropped)
{
	struct sums sums = { .first = first, .count = count, .dropped = dropped };

	memset(dropped, 0, count * sizeof(*dropped));
	return mc_table_for_each(in, MC_TABLE_STORMS, add_dropped, &sums);
}

struct forget {
	struct mc_instance *in;
	const __u32 *vtep, *vni; /* one of them; NULL: any */
};

static int forget_one(const void *key, const void *value, void *arg)
{
	const struct forget *forget = arg;
	const struct mc_storm_key *of = key;
	int err;

	(void)value;
	if ((forget->vtep && of->vtep != *forget->vtep) || (forget->vni && of->vni != *forget->vni))
		return 0;
	err = mc_table_del(forget->in, MC_TABLE_STORMS, key);
	return err == -ENOENT ? 0 : err;
}

int mc_storm_forget_vtep(struct mc_instance *in, __u32 vtep_id)
{
	struct forget forget = { .in = in, .vtep = &vtep_id };

	return mc_table_for_each(in, MC_TABLE_STORMS, forget_one, &forget);
}

int mc_storm_forget_vni(struct mc_instance *in, __u32 vni)
{
	struct forget forget = { .in = in, .vni = &vni };

	return mc_table_for_each(in, MC_TABLE_STORMS, forget_one, &forget);
}
