/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources a member wants: all but these (exclude), or only these (include). */
#pragma once

#include <stdbool.h>
#include <bpfcast/addr.h>

struct mc_filter {
	bool include;
	__u32 count;
	const struct mc_addr *sources; /* not owned */
};

/* All sources. */
static const struct mc_filter mc_filter_all = { 0 };

/*
 * Refuses, with a sentence, sources that no host can have, twice, too many, or of another family than
 * @group, unless that is NULL. INCLUDE without a source is fine: it wants nothing.
 */
int mc_filter_check(const struct mc_addr *group, const struct mc_filter *filter);

/* Same for a local member: there INCLUDE names a source, and a source-specific group takes no other. */
int mc_filter_check_local(const struct mc_addr *group, const struct mc_filter *filter);
