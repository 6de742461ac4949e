#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A port with several hosts: a leave is asked about, LMQC times (RFC 9776 section 6.6.3), by group and
# by source, in as many packets as the MTU takes; S is set once somebody has answered; who answers
# keeps what he wants, and what nobody wants is gone after the last member query time.
#
# timeout: 120
#
#   n1p1 sender --- n1 (agent) --- n1p2: hosts made of frames
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

skip_unless tshark
lab_up --nodes 1 --pods 2
mc n1 port del p2
mc n1 port add p2 vni "$VNI" kind shared
lab group 239.1.1.1
# Long intervals, so that nothing but a leave ends anything; a response slow enough to be answered.
capture p2 n1p2 eth0 igmp
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"querier\": {\"last_member_interval\": $((1500 * SLOW)), \"last_member_count\": 3}}]}"
wait_for 10 '[[ $(queries p2) -ge 1 ]]' "the agent to know the port"

report() { # RECORD...: from a host of the port
	local record args=()
	for record; do args+=(--record "$record"); done
	counts n1 report 1 on n1p2 mcpacket eth0 --src 10.244.1.2 --igmp v3 "${args[@]}"
}
asks() { # how many queries for 239.1.1.1; tshark takes too long to catch the moment between two
	queries p2 'igmp[0] == 0x11 and dst host 239.1.1.1'
}
asked() { # what was asked for 239.1.1.1: S flag and number of sources
	dissect p2 'igmp.type == 0x11 and igmp.maddr == 239.1.1.1' igmp.s igmp.num_src
}

report is_ex,239.1.1.1
has_member n1 239.1.1.1 p2 || fail "not joined"
report to_in,239.1.1.1
has_member n1 239.1.1.1 p2 || fail "gone without being asked"
wait_for 20 '! has_member n1 239.1.1.1 p2' "the last member to go"
[[ $(asked) == $'0 0\n0 0\n0 0' ]] || fail "not three queries: $(asked)"
[[ $(dissect p2 'igmp.maddr == 239.1.1.1 and igmp.type == 0x11' ip.dst igmp.max_resp ip.ttl igmp.qrv | sort -u) == "239.1.1.1 $((15 * SLOW)) 1 2" ]] ||
	fail "$(dissect p2 'igmp.maddr == 239.1.1.1 and igmp.type == 0x11' ip.dst igmp.max_resp ip.ttl igmp.qrv)"
ok "a group nobody answers for"

stop p2
capture p2 n1p2 eth0 igmp
report is_ex,239.1.1.1
report to_in,239.1.1.1
wait_for 10 '[[ $(asks) -ge 1 ]]'
report is_ex,239.1.1.1
wait_for 20 '[[ $(asks) == 3 ]]' "three queries in all"
[[ $(asked | tail -1) == '1 0' ]] || fail "S is not set though somebody has answered: $(asked)"
has_member n1 239.1.1.1 p2 || fail "gone though somebody has answered"
ok "a group that somebody answers for"

# Sources: two of three are blocked, one of these is answered for.
report to_in,239.1.1.1
wait_for 20 '! has_member n1 239.1.1.1 p2'
stop p2
capture p2 n1p2 eth0 igmp
report is_in,239.1.1.1,10.0.0.1,10.0.0.2,10.0.0.3
report block,239.1.1.1,10.0.0.1,10.0.0.2
wait_for 10 '[[ $(asks) -ge 1 ]]'
report allow,239.1.1.1,10.0.0.2
sources() { mc n1 -j member show 239.1.1.1 vni "$VNI" port p2 | grep -o '10\.0\.0\.[0-9]*' | sort -u | xargs; }
wait_for 20 '[[ $(sources) == "10.0.0.2 10.0.0.3" ]]' "the source that nobody wants to go"
[[ $(asked | head -1) == '0 2' ]] || fail "the first query: $(asked | head -1)"
asked | grep -q '^1 1$' || fail "no query with S for the one that was answered for: $(asked)"
asked | grep -q '^0 1$' || fail "no query without S for the other: $(asked)"
ok "sources: two queries, by what was answered"

# As many sources as a packet takes: 100 bytes hold 16, and reports of ten. What a change to INCLUDE
# does not name is asked for, all at once.
on n1 ip link set p2 mtu 100
for i in 0 1 2 3; do
	report "is_in,239.1.1.1$(printf ',10.1.'$i'.%d' {1..10})"
done
stop p2
capture p2 n1p2 eth0 igmp
report to_in,239.1.1.1,10.2.0.1,10.0.0.3
wait_for 20 '[[ $(asks) -ge 9 ]]' "three times three queries"
[[ $(asked | head -3 | xargs) == '0 16 0 16 0 9' ]] || fail "not 16, 16 and 9: $(asked | xargs)"
ok "split by the MTU"
