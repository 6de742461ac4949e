#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 100,000 copies a second to 20 members while all that can happen to the control plane does: the agent is
# killed 50 times at moments of chance, told to read its configuration again, the programs are replaced, and a
# neighbour joins and leaves a thousand groups a second. No member misses a datagram or has one twice, by
# sequence number.
# timeout: 240
# vm: no, the flow needs a processor's time
#
#   n1p1 sender --- n1 (agent) --- n1p2 ... n1p21 members, n1p22 joins and leaves
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

MEMBERS=20
RATE=5000 # a second to each member: 100,000 copies
KILLS=50
EVERY=10 # kills between two upgrades
G=239.1.1.1

lab_up --nodes 1 --pods $((MEMBERS + 2))
agent n1 "$LEARN"
members=()
for ((i = 2; i < MEMBERS + 2; i++)); do
	members+=("n1p$i")
	join "n1p$i" $G -q
done
start flow n1p1 mcsend -i eth0 -q -g $G -p 5001 -c 100000000 -r $((RATE / SLOW))
start churn "n1p$((MEMBERS + 2))" mcflood -i eth0 -g 239.64.0.0 -n 500 -r 1000 -x

for ((kill = 1; kill <= KILLS; kill++)); do
	sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
	if ((kill % EVERY == EVERY / 2)); then
		kill -HUP "${PIDS[agent-n1]}"
		wait_for 10 "said n1 ': reloaded'"
	fi
	if ((kill % EVERY == 0)); then
		mc n1 load >/dev/null
		wait_for 10 "said n1 'the programs were replaced'"
	fi
	stop agent-n1 KILL
	agent n1
done
stop churn
(($(jq .sent "$TMP/churn.out") > KILLS * 100)) || fail "hardly anybody joined and left: $(cat "$TMP/churn.out")"
stop flow INT
end_mark n1p1 $G
sent=$(jq .sent "$TMP/flow.out")
((sent > KILLS * 100)) || fail "hardly anything was sent: $sent"
for pod in "${members[@]}"; do
	stop "join-$pod-$G"
	jq -e --argjson sent "$sent" '.packets == $sent and .lost == 0 and .duplicated == 0 and .reordered == 0' \
		"$TMP/join-$pod-$G.out" >/dev/null || fail "$pod: $(cat "$TMP/join-$pod-$G.out"), sent $sent"
done
ok "$sent datagrams to each of $MEMBERS, $KILLS agents killed, $((KILLS / EVERY)) reloads and upgrades, $(jq .sent "$TMP/churn.out") reports"
