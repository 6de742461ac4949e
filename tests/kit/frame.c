/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what)
{
	fprintf(stderr, "frame: %s\n", what);
	abort(); /* a mistake of the test's author */
}

void frame_start(struct frame *f)
{
	f->length = 0;
	f->layers = 0;
}

void frame_add(struct frame *f, const void *bytes, size_t length)
{
	if (length > FRAME_SIZE - f->length)
		fail("too long");
	if (bytes)
		memcpy(f->byte + f->length, bytes, length);
	else
		memset(f->byte + f->length, 0, length);
	f->length += length;
}

void frame_add8(struct frame *f, unsigned int value)
{
	__u8 byte = value;

	frame_add(f, &byte, 1);
}

void frame_add16(struct frame *f, unsigned int value)
{
	frame_add8(f, value >> 8);
	frame_add8(f, value);
}

void frame_add32(struct frame *f, __u32 value)
{
	frame_add16(f, value >> 16);
	frame_add16(f, value);
}

void frame_add_mac(struct frame *f, __u64 mac)
{
	frame_add16(f, mac >> 32);
	frame_add32(f, mac);
}

void frame_add_pattern(struct frame *f, size_t length)
{
	for (size_t i = 0; i < length; i++)
		frame_add8(f, i ^ i >> 8);
}

struct layer *frame_layer(struct frame *f, layer_finish_fn finish)
{
	struct layer *layer = &f->layer[f->layers];

	if (f->layers == FRAME_LAYERS)
		fail("too many layers");
	f->layers++;
	*layer = (struct layer){ .finish = finish, .start = f->length };
	return layer;
}

struct layer *frame_top(struct frame *f)
{
	if (!f->layers)
		fail("no layer");
	return &f->layer[f->layers - 1];
}

const struct layer *frame_below(const struct frame *f, const struct layer *layer)
{
	return layer == f->layer ? NULL : layer - 1;
}

void frame_finish(struct frame *f)
{
	while (f->layers) {
		struct layer *layer = frame_top(f);

		if (layer->finish)
			layer->finish(f, layer);
		f->layers--;
	}
}

void frame_cut(struct frame *f, size_t length)
{
	if (length > f->length)
		fail("cut beyond its end");
	f->length = length;
}

void frame_copy(struct frame *to, const struct frame *from)
{
	to->length = from->length;
	to->layers = from->layers;
	memcpy(to->layer, from->layer, sizeof(to->layer));
	memcpy(to->byte, from->byte, from->length);
}

void frame_set16(struct frame *f, size_t at, unsigned int value)
{
	if (at + 2 > f->length)
		fail("set beyond its end");
	f->byte[at] = value >> 8;
	f->byte[at + 1] = value;
}

unsigned int frame_get16(const struct frame *f, size_t at)
{
	if (at + 2 > f->length)
		fail("get beyond its end");
	return (unsigned int)f->byte[at] << 8 | f->byte[at + 1];
}

__u32 frame_sum(const struct frame *f, size_t at, size_t length, __u32 sum)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? f->byte[at + i] : (__u32)f->byte[at + i] << 8;
	return sum;
}

__u16 frame_fold(__u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}
