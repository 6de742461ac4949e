/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <stdio.h>
#include <bpfcast/util.h>
#include <maps/text.h>

#include "array.h"
#include "cli.h"

/* "10.0.0.1,10.0.0.2,+7", to be freed; NULL: no memory. */
static char *join_addrs(const struct array *addrs, size_t most)
{
	size_t count = addrs->count < most ? addrs->count : most;
	char addr[MC_ADDR_TEXT], *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	for (size_t i = 0; i < count; i++)
		fprintf(stream, "%s%s", i ? "," : "", mc_addr_format(array_at(addrs, i), addr));
	if (count < addrs->count)
		fprintf(stream, ",+%zu", addrs->count - count);
	fclose(stream);
	return text;
}

void output_addrs(struct output *out, const char *name, const struct array *addrs, size_t most)
{
	mc_autofree char *text = NULL;
	char addr[MC_ADDR_TEXT];

	if (!out->cli->json && addrs->count) {
		text = join_addrs(addrs, most);
		output_text(out, name, text);
	}
	if (!out->cli->json)
		return;
	output_list(out, name, NULL);
	for (size_t i = 0; i < addrs->count; i++)
		output_list(out, name, mc_addr_format(array_at(addrs, i), addr));
}
