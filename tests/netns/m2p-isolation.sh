#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Overlay groups that share an underlay group, of one VNI or of two, are never mixed: the inner destination decides,
# and so does who joined; a packet with the fleet's VNI goes where the mapping says, one with another VNI nowhere.
#   topology: lib-m2p.sh; n2p2 and n3p2 in VNI 1025
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

H=239.1.1.2 OTHER=1025 U2=ff04::e101:102
m2p_up 3 $G
for n in 1 2 3; do
	mc n$n port del p2
	mc n$n batch - >/dev/null <<-END
		port add p2 vni $OTHER
		group add $G vni $OTHER
		group add $H vni $OTHER
		m2p add $G vni $VNI underlay $U dev eth0
		m2p add $H vni $OTHER underlay $U dev eth0
		m2p add $G vni $OTHER underlay $U2 dev eth0
	END
done
! mc n1 m2p add $H vni $VNI underlay $U dev eth0 2>"$TMP/twice" ||
	fail "two VNIs have the same group behind the same underlay group"
for pod in n2p1 n2p2 n3p1 n3p2; do capture $pod $pod eth0 -Q in udp; done
for pod in n2p2 n3p2; do
	start join-$pod $pod mcrecv -i eth0 -g $G -g $H
	wait_for 10 "is_member $pod $G $OTHER && is_member $pod $H $OTHER"
done
join n2p1 $G

deliver n1p1 $G 10
got n2p1 10
got_nothing n2p2 n3p1 n3p2
ok "VNI $VNI: the same group of VNI $OTHER gets nothing"
deliver n1p2 $H 10
got n2p2 10
got n3p2 10
got_nothing n2p1 n3p1
ok "VNI $OTHER, by the same underlay group"
deliver n1p2 $G 10
got n2p2 10
got n3p2 10
got_nothing n2p1 n3p1
ok "VNI $OTHER, the same overlay group by another underlay group"

forged() { # VNI GROUP UNDERLAY [OPTION ...], as if n1 sent it
	on u mcpacket n2 --src 10.244.1.1 --dst "$2" --dport 5001 --size 50 --geneve "$1" --outer-src 2001:db8::1 \
		--outer-dst "$3" --outer-mac $UMAC --outer-ttl 255 "${@:4}"
}
mark() { # VNI GROUP: the last packet, for whoever it is
	forged "$1" "$2" $U --sport $((9000 + ++SERIAL)) --dport 9
}
forged $FLEET $G $U
mark $FLEET $G
got n2p1 1
got_nothing n2p2
forged $FLEET $H $U
mark $FLEET $H
got n2p2 1
got_nothing n2p1
ok "the fleet's VNI: the mapping says whose it is"
forged $OTHER $G $U
forged $VNI $H $U
forged 1026 $G $U
forged $FLEET 239.1.1.3 $U
counts n2 wrong_mac 1 forged $FLEET $G $U --outer-mac 33:33:e1:01:01:02
mark $FLEET $G
wait_for 10 "arrived n2p1"
had n2p1 0
got_nothing n2p2
ok "another VNI, another inner group, another MAC: nobody's"
