/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams counted by their source, in the order of the sources. */
#pragma once

#include <stdio.h>

#include "args.h"

#define TALLY_MAX 16

struct tally {
	size_t sources;
	struct {
		struct sockaddr_storage source; /* without a port */
		unsigned long count;
	} at[TALLY_MAX];
};

/* @source: only its family and address count. */
static inline void tally_add(struct tally *t, const struct sockaddr_storage *source)
{
	struct sockaddr_storage bare = { .ss_family = source->ss_family };
	size_t i = 0;
	int order = 1;

	if (source->ss_family == AF_INET)
		((struct sockaddr_in *)&bare)->sin_addr =
			((const struct sockaddr_in *)source)->sin_addr;
	else
		((struct sockaddr_in6 *)&bare)->sin6_addr =
			((const struct sockaddr_in6 *)source)->sin6_addr;
	while (i < t->sources && (order = memcmp(&bare, &t->at[i].source, sizeof(bare))) > 0)
		i++;
	if (i == t->sources || order) {
		if (t->sources == TALLY_MAX)
			errx(1, "more than %d sources", TALLY_MAX);
		memmove(&t->at[i + 1], &t->at[i], (t->sources++ - i) * sizeof(t->at[0]));
		t->at[i].source = bare;
		t->at[i].count = 0;
	}
	t->at[i].count++;
}

/* SOURCE=COUNT,... */
static inline void tally_print(const struct tally *t)
{
	char source[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < t->sources; i++)
		printf("%s%s=%lu", i ? "," : "",
		       format_address(&t->at[i].source, source, sizeof(source)), t->at[i].count);
}
