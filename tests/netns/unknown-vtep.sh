#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Only VTEPs that we know may send to us: what another host sends with our VNI is dropped and counted.
#
#   n1p1 member --- n1, does not know n3 ===.
#   n2p1 member --- n2, knows n3 ===========+== n3 --- n3p1 sender
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 3 --pods 1
lab group 239.1.1.1
join n1p1 239.1.1.1
join n2p1 239.1.1.1
capture n1p1 n1p1 eth0 udp
capture n2p1 n2p1 eth0 udp
capture wire n1 eth0 -Q in udp dst port 4789 and src 192.0.2.3
mc n1 vtep del 192.0.2.3

counts n1 unknown_vtep 21 deliver n3p1 239.1.1.1 20
got n2p1 20
got_nothing n1p1
ok "dropped and counted"

mc n1 vtep add 192.0.2.3
deliver n3p1 239.1.1.1 20
got n2p1 20
got n1p1 20
ok "taken once it is known"
