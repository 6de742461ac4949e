#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One group whose remote members are reached in all four forms: whole frames and UDP GSO super-frames arrive once
# everywhere, what one form has no room for goes to the others, and TOS, ECN and DF are as they ought to be.
#
#   n1p1 sender --- n1 =====+== n2 --- n2p1   VXLAN over IPv4
#   n1p2 member ---'        +== n3 --- n3p1   VXLAN over IPv6
#                           +== n4 --- n4p1   Geneve over IPv4
#                           '== n5 --- n5p1   Geneve over IPv6
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-forms.sh"

G=239.1.1.1
RECEIVERS=(n1p2 n2p1 n3p1 n4p1 n5p1)
lab_up --nodes 5 --pods 2 --xdp off # which does not have the other end of a veth cut super-frames
for n in 1 2 3 4 5; do mc n$n group add $G vni "$VNI"; done
for i in 0 1 2 3; do
	form=${FORMS[i]} node=n$((i + 2))
	mc n1 vtep replace "$(address "$form" "$node")" encap "$(encap "$form")" 2>"$TMP/replace" ||
		mc n1 vtep add "$(address "$form" "$node")" encap "$(encap "$form")"
	mc n1 member add $G vni "$VNI" vtep "$(address "$form" "$node")"
	mc "$node" vtep add 2001:db8::1 encap "$(encap "$form")"
	capture "wire$node" "$node" eth0 -Q in udp dst port "$(port "$form")"
done
for pod in "${RECEIVERS[@]}"; do
	join "$pod" $G -q
	capture "$pod" "$pod" eth0 -Q in udp
done

deliver n1p1 $G 50 -q -s 1000
for pod in "${RECEIVERS[@]}"; do got "$pod" 50; done
for n in 2 3 4 5; do holds wiren$n 51; done
ok "50 datagrams to each"

# Ten segments a super-frame. Captures show what a device was given, so the sockets count.
on n1p1 mcsend -i eth0 -g $G -q -c 500 -s 1000 -G 10 -r 5000 >/dev/null
end_mark n1p1 $G
for pod in "${RECEIVERS[@]}"; do
	wait_for 10 "arrived $pod"
	stop "join-$pod-$G"
	# the second sender begins at 0 again, from a port of its own
	jq -e '.packets == 550 and .lost == 0 and .duplicated == 0 and .corrupt == 0' \
		"$TMP/join-$pod-$G.out" >/dev/null || fail "what $pod got: $(cat "$TMP/join-$pod-$G.out")"
done
ok "500 segments in 50 super-frames to each"
for pod in "${RECEIVERS[@]}"; do
	join "$pod" $G -q
	SEEN["$pod"]=$(captured "$pod" udp dst port 5001)
done

errors() { # copies that failed so far, to n2, n3, n4, n5
	local i
	for i in 0 1 2 3; do
		vtep_errors n1 "$(address "${FORMS[i]}" n$((i + 2)))"
	done | xargs
}

for pod in n1p1 "${RECEIVERS[@]}"; do
	on "${pod%p*}" ip link set "p${pod#*p}" mtu 1500
	on "$pod" ip link set eth0 mtu 1500
done
packet() { on n1p1 mcpacket eth0 --src 10.244.1.1 --dst $G --dport 5001 --size $(($1 - 28)); }
try() { # BYTES, then how many each receiver gets
	packet "$1"
	end_mark n1p1 $G
	for pod in "${RECEIVERS[@]}"; do
		wait_for 10 "arrived $pod"
		had "$pod" "$2"
		shift
	done
}
[[ $(errors) == "0 0 0 0" ]] || fail "errors before any: $(errors)"
try 1430 1 1 1 1 1
try 1431 1 1 0 1 0
[[ $(errors) == "0 1 0 1" ]] || fail "errors: $(errors)"
try 1450 1 1 0 1 0
try 1451 1 0 0 0 0
[[ $(errors) == "1 3 1 3" ]] || fail "errors: $(errors)"
mc n1 status >"$TMP/status" 2>&1 || true
grep -qi 'mtu' "$TMP/status" || fail "status says nothing of the ports' MTU: $(cat "$TMP/status")"
ok "too big for IPv6 goes over IPv4, too big for both stays here"

for tos in 0xb8 0xb9 0xba 0xbb; do
	on n1p1 mcpacket eth0 --src 10.244.1.1 --dst $G --dport 5005 --tos $tos --size 100
done
for n in 2 4; do
	for tos in 0xb8 0xb9 0xba 0xbb; do
		holds wiren$n 1 "ip[1] == $tos"
	done
	holds wiren$n "$(captured wiren$n)" "ip[6] == 0x40 and ip[8] == 64 and udp[6:2] == 0"
done
for n in 3 5; do
	for tos in 0xb8 0xb9 0xba 0xbb; do
		holds wiren$n 1 "ip6[0:2] & 0xff0 == $((tos << 4))"
	done
	holds wiren$n "$(captured wiren$n)" "ip6[7] == 64 and ip6[46:2] == 0"
done
ok "TOS, ECN, DF, hop limit"
