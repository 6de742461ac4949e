/* SPDX-License-Identifier: Apache-2.0 */
/* The listing of members, apart from the verbs that change them. */
#pragma once

#include <linux/types.h>

struct cli;

#define ORIGINS_TEXT 32

/* enum mc_origin bits as "report,static"; @buf is returned. */
const char *member_origins(__u8 origins, char buf[ORIGINS_TEXT]);

/* The verb. */
int member_show(struct cli *cli, int argc, char **argv);
