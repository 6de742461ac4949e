#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several underlay devices: the routes choose by which of them a VTEP is reached. When the route changes, to another
# device and gateway, or away, copies follow, with no process of ours alive; for IPv4 and IPv6.
#
#   n1p1 sender --- n1 ==e12== n2 --- n2p1 member       n1, n2: 203.0.113.N and 2001:db8:ff::N on lo
#                    '==e13== n3, a router ==e32=='
# vm: no, next-hop-follows is there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

VNI=77
lab_up_bare 3 1
wire n1 n2
wire n1 n3
wire n3 n2
on n3 sysctl -qw net.ipv6.conf.e13.forwarding=1 net.ipv6.conf.e32.forwarding=1
for n in n1 n2; do
	on $n ip addr add 203.0.113.${n#n}/32 dev lo
	on $n ip addr add 2001:db8:ff::${n#n}/128 dev lo nodad
	for dev in e12 $([[ $n == n1 ]] && echo e13 || echo e32); do
		mc $n underlay add "$dev" addr "203.0.113.${n#n},2001:db8:ff::${n#n}"
	done
	capture $n-e12 $n e12 -Q in udp port 4789 or udp port 6081
done
capture by12 n1 e12 -Q out udp port 4789 or udp port 6081
capture by13 n1 e13 -Q out udp port 4789 or udp port 6081
capture n2p1 n2p1 eth0 -Q in udp

errors() { vtep_errors n1 "$remote"; }

flows_by() { # DEV: within two seconds all copies go by it
	start flow n1p1 mcsend -i eth0 -g $G -p 5002 -c 100000000 -r 100
	local seen
	seen=$(captured by"${1#e}")
	wait_for 2 "[[ \$(captured by${1#e}) -gt $seen ]]" "copies by $1"
	stop flow
}
by() { # DEV COUNT of datagrams that arrive, and by no other device
	local other=by12 was
	[[ $1 == e13 ]] || other=by13
	was=$(captured $other)
	deliver n1p1 $G 10
	got n2p1 10
	[[ $(captured $other) == "$was" ]] || fail "copies by $other, not by $1"
}

for family in 4 6; do
	if [[ $family == 4 ]]; then
		remote=203.0.113.2 back=203.0.113.1 direct=198.18.12.2 reverse=198.18.12.1 around=198.18.13.3 len=32
		on n3 ip route add $remote/32 via 198.18.32.2
		encap=vxlan
	else
		remote=2001:db8:ff::2 back=2001:db8:ff::1 direct=2001:db8:12::2 reverse=2001:db8:12::1 around=2001:db8:13::3 len=128
		on n3 ip route add $remote/128 via 2001:db8:32::2
		encap=geneve
	fi
	on n1 ip route add $remote/$len via $direct dev e12
	on n2 ip route add $back/$len via $reverse dev e12
	mc n1 vtep add $remote encap $encap
	mc n2 vtep add $back encap $encap
	for n in n1 n2; do mc $n group add $G vni "$VNI"; done
	mc n1 member add $G vni "$VNI" vtep $remote
	join n2p1 $G
	deliver n1p1 $G 10 # the first one makes the kernel ask for the neighbour
	got n2p1 10
	by e12
	ok "IPv$family: by the device of the route"
	on n1 ip route replace $remote/$len via $around dev e13
	flows_by e13
	deliver n1p1 $G 1
	got n2p1 1
	by e13
	ok "IPv$family: by another device and gateway, when the route says so"
	on n1 ip route replace unreachable $remote/$len
	[[ $family == 4 ]] || on n1 ip route del $remote/$len via $around dev e13 2>"$TMP/route" || true
	start flow n1p1 mcsend -i eth0 -g $G -p 5002 -c 100000000 -r 100
	before=$(errors)
	wait_for 5 "[[ \$(errors) -gt $before ]]" "an error without a route"
	stop flow
	on n1 ip route del unreachable $remote/$len
	on n1 ip route replace $remote/$len via $direct dev e12
	flows_by e12
	by e12
	ok "IPv$family: no route is an error, and the first way again"
	leave n2p1 $G
	for n in n1 n2; do mc $n group del $G vni "$VNI"; done
	mc n1 vtep del $remote
done
