/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame built from the outside in: each layer appends its header, and frame_finish() goes back and
 * fills in what depends on what follows it (lengths, counts, checksums). A field named X_off is added
 * to the right value of X, so zero is right and all else is wrong on purpose. Values are in host
 * order. Owes nothing to the code under test.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define FRAME_SIZE   65536
#define FRAME_LAYERS 16

struct frame;
struct layer;
typedef void (*layer_finish_fn)(struct frame *f, struct layer *layer);

/* A header that waits for frame_finish(). Which of the fields mean something is up to @finish. */
struct layer {
	layer_finish_fn finish; /* may be NULL */
	size_t start;		/* of the header */
	size_t header_length;	/* bytes */
	int length_off;
	int count_off;
	int checksum_off;
	unsigned int count; /* of records, of sources */
	bool no_checksum;
};

struct frame {
	size_t length;
	unsigned int layers;
	struct layer layer[FRAME_LAYERS];
	__u8 byte[FRAME_SIZE];
};

#define IP4(a, b, c, d) ((__u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))

/* An empty frame. */
void frame_start(struct frame *f);

/* Appends @length bytes: of @bytes, or zeros if that is NULL. */
void frame_add(struct frame *f, const void *bytes, size_t length);
void frame_add8(struct frame *f, unsigned int value);
void frame_add16(struct frame *f, unsigned int value);
void frame_add32(struct frame *f, __u32 value);
void frame_add_mac(struct frame *f, __u64 mac); /* the low 48 bits */

/* Appends @length bytes that tell by their values where they were: a payload. */
void frame_add_pattern(struct frame *f, size_t length);

/* Begins a layer at the end of the frame; the last one begun is frame_top(). */
struct layer *frame_layer(struct frame *f, layer_finish_fn finish);
struct layer *frame_top(struct frame *f);

/* The layer below @layer, NULL if it is the first: for a pseudo header. */
const struct layer *frame_below(const struct frame *f, const struct layer *layer);

/* Fills in lengths and checksums, from the innermost layer to the outermost. */
void frame_finish(struct frame *f);

/* Cuts the frame to its first @length bytes, whatever its headers say. */
void frame_cut(struct frame *f, size_t length);

void frame_copy(struct frame *to, const struct frame *from);

/* Overwrites 16 bits at @at. */
void frame_set16(struct frame *f, size_t at, unsigned int value);
unsigned int frame_get16(const struct frame *f, size_t at);

/* The sum of RFC 1071 over @length bytes at @at, not complemented, added to @sum. */
__u32 frame_sum(const struct frame *f, size_t at, size_t length, __u32 sum);

/* The checksum field for such a sum. */
__u16 frame_fold(__u32 sum);
