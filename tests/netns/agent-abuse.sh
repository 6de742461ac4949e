#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent answers whatever it is asked, however often and slowly, and neither dies nor grows by it.
# timeout: 240
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-api.sh"

lab_up --nodes 1 --pods 2
agent n1
ulimit -n 4096
SLOW=$SLOW "$PYTHON" "$ROOT/tests/agent/abuse.py" "$TMP/$LAB-n1.sock" "$(agent_pid n1)" 3000
exit 0
