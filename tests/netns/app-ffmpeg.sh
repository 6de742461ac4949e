#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ffmpeg streams MPEG-TS to a group: what it records in pods on the same node and on others decodes
# without an error, to the frames that were sent. IPv4, IPv6, and with a source.
# timeout: 120
# vm: no, applications stay out of the machine
#
#   n1p1 sender, n1p2 --- n1 ===== n2 --- n2p1, n2p2
#                          '------ n3 --- n3p1, n3p2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

FRAMES=75 # three seconds, of the four that are sent

probe_ffmpeg() { has ffmpeg; }

ffmpeg=(ffmpeg -nostdin -loglevel error -y)

# record POD GROUP [OPTION]: from the group's first frame on, and ends after FRAMES of them
record() {
	local host=$2
	[[ $2 != *:* ]] || host="[$2]"
	start "record-$1" "$1" "${ffmpeg[@]}" -analyzeduration 500000 -i "udp://$host:5004?buffer_size=4000000${3:+&$3}" \
		-c copy -frames:v $FRAMES -f mpegts "$TMP/$1.ts"
	wait_for 10 "is_member $1 $2"
}

frames_of() { # FILE: a checksum of each of the first FRAMES, as they are decoded
	"${ffmpeg[@]}" -i "$1" -frames:v $FRAMES -f framemd5 - 2>"$TMP/decode.err"
}

recorded() { # POD
	wait_for 40 "! kill -0 ${PIDS[record-$1]} 2>/dev/null" "$FRAMES frames at $1"
	frames_of "$TMP/$1.ts" | grep -v '^#' | cut -d , -f 5- >"$TMP/$1.frames"
	[[ ! -s $TMP/decode.err ]] || fail "$1's file: $(cat "$TMP/decode.err")"
	[[ ! -s $TMP/record-$1.err ]] || fail "ffmpeg in $1: $(cat "$TMP/record-$1.err")"
	cmp "$TMP/sent.frames" "$TMP/$1.frames" || fail "the frames at $1 are not those that were sent"
}

skip_unless ffmpeg
"${ffmpeg[@]}" -f lavfi -i testsrc=size=320x240:rate=25:duration=4 -c:v mpeg2video "$TMP/sent.ts"
frames_of "$TMP/sent.ts" | grep -v '^#' | cut -d , -f 5- >"$TMP/sent.frames"
[[ $(wc -l <"$TMP/sent.frames") == "$FRAMES" ]] || fail "ffmpeg made $(wc -l <"$TMP/sent.frames") frames"

lab_up --nodes 3 --pods 2
lab group 239.5.5.77
lab group ff1e::77
record n1p2 239.5.5.77
record n2p1 239.5.5.77
record n3p1 239.5.5.77 sources=10.244.1.1
record n2p2 ff1e::77
record n3p2 ff1e::77
for host in 239.5.5.77 '[ff1e::77]'; do
	start "send-$host" n1p1 "${ffmpeg[@]}" -re -i "$TMP/sent.ts" -c copy -f mpegts \
		"udp://$host:5004?pkt_size=1316&ttl=8"
done
for pod in n1p2 n2p1 n3p1; do recorded $pod; done
ok "IPv4, any source and one"
for pod in n2p2 n3p2; do recorded $pod; done
ok "IPv6"
