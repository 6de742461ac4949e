/* SPDX-License-Identifier: Apache-2.0 */
/* For cppcheck, which is given no system headers: macros whose shape it must know to parse. */
#pragma once

#define LIBBPF_OPTS(type, name, ...) struct type name = { .sz = sizeof(struct type), __VA_ARGS__ }
#define json_array_foreach(array, index, value) \
	for (index = 0; value = json_array_get(array, index); index++)
#define json_object_foreach(object, key, value) for (key = 0; value = json_object_get(object, key);)
