#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What no host may say is not believed, and counted under its own reason.
#
#   n1p1 --- n1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 1
lab group 239.1.1.1

packet() { on n1p1 mcpacket eth0 --src 10.244.1.1 "$@"; }

counts n1 igmp_checksum 1 packet --igmp v2 --bad-checksum
counts n1 igmp_checksum 1 packet --igmp v3 --records 3 --bad-checksum
counts n1 igmp_ttl 1 packet --igmp v2 --ttl 2
counts n1 igmp_destination 1 packet --igmp v2 --dst 239.1.1.2
counts n1 igmp_destination 1 packet --igmp v3 --record to_ex,239.1.1.1 --dst 239.1.1.1
counts n1 igmp_destination 1 packet --igmp leave --dst 224.0.0.1
counts n1 igmp_fragment 1 packet --igmp v2 --fragment 0x2000
counts n1 igmp_type 1 packet --igmp 0x77
counts n1 igmp_query 1 packet --igmp query
counts n1 bad_group 1 packet --igmp v3 --record to_ex,10.1.1.1
counts n1 bad_group 1 packet --igmp v3 --record to_ex,0.0.0.0
counts n1 reserved_group 1 packet --igmp v3 --record to_ex,224.0.0.5
counts n1 malformed 1 packet --igmp v2 --ihl 4
counts n1 vlan 1 packet --igmp v2 --vlan 5
[[ ! $(members n1) ]] || fail "somebody was believed: $(members n1)"

counts n1 report 1 packet --igmp v2 --no-router-alert # real stacks leave it out
is_member n1p1 239.1.1.1 || fail "a right report was not believed"
ok "fourteen wrong ones, one right one"
