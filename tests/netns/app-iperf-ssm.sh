#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# iperf with a source (-B GROUP --ssm-host SOURCE), both families: every receiver counts every datagram
# of that sender, and what another sends to the group does not come as far as its device.
# timeout: 120
# vm: no, applications stay out of the machine
#
#   n1p1 iperf -c, n1p2 iperf -s --- n1 ===== n2 --- n2p1 iperf -s, n2p2 sends, too
#                                     '------ n3 --- n3p1 iperf -s
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-iperf.sh"

# ssm GROUP SOURCE OTHER [OPTION ...]: all over, from n1p1 at SOURCE and n2p2 at OTHER
ssm() {
	local pod
	lab group "$1"
	for pod in n1p2 n2p1 n3p1; do
		iperf_server $pod -B "$1%eth0" --ssm-host "$2" "${@:4}"
		capture "rx-$pod" $pod eth0 -Q in "dst host $1"
		wait_for 10 "is_member $pod $1"
	done
	iperf_client n2p2 -c "$1%eth0" "${@:4}"
	iperf_client n1p1 -c "$1%eth0" "${@:4}"
	for pod in n1p2 n2p1 n3p1; do
		iperf_lost_none $pod "$2"
		wait_for 5 "(( \$(captured rx-$pod src host $2) >= $(iperf_sent) ))"
		holds "rx-$pod" 0 "src host $3"
		stop "iperf-$pod"
		stop "rx-$pod"
	done
	ok "$1: $(iperf_sent) datagrams at each receiver, from $2 alone"
}

skip_unless iperf
lab_up --nodes 3 --pods 2
ssm 232.5.5.5 10.244.1.1 10.244.2.2
ssm ff3e::55 fd00:244:1::1 fd00:244:2::2 -V
