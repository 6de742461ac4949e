#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of load, of load again (an upgrade under traffic) and of unload, before each of its steps:
# the next run ends well, traffic that flowed flows on, and nothing is left in the end.
# vm: no, a hundred runs under emulation take minutes
# timeout: 240
#
#   n1p1 sender --- n1 --- n1p2 static member         loads and unloads
#   n2p1 sender --- n2 --- n2p2 static member         upgrades, at the same time
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-kill.sh"

skip_unless strace
lab_up --nodes 2 --pods 2 --no-bpfcast

set_up() {
	printf '%s\n' "underlay add eth0" "port add p1 vni $VNI" "port add p2 vni $VNI" \
		"group add 239.1.1.1 vni $VNI" "member add 239.1.1.1 vni $VNI port p2" | mc "$NODE" batch -
}

gone() { # is all of it gone?
	[[ ! -e /sys/fs/bpf/bpfcast/$LAB-$NODE ]] || fail "$1: pins are left"
	[[ $(on "$NODE" tc filter show dev p1 ingress) != *bpf* ]] || fail "$1: a filter is left"
	[[ $(on "$NODE" ip -d link show dev eth0) != *prog/xdp* ]] || fail "$1: XDP is left"
}

# There may be nothing to unload.
unload_rest() { # WHAT
	mc "$NODE" unload 2>"$TMP/unload-$NODE.err" ||
		grep -q "not loaded\|no instance\|nothing" "$TMP/unload-$NODE.err" ||
		fail "unload after $1: $(cat "$TMP/unload-$NODE.err")"
	gone "unload after $1"
}

again() { mc "$NODE" load && set_up; }

# Each load that was killed is made whole by another, and each of those ends in an unload that is killed:
# what costs time is the verifier, whose part comes before most of a load's steps.
loads_and_unloads() {
	local i loads unloads
	each_step "the first load" set_up load
	loads=("${STEPS[@]}")
	each_step "unload" nothing unload
	unloads=("${STEPS[@]}")
	for ((i = 0; i < ${#loads[@]} || i < ${#unloads[@]}; i++)); do
		((i >= ${#loads[@]})) || killed_at "${loads[i]}" load
		again
		flows "load, killed before ${loads[i]:-nothing}"
		((i >= ${#unloads[@]})) || killed_at "${unloads[i]}" unload
		unload_rest "one killed before ${unloads[i]:-nothing}"
	done
	ok "${#loads[@]} steps of the first load, ${#unloads[@]} steps of an unload"
	for i in "${loads[@]}"; do # unload takes away what half a load left, too
		killed_at "$i" load
		unload_rest "a load killed before $i"
	done
	again
	flows "the last load"
	ok "an unload after each"
}

upgrades() {
	local step
	NODE=n2
	again
	each_step "an upgrade" nothing load
	for step in "${STEPS[@]}"; do
		killed_at "$step" load
		flows "upgrade, killed before $step"
		mc n2 load
		flows "upgrade after one killed before $step"
	done
	ok "${#STEPS[@]} steps of an upgrade"
}

for node in n1 n2; do capture $node ${node}p2 eth0 udp; done
upgrades &
other=$!
loads_and_unloads
wait $other || fail "see above"
