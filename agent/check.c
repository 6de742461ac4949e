/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <bpfcast/log.h>

#include "document.h"
#include "fault.h"
#include "state.h"

static void print_text(const char *path, const struct faults *faults)
{
	for (size_t i = 0; i < faults_listed(faults); i++)
		fprintf(stderr, "%s: %s: %s\n", path, faults->list[i].path, faults->list[i].text);
	if (faults->count > FAULTS_MAX)
		fprintf(stderr, "%s: and %zu faults more\n", path, faults->count - FAULTS_MAX);
}

static void print_json(const struct faults *faults)
{
	json_t *list = json_array();

	for (size_t i = 0; i < faults_listed(faults); i++) {
		const struct fault *fault = &faults->list[i];

		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "path", fault->path, "class",
					fault->class == FAULT_SHAPE ? "shape" : "sense", "text",
					fault->text));
	}
	(void)json_dumpf(list, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(list);
}

int check_file(const char *path, bool json)
{
	autofaults struct faults faults = { 0 };
	autostate struct state state = { 0 };
	int err = document_load(path, &state, &faults);

	if (err == -ENOENT)
		return mc_error_errno(err, "cannot open '%s'", path);
	if (json)
		print_json(&faults);
	else
		print_text(path, &faults);
	return err;
}
