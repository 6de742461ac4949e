#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the CLI says of an agent and of traffic: agent status, querier show, top, graph; and trace, held
# against what really becomes of each packet.
#
#   n1p1 sends --- n1, with an agent --- n1p2 .. n1p4
# timeout: 90
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-api.sh"

lab_up --nodes 1 --pods 4
! mc n1 agent status run "$TMP" 2>"$TMP/said" || fail "a status without an agent"
grep -q 'no agent listens' "$TMP/said" || fail "no agent: $(cat "$TMP/said")"
agent n1 '{"ports": [{"port": "ghost", "vni": 77}],
	"vteps": [{"vtep": "192.0.2.9"}],
	"groups": [{"group": "239.1.1.1", "vni": 77, "remotes": ["203.0.113.9"]}],
	"members": [{"group": "239.1.1.1", "vni": 77, "port": "p2"},
		{"group": "239.1.1.1", "vni": 77, "port": "p3", "mode": "include", "sources": ["10.9.9.9"]},
		{"group": "239.1.1.1", "vni": 77, "port": "p4", "mode": "exclude", "sources": ["10.9.9.9"]}]}'
wait_for 10 "mc n1 -j agent status run '$TMP' | jq -e '.[0] | .loaded == \"yes\" and .wanted == 7 and (.failing | length) == 1' >/dev/null"
mc n1 agent status run "$TMP" | grep -q 'remote members of group 239.1.1.1 vni 77: 203.0.113.9 is no VTEP' ||
	fail "$(mc n1 agent status run "$TMP")"
ok "agent status names what cannot be done, and why"

mc n1 -j querier show run "$TMP" | jq -e 'map(select(.port == "p1" and .family == "igmp" and .state == "querier")) | length == 1' >/dev/null ||
	fail "$(mc n1 querier show run "$TMP")"
[[ $(mc n1 -j querier show port p2 run "$TMP" | jq 'length') == 2 ]] || fail "not two queriers on p2"
ok "querier show"

mc n1 graph >"$TMP/graph"
grep -q '"g 77 239.1.1.1" -> "p p3" \[label="control\\ninclude 1"\]' "$TMP/graph" || fail "$(cat "$TMP/graph")"
! command -v dot >/dev/null || dot -Tsvg "$TMP/graph" | grep -q '</svg>' || fail "Graphviz does not take it"
ok "graph"

# rate FIELD: of the group in a second of 'top', as JSON
mc n1 -j top count 1 interval 0.2 | jq -e '.[0] | .group == "239.1.1.1" and .packets_s == 0 and .local == 3' >/dev/null ||
	fail "$(mc n1 -j top count 1)"
start send n1p1 mcsend -i eth0 -g 239.1.1.1 -p 5001 -c 100000 -r 500
wait_for 10 "mc n1 -j top count 1 interval 0.5 | jq -e '.[0] | .packets_s > 100 and .local_s > 1.9 * .packets_s and .local_s < 2.1 * .packets_s' >/dev/null" \
	"top to see two copies a packet"
mc n1 top count 1 interval 0.2 | grep -q 'packets/s in' || fail "no head line"
stop send
ok "top"

# traced SOURCE PORT: the ports that trace says get a copy
traced() {
	mc n1 -j trace "$1" "$GROUP" vni 77 port "$2" | jq -r '.[] | select(.result == "copy") | .step' | sed 's/^member //' | sort | xargs
}
end_of() { mc n1 -j trace "$@" | jq -r '.[-1].why' | cut -d : -f 1; }

# really SOURCE PORT: in HAPPENS those that get one, counted at their devices
SENT=0
really() {
	local pod got=() mark
	SENT=$((SENT + 1))
	mark=$((7000 + SENT))
	on "n1$2" mcpacket eth0 --src "$1" --dst "$GROUP" --sport $mark --dport 5001
	on "n1$2" mcpacket eth0 --src "$1" --dst 239.1.1.9 --sport $mark --dport 9 # to all: the end
	for pod in 1 2 3 4; do
		[[ p$pod == "$2" ]] || wait_for 5 "[[ \$(captured p$pod udp src port $mark and dst port 9) == 1 ]]"
		[[ $(captured p$pod udp src port $mark and dst port 5001) == 0 || p$pod == "$2" ]] || got+=("p$pod")
	done
	HAPPENS=${got[*]}
}
mc n1 group add 239.1.1.9 vni 77
for pod in 1 2 3 4; do
	mc n1 member add 239.1.1.9 vni 77 port "p$pod"
	capture "p$pod" "n1p$pod" eth0 -Q in udp
done
GROUP=239.1.1.1
for from in "10.244.1.1 p1" "10.9.9.9 p1" "10.9.9.9 p2" "10.244.1.3 p3"; do
	# shellcheck disable=SC2086 # two words
	says=$(traced $from) && really $from
	[[ $says == "$HAPPENS" ]] || fail "from $from trace says '$says', but '$HAPPENS' got it"
	[[ $HAPPENS ]] || fail "from $from nobody got it: this proves nothing"
done
ok "trace says who gets a packet"

# ends SOURCE GROUP: trace names the reason under which the packet is then counted
ends() {
	local says
	says=$(end_of "$1" "$2" vni 77 port p1)
	[[ $says == "$3" ]] || fail "trace says $says, not $3"
	counts n1 "$3" 1 on n1p1 mcpacket eth0 --src "$1" --dst "$2" --sport 7777 --dport 5001
}
ends 10.244.1.1 239.1.1.1 forwarded
ends 10.244.1.1 239.2.2.2 unknown_group
ends 127.0.0.9 239.1.1.1 bad_source
ends 10.244.1.1 224.0.0.77 link_local
mc n1 vni set 77 unknown drop
ends 10.244.1.1 239.2.2.2 unknown_dropped
mc n1 port del p1
mc n1 port add p1 vni 77 source 10.244.1.1
ends 10.244.1.2 239.1.1.1 spoofed_source
mc n1 member flush 239.1.1.9 vni 77
ends 10.244.1.1 239.1.1.9 no_member
mc n1 member add 239.1.1.9 vni 77 port p3 include 10.9.9.9
ends 10.244.1.1 239.1.1.9 filtered
ok "trace says what a packet is counted as"
exit 0
