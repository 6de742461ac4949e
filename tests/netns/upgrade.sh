#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Loading again replaces the programs under traffic: not one datagram lost or doubled, here or on the
# other node, and memberships and counters stay.
# vm: yes, programs are replaced in links or in filters
#
#   n1p1 sender --- n1 ====== n2 --- n2p1 member
#   n1p2 member ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
for pod in n1p2 n2p1; do
	join $pod 239.1.1.1 -q
	capture $pod $pod eth0 udp
done
before=$(members n1)
forwarded=$(reason n1 forwarded)
loads=$(mc n1 -j status | jq '.[0].loads')
start flow n1p1 mcsend -i eth0 -q -g 239.1.1.1 -p 5001 -c 100000000 -r $((1000 / SLOW))
wait_for 5 '[[ $(captured n1p2) -gt 100 && $(captured n2p1) -gt 100 ]]'
for round in 1 2 3; do
	for node in n1 n2; do
		mc $node load
	done
	now=$(captured n2p1)
	wait_for 5 "[[ \$(captured n2p1) -gt $((now + 100)) ]]" "traffic after load $round"
done
stop flow INT
end_mark n1p1 239.1.1.1
wait_for 5 '[[ $(captured n1p2 dst port 9) == 1 && $(captured n2p1 dst port 9) == 1 ]]'
sent=$(jq .sent "$TMP/flow.out")
for pod in n1p2 n2p1; do
	got $pod "$sent"
	stop "join-$pod-239.1.1.1"
	jq -e --argjson sent "$sent" '.packets == $sent and .lost == 0 and .duplicated == 0 and .reordered == 0' \
		"$TMP/join-$pod-239.1.1.1.out" >/dev/null || fail "$pod: $(cat "$TMP/join-$pod-239.1.1.1.out"), sent $sent"
done
[[ $(reason n1 forwarded) -ge $((forwarded + sent)) ]] || fail "counters went back"
[[ $(mc n1 -j status | jq '.[0].loads') == $((loads + 3)) ]] || fail "not three loads"
ok "$sent datagrams through six upgrades (members were: $before)"
