#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Joining, leaving and forwarding, within a node and between nodes, with no process of ours alive.
#
#   n1p1 sender --- n1 ====== n2 --- n2p1
#   n1p2 ----------'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
ours() { # processes of our program, of whatever namespace of this lab
	local node
	for node in n1 n2; do
		ip netns pids "$LAB-$node"
	done
}
[[ ! $(ours) ]] || fail "a process lives on a node: $(ours)"

# No 'join' here: it would ask our program.
capture n1p2 n1p2 eth0 udp
capture n2p1 n2p1 eth0 udp
capture n2p2 n2p2 eth0 udp
start one n1p2 mcrecv -i eth0 -g 239.1.1.1
start two n2p1 mcrecv -i eth0 -g 239.1.1.1
try() { deliver n1p1 239.1.1.1 1; }
wait_for 10 'try; [[ $(captured n1p2) != 0 && $(captured n2p1) != 0 ]]' "joins that work"
SEEN[n1p2]=$(captured n1p2 udp dst port 5001)
SEEN[n2p1]=$(captured n2p1 udp dst port 5001)
deliver n1p1 239.1.1.1 100
got n1p2 100
got n2p1 100
got_nothing n2p2

stop two
left() { # does one more datagram reach n1p2 only?
	try
	wait_for 10 'arrived n1p2'
	! arrived n2p1
}
wait_for 10 left "a leave that works"
ok "join, forward and leave"
