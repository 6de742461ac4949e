/* SPDX-License-Identifier: Apache-2.0 */
/* One fact of a difference, put into the tables or taken out of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct fact;
struct mc_instance;

/* The caller holds the instance's lock. 0 or a negative errno, said. */
int apply_fact(struct mc_instance *in, const struct fact *fact);

/*
 * The same for @count groups at once, all to be added or all to be removed, in little more time than for
 * one. All or none.
 */
int apply_groups(struct mc_instance *in, const struct fact *const *groups, size_t count);

/* Can it be applied at all yet? Not a port or underlay whose device is not here. */
bool apply_can(const struct fact *fact);
