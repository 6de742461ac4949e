#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ssmping and asmping, both families: who pings is answered by unicast, and by multicast to the group
# that it has joined, with the server as its source or any.
# timeout: 120
# vm: no, applications stay out of the machine
#
#   n1p1 ssmpingd --- n1 ===== n2 --- n2p1 ssmping -4, n2p2 ssmping -6
#                      '------ n3 --- n3p1 asmping -4, n3p2 asmping -6
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PINGS=5 # one a second

probe_ssmping() { has ssmping; }

# ping POD TOOL FAMILY GROUP HOST FILTER: starts it, waits until its node knows what it asks for
ping() {
	local host=("$5")
	[[ $2 == ssmping ]] || host=("$4" "$5")
	start "ping-$1" "$1" "$2" "-$3" -c $PINGS -I eth0 "${host[@]}"
	wait_for 10 "[[ \$(filter_of $1 $4) == '$6' ]]" "$1 asks for '$6' in $4"
}

filter_of() { # POD GROUP -> 'include [SOURCE]', 'exclude []'
	mc "${1%p*}" -j member show "$2" vni "$VNI" port "p${1#*p}" |
		sed -n 's/.*"kind":"local".*"filter":"\([a-z]*\)","sources":\(.*\)}.*/\1 \2/p'
}

# The first of its pings may be there before its join is: ssmping does not wait.
answered() { # POD HOST
	local out=$TMP/ping-$1.out
	wait_for $((2 * PINGS)) "grep -qs '^multicast:' '$out' && ! kill -0 ${PIDS[ping-$1]}" "the end of $1's pings"
	[[ $(grep -c "^ *unicast from $2, seq=" "$out") == "$PINGS" ]] || fail "unicast to $1: $(cat "$out")"
	if (($(grep -c "^multicast from $2, seq=" "$out") < PINGS - 2)) ||
		! sed -n '/^multicast:/,$p' "$out" | grep -q ' received, 0% packet loss'; then
		fail "multicast to $1: $(cat "$out")"
	fi
}

skip_unless ssmping
lab_up --nodes 3 --pods 2
for group in 232.43.211.234 ff3e::4321:1234 239.5.5.234 ff1e::4321:1234; do lab group $group; done
start server n1p1 ssmpingd
wait_for 5 "(( \$(on n1p1 cat /proc/net/udp /proc/net/udp6 | grep -c ':10E1 ') == 2 ))" "ssmpingd on UDP port 4321"

ping n2p1 ssmping 4 232.43.211.234 10.244.1.1 'include ["10.244.1.1"]'
ping n2p2 ssmping 6 ff3e::4321:1234 fd00:244:1::1 'include ["fd00:244:1::1"]'
ping n3p1 asmping 4 239.5.5.234 10.244.1.1 'exclude []'
ping n3p2 asmping 6 ff1e::4321:1234 fd00:244:1::1 'exclude []'
answered n2p1 10.244.1.1
answered n2p2 fd00:244:1::1
ok "ssmping, IPv4 and IPv6"
answered n3p1 10.244.1.1
answered n3p2 fd00:244:1::1
ok "asmping, IPv4 and IPv6"
