#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of load, of load again (an upgrade under traffic) and of unload, before each of its steps:
# the next run ends well, traffic that flowed flows on, and nothing is left in the end.
# vm: no, a hundred runs under emulation take minutes
# timeout: 240
#
#   n1p1 sender --- n1 --- n1p2 static member
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-kill.sh"

skip_unless strace
lab_up --nodes 1 --pods 2 --no-bpfcast
PINS=/sys/fs/bpf/bpfcast/$LAB-n1

set_up() {
	printf '%s\n' "underlay add eth0" "port add p1 vni $VNI" "port add p2 vni $VNI" \
		"group add 239.1.1.1 vni $VNI" "member add 239.1.1.1 vni $VNI port p2" | mc n1 batch -
}

gone() { # is all of it gone?
	[[ ! -e $PINS ]] || fail "$1: pins are left"
	[[ $(on n1 tc filter show dev p1 ingress) != *bpf* ]] || fail "$1: a filter is left"
	[[ $(on n1 ip -d link show dev eth0) != *prog/xdp* ]] || fail "$1: XDP is left"
}

each_step "the first load" nothing load
for step in "${STEPS[@]}"; do
	killed_at "$step" load
	mc n1 load
	set_up
	flows "load, killed before $step"
	mc n1 unload
	gone "load, killed before $step"
done
for step in "${STEPS[@]}"; do # unload takes away what half a load left, too
	killed_at "$step" load
	mc n1 unload 2>"$TMP/unload.err" || grep -q "not loaded\|no instance\|nothing" "$TMP/unload.err" ||
		fail "unload after a load killed before $step: $(cat "$TMP/unload.err")"
	gone "load killed before $step, then unload"
done
ok "${#STEPS[@]} steps of the first load"

mc n1 load
set_up
each_step "an upgrade" nothing load
for step in "${STEPS[@]}"; do
	killed_at "$step" load
	flows "upgrade, killed before $step"
	mc n1 load
	flows "upgrade after one killed before $step"
done
ok "${#STEPS[@]} steps of an upgrade"

again() { mc n1 load && set_up; }
each_step "unload" again unload
for step in "${STEPS[@]}"; do
	killed_at "$step" unload
	mc n1 unload 2>"$TMP/unload.err" || grep -q "not loaded\|no instance\|nothing" "$TMP/unload.err" ||
		fail "unload after one killed before $step: $(cat "$TMP/unload.err")"
	gone "unload killed before $step, then again"
	mc n1 load
	set_up
done
flows "the last load"
ok "${#STEPS[@]} steps of an unload"
