#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hosts side by side on one node ask for different sources of a group, senders among them: each gets
# its own, whoever comes first or last in the group.
# timeout: 120
# vm: no, too long in emulation; socket-merge and socket-sources are in
#
#   n1p1 sender and receiver, n1p2 ... n1p5 --- n1 ===== n2 --- n2p1 sender
#                                                '------ n3 --- n3p1 sender
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-sockets.sh"

lab_up --nodes 3 --pods 5
for family in 4 6; do
	use_family $family
	receivers n1p1 n1p2 n1p3 n1p4 n1p5

	tell n1p1 a MCAST_JOIN_GROUP "$GROUP"
	tell n1p1 a MCAST_BLOCK_SOURCE "$GROUP" "${SOURCE[3]}"
	tell n1p2 a MCAST_JOIN_SOURCE_GROUP "$GROUP" "${SOURCE[1]}"
	tell n1p3 a MCAST_JOIN_GROUP "$GROUP"
	tell n1p4 a MCAST_JOIN_SOURCE_GROUP "$GROUP" "${SOURCE[3]}"
	tell n1p5 a MCAST_JOIN_GROUP "$GROUP"
	tell n1p5 a MCAST_BLOCK_SOURCE "$GROUP" "${SOURCE[3]}"
	asks n1p1 'exclude 3'
	asks n1p2 'include 1'
	asks n1p3 'exclude '
	asks n1p4 'include 3'
	asks n1p5 'exclude 3'
	round "$GROUP"
	hears n1p1 'device:2 mark:23 a:2' # nobody gets its own packets back
	hears n1p2 'device:1 a:1'
	hears n1p3 'device:123 a:123'
	hears n1p4 'device:3 a:3'
	hears n1p5 'device:12 a:12'
	ok "IPv$family: each its own"

	tell n1p3 a close
	tell n1p5 a MCAST_BLOCK_SOURCE "$GROUP" "${SOURCE[2]}"
	asks n1p3 ''
	asks n1p5 'exclude 23'
	round "$GROUP"
	hears n1p1 'device:2 mark:23 a:2'
	hears n1p2 'device:1 a:1'
	hears n1p3 'device:'
	hears n1p4 'device:3 a:3'
	hears n1p5 'device:1 a:1'
	ok "IPv$family: what one changes is nothing to the others"
done
