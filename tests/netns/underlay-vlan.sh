#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The underlay is a VLAN device: copies leave with its tag.
#   topology: lib-underlay.sh
# vm: yes, kernels that have the device
. "$(dirname "${BASH_SOURCE[0]}")/lib-underlay.sh"

skip_unless vlan
underlay_up
for n in n1 n2; do
	on $n ip link add link eth0 name u0 type vlan id 5
	addresses $n
done
capture wire n2 eth0 -Q in vlan 5
carries vxlan4 geneve6
[[ $(captured wire vlan 5 and udp) -ge 100 ]] || fail "the wire has $(captured wire vlan 5 and udp) tagged datagrams"
ok "tagged on the wire"
