# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# iperf (2.1) over UDP: a server says in one line of CSV for each sender what it lost, out of how many.

probe_iperf() { has iperf; }

iperf_server() { # POD OPTION ...
	start "iperf-$1" "$1" iperf -s -u -l 1200 -w 4M -y C "${@:2}"
}

iperf_client() { # POD OPTION ...: one second
	on "$1" timeout $((10 * SLOW)) iperf -u -l 1200 -b 5m -t 1 -T 8 "${@:2}" >"$TMP/client.out" 2>&1 ||
		fail "iperf: $(cat "$TMP/client.out")"
}

iperf_sent() { # by the last client, without the last datagram, which says that it is the last
	echo $(($(sed -n 's/.*Sent \([0-9]*\) datagrams.*/\1/p' "$TMP/client.out" | tail -n 1) - 1))
}

# iperf_lost_none POD SOURCE: the server there got all that the last client sent, and nothing else
iperf_lost_none() {
	local got
	wait_for 10 "[[ -s '$TMP/iperf-$1.out' ]]" "the report of iperf in $1"
	got=$(awk -F, '{ print $2, $11 "/" $12 }' "$TMP/iperf-$1.out")
	[[ $got == "$2 0/$(iperf_sent)" ]] || fail "iperf in $1 lost: '$got', of $(iperf_sent) from $2"
}
