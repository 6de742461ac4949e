#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the source-specific ranges, 232.0.0.0/8 and ff3x::/32, joins of sources work, and joins of any
# source are ignored, whatever version they come in (RFC 4604 section 2.2).
# timeout: 120
# vm: no, too long in emulation; socket-merge and socket-sources are in
#
#   n1p1 sender, n1p2 --- n1 ===== n2 --- n2p1 sender, n2p2 older
#                          '------ n3 --- n3p1 sender, n3p2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-sockets.sh"

lab_up --nodes 3 --pods 2
on n2p2 sysctl -qw net.ipv4.conf.all.force_igmp_version=2 net.ipv6.conf.all.force_mld_version=1
for family in 4 6; do
	use_family $family
	receivers n1p2 n2p2 n3p2
	case $family in
	4) ssm=232.1.1.1 beside=233.1.1.1 ;;
	6) ssm=ff3e::8000:1 beside=ff3e:1::8000:1 ;;
	esac
	lab group "$ssm"
	lab group "$beside"

	for pod in n1p2 n2p2; do
		before=$(reason ${pod%p*} ssm_group)
		tell $pod a MCAST_JOIN_GROUP "$ssm"
		wait_for 10 "(( \$(reason ${pod%p*} ssm_group) > $before ))" "$pod's join ignored"
	done
	tell n3p2 a MCAST_JOIN_SOURCE_GROUP "$ssm" "${SOURCE[2]}"
	asks n3p2 'include 2' "$ssm"
	round "$ssm"
	hears n1p2 'device: a:'
	hears n2p2 'device: a:'
	hears n3p2 'device:2 a:2'
	ok "IPv$family: any source is ignored, a source is not"

	# A host that asks for all besides keeps the sources that it has asked for.
	before=$(reason n3 ssm_group)
	tell n3p2 b MCAST_JOIN_GROUP "$ssm"
	wait_for 10 "(( \$(reason n3 ssm_group) > $before ))" "n3p2's join of all ignored"
	asks n3p2 'include 2' "$ssm"
	round "$ssm"
	hears n3p2 'device:2 a:2 b:2'
	tell n3p2 b close
	tell n3p2 a MCAST_JOIN_SOURCE_GROUP "$ssm" "${SOURCE[1]}"
	asks n3p2 'include 12' "$ssm"
	round "$ssm"
	hears n3p2 'device:12 a:12'
	ok "IPv$family: sources stay when the same host asks for any"

	tell n1p2 c MCAST_JOIN_GROUP "$beside"
	asks n1p2 'exclude ' "$beside"
	round "$beside"
	hears n1p2 'device:123 a: c:123'
	ok "IPv$family: the next range is any source's"
done
