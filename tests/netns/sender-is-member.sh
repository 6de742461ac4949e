#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who sends to a group that it has joined itself gets no copy back, neither from its node nor from
# the others; everybody else does.
#
#   n1p1, sends --- n1 ====== n2 --- n2p1
#   n1p2 ----------'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
for pod in n1p1 n1p2 n2p1; do
	join $pod 239.1.1.1
	capture $pod $pod eth0 -Q in udp
done
deliver n1p1 239.1.1.1 50
got n1p2 50
got n2p1 50
got_nothing n1p1

deliver n2p1 239.1.1.1 50
got n1p1 50
got n1p2 50
got_nothing n2p1
ok "no copy for the sender, whoever it is"
