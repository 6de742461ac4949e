/* SPDX-License-Identifier: Apache-2.0 */
/* Another node, put into the tables. */
#pragma once

struct fact;
struct mc_instance;

/* Adds or replaces the VTEP. Does not wait for its neighbour: next_hops.c follows it. Errors are said. */
int apply_vtep(struct mc_instance *in, const struct fact *fact);
