/* SPDX-License-Identifier: Apache-2.0 */
#include "joined.h"

#include <stdlib.h>
#include <string.h>
#include <bpfcast/log.h>
#include <loader/underlay_join.h>

struct entry {
	__u32 ifindex;
	struct mc_addr group;
};

static int add_entry(__u32 ifindex, const struct mc_addr *group, void *arg)
{
	const struct entry entry = { ifindex, *group };

	return array_add(arg, &entry);
}

static int by_entry(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct entry));
}

int joined_read(struct joined *joined)
{
	int err;

	joined->entries = (struct array)ARRAY_OF(struct entry);
	err = mc_underlay_for_each_joined(add_entry, &joined->entries);
	if (err)
		return mc_error_errno(err, "cannot read the groups that are joined");
	array_sort(&joined->entries, by_entry);
	return 0;
}

void joined_free(struct joined *joined)
{
	array_free(&joined->entries);
}

bool joined_has(const struct joined *joined, __u32 ifindex, const struct mc_addr *underlay)
{
	const struct entry wanted = { ifindex, *underlay };

	return joined->entries.count && bsearch(&wanted, joined->entries.items,
						joined->entries.count, sizeof(wanted), by_entry);
}
