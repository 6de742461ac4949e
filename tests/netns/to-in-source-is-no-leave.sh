#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TO_IN with a source asks for that source, it is no leave; TO_IN with none is.
#
#   n1p1 sender --- n1 --- n1p2, n1p3
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 3
lab group 239.1.1.1
join n1p2 239.1.1.1
join n1p3 239.1.1.1
capture p2 n1p2 eth0 udp
capture p3 n1p3 eth0 udp

counts n1 report 1 on n1p2 mcpacket eth0 --src 10.244.1.2 --igmp v3 --record to_in,239.1.1.1,10.244.1.1
deliver n1p1 239.1.1.1 10
got p3 10
got p2 10
ok "TO_IN{S} keeps the member"

counts n1 report 1 on n1p2 mcpacket eth0 --src 10.244.1.2 --igmp v3 --record to_in,239.1.1.1
deliver n1p1 239.1.1.1 10
got p3 10
got_nothing p2
ok "TO_IN{} is a leave"
