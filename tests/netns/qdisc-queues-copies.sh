#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copies that wait in a queue of the underlay device still go each to its own VTEP. (With
# bpf_skb_set_tunnel_key they do not: its metadata is one object a CPU.)
#
#   n1p1 sender --- n1 [TBF] ==+== n2 --- n2p1 member
#                              +== n3 --- n3p1 member
#                              '== n4 --- n4p1 member
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 4 --pods 1
lab group 239.1.1.1
for n in 2 3 4; do
	join n${n}p1 239.1.1.1
	capture n${n}p1 n${n}p1 eth0 udp
	capture wire$n n$n eth0 -Q in udp dst port 4789
done
on n1 tc qdisc add dev eth0 root tbf rate 2mbit burst 3000 limit 1000000
deliver n1p1 239.1.1.1 40 -s 1000
for n in 2 3 4; do
	got n${n}p1 40
	holds wire$n 41 "dst 192.0.2.$n"
	holds wire$n 41
done
queued=$(on n1 tc -s qdisc show dev eth0 | sed -n 's/.*overlimits \([0-9]*\).*/\1/p' | head -n 1)
((queued > 50)) || fail "only $queued packets had to wait: the test shows nothing"
ok "$queued times a copy had to wait"
