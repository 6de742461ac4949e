#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same group in two VNIs is two groups: on a node, on the wire, and on the other node.
#
#   n1p1 sender, n1p2 (VNI 77) --- n1 ====== n2 --- n2p2 (VNI 77)
#   n1p3 sender, n1p4 (VNI 78) ---'           '---- n2p4 (VNI 78)
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 4
for node in n1 n2; do
	for port in p3 p4; do
		mc $node port del $port
		mc $node port add $port vni 78
	done
done
lab group 239.1.1.1
lab group 239.1.1.1 --vni 78
capture wire n2 eth0 -Q in udp dst port 4789
for pod in n1p2 n2p2 n1p4 n2p4; do
	start join-$pod $pod mcrecv -i eth0 -g 239.1.1.1
	wait_for 10 "is_member $pod 239.1.1.1 7$((${pod#*p} == 2 ? 7 : 8))"
	capture $pod $pod eth0 udp
done

deliver n1p1 239.1.1.1 30
got n1p2 30
got n2p2 30
got_nothing n1p4 n2p4
holds wire 31 "udp[12:4] == 0x4d00"

deliver n1p3 239.1.1.1 30
got n1p4 30
got n2p4 30
got_nothing n1p2 n2p2
holds wire 31 "udp[12:4] == 0x4e00"
holds wire 62
ok "neither VNI sees the other's"
