#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of every verb that changes something, before each of its steps: the verb, or its opposite
# and then the verb, ends well, and what is there in the end works.
# vm: no, a hundred runs under emulation take minutes
# timeout: 240
#
#   n1p1 sender --- n1 ====== n2
#   n1p2 member ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-kill.sh"

skip_unless strace
lab_up --nodes 2 --pods 2
for line in "group add 239.1.1.1 vni $VNI" "member add 239.1.1.1 vni $VNI port p2"; do
	# shellcheck disable=SC2086 # words
	mc n1 $line
done

mc n1 group add 239.2.2.2 vni "$VNI"
on n1 ip link add d0 up type veth peer name d1
on n1 ip link add u0 up type veth peer name u1
on n1 ip addr add 198.51.100.1/24 dev u0
check "vtep add 192.0.2.9" "vtep del 192.0.2.9"
check "port add d0 vni 78" "port del d0"
check "underlay add u0 addr 198.51.100.1" "underlay del u0"
check "group add 239.3.3.3 vni $VNI size 8" "group del 239.3.3.3 vni $VNI"
check "member add 239.2.2.2 vni $VNI port p2" "member del 239.2.2.2 vni $VNI port p2"
check "member add 239.2.2.2 vni $VNI vtep 192.0.2.2" "member del 239.2.2.2 vni $VNI vtep 192.0.2.2"
