/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance's tables hold, as facts. */
#pragma once

struct mc_instance;
struct state;

/*
 * Reads into @observed, which is empty, the facts that are @wanted or @owned, and all that have the
 * control plane's origin; sorted. The facts of @owned are ours, and so are members by that origin: those
 * of other origins are not there at all. 0 or a negative errno, silently.
 */
int observe(struct mc_instance *in, const struct state *wanted, const struct state *owned,
	    struct state *observed);
