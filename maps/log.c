/* SPDX-License-Identifier: Apache-2.0 */
#include <bpfcast/log.h>

#include <stdio.h>
#include <string.h>

static enum mc_log_level level = MC_LOG_WARNING;
static const char *prefix;
static mc_log_sink sink;
static char last_error[512];
static char taken_error[512];

void mc_log_set_level(enum mc_log_level new_level)
{
	level = new_level;
}

void mc_log_set_prefix(const char *new_prefix)
{
	prefix = new_prefix;
}

void mc_log_set_sink(mc_log_sink new_sink)
{
	sink = new_sink;
}

static void print(enum mc_log_level of, const char *text)
{
	static const char *const kinds[] = {
		[MC_LOG_ERROR] = "",
		[MC_LOG_WARNING] = "warning: ",
		[MC_LOG_DEBUG] = "debug: ",
	};

	if (sink)
		sink(of, text);
	else
		fprintf(stderr, "bpfcast: %s%s%s\n", prefix ? prefix : "", kinds[of], text);
}

static void say_error(const char *text)
{
	snprintf(last_error, sizeof(last_error), "%s%s", prefix ? prefix : "", text);
	print(MC_LOG_ERROR, text);
}

int mc_error(int err, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say_error(text);
	return err;
}

int mc_error_errno(int err, const char *fmt, ...)
{
	char text[500];
	va_list args;
	size_t used;

	va_start(args, fmt);
	vsnprintf(text, 400, fmt, args);
	va_end(args);
	used = strlen(text);
	snprintf(text + used, sizeof(text) - used, ": %s", strerror(-err));
	say_error(text);
	return err;
}

static void say(enum mc_log_level of, const char *fmt, va_list args)
{
	char text[400];

	vsnprintf(text, sizeof(text), fmt, args);
	print(of, text);
}

void mc_warn(const char *fmt, ...)
{
	va_list args;

	if (level < MC_LOG_WARNING)
		return;
	va_start(args, fmt);
	say(MC_LOG_WARNING, fmt, args);
	va_end(args);
}

void mc_debug(const char *fmt, ...)
{
	va_list args;

	if (level < MC_LOG_DEBUG)
		return;
	va_start(args, fmt);
	say(MC_LOG_DEBUG, fmt, args);
	va_end(args);
}

void mc_debug_library(const char *fmt, va_list args)
{
	if (level >= MC_LOG_DEBUG)
		vfprintf(stderr, fmt, args);
}

const char *mc_log_take_error(void)
{
	memcpy(taken_error, last_error, sizeof(taken_error));
	last_error[0] = '\0';
	return taken_error;
}
