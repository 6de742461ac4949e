/* SPDX-License-Identifier: Apache-2.0 */
/* Beginning and end: one agent an instance, signals, systemd, privileges. Errors are said. */
#pragma once

struct agent;

/* Takes the instance's agent lock, in its run directory: -EBUSY if another agent has it. */
int life_begin(struct agent *agent);

/* Signals go through the loop: TERM and INT end it, HUP reloads. Watchdog of systemd. */
int life_watch(struct agent *agent);

/* Gives up all capabilities but those that the loop needs, for good. */
int life_drop_privileges(void);

/* Tells systemd. */
void life_ready(const struct agent *agent);
void life_stopping(void);

/* Gives the lock back. */
void life_end(struct agent *agent);
