#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of every verb that changes something, before each of its steps: the verb, or its opposite
# and then the verb, ends well, and what is there in the end works.
# vm: no, a hundred runs under emulation take minutes
# timeout: 240
#
#   n1p1 sender --- n1 ====== n2
#   n1p2 member ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-kill.sh"

skip_unless strace
lab_up --nodes 2 --pods 2
for line in "group add 239.1.1.1 vni $VNI" "member add 239.1.1.1 vni $VNI port p2"; do
	# shellcheck disable=SC2086 # words
	mc n1 $line
done

# check "ADD" "DEL" "STATE": the state without ADD; each verb is killed at each step and done over.
check() {
	local step add del
	read -ra add <<<"$1"
	read -ra del <<<"$2"
	undo() { mc n1 "${del[@]}"; }
	redo() { mc n1 "${add[@]}"; }
	each_step "$1" undo "${add[@]}"
	for step in "${STEPS[@]}"; do
		killed_at "$step" "${add[@]}"
		mc n1 "${add[@]}" 2>"$TMP/add.err" || { # it may have come as far as being there
			undo || fail "'$1' killed before $step: neither it nor its opposite ends well: $(cat "$TMP/add.err")"
			redo || fail "'$1' killed before $step, undone: it does not end well"
		}
		flows "'$1', killed before $step"
		undo || fail "'$2' after '$1' was killed before $step"
	done
	redo
	ok "$1: ${#STEPS[@]} steps"
	each_step "$2" redo "${del[@]}"
	for step in "${STEPS[@]}"; do
		killed_at "$step" "${del[@]}"
		undo 2>/dev/null || true # or it had come as far as being gone
		redo || fail "'$1' after '$2' was killed before $step"
		flows "'$2', killed before $step"
	done
	ok "$2: ${#STEPS[@]} steps"
}

mc n1 group add 239.2.2.2 vni "$VNI"
on n1 ip link add d0 up type veth peer name d1
on n1 ip link add u0 up type veth peer name u1
on n1 ip addr add 198.51.100.1/24 dev u0
check "vtep add 192.0.2.9" "vtep del 192.0.2.9"
check "port add d0 vni 78" "port del d0"
check "underlay add u0 addr 198.51.100.1" "underlay del u0"
check "group add 239.3.3.3 vni $VNI size 8" "group del 239.3.3.3 vni $VNI"
check "member add 239.2.2.2 vni $VNI port p2" "member del 239.2.2.2 vni $VNI port p2"
check "member add 239.2.2.2 vni $VNI vtep 192.0.2.2" "member del 239.2.2.2 vni $VNI vtep 192.0.2.2"
