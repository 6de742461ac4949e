#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Deleting a port removes its memberships everywhere, joined or added, of groups that are there, mapped or
# not there; and a port that is added again on the same device is a member of none.
#
#   n1p1, n1p2 --- n1 ====== n2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
mc n1 group add 239.1.1.1 vni $VNI
mc n1 group add 239.1.1.2 vni $VNI
mc n1 m2p add 239.1.1.1 vni $VNI underlay ff04::1
mc n1 m2p add 239.1.1.2 vni $VNI underlay ff04::1
mc n1 member add 239.1.1.1 vni $VNI port p1
mc n1 member add 239.1.1.2 vni $VNI port p1 include 10.0.0.1
mc n1 member add 239.1.1.2 vni $VNI port p2
join n1p1 239.1.1.2
start pending n1p1 mcrecv -i eth0 -g 239.1.1.9
wait_for 10 "is_member n1p1 239.1.1.9 $VNI pending"

on n1 ip link set p1 down # no leave comes through
stop join-n1p1-239.1.1.2 KILL
stop pending KILL
mc n1 port del p1
[[ $(members n1) == "77 239.1.1.2 p2 active" ]] || fail "left after 'port del': $(members n1)"
mc n1 port add p1 vni $VNI
[[ $(members n1) == "77 239.1.1.2 p2 active" ]] || fail "back after 'port add': $(members n1)"
ok "no membership left"
