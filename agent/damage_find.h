/* SPDX-License-Identifier: Apache-2.0 */
/* Finds groups whose entries do not fit together: see damage.h. Changes nothing. */
#pragma once

#include <stdbool.h>

#include "damage.h"

struct mc_instance;

/*
 * Looks at some groups from number @found->next on, and sets it to that of the first which is not looked at,
 * 0 at the end. Returns 0 or a negative errno, silently.
 */
int damage_find(struct mc_instance *in, struct damage *found);

/* Does the entry fit its member and those beside it in the list? True if it is gone. */
bool damage_source_is_sound(struct mc_instance *in, const struct mc_source_key *key);
