#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the demo sends, over an encrypted underlay: udpcast carries a file and iperf a stream from node to node
# through WireGuard. Both arrive whole, and nothing of the file can be read on the wire below.
# timeout: 120
# vm: yes, kernels that have the device
#   topology: lib-underlay.sh; u0 is WireGuard over eth0
. "$(dirname "${BASH_SOURCE[0]}")/lib-underlay.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-iperf.sh"

MEET=239.1.1.2 # where udp-sender and udp-receiver find one another
LINE=BPFCAST-PLAINTEXT-LINE
MEGABYTES=2

probe_udpcast() { has udp-sender; }

udpcast() { # POD sender|receiver OPTION ...
	start "udp-$2" "$1" "udp-$2" --nokbd --interface eth0 --portbase 9000 --ttl 8 --mcast-rdv-address $MEET \
		--start-timeout $((15 * SLOW)) "${@:3}"
}

ended() { ! kill -0 "${PIDS[udp-$1]}" 2>/dev/null; }

# As scripts/demo does it: no more at once than a socket's default receive buffer holds. To the group, though there
# is one receiver.
send_file() {
	head -c ${MEGABYTES}M < <(yes $LINE) >"$TMP/sent.file"
	udpcast n2p1 receiver --file "$TMP/got.file"
	wait_for 10 "is_member n2p1 $MEET"
	udpcast n1p1 sender --file "$TMP/sent.file" --mcast-data-address $G --blocksize 1200 --min-receivers 1 --nopointopoint \
		--rexmit-hello-interval 200 --max-bitrate 20m --half-duplex --default-slice-size 32 --max-slice-size 32
	wait_for 60 "ended sender && ended receiver" "the file: $(tail -c 300 "$TMP/udp-sender.err")"
	[[ $(sha256sum <"$TMP/got.file") == "$(sha256sum <"$TMP/sent.file")" ]] || fail "not the file that was sent"
}

# readable CAPTURE [FILTER]: how many frames have the file's line in them
readable() {
	frames "$@" | grep -c "$(printf %s $LINE | od -An -tx1 | tr -d ' \n')" || true
}

skip_unless wireguard
skip_unless iperf
skip_unless udpcast
underlay_up
wireguard_up
capture wire n2 eth0
capture inside n2 u0 -Q in udp
for n in 1 2; do
	mc n$n underlay add u0
	mc n$n vtep add 198.18.0.$((3 - n)) encap geneve
	for group in $G $MEET; do
		mc n$n group add "$group" vni "$VNI"
		mc n$n member add "$group" vni "$VNI" vtep 198.18.0.$((3 - n))
	done
done

send_file
ok "$MEGABYTES MB by udpcast, with the SHA-256 that was sent"
iperf_server n2p1 -B $G
wait_for 10 "is_member n2p1 $G"
iperf_client n1p1 -c $G
iperf_lost_none n2p1 10.244.1.1
ok "a stream by iperf, $(iperf_sent) datagrams, none lost"

((MEGABYTES * 800 < $(readable inside udp dst port 6081))) || fail "the file is not on u0" # so that it can be found
[[ $(readable wire) == 0 ]] || fail "the file can be read on the wire"
[[ $(captured wire udp port 51820) -ge 1700 ]] || fail "hardly anything on the wire: $(captured wire udp)"
holds wire 0 "ip and not udp port 51820"
ok "on the wire nothing but WireGuard, and nothing readable"
