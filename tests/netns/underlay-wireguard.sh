#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An encrypted underlay: the underlay is a WireGuard device. A stream of files' size arrives whole, and nothing of it
# can be read on the wire below.
#   topology: lib-underlay.sh; u0 is WireGuard over eth0
# vm: yes, kernels that have the device
. "$(dirname "${BASH_SOURCE[0]}")/lib-underlay.sh"

MARKER=BPFCAST-PLAINTEXT-MARKER
skip_unless wireguard
underlay_up
for n in n1 n2; do
	on $n ip link add u0 type wireguard
	wg genkey >"$TMP/$n.key"
	wg pubkey <"$TMP/$n.key" >"$TMP/$n.pub"
done
for n in n1 n2; do
	peer=n$((3 - ${n#n}))
	on $n wg set u0 listen-port 51820 private-key "$TMP/$n.key" peer "$(cat "$TMP/$peer.pub")" \
		endpoint 192.0.2.${peer#n}:51820 allowed-ips 198.18.0.${peer#n}/32,2001:db8:18::${peer#n}/128
	addresses $n
done
capture wire n2 eth0
capture inside n2 u0 -Q in udp
carries vxlan4 geneve6

mc n1 vtep add 198.18.0.2 encap vxlan
mc n2 vtep add 198.18.0.1 encap vxlan
for n in 1 2; do mc n$n group add $G vni "$VNI"; done
mc n1 member add $G vni "$VNI" vtep 198.18.0.2
join n2p1 $G
on n1p1 mcpacket eth0 --src 10.244.1.1 --dst $G --dport 5001 --payload $MARKER
end_mark n1p1 $G
got n2p1 1
hex=$(printf %s $MARKER | od -An -tx1 | tr -d ' \n')
# so that the search below could find it
frames inside | grep -q "$hex" || fail "the marker is not on u0"
frames n2p1 | grep -q "$hex" || fail "the marker has not come to n2p1"
! frames wire | grep -q "$hex" || fail "the marker can be read on the wire"
! frames wire | grep -q 01005e010101 || fail "the group's MAC can be read on the wire"
[[ $(captured wire udp port 51820) -ge 100 ]] || fail "hardly anything on the wire: $(captured wire udp)"
holds wire 0 "udp port 4789 or udp port 6081 or net 224.0.0.0/4"
ok "nothing readable on the outer wire"
