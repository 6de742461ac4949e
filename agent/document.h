/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document: what is wanted of a node, as JSON. The configuration file is one, and so is what the
 * agent keeps of what the API was told; docs/bpfcast.schema.json describes it.
 */
#pragma once

#include <jansson.h>

struct faults;
struct state;

/*
 * Reads the facts of a document into @state, which is empty, and sorts them. 0; -EINVAL: faults were
 * found, and @state is left empty; -ENOMEM.
 */
int document_read(const char *text, size_t length, struct state *state, struct faults *faults);

/* Same, of a file. Other errors are those of reading it; -ENOENT silently, others said. */
int document_load(const char *path, struct state *state, struct faults *faults);

/*
 * Same, and each fault is said; a file that is not there, too. NULL: none, and no facts. *@root: the JSON
 * itself, the caller's; NULL after an error.
 */
int document_load_said(const char *path, struct state *state, json_t **root);

/* The document that says @state; NULL: no memory. */
json_t *document_write(const struct state *state);

/* Writes it in the place of a file, whole or not at all: a kill leaves the old one. Said. */
int document_save(const char *path, const struct state *state);

/* Adds the groups of members that name none: a member brings its group. -ENOMEM. */
int document_imply_groups(struct state *state);
