#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What no member at a VTEP wants does not cross the underlay: a remote member has sources that it wants or does not want,
# of both families, checked where the packet is sent. Adding it again replaces them at once, and never doubles a copy.
#
#   n1p1, n1p2 senders --- n1 =====+== n2 --- n2p1
#                                  '== n3 --- n3p1
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

G=239.1.1.1 G6=ff15::1:1
A=10.244.1.1 B=10.244.1.2 A6=fd00:244:1::1 B6=fd00:244:1::2
lab_up --nodes 3 --pods 2
lab group $G
lab group $G6
for n in 2 3; do
	capture out$n n1 eth0 -Q out udp dst port 4789 and dst 192.0.2.$n
	capture n${n}p1 n${n}p1 eth0 -Q in udp
	join n${n}p1 $G
	join n${n}p1 $G6
done
capture n1p2 n1p2 eth0 -Q in udp
join n1p2 $G # an application here, whom the filters of remote members do not concern

remote() { # NODE GROUP [FILTER ...]
	mc n1 member add "$2" vni "$VNI" vtep 192.0.2."$1" "${@:3}"
}
sent() { # FROM GROUP, how many go to n2, n3 and get there
	local out2 out3
	out2=$(captured out2) out3=$(captured out3)
	deliver "$1" "$2" 10
	[[ $3 == 0 ]] || got n2p1 10
	[[ $4 == 0 ]] || got n3p1 10
	if [[ $1$2 == n1p1$G ]]; then got n1p2 10; fi
	[[ $3 != 0 ]] || had n2p1 0
	[[ $4 != 0 ]] || had n3p1 0
	holds out2 $((out2 + $3 + ($3 != 0)))
	holds out3 $((out3 + $4 + ($4 != 0)))
}

sent n1p1 $G 10 10
ok "without filters"
remote 2 $G include $A
remote 3 $G exclude $A
sent n1p1 $G 10 0
sent n1p2 $G 0 10
ok "include one, exclude one"
many=$(printf '198.51.100.%d,' {1..60})
remote 2 $G exclude "$many$B"
remote 3 $G include "$many$B,$A"
sent n1p1 $G 10 10
sent n1p2 $G 0 10
remote 3 $G include "${many%,}"
sent n1p1 $G 10 0
sent n1p2 $G 0 0
ok "among many; said again, at once"
remote 2 $G include none
remote 3 $G
sent n1p1 $G 0 10
remote 2 $G include $A
remote 3 $G include none
ok "include none"
remote 2 $G6 include $B6
remote 3 $G6 exclude $B6
sent n1p1 $G6 0 10
sent n1p2 $G6 10 0
remote 3 $G6 include $A6,$B6
sent n1p2 $G6 10 10
ok "IPv6"
mc n1 member del $G vni "$VNI" vtep 192.0.2.2
remote 2 $G
sent n1p2 $G 10 0
remote 3 $G
sent n1p2 $G 10 10
sent n1p1 $G 10 10
ok "no filter again, and one copy each"
