/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/underlay.h>

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include <maps/table.h>

/* The place of the device, or of 0, a free one, among those that @ifindex may have: 0 or -ENOENT. */
static int find_place(struct mc_instance *in, __u32 ifindex, __u32 holder, __u32 *place,
		      struct mc_underlay *underlay)
{
	for (__u32 step = 0; step < MC_UNDERLAY_PLACES; step++) {
		__u32 at = (ifindex + step) % MC_UNDERLAY_MAX;
		struct mc_underlay found;
		int err = mc_table_get(in, MC_TABLE_UNDERLAYS, &at, &found);

		if (err)
			return err;
		if (found.ifindex != holder)
			continue;
		*place = at;
		*underlay = found;
		return 0;
	}
	return -ENOENT;
}

int mc_underlay_get(struct mc_instance *in, __u32 ifindex, struct mc_underlay *underlay)
{
	__u32 place;

	return ifindex ? find_place(in, ifindex, ifindex, &place, underlay) : -ENOENT;
}

int mc_underlay_set(struct mc_instance *in, __u32 ifindex, const struct mc_underlay *underlay)
{
	struct mc_underlay entry = *underlay, before;
	__u32 place;
	int err = find_place(in, ifindex, ifindex, &place, &before);

	if (err == -ENOENT)
		err = find_place(in, ifindex, 0, &place, &before);
	if (err)
		return err == -ENOENT ? -ENOSPC : err;
	entry.ifindex = ifindex;
	return mc_table_set(in, MC_TABLE_UNDERLAYS, &place, &entry, BPF_EXIST);
}

int mc_underlay_clear(struct mc_instance *in, __u32 ifindex)
{
	static const struct mc_underlay none;
	struct mc_underlay before;
	__u32 place;
	int err = find_place(in, ifindex, ifindex, &place, &before);

	return err ? err : mc_table_set(in, MC_TABLE_UNDERLAYS, &place, &none, BPF_EXIST);
}

struct underlay_walk {
	mc_underlay_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	const struct mc_underlay *underlay = value;
	struct underlay_walk *walk = arg;

	(void)key;
	return underlay->ifindex ? walk->fn(underlay->ifindex, underlay, walk->arg) : 0;
}

int mc_underlay_for_each(struct mc_instance *in, mc_underlay_fn fn, void *arg)
{
	struct underlay_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_UNDERLAYS, visit, &walk);
}

struct name_search {
	const char *name;
	__u32 ifindex;
};

static int match_name(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct name_search *search = arg;

	if (strncmp(underlay->name, search->name, sizeof(underlay->name)) != 0)
		return 0;
	search->ifindex = ifindex;
	return 1;
}

int mc_underlay_find(struct mc_instance *in, const char *name, __u32 *ifindex)
{
	struct name_search search = { name, 0 };
	int err = mc_underlay_for_each(in, match_name, &search);

	if (err < 0)
		return err;
	if (!err)
		return -ENOENT;
	*ifindex = search.ifindex;
	return 0;
}
