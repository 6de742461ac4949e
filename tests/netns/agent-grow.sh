#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A learned group that is too small grows, again and again, under traffic: those it had lose and double
# nothing, by sequence number, and those that it had no room for are served. So does an operator's.
# timeout: 120
#
#   n1p1 sender --- n1 (agent) --- n1p2 ... n1p10
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 1 --pods 10
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"unknown\": \"learn\", \"size\": 1, \"querier\": {$QUERIER}}]}"
wait_for 10 "mc n1 -j vni show $VNI | grep -q '\"unknown\":\"learn\"'"
join n1p2 239.1.1.1 -q
capture p2 n1p2 eth0 udp
start flow n1p1 mcsend -i eth0 -q -g 239.1.1.1 -p 5001 -c 100000000 -r $((1000 / SLOW))
wait_for 10 '[[ $(captured p2) -gt 100 ]]' "the flow"
for p in 3 4 5 6 7 8 9 10; do
	join "n1p$p" 239.1.1.1 -q
done
now=$(captured p2)
wait_for 10 "[[ \$(captured p2) -gt $((now + 100)) ]]"
stop flow INT
end_mark n1p1 239.1.1.1
wait_for 10 'arrived p2'
sent=$(jq .sent "$TMP/flow.out")
size=$(mc n1 -j group show | jq '.[0].size')
[[ $size == 16 && $(mc n1 -j group show | jq '.[0].local') == 9 ]] || fail "$(mc n1 group show)"
got p2 "$sent"
for p in 2 3 4 5 6 7 8 9 10; do
	stop "join-n1p$p-239.1.1.1"
	jq -e '.packets > 0 and .duplicated == 0 and .reordered == 0 and .lost == 0' "$TMP/join-n1p$p-239.1.1.1.out" >/dev/null ||
		fail "n1p$p: $(cat "$TMP/join-n1p$p-239.1.1.1.out")"
done
jq -e --argjson sent "$sent" '.packets == $sent' "$TMP/join-n1p2-239.1.1.1.out" >/dev/null ||
	fail "n1p2: $(cat "$TMP/join-n1p2-239.1.1.1.out"), sent $sent"
ok "$sent datagrams while the group grew from 1 slot to $size"

mc n1 group add 239.2.2.2 vni "$VNI" size 2
for p in 2 3 4 5; do join "n1p$p" 239.2.2.2; done
[[ $(mc n1 -j group show 239.2.2.2 | jq '.[0].waiting') == 0 ]] || fail "members wait"
ok "an operator's group too"
