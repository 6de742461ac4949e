#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a replicator keeps of a packet that it sends on (30 bits beside the mode, the UDP checksum's truth), and what it
# does not send on: by the hop limit, to where it came from, by the source; wrong MAC, no group.
#   topology: lib-replicator.sh
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-replicator.sh"

skip_unless tshark
replicator_up $G
for n in 1 2; do mc r forward del $U via 2001:db8:0:$n::1; done
join n3p1 $G
packet() { forged 40000000 "$@"; }
mark() {
	forged 40000000 --sport $((9000 + ++SERIAL)) --dport 9
	wait_for 10 "arrived n3p1"
}

hop 3 both
packet
forged 7fffffff
forged 92345678 --outer-checksum
packet --outer-checksum --outer-ttl 2
mark
got n3p1 4
holds in3 1 "ip6[60:4] == 0xbfffffff and ip6[46:2] == 0"
holds in3 1 "ip6[60:4] == 0x92345678 and ip6[46:2] != 0"
holds in3 1 "ip6[60:4] == 0x80000000 and ip6[46:2] != 0 and ip6[7] == 1"
holds in3 2 "ip6[60:4] == 0x80000000 and ip6[46:2] == 0 and ip6[7] == 254"
dissect in3 5 "geneve.vni == $FLEET" 5 "ip.dst == $G" 0 "udp.checksum.status == 0"
ok "the mode is rewritten, 30 bits and the checksum's truth are kept"

capture in3 n3 eth0 -Q in udp dst port 6081
hop 3 underlay
counts r ttl 1 packet --outer-ttl 1
counts r wrong_mac 1 packet --outer-mac 33:33:e1:01:01:02
counts r reserved_mode 1 forged c0000000
counts r unknown_vtep 1 packet --outer-src 2001:db8:0:1::7
hop 3 underlay exclude 10.244.1.1
counts r filtered 1 packet
packet --src 10.244.1.9
hop 3 underlay
mark
got n3p1 1
holds in3 2
ok "hop limit, wrong MAC, reserved mode, no VTEP, a source that the hop does not want: each under its reason"

mc r forward flush $U
hop 1 underlay
counts r ingress_egress 1 packet
hop 3 underlay
packet
mark
got n3p1 1
holds in1 0
ok "never to where it came from"
counts r no_member 1 forged 00000000 # External, and nobody outside has joined
holds in3 4
mc r forward flush $U
counts r no_member 1 packet
mc r group del $G vni $VNI
mc r m2p del $G vni $VNI
counts r unknown_group 1 packet
holds in3 4
ok "no group, no hop, nobody outside"
