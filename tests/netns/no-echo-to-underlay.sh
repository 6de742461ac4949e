#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What came from the underlay never goes back to it: each node sends its own pods' packets, once to
# each other node, and no node passes on what it got.
#
#   n1p1 sender -- n1 ==.
#   n2p1 member -- n2 ==+
#   n3p1 member -- n3 =='
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 3 --pods 1
lab group 239.1.1.1
for n in 1 2 3; do
	capture out$n n$n eth0 -Q out udp
	capture n${n}p1 n${n}p1 eth0 -Q in udp
	join n${n}p1 239.1.1.1
done
deliver n1p1 239.1.1.1 30
got n2p1 30
got n3p1 30
got_nothing n1p1
holds out1 62 # 31 to each of two
holds out2 0
holds out3 0

deliver n3p1 239.1.1.1 5
got n1p1 5
got n2p1 5
holds out3 12
holds out1 62
holds out2 0
ok "no echo"
