#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An overlay group mapped to an underlay group: one copy to that group goes out whatever the number of nodes and
# members, those who joined it get it, IPv4 and IPv6, the sender does not, and without a mapping nothing goes out.
#   topology: lib-m2p.sh
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

m2p_up 3 $G $G6
capture wire n1 eth0 -Q out udp
for n in 2 3; do
	capture in$n n$n eth0 -Q in udp
	capture out$n n$n eth0 -Q out udp
done
for pod in n1p1 n1p2 n2p1 n2p2 n3p1; do capture $pod $pod eth0 -Q in udp; done
join n1p2 $G
join n2p1 $G
deliver n1p1 $G 10
got n1p2 10
holds wire 0
ok "local only: no mapping, nothing on the underlay"

for n in 1 2 3; do
	mc n$n m2p add $G vni $VNI underlay $U dev eth0
	mc n$n m2p add $G6 vni $VNI underlay $U dev eth0
	in_underlay n$n eth0 || fail "n$n has not joined $U on eth0"
done
ok "joined: the kernel says so"

join n3p1 $G
deliver n1p1 $G 10
for pod in n1p2 n2p1 n3p1; do got $pod 10; done
got_nothing n1p1 n2p2
holds wire 11 "ether dst $UMAC and ether src 02:00:c0:00:02:01"
holds wire 11 "src 2001:db8::1 and dst $U and ip6[7] == 255"
holds wire 11 "ip6[42:2] == 6081 and ip6[46:2] == 0 and ip6[48:4] == 0x00006558" # no option
ok "one copy to the mapped group, for any number of members"

join n2p2 $G6
join n2p1 $G6
deliver n1p1 $G6 10
got n2p1 10
got n2p2 10
got_nothing n1p1 n1p2 n3p1
deliver n1p1 $G 10
got n2p1 10
got_nothing n2p2
got n1p2 10
got n3p1 10
ok "both families, and groups that share an underlay address are not mixed"

leave n1p2 $G
leave n2p1 $G
leave n3p1 $G
join n1p1 $G
before=$(captured wire)
deliver n1p1 $G 10
holds wire $((before + 11))
for n in 2 3; do holds in$n $((before + 11)); done
got_nothing n1p1 n1p2 n2p1 n2p2 n3p1
ok "the sender is the only subscriber"
holds out2 0
holds out3 0
ok "no receiver sends on"
