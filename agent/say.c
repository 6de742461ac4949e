/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>

static const char *const level_names[] = { "error", "warning", "info", "debug" };
static const char *instance = "";
static bool as_json;
static enum say_level most = SAY_INFO;

/* RFC 3339, UTC, milliseconds. */
static void format_now(char buf[40])
{
	struct timespec ts;
	struct tm tm;
	size_t used;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	used = strftime(buf, 40, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + used, 40 - used, ".%03ldZ", ts.tv_nsec / 1000000);
}

static void print_json(enum say_level level, const char *message, json_t *fields)
{
	char now[40];
	json_t *line;

	format_now(now);
	line = json_pack("{s:s, s:s, s:s, s:s}", "time", now, "level", level_names[level],
			 "instance", instance, "message", message);
	if (line && fields)
		(void)json_object_update_missing(line, fields);
	if (line)
		(void)json_dumpf(line, stderr, JSON_COMPACT);
	fputc('\n', stderr);
	json_decref(line);
}

static void print_text(enum say_level level, const char *message, json_t *fields)
{
	const char *name;
	json_t *value;

	/* systemd takes the level from the number in front; without it, it is in the way */
	fprintf(stderr, "bpfcastd: %s%s", level == SAY_WARNING ? "warning: " : "", message);
	json_object_foreach(fields, name, value)
	{
		fprintf(stderr, " %s=", name);
		if (json_is_string(value))
			fputs(json_string_value(value), stderr);
		else
			(void)json_dumpf(value, stderr, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	fputc('\n', stderr);
}

static void print(enum say_level level, const char *message, json_t *fields)
{
	if (as_json)
		print_json(level, message, fields);
	else
		print_text(level, message, fields);
}

/* Of the libraries. */
static void take(enum mc_log_level level, const char *text)
{
	static const enum say_level levels[] = {
		[MC_LOG_ERROR] = SAY_ERROR,
		[MC_LOG_WARNING] = SAY_WARNING,
		[MC_LOG_DEBUG] = SAY_DEBUG,
	};

	print(levels[level], text, NULL);
}

void say_set_up(const char *name, bool json, bool debug)
{
	instance = name;
	as_json = json;
	most = debug ? SAY_DEBUG : SAY_INFO;
	mc_log_set_level(debug ? MC_LOG_DEBUG : MC_LOG_WARNING);
	mc_log_set_sink(take);
}

void say(enum say_level level, const char *message, const char *fields, ...)
{
	json_t *packed = NULL;
	va_list args;

	if (level > most)
		return;
	if (fields) {
		va_start(args, fields);
		packed = json_vpack_ex(NULL, 0, fields, args);
		va_end(args);
	}
	print(level, message, packed);
	json_decref(packed);
}
