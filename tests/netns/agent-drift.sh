#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is changed by hand under an agent: what the agent wants is mended within a second, what others have
# made stays; and a name or an index that comes to mean another device inherits nothing.
#
#   n1p1 .. n1p3 --- n1, with the agent
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-api.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-raw.sh"

lab_up --nodes 1 --pods 3
for dev in p1 p2 p3; do mc n1 port del "$dev"; done
mc n1 underlay del eth0
WANTED='{
	"vnis": [{"vni": 77, "unknown": "drop", "link_local": "flood", "storm_rate": 5000}],
	"underlays": [{"underlay": "eth0"}],
	"vteps": [{"vtep": "192.0.2.8"}, {"vtep": "192.0.2.9", "port": 4789}],
	"ports": [{"port": "p1", "vni": 77}, {"port": "p2", "vni": 77, "sources": ["10.244.1.2"], "mac": "02:00:0a:f4:01:02"}],
	"groups": [{"group": "239.1.1.1", "vni": 77, "remotes": ["192.0.2.8", "192.0.2.9"]}],
	"members": [
		{"group": "239.1.1.1", "vni": 77, "port": "p1"},
		{"group": "239.1.1.2", "vni": 77, "port": "p2", "mode": "include", "sources": ["10.244.1.1", "10.244.1.3"]}]}'
agent_config n1 "$WANTED"
agent n1

# All that is wanted, without what counts up.
tables() {
	local object
	for object in vni underlay port vtep group; do mc n1 -j "$object" show; done |
		jq -cS '.[] | del(.ifindex, .next_hop, .mac, .id, .state, .mtu) | select(.vni != 99)'
	mc n1 -j -s port show | jq -cS '.[] | select(.vni != 99) | {port, state: (.groups != null)}'
	mc n1 -j -s member show | jq -cS '.[] | select(.vni != 99) | {vni, group, member, origin, filter, sources, state}' | sort
}
settled() { [[ $(tables) == "$BEFORE" ]]; }

wait_for 10 "[[ \$(mc n1 -j member show 239.1.1.2 vni 77 port p2 2>/dev/null) == *active* ]]"
wait_for 10 "[[ \$(mc n1 -j group show 239.1.1.1 vni 77) == *'\"remote\":2'* ]]"
BEFORE=$(tables)

# drift WHAT COMMAND ...: it changes something, and then all is as before
drift() {
	local changed='' begin=${EPOCHREALTIME/./}
	"${@:2}" || fail "$1: '${*:2}' failed"
	settled || changed=1
	wait_for 10 settled "$1 to be mended: $(diff <(echo "$BEFORE") <(tables))"
	ok "$1${changed:+, seen changed, mended after $(((${EPOCHREALTIME/./} - begin) / 1000)) ms}"
}

drift "a group deleted" mc n1 group del 239.1.1.1 vni 77
drift "all groups deleted" mc n1 group flush vni 77
drift "a port deleted" mc n1 port del p1
drift "a VTEP deleted" mc n1 vtep del 192.0.2.9
drift "a VTEP altered" mc n1 vtep replace 192.0.2.9 port 4790
drift "remote members altered" mc n1 member replace 239.1.1.1 vni 77 vtep 192.0.2.8
drift "remote members flushed" mc n1 member flush 239.1.1.1 vni 77
drift "a VNI altered" mc n1 vni set 77 unknown host link-local host
drift "the storm rate of a VNI altered" mc n1 vni set 77 storm-rate 7
drift "a VNI reset" mc n1 vni reset 77

# By hand in the maps themselves, below the commands.
GROUP1=$(hex "L H*" 77 "$(v4 239.1.1.1)")
MEMBER1=$(hex "L L H*" 77 "$(index p1)" "$(v4 239.1.1.1)")
drift "the entry of a port deleted" raw ports delete key "$(hex L "$(index p1)")"
drift "the state of a port deleted" raw port_state delete key "$(hex L "$(index p2)")"
drift "the entry of a group deleted" raw fanout delete key "$GROUP1"
drift "the entry of remote members deleted" raw remotes delete key "$GROUP1"
drift "the entry of a member deleted" raw members delete key "$MEMBER1"
drift "the address of a VTEP deleted" raw vtep_ids delete key "$(hex "H*" "$(v4 192.0.2.8)")"
drift "the entry of a VTEP deleted" raw vteps update key "$(hex L 0)" value "$(hex x96)"
for source in 10.244.1.1 10.244.1.3; do # the head of the list, and its end
	drift "source $source of a member deleted" raw sources delete \
		key "$(hex "L L H* H*" 77 "$(index p2)" "$(v4 239.1.1.2)" "$(v4 $source)")"
done
drift "the entry of a VNI deleted" raw vnis delete key "$(hex L 77)"
drift "an address of a port deleted" raw port_sources delete key "$(hex "L H*" "$(index p2)" "$(v4 10.244.1.2)")"
drift "an address added to a port" raw port_sources update key "$(hex "L H*" "$(index p2)" "$(v4 10.244.1.77)")" \
	value "$(hex L 0)"
drift "the entry of an underlay deleted" raw underlays update key "$(hex L "$(index eth0)")" value "$(hex x80)"
drift "the link of a port removed" rm "$PINS/links/port_ingress-$(index p1)"

# What others have made is theirs.
mc n1 port add p3 vni 99
mc n1 group add 239.9.9.9 vni 99
mc n1 member add 239.9.9.9 vni 99 port p3
mc n1 group add 239.1.1.7 vni 77
mc n1 member add 239.1.1.1 vni 77 port p2
mc n1 vtep add 192.0.2.77
join n1p1 239.1.1.7
hand_made() {
	mc n1 -j group show 239.9.9.9 vni 99 && mc n1 -j member show 239.9.9.9 vni 99 port p3 &&
		mc n1 -j group show 239.1.1.7 vni 77 && is_member n1p1 239.1.1.7 &&
		[[ $(mc n1 -j member show 239.1.1.1 vni 77 port p2) == *static* && $(mc n1 vtep show) == *192.0.2.77* ]]
}
passes() { api n1 GET /v1/status && field reconcile.passes; }
NOW=$(passes)
wait_for 10 "[[ \$(passes) -gt $((NOW + 3)) ]]"
hand_made >/dev/null || fail "the agent has removed what is not its own"
agent_reload n1 "${WANTED/239.1.1.2/239.1.1.3}"
wait_for 5 "[[ \$(mc n1 group show) == *239.1.1.3* && \$(mc n1 group show) != *239.1.1.2* ]]"
hand_made >/dev/null || fail "a reload has removed what is not its own"
ok "what others have made stays"

# A member by the control plane's origin that nobody wants goes; its static twin stays.
stop agent-n1 KILL
agent_config n1 '{"ports": [{"port": "p1", "vni": 77}, {"port": "p2", "vni": 77}], "groups": [{"group": "239.1.1.1", "vni": 77}]}'
agent n1
wait_for 5 "! mc n1 member show 239.1.1.1 vni 77 port p1 | grep -q control"
[[ $(mc n1 -j member show 239.1.1.1 vni 77 port p2) == *'"origin":"static"'* ]] || fail "a static member is gone"
wait_for 5 "[[ \$(mc n1 vtep show) != *192.0.2.9* ]]" "a VTEP that nobody wants to go"
[[ $(mc n1 vtep show) == *192.0.2.77* ]] || fail "VTEPs: $(mc n1 vtep show)"
ok "what nobody wants any more goes, even after a kill, and only what is ours"

# p1 goes; the next device may get its index, and its name: neither inherits its memberships.
answers 201 n1 PUT /v1/ports/p1/groups/239.1.1.1 '{"vni": 77}'
answers 201 n1 PUT /v1/ports/q1 '{"vni": 88}'
was=$(index p1)
on n1 ip link del p1
on n1 ip link add q1 index "$was" type veth peer name q1-peer
on n1 ip link set q1 up
wait_for 5 "mc n1 -j port show q1 2>/dev/null | jq -e '.[0] | .vni == 88 and .ifindex == $was' >/dev/null"
wait_for 5 "! mc n1 -j member show | jq -e '.[] | select(.member == \"q1\")' >/dev/null"
ok "an index that is used again inherits nothing"
exit 0
