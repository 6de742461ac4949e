/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a JSON document: each fault with its place, in a sentence that names the remedy. */
#pragma once

#include <stddef.h>

enum fault_class {
	FAULT_SHAPE, /* docs/bpfcast.schema.json sees it too */
	FAULT_SENSE, /* takes knowledge that a schema has not */
};

struct fault {
	enum fault_class class;
	char *path; /* "$.ports[3].vni" */
	char *text;
};

#define FAULTS_MAX 64 /* later ones are counted only */

struct faults {
	struct fault list[FAULTS_MAX];
	size_t count; /* also those that are not in the list */
};

/* Empties the list. */
#define autofaults __attribute__((cleanup(faults_free)))
void faults_free(struct faults *faults);

/* Copies of @path and the text are taken. */
void fault_add(struct faults *faults, enum fault_class class, const char *path, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5)));

/* How many are in the list. */
size_t faults_listed(const struct faults *faults);
