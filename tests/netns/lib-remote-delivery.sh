# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A frame reaches a member on another node bit for bit, in VXLAN as RFC 7348 has it or in Geneve as
# RFC 8926 has it, over IPv4 or IPv6: a test a form.
#
#   n1p1 --- n1 ==192.0.2.0/24, 2001:db8::/64== n2 --- n2p1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# remote_delivery vxlan|geneve 4|6
remote_delivery() {
	local encap=$1 family=$2 outer=50 room=1450 port=4789
	[[ $family == 4 ]] || outer=70 room=1430
	[[ $encap == vxlan ]] || port=6081
	lab_up --nodes 2 --pods 1 --encap "$encap" --underlay "$family"
	for n in 1 2; do # what fits the underlay
		on n$n ip link set p1 mtu $room
		on n${n}p1 ip link set eth0 mtu $room
	done
	lab group 239.129.2.3
	join n2p1 239.129.2.3
	capture tx n1p1 eth0 -Q out ip dst 239.129.2.3
	capture wire n2 eth0 -Q in udp dst port $port
	capture rx n2p1 eth0 -Q in ip dst 239.129.2.3
	same_frames "$outer" "$room"
	outer_headers "$encap" "$family"
	same_datagrams
}

# Every length that an odd byte could spoil, TTL 1 and 255, a marked flow, a fragment, not UDP.
same_frames() { # OUTER ROOM
	local src=(--src 10.244.1.1 --dst 239.129.2.3) frame outer inner
	on n1p1 mcpacket eth0 "${src[@]}" --ttl 1 --payload x
	on n1p1 mcpacket eth0 "${src[@]}" --ttl 255 --size 101 --id 4660
	on n1p1 mcpacket eth0 "${src[@]}" --tos 0xb9 --size 1400
	on n1p1 mcpacket eth0 "${src[@]}" --size $(($2 - 28))
	on n1p1 mcpacket eth0 "${src[@]}" --fragment 0x2000 --size 800
	on n1p1 mcpacket eth0 "${src[@]}" --fragment 0x0064 --size 77
	on n1p1 mcpacket eth0 "${src[@]}" --proto 47 --size 60
	for name in tx wire rx; do holds $name 7; done
	diff <(frames tx) <(frames rx) || fail "frames differ: sent <, received >"
	while read -r frame; do
		[[ ${frame:0:12} == 01005e010203 ]] || fail "destination MAC ${frame:0:12}"
		[[ ${frame:12:12} == 02000af40101 ]] || fail "source MAC ${frame:12:12}"
	done < <(frames rx)
	paste -d ' ' <(frames wire) <(frames rx) | while read -r outer inner; do
		[[ ${outer:$1 * 2} == "$inner" ]] || fail "the inner frame is not what came out"
	done
	ok "seven frames are the same at both ends"
}

outer_headers() { # ENCAP FAMILY
	local udp=udp[ at=0
	holds wire 7 "ether dst 02:00:c0:00:02:02 and ether src 02:00:c0:00:02:01"
	if [[ $2 == 4 ]]; then
		holds wire 7 "src 192.0.2.1 and dst 192.0.2.2 and ip[8] == 64 and ip[6] == 0x40 and ip[7] == 0" # TTL, DF
		holds wire 1 "ip[1] == 0xb9" # DSCP and ECN of the inner packet
		tcpdump -Z root -nvvr "$TMP/wire.pcap" 2>/dev/null | grep 'bad cksum' && fail "a wrong outer IP checksum"
	else
		udp=ip6[ at=40 # udp[] is of IPv4
		holds wire 7 "src 2001:db8::1 and dst 2001:db8::2 and ip6[7] == 64 and ip6[6] == 17"
		holds wire 1 "ip6[0:2] & 0xff0 == 0xb90"
		holds wire 7 "ip6[4:2] == ip6[44:2]" # payload length, UDP length
	fi
	holds wire 7 "$udp$at:2] >= 49152 and $udp$((at + 6)):2] == 0"
	holds wire 7 "$udp$((at + 8)):4] == $([[ $1 == vxlan ]] && echo 0x08000000 || echo 0x00006558)"
	holds wire 7 "$udp$((at + 12)):4] == 0x4d00" # VNI 77
	ok "the outer headers are right"
}

# Real datagrams, bigger than the MTU too: the receiving kernel checks and reassembles them.
same_datagrams() {
	start check n2p1 mcrecv -g 239.129.2.3 -i eth0 -p 5002 -q -c 200
	wait_for 5 "grep -qs ready '$TMP/check.err'"
	on n1p1 mcsend -g 239.129.2.3 -i eth0 -p 5002 -q -c 100 -r 2000 -s 100 >/dev/null
	wait_for 10 '[[ $(captured rx udp dst port 5002) -ge 100 ]]'
	stop check
	jq -e '.packets == 100 and .lost == 0 and .duplicated == 0 and .corrupt == 0' "$TMP/check.out" ||
		fail "what the application got"
	start big n2p1 mcrecv -g 239.129.2.3 -i eth0 -p 5003 -q -c 10
	wait_for 5 "grep -qs ready '$TMP/big.err'"
	on n1p1 mcsend -g 239.129.2.3 -i eth0 -p 5003 -q -c 10 -r 100 -s 4000 >/dev/null
	wait_for 10 "[[ -s '$TMP/big.out' ]]" "ten datagrams of 4000 bytes"
	jq -e '.packets == 10 and .corrupt == 0' "$TMP/big.out" || fail "big datagrams"
	on n2p1 awk '$1 == "Udp:" && n++ { exit $6 != 0 }' /proc/net/snmp || fail "UDP checksum errors"
	ok "an application gets what an application sent"
}
