/* SPDX-License-Identifier: Apache-2.0 */
/* For cppcheck, which is given no system headers: macros whose shape it must know to parse. */
#pragma once

#define LIBBPF_OPTS(type, name, ...)	 struct type name = { .sz = sizeof(struct type), __VA_ARGS__ }
#define json_array_foreach(a, i, value)	 for (i = 0; value = json_array_get(a, i); i++)
#define json_object_foreach(o, k, value) for (k = 0; value = json_object_get(o, k);)
