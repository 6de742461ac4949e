#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is not ours passes as if we were not there: unicast within a node and between nodes, broadcast,
# groups that nobody configured, link-local groups, IPv6. The host's own applications get them.
#
#   n1p1 sends --- n1, applications ====== n2 --- n2p1
#   n1p2 ---------'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
join n1p2 239.1.1.1
capture n1p2 n1p2 eth0 udp
capture n2p1 n2p1 eth0 udp

unicast n1p1 10.244.1.2 5101 50
unicast n1p1 10.244.2.1 5102 50
unicast n1p1 fd00:244:2::1 5103 50
wait_for 5 '[[ $(captured n1p2 dst 10.244.1.2) == 50 ]]'
wait_for 5 '[[ $(captured n2p1 dst 10.244.2.1) == 50 && $(captured n2p1 ip6) == 50 ]]'
ok "unicast"

# From here on the host's sockets: what they get has passed the tc hook.
app() { # NAME GROUP PORT
	start "$1" n1 mcrecv -i p1 -g "$2" -p "$3" -c 10
	wait_for 5 "grep -qs ready '$TMP/$1.err'"
}
app unknown 239.7.7.7 5104
app mdns 224.0.0.251 5105
app ip6 ff05::1234 5106
app ours 239.1.1.1 5107
on n1p1 mcsend -i eth0 -g 239.7.7.7 -p 5104 -c 10 -r 1000 >/dev/null
on n1p1 mcsend -i eth0 -g 224.0.0.251 -p 5105 -c 10 -r 1000 >/dev/null
on n1p1 mcsend -i eth0 -g ff05::1234 -p 5106 -c 10 -r 1000 >/dev/null
on n1p1 mcsend -i eth0 -g 239.1.1.1 -p 5107 -c 10 -r 1000 >/dev/null
for name in unknown mdns ip6; do
	wait_for 5 "[[ -s '$TMP/$name.out' ]]" "ten datagrams for '$name'"
done
wait_for 5 '[[ $(captured n1p2 dst port 5107) == 10 ]]'
stop ours
jq -e '.packets == 0' "$TMP/ours.out" >/dev/null || fail "the host got a group that we carry"
ok "unknown groups, link-local groups and IPv6 reach the host; groups that we carry do not"

before=$(on n1 awk '/^IpExt:/ && n++ { print $6 }' /proc/net/netstat) # InBcastPkts
on n1p1 mcpacket eth0 --src 10.244.1.1 --dst 255.255.255.255 --dport 5108 --count 10
wait_for 5 "[[ \$(on n1 awk '/^IpExt:/ && n++ { print \$6 }' /proc/net/netstat) -ge $((before + 10)) ]]" "ten broadcasts for the host"
ok "broadcast"
