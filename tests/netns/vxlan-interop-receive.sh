#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# We take what the kernel's own vxlan device sends, with and without an outer UDP checksum.
# vm: yes, what we make of frames of another implementation
#
#   n1p1 member --- n1, bpfcast ====== n2, vx77: the kernel's vxlan, VNI 77; an application sends on it
#   n1p2 no member -'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
mc n2 unload
join n1p1 239.1.1.1 -p 5001 -q
capture n1p1 n1p1 eth0 udp
capture n1p2 n1p2 eth0 udp
capture wire n1 eth0 -Q in udp dst port 4789

for checksum in udpcsum noudpcsum; do
	on n2 ip link add vx77 mtu 1450 up type vxlan id $VNI local 192.0.2.2 remote 192.0.2.1 dstport 4789 $checksum
	on n2 ip addr add 10.77.0.2/24 dev vx77
	capture vx n2 vx77 -Q out udp
	on n2 mcsend -i vx77 -g 239.1.1.1 -p 5001 -q -c 100 -s 1400 -r 2000 >/dev/null
	on n2 mcpacket vx77 --src 10.77.0.2 --dst 239.1.1.1 --sport $((9000 + ++SERIAL)) --dport 9
	got n1p1 100
	got_nothing n1p2
	wait_for 5 '[[ $(captured vx udp dst port 5001) == 100 ]]'
	stop vx
	on n2 ip link del vx77
	ok "$checksum: 100 datagrams from the kernel's vxlan"
done
[[ $(captured wire 'udp[6:2] != 0') -ge 100 && $(captured wire 'udp[6:2] == 0') -ge 100 ]] ||
	fail "not both kinds of outer checksum were sent"
diff <(frames vx udp dst port 5001) <(frames n1p1 udp dst port 5001 | tail -n 100) || fail "frames differ"
stop join-n1p1-239.1.1.1
jq -e '.corrupt == 0 and .packets == 200' "$TMP/join-n1p1-239.1.1.1.out" || fail "what the application got"
