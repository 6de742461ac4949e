#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From the network outside and to it, the replicator is a router: plain multicast from an uplink is encapsulated towards
# the mapped underlay group, tagged as configured; each way costs a hop of TTL, and with the last one it is dropped.
#   topology: lib-replicator.sh; x sends too
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-replicator.sh"

replicator_up $G $G6
hop 1 external
for group in $G $G6; do
	for pod in n1p2 n2p1 n3p1; do join $pod "$group"; done
	start "join-x-$group" x mcrecv -i eth0 -g "$group"
	wait_for 10 "mc r -j member show $group vni $VNI port x0 | grep -q active"
done
out_there() { # GROUP COUNT [OPTION ...]: COUNT datagrams from the network outside
	on x mcsend -i eth0 -g "$1" -p 5001 -c "$2" -r 5000 "${@:3}" >/dev/null
	on x mcsend -i eth0 -g "$1" -p $((9000 + ++SERIAL)) -c 1 >/dev/null
}

out_there $G 10 -T 8
for pod in n1p2 n2p1 n3p1; do
	got $pod 10
	holds $pod 10 "udp dst port 5001 and ip[8] == 7"
done
got_nothing x
sent_on in1 11 255 external
for n in 2 3; do sent_on in$n 11 255 underlay; done
for n in 1 2 3; do holds in$n 11 "src 2001:db8:0:$n::ff"; done
ok "external in: to each next hop, tagged as configured"
out_there $G6 10 -T 8
for pod in n1p2 n2p1 n3p1; do
	got $pod 10
	holds $pod 10 "udp dst port 5001 and ip6 and ip6[7] == 7"
done
ok "external in, IPv6"
counts r ttl 1 on x mcpacket eth0 --src 198.51.100.2 --dst $G --dport 5001 --ttl 1
out_there $G 1
for pod in n1p2 n2p1 n3p1; do got $pod 1; done
ok "external in, the last hop of TTL: dropped"

mc n1 forward replace $U via 2001:db8:0:1::ff mode both
deliver n1p1 $G 5 -T 8
for pod in x n1p2 n2p1 n3p1; do got $pod 5; done
holds x 5 "udp dst port 5001 and ip[8] == 7"
for pod in n1p2 n2p1 n3p1; do holds $pod 5 "udp dst port 5001 and ip[8] == 8"; done
tcpdump -Z root -nvvr "$TMP/x.pcap" udp 2>/dev/null | grep 'bad cksum' | grep -v 'udp' && fail "a wrong IP checksum outside"
ok "external out costs a hop, the others nothing"
deliver n1p1 $G 5 -T 1
for pod in n1p2 n2p1 n3p1; do got $pod 5; done
wait_for 10 "arrived x" # of TTL 8
had x 0
ok "the last hop of TTL does not leave by the uplink"
