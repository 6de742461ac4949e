#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Data that nobody may send to a group reaches no member and is counted under its own reason; what
# is only unusual does.
#
#   n1p1 sender --- n1 ====== n2 --- n2p1 member
#   n1p2 member ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
join n1p2 239.1.1.1
join n2p1 239.1.1.1
capture p2 n1p2 eth0 udp or tcp or vlan
capture n2p1 n2p1 eth0 udp or tcp or vlan

packet() { on n1p1 mcpacket eth0 --src 10.244.1.1 --dst 239.1.1.1 --size 40 "$@"; }

counts n1 wrong_mac 1 packet --eth-dst 01:00:0e:01:01:01
counts n1 wrong_mac 1 packet --eth-dst 01:00:5e:01:01:02
counts n1 ttl 1 packet --ttl 0
counts n1 bad_source 1 packet --src 127.0.0.1
counts n1 bad_source 1 packet --src 224.1.1.1
counts n1 bad_source 1 packet --src 255.255.255.255
counts n1 bad_source 1 packet --src 0.0.0.0
counts n1 tcp 1 packet --proto 6
counts n1 vlan 1 packet --vlan 5
counts n1 malformed 1 packet --total-length 2000
counts n1 malformed 1 packet --ihl 3
deliver n1p1 239.1.1.1 3
got p2 3
got n2p1 3
holds p2 4
holds n2p1 4
ok "eleven wrong ones"

packet --ttl 1 --dport 5001
end_mark n1p1 239.1.1.1
got p2 1
got n2p1 1
ok "TTL 1 is enough within a VNI"
