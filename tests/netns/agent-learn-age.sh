#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nobody types a group. A join makes it; a pod that falls silent ages out, in INCLUDE and EXCLUDE, and
# the group goes with its last member; a pod that comes back gets its traffic again. What an operator
# added stays.
# vm: yes, ending memberships takes all that the old verifier lets a program have
#
#   n1p1 sender --- n1 (agent) --- n1p2, n1p3
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 1 --pods 3
mc n1 group add 239.5.5.5 vni "$VNI"
agent n1 "$LEARN"
capture p2 n1p2 eth0 udp
capture p3 n1p3 eth0 udp
wait_for 10 "mc n1 -j vni show $VNI | grep -q '\"unknown\":\"learn\"'"
join n1p2 239.1.1.1
join n1p3 239.1.1.1 -S 10.244.1.1
deliver n1p1 239.1.1.1 20
got p2 20
got p3 20
said n1 'group learned group=239.1.1.1' || fail "it does not say so"
ok "a join makes the group"

# They answer queries, so they live on: longer than a membership lives without.
end=$((EPOCHSECONDS + 6))
wait_for 20 "[[ \$EPOCHSECONDS -ge $end ]]"
deliver n1p1 239.1.1.1 20
got p2 20
got p3 20
ok "who answers stays"

on n1p2 ip link set eth0 down
on n1p3 ip link set eth0 down
wait_for 20 '! has_member n1 239.1.1.1 p2 && ! has_member n1 239.1.1.1 p3' "the silent to age out"
wait_for 10 '! mc n1 -j group show 239.1.1.1 >/dev/null 2>&1' "the group to go with its last member"
mc n1 group show 239.5.5.5 vni "$VNI" >/dev/null || fail "an operator's group is gone"
[[ $(mc n1 -j member show | grep -c '"kind":"local"') == 0 ]] || fail "members are left"
ok "who falls silent ages out, and the group with the last"

stop p2
stop p3
on n1p2 ip link set eth0 up
on n1p3 ip link set eth0 up
for pod in n1p2 n1p3; do
	on $pod ip route add 224.0.0.0/4 dev eth0 2>/dev/null || true
done
capture p2 n1p2 eth0 udp
capture p3 n1p3 eth0 udp
SEEN=()
wait_for 20 'is_member n1p2 239.1.1.1 && is_member n1p3 239.1.1.1' "the pods that came back"
deliver n1p1 239.1.1.1 20
got p2 20
got p3 20
ok "who comes back is served again"

leave n1p2 239.1.1.1
leave n1p3 239.1.1.1
wait_for 10 '! mc n1 -j group show 239.1.1.1 >/dev/null 2>&1' "the group to go"
ok "leaves too"

join n1p2 239.6.6.6
wait_for 10 'has_member n1 239.6.6.6 p2 && mc n1 group show 239.6.6.6 >/dev/null 2>&1' "a group to be learned"
mc n1 group add 239.6.6.6 vni "$VNI" size 512
! mc n1 group add 239.6.6.6 vni "$VNI" 2>/dev/null || fail "it is added twice"
leave n1p2 239.6.6.6
wait_for 10 '! has_member n1 239.6.6.6 p2' "its member to go"
join n1p2 239.7.7.7
wait_for 10 'mc n1 group show 239.7.7.7 >/dev/null 2>&1' "another to be learned"
leave n1p2 239.7.7.7
wait_for 10 '! mc n1 group show 239.7.7.7 >/dev/null 2>&1' "that one to go"
[[ $(mc n1 -j group show 239.6.6.6 vni "$VNI" | jq '.[0].size') == 512 ]] || fail "what an operator took over is gone"
ok "an operator takes a learned group over"
