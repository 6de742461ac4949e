#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A device that goes takes its port along: the next device with its index inherits nothing, whether an
# agent looked on or one starts afterwards. A device that only leaves a bridge stays a port.
#
#   n1 (agent) --- d0, of index 4242 again and again
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 1 --pods 1
mc n1 group add 239.1.1.1 vni "$VNI"
is_port() { mc n1 -j port show | grep -q "\"port\":\"$1\""; }
member_of() { mc n1 -j member show | grep -q "\"member\":\"$1\""; }
device() { on n1 ip link add "$1" index 4242 up type veth peer name "${1}p"; }
served() { # d0 as a port with a member
	device d0
	on n1 ip link set d0p up
	mc n1 port add d0 vni "$VNI"
	mc n1 member add 239.1.1.1 vni "$VNI" port d0
}
nothing_left() {
	is_port d0 && return 1
	member_of d0 && return 1
	[[ $(mc n1 -j port show | grep -c '"port"') == 1 ]]
}

agent n1
served
on n1 ip link del d0
wait_for 10 nothing_left "the port to go with its device"
device e0
mc n1 port add e0 vni "$VNI"
! member_of e0 || fail "e0 inherits a membership"
mc n1 port del e0
on n1 ip link del e0
ok "with an agent"

served
on n1 ip link add br9 type bridge
on n1 ip link set d0 master br9
on n1 ip link set d0 nomaster
on n1 ip link set d0 down
on n1 ip link set d0 up
end=$((EPOCHSECONDS + 2)) # more than a sweep
wait_for 10 "[[ \$EPOCHSECONDS -gt $end ]]"
is_port d0 || fail "gone though only its bridge is"
member_of d0 || fail "its membership is gone though only its bridge is"
ok "leaving a bridge, or being down, is not the end"

stop agent-n1 KILL
on n1 ip link del d0
device f0
is_port d0 || fail "nobody was to look, but the port is gone"
agent n1
wait_for 10 nothing_left "the left-over to go"
! member_of f0 || fail "f0 inherits"
ok "with one that comes later"

is_port p1 || fail "p1 is gone too"
