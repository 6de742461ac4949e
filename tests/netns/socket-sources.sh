#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A socket that joins sources of a group gets these and no others, by whatever option it asks, and as
# it asks for more of them or fewer.
# timeout: 120
#
#   n1p1 sender, n1p2 --- n1 ===== n2 --- n2p1 sender, n2p2
#                          '------ n3 --- n3p1 sender, n3p2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-sockets.sh"

lab_up --nodes 3 --pods 2
for family in 4 6; do
	use_family $family
	receivers n1p2 n2p2 n3p2
	case $family in
	4) join=IP_ADD_SOURCE_MEMBERSHIP leave=IP_DROP_SOURCE_MEMBERSHIP ;;
	6) join=MCAST_JOIN_SOURCE_GROUP leave=MCAST_LEAVE_SOURCE_GROUP ;;
	esac

	tell n1p2 a "$join" "$GROUP" "${SOURCE[1]}"
	tell n2p2 a MCAST_JOIN_SOURCE_GROUP "$GROUP" "${SOURCE[1]}"
	tell n3p2 a MCAST_JOIN_SOURCE_GROUP "$GROUP" "${SOURCE[3]}"
	tell n3p2 a setsourcefilter "$GROUP" include "${SOURCE[1]}" "${SOURCE[2]}"
	asks n1p2 'include 1'
	asks n2p2 'include 1'
	asks n3p2 'include 12'
	round "$GROUP"
	hears n1p2 'device:1 a:1'
	hears n2p2 'device:1 a:1'
	hears n3p2 'device:12 a:12'
	ok "IPv$family: a local source, a remote one, two"

	tell n1p2 a "$join" "$GROUP" "${SOURCE[3]}"
	tell n2p2 a MCAST_JOIN_SOURCE_GROUP "$GROUP" "${SOURCE[2]}"
	tell n3p2 a setsourcefilter "$GROUP" include "${SOURCE[3]}"
	asks n1p2 'include 13'
	asks n2p2 'include 12'
	asks n3p2 'include 3'
	round "$GROUP"
	hears n1p2 'device:13 a:13'
	hears n2p2 'device:12 a:12'
	hears n3p2 'device:3 a:3'
	ok "IPv$family: one more, another"

	tell n1p2 a "$leave" "$GROUP" "${SOURCE[1]}"
	tell n2p2 a MCAST_LEAVE_SOURCE_GROUP "$GROUP" "${SOURCE[1]}"
	tell n3p2 a setsourcefilter "$GROUP" exclude "${SOURCE[1]}" "${SOURCE[3]}"
	asks n1p2 'include 3'
	asks n2p2 'include 2'
	asks n3p2 'exclude 13'
	round "$GROUP"
	hears n1p2 'device:3 a:3'
	hears n2p2 'device:2 a:2'
	hears n3p2 'device:2 a:2'
	ok "IPv$family: one less; all but two"

	tell n1p2 a "$leave" "$GROUP" "${SOURCE[3]}"
	tell n2p2 a close
	tell n3p2 a setsourcefilter "$GROUP" include
	for pod in n1p2 n2p2 n3p2; do asks $pod ''; done
	round "$GROUP"
	hears n1p2 'device: a:'
	hears n2p2 'device:'
	hears n3p2 'device: a:'
	ok "IPv$family: none"
done
