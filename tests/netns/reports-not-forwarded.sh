#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Membership messages go to the tables and to nobody else: a member that heard another's report would
# keep its own back (IGMPv1 and v2). A pod's query goes nowhere either.
#
#   n1p1 talks --- n1 ====== n2 --- n2p1 member
#   n1p2 member --'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
join n1p2 239.1.1.1
join n2p1 239.1.1.1
capture n1p2 n1p2 eth0 -Q in igmp or udp
capture n2p1 n2p1 eth0 -Q in igmp or udp
capture wire n1 eth0 -Q out udp dst port 4789 or igmp

packet() { on n1p1 mcpacket eth0 --src 10.244.1.1 "$@"; }
counts n1 report 1 packet --igmp v2
counts n1 report 1 packet --igmp leave
counts n1 report 1 packet --igmp v3 --record to_ex,239.1.1.1
counts n1 report 1 packet --igmp v1 # the last: for a v1 host, leaves are ignored
counts n1 igmp_query 1 packet --igmp query
counts n1 igmp_checksum 1 packet --igmp v2 --bad-checksum
is_member n1p1 239.1.1.1 || fail "the reports were not taken"

deliver n1p1 239.1.1.1 3
got n1p2 3
got n2p1 3
holds n1p2 0 igmp
holds n2p1 0 igmp
holds wire 4 # the data, nothing else
ok "six messages, none of them went further"
