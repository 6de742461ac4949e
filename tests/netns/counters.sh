#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each packet is counted once and under what it was: a success is no drop, and the counters of group,
# VTEPs and reasons agree with those of the kernel's devices.
#
#   n1p1 sender --- n1 ====== n2 --- n2p1 member, n2p2 member
#   n1p2 member ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
for pod in n1p2 n2p1 n2p2; do
	join $pod 239.1.1.1
	capture $pod $pod eth0 udp
done
total() { # NODE VERDICT: but for the reports, which kernels repeat as they like
	mc "$1" -j -s stats show | jq --arg verdict "$2" '[.[] | select(.verdict == $verdict and
		(.reason | startswith("report") | not)) | .packets] | add // 0'
}
drops1=$(total n1 drop) drops2=$(total n2 drop)
done1=$(total n1 'done') done2=$(total n2 'done')
deliver n1p1 239.1.1.1 99
for pod in n1p2 n2p1 n2p2; do got $pod 99; done
[[ $(total n1 drop) == "$drops1" && $(total n2 drop) == "$drops2" ]] || fail "success was counted as a drop"
[[ $(total n1 'done') == $((done1 + 100)) && $(total n2 'done') == $((done2 + 100)) ]] || fail "100 packets, not counted as 100"
mc n1 -j stats show group 239.1.1.1 vni "$VNI" | jq -e '.[0] | .port_packets == 100 and .local_copies == 100 and
	.remote_copies == 100 and .errors == 0' >/dev/null || fail "n1: $(mc n1 -j stats show group 239.1.1.1 vni "$VNI")"
mc n2 -j stats show group 239.1.1.1 vni "$VNI" | jq -e '.[0] | .underlay_packets == 100 and .local_copies == 200 and
	.remote_copies == 0 and .errors == 0' >/dev/null || fail "n2: $(mc n2 -j stats show group 239.1.1.1 vni "$VNI")"
mc n1 -j stats show vtep 192.0.2.2 | jq -e '.[0].tx_packets == 100' >/dev/null || fail "n1's counter of n2"
mc n2 -j stats show vtep 192.0.2.1 | jq -e '.[0].rx_packets == 100' >/dev/null || fail "n2's counter of n1"
ok "they agree"

leave n1p2 239.1.1.1
mc n1 member flush 239.1.1.1 vni "$VNI"
counts n1 no_member 11 deliver n1p1 239.1.1.1 10
ok "a packet that nobody wants"
