/* SPDX-License-Identifier: Apache-2.0 */
/* Objects and their verbs as tables, and the way from a command line to the function. */
#pragma once

#include <stdbool.h>

struct cli;

struct verb {
	const char *name;     /* "": the object is a command of its own and has no other verb */
	const char *synopsis; /* what follows the verb; "" if nothing */
	const char *help;     /* one line */
	const char *details;  /* more lines for `help`, each ended by a newline; or NULL */
	int (*run)(struct cli *cli, int argc, char **argv);
	bool not_in_batch;
};

struct object {
	const char *name;
	const char *help;
	const struct verb *verbs; /* ended by one without a name */
};

/* Runs the command @argv: OBJECT [VERB] ...; 0 or a negative errno, said. */
int verb_run(struct cli *cli, int argc, char **argv);

/* What there is: of everything, or of one object. */
void verb_help_all(const struct cli *cli);
void verb_help_object(const struct object *object);

extern const struct object agent_object, batch_object, forward_object, graph_object, group_object,
	load_object, m2p_object, member_object, monitor_object, port_object, querier_object,
	stats_object, status_object, top_object, trace_object, underlay_object, unload_object,
	vni_object, vtep_object;
