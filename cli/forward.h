/* SPDX-License-Identifier: Apache-2.0 */
/* The listing of forwarding entries, apart from the verbs that change them. */
#pragma once

struct cli;

/* "every" (0) or "one" (1) */
const char *forward_choose_name(unsigned int choose);

/* The verb. */
int forward_show(struct cli *cli, int argc, char **argv);
