#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A socket that joins a group gets all its senders, by whatever option it joins; once it leaves, none.
# timeout: 120
# vm: no, too long in emulation; socket-merge and socket-sources are in
#
#   n1p1 sender, n1p2 --- n1 ===== n2 --- n2p1 sender, n2p2
#                          '------ n3 --- n3p1 sender, n3p2 does not join
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-sockets.sh"

lab_up --nodes 3 --pods 2
for family in 4 6; do
	use_family $family
	receivers n1p2 n2p2 n3p2
	case $family in
	4) join=IP_ADD_MEMBERSHIP leave=IP_DROP_MEMBERSHIP ;;
	6) join=IPV6_JOIN_GROUP leave=IPV6_LEAVE_GROUP ;;
	esac

	tell n1p2 a "$join" "$GROUP"
	tell n2p2 a MCAST_JOIN_GROUP "$GROUP"
	asks n1p2 'exclude '
	asks n2p2 'exclude '
	round "$GROUP"
	hears n1p2 'device:123 a:123'
	hears n2p2 'device:123 a:123'
	hears n3p2 'device:'
	ok "IPv$family: joined"

	tell n1p2 a "$leave" "$GROUP"
	tell n2p2 a MCAST_LEAVE_GROUP "$GROUP"
	asks n1p2 ''
	asks n2p2 ''
	round "$GROUP"
	hears n1p2 'device: a:'
	hears n2p2 'device: a:'
	ok "IPv$family: left"

	tell n1p2 a MCAST_JOIN_GROUP "$GROUP"
	asks n1p2 'exclude '
	tell n1p2 a close
	asks n1p2 ''
	round "$GROUP"
	hears n1p2 'device:'
	ok "IPv$family: closed"
done
