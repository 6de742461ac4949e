#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A UDP super-frame (GSO) goes to each local member as one packet, and its receiver gets the datagrams;
# another node gets them, too, each encapsulated. No datagram is lost, doubled or damaged.
# vm: yes, room for outer headers in front of segments
#
#   n1p1 sender --- n1 ====== n2 --- n2p1 member
#   n1p2, n1p3 members ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

FRAMES=50 SEGMENTS=8
COUNT=$((FRAMES * SEGMENTS))
lab_up --nodes 2 --pods 3
lab group 239.1.1.1
for pod in n1p2 n1p3 n2p1; do
	capture $pod $pod eth0 -Q in udp
	join $pod 239.1.1.1 -q -c $COUNT -t $((20 * SLOW))
done
on n1p1 mcsend -i eth0 -g 239.1.1.1 -q -s 1000 -G $SEGMENTS -c $COUNT -r 8000 >/dev/null
for pod in n1p2 n1p3 n2p1; do
	wait_for 20 "[[ -s '$TMP/join-$pod-239.1.1.1.out' ]]" "an end at $pod"
	jq -e ".packets == $COUNT and .lost == 0 and .duplicated == 0 and .corrupt == 0" \
		"$TMP/join-$pod-239.1.1.1.out" >/dev/null || fail "$pod: $(cat "$TMP/join-$pod-239.1.1.1.out")"
done
ok "$COUNT datagrams for each"

for pod in n1p2 n1p3; do holds $pod $FRAMES; done
[[ $(reason n1 forwarded) == "$FRAMES" ]] || fail "n1 forwarded $(reason n1 forwarded) packets, not $FRAMES"
[[ $(mc n1 -j -s group show 239.1.1.1 | jq '.[0].copies') == $((3 * FRAMES)) ]] ||
	fail "not three copies of each: $(mc n1 -j -s group show 239.1.1.1)"
ok "$FRAMES packets and no more at the local members"
