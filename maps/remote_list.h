/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of remotes with their filters, and the vector that it becomes in `remotes` or `forwarding`
 * (struct mc_remote_line). Touches no table.
 */
#pragma once

#include <bpfcast/abi.h>
#include <maps/filter.h>

struct mc_remote_item {
	struct mc_remote slot;	 /* all but `first`, which follows from the list */
	struct mc_addr *sources; /* ascending, `slot.sources` of them; owned */
};

struct mc_remote_list {
	struct mc_remote_item *item;
	__u32 count;
};

/* Frees the remotes with their sources, and leaves an empty list. */
void mc_remote_list_free(struct mc_remote_list *list);
#define mc_autoremotes __attribute__((cleanup(mc_remote_list_free)))

/*
 * Appends a remote: VTEP, form, mode and the flags M2P and EQUAL from @slot, the rest from @filter, which
 * is copied. -ENOMEM.
 */
int mc_remote_list_add(struct mc_remote_list *list, const struct mc_remote *slot,
		       const struct mc_filter *filter);

/* Appends a copy of @item. -ENOMEM. */
int mc_remote_list_copy(struct mc_remote_list *list, const struct mc_remote_item *item);

/* Takes out the remote at @index. */
void mc_remote_list_del(struct mc_remote_list *list, __u32 index);

/* Index of the remote that is sent to by VTEP id @vtep; list->count: none. */
__u32 mc_remote_list_find(const struct mc_remote_list *list, __u32 vtep);

/* The filter of a remote; its sources belong to the remote. */
struct mc_filter mc_remote_filter(const struct mc_remote_item *item);

/* Do both want the same? Whatever the order of the sources of @filter. -ENOMEM, or no (0) or yes (1). */
int mc_remote_wants(const struct mc_remote_item *item, const struct mc_filter *filter);

/*
 * The vector of the list as *@count lines in *@lines (malloc, caller frees): slots by form and, within one,
 * those that are equals last; else in the order of the list. -ENOMEM.
 */
int mc_remote_list_compile(const struct mc_remote_list *list, struct mc_remote_line **lines,
			   __u32 *count);

/* Appends the remotes of a vector. -EINVAL: it contradicts itself; -ENOMEM. */
int mc_remote_list_parse(struct mc_remote_list *list, const struct mc_remote_line *lines,
			 __u32 count);
