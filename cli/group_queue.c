/* SPDX-License-Identifier: Apache-2.0 */
#include "group_queue.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/table.h>

#include "cli.h"
#include "group.h"

#define QUEUE_MAX 1024 /* a wait for RCU is little beside that many */

struct group_queue {
	bool del;   /* these are to be deleted, else to be added */
	void *tree; /* of the keys, to find one */
	__u32 count;
	struct mc_group_key key[QUEUE_MAX];
	__u32 size[QUEUE_MAX];
	size_t line[QUEUE_MAX];
};

static int compare(const void *a, const void *b)
{
	return group_compare(a, b);
}

static void keep(void *key)
{
	(void)key; /* part of the queue */
}

static void empty(struct group_queue *queue)
{
	tdestroy(queue->tree, keep);
	queue->tree = NULL;
	queue->count = 0;
}

/* Does what is in the queue if it has to be done before anything is done to @key. */
static int make_way(struct cli *cli, const struct mc_group_key *key, bool del)
{
	struct group_queue *queue = cli->queue;

	if (!queue || !queue->count)
		return 0;
	if (queue->del == del && !tfind(key, &queue->tree, compare))
		return 0;
	return group_queue_settle(cli);
}

static int append(struct cli *cli, const struct mc_group_key *key, __u32 size, bool del)
{
	struct group_queue *queue = cli->queue;

	if (!queue) {
		queue = calloc(1, sizeof(*queue));
		if (!queue)
			return mc_error_errno(-ENOMEM, "cannot collect groups");
		cli->queue = queue;
	}
	queue->del = del;
	queue->key[queue->count] = *key;
	queue->size[queue->count] = size;
	queue->line[queue->count] = cli->line;
	if (!tsearch(&queue->key[queue->count], &queue->tree, compare))
		return mc_error_errno(-ENOMEM, "cannot collect groups");
	if (++queue->count == QUEUE_MAX)
		return group_queue_settle(cli);
	return 0;
}

int group_queue_add(struct cli *cli, const struct mc_group_key *key, __u32 size)
{
	int err = make_way(cli, key, false);

	if (err)
		return err;
	if (mc_group_exists(cli->in, key))
		return mc_group_add(cli->in, key, size); /* which refuses it */
	return append(cli, key, size, false);
}

int group_queue_del(struct cli *cli, const struct mc_group_key *key)
{
	int err = make_way(cli, key, true);

	if (err)
		return err;
	if (!mc_group_exists(cli->in, key))
		return mc_group_del(cli->in, key); /* which refuses it */
	return append(cli, key, 0, true);
}

static int count_group(const void *key, const void *value, void *arg)
{
	(void)key;
	(void)value;
	++*(__u32 *)arg;
	return 0;
}

/* How many groups of the queue have room: the first that has none is to fail at its own line. */
static __u32 count_fitting(struct mc_instance *in, __u32 wanted)
{
	__u32 capacity = mc_table_capacity(in, MC_TABLE_GROUP_KEYS);
	__u32 used = 0;

	if (mc_table_for_each(in, MC_TABLE_FANOUT, count_group, &used) || used >= capacity)
		return 0;
	return wanted < capacity - used ? wanted : capacity - used;
}

static int add_one(struct cli *cli, const struct group_queue *queue, __u32 i)
{
	int err;

	cli_set_line(cli, queue->line[i]);
	err = mc_group_add(cli->in, &queue->key[i], queue->size[i]);
	if (!err || !cli->force)
		return err;
	cli_line_failed(cli);
	return 0;
}

static int add_all(struct cli *cli, const struct group_queue *queue)
{
	__u32 fitting = count_fitting(cli->in, queue->count);
	int err = 0;

	if (fitting)
		err = mc_group_add_many(cli->in, queue->key, queue->size, fitting);
	for (__u32 i = fitting; !err && i < queue->count; i++)
		err = add_one(cli, queue, i);
	return err;
}

int group_queue_settle(struct cli *cli)
{
	struct group_queue *queue = cli->queue;
	size_t line = cli->line;
	int err;

	if (!queue || !queue->count)
		return 0;
	cli_set_line(cli, queue->line[0]);
	if (queue->del)
		err = mc_group_del_many(cli->in, queue->key, queue->count);
	else
		err = add_all(cli, queue);
	empty(queue);
	if (!err) /* else the prefix stays that of the line that failed */
		cli_set_line(cli, line);
	return err;
}

void group_queue_free(struct cli *cli)
{
	if (cli->queue)
		empty(cli->queue);
	free(cli->queue);
	cli->queue = NULL;
}
