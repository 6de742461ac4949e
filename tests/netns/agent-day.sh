#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A day of the agent's in half a minute: 700 rounds of queries and answers, which by the RFC's times are 24 hours,
# and a million joins and leaves of groups that are learned. Memory and descriptors stay what they were, and the
# tables are as expected.
# timeout: 240
# vm: no, its times are as short as a machine can keep them
#
#   n1p1 sender --- n1 (agent) --- n1p2 member, n1p3 joins and leaves
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

ROUNDS=700 # of 125 s each, RFC 9776 section 8.2
G=239.1.1.1

rss() { awk '/^VmRSS/ { print $2 }' "/proc/${PIDS[agent-n1]}/status"; } # kB
descriptors() { find "/proc/${PIDS[agent-n1]}/fd" -type l | wc -l; }

lab_up --nodes 1 --pods 3
mc n1 port del p3
mc n1 port add p3 vni "$VNI" limit-rate 0
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"unknown\": \"learn\", \"grace\": 50, \"querier\": {\"robustness\": 7,
	\"query_interval\": 40, \"response_interval\": 20, \"last_member_interval\": 10}}]}"
capture asked n1p2 eth0 "igmp[0] == 0x11"
capture n1p2 n1p2 eth0 udp
join n1p2 $G -q
churn() { # REPORTS: of 40 records each, joins and leaves
	on n1p3 mcflood -i eth0 -g 239.64.0.0 -n 400 -R 40 -x -c "$1" >"$TMP/churn.out"
}

churn 500 # what it needs once
wait_for 30 "[[ \$(queries asked) -ge 100 ]]" "the first rounds"
before=$(rss) fds=$(descriptors)
reports=$(reason n1 report)
churn 25000
reports=$(($(reason n1 report) - reports))
((reports >= 24000)) || fail "only $reports reports of joins and leaves were taken" # some meet a port that is busy
wait_for 120 "[[ \$(queries asked) -ge $((100 + ROUNDS)) ]]" "$ROUNDS rounds"
wait_for 20 "[[ \$(mc n1 -j group show | jq length) == 1 ]]" "the learned groups to go"
after=$(rss)
((after <= before + 1024)) || fail "resident memory went from $before to $after kB"
[[ $(descriptors) == "$fds" ]] || fail "$fds descriptors became $(descriptors): $(ls -l "/proc/${PIDS[agent-n1]}/fd")"
[[ $(mc n1 -j member show | jq length) == 1 ]] || fail "members: $(mc n1 member show)"
! said n1 "did not fit together" || fail "damage where there was none"
has_member n1 $G p2 || fail "who answers has gone"
deliver n1p1 $G 20
got n1p2 20
ok "$ROUNDS rounds, $((reports * 40)) joins and leaves; $before kB became $after, $fds descriptors"
