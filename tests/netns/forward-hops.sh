#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several next hops of one underlay group: each gets its copy, of one mode or of several; each has its filter, by
# the packet's source, and what it does not want does not go out; setting a hop again replaces it; an entry is cleared.
#   topology: lib-m2p.sh
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

star_up $G $G6
for pod in n2p1 n3p1; do
	join $pod $G
	join $pod $G6
done
hop() { # NODE MODE [FILTER ...]
	mc n1 forward replace $U via 2001:db8:1"$1"::"$1" mode "${@:2}"
}
hops() { # FROM GROUP, how many get to n2, n3
	local in2 in3
	in2=$(captured in2) in3=$(captured in3)
	deliver "$1" "$2" 10
	[[ $3 == 0 ]] || got n2p1 10
	[[ $4 == 0 ]] || got n3p1 10
	[[ $3 != 0 ]] || had n2p1 0
	[[ $4 != 0 ]] || had n3p1 0
	holds in2 $((in2 + $3 + ($3 != 0)))
	holds in3 $((in3 + $4 + ($4 != 0)))
}

hop 2 external
hop 3 external
hops n1p1 $G 10 10
tagged in2 11 external
tagged in3 11 external
ok "two hops of one mode"
hop 3 underlay
hops n1p1 $G 10 10
tagged in2 22 external
tagged in3 11 underlay
ok "a hop set again is replaced, the other stays"

hop 2 both include "$(pod_ip n1p1)"
hop 3 both exclude "$(pod_ip n1p1)"
hops n1p1 $G 10 0
hops n1p2 $G 0 10
hop 2 both include "$(pod_ip n1p1),fd00:244:1::2,$(pod_ip n1p2)"
hops n1p2 $G 10 10
hops n1p1 $G 10 0
hops n1p2 $G6 10 10
hops n1p1 $G6 0 10
ok "two hops with different filters, both families"
hop 2 both include none
hops n1p2 $G 0 10
hops n1p1 $G 0 0
ok "include none"

mc n1 forward del $U via 2001:db8:12::2
hops n1p2 $G 0 10
ok "a hop is cleared"
hop 3 external
hops n1p1 $G 0 10
ok "and its filter is gone when it is set without one"
mc n1 forward flush $U
hops n1p1 $G 0 0
ok "the entry is cleared"
holds out2 0
holds out3 0
