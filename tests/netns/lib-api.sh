# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the agent's API and of its desired state share. Sourced after lib.sh.
. "$ROOT/tests/netns/lib-agent.sh"

# shellcheck disable=SC2034 # for the tests
PYTHON=${PYTHON:-/usr/bin/python3} # Debian's, which has Debian's modules

# agent_config NODE JSON: what its agent is to read
agent_config() { echo "$2" >"$TMP/agent-$1.json"; }

agent_pid() { # NODE: of the agent itself: nsenter has become it
	echo "${PIDS[agent-$1]}"
}

# agent_reload NODE JSON
agent_reload() {
	agent_config "$1" "$2"
	kill -HUP "$(agent_pid "$1")"
}

# api NODE METHOD PATH [BODY]: sets STATUS, TYPE and BODY; 000 if nobody answers
api() {
	local out
	out=$(curl -s -m 20 -X "$2" -o "$TMP/api.body" -w '%{http_code} %{content_type}' --unix-socket \
		"$TMP/$LAB-$1.sock" ${4+-H 'Content-Type: application/json' --data-binary "$4"} \
		"http://localhost$3") || true
	STATUS=${out%% *} TYPE=${out#* }
	BODY=$(cat "$TMP/api.body" 2>/dev/null) || BODY=
}

# answers STATUS NODE METHOD PATH [BODY]
answers() {
	api "${@:2}"
	[[ $STATUS == "$1" ]] || fail "${*:3} says $STATUS, not $1: $BODY"
	[[ $STATUS == [23]* || $TYPE == application/problem+json ]] || fail "${*:3} says '$TYPE': $BODY"
}

# field NAME: of the last answer, an object
field() { jq -r ".$1" <<<"$BODY"; }
