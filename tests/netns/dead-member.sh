#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One dead member of eight leaves seven served, wherever in the walk it is: its device gone, or the
# pod's end of it down. Nobody tells bpfcast.
#
#   n1p1 .. n1p8 members --- n1 --- n1p9 sender
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 9
lab group 239.1.1.1
for ((p = 1; p <= 8; p++)); do
	join n1p$p 239.1.1.1
	capture p$p n1p$p eth0 udp
done
dead=' '

served() { # WHAT
	local p
	deliver n1p9 239.1.1.1 40
	for ((p = 1; p <= 8; p++)); do
		[[ $dead == *" $p "* ]] || got p$p 40
	done
	ok "$1"
}

served "all eight"
on n1p4 ip link set eth0 down
is_member n1p4 239.1.1.1 || fail "n1p4 is no member any more: the test shows nothing"
dead+='4 '
served "seven, the pod's device of the fourth is down"
for p in 8 1; do # the last of the walk gets no clone but the packet itself
	on n1 ip link del p$p
	dead+="$p "
	served "all but$dead: device p$p is gone"
done
on n1p4 ip link set eth0 up
on n1 ip link set p3 down
dead=' 1 8 3 '
holds p4 41
SEEN[p4]=$(captured p4 udp dst port 5001)
served "the fourth is back, port p3 is down"
