#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of the verbs of mappings, forwarding entries and filters, before each of their steps: the verb, or
# its opposite and then the verb, ends well, and what is there in the end works.
# vm: no, a hundred runs under emulation take minutes
# timeout: 300
#
#   n1p1 sender --- n1 ====== n2
#   n1p2 member ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-kill.sh"

skip_unless strace
lab_up --nodes 2 --pods 2 --underlay 6
for line in "group add 239.1.1.1 vni $VNI" "member add 239.1.1.1 vni $VNI port p2" "group add 239.2.2.2 vni $VNI"; do
	# shellcheck disable=SC2086 # words
	mc n1 $line
done

U=ff040000000000000000000000000002

# What the tables and the kernel have of ff04::2.
left() {
	on n1 awk -v group=$U '$3 == group { print $2 }' /proc/net/igmp6
	mc n1 -j m2p show | jq -r '.[] | .underlay'
	mc n1 -j forward show | jq -r '.[] | .underlay'
}

check "m2p add 239.2.2.2 vni $VNI underlay ff04::2 dev eth0" "m2p del 239.2.2.2 vni $VNI"
mc n1 m2p replace 239.2.2.2 vni "$VNI" underlay ff04::2
check "forward add ff04::2 via 2001:db8::2 mode both choose one" "forward del ff04::2"
check "forward add ff04::2 via 2001:db8::9 mode external include 10.0.0.1" "forward del ff04::2 via 2001:db8::9"
check "group add 239.3.3.3 vni $VNI" "group del 239.3.3.3 vni $VNI"
mc n1 forward flush
mc n1 m2p flush
[[ -z $(left) ]] || fail "something of ff04::2 is left: $(left)"
check "member add 239.2.2.2 vni $VNI vtep 2001:db8::2 include 10.0.0.1" "member del 239.2.2.2 vni $VNI vtep 2001:db8::2"
mc n1 m2p add 239.2.2.2 vni "$VNI" underlay ff04::2
on n1 ip link add u0 up type veth peer name u1
on n1 ip addr add 2001:db8:5::1/64 dev u0 nodad
check "underlay add u0" "underlay del u0"
