/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/event.h>

#include <errno.h>

#include <bpf/libbpf.h>

#include <bpfcast/util.h>
#include <maps/table.h>

struct mc_event_reader {
	struct ring_buffer *ring;
	mc_event_fn fn;
	void *arg;
};

static int take(void *context, void *data, size_t size)
{
	struct mc_event_reader *reader = context;

	if (size < sizeof(struct mc_event))
		return 0;
	return reader->fn(data, reader->arg);
}

int mc_event_reader_new(struct mc_instance *in, mc_event_fn fn, void *arg,
			struct mc_event_reader **out)
{
	struct mc_event_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->fn = fn;
	reader->arg = arg;
	reader->ring = ring_buffer__new(in->table[MC_TABLE_EVENTS], take, reader, NULL);
	if (!reader->ring) {
		free(reader);
		return -errno;
	}
	*out = reader;
	return 0;
}

int mc_event_poll(struct mc_event_reader *reader, int timeout_ms)
{
	return ring_buffer__poll(reader->ring, timeout_ms);
}

int mc_event_fd(const struct mc_event_reader *reader)
{
	return ring_buffer__epoll_fd(reader->ring);
}

void mc_event_reader_free(struct mc_event_reader **reader)
{
	if (!*reader)
		return;
	ring_buffer__free((*reader)->ring);
	mc_free_ptr(reader);
}
