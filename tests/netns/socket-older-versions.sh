#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hosts that speak IGMPv1 or v2, or MLDv1, cannot say what sources they want: they get all senders,
# their sockets what they asked for. Those that speak the newest version on the same group get from
# the network what they asked for.
# timeout: 120
# vm: no, too long in emulation; socket-merge and socket-sources are in
#
#   n1p1 sender, n1p2 oldest --- n1 ===== n2 --- n2p1 sender, n2p2 the version between
#                                 '------ n3 --- n3p1 sender, n3p2 newest
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-sockets.sh"

# The version that the node has seen its host speak, of the group that all tests of it join.
version_of() {
	mc "${1%p*}" -j member show "$GROUP" vni "$VNI" port "p${1#*p}" |
		sed -n 's/.*"kind":"local".*"version":"\([a-z0-9]*\)".*/\1/p'
}

speaks() { # POD IGMP-VERSION MLD-VERSION; said before the host joins: reports repeat as they were
	on "$1" sysctl -qw "net.ipv4.conf.all.force_igmp_version=$2" "net.ipv6.conf.all.force_mld_version=$3"
}

lab_up --nodes 3 --pods 2
speaks n1p2 1 1
speaks n2p2 2 1
speaks n3p2 3 2
for family in 4 6; do
	use_family $family
	receivers n1p2 n2p2 n3p2
	case $family in
	4) versions=(igmpv1 igmpv2 igmpv3) ;;
	6) versions=(mldv1 mldv1 mldv2) ;;
	esac

	for pod in n1p2 n2p2 n3p2; do tell $pod a MCAST_JOIN_SOURCE_GROUP "$GROUP" "${SOURCE[1]}"; done
	asks n1p2 'exclude '
	asks n2p2 'exclude '
	asks n3p2 'include 1'
	spoken="$(version_of n1p2) $(version_of n2p2) $(version_of n3p2)"
	[[ $spoken == "${versions[*]}" ]] || fail "the hosts spoke $spoken, not ${versions[*]}"
	round "$GROUP"
	hears n1p2 'device:123 a:1'
	hears n2p2 'device:123 a:1'
	hears n3p2 'device:1 a:1'
	ok "IPv$family: a source joined"

	for pod in n1p2 n2p2 n3p2; do
		tell $pod b MCAST_JOIN_GROUP "$GROUP"
		tell $pod b MCAST_BLOCK_SOURCE "$GROUP" "${SOURCE[2]}"
		tell $pod a close
	done
	asks n3p2 'exclude 2'
	round "$GROUP"
	hears n1p2 'device:123 b:13'
	hears n2p2 'device:123 b:13'
	hears n3p2 'device:13 b:13'
	ok "IPv$family: a sender blocked"

	# IGMPv1 has no leave.
	for pod in n1p2 n2p2 n3p2; do tell $pod b MCAST_LEAVE_GROUP "$GROUP"; done
	[[ $family == 4 ]] || asks n1p2 ''
	asks n2p2 ''
	asks n3p2 ''
	round "$GROUP"
	[[ $family == 4 ]] || hears n1p2 'device: b:'
	hears n2p2 'device: b:'
	hears n3p2 'device: b:'
	ok "IPv$family: left"
done
