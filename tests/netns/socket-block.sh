#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A socket that has joined a group blocks senders and takes them back as it runs, local and remote
# ones, and the network sends what is blocked to nobody.
# timeout: 120
# vm: no, too long in emulation; socket-merge and socket-sources are in
#
#   n1p1 sender, n1p2 --- n1 ===== n2 --- n2p1 sender, n2p2
#                          '------ n3 --- n3p1 sender
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-sockets.sh"

lab_up --nodes 3 --pods 2
for family in 4 6; do
	use_family $family
	receivers n1p2 n2p2
	case $family in
	4) join=IP_ADD_MEMBERSHIP block=IP_BLOCK_SOURCE unblock=IP_UNBLOCK_SOURCE ;;
	6) join=IPV6_JOIN_GROUP block=MCAST_BLOCK_SOURCE unblock=MCAST_UNBLOCK_SOURCE ;;
	esac

	tell n1p2 a "$join" "$GROUP"
	tell n2p2 a MCAST_JOIN_GROUP "$GROUP"
	tell n1p2 a "$block" "$GROUP" "${SOURCE[1]}"
	tell n2p2 a MCAST_BLOCK_SOURCE "$GROUP" "${SOURCE[1]}"
	asks n1p2 'exclude 1'
	asks n2p2 'exclude 1'
	round "$GROUP"
	hears n1p2 'device:23 a:23'
	hears n2p2 'device:23 a:23'
	ok "IPv$family: a local sender blocked, a remote one"

	tell n1p2 a "$block" "$GROUP" "${SOURCE[3]}"
	tell n2p2 a MCAST_BLOCK_SOURCE "$GROUP" "${SOURCE[2]}"
	asks n1p2 'exclude 13'
	asks n2p2 'exclude 12'
	round "$GROUP"
	hears n1p2 'device:2 a:2'
	hears n2p2 'device:3 a:3'
	ok "IPv$family: two"

	tell n1p2 a "$unblock" "$GROUP" "${SOURCE[1]}"
	tell n2p2 a MCAST_UNBLOCK_SOURCE "$GROUP" "${SOURCE[1]}"
	asks n1p2 'exclude 3'
	asks n2p2 'exclude 2'
	round "$GROUP"
	hears n1p2 'device:12 a:12'
	hears n2p2 'device:13 a:13'
	tell n1p2 a "$unblock" "$GROUP" "${SOURCE[3]}"
	asks n1p2 'exclude '
	round "$GROUP"
	hears n1p2 'device:123 a:123'
	hears n2p2 'device:13 a:13'
	ok "IPv$family: taken back"

	# By now the kernel has said twice that it joined, with all that it blocked then, and says BLOCK.
	tell n1p2 a "$block" "$GROUP" "${SOURCE[2]}"
	tell n2p2 a MCAST_BLOCK_SOURCE "$GROUP" "${SOURCE[3]}"
	asks n1p2 'exclude 2'
	asks n2p2 'exclude 23'
	round "$GROUP"
	hears n1p2 'device:13 a:13'
	hears n2p2 'device:1 a:1'
	ok "IPv$family: blocked again"
done
