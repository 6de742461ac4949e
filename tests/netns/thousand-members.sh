#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A group with 1024 local members: each of them gets each datagram, once, as its device counts.
# vm: no, a thousand devices take minutes under emulation
# timeout: 240
#
#   n1p1 sender --- n1 === m1 .. m1024 === n1p2, which holds the other ends
#
# The veths have a queue of their own (GRO on there, TSO off here). Without it all 1024 copies of one
# packet go through one CPU's backlog, and net.core.netdev_max_backlog (1000) loses two dozen.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

MEMBERS=1024
lab_up --nodes 1 --pods 2
lab group 239.1.1.1 --size $MEMBERS
on n1 sysctl -qw net.ipv6.conf.default.disable_ipv6=1
on n1p2 sysctl -qw net.ipv6.conf.default.disable_ipv6=1
for ((i = 1; i <= MEMBERS; i++)); do
	echo "link add m$i up type veth peer name m$i netns $LAB-n1p2"
done | on n1 ip -batch -
for ((i = 1; i <= MEMBERS; i++)); do echo "link set m$i up"; done | on n1p2 ip -batch -
for ((i = 1; i <= MEMBERS; i++)); do echo "port add m$i vni $VNI"; done | mc n1 batch -
on n1 bash -c "for ((i = 1; i <= $MEMBERS; i++)); do ethtool -K m\$i tso off || exit; done"
on n1p2 bash -c "for ((i = 1; i <= $MEMBERS; i++)); do
	ethtool -K m\$i gro on && mcpacket m\$i --igmp v2 --src 10.9.9.9 || exit
done"
wait_for 10 "[[ \$(members n1 | grep -c ' m[0-9]* active') == $MEMBERS ]]"
ok "$MEMBERS members by their own reports"

received() { # -> how many members have got how many packets: "COUNT PACKETS" lines
	on n1p2 awk '/^ *m[0-9]+:/ { sub(":", " "); print $3 }' /proc/net/dev | sort -n | uniq -c | awk '{ print $1, $2 }'
}

# A thousand new devices have a word or two from the kernel itself.
capture sender n1p1 eth0 -Q in udp
quiet() { [[ $(received) == "$MEMBERS 0" ]]; }
quiet || fail "members get packets before anything is sent: $(received)"
on n1p1 mcsend -i eth0 -g 239.1.1.1 -c 50 -r 100 >/dev/null
wait_for 20 '[[ $(received) == "$MEMBERS 50" ]]' "50 packets for each of $MEMBERS, not: $(received | head -5)"
end_mark n1p1 239.1.1.1
wait_for 5 '[[ $(received) == "$MEMBERS 51" ]]'
holds sender 0
ok "50 packets each"
