/* SPDX-License-Identifier: Apache-2.0 */
#include "random.h"

#include <stdlib.h>

/* splitmix64 */
static __u64 next(struct random *random)
{
	__u64 z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void random_start(struct random *random, unsigned int stream)
{
	const char *seed = getenv("MC_TEST_SEED");

	random->state = (seed ? strtoull(seed, NULL, 0) : 1) << 32 | stream;
	(void)next(random);
}

unsigned int random_below(struct random *random, unsigned int count)
{
	return (next(random) >> 32) % count;
}
