#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mappings and subscriptions come and go in any order: part of the members, all of them, the mapping while there are
# some. Unsubscribing works after the mapping was cleared, and no subscription comes alive again with it.
#   topology: lib-m2p.sh
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

m2p_up 2 $G $G6
capture wire n1 eth0 -Q out udp dst port 6081
capture in2 n2 eth0 -Q in udp dst port 6081
for pod in n1p2 n2p1 n2p2; do capture $pod $pod eth0 -Q in udp; done
none() { # NAME...: although all that n1 sent has reached n2
	wait_for 10 '[[ $(captured in2) == "$(captured wire)" ]]'
	got_nothing "$@"
}
map() { # [NODE ...]
	local n
	for n; do mc "$n" m2p add $G vni $VNI underlay $U dev eth0; done
}
map n1 n2
join n1p2 $G
join n2p1 $G
join n2p2 $G
deliver n1p1 $G 5
for pod in n1p2 n2p1 n2p2; do got $pod 5; done

leave n2p1 $G
deliver n1p1 $G 5
got n2p2 5
got n1p2 5
none n2p1
ok "partial unsubscribe"
mc n2 member add $G vni $VNI port p2 # by an operator, too
join n2p1 $G
join n2p1 $G6
deliver n1p1 $G 5
got n2p1 5
got n2p2 5
got n1p2 5
ok "subscribed twice, delivered once"

before=$(captured wire)
mc n1 m2p del $G vni $VNI
deliver n1p1 $G 5
got n1p2 5
holds wire "$before"
none n2p1 n2p2
ok "mapping cleared while subscribed: nothing goes out, members here get it"
! in_underlay n1 eth0 || fail "n1 is still in $U, which nothing is mapped to"
map n1
in_underlay n1 eth0 || fail "n1 is not in $U again"
deliver n1p1 $G 5
for pod in n1p2 n2p1 n2p2; do got $pod 5; done
ok "mapped again"

mc n2 m2p del $G vni $VNI
! in_underlay n2 eth0 || fail "n2 is still in $U"
deliver n1p1 $G 5
got n1p2 5
none n2p1 n2p2
leave n2p1 $G
mc n2 member del $G vni $VNI port p2
leave n2p2 $G
mc n2 member flush $G vni $VNI # of what is not there
map n2
deliver n1p1 $G 5
got n1p2 5
none n2p1 n2p2
! mc n2 -j member show $G vni $VNI | grep -q '"kind":"local"' || fail "a subscription has come back"
ok "unsubscribed after the mapping was cleared: it does not come alive again"

join n2p1 $G
mc n2 port del p1
stop join-n2p1-$G # it would repeat its report
mc n2 port add p1 vni $VNI
deliver n1p1 $G 5
got n1p2 5
none n2p1
ok "a deleted port has no membership left"
leave n1p2 $G
before=$(captured wire)
deliver n1p1 $G 5
holds wire $((before + 6))
none n1p2 n2p1 n2p2
for n in n1 n2; do
	mc $n m2p del $G vni $VNI
	mc $n m2p flush vni $VNI # of what is not there
done
deliver n1p1 $G 5
holds wire $((before + 6))
ok "unsubscribe all, clear all"
