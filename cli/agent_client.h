/* SPDX-License-Identifier: Apache-2.0 */
/* What the node's agent says, asked on its socket. */
#pragma once

#include <jansson.h>

struct cli;

/*
 * GETs @path ("/v1/status") of the agent that looks after the instance; *@out is a new reference. @run:
 * its directory, NULL for /run/bpfcast. Errors are said, those of the agent in its words.
 */
int agent_get(const struct cli *cli, const char *run, const char *path, json_t **out);
