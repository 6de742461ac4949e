// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a pinned program on frames by BPF_PROG_RUN. A line of stdin is a frame in hex digits, a line of
 * stdout {"returned":VALUE,"ns":N}: nanoseconds that the kernel says one of the repetitions took.
 */
#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "args.h"

#define FRAME_MAX 2048
#define TC_PASS	  (-1) /* TC_ACT_UNSPEC */

static const char usage[] =
	"usage: mcrun PROGRAM DEV REPEAT <FRAMES\n"
	"  PROGRAM  a pin, of a tc or XDP program; '-' for a tc program that does nothing\n"
	"  DEV      where the frame comes in; '-' for an XDP program\n";

static size_t read_hex(const char *line, unsigned char *frame)
{
	size_t length = 0;

	for (; isxdigit(line[0]) && isxdigit(line[1]) && length < FRAME_MAX; line += 2) {
		char digits[3] = { line[0], line[1] };

		frame[length++] = strtoul(digits, NULL, 16);
	}
	if (*line && *line != '\n')
		errx(2, "a frame is up to %d pairs of hex digits", FRAME_MAX);
	return length;
}

static int load_empty(void)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "empty", "GPL", nothing, 2, NULL);
}

int main(int argc, char **argv)
{
	static char line[2 * FRAME_MAX + 2];
	unsigned char frame[FRAME_MAX];
	struct __sk_buff skb = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame);
	int prog;

	if (argc != 4) {
		fputs(usage, stderr);
		return 2;
	}
	prog = strcmp(argv[1], "-") ? bpf_obj_get(argv[1]) : load_empty();
	if (prog < 0)
		err(1, "cannot open %s", argv[1]);
	if (strcmp(argv[2], "-")) {
		skb.ifindex = parse_device(argv[2]);
		opts.ctx_in = &skb;
		opts.ctx_size_in = sizeof(skb);
	}
	opts.repeat = parse_number("number of repetitions", argv[3], INT32_MAX);
	while (fgets(line, sizeof(line), stdin)) {
		opts.data_size_in = read_hex(line, frame);
		if (bpf_prog_test_run_opts(prog, &opts))
			err(1, "cannot run %s", argv[1]);
		printf("{\"returned\":%d,\"ns\":%u}\n", (int)opts.retval, opts.duration);
	}
	return 0;
}
