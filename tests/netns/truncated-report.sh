#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A report cut at any of its bytes changes nothing at all, not even by the records before the cut:
# cut by its sender (lengths and checksum of what is left are right; with and without padding behind
# it) or on its way (they are not).
#
#   n1p1 --- n1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 1
for i in 1 2 3 4; do lab group 239.4.4.$i; done

report() { # OPTION ...
	on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp v3 --record to_in,239.4.4.4 \
		--record to_ex,239.4.4.1,10.1.1.1,10.1.1.2 --aux 2 --record is_ex,239.4.4.2 \
		--record allow,239.4.4.3,10.1.1.1 --record to_ex,239.4.4.200 "$@"
}

refused() { echo $(($(reason n1 malformed) + $(reason n1 igmp_truncated))); }

on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp v3 --record to_ex,239.4.4.4
wait_for 5 'is_member n1p1 239.4.4.4'
capture cut n1 p1 -Q in ether proto 0x0800
before=$(members n1) refused=$(refused)
report --cut-each
on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp v2 --group 239.4.4.1 --cut-each
on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp leave --group 239.4.4.4 --cut-each
report --cut-each --pad 200
on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp v2 --group 239.4.4.1 --cut-each --pad 60
on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp leave --group 239.4.4.4 --cut-each --pad 60
sent=372 # each of 108, 46 and 46 bytes less the Ethernet header, those of the IGMP part three times
holds cut $sent
[[ $(members n1) == "$before" ]] || fail "members changed to: $(members n1)"
[[ $(refused) == $((refused + sent)) ]] || fail "of $sent cut reports $(($(refused) - refused)) were refused"
ok "$sent cut reports"

report
wait_for 5 '[[ $(members n1 | wc -l) == 4 ]]' "what the whole report says"
is_member n1p1 239.4.4.4 && fail "still a member after the whole report"
is_member n1p1 239.4.4.200 "$VNI" pending || fail "the last record of the whole report"
ok "the whole one"
