#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# When a neighbour's MAC changes, copies go to the new one within two seconds, with no process of
# ours alive; and when the neighbour is unknown at first, it is asked for.
#
#   n1p1 sender --- n1 ====== n2 --- n2p1 member
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NEW=02:00:c0:00:03:02
lab_up --nodes 2 --pods 1
on n1 ip neigh flush dev eth0
lab group 239.1.1.1
join n2p1 239.1.1.1
capture n2p1 n2p1 eth0 udp
capture wire n2 eth0 -Q in udp dst port 4789
deliver n1p1 239.1.1.1 10
got n2p1 10
ok "nothing was lost to an unknown neighbour"
ready() { # does the datapath remember the MAC by now?
	deliver n1p1 239.1.1.1 1
	got n2p1 1
	[[ $(mc n1 -j vtep show) == *'"next_hop":"ready"'* ]]
}
wait_for 5 ready "a next hop that is remembered"

on n2 sysctl -qw net.ipv4.conf.eth0.arp_notify=1
on n2 ip link set eth0 address $NEW
wait_for 5 "on n1 ip neigh show 192.0.2.2 | grep -q $NEW" "n1's kernel to hear of it"
start flow n1p1 mcsend -i eth0 -g 239.1.1.1 -p 5002 -c 100000000 -r 50
wait_for 2 "[[ \$(captured wire ether dst $NEW) != 0 ]]" "the new MAC"
stop flow
deliver n1p1 239.1.1.1 10
got n2p1 10
old=$(captured wire udp and not ether dst $NEW)
deliver n1p1 239.1.1.1 10
got n2p1 10
[[ $(captured wire udp and not ether dst $NEW) == "$old" ]] || fail "the old MAC is still used"
ok "the new MAC"
