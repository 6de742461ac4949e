/* SPDX-License-Identifier: Apache-2.0 */
/* Time in nanoseconds, and an end by signal. */
#pragma once

#include <signal.h>
#include <stdint.h>
#include <time.h>

#define NSEC 1000000000ULL

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* SIGINT and SIGTERM end the run, not the report. */
static inline void stop_on_signal(void)
{
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
}

static inline uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

static inline void wait_until(uint64_t when)
{
	struct timespec ts = { .tv_sec = when / NSEC, .tv_nsec = when % NSEC };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}
