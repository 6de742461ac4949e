/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>

#include "object.h"
#include "state.h"

static json_t *list_of(json_t *root, const char *name)
{
	json_t *list = json_object_get(root, name);

	if (!list) {
		list = json_array();
		if (json_object_set_new(root, name, list))
			return NULL;
	}
	return list;
}

static json_t *object_of_group(const struct state *state, const struct fact *group)
{
	struct fact_key key = fact_key_group(FACT_REMOTES, group->key.vni, &group->key.addr);
	const struct fact *remotes = state_find(state, &key);
	json_t *json = object_of_fact(group);

	if (json && remotes)
		json_object_set_new(json, "remotes", object_of_fact(remotes));
	return json;
}

json_t *document_write(const struct state *state)
{
	json_t *root = json_object();

	for (size_t i = 0; root && i < state->count; i++) {
		const struct fact *fact = &state->facts[i];
		const struct object_kind *kind = object_kind_of(fact->key.kind);
		json_t *json, *list;

		if (!kind)
			continue;
		json = fact->key.kind == FACT_GROUP ? object_of_group(state, fact)
						    : object_of_fact(fact);
		list = list_of(root, kind->plural);
		if (!json || !list || json_array_append_new(list, json)) {
			json_decref(root);
			return NULL;
		}
	}
	return root;
}

static int write_file(const char *path, const json_t *root)
{
	mc_autofree char *text = json_dumps(root, JSON_INDENT(2));
	mc_autofile FILE *file = fopen(path, "we");
	int err = text && file ? 0 : text ? -errno : -ENOMEM;

	if (!err && (fprintf(file, "%s\n", text) < 0 || fflush(file)))
		err = -errno;
	return err;
}

int document_save(const char *path, const struct state *state)
{
	json_t *root = document_write(state);
	mc_autofree char *new_path = NULL;
	int err = root ? 0 : -ENOMEM;

	if (!err && asprintf(&new_path, "%s.new", path) < 0) {
		new_path = NULL;
		err = -ENOMEM;
	}
	if (!err)
		err = write_file(new_path, root);
	if (!err && rename(new_path, path))
		err = -errno;
	json_decref(root);
	return err ? mc_error_errno(err, "cannot write '%s'", path) : 0;
}
