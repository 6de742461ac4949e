#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The underlay is a tun device, which has no MACs: copies leave as IP packets, and IP packets come in. What is behind
# the device here is a process that sends them on in UDP, as a VPN does.
#   topology: lib-underlay.sh; socat --UDP over eth0-- socat behind u0
# vm: no, they have WireGuard
. "$(dirname "${BASH_SOURCE[0]}")/lib-underlay.sh"

probe_socat() { has socat; }
skip_unless socat
underlay_up
for n in n1 n2; do
	peer=192.0.2.$((3 - ${n#n}))
	start socat-$n $n socat TUN,tun-name=u0,tun-type=tun,iff-no-pi,iff-up UDP4:$peer:7000,bind=192.0.2.${n#n}:7000
	wait_for 10 "on $n ip link show u0 >/dev/null 2>&1"
	on $n ip link set u0 mtu 1400
	addresses $n
done
capture tun n2 u0 -Q in udp
carries vxlan4 vxlan6 geneve4 geneve6
[[ $(captured tun) -ge 200 ]] || fail "u0 has had $(captured tun) packets"
# A cooked or raw capture begins with the IP header.
frames tun | while read -r packet; do
	[[ ${packet:0:1} == [46] ]] || fail "not an IP packet: ${packet:0:40}"
done
ok "IP packets on the device"
