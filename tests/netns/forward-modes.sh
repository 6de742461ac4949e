#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A forwarding entry in each mode, with members on the sender's node and without: one copy, tagged with the mode, by
# the fleet's VNI; the leaf takes it whatever the tag says and never sends it on; members here get theirs in any case,
# also when there is no entry.
#   topology: lib-m2p.sh
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

star_up $G
join n1p1 $G # the sender, who gets no copy back, whatever the VNI on the wire
join n2p1 $G
for mode in external underlay both; do
	sent=0
	for local_member in no yes; do
		[[ $local_member == no ]] || join n1p2 $G
		mc n1 forward replace $U via 2001:db8:12::2 mode $mode
		mc n1 forward replace $U via 2001:db8:12::2 mode $mode # idempotent
		deliver n1p1 $G 10
		got n2p1 10
		sent=$((sent + 11))
		tagged in2 $sent $mode
		if [[ $local_member == yes ]]; then
			got n1p2 10
			leave n1p2 $G
		fi
		got_nothing n1p1 n3p1
		holds in3 0
		ok "$mode, a member here: $local_member"
	done
done
holds in2 66
holds out2 0
ok "no leaf sends on"

join n1p2 $G
mc n1 forward flush $U
before=$(captured in2)
deliver n1p1 $G 10
got n1p2 10
holds in2 "$before"
got_nothing n1p1 n2p1
mc n1 forward flush $U # idempotent
ok "no entry: nothing goes out, the members here get it"
