#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What comes from the underlay is checked, with XDP on the device and without: a loop of our own, a
# VXLAN header without its flag, a membership message in a tunnel, a torn inner frame.
#
#   n1p1 member --- n1 ===== u (the switch: sends as if it were n2)
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 1
lab group 239.1.1.1
join n1p1 239.1.1.1
capture n1p1 n1p1 eth0 -Q in udp or igmp

packet() { # from the switch towards n1
	on u mcpacket n1 --src 10.244.2.1 --dst 239.1.1.1 --dport 5001 --size 50 \
		--vxlan "$VNI" --outer-src 192.0.2.2 --outer-dst 192.0.2.1 --outer-mac 02:00:c0:00:02:01 "$@"
}

good() {
	packet
	packet --sport $((9000 + ++SERIAL)) --dport 9
	got n1p1 1
}

for xdp in native generic off; do
	mc n1 group flush
	mc n1 vtep del 192.0.2.2
	mc n1 underlay del eth0
	mc n1 underlay add eth0 xdp $xdp
	mc n1 vtep add 192.0.2.2
	lab_group_again=$(mc n1 group add 239.1.1.1 vni "$VNI")
	[[ ! $lab_group_again ]] || fail "group add: $lab_group_again"
	is_member n1p1 239.1.1.1 || fail "the member was lost"
	good
	counts n1 own_address 1 packet --outer-src 192.0.2.1
	counts n1 vxlan_flags 1 packet --vxlan-flags 0
	counts n1 inner_membership 1 packet --igmp v2 --dst 239.1.1.1
	counts n1 inner_membership 1 packet --igmp v3 --record to_in,239.1.1.1 --dst 224.0.0.22
	counts n1 wrong_mac 1 packet --eth-dst 01:00:0e:01:01:01
	counts n1 malformed 1 packet --total-length 1000
	counts n1 unknown_vtep 1 packet --outer-src 192.0.2.77
	for length in 45 49 53 60 70 80; do
		packet --truncate $length
	done
	is_member n1p1 239.1.1.1 || fail "a membership message in a tunnel was believed"
	good
	holds n1p1 $((SERIAL * 2))
	ok "xdp $xdp"
done
