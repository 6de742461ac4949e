/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <ctype.h>

#include "frame.h"

static unsigned int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

void frame_from_hex(struct frame *f, const char *hex)
{
	unsigned int byte = 0, digits = 0;

	frame_start(f);
	for (; *hex; hex++) {
		if (!isxdigit((unsigned char)*hex))
			continue;
		byte = byte << 4 | digit(*hex);
		if (++digits % 2 == 0)
			frame_add8(f, byte);
	}
	assert_int_equal(digits % 2, 0);
}

static void print_frame(const char *what, const struct frame *f)
{
	print_error("%s, %zu bytes:", what, f->length);
	for (size_t i = 0; i < f->length && i < 256; i++)
		print_error("%s%02x", i % 32 ? i % 2 ? "" : " " : "\n  ", f->byte[i]);
	print_error("\n");
}

void frames_equal(const struct frame *is, const struct frame *wanted, const char *file, int line)
{
	size_t at = 0;

	while (at < is->length && at < wanted->length && is->byte[at] == wanted->byte[at])
		at++;
	if (at == is->length && at == wanted->length)
		return;
	print_frame("is", is);
	print_frame("wanted", wanted);
	print_error("they differ from byte %zu on\n", at);
	_fail(file, line);
}
