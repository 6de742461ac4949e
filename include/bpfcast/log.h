/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for people, on stderr. An error is said once, where the noun is known, with its remedy:
 *
 *	return mc_error(-ENODEV, "no device '%s' here; 'ip link' lists them", name);
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

enum mc_log_level { MC_LOG_ERROR, MC_LOG_WARNING, MC_LOG_DEBUG };

/* Messages above @level are dropped; MC_LOG_WARNING at the start. libbpf's go one level down. */
void mc_log_set_level(enum mc_log_level level);

/* Set before a batch line so that messages name it: "FILE:LINE: "; NULL for none. Not copied. */
void mc_log_set_prefix(const char *prefix);

/* Where messages go instead of stderr, without a newline; NULL: there. */
typedef void (*mc_log_sink)(enum mc_log_level level, const char *text);
void mc_log_set_sink(mc_log_sink sink);

/* Prints @fmt as an error and returns @err, which it does not add to the text. */
int mc_error(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Same, with ": " and the system's words for @err (negative errno) added. */
int mc_error_errno(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What works, but not as one might think; and what only a developer wants to know. */
void mc_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mc_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints what another library says, as it is and however long, where debug messages are wanted. */
void mc_debug_library(const char *fmt, va_list args);

/* The text of the last error since the last call, without a newline; "" if none. Static storage. */
const char *mc_log_take_error(void);
