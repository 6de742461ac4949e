/* SPDX-License-Identifier: Apache-2.0 */
#include "datapath.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast.skel.h>
#include <bpfcast/abi.h>

#include "test.h"

static int say_warnings(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

static __u32 size_or(__u32 size, __u32 otherwise)
{
	return size ? size : otherwise;
}

static void set_sizes(struct bpfcast *s, const struct datapath_sizes *sizes)
{
	__u32 groups = size_or(sizes->groups, DATAPATH_GROUPS);

	bpf_map__set_max_entries(s->maps.fanout, groups);
	bpf_map__set_max_entries(s->maps.remotes, groups);
	bpf_map__set_max_entries(s->maps.group_keys, groups);
	bpf_map__set_max_entries(s->maps.group_counters, groups);
	bpf_map__set_max_entries(s->maps.members, size_or(sizes->members, DATAPATH_MEMBERS));
	bpf_map__set_max_entries(s->maps.sources, size_or(sizes->sources, DATAPATH_MEMBERS));
	bpf_map__set_max_entries(s->maps.ports, DATAPATH_PORTS);
	bpf_map__set_max_entries(s->maps.port_state, DATAPATH_PORTS);
	bpf_map__set_max_entries(s->maps.vteps, DATAPATH_VTEPS);
	bpf_map__set_max_entries(s->maps.next_hops, DATAPATH_VTEPS);
	bpf_map__set_max_entries(s->maps.vtep_ids, DATAPATH_VTEPS);
	bpf_map__set_max_entries(s->maps.vtep_counters, DATAPATH_VTEPS);
}

static void set_tails(struct bpfcast *s)
{
	__u32 key = MC_TAIL_MEMBERSHIP;
	int program = bpf_program__fd(s->progs.port_membership);

	assert_int_equal(bpf_map_update_elem(bpf_map__fd(s->maps.tails), &key, &program, BPF_ANY),
			 0);
}

struct datapath *datapath_new(const struct datapath_sizes *sizes)
{
	static const struct datapath_sizes defaults;
	struct datapath *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	libbpf_set_print(say_warnings);
	d->skeleton = bpfcast__open();
	assert_non_null(d->skeleton);
	set_sizes(d->skeleton, sizes ? sizes : &defaults);
	assert_int_equal(bpfcast__load(d->skeleton), 0);
	set_tails(d->skeleton);
	for (int i = 0; i < MC_TABLE_COUNT; i++) {
		d->in.table[i] =
			bpf_object__find_map_fd_by_name(d->skeleton->obj, mc_table_name(i));
		assert_true(d->in.table[i] >= 0);
	}
	d->in.control = bpf_program__fd(d->skeleton->progs.control);
	d->in.lock = -1;
	return d;
}

void datapath_free(struct datapath *d)
{
	bpfcast__destroy(d->skeleton);
	free(d);
}

int datapath_setup(void **state)
{
	*state = datapath_new(NULL);
	return 0;
}

int datapath_teardown(void **state)
{
	datapath_free(*state);
	return 0;
}

static int run(const struct bpf_program *program, struct bpf_test_run_opts *opts,
	       const struct frame *frame, struct frame *out)
{
	int err;

	opts->data_in = frame->byte;
	opts->data_size_in = frame->length;
	opts->repeat = 1;
	if (out) {
		frame_start(out);
		opts->data_out = out->byte;
		opts->data_size_out = FRAME_SIZE;
	}
	err = bpf_prog_test_run_opts(bpf_program__fd(program), opts);
	if (err)
		fail_msg("BPF_PROG_RUN of '%s' on %zu bytes: error %d", bpf_program__name(program),
			 frame->length, err);
	if (out)
		out->length = opts->data_size_out;
	return (int)opts->retval;
}

static int run_tc(const struct bpf_program *program, __u32 ifindex, const struct frame *frame,
		  struct frame *out)
{
	struct __sk_buff skb = { .ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &skb, .ctx_size_in = sizeof(skb));

	return run(program, &opts, frame, out);
}

int datapath_port(struct datapath *d, __u32 ifindex, const struct frame *frame, struct frame *out)
{
	return run_tc(d->skeleton->progs.port_ingress, ifindex, frame, out);
}

int datapath_try_port(struct datapath *d, __u32 ifindex, const struct frame *frame, int *returned)
{
	struct __sk_buff skb = { .ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &skb, .ctx_size_in = sizeof(skb),
		    .data_in = frame->byte, .data_size_in = frame->length, .repeat = 1);
	int err = bpf_prog_test_run_opts(bpf_program__fd(d->skeleton->progs.port_ingress), &opts);

	*returned = (int)opts.retval;
	return err;
}

int datapath_underlay(struct datapath *d, __u32 ifindex, const struct frame *frame,
		      struct frame *out)
{
	return run_tc(d->skeleton->progs.underlay_ingress, ifindex, frame, out);
}

int datapath_guard(struct datapath *d, const struct frame *frame, struct frame *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return run(d->skeleton->progs.underlay_guard, &opts, frame, out);
}

int datapath_control_cut(struct datapath *d, unsigned int op, const struct mc_member_key *key,
			 unsigned int origins, size_t length)
{
	struct mc_request request = { .op = op, .origins = origins, .key = *key };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &request, .data_size_in = length,
		    .repeat = 1);
	int err = bpf_prog_test_run_opts(d->in.control, &opts);

	if (err)
		fail_msg("BPF_PROG_RUN of 'control': error %d", err);
	return (int)opts.retval;
}

int datapath_control(struct datapath *d, unsigned int op, const struct mc_member_key *key,
		     unsigned int origins)
{
	return datapath_control_cut(d, op, key, origins, sizeof(struct mc_request));
}
