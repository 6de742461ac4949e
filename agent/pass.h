/* SPDX-License-Identifier: Apache-2.0 */
/* One pass of the reconciler over the tables. */
#pragma once

struct agent;

enum pass_result {
	PASS_DONE,   /* nothing is left that could be done now */
	PASS_MORE,   /* time was up: go on at once */
	PASS_LOCKED, /* a command works on the instance: soon again */
};

/* An instance is loaded. Errors are said, and kept with the facts. */
enum pass_result pass_run(struct agent *agent);
