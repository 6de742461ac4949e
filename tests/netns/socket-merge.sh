#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Several sockets on one host: its kernel merges what they want (RFC 9776 section 3.2), the network
# delivers what at least one of them wants, and each gets its own.
# timeout: 120
#
#   n1p1 sender, n1p2 --- n1 ===== n2 --- n2p1 sender
#                          '------ n3 --- n3p1 sender
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-sockets.sh"

lab_up --nodes 3 --pods 2
for family in 4 6; do
	use_family $family
	receivers n1p2
	say() { tell n1p2 "$1" "MCAST_$2" "$GROUP" "${@:3}"; }

	say a JOIN_SOURCE_GROUP "${SOURCE[1]}"
	say b JOIN_SOURCE_GROUP "${SOURCE[3]}"
	asks n1p2 'include 13'
	round "$GROUP"
	hears n1p2 'device:13 a:1 b:3'
	ok "IPv$family: two that include, another source each"

	# What c blocks and another wants is not blocked: {1,2} without {1,3}.
	say c JOIN_GROUP
	say c BLOCK_SOURCE "${SOURCE[1]}"
	say c BLOCK_SOURCE "${SOURCE[2]}"
	asks n1p2 'exclude 2'
	round "$GROUP"
	hears n1p2 'device:13 a:1 b:3 c:3'
	ok "IPv$family: one that excludes what another includes"

	# Blocked is what both block: the intersection of {1,2} and {2,3}.
	say d JOIN_GROUP
	say d BLOCK_SOURCE "${SOURCE[2]}"
	say d BLOCK_SOURCE "${SOURCE[3]}"
	asks n1p2 'exclude 2'
	round "$GROUP"
	hears n1p2 'device:13 a:1 b:3 c:3 d:1'
	say d UNBLOCK_SOURCE "${SOURCE[2]}"
	asks n1p2 'exclude '
	round "$GROUP"
	hears n1p2 'device:123 a:1 b:3 c:3 d:12'
	ok "IPv$family: two that exclude"

	tell n1p2 a close
	say d LEAVE_GROUP
	asks n1p2 'exclude 12'
	round "$GROUP"
	hears n1p2 'device:3 b:3 c:3 d:'
	say c LEAVE_GROUP
	asks n1p2 'include 3'
	round "$GROUP"
	hears n1p2 'device:3 b:3 c: d:'
	ok "IPv$family: those that are left"

	say b LEAVE_SOURCE_GROUP "${SOURCE[3]}"
	asks n1p2 ''
	round "$GROUP"
	hears n1p2 'device: b: c: d:'
	ok "IPv$family: none is left"
done
