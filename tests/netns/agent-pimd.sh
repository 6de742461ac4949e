#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The election against FRR's pimd on a port that may query: its address is lower and it asks; when it is
# gone the agent does. With an address above ours it is silent.
# timeout: 180
#
#   n1 (agent) 10.244.1.254 --- n1p2, pimd on 10.244.1.2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

FRR=/usr/lib/frr
probe_pimd() { [[ -x $FRR/pimd && -x $FRR/zebra ]] || { echo "no pimd of FRR here" && false; }; }
skip_unless pimd
lab_up --nodes 1 --pods 2
mc n1 port del p2
mc n1 port add p2 vni "$VNI" kind shared query allow

DIR=$(mktemp -d "/tmp/$LAB-frr.XXXXXX") # where the user frr comes, too
chmod 777 "$DIR"
at_end() { rm -rf "$DIR"; }

frr() { # DAEMON CONFIG: in the pod, with files of its own
	printf '%s\n' "$2" >"$DIR/$1.conf"
	start "$1" n1p2 "$FRR/$1" --log stdout -f "$DIR/$1.conf" -z "$DIR/zserv" -i "$DIR/$1.pid" --vty_socket "$DIR" -P 0
}
of() { echo "igmp[0] == 0x11 and src host $1"; }
speaks() {
	local now
	now=$(captured p2 "$(of "$1")")
	wait_for 30 "[[ \$(captured p2 '$(of "$1")') -ge $((now + 3)) ]]" "queries of $1"
}
pimd() {
	frr zebra ''
	wait_for 20 "[[ -S '$DIR/zserv' ]]" "zebra"
	frr pimd $'interface eth0\n ip igmp\n ip igmp version 3\n ip igmp query-max-response-time 10\n ip igmp query-interval 2\n ip pim'
}

capture p2 n1p2 eth0 igmp
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"querier\": {$QUERIER}}]}"
speaks 10.244.1.254
pimd
wait_for 30 "said n1 'another querier port=p2 querier=10.244.1.2 robustness=2 query_interval=2000'" "the agent to lose"
ours=$(captured p2 "$(of 10.244.1.254)")
speaks 10.244.1.2
[[ $(captured p2 "$(of 10.244.1.254)") == "$ours" ]] || fail "asks though it has lost"
ok "lost to pimd"

stop pimd KILL
stop zebra
wait_for 30 "said n1 'the other querier is gone port=p2 family=igmp'"
speaks 10.244.1.254
ok "replaces it"

on n1p2 ip addr flush dev eth0
on n1p2 ip addr add 10.244.1.255/16 brd + dev eth0
rm -f "$DIR/zserv"
pimd
silent() {
	local now
	now=$(captured p2 "$(of 10.244.1.255)")
	speaks 10.244.1.254
	[[ $(captured p2 "$(of 10.244.1.255)") == "$now" ]]
}
wait_for 30 "[[ \$(captured p2 'igmp and src host 10.244.1.255') -ge 1 ]]" "pimd to be up"
for _ in 1 2 3 4; do silent && break; done
silent || fail "pimd asks though it has lost"
[[ $(grep -c 'querier=10.244.1.255' "$TMP/agent-n1.err") == 0 ]] || fail "lost to the higher address"
ok "won against pimd"
