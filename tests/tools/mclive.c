// SPDX-License-Identifier: Apache-2.0
/*
 * Sends one frame out of a veth over and over, as XDP live frames: its peer gets them as a NIC's
 * driver does, with no socket, skb or qdisc on the way. The frame is read from stdin in hex digits.
 * Says {"sent":FRAMES,"refused":0,"seconds":S} as mcsend does; whether they arrived, the peer knows.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

#include "args.h"
#include "../bench/live.h"

#define FRAME_MAX 3520 /* a page less what the kernel puts there; it refuses more */
#define BATCH_MAX 256

static const char usage[] =
	"usage: mclive OBJECT DEV BATCH SECONDS [COUNT] <FRAME\n"
	"  BATCH  frames that the kernel passes on at once, as a NIC's poll does\n"
	"  COUNT  frames to send at most\n";

static struct bpf_object *object;

static size_t read_hex(unsigned char *frame)
{
	char digits[3] = "";
	size_t length = 0;

	for (int c = getchar(); c != EOF; c = getchar()) {
		if (!isxdigit(c))
			continue;
		digits[digits[0] != 0] = (char)c;
		if (!digits[1])
			continue;
		if (length == FRAME_MAX)
			errx(2, "a frame has at most %d bytes", FRAME_MAX);
		frame[length++] = strtoul(digits, NULL, 16);
		memset(digits, 0, sizeof(digits));
	}
	if (length < LIVE_HEADER)
		errx(2, "a frame has at least %d bytes", LIVE_HEADER);
	return length;
}

static int load(const char *path, const struct live *live)
{
	struct bpf_map *map;

	object = bpf_object__open(path);
	if (!object)
		err(1, "cannot open %s", path);
	map = bpf_object__find_map_by_name(object, ".rodata");
	if (!map || bpf_map__set_initial_value(map, live, sizeof(*live)))
		errx(1, "%s is not the generator's", path);
	if (bpf_object__load(object))
		err(1, "cannot load %s", path);
	return bpf_program__fd(bpf_object__next_program(object, NULL));
}

static struct live_run read_run(void)
{
	int fd = bpf_object__find_map_fd_by_name(object, ".bss");
	struct live_run run = {};
	__u32 key = 0;

	if (fd < 0 || bpf_map_lookup_elem(fd, &key, &run))
		errx(1, "the generator's program does not say what it sent");
	return run;
}

static void wake_up(int signal)
{
	(void)signal;
}

/* The kernel sends until a signal: many short calls would measure their own beginnings and ends. */
static void send_until(uint64_t ns)
{
	const struct itimerval timer = { .it_value = { .tv_sec = ns / 1000000000,
						       .tv_usec = ns / 1000 % 1000000 } };

	signal(SIGALRM, wake_up);
	setitimer(ITIMER_REAL, &timer, NULL);
}

int main(int argc, char **argv)
{
	unsigned char frame[FRAME_MAX];
	struct live live = {};
	struct live_run run;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = INT32_MAX,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
	int prog, error;

	if (argc < 5 || argc > 6) {
		fputs(usage, stderr);
		return 2;
	}
	live.device = parse_device(argv[2]);
	opts.batch_size = parse_number("batch", argv[3], BATCH_MAX);
	if (argc == 6)
		opts.repeat = parse_number("count", argv[5], INT32_MAX);
	opts.data_size_in = read_hex(frame);
	memcpy(live.header, frame, sizeof(live.header));
	prog = load(argv[1], &live);
	send_until(parse_seconds("time", argv[4]));
	error = bpf_prog_test_run_opts(prog, &opts);
	if (error && error != -EINTR)
		errx(1, "cannot send live frames: %s", strerror(-error));
	run = read_run();
	printf("{\"sent\":%" PRIu64 ",\"refused\":0,\"seconds\":%.9f}\n", (uint64_t)run.sent,
	       (double)(run.last - run.first) / 1e9);
	return 0;
}
