#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iperf over IPv6 multicast: every receiver, local and remote, counts every datagram of the sender.
# timeout: 120
# vm: no, applications stay out of the machine
#
#   n1p1 iperf -c, n1p2 iperf -s --- n1 ===== n2 --- n2p1 iperf -s, n2p2 does not join
#                                     '------ n3 --- n3p1 iperf -s
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-iperf.sh"

skip_unless iperf
lab_up --nodes 3 --pods 2
lab group ff1e::55
for pod in n1p2 n2p1 n3p1; do
	iperf_server $pod -V -B ff1e::55%eth0
	wait_for 10 "is_member $pod ff1e::55"
done
before=$(counter n2p2 eth0 rx)
iperf_client n1p1 -V -c ff1e::55%eth0
for pod in n1p2 n2p1 n3p1; do iperf_lost_none $pod fd00:244:1::1; done
[[ $(counter n2p2 eth0 rx) == "$before" ]] || fail "n2p2, which did not join, got something"
ok "$(iperf_sent) datagrams at each receiver"
