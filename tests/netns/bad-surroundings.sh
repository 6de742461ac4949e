#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every verb where it cannot work: without privilege, bpffs or BTF, not loaded, in another network
# namespace. One sentence that says what to do, exit 1, nothing half done.
# vm: no, what the CLI says does not depend on the kernel
# timeout: 120
#
#   n1, loaded --- n2, not loaded
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 1
lab group 239.1.1.1
mc n2 unload
on n1 ip link add d0 up type veth peer name d1
VERBS=("load" "unload" "status" "underlay show" "underlay add d0 addr 192.0.2.1" "underlay del eth0"
	"port show" "port add d0 vni 77" "port del p1" "vtep show" "vtep add 192.0.2.9" "vtep replace 192.0.2.9"
	"vtep del 192.0.2.2" "group show" "group add 239.1.1.2 vni 77" "group del 239.1.1.1 vni 77" "group flush"
	"member show" "member add 239.1.1.1 vni 77 port p1" "member del 239.1.1.1 vni 77 vtep 192.0.2.2"
	"member replace 239.1.1.1 vni 77 vtep 192.0.2.2" "member flush 239.1.1.1 vni 77"
	"m2p show" "m2p add 239.1.1.1 vni 77 underlay ff04::1" "m2p del 239.1.1.1 vni 77" "m2p flush"
	"forward show" "forward add ff04::1 via 2001:db8::2 mode both" "forward del ff04::1" "forward flush" "stats show"
	"monitor timeout 1")

state() {
	local object
	for object in status "underlay show" "port show" "vtep show" "group show" "member show"; do
		# shellcheck disable=SC2086 # words
		mc n1 -j $object
	done | jq -c 'del(.. | .age?, .loaded?)'
	find /sys/fs/bpf/bpfcast/"$LAB"-n? | sort
}

# refused NODE PATTERN COMMAND ... -- puts the command before each of the verbs
refused() {
	local verb rc
	for verb in "${VERBS[@]}"; do
		rc=0
		# shellcheck disable=SC2086 # words
		on "$1" "${@:3}" "$BUILD/bpfcast" -n "$LAB-$NAME" $verb >"$TMP/out" 2>"$TMP/err" </dev/null || rc=$?
		[[ $rc == 1 ]] || fail "'$verb' ended with $rc, not 1: $(cat "$TMP/err")"
		[[ ! -s $TMP/out ]] || fail "'$verb' wrote to stdout"
		[[ $(wc -l <"$TMP/err") == 1 ]] || fail "'$verb' did not say one sentence: $(cat "$TMP/err")"
		grep -Eq "^bpfcast: .*$2" "$TMP/err" || fail "'$verb' does not speak of '$2' but: $(cat "$TMP/err")"
	done
	[[ $(state) == "$before" ]] || fail "changed: $(diff <(echo "$before") <(state))"
}
before=$(state)

NAME=n1
refused n1 "not permitted.*run as root" setpriv --reuid 65534 --clear-groups
ok "as nobody"
mkdir "$TMP/empty"
for path in /sys/fs/bpf:"mount -t bpf" /sys/kernel/btf:CONFIG_DEBUG_INFO_BTF; do
	refused n1 "${path#*:}" unshare -m bash -c "mount --bind '$TMP/empty' ${path%:*} && exec \"\$@\"" -
	ok "without ${path%:*}"
done
all=("${VERBS[@]}")
VERBS=("${all[0]}" "${all[@]:2}") # unload may: who else takes away what a dead namespace left?
refused n2 "another network namespace" env
ok "in another network namespace"

NAME=n2
VERBS=("${all[@]:1}") # load is what helps
refused n2 "not loaded" env
ok "not loaded"

# The twin: with all that it needs each of them works.
mc n2 load
for verb in status "port show" "group show" "monitor timeout 1" unload; do
	# shellcheck disable=SC2086 # words
	mc n2 $verb >/dev/null
done
rc=0
on n1 setpriv --bounding-set=-all --inh-caps=-all "$BUILD/bpfcast" -n "$LAB-n1" load 2>"$TMP/err" || rc=$?
# shellcheck disable=SC2015 # one or the other is a failure
((rc == 1)) && grep -q "not permitted.*run as root" "$TMP/err" || fail "load by a root without capabilities: $(cat "$TMP/err")"
[[ $(state) == "$before" ]] || fail "changed: $(diff <(echo "$before") <(state))"
ok "root without capabilities cannot load"
