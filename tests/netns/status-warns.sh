#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# status warns of ports whose packets do not fit the underlay in the longest outer headers in use, and of
# underlay groups that are joined no more.
# vm: no, what the CLI says does not depend on the kernel
#
#   n1p1 --- n1 ====== n2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 1

warns() { # PATTERN WHEN: exactly one warning, or none for ''
	local warnings
	warnings=$(mc n1 -j status | jq -r '.[0].warnings[]')
	if [[ $1 ]]; then
		[[ $(wc -l <<<"$warnings") == 1 && $warnings =~ $1 ]] || fail "$2: '$warnings', not '$1'"
	else
		[[ -z $warnings ]] || fail "$2: '$warnings'"
	fi
}

fits() { # MTU WHEN: the largest port that fits the underlay's 1500
	on n1 ip link set p1 mtu "$1"
	warns '' "$2, MTU $1"
	on n1 ip link set p1 mtu $(($1 + 1))
	warns "'p1'.* MTU $(($1 + 1)) and $((1500 - $1)) bytes.*'eth0'" "$2, MTU $(($1 + 1))"
	ok "$2: $1 bytes fit"
}

fits 1450 "IPv4"
mc n1 vtep add 2001:db8::2 encap geneve
fits 1430 "IPv6"
mc n1 m2p add 239.1.1.1 vni "$VNI" underlay ff04::1
fits 1430 "a mapping without a hop"
mc n1 forward add ff04::1 via 2001:db8::2 mode both
fits 1422 "a hop"
mc n1 forward del ff04::1
mc n1 vtep del 2001:db8::2
fits 1450 "IPv4 alone again"

on n1 ip link set p1 mtu 1400
on n1 ip addr del ff04::1/128 dev eth0
warns "ff04::1 is not joined on 'eth0'" "left behind our back"
mc n1 m2p replace 239.1.1.1 vni "$VNI" underlay ff04::1
warns '' "joined again"
ok "an underlay group that was left"
