#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of the agent at moments of chance, while groups are learned, grow and go, under traffic: not a
# datagram lost or doubled, by sequence number, and what the next agent makes of it is right.
# timeout: 180
#
#   n1p1 sender --- n1 (agent) --- n1p2, n1p3 members, n1p4 ... n1p6 come and go
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

KILLS=20
lab_up --nodes 1 --pods 6
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"unknown\": \"learn\", \"grace\": 0, \"size\": 1, \"querier\": {$QUERIER}}]}"
wait_for 10 "mc n1 -j vni show $VNI | grep -q '\"unknown\":\"learn\"'"
for pod in n1p2 n1p3; do
	join $pod 239.1.1.1 -q
	capture $pod $pod eth0 udp
done
start flow n1p1 mcsend -i eth0 -q -g 239.1.1.1 -p 5001 -c 100000000 -r $((1000 / SLOW))
wait_for 10 '[[ $(captured n1p2) -gt 100 && $(captured n1p3) -gt 100 ]]' "the flow"

for pod in n1p4 n1p5 n1p6; do # reports of all kinds, as fast as they go
	start "churn-$pod" $pod bash -c 'while :; do for i in 1 2 3 4; do
		mcpacket eth0 --src "$0" --igmp v3 --record "is_ex,239.3.3.$i" --record "to_ex,239.1.1.1"
		mcpacket eth0 --src "$0" --igmp v3 --record "to_in,239.3.3.$i" --record "to_in,239.1.1.1"; done; done' "$(pod_ip $pod)"
done
for ((kill = 1; kill <= KILLS; kill++)); do
	moment=$((RANDOM % 400))
	end=$((${EPOCHREALTIME/./} / 1000 + moment))
	wait_for 10 "((\${EPOCHREALTIME/./} / 1000 >= $end))"
	stop agent-n1 KILL
	agent n1
done
for pod in n1p4 n1p5 n1p6; do stop "churn-$pod"; done
for pod in n1p4 n1p5 n1p6; do
	on $pod mcpacket eth0 --src "$(pod_ip $pod)" --igmp v3 --record to_in,239.1.1.1 --record to_in,239.3.3.1 \
		--record to_in,239.3.3.2 --record to_in,239.3.3.3 --record to_in,239.3.3.4
done
wait_for 20 "[[ \$(mc n1 -j member show | grep -c '\"kind\":\"local\"') == 2 ]]" "the two members"
wait_for 20 "[[ \$(mc n1 -j group show | grep -c '\"group\"') == 1 ]]" "one group"

stop flow INT
end_mark n1p1 239.1.1.1
sent=$(jq .sent "$TMP/flow.out")
for pod in n1p2 n1p3; do
	got $pod "$sent"
	stop "join-$pod-239.1.1.1"
	jq -e --argjson sent "$sent" '.packets == $sent and .lost == 0 and .duplicated == 0 and .reordered == 0' \
		"$TMP/join-$pod-239.1.1.1.out" >/dev/null || fail "$pod: $(cat "$TMP/join-$pod-239.1.1.1.out"), sent $sent"
done
ok "$sent datagrams to each of two, $KILLS agents killed"
