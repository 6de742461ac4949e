/* SPDX-License-Identifier: Apache-2.0 */
/* All tables of a datapath but its counters, to see that something changed none of them. */
#pragma once

#include "datapath.h"

struct snapshot;

struct snapshot *snapshot_take(struct datapath *d);
void snapshot_free(struct snapshot *s);

/* Fails the test if a table differs from @s now; @when: in which case. */
void snapshot_check(struct datapath *d, const struct snapshot *s, const char *when, size_t number);
