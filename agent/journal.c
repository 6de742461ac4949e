/* SPDX-License-Identifier: Apache-2.0 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/text.h>

#include "fault.h"
#include "object.h"
#include "state.h"

#define HISTORY_MOST 1000 /* lines, over one a fact */

/* ---- a line ---- */

static json_t *key_json(const struct fact_key *key)
{
	char text[MC_ADDR_TEXT];

	return json_pack("{s:i, s:i, s:s, s:s}", "kind", (int)key->kind, "vni", (int)key->vni,
			 "addr", mc_addr_format(&key->addr, text), "dev", key->dev);
}

static int read_key(const json_t *json, struct fact_key *key)
{
	const char *addr, *dev;
	int kind, vni;

	*key = (struct fact_key){ 0 };
	if (json_unpack((json_t *)json, "{s:i, s:i, s:s, s:s}", "kind", &kind, "vni", &vni, "addr",
			&addr, "dev", &dev) ||
	    kind < 0 || kind >= FACT_KINDS || strlen(dev) >= sizeof(key->dev) ||
	    mc_addr_parse(addr, &key->addr))
		return -EINVAL;
	key->kind = (__u32)kind;
	key->vni = (__u32)vni;
	memcpy(key->dev, dev, strlen(dev));
	return 0;
}

/* The fact with its settings, or a key alone. */
static int read_fact(const json_t *object, const struct fact_key *key, struct state *state)
{
	const struct object_kind *kind = object_kind_of(key->kind);
	autofaults struct faults faults = { 0 };
	struct reader reader = { .faults = &faults, .path = "$" };
	struct fact bare = { .key = *key };
	autostate struct state read = { 0 };
	struct object settings;
	int err = 0;

	if (!object || !kind)
		return state_put(state, &bare);
	object_init(&settings);
	object_read(&reader, kind, object, 0, &settings);
	if (!faults.count)
		err = kind->to_facts(&settings, &read);
	object_free(&settings);
	for (size_t i = 0; !err && i < read.count; i++)
		err = state_put(state, &read.facts[i]);
	return faults.count ? -EINVAL : err;
}

static int read_line(const char *line, struct state *state)
{
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const json_t *put = json_object_get(root, "put");
	const json_t *gone = json_object_get(root, "remove");
	struct fact_key key;
	int err = read_key(put ? put : gone, &key);

	if (!err && put)
		err = read_fact(json_object_get(root, "object"), &key, state);
	else if (!err)
		(void)state_remove(state, &key);
	json_decref(root);
	return err;
}

static int write_line(FILE *file, json_t *line)
{
	int err = line ? 0 : -ENOMEM;

	if (!err && (json_dumpf(line, file, JSON_COMPACT) || fputc('\n', file) == EOF))
		err = -EIO;
	json_decref(line);
	return err;
}

static json_t *put_json(const struct journal *journal, const struct fact *fact)
{
	const struct object_kind *kind = journal->keys ? NULL : object_kind_of(fact->key.kind);

	return json_pack("{s:o, s:o*}", "put", key_json(&fact->key), "object",
			 kind ? object_of_fact(fact) : NULL);
}

/* ---- the file ---- */

static int read_file(const char *path, struct state *state)
{
	mc_autofile FILE *file = fopen(path, "re");
	mc_autofree char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while ((length = getline(&line, &size, file)) > 0)
		if (read_line(line, state) && line[length - 1] == '\n')
			mc_warn("'%s' has a line that is none of ours: left out", path);
	return ferror(file) ? -EIO : 0;
}

static int write_file(const struct journal *journal, const char *path, const struct state *state)
{
	mc_autofile FILE *file = fopen(path, "we");
	int err = file ? 0 : -errno;

	for (size_t i = 0; !err && i < state->count; i++)
		err = write_line(file, put_json(journal, &state->facts[i]));
	if (!err && fflush(file))
		err = -errno;
	return err;
}

/* A new file in the place of the old one: a kill leaves one of them. */
static int rewrite(struct journal *journal, const struct state *state)
{
	char new_path[sizeof(journal->path) + 8];
	int err;

	snprintf(new_path, sizeof(new_path), "%s.new", journal->path);
	err = write_file(journal, new_path, state);
	if (!err && rename(new_path, journal->path))
		err = -errno;
	if (err)
		return err;
	mc_close_fd(&journal->fd);
	journal->fd = open(journal->path, O_WRONLY | O_APPEND | O_CLOEXEC);
	journal->lines = state->count;
	return journal->fd < 0 ? -errno : 0;
}

int journal_open(struct journal *journal, const char *path, struct state *state)
{
	int err;

	journal->fd = -1;
	snprintf(journal->path, sizeof(journal->path), "%s", path);
	err = read_file(path, state);
	if (!err)
		err = rewrite(journal, state);
	return err ? mc_error_errno(err, "cannot read and write '%s'", path) : 0;
}

void journal_close(struct journal *journal)
{
	mc_close_fd(&journal->fd);
}

static int append(struct journal *journal, json_t *json)
{
	mc_autofree char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;
	mc_autofree char *whole = NULL;
	int length = line ? asprintf(&whole, "%s\n", line) : -1;
	ssize_t written;

	json_decref(json);
	if (length < 0) {
		whole = NULL;
		return mc_error_errno(-ENOMEM, "cannot write '%s'", journal->path);
	}
	written = write(journal->fd, whole, (size_t)length);
	journal->lines++;
	if (written != length)
		return mc_error_errno(written < 0 ? -errno : -ENOSPC, "cannot write '%s'",
				      journal->path);
	return 0;
}

int journal_put(struct journal *journal, const struct fact *fact)
{
	return append(journal, put_json(journal, fact));
}

int journal_remove(struct journal *journal, const struct fact_key *key)
{
	return append(journal, json_pack("{s:o}", "remove", key_json(key)));
}

int journal_tidy(struct journal *journal, const struct state *state)
{
	int err = journal->lines > state->count + HISTORY_MOST ? rewrite(journal, state) : 0;

	return err ? mc_error_errno(err, "cannot write '%s'", journal->path) : 0;
}
