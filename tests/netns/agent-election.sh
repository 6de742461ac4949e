#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The election on a port that may query, against the Linux bridge's querier, of both families: the
# lower address asks and the other is silent; who won and falls silent is replaced; what the winner says
# of its intervals holds. On a port that may not query, a pod wins nothing.
#
# timeout: 180
#
#   n1 (agent) 10.244.1.254, fe80::1 --- eth0 in br0, the bridge of n1p2, with a querier
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 1 --pods 3
for port in p2 p3; do mc n1 port del $port; done
mc n1 port add p2 vni "$VNI" kind shared query allow
mc n1 port add p3 vni "$VNI" kind shared
QUERIER="$QUERIER, \"source6\": \"fe80::5\""

bridge() { # POD ADDRESS ADDRESS6: a bridge with a querier in place of the pod's eth0
	on "$1" ip link add br0 type bridge mcast_snooping 1 mcast_igmp_version 3 mcast_mld_version 2 \
		mcast_query_use_ifaddr 1 mcast_query_interval 100 mcast_query_response_interval 50 \
		mcast_startup_query_interval 50 mcast_querier 1 mcast_querier_interval 350 forward_delay 0 stp_state 0
	on "$1" ip addr flush dev eth0
	on "$1" sysctl -qw net.ipv6.conf.br0.addr_gen_mode=1
	on "$1" ip addr add "$2/24" dev br0
	on "$1" ip addr add "$3/64" dev br0 nodad
	on "$1" ip link set eth0 master br0 up
	on "$1" ip link set br0 up
}

of() { echo "igmp[0] == 0x11 and src host $1"; }
of6() { echo "ip6[48] == 130 and ip6 src $1"; }

# speaks POD FILTER: and goes on to, in this capture
speaks() {
	local now
	now=$(captured "$1" "$2")
	wait_for 20 "[[ \$(captured '$1' '$2') -ge $((now + 3)) ]]" "queries '$2'"
}

for pod in n1p2 n1p3; do capture $pod $pod eth0 igmp or icmp6 or ip6; done
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"querier\": {$QUERIER}}]}"
for pod in n1p2 n1p3; do
	speaks $pod "$(of 10.244.1.254)"
	speaks $pod "$(of6 fe80::5)"
done

# Lower than ours: it wins, where it may.
for pod in n1p2 n1p3; do bridge $pod 10.244.1.2 fe80::2; done
wait_for 20 "said n1 'another querier port=p2 querier=10.244.1.2 robustness=2 query_interval=1000'"
wait_for 20 "said n1 'another querier port=p2 querier=fe80::2'"
ours=$(captured n1p2 "$(of 10.244.1.254)") ours6=$(captured n1p2 "$(of6 fe80::5)")
speaks n1p2 "$(of 10.244.1.2)"
speaks n1p2 "$(of6 fe80::2)"
[[ $(captured n1p2 "$(of 10.244.1.254)") == "$ours" && $(captured n1p2 "$(of6 fe80::5)") == "$ours6" ]] ||
	fail "asks though it has lost"
speaks n1p3 "$(of 10.244.1.254)" # where it may not query, it has won nothing
speaks n1p3 "$(of6 fe80::5)"
[[ $(grep -c 'another querier port=p3' "$TMP/agent-n1.err") == 0 ]] || fail "heard a query that is dropped"
ok "lost, to the lower address; not where it may not query"

on n1p2 ip link set br0 type bridge mcast_querier 0
wait_for 20 "said n1 'the other querier is gone port=p2 family=igmp' && said n1 'the other querier is gone port=p2 family=mld'"
speaks n1p2 "$(of 10.244.1.254)"
speaks n1p2 "$(of6 fe80::5)"
ok "replaces who falls silent"

# Higher than ours: ours wins, and the bridge believes it.
on n1p2 ip link del br0
bridge n1p2 10.244.1.255 fe80::9
speaks n1p2 "$(of 10.244.1.254)"
speaks n1p2 "$(of6 fe80::5)"
silent() { # POD FILTER: none while ours ask on
	local now
	now=$(captured "$1" "$2")
	speaks "$1" "$(of 10.244.1.254)"
	[[ $(captured "$1" "$2") == "$now" ]]
}
for _ in 1 2 3; do # it may have asked before it heard of us
	silent n1p2 "$(of 10.244.1.255)" && break
done
silent n1p2 "$(of 10.244.1.255)" || fail "the bridge asks though it has lost"
[[ $(grep -c 'querier=10.244.1.255' "$TMP/agent-n1.err") == 0 ]] || fail "lost to the higher address"
ok "won, with the lower address"
