#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Without an agent nothing ages out. One that starts, or was stopped and goes on, lets nothing that is
# overdue end before it has asked all and given them the time to answer: who is there stays, without a
# gap; who is not goes. What events would have told and nobody read is found in the tables.
# timeout: 120
#
#   n1p1 sender --- n1 (agent) --- n1p2 there, n1p3 silent
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 1 --pods 4
mc n1 vni set "$VNI" unknown learn
# One startup query cycle is 6.5 s; a membership lives for 3.5 s without a report.
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"querier\": {\"robustness\": 3, \"query_interval\": $((1000 * SLOW)),
	\"response_interval\": $((500 * SLOW)), \"startup_interval\": $((2000 * SLOW)), \"startup_count\": 3}}]}"
join n1p2 239.1.1.1 -q
join n1p3 239.1.1.1
stop agent-n1 KILL
on n1p3 ip link set eth0 down
start flow n1p1 mcsend -i eth0 -q -g 239.1.1.1 -p 5001 -c 100000000 -r $((500 / SLOW))
overdue() { # all timers are
	mc n1 -j member show 239.1.1.1 vni "$VNI" | jq -e 'all(.[]; .expires == 0)' >/dev/null
}
wait_for 10 overdue "all timers to be nearly over"
end=$((EPOCHSECONDS + 2)) # it counts whole seconds
wait_for 10 "[[ \$EPOCHSECONDS -gt $end ]]"
for port in p2 p3; do has_member n1 239.1.1.1 $port || fail "$port aged out without an agent"; done
ok "without an agent nothing ages out"

agent n1
wait_for 30 '! has_member n1 239.1.1.1 p3' "who is silent to go"
has_member n1 239.1.1.1 p2 || fail "who is there has gone"
# A stopped process, as a paused machine: nobody was asked for longer than a membership lives.
kill -STOP "${PIDS[agent-n1]}"
wait_for 20 overdue "all timers to be nearly over"
end=$((EPOCHSECONDS + 2))
wait_for 10 "[[ \$EPOCHSECONDS -gt $end ]]"
kill -CONT "${PIDS[agent-n1]}"
wait_for 10 '! overdue' "the answer"
stop flow INT
end_mark n1p1 239.1.1.1
wait_for 10 "[[ \$(mc n1 -j group show | jq '.[0].local') == 1 ]]"
stop join-n1p2-239.1.1.1
jq -e --argjson sent "$(jq .sent "$TMP/flow.out")" '.packets == $sent and .lost == 0 and .duplicated == 0' \
	"$TMP/join-n1p2-239.1.1.1.out" >/dev/null || fail "a gap: $(cat "$TMP/join-n1p2-239.1.1.1.out"), sent $(jq .sent "$TMP/flow.out")"
ok "who answers has no gap"

# Another reads the events, so that the agent gets few of them or none.
for i in 1 2 3; do start "monitor$i" n1 "$BUILD/bpfcast" -n "$LAB-n1" monitor; done
for i in 1 2 3 4 5 6 7 8; do
	start "join-$i" n1p4 mcrecv -i eth0 -g "239.8.8.$i"
done
wait_for 20 "[[ \$(mc n1 -j group show | grep -c '239\.8\.8\.') == 8 ]]" "eight groups learned"
ok "events that are lost lose nothing"
