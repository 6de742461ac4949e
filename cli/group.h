/* SPDX-License-Identifier: Apache-2.0 */
/* Groups as other nouns refer to them and order them. */
#pragma once

#include <maps/text.h>

struct mc_group_key;

/* Stands for the address of a VNI's flood group, which carries all link-local groups. */
#define GROUP_LINK_LOCAL "link-local"

/* The address, or GROUP_LINK_LOCAL; @buf has MC_ADDR_TEXT bytes and is returned. */
const char *group_name(const struct mc_addr *group, char *buf);

#define GROUP_TEXT (MC_ADDR_TEXT + 20)

/* "239.1.1.1 vni 7"; @buf has GROUP_TEXT bytes and is returned. */
const char *group_format(const struct mc_group_key *key, char *buf);

/* Order by VNI, then address. */
int group_compare(const struct mc_group_key *a, const struct mc_group_key *b);
