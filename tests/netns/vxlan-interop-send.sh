#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's own vxlan device takes what we send: a socket on it gets every datagram.
# vm: yes, what another implementation makes of our frames
#
#   n1p1 --- n1, bpfcast ====== n2, vx77: the kernel's vxlan, VNI 77; a socket on it
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 1
lab group 239.1.1.1
mc n2 unload
on n2 ip link add vx77 mtu 1450 up type vxlan id $VNI local 192.0.2.2 dstport 4789
on n2 ip addr add 10.77.0.2/24 dev vx77
start app n2 mcrecv -i vx77 -g 239.1.1.1 -p 5001 -q
wait_for 5 "grep -qs ready '$TMP/app.err'"
capture vx n2 vx77 -Q in udp

deliver n1p1 239.1.1.1 100 -q -s 1400
got vx 100
stop app
jq -e '.packets == 100 and .lost == 0 and .duplicated == 0 and .corrupt == 0' "$TMP/app.out" ||
	fail "what the application got"
[[ $(counter n2 vx77 rx) -ge 101 ]] || fail "vx77 did not count them"
ok "100 datagrams through the kernel's vxlan"

# Another VNI there would not have got them.
on n2 ip link add vx78 mtu 1450 up type vxlan id 78 local 192.0.2.2 dstport 4789
before=$(counter n2 vx78 rx)
deliver n1p1 239.1.1.1 10
got vx 10
[[ $(counter n2 vx78 rx) == "$before" ]] || fail "vx78 got VNI $VNI"
ok "and not through one of another VNI"
