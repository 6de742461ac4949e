#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A mapping joins its underlay group on all underlays with IPv6, or on its device, or on none; the last
# mapping leaves. The kernel says where, in /proc/net/igmp6.
#
#   n1: eth0, u1, u2, u3 with IPv6, u4 without ====== n2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 0
for i in 1 2 3 4; do
	on n1 ip link add u$i up type veth peer name w$i
	on n1 ip link set w$i up
	((i == 4)) || on n1 ip addr add 2001:db8:$i::1/64 dev u$i nodad
done
on n1 ip addr add 203.0.113.1/24 dev u4

joined() { # GROUP: the devices, in order
	on n1 awk -v group="$1" '$3 == group { print $2 }' /proc/net/igmp6 | sort | xargs
}

is_joined() { # GROUP DEVICES WHAT
	[[ $(joined "$1") == "$2" ]] || fail "$3: joined on '$(joined "$1")', not on '$2'"
}

U1=ff040000000000000000000000000001
U2=ff040000000000000000000000000002

for dev in u1 u2 u4; do mc n1 underlay add $dev; done
mc n1 m2p add 239.1.1.1 vni 77 underlay ff04::1
is_joined $U1 "eth0 u1 u2" "a mapping"
mc n1 m2p add 239.1.1.2 vni 77 underlay ff04::1
mc n1 m2p replace 239.1.1.2 vni 77 underlay ff04::1
is_joined $U1 "eth0 u1 u2" "a second mapping"
mc n1 underlay add u3
is_joined $U1 "eth0 u1 u2 u3" "a further underlay"
mc n1 underlay del u1
is_joined $U1 "eth0 u2 u3" "an underlay less"
mc n1 underlay add u1
ok "joined on all underlays with IPv6, those added later too"

mc n1 m2p add 239.1.1.3 vni 77 underlay ff04::2 dev u2
is_joined $U2 "u2" "a mapping to a device"
mc n1 m2p replace 239.1.1.3 vni 77 underlay ff04::2
is_joined $U2 "eth0 u1 u2 u3" "the same to all"
mc n1 m2p replace 239.1.1.3 vni 77 underlay ff04::2 dev u3
is_joined $U2 "u3" "the same to another"
mc n1 m2p replace 239.1.1.3 vni 77 underlay ff04::1
is_joined $U2 "" "moved away"
ok "joined where it is needed, no longer than it is"

mc n1 m2p del 239.1.1.3 vni 77
mc n1 m2p del 239.1.1.1 vni 77
is_joined $U1 "eth0 u1 u2 u3" "one of two mappings deleted"
mc n1 m2p del 239.1.1.2 vni 77
is_joined $U1 "" "the last mapping deleted"
ok "left with the last mapping"

# One device that cannot: none has joined, whichever comes first.
for dev in u1 u2 u3; do
	on n1 sysctl -qw "net.ipv6.conf.$dev.disable_ipv6=1"
	! mc n1 m2p add 239.1.1.1 vni 77 underlay ff04::1 2>"$TMP/err" || fail "joined on '$dev' without IPv6?"
	grep -q "cannot join ff04::1 on '$dev'" "$TMP/err" || fail "does not name '$dev': $(cat "$TMP/err")"
	is_joined $U1 "" "a failure on $dev"
	[[ $(mc n1 -j m2p show) == '[]' ]] || fail "mapped though it could not join"
	on n1 sysctl -qw "net.ipv6.conf.$dev.disable_ipv6=0"
done
mc n1 m2p add 239.1.1.1 vni 77 underlay ff04::1
is_joined $U1 "eth0 u1 u2 u3" "after the failures"
ok "on all or on none"

mc n1 unload
is_joined $U1 "" "unloaded"
ok "unload leaves"
