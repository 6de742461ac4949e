/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent says, on stderr, a line each: text for people, or a JSON object. Errors and warnings
 * of the libraries (bpfcast/log.h) come out the same way.
 *
 *	say(SAY_INFO, "group learned", "{s:s, s:i}", "group", text, "vni", vni);
 *	  bpfcastd: group learned group=239.1.1.1 vni=77
 *	  {"time": "...", "level": "info", "message": "group learned", "group": "239.1.1.1", "vni": 77}
 */
#pragma once

#include <stdbool.h>

enum say_level { SAY_ERROR, SAY_WARNING, SAY_INFO, SAY_DEBUG };

/* From now on as JSON objects of the instance @name, or as text; debug messages too or not. */
void say_set_up(const char *name, bool json, bool debug);

/* @fields: as json_pack() takes them, an object; NULL for none. */
void say(enum say_level level, const char *message, const char *fields, ...);
