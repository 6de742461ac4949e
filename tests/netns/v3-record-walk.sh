#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records of a v3 report are as long as their sources and auxiliary data make them, every type has
# its meaning, and one that nobody knows is skipped without losing those behind it.
#
#   n1p1 sender --- n1 --- n1p2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 2
for ((i = 1; i <= 9; i++)); do lab group 239.3.3.$i; done
capture p2 n1p2 eth0 udp

report() { on n1p2 mcpacket eth0 --src 10.244.1.2 --igmp v3 "$@"; }

expect() { # LAST BYTES OF GROUPS
	local want
	want=$(for i in $1; do echo "$VNI 239.3.3.$i p2 active"; done)
	wait_for 5 "[[ \$(members n1) == '$want' ]]" "members $1, not: $(members n1)"
}

s=10.9.9.1,10.9.9.2,10.9.9.3
report --record "to_ex,239.3.3.1,$s" --aux 3 --record to_ex,239.3.3.2 --record "9,239.3.3.3,$s" \
	--record "is_ex,239.3.3.4" --record "is_in,239.3.3.5,10.9.9.1" --record "allow,239.3.3.6,$s" \
	--record "block,239.3.3.7,$s" --record "is_in,239.3.3.8" --record to_ex,239.3.3.9
expect "1 2 4 5 6 9"
for i in 1 2 4 9; do
	deliver n1p1 239.3.3.$i 5
	got p2 5
done
deliver n1p1 239.3.3.3 5
deliver n1p1 239.3.3.7 5
deliver n1p1 239.3.3.8 5
deliver n1p1 239.3.3.9 5
got p2 5
ok "all types, with sources and auxiliary data"

report --record "to_in,239.3.3.1" --aux 1 --record "to_in,239.3.3.2,$s" --record "to_in,239.3.3.9"
expect "2 4 5 6"
report # no records at all: valid, says nothing
expect "2 4 5 6"
ok "to_in"
