/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>

#include "fault.h"
#include "object.h"
#include "state.h"

#define SIZE_MOST (64u << 20) /* bytes: a million members */

static int read_one(struct reader *reader, const struct object_kind *kind, const json_t *value,
		    struct state *state)
{
	size_t before = reader->faults->count;
	struct object object;
	int err = 0;

	object_init(&object);
	object_read(reader, kind, value, 0, &object);
	if (reader->faults->count == before)
		err = kind->to_facts(&object, state);
	object_free(&object);
	return err;
}

static int read_list(struct reader *reader, const struct object_kind *kind, const json_t *list,
		     struct state *state)
{
	const json_t *value;
	size_t i, length;
	int err = 0;

	if (!json_is_array(list)) {
		fault_add(reader->faults, FAULT_SHAPE, reader->path,
			  "is not a list: write [ ... ]");
		return 0;
	}
	for (i = 0; !err && i < json_array_size(list); i++) {
		value = json_array_get(list, i);
		length = reader_enter_element(reader, i);
		err = read_one(reader, kind, value, state);
		reader_leave(reader, length);
	}
	return err;
}

static const struct object_kind *find_kind(const char *plural)
{
	for (size_t i = 0; i < OBJECT_KINDS; i++)
		if (!strcmp(object_kinds[i].plural, plural))
			return &object_kinds[i];
	return NULL;
}

static int read_lists(struct reader *reader, const json_t *root, struct state *state)
{
	const char *name;
	json_t *list;
	int err = 0;

	json_object_foreach((json_t *)root, name, list)
	{
		const struct object_kind *kind = find_kind(name);
		size_t length = reader_enter(reader, name);

		if (kind)
			err = read_list(reader, kind, list, state);
		else if (strcmp(name, "$schema") != 0)
			fault_add(reader->faults, FAULT_SHAPE, reader->path,
				  "no such field; those there are: vnis, underlays, ports, vteps, "
				  "forwarding, m2p, groups, members");
		else if (!json_is_string(list))
			fault_add(reader->faults, FAULT_SHAPE, reader->path, "is not a string");
		reader_leave(reader, length);
		if (err)
			return err;
	}
	return 0;
}

/* ---- what objects say together ---- */

static int by_key(const void *a, const void *b)
{
	const struct fact *left = *(const struct fact *const *)a;
	const struct fact *right = *(const struct fact *const *)b;

	return fact_key_compare(&left->key, &right->key);
}

static int check_unique(const struct state *state, struct faults *faults)
{
	mc_autofree const struct fact **order = calloc(state->count + 1, sizeof(struct fact *));
	char text[FACT_TEXT];

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < state->count; i++)
		order[i] = &state->facts[i];
	qsort(order, state->count, sizeof(struct fact *), by_key);
	for (size_t i = 1; i < state->count; i++)
		if (!by_key(&order[i - 1], &order[i]) && order[i]->key.kind != FACT_REMOTES)
			fault_add(faults, FAULT_SENSE, "$", "%s is there twice: leave one out",
				  fact_key_format(&order[i]->key, text));
	return 0;
}

static void check_member(const struct state *state, const struct fact *member,
			 struct faults *faults)
{
	struct fact_key key = fact_key_dev(FACT_PORT, member->key.dev);
	const struct fact *port = state_find(state, &key);
	char text[FACT_TEXT];

	if (port && port->port.vni != member->key.vni)
		fault_add(faults, FAULT_SENSE, "$",
			  "%s: the port is in VNI %u: put both in one VNI",
			  fact_key_format(&member->key, text), port->port.vni);
	else if (port && member->count > port->port.limit_sources)
		fault_add(faults, FAULT_SENSE, "$",
			  "%s has %u sources, the port may have %u: raise its limit_sources",
			  fact_key_format(&member->key, text), member->count,
			  port->port.limit_sources);
}

static void check_roles(const struct state *state, const struct fact *underlay,
			struct faults *faults)
{
	struct fact_key key = fact_key_dev(FACT_PORT, underlay->key.dev);
	char text[FACT_TEXT];

	if (state_find(state, &key))
		fault_add(faults, FAULT_SENSE, "$", "%s is a port too: it can be only one of them",
			  fact_key_format(&underlay->key, text));
}

static int check_together(struct state *state, struct faults *faults)
{
	int err = check_unique(state, faults);

	if (!err)
		err = state_sort(state);
	for (size_t i = 0; !err && i < state->count; i++) {
		if (state->facts[i].key.kind == FACT_MEMBER)
			check_member(state, &state->facts[i], faults);
		else if (state->facts[i].key.kind == FACT_UNDERLAY)
			check_roles(state, &state->facts[i], faults);
	}
	return err;
}

/* ---- reading ---- */

static int read_root(const json_t *root, struct state *state, struct faults *faults)
{
	struct reader reader = { .faults = faults, .path = "$" };
	int err;

	if (!json_is_object(root)) {
		fault_add(faults, FAULT_SHAPE, "$", "is not an object: write { ... }");
		return -EINVAL;
	}
	err = read_lists(&reader, root, state);
	if (!err && !faults->count)
		err = check_together(state, faults);
	return err ? err : faults->count ? -EINVAL : 0;
}

/* *@root: the JSON, if all is right. */
static int read_text(const char *text, size_t length, struct state *state, struct faults *faults,
		     json_t **root)
{
	json_error_t error;
	int err;

	*root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!*root) {
		fault_add(faults, FAULT_SHAPE, "$", "is not JSON: line %d, column %d: %s",
			  error.line, error.column, error.text);
		return -EINVAL;
	}
	err = read_root(*root, state, faults);
	if (err) {
		state_free(state);
		json_decref(*root);
		*root = NULL;
	}
	return err;
}

int document_read(const char *text, size_t length, struct state *state, struct faults *faults)
{
	json_t *root;
	int err = read_text(text, length, state, faults, &root);

	json_decref(root);
	return err;
}

static int load(const char *path, struct state *state, struct faults *faults, json_t **root)
{
	mc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	mc_autofree char *text = NULL;
	size_t length = 0;
	ssize_t got = 1;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 || fstat(fd, &st))
		return mc_error_errno(-errno, "cannot open '%s'", path);
	if (st.st_size > SIZE_MOST)
		return mc_error(-EFBIG, "'%s' has more than %u bytes", path, SIZE_MOST);
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (got > 0 && length < (size_t)st.st_size) {
		got = read(fd, text + length, (size_t)st.st_size - length);
		if (got < 0)
			return mc_error_errno(-errno, "cannot read '%s'", path);
		length += (size_t)got;
	}
	return read_text(text, length, state, faults, root);
}

int document_load(const char *path, struct state *state, struct faults *faults)
{
	json_t *root = NULL;
	int err = load(path, state, faults, &root);

	json_decref(root);
	return err;
}

int document_load_said(const char *path, struct state *state, json_t **root)
{
	autofaults struct faults faults = { 0 };
	int err;

	*root = NULL;
	if (!path) {
		*root = json_object();
		return *root ? 0 : -ENOMEM;
	}
	err = load(path, state, &faults, root);
	for (size_t i = 0; i < faults_listed(&faults); i++)
		mc_error(err, "%s: %s: %s", path, faults.list[i].path, faults.list[i].text);
	return err == -ENOENT ? mc_error_errno(err, "cannot open '%s'", path) : err;
}

int document_imply_groups(struct state *state)
{
	autostate struct state implied = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < state->count; i++) {
		const struct fact_key *key = &state->facts[i].key;
		struct fact group = { .key = fact_key_group(FACT_GROUP, key->vni, &key->addr) };

		if (key->kind == FACT_MEMBER && !state_find(state, &group.key))
			err = state_add(&implied, &group);
	}
	if (!err)
		err = state_sort(&implied);
	return err ? err : state_merge(state, &implied);
}
