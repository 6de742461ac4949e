/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with what it wants to be included before it, and assertions of our own. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct frame;

/* Turns hex digits, spaces and newlines into a frame. */
void frame_from_hex(struct frame *f, const char *hex);

/* Fails with both frames in hex and the place of the first difference unless they are the same. */
#define assert_frames_equal(is, wanted) frames_equal(is, wanted, __FILE__, __LINE__)
void frames_equal(const struct frame *is, const struct frame *wanted, const char *file, int line);
