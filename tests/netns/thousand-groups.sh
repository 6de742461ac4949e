#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 1024 groups, each with members on two nodes: one datagram to each group arrives once at each.
# vm: no, four thousand RCU grace periods take minutes under emulation
# timeout: 180
#
#   n1p1 sender --- n1 ====== n2 --- n2p1
#   n1p2 ----------'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
batches=()
for node in n1 n2; do
	other=192.0.2.$((3 - ${node#n}))
	for ((i = 0; i < 1024; i++)); do
		group=239.5.$((i / 256)).$((i % 256))
		echo "group add $group vni $VNI size 8"
		echo "member add $group vni $VNI vtep $other"
	done | mc $node batch - &
	batches+=($!)
done
for pid in "${batches[@]}"; do wait "$pid"; done
for pod in n1p2 n2p1; do
	start $pod $pod mcrecv -i eth0 -q -g 239.5.0.0+1024
done
wait_for 20 '[[ $(members n1 | grep -c " p2 active") == 1024 ]]'
wait_for 20 '[[ $(members n2 | grep -c " p1 active") == 1024 ]]'
ok "1024 joins a pod"

capture n1p2 n1p2 eth0 udp
capture n2p1 n2p1 eth0 udp
for block in 0 1 2 3; do # a queue holds 1000 packets, and this machine may be slow
	on n1p1 mcsend -i eth0 -q -g 239.5.$block.0+256 -c 256 -r 2000 >/dev/null
	for pod in n1p2 n2p1; do
		wait_for 10 "[[ \$(captured $pod) -ge $((block * 256 + 256)) ]]" "block $block in capture $pod"
	done
done
end_mark n1p1 239.5.3.255
got n1p2 1024
got n2p1 1024
for pod in n1p2 n2p1; do
	stop $pod
	jq -e '.packets == 1024 and (.streams | length) == 1024 and .lost == 0 and .duplicated == 0' \
		"$TMP/$pod.out" >/dev/null || fail "$pod: $(head -c 300 "$TMP/$pod.out")"
done
ok "one datagram for each"
