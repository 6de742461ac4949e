#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Next hops as equals: a flow goes at most once to the external members and at most once to the underlay's, a hop of
# mode Both serves both; which hop it is depends on the flow, not on the packet, and only hops whose filter passes count.
#   topology: lib-m2p.sh
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

star_up $G
FLOWS=24
declare -A IN=([in2]=0 [in3]=0)
flows() { # FROM [COPIES]: two packets of each flow; HOP2 and HOP3 of them went that way, with both packets
	local i name
	for ((i = 0; i < FLOWS; i++)); do
		on "$1" mcpacket eth0 --src "$(pod_ip "$1")" --dst $G --sport $((20000 + i)) --dport 5001 --size 20 --count 2
	done
	wait_for 10 "((\$(captured in2) + \$(captured in3) == ${IN[in2]} + ${IN[in3]} + ${2:-1} * 2 * FLOWS))" \
		"${2:-1} copies of each packet"
	for name in in2 in3; do
		frames $name | tail -n +$((IN[$name] + 1)) | sort | uniq -c >"$TMP/$name.flows"
		IN[$name]=$(captured $name)
		! grep -qv '^ *2 ' "$TMP/$name.flows" || fail "a flow has changed its hop: $(cut -c 1-8 "$TMP/$name.flows")"
	done
	HOP2=$(wc -l <"$TMP/in2.flows") HOP3=$(wc -l <"$TMP/in3.flows")
}
entry() { # MODE of the hop n2, of n3
	mc n1 forward flush $U
	mc n1 forward replace $U via 2001:db8:12::2 mode "$1" choose one
	mc n1 forward replace $U via 2001:db8:13::3 mode "$2" choose one
}

for mode in external underlay both; do
	entry $mode $mode
	flows n1p1
	((HOP2 > 0 && HOP3 > 0 && HOP2 + HOP3 == FLOWS)) || fail "$mode: $HOP2 and $HOP3 of $FLOWS flows"
	ok "$mode and $mode: each flow by one of them ($HOP2, $HOP3)"
done
entry external underlay
flows n1p1 2
((HOP2 == FLOWS && HOP3 == FLOWS)) || fail "external and underlay: $HOP2 and $HOP3"
ok "external and underlay: each flow by both"
for other in external underlay; do
	entry $other both
	flows n1p1
	((HOP2 == 0 && HOP3 == FLOWS)) || fail "$other and both: $HOP2 and $HOP3"
	ok "$other and both: each flow once, by the hop that serves both"
done
entry external external
mc n1 forward replace $U via 2001:db8:12::2 mode external exclude "$(pod_ip n1p1)" choose one
flows n1p1
((HOP2 == 0 && HOP3 == FLOWS)) || fail "a hop that does not want the source: $HOP2 and $HOP3"
flows n1p2
((HOP2 > 0 && HOP3 > 0)) || fail "a hop that wants the source: $HOP2 and $HOP3"
ok "only hops whose filter passes"
