#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# monitor prints joins, leaves, waiting joins and drops with their reasons as they happen.
#
#   n1p1 --- n1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 1 --pods 2
lab group 239.1.1.1
start monitor n1 "$BUILD/bpfcast" -n "$LAB-n1" -j monitor

seen() { # JQ CONDITION
	wait_for 5 "jq -es 'any(.[]; $1)' '$TMP/monitor.out' >/dev/null" "an event with $1"
}

# The reader may not be there yet: both are said again until they are heard.
again() {
	on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp v2 --group 239.1.1.1
	on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp leave --group 239.1.1.1
}
wait_for 10 "again; grep -q '\"leave\"' '$TMP/monitor.out'"
where=".group == \"239.1.1.1\" and .vni == $VNI and .port == \"p1\""
seen ".event == \"join\" and $where"
seen ".event == \"leave\" and $where"
on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp v2 --group 239.9.9.9
seen '.event == "join" and .reason == "report_pending" and .group == "239.9.9.9"'
on n1p1 mcpacket eth0 --src 10.244.1.1 --igmp v2 --ttl 9
seen '.event == "drop" and .reason == "igmp_ttl"'
on n1p1 mcpacket eth0 --src 10.244.1.1 --dst 239.1.1.1 --proto 6
seen '.event == "drop" and .reason == "tcp"'
kill -0 "${PIDS[monitor]}" || fail "monitor ended"
stop monitor INT
ok "all kinds"
