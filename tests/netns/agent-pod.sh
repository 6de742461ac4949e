#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A pod that is killed with all that is in it, without a leave: its port and memberships go at once, its group in
# its time, the others' traffic goes on. A pod of the same name that comes instead, and joins before anybody has
# seen it, gets its traffic, and nobody has typed a thing.
#
#   n1p1 sender --- n1 (agent) --- n1p2 killed, n1p3 stays
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 1 --pods 3
ports=$(printf ", {\"port\": \"p%d\", \"vni\": $VNI}" 1 2 3)
agent n1 "${LEARN%\}}, \"ports\": [${ports#, }]}"
wait_for 10 "mc n1 -j vni show $VNI | grep -q '\"unknown\":\"learn\"'"
for group in 239.1.1.1 239.2.2.2; do join n1p2 $group; done
join n1p3 239.1.1.1
capture p3 n1p3 eth0 udp
was=$(on n1 ip -o link show dev p2 | cut -d: -f1)

for name in join-n1p2-239.1.1.1 join-n1p2-239.2.2.2; do stop $name KILL; done
ip netns del "$LAB-n1p2"
wait_for 10 '! on n1 ip link show dev p2 >/dev/null 2>&1' "the device to go"
# shellcheck disable=SC2317 # called by wait_for
left() { mc n1 -j port show | grep -q '"port":"p2"' || mc n1 -j member show | grep -Eq '"member":"(p2|'"$was"')"'; }
wait_for 5 '! left' "its port and memberships to go"
wait_for 10 '! mc n1 group show 239.2.2.2 >/dev/null 2>&1' "the group that it alone had to go"
deliver n1p1 239.1.1.1 20
got p3 20
ok "a killed pod leaves nothing behind"

ip netns add "$LAB-n1p2"
on n1 ip link add p2 type veth peer name eth0 address "$(pod_mac n1p2)" netns "$LAB-n1p2"
on n1 ip link set p2 up
on n1p2 ip -batch - <<-END
	link set lo up
	link set eth0 up
	addr add $(pod_ip n1p2)/24 dev eth0
	route add 224.0.0.0/4 dev eth0
END
for group in 239.1.1.1 239.2.2.2; do join n1p2 $group; done
wait_for 10 'mc n1 group show 239.2.2.2 >/dev/null 2>&1' "its group to be learned again"
capture p2 n1p2 eth0 udp
deliver n1p1 239.1.1.1 20
got p2 20
got p3 20
deliver n1p1 239.2.2.2 10
got p2 10
ok "one that comes in its place is served"
exit 0
