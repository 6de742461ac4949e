/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups that a batch adds or deletes, collected to be done together: each write to `fanout` makes the
 * kernel wait for RCU, 10 to 30 ms, and so would each line. Whatever else a batch does settles them
 * first. The instance is open.
 */
#pragma once

#include <linux/types.h>

struct cli;
struct mc_group_key;

/* What cannot be done is refused now, with a sentence. Settles when the queue is full. */
int group_queue_add(struct cli *cli, const struct mc_group_key *key, __u32 size);
int group_queue_del(struct cli *cli, const struct mc_group_key *key);

/*
 * Does what is in the queue. A group that fails is said with its line and ends this with its
 * error; with -f it is counted, and the others are done.
 */
int group_queue_settle(struct cli *cli);

/* Forgets what is left after an error. */
void group_queue_free(struct cli *cli);
