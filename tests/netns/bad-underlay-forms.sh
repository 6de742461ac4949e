#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What comes from the underlay is checked in each form of its headers: a sender that is no VTEP, our own address
# as the sender's, a VNI that is not ours (the host's own), a torn header; and ECN is taken in as RFC 6040 says.
#
#   n1p1 member --- n1 ===== u (the switch: sends as if it were n2)
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-forms.sh"

lab_up --nodes 2 --pods 1
lab group 239.1.1.1
join n1p1 239.1.1.1
capture n1p1 n1p1 eth0 -Q in udp or igmp

packet() { wrapped "$form" n2 n1 "$@"; }

good() { # [MCPACKET OPTION ...]: one packet, and it arrives
	packet "$@"
	packet --sport $((9000 + ++SERIAL)) --dport 9
	got n1p1 1
}

no_ports() { # datagrams that reached the host's UDP, where nobody takes them
	if [[ $form == *4 ]]; then
		on n1 awk '$1 == "Udp:" && n++ { print $3 }' /proc/net/snmp
	else
		on n1 awk '$1 == "Udp6NoPorts" { print $2 }' /proc/net/snmp6
	fi
}

ecn() { # INNER OUTER WANTED
	good --tos "$1" --outer-tos "$2"
	[[ $(captured n1p1 udp dst port 5001 and "ip[1] == $3") == $((${ECN[$3]:-0} + 1)) ]] ||
		fail "inner $1 in outer $2 has not come out as $3"
	ECN[$3]=$((${ECN[$3]:-0} + 1))
}

declare -A ECN=()
for xdp in native off; do
	mc n1 group flush
	mc n1 vtep del 192.0.2.2 2>"$TMP/del" || true
	mc n1 underlay del eth0
	mc n1 underlay add eth0 xdp $xdp
	mc n1 group add 239.1.1.1 vni "$VNI"
	is_member n1p1 239.1.1.1 || fail "the member was lost"
	if [[ $xdp == off ]]; then FORMS=(vxlan6 geneve4); fi
	for form in "${FORMS[@]}"; do
		mc n1 vtep add "$(address "$form" n2)" encap "$(encap "$form")"
		good
		good --outer-checksum
		counts n1 unknown_vtep 1 packet --outer-src "$(address "$form" n7)"
		counts n1 own_address 1 packet --outer-src "$(address "$form" n1)"
		counts n1 inner_membership 1 packet --igmp v2 --dst 239.1.1.1
		counts n1 wrong_mac 1 packet --eth-dst 01:00:0e:01:01:01
		before=$(no_ports)
		packet "--$(encap "$form")" $((VNI + 1)) --outer-checksum
		wait_for 5 '[[ $(no_ports) == $((before + 1)) ]]' "the host to get what is another VNI's"
		for length in 45 53 60 70 75 85 100; do
			packet --truncate $length
		done
		# RFC 6040 section 4.2: not ECT stays, congestion of the underlay comes in, or the packet is dropped
		ecn 0xb8 0xb8 0xb8
		ecn 0xba 0xbb 0xbb
		ecn 0xb9 0xbb 0xbb
		ecn 0xba 0xb9 0xb9
		ecn 0xbb 0xb8 0xbb
		counts n1 ecn 1 packet --tos 0xb8 --outer-tos 0xbb
		good
		mc n1 vtep del "$(address "$form" n2)"
		counts n1 unknown_vtep 1 packet
		ok "$form, xdp $xdp"
	done
	holds n1p1 $((SERIAL * 2))
done
