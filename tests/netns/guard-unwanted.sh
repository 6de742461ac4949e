#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What nobody here wants ends under the same reason with the guard in XDP, native or generic, and without it,
# and the guard's is gone before the kernel has it. Who joins gets the next packet.
# vm: yes, older verifiers, and XDP as it was
#
#   n1p1 joins and leaves --- n1 ====== n2 --- n2p1 sender
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

G=239.1.1.1 U=239.2.2.2
lab_up --nodes 2 --pods 1
lab group $G
mc n2 group add $U vni "$VNI" # nobody has added it on n1
mc n2 member add $U vni "$VNI" vtep 192.0.2.1
capture n1p1 n1p1 eth0 -Q in udp

# Packets that n1 has counted as its VTEP's and its group's
taken() {
	mc n1 -j stats show vtep 192.0.2.2 | jq '.[0].rx_packets'
	mc n1 -j stats show group $G vni "$VNI" | jq '.[0].underlay_packets'
}

wants_nothing() { # XDP
	local seen=21 # what is left to the host
	[[ $1 != off ]] || seen=63
	capture "wire-$1" n1 eth0 -Q in udp dst port 4789
	counts n1 no_member 21 deliver n2p1 $G 20
	got_nothing n1p1
	mc n1 vni set "$VNI" unknown drop
	counts n1 unknown_dropped 21 deliver n2p1 $U 20
	mc n1 vni set "$VNI" unknown host
	counts n1 unknown_group 21 deliver n2p1 $U 20
	holds "wire-$1" $seen
	ok "xdp $1: nobody wants it"
}

for xdp in native generic off; do
	mc n1 vtep del 192.0.2.2
	mc n1 underlay del eth0
	mc n1 underlay add eth0 xdp $xdp
	mc n1 vtep add 192.0.2.2
	mc n1 group del $G vni "$VNI"
	mc n1 group add $G vni "$VNI" # its counters, and the VTEP's, are new
	wants_nothing $xdp
	join n1p1 $G
	counts n1 forwarded 21 deliver n2p1 $G 20
	got n1p1 20
	leave n1p1 $G
	counts n1 no_member 21 deliver n2p1 $G 20
	taken >"$TMP/taken-$xdp"
	diff "$TMP/taken-native" "$TMP/taken-$xdp" || fail "xdp $xdp: other counters than native"
	ok "xdp $xdp: who joins gets it, until it leaves"
done
[[ $(head -n 1 "$TMP/taken-off") == 63 ]] || fail "counted $(cat "$TMP/taken-off"), not 63"
