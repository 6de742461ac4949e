# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A tunnel device of the kernel with another VNI, on the same hosts and the same UDP port, keeps
# working beside us: unicast both ways (ARP and UDP), broadcast and multicast, while we carry ours.
#
#   n1p1 -- n1 ======= n2 -- n2p1     VNI 77, bpfcast
#           t88        t88            VNI 88, the kernel's, 10.88.0.N
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

coexist() { # vxlan|geneve 4|6
	local address=192.0.2. n before
	local -a options=() own=()
	[[ $2 == 4 ]] || address=2001:db8:: options+=(udp6zerocsumtx udp6zerocsumrx)
	lab_up --nodes 2 --pods 1 --encap "$1" --underlay "$2"
	lab group 239.1.1.1
	join n2p1 239.1.1.1
	for n in 1 2; do
		[[ $1 == geneve ]] || own=(dstport 4789 local "$address$n")
		on n$n ip link add t88 mtu 1430 up type "$1" id 88 remote $address$((3 - n)) "${options[@]}" "${own[@]}"
		on n$n ip addr add 10.88.0.$n/24 dev t88
		capture t$n n$n t88 -Q in udp
	done
	capture ours n2p1 eth0 udp

	start flow n1p1 mcsend -i eth0 -g 239.1.1.1 -p 5001 -c 100000000 -r 500
	wait_for 5 '[[ $(captured ours) -gt 10 ]]'
	# The kernel says who lives where only after an answer: unicast needs both ways.
	unicast n1 10.88.0.2 5088 100
	unicast n2 10.88.0.1 5088 100
	wait_for 5 '[[ $(captured t2 dst 10.88.0.2) == 100 && $(captured t1 dst 10.88.0.1) == 100 ]]'
	on n1 ip neigh show 10.88.0.2 dev t88 | grep -q lladdr || fail "no neighbour through t88"
	ok "unicast"
	on n1 mcsend -i t88 -g 239.1.1.1 -p 5089 -c 100 -r 1000 >/dev/null # a group of ours, not our VNI
	on n1 mcpacket t88 --src 10.88.0.1 --dst 10.88.0.255 --dport 5090
	wait_for 5 '[[ $(captured t2 dst 239.1.1.1) == 100 && $(captured t2 dst port 5090) == 1 ]]'
	ok "multicast and broadcast"
	stop flow
	[[ $(captured ours dst port 5089) == 0 ]] || fail "VNI 88 reached a member of VNI $VNI"
	[[ $(captured t2 dst port 5001) == 0 ]] || fail "VNI $VNI came out of t88"

	before=$(captured ours)
	mc n1 unload
	mc n2 unload
	unicast n1 10.88.0.2 5091 10
	wait_for 5 '[[ $(captured t2 dst port 5091) == 10 ]]'
	ok "after unload, too ($before of ours were carried)"
}
