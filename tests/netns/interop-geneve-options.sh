#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's geneve device sends options with its packets, ours and others: we take them all, and what it tells apart as
# critical we do not. What we send to an underlay group, with our option, its device in collect-metadata mode takes.
#
#   n1p1, n1p2 --- n1, bpfcast ====== n2, t0: the kernel's geneve, external; a socket on it
#                                      '--- n2p1, whose packets tc gives a key and options, and sends out of t0
# vm: yes, kernels that have the device
. "$(dirname "${BASH_SOURCE[0]}")/lib-interop.sh"

U=ff04::e101:101
skip_unless geneve
skip_unless emulated

send_with() { # COUNT DESTINATION OPTIONS: COUNT datagrams by n2p1, all with these options
	on n2 tc filter del dev p1 ingress 2>"$TMP/tc" || true
	on n2 tc filter add dev p1 ingress protocol ip u32 match ip dst $GROUP/32 \
		action tunnel_key set src_ip "$(address "$FAMILY" 2)" dst_ip "$2" id $VNI dst_port 6081 ttl 64 nocsum geneve_opts "$3" \
		action mirred egress redirect dev t0
	on n2p1 mcsend -i eth0 -g $GROUP -p 5001 -q -c "$1" -r 1000 >/dev/null
	on n2p1 mcsend -i eth0 -g $GROUP -p $((9000 + ++SERIAL)) -c 1 >/dev/null
}

FAMILY=4 # of the outer headers
interop_up geneve 4
tunnel geneve 4 external udp6zerocsumrx
on n2p1 ethtool -K eth0 tx off >/dev/null
on n2 tc qdisc add dev p1 clsact
mc n1 vtep add 2001:db8::2 encap geneve
sent=0
for FAMILY in 4 6; do
	for options in 0129:01:00000000 0129:01:40000000 0129:01:80000000 0129:02:000005b4 0104:02:0102030405060708 \
		"0104:02:$(printf '%0240d' 0),0129:01:40000000,0129:02:000005b4"; do
		send_with 5 "$(address $FAMILY 1)" "$options"
		got n1p1 5
		got_nothing n1p2
		sent=$((sent + 6))
	done
	critical=$(reason n1 geneve_critical)
	send_with 5 "$(address $FAMILY 1)" 0104:81:00000000
	wait_for 10 "[[ \$(reason n1 geneve_critical) == $((critical + 6)) ]]" "six packets with a critical option"
	had n1p1 0
	ok "IPv$FAMILY: options of the kernel's geneve"
done
# without the critical ones, which went no further than XDP
dissect theirs $sent "geneve.options && geneve.vni == $VNI" \
	24 "geneve.option.class == 0x0104 && geneve.option.type == 2" 48 "geneve.option.class == 0x0129 && geneve.option.type == 1"

mc n1 group add 239.1.1.2 vni $VNI
mc n1 m2p add 239.1.1.2 vni $VNI underlay $U
mc n1 forward add $U via 2001:db8::2 mode both
on n2 ip addr add $U/128 dev eth0 autojoin
start app n2 mcrecv -i t0 -g 239.1.1.2 -p 5001 -q
wait_for 10 "grep -qs ready '$TMP/app.err'"
capture t0 n2 t0 -Q in udp
deliver n1p1 239.1.1.2 $COUNT -q
got t0 $COUNT
stop app
took app $COUNT
dissect ours $((COUNT + 1)) "geneve.option.class == 0x0129 && geneve.option.type == 1 && geneve.option.length == 8" \
	$((COUNT + 1)) "ipv6.dst == $U && ipv6.hlim == 255 && geneve.vni == 77" \
	$((COUNT + 1)) "geneve.options contains 01:29:01:01:80:00:00:00"
ok "our option, to the kernel's geneve"
