#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What does not fit the underlay once encapsulated is dropped with a reason for the other nodes, and
# still reaches the members here; one byte less goes everywhere.
#
#   n1p1 sender (MTU 1500) --- n1 ==MTU 1500== n2 --- n2p1
#   n1p2 (MTU 1500) ----------'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
for p in 1 2; do
	on n1 ip link set p$p mtu 1500
	on n1p$p ip link set eth0 mtu 1500
done
join n1p2 239.1.1.1
join n2p1 239.1.1.1
capture n1p2 n1p2 eth0 udp
capture n2p1 n2p1 eth0 udp
packet() { on n1p1 mcpacket eth0 --src 10.244.1.1 --dst 239.1.1.1 --dport 5001 --size "$1"; }

packet $((1450 - 28))
end_mark n1p1 239.1.1.1
got n1p2 1
got n2p1 1
packet $((1451 - 28))
end_mark n1p1 239.1.1.1
got n1p2 1
wait_for 5 '[[ $(captured n2p1 udp src port $((9000 + SERIAL))) == 1 ]]'
had n2p1 0
mc n1 -j -s vtep show | jq -e '.[0].tx_errors == 1' >/dev/null || fail "the copy that was not sent was not counted"
ok "1450 bytes fit, 1451 do not"
