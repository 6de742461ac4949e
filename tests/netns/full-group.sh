#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A group with no room refuses the new member, counts it, says so by an event, and goes on serving
# those it has.
#
#   n1p1 sender --- n1 --- n1p2, n1p3 members; n1p4, n1p5 too many
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 5
lab group 239.1.1.1 --size 2
for pod in n1p2 n1p3 n1p4 n1p5; do capture $pod $pod eth0 udp; done
join n1p2 239.1.1.1
join n1p3 239.1.1.1
start monitor n1 "$BUILD/bpfcast" -n "$LAB-n1" -j monitor
wait_for 5 "[[ -d /proc/${PIDS[monitor]}/task ]]"

refused=$(reason n1 group_full)
start late n1p4 mcrecv -i eth0 -g 239.1.1.1
wait_for 5 "[[ \$(reason n1 group_full) -gt $refused ]]" "group_full counted"
wait_for 5 "jq -es 'any(.[]; .event == \"refused\" and .reason == \"group_full\" and
	.group == \"239.1.1.1\" and .port == \"p4\" and .vni == $VNI)' '$TMP/monitor.out' >/dev/null" "the event"
is_member n1p4 239.1.1.1 && fail "n1p4 counts as served"
mc n1 -j group show | jq -e '.[0].local == 2' >/dev/null || fail "not two members"

deliver n1p1 239.1.1.1 25
got n1p2 25
got n1p3 25
got_nothing n1p4 n1p5
ok "refused, counted, told; the others are served"

# The refused join was no accident of the pod: with room it is served.
leave n1p2 239.1.1.1
stop late
wait_for 5 '! is_member n1p4 239.1.1.1 "" waiting' || true
join n1p4 239.1.1.1
deliver n1p1 239.1.1.1 25
got n1p3 25
got n1p4 25
got_nothing n1p2
ok "a leave makes room"
