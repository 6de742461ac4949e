/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that other programs jump to: those that are pinned. */
#pragma once

#include <stdbool.h>

struct mc_instance;

/* Are they where others jump to? Not for a moment during a load. */
bool mc_tails_are_set(struct mc_instance *in);

/* Puts them there. The instance is locked. Returns 0 or a negative errno, silently. */
int mc_tails_set(struct mc_instance *in);
