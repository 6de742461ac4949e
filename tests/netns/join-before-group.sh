#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm: no, emulation is so slow that a host's second report comes before the group is looked at
# A join that comes before its group exists is kept, and counts from the moment the group is added;
# deleting the group makes it wait again. A leave ends the waiting, too.
#
#   n1p1 sender --- n1 --- n1p2, n1p3
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 3
for pod in n1p2 n1p3; do on $pod sysctl -qw net.ipv4.igmp_qrv=1; done # a report once, not again within a second
capture p2 n1p2 eth0 udp
capture p3 n1p3 eth0 udp
start early2 n1p2 mcrecv -i eth0 -g 239.1.1.1
start early3 n1p3 mcrecv -i eth0 -g 239.1.1.1
wait_for 10 "is_member n1p2 239.1.1.1 $VNI pending"
wait_for 10 "is_member n1p3 239.1.1.1 $VNI pending"
counts n1 unknown_group 11 deliver n1p1 239.1.1.1 10
stop early3
wait_for 10 "! is_member n1p3 239.1.1.1 $VNI pending"

reports=$(reason n1 report)
mc n1 group add 239.1.1.1 vni "$VNI"
is_member n1p2 239.1.1.1 || fail "the waiting join was not taken over"
deliver n1p1 239.1.1.1 10
got p2 10
got_nothing p3
[[ $(reason n1 report) == "$reports" ]] || fail "a new report came in between: the test shows nothing"
ok "taken over"

mc n1 group del 239.1.1.1 vni "$VNI"
is_member n1p2 239.1.1.1 "$VNI" pending || fail "the member was forgotten with the group"
counts n1 unknown_group 11 deliver n1p1 239.1.1.1 10
mc n1 group add 239.1.1.1 vni "$VNI"
deliver n1p1 239.1.1.1 10
got p2 10
ok "and again"
