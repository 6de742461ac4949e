# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the agent share. Its times are shortened by its configuration; with these a
# membership lives 2 * 2 + 0.6 = 4.6 s without a report.
# shellcheck disable=SC2034 # for the tests
QUERIER='"query_interval": 2000, "response_interval": 600, "startup_interval": 400, "last_member_interval": 500'
LEARN="{\"vnis\": [{\"vni\": $VNI, \"unknown\": \"learn\", \"grace\": 300, \"querier\": {$QUERIER}}]}"

probe_tshark() { has tshark; }

# agent NODE [JSON [OPTION ...]]: an agent of the node with that configuration; waits until it is ready
agent() {
	local json=${2:-}
	[[ -z $json ]] || echo "$json" >"$TMP/agent-$1.json"
	[[ -e $TMP/agent-$1.json ]] || echo '{}' >"$TMP/agent-$1.json"
	start "agent-$1" "$1" "$BUILD/bpfcastd" -n "$LAB-$1" --run "$TMP" --config "$TMP/agent-$1.json" "${@:3}"
	wait_for 20 "grep -qs ': ready' '$TMP/agent-$1.err'"
}

said() { # NODE PATTERN: a line of the agent
	grep -q -- "$2" "$TMP/agent-$1.err"
}

# dissect NAME FILTER FIELD...: of a capture by tshark, a line a frame, fields with spaces between
dissect() {
	local field fields=()
	for field in "${@:3}"; do fields+=(-e "$field"); done
	tshark -n -o ip.check_checksum:TRUE -r "$TMP/$1.pcap" -Y "$2" -T fields -E separator=/s -E occurrence=a "${fields[@]}" 2>/dev/null
}

# Frames of the kind in a capture, so far.
queries() { # NAME [FILTER]
	captured "$1" "${2:-igmp[0] == 0x11}"
}

# Does the host still want the group: is it a member by a report?
has_member() { # NODE GROUP PORT
	mc "$1" -j member show "$2" vni "$VNI" port "$3" 2>/dev/null | grep -q '"kind":"local"'
}
