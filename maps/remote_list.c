/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/remote_list.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>

#define KEPT_FLAGS (MC_REMOTE_F_M2P | MC_REMOTE_F_EQUAL)

void mc_remote_list_free(struct mc_remote_list *list)
{
	for (__u32 i = 0; i < list->count; i++)
		free(list->item[i].sources);
	free(list->item);
	list->item = NULL;
	list->count = 0;
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mc_addr));
}

/* The sources of @filter, ascending, for the caller to free; NULL: none, or no memory. */
static struct mc_addr *sort_sources(const struct mc_filter *filter)
{
	struct mc_addr *sources;

	if (!filter->count)
		return NULL;
	sources = malloc(filter->count * sizeof(*sources));
	if (!sources)
		return NULL;
	memcpy(sources, filter->sources, filter->count * sizeof(*sources));
	qsort(sources, filter->count, sizeof(*sources), by_address);
	return sources;
}

int mc_remote_list_add(struct mc_remote_list *list, const struct mc_remote *slot,
		       const struct mc_filter *filter)
{
	struct mc_remote_item item = { .slot = *slot };
	struct mc_remote_item *larger =
		reallocarray(list->item, (size_t)list->count + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	list->item = larger;
	item.sources = sort_sources(filter);
	if (filter->count && !item.sources)
		return -ENOMEM;
	item.slot.flags &= KEPT_FLAGS;
	if (filter->include)
		item.slot.flags |= MC_REMOTE_F_FILTER | MC_REMOTE_F_DENY;
	else if (filter->count)
		item.slot.flags |= MC_REMOTE_F_FILTER;
	item.slot.first = 0;
	item.slot.sources = filter->count;
	list->item[list->count++] = item;
	return 0;
}

int mc_remote_list_copy(struct mc_remote_list *list, const struct mc_remote_item *item)
{
	struct mc_filter filter = mc_remote_filter(item);

	return mc_remote_list_add(list, &item->slot, &filter);
}

void mc_remote_list_del(struct mc_remote_list *list, __u32 index)
{
	free(list->item[index].sources);
	list->count--;
	memmove(&list->item[index], &list->item[index + 1],
		(list->count - index) * sizeof(*list->item));
}

__u32 mc_remote_list_find(const struct mc_remote_list *list, __u32 vtep)
{
	__u32 i = 0;

	while (i < list->count && list->item[i].slot.vtep != vtep)
		i++;
	return i;
}

struct mc_filter mc_remote_filter(const struct mc_remote_item *item)
{
	return (struct mc_filter){
		.include = item->slot.flags & MC_REMOTE_F_DENY,
		.count = item->slot.sources,
		.sources = item->sources,
	};
}

int mc_remote_wants(const struct mc_remote_item *item, const struct mc_filter *filter)
{
	struct mc_filter own = mc_remote_filter(item);
	mc_autofree struct mc_addr *sources = NULL;

	if (own.include != filter->include || own.count != filter->count)
		return 0;
	if (!own.count)
		return 1;
	sources = sort_sources(filter);
	if (!sources)
		return -ENOMEM;
	return !memcmp(own.sources, sources, own.count * sizeof(*sources));
}

/* A vector on its way: its lines, and how much of them is filled. */
struct draft {
	struct mc_remote_line *lines;
	__u32 slots;
	__u32 sources;
};

static struct mc_addr *source_at(struct mc_remote_line *lines, __u32 index)
{
	return &lines[lines->head.sources + index / MC_REMOTE_LINE_SLOTS]
			.source[index % MC_REMOTE_LINE_SLOTS];
}

static void put(struct draft *draft, const struct mc_remote_item *item)
{
	struct mc_remote_line *line = &draft->lines[1 + draft->slots / MC_REMOTE_LINE_SLOTS];
	struct mc_remote *slot = &line->slot[draft->slots % MC_REMOTE_LINE_SLOTS];

	*slot = item->slot;
	slot->first = draft->sources;
	for (__u32 i = 0; i < slot->sources; i++)
		*source_at(draft->lines, draft->sources++) = item->sources[i];
	draft->slots++;
}

static void put_form(struct draft *draft, const struct mc_remote_list *list, unsigned int form,
		     unsigned int equal)
{
	for (__u32 i = 0; i < list->count; i++) {
		const struct mc_remote_item *item = &list->item[i];

		if (item->slot.form == form && (item->slot.flags & MC_REMOTE_F_EQUAL) == equal)
			put(draft, item);
	}
}

int mc_remote_list_compile(const struct mc_remote_list *list, struct mc_remote_line **lines,
			   __u32 *count)
{
	struct draft draft = { 0 };
	__u32 sources = 0, total;

	for (__u32 i = 0; i < list->count; i++)
		sources += list->item[i].slot.sources;
	total = 1 + MC_REMOTE_LINES(list->count) + MC_REMOTE_LINES(sources);
	draft.lines = calloc(total, sizeof(*draft.lines));
	if (!draft.lines)
		return -ENOMEM;
	draft.lines->head.count = list->count;
	draft.lines->head.sources = 1 + MC_REMOTE_LINES(list->count);
	for (unsigned int form = MC_FORM_V6_TAGGED; form <= MC_FORM_V4; form++) {
		__u32 first;

		put_form(&draft, list, form, 0);
		first = draft.slots;
		put_form(&draft, list, form, MC_REMOTE_F_EQUAL);
		if (draft.slots == first)
			continue;
		draft.lines->head.first_equal = first;
		draft.lines->head.equals = draft.slots - first;
	}
	*lines = draft.lines;
	*count = total;
	return 0;
}

/* Copies the sources of a slot out of the vector into @sources. */
static void get_sources(const struct mc_remote_line *lines, const struct mc_remote *slot,
			struct mc_addr *sources)
{
	for (__u32 i = 0; i < slot->sources; i++) {
		__u32 at = slot->first + i;

		sources[i] = lines[lines->head.sources + at / MC_REMOTE_LINE_SLOTS]
				     .source[at % MC_REMOTE_LINE_SLOTS];
	}
}

static int parse_slot(struct mc_remote_list *list, const struct mc_remote_line *lines, __u32 count,
		      const struct mc_remote *slot)
{
	__u64 space = (__u64)(count - lines->head.sources) * MC_REMOTE_LINE_SLOTS;
	mc_autofree struct mc_addr *sources = NULL;
	struct mc_filter filter = { .count = slot->sources };

	if ((__u64)slot->first + slot->sources > space)
		return -EINVAL;
	if (slot->sources) {
		sources = calloc(slot->sources, sizeof(*sources));
		if (!sources)
			return -ENOMEM;
		get_sources(lines, slot, sources);
	}
	filter.include = slot->flags & MC_REMOTE_F_DENY;
	filter.sources = sources;
	return mc_remote_list_add(list, slot, &filter);
}

int mc_remote_list_parse(struct mc_remote_list *list, const struct mc_remote_line *lines,
			 __u32 count)
{
	int err = 0;

	if (!count || lines->head.sources > count ||
	    lines->head.count > (__u64)(count - 1) * MC_REMOTE_LINE_SLOTS)
		return -EINVAL;
	for (__u32 i = 0; !err && i < lines->head.count; i++) {
		const struct mc_remote_line *line = &lines[1 + i / MC_REMOTE_LINE_SLOTS];

		err = parse_slot(list, lines, count, &line->slot[i % MC_REMOTE_LINE_SLOTS]);
	}
	return err;
}
