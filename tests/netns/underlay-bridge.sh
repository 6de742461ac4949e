#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The underlay is a bridge, of which the wire is a port: addresses and our programs are on the bridge.
#   topology: lib-underlay.sh
# vm: no, its drivers of veth and bridge are those of the others
. "$(dirname "${BASH_SOURCE[0]}")/lib-underlay.sh"

underlay_up
for n in n1 n2; do
	on $n ip addr flush dev eth0
	on $n ip link add u0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	on $n ip link set eth0 master u0
	addresses $n
	wait_for 10 "on $n bridge link | grep -q 'state forwarding'"
done
carries vxlan4 geneve6
