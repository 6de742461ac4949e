#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A pod gets a group from its join on and no longer than its leave, in IGMPv2 and in IGMPv3, each as
# the pod's own kernel speaks it.
# vm: yes, a membership from its beginning to its end
#
#   n1p1 sends ---.
#   n1p2 joins, leaves --- n1
#   n1p3 stays ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 3
lab group 239.1.1.1
capture igmp n1 p2 igmp
capture p2 n1p2 eth0 udp
capture p3 n1p3 eth0 udp

for version in 2 3; do
	for pod in n1p2 n1p3; do
		on $pod sysctl -qw "net.ipv4.conf.eth0.force_igmp_version=$version"
	done
	join n1p3 239.1.1.1
	deliver n1p1 239.1.1.1 20
	got p3 20
	got_nothing p2

	join n1p2 239.1.1.1
	on n1p2 grep -A1 eth0 /proc/net/igmp | grep -q "V$version" || fail "the kernel does not speak v$version"
	deliver n1p1 239.1.1.1 20
	got p3 20
	got p2 20

	leave n1p2 239.1.1.1
	deliver n1p1 239.1.1.1 20
	got p3 20
	got_nothing p2
	leave n1p3 239.1.1.1
	ok "version $version"
done
for type in 0x16 0x17 0x22; do
	[[ $(captured igmp "igmp[0] == $type") != 0 ]] || fail "no IGMP message of type $type was seen"
done
