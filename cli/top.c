/* SPDX-License-Identifier: Apache-2.0 */
/* The groups with the most traffic, live. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/table.h>

#include "args.h"
#include "cli.h"
#include "output.h"
#include "sample.h"
#include "verb.h"

#define LINES_NO_TTY 50
#define LINES_FRAME  4 /* of a screen that are not groups */
#define REASONS_MOST 8

static const struct column group_columns[] = {
	{ "vni", COLUMN_NUMBER },
	{ "group", COLUMN_PLAIN },
	{ "packets_s", COLUMN_NUMBER },
	{ "bytes_s", COLUMN_NUMBER },
	{ "local_s", COLUMN_NUMBER },
	{ "remote_s", COLUMN_NUMBER },
	{ "errors_s", COLUMN_NUMBER },
	{ "local", COLUMN_NUMBER },
	{ "waiting", COLUMN_NUMBER },
	{ "remote", COLUMN_NUMBER },
	{},
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

struct top {
	struct cli *cli;
	struct mc_instance *in;
	struct sample last, now;
	__u32 interval_ms;
	__u32 count; /* of frames; 0: until stopped */
	__u32 lines; /* of groups; 0: as the screen has */
	bool screen; /* live, on a terminal */
	struct termios before;
};

/* ---- the terminal ---- */

static void screen_begin(struct top *top)
{
	struct termios raw;

	if (!top->screen || tcgetattr(STDIN_FILENO, &top->before))
		return;
	raw = top->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs("\033[?1049h\033[?25l", stdout); /* the other screen, no cursor */
}

static void screen_end(struct top *top)
{
	if (!top->screen)
		return;
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &top->before);
}

static size_t group_lines(const struct top *top, size_t reasons)
{
	struct winsize size;
	size_t frame = LINES_FRAME + reasons;

	if (top->lines)
		return top->lines;
	if (!top->screen || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return LINES_NO_TTY;
	return size.ws_row > frame + 1 ? size.ws_row - frame : 1;
}

/* Until the next frame is due, or a key ends it. */
static void pause_until(const struct top *top, uint64_t due)
{
	struct pollfd keys = { .fd = top->screen ? STDIN_FILENO : -1, .events = POLLIN };
	char key;

	while (!stopped) {
		uint64_t now = sample_clock();
		int ms = due > now ? (int)((due - now) / 1000000) + 1 : 0;

		if (!ms)
			return;
		if (poll(&keys, 1, ms) > 0 && read(STDIN_FILENO, &key, 1) == 1 && key == 'q')
			stopped = 1;
	}
}

/* ---- a frame ---- */

static void print_head(const struct top *top, const struct sample_rates *rates)
{
	char text[16];
	time_t seconds = time(NULL);
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("bpfcast %s  %s  %zu groups  %.0f packets/s in  %.0f copies/s out  %.0f dropped/s\n\n",
	       top->in->name, text, top->now.group_count, rates->in, rates->out, rates->dropped);
}

static int print_groups(const struct top *top, const struct sample_rate *rates, size_t count)
{
	struct output out;

	output_open(&out, top->cli, OUTPUT_TABLE, group_columns);
	for (size_t i = 0; i < count; i++)
		sample_print(&out, &rates[i]);
	return output_close(&out);
}

static void print_reasons(const struct sample_rates *rates)
{
	for (size_t i = 0; i < rates->reason_count && i < REASONS_MOST; i++)
		printf("%s%s %.0f/s", i ? "  " : "\ndropped: ", rates->reason[i].name,
		       rates->reason[i].rate);
	if (rates->reason_count)
		putchar('\n');
}

static int print_frame(struct top *top)
{
	mc_autofree struct sample_rate *groups = NULL;
	struct sample_rates rates;
	size_t lines;
	int err = sample_compare(&top->last, &top->now, &rates, &groups);

	if (err)
		return err;
	lines = group_lines(top, rates.reason_count ? 2 : 0);
	if (lines > top->now.group_count)
		lines = top->now.group_count;
	if (top->screen)
		fputs("\033[H\033[2J", stdout);
	if (!top->cli->json)
		print_head(top, &rates);
	err = print_groups(top, groups, lines);
	if (!top->cli->json)
		print_reasons(&rates);
	fflush(stdout);
	return err;
}

static int loop(struct top *top)
{
	int err = sample_take(top->in, &top->last);

	for (__u32 frame = 0; !err && !stopped && (!top->count || frame < top->count); frame++) {
		pause_until(top, top->last.time + (uint64_t)top->interval_ms * 1000000);
		if (stopped)
			break;
		err = sample_take(top->in, &top->now);
		if (!err)
			err = print_frame(top);
		sample_free(&top->last);
		top->last = top->now;
		top->now = (struct sample){ 0 };
	}
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop }; /* no SA_RESTART: ends the wait */
	struct top top = { .cli = cli, .interval_ms = 1000 };
	const struct arg args[] = {
		ARG_OPTIONAL("interval", arg_interval, &top.interval_ms, .min = 100,
			     .max = 3600000),
		ARG_OPTIONAL("count", arg_number, &top.count, .min = 1, .max = UINT32_MAX),
		ARG_OPTIONAL("lines", arg_number, &top.lines, .min = 1, .max = 65536),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &top.in);
	if (err)
		return err;
	top.screen = !top.count && !cli->json && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	screen_begin(&top);
	err = loop(&top);
	screen_end(&top);
	sample_free(&top.last);
	return err;
}

static const struct verb verbs[] = {
	{ "", "[interval SECONDS] [count N] [lines N]",
	  "show the groups with the most traffic, until 'q' or Ctrl-C",
	  "packets_s  packets a second that came in, from ports and from other nodes\n"
	  "local_s    copies a second to ports; remote_s: to other nodes\n"
	  "  interval SECONDS  between two looks; 1 unless said\n"
	  "  count N           end after so many\n"
	  "  lines N           show so many groups; as many as fit unless said\n",
	  run, true },
	{},
};

const struct object top_object = { "top", "a live screen of groups, rates, members, drops", verbs };
