#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One IGMPv3 report with 180 records joins 180 groups, one more leaves them, and so does a kernel
# that answers a query for 180 groups in full packets.
# vm: yes, bpf_loop over a packet
#
#   n1p1 sender --- n1 --- n1p2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 2
for ((i = 0; i < 180; i++)); do echo "group add 239.2.2.$i vni $VNI"; done | mc n1 batch -
on n1 ip link set p2 mtu 1500 # 180 records do not fit 1450 bytes
on n1p2 ip link set eth0 mtu 1500
capture p2 n1p2 eth0 udp

active() { members n1 | grep -c ' p2 active$'; }

joins=() leaves=()
for ((i = 0; i < 180; i++)); do
	joins+=(--record "to_ex,239.2.2.$i")
	leaves+=(--record "to_in,239.2.2.$i")
done
on n1p2 mcpacket eth0 --src 10.244.1.2 --igmp v3 "${joins[@]}"
wait_for 5 '[[ $(active) == 180 ]]'
for i in 0 24 25 63 64 179; do # where others stop
	deliver n1p1 239.2.2.$i 5
	got p2 5
done
ok "180 joins in one report"

on n1p2 mcpacket eth0 --src 10.244.1.2 --igmp v3 "${leaves[@]}"
wait_for 5 '[[ $(active) == 0 ]]'
join n1p2 239.2.2.7
deliver n1p1 239.2.2.179 5
deliver n1p1 239.2.2.7 5
got p2 5
leave n1p2 239.2.2.7
ok "180 leaves in one report"

# A real kernel: its joins are lost on purpose (no groups), its answer to a query is not.
on n1 mcpacket p2 --src 10.244.1.254 --igmp query3 # robustness 1: it says its joins once
start real n1p2 mcrecv -i eth0 -g 239.2.2.0+180
wait_for 10 '[[ $(active) == 180 ]]'
mc n1 port del p2
[[ $(active) == 0 ]] || fail "the port is gone and its members are not"
mc n1 port add p2 vni "$VNI"
capture reports n1 p2 -Q in igmp
on n1 mcpacket p2 --src 10.244.1.254 --igmp query3 --code 1
wait_for 20 '[[ $(active) == 180 ]]' "the answer to the query"
[[ $(captured reports 'igmp[0] == 0x22 and igmp[6:2] > 100') != 0 ]] || fail "no report held more than 100 records"
ok "180 joins by a kernel's answer"
