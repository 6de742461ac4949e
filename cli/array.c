/* SPDX-License-Identifier: Apache-2.0 */
#include "array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpfcast/log.h>

int array_add(struct array *array, const void *item)
{
	if (array->count == array->capacity) {
		size_t capacity = array->capacity ? array->capacity * 2 : 64;
		void *items = reallocarray(array->items, capacity, array->size);

		if (!items)
			return mc_error_errno(-ENOMEM, "cannot hold %zu entries", capacity);
		array->items = items;
		array->capacity = capacity;
	}
	memcpy((char *)array->items + array->count * array->size, item, array->size);
	array->count++;
	return 0;
}

void *array_at(const struct array *array, size_t index)
{
	return (char *)array->items + index * array->size;
}

void array_sort(struct array *array, int (*compare)(const void *a, const void *b))
{
	if (array->count)
		qsort(array->items, array->count, array->size, compare);
}

void array_free(struct array *array)
{
	free(array->items);
	array->items = NULL;
	array->count = 0;
	array->capacity = 0;
}
