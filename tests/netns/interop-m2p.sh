#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Underlay multicast with the kernel's own: a vxlan device whose group is the underlay group that ours is mapped to takes
# what we send, and we take what it sends.
#
#   n1p1 --- n1, bpfcast ==ff04::e101:101== n2, t0: the kernel's vxlan with that group; a socket on it
#   n1p2 ---'
# vm: no, of the overlay only the forms that interoperate are tried there
. "$(dirname "${BASH_SOURCE[0]}")/lib-interop.sh"

U=ff04::e101:101
skip_unless tshark
interop_up vxlan 6
mc n1 member del $GROUP vni $VNI vtep 2001:db8::2
mc n1 m2p add $GROUP vni $VNI underlay $U dev eth0 encap vxlan
on n2 ip link add t0 mtu 1430 type vxlan id $VNI group $U dev eth0 local 2001:db8::2 dstport 4789 ttl 255 udp6zerocsumrx
on n2 ethtool -K t0 tx off >/dev/null
on n2 ip link set t0 up
on n2 ip addr add 10.77.0.2/24 dev t0
on n2 ip -6 maddr show dev eth0 | grep -q $U || fail "the kernel's vxlan has not joined $U"
both_ways "underlay group"
stop join-n1p1-$GROUP
took join-n1p1-$GROUP $COUNT
dissect theirs $COUNT "vxlan.vni == $VNI && udp.dstport == 5001 && ipv6.dst == $U"
dissect ours $((COUNT + 1)) "eth.dst#1 == 33:33:e1:01:01:01 && eth.src#1 == 02:00:c0:00:02:01" \
	$((COUNT + 1)) "ipv6.src == 2001:db8::1 && ipv6.dst == $U && ipv6.hlim == 255 && udp.checksum#1 == 0"
