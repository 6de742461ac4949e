/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of remotes in the kernel: inner maps of `remotes` and `forwarding`. All silent. */
#pragma once

#include <maps/remote_list.h>
#include <maps/table.h>

/* A new vector of @list as a descriptor, to be put into either table; or a negative errno. */
int mc_remote_vector_new(const struct mc_remote_list *list);

/* Appends to @list what is in the vector of @key in @table. -ENOENT: there is none. */
int mc_remote_vector_read(const struct mc_instance *in, enum mc_table table, const void *key,
			  struct mc_remote_list *list);
