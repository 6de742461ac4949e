/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same each run, unless MC_TEST_SEED says another start. */
#pragma once

#include <linux/types.h>

struct random {
	__u64 state;
};

/* @stream: other numbers for each thread. */
void random_start(struct random *random, unsigned int stream);

/* 0 to @count - 1 */
unsigned int random_below(struct random *random, unsigned int count);
