/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of memberships whatever happened, once nothing is under way. */
#pragma once

#include "datapath.h"

/*
 * Fails the test unless each member has exactly the slot it names, or none and is counted as waiting;
 * each slot in use is below `high` and has exactly one member; `used` is the number of these slots;
 * and each port, unlocked, holds as many groups as it has members and pending joins.
 */
void check_invariants(struct datapath *d);
