#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The replicator serves by tag: External to the network outside, decapsulated; Underlay to its underlay members, still
# encapsulated; Both to both. Each gets everything once, and nothing goes back.
#   topology: lib-replicator.sh
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-replicator.sh"

replicator_up $G
for pod in n1p2 n2p1 n3p1; do join $pod $G -q; done
start join-x x mcrecv -i eth0 -g $G -q
wait_for 10 'mc r -j member show $G vni $VNI port x0 | grep -q active' "the network outside to join"
for mode in external underlay both; do
	mc n1 forward replace $U via 2001:db8:0:1::ff mode $mode
	deliver n1p1 $G 20 -q
	got n1p2 20
	for pod in n2p1 n3p1; do [[ $mode == external ]] || got $pod 20; done
	[[ $mode == underlay ]] || got x 20
	[[ $mode != external ]] || got_nothing n2p1 n3p1
	[[ $mode != underlay ]] || got_nothing x
	got_nothing n1p1
	ok "$mode"
done
for mode in external underlay both; do sent_on tagged 21 255 $mode; done
for n in 2 3; do
	holds in$n 42
	sent_on in$n 42 254 underlay # as n1 sent them, but for MACs, hop limit and mode
	holds in$n 42 "src 2001:db8:0:1::1"
	holds out$n 0
done
holds in1 0
ok "nothing back to where it came from, nothing sent on by a leaf"

on n1p1 mcsend -i eth0 -g $G -q -c 20 -s 1000 -G 5 -r 5000 >/dev/null # four super-frames
end_mark n1p1 $G
for pod in n1p2 x n2p1 n3p1; do wait_for 10 "arrived $pod"; done
once() { # NAME COUNT: what the application got; each mcsend is a stream of 20
	stop "$1"
	took "$1" "$2"
	jq -e 'all(.streams[]; .packets == 20)' "$TMP/$1.out" >/dev/null || fail "$1: $(cat "$TMP/$1.out")"
}
once join-n1p2-$G 80
once join-x 60
once join-n2p1-$G 60
once join-n3p1-$G 60
ok "nothing duplicated, super-frames whole"
