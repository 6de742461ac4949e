/* SPDX-License-Identifier: Apache-2.0 */
/* Groups as other nouns refer to them and order them. */
#pragma once

#include <maps/text.h>

struct mc_group_key;

#define GROUP_TEXT (MC_ADDR_TEXT + 20)

/* "239.1.1.1 vni 7"; @buf has GROUP_TEXT bytes and is returned. */
const char *group_format(const struct mc_group_key *key, char *buf);

/* Order by VNI, then address. */
int group_compare(const struct mc_group_key *a, const struct mc_group_key *b);
