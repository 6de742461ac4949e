/* SPDX-License-Identifier: Apache-2.0 */
/* An array that grows: the entries of a table, taken to be sorted or to be deleted one by one. */
#pragma once

#include <stddef.h>

struct array {
	void *items;
	size_t size; /* of an item, set before the first is added */
	size_t count;
	size_t capacity;
};

#define ARRAY_OF(type)                                                                             \
	{                                                                                          \
		.size = sizeof(type)                                                               \
	}
#define autoarray __attribute__((cleanup(array_free)))

/* Appends a copy of @item; -ENOMEM, said. */
int array_add(struct array *array, const void *item);
void *array_at(const struct array *array, size_t index);
void array_sort(struct array *array, int (*compare)(const void *a, const void *b));
void array_free(struct array *array);
