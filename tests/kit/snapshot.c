/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/abi.h>
#include <bpfcast/util.h>

#include "test.h"

struct bytes {
	char *byte;
	size_t length;
	size_t room;
};

struct snapshot {
	struct bytes table[MC_TABLE_COUNT];
};

static void append(struct bytes *b, const void *from, size_t length)
{
	if (b->length + length > b->room) {
		b->room = (b->length + length) * 2;
		b->byte = realloc(b->byte, b->room);
		assert_non_null(b->byte);
	}
	memcpy(b->byte + b->length, from, length);
	b->length += length;
}

static bool is_counter(enum mc_table table)
{
	return table == MC_TABLE_COUNTERS || table == MC_TABLE_EVENTS ||
	       table == MC_TABLE_GROUP_COUNTERS || table == MC_TABLE_VTEP_COUNTERS;
}

/* Of `fanout` and `remotes`, what the inner map holds; both have lines of the same size. */
static void append_inner(struct bytes *b, __u32 map_id)
{
	mc_autoclose int fd = bpf_map_get_fd_by_id(map_id);
	struct mc_line line;

	assert_true(fd >= 0);
	for (__u32 i = 0; !bpf_map_lookup_elem(fd, &i, &line); i++)
		append(b, &line, sizeof(line));
}

struct walk {
	struct bytes *to;
	enum mc_table table;
};

static int visit(const void *key, const void *value, void *arg)
{
	struct walk *walk = arg;

	append(walk->to, key, mc_table_key_size(walk->table));
	if (walk->table == MC_TABLE_PORT_STATE) /* without token bucket, marks and working memory */
		append(walk->to, value, offsetof(struct mc_port_state, tokens_at));
	else
		append(walk->to, value, mc_table_value_size(walk->table));
	if (walk->table == MC_TABLE_FANOUT || walk->table == MC_TABLE_REMOTES)
		append_inner(walk->to, *(const __u32 *)value);
	return 0;
}

struct snapshot *snapshot_take(struct datapath *d)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	for (int i = 0; i < MC_TABLE_COUNT; i++) {
		struct walk walk = { .to = &s->table[i], .table = i };

		if (!is_counter(i))
			assert_int_equal(mc_table_for_each(&d->in, i, visit, &walk), 0);
	}
	return s;
}

void snapshot_free(struct snapshot *s)
{
	for (int i = 0; i < MC_TABLE_COUNT; i++)
		free(s->table[i].byte);
	free(s);
}

void snapshot_check(struct datapath *d, const struct snapshot *s, const char *when, size_t number)
{
	struct snapshot *now = snapshot_take(d);

	for (int i = 0; i < MC_TABLE_COUNT; i++) {
		const struct bytes *a = &s->table[i], *b = &now->table[i];

		if (a->length != b->length || (a->length && memcmp(a->byte, b->byte, a->length)))
			fail_msg("table '%s' has changed: %s %zu", mc_table_name(i), when, number);
	}
	snapshot_free(now);
}
