# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of this directory share. A test is a file that sources this one, draws its topology
# on top, and ends with exit 0. It asks the kernel and the wire, waits with deadlines, and leaves
# nothing behind. tests/run sets LAB, TMP and BUILD; without it (by hand) they are made up here.
#
# Frames are built with tests/tools/mcpacket, real applications are mcsend and mcrecv.
set -Eeuo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB=${LAB:-tn$$}
BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$ROOT/$BUILD
[[ ${TMP:-} ]] || { TMP=$(mktemp -d) && OWN_TMP=$TMP; }
SLOW=${SLOW:-1} # deadlines are that many times longer: emulated machines
export LAB BUILD
PATH=$BUILD/tests/tools:$PATH

declare -A PIDS=() # of start, by name
VNI=77

# ---- verdicts ----

ok() { echo "ok: $*"; }

fail() {
	echo "FAIL: $*"
	exit 1
}

# skip_unless iperf: runs probe_iperf, of the test, whose last word on stdout is the reason.
skip_unless() {
	local why
	why=$("probe_$1") || {
		echo "skipped by probe '$1': $why"
		exit 77
	}
}

has() { command -v "$1" >/dev/null || { echo "no $1 here" && false; }; } # for probes
probe_tshark() { # an emulated machine hands out what is for it
	[[ ${HANDED_OUT:-} ]] || has tshark
}

# What the kernel may lack: a device of that type.
probe_device() { # TYPE [OPTION ...]
	unshare --net ip link add probe0 type "$@" 2>/dev/null || { echo "this kernel has no $1 device" && false; }
}
probe_emulated() { [[ ${MC_VM:-} ]] || { echo "only where it can do no harm: some kernels die of geneve_opts" && false; }; }
probe_geneve() { probe_device geneve id 1 remote 192.0.2.1; }
probe_wireguard() { probe_device wireguard; }
probe_vlan() {
	unshare --net bash -c 'ip link add v0 type veth peer name v1 && ip link add link v0 type vlan id 5' 2>/dev/null ||
		{ echo "this kernel has no vlan device" && false; }
}

cleanup() {
	local rc=$? pid
	trap - ERR
	set +e
	if ((rc != 0 && rc != 77)); then autopsy; fi
	for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null; done
	at_end
	"$ROOT/scripts/lab" down || rc=1
	[[ ! ${OWN_TMP:-} ]] || rm -rf "$OWN_TMP"
	exit "$rc"
}

at_end() { :; } # a test that made something outside the lab overrides this

# What one wants to know of a test that failed.
autopsy() {
	local file node object
	for file in "$TMP"/*.err; do
		grep -HsvE '^ready$|listening on|packets? (captured|received)|^0 packets dropped' "$file" | head -5
	done
	for node in $(instances); do
		for object in stats group member; do
			echo "--- $node $object"
			mc "$node" $object show 2>&1 | head -12
		done
	done
}

trap cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'echo "FAIL: ${BASH_SOURCE[0]##*/}:$LINENO: \"$BASH_COMMAND\" said $?"' ERR

# ---- the lab ----

lab() { "$ROOT/scripts/lab" "$@"; }

lab_up() { lab up --vni "$VNI" "$@"; }

# lab_up_bare NODES PODS: bpfcast with its ports on every node, but no underlay and no VTEP yet
lab_up_bare() {
	local n p pids=()
	lab_up --nodes "$1" --pods "$2" --no-bpfcast
	for ((n = 1; n <= $1; n++)); do
		{ mc n$n load && for ((p = 1; p <= $2; p++)); do echo "port add p$p vni $VNI"; done | mc n$n batch -; } >/dev/null &
		pids+=($!)
	done
	for n in "${pids[@]}"; do wait "$n"; done
}

# on n1p1 COMMAND ...: in a pod, on a node, on the underlay's switch (u) or replicator (r), outside (x)
on() { nsenter --net="/run/netns/$LAB-$1" -- "${@:2}"; }

# mc n1 ARGUMENT ...: bpfcast on that node
mc() { on "$1" "$BUILD/bpfcast" -n "$LAB-$1" "${@:2}"; }

instances() {
	local path
	for path in /sys/fs/bpf/bpfcast/"$LAB"-n* /sys/fs/bpf/bpfcast/"$LAB"-r; do
		[[ ! -d $path ]] || echo "${path##*/"$LAB"-}"
	done
}

pod_ip() { # n2p1 -> 10.244.2.1
	local n=${1#n}
	echo "10.244.${n%p*}.${n#*p}"
}

pod_mac() { # n2p1 -> 02:00:0a:f4:02:01
	local n=${1#n}
	printf '02:00:0a:f4:%02x:%02x\n' "${n%p*}" "${n#*p}"
}

group_mac() { # 239.1.1.1 -> 01:00:5e:01:01:01
	local IFS=.
	# shellcheck disable=SC2086 # into its parts
	set -- $1
	printf '01:00:5e:%02x:%02x:%02x\n' $(($2 & 127)) "$3" "$4"
}

# ---- waiting, processes ----

# wait_for SECONDS CONDITION [WHAT]: a shell condition, again and again until it holds
wait_for() {
	local end=$((${EPOCHREALTIME/./} + $1 * SLOW * 1000000))
	until eval "$2"; do
		((${EPOCHREALTIME/./} < end)) || fail "waited $(($1 * SLOW)) s in vain for: ${3:-$2}"
		sleep "0.0$((SLOW < 2 ? 2 : 9))"
	done
}

# start NAME WHERE COMMAND ...: in the background; output in $TMP/NAME.out and NAME.err
start() {
	rm -f "$TMP/$1.out" "$TMP/$1.err" # of one before it: its words are not this one's
	nsenter --net="/run/netns/$LAB-$2" -- "${@:3}" >"$TMP/$1.out" 2>"$TMP/$1.err" </dev/null &
	PIDS[$1]=$!
}

# stop NAME [SIGNAL]: and waits for its end
stop() {
	kill "-${2:-TERM}" "${PIDS[$1]}" 2>/dev/null || true
	wait "${PIDS[$1]}" 2>/dev/null || true
	unset "PIDS[$1]"
}

# ---- devices ----

# counter WHERE DEV rx|tx|rx_drop|tx_drop: packets, as the kernel counts them
counter() {
	local -A field=([rx]=3 [rx_drop]=5 [tx]=11 [tx_drop]=13)
	on "$1" cat /proc/net/dev | awk -v dev="$2:" -v f="${field[$3]}" '$1 == dev { print $f }'
}

# ---- applications ----

# join WHERE GROUP [OPTION ...]: by the kernel of the pod; waits until the node knows
join() {
	start "join-$1-$2" "$1" mcrecv -i eth0 -g "$2" "${@:3}"
	wait_for 10 "grep -qs ready '$TMP/join-$1-$2.err'"
	wait_for 10 "is_member '$1' '${2%+*}'"
}

leave() { # WHERE GROUP
	stop "join-$1-$2"
	wait_for 10 "! is_member '$1' '${2%+*}'"
}

# took NAME COUNT: the application got so many, each once and as it was sent
took() {
	jq -e ".packets == $2 and .lost == 0 and .duplicated == 0 and .corrupt == 0" "$TMP/$1.out" >/dev/null ||
		fail "what the application '$1' got: $(cat "$TMP/$1.out")"
}

# The JSON of bpfcast is one row a line; sed reads it faster than jq starts, ten times in a VM.

# is_member WHERE GROUP [VNI] [STATE]: has the node taken the pod's join?
is_member() {
	local row
	row=$(mc "${1%p*}" -j member show "$2" vni "${3:-$VNI}" port "p${1#*p}") &&
		[[ $row == *'"kind":"local"'*"\"state\":\"${4:-active}\""* ]]
}

# members NODE: local members and pending joins, a line each, to compare
members() {
	mc "$1" -j member show | sed -n 's/.*"vni":\([0-9]*\),"group":"\([^"]*\)","member":"\([^"]*\)","kind":"local",.*"state":"\([a-z-]*\)".*/\1 \2 \3 \4/p' | sort
}

# reason NODE NAME: packets counted under it so far
reason() {
	mc "$1" -j -s stats show | sed -n "s/.*\"reason\":\"$2\",\"packets\":\([0-9]*\).*/\1/p"
}

# vtep_errors NODE IP: copies to that VTEP that failed so far
vtep_errors() {
	mc "$1" -j -s vtep show | sed -n "s/.*\"vtep\":\"$2\".*\"tx_errors\":\([0-9]*\).*/\1/p"
}

# counts NODE REASON COUNT COMMAND ...: the command makes the reason rise by so many. Kernels repeat
# their reports as they like, so there it is so many at least.
counts() {
	local before
	before=$(reason "$1" "$2")
	"${@:4}"
	wait_for 5 "[[ \$(reason '$1' '$2') -ge $((before + $3)) ]]" "$3 packets more under '$2'"
	[[ $2 == report || $(reason "$1" "$2") == $((before + $3)) ]] || fail "more than $3 packets more under '$2'"
}

# ---- the wire ----

# capture NAME WHERE DEV FILTER: into $TMP/NAME.pcap; returns when it captures
capture() {
	start "$1" "$2" tcpdump -Z root -nUi "$3" --immediate-mode -s 2048 -B 8192 -w "$TMP/$1.pcap" "${@:4}"
	wait_for 20 "grep -qs 'listening on' '$TMP/$1.err'"
}

# captured NAME [FILTER]: how many frames so far
captured() {
	local count
	count=$(tcpdump -Z root --count -r "$TMP/$1.pcap" "${@:2}" 2>/dev/null) || true
	echo "$((${count%% *}))"
}

# holds NAME COUNT [FILTER]: the capture comes to have COUNT frames, no more
holds() {
	local now
	wait_for 10 "[[ \$(captured '$1' '${*:3}') -ge $2 ]]" "$2 frames '${*:3}' in capture '$1'"
	now=$(captured "$1" "${@:3}")
	[[ $now == "$2" ]] || fail "capture '$1' has $now frames '${*:3}', not $2"
}

# frames NAME [FILTER]: each as one line of hex digits
frames() {
	{ tcpdump -Z root -nxxr "$TMP/$1.pcap" "${@:2}" 2>/dev/null || true; } | awk '
		/^\t0x/ { sub(/^\t0x[0-9a-f]*: */, ""); gsub(/ /, ""); line = line $0; next }
		{ if (line) print line; line = "" }
		END { if (line) print line }'
}

# dissect NAME [COUNT FILTER]...: tshark has nothing to say against the capture, and its display filter
# finds so many frames. An emulated machine hands it out, with what is expected, to tests/vm/run.
dissect() {
	local to=${HANDED_OUT:-$TMP}/${0##*/}
	to=${to%.sh}.$1
	[[ ! ${PIDS[$1]:-} ]] || stop "$1"
	printf '%s %s\n' "${@:2}" >"$to.expect"
	cp "$TMP/$1.pcap" "$to.pcap"
	[[ ${HANDED_OUT:-} ]] || "$ROOT/tests/dissect" "$to.pcap" "$to.expect" || fail "what tshark says of '$1'"
}

# deliver FROM GROUP COUNT [MCSEND OPTION ...]: COUNT datagrams to port 5001 by an application of
# the pod, then one frame to port 9 that says that no more will come. Slow enough that no queue
# of the receiving side overflows (net.core.netdev_max_backlog is 1000).
SERIAL=0
deliver() {
	on "$1" mcsend -i eth0 -g "$2" -p 5001 -c "$3" -r 5000 "${@:4}" >"$TMP/deliver.out"
	end_mark "$1" "$2"
}

# unicast FROM IP PORT COUNT: datagrams of 1400 bytes that nobody need listen to
unicast() {
	on "$1" bash -c 'for ((i = 0; i < $3; i++)); do printf "%1400d" $i >"/dev/udp/$1/$2"; done' - "${@:2}"
}

end_mark() { # FROM GROUP
	SERIAL=$((SERIAL + 1))
	if [[ $2 == *:* ]]; then
		on "$1" mcsend -i eth0 -g "$2" -p $((9000 + SERIAL)) -c 1 >/dev/null
		return
	fi
	on "$1" mcpacket eth0 --src "$(pod_ip "$1")" --dst "$2" --sport $((9000 + SERIAL)) --dport 9
}

arrived() { # NAME: has the last end mark?
	[[ $(captured "$1" udp and "(src port $((9000 + SERIAL)) or dst port $((9000 + SERIAL)))") != 0 ]]
}

# got NAME COUNT: the capture has had exactly COUNT datagrams since the last got or nothing_more
declare -A SEEN=()
got() {
	wait_for 10 "arrived '$1'" "the end mark in capture '$1'"
	# It may overtake what another CPU still has in its queue.
	wait_for 5 "[[ \$(captured '$1' udp dst port 5001) -ge $((${SEEN[$1]:-0} + $2)) ]]" "$2 datagrams in capture '$1'"
	had "$1" "$2"
}

had() { # same, without waiting: for who must get none, after 'got' of somebody else
	local now
	now=$(captured "$1" udp dst port 5001)
	[[ $((now - ${SEEN[$1]:-0})) == "$2" ]] ||
		fail "capture '$1' has $((now - ${SEEN[$1]:-0})) datagrams, not $2"
	SEEN[$1]=$now
}

got_nothing() { # NAME...: neither data nor end mark of the last delivery
	local name
	for name; do
		had "$name" 0
		! arrived "$name" || fail "capture '$name' has the end mark"
	done
}
