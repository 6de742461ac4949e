# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Killing bpfcast before each of its steps. A step is a system call that changes something that outlives
# the process; strace finds them in one whole run, and in each later run kills before one of them. A call
# that fails, asks, or makes what ends with the process (a map) is no step: a kill before it leaves what a
# kill before the next step leaves.

CALLS=bpf,mkdir,rmdir,rename,renameat,renameat2,unlink,unlinkat,sendto,sendmsg
STEPS=() # CALL:NUMBER, of each_step
NODE=n1  # where, with pods p1 and p2
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 # which does not work beneath strace

probe_strace() { has strace; }

# each_step WHAT UNDO ARGUMENT ...: runs bpfcast whole, then UNDO; leaves its STEPS
each_step() {
	on "$NODE" strace -f -qq -o "$TMP/strace-$NODE" -e "trace=$CALLS" \
		"$BUILD/bpfcast" -n "$LAB-$NODE" "${@:3}" || fail "$1 does not work"
	mapfile -t STEPS < <(awk '{
		call = $2
		sub(/\(.*/, "", call)
		number[call]++
		if (/ = -1 E/ || /RTM_GET/)
			next
		if (call != "bpf" ||
		    /BPF_(OBJ_PIN|MAP_(UPDATE|DELETE)_(ELEM|BATCH)|LINK_|PROG_(ATTACH|DETACH|RUN|TEST_RUN))/)
			print call ":" number[call]
	}' "$TMP/strace-$NODE")
	((${#STEPS[@]})) || fail "$1 changes nothing?"
	"$2"
}

# killed_at STEP ARGUMENT ...: runs bpfcast and kills it before that step
killed_at() {
	local rc=0
	{ on "$NODE" strace -f -qq -o /dev/null -e "trace=${1%:*}" \
		-e "inject=${1%:*}:signal=KILL:when=${1#*:}" \
		"$BUILD/bpfcast" -n "$LAB-$NODE" "${@:2}"; } 2>/dev/null || rc=$?
	((rc == 137)) || fail "'${*:2}' was not killed before $1 but ended with $rc"
}

nothing() { :; }

# flows WHAT: do datagrams from p1 reach p2 once each?
flows() {
	[[ ${PIDS[$NODE]:-} ]] || capture "$NODE" "${NODE}p2" eth0 udp
	deliver "${NODE}p1" 239.1.1.1 3
	wait_for 5 "arrived $NODE" "traffic to flow after: $1"
	had "$NODE" 3
}

# check "ADD" "DEL": each verb is killed at each step and done over; leaves the state with ADD.
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
