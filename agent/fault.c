/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t faults_listed(const struct faults *faults)
{
	return faults->count < FAULTS_MAX ? faults->count : FAULTS_MAX;
}

void faults_free(struct faults *faults)
{
	for (size_t i = 0; i < faults_listed(faults); i++) {
		free(faults->list[i].path);
		free(faults->list[i].text);
	}
	faults->count = 0;
}

void fault_add(struct faults *faults, enum fault_class class, const char *path, const char *fmt,
	       ...)
{
	struct fault fault = { .class = class };
	va_list args;

	if (faults->count++ >= FAULTS_MAX)
		return;
	va_start(args, fmt);
	if (vasprintf(&fault.text, fmt, args) < 0)
		fault.text = NULL;
	va_end(args);
	fault.path = strdup(path);
	faults->list[faults->count - 1] = fault;
}
