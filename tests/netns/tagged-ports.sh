#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A port that was added with a VLAN tag hears only what has that tag, and each copy to it has it, be it a
# clone or the packet itself; the copies to others have theirs, or none.
# vm: yes, older verifiers drop branches on what they take for constant
#
#   n1p1 sender --- n1 ====== n2 --- n2p1 member, tag 7
#   n1p2 tag 5 -----'|
#   n1p3 tag 6 ------|
#   n1p4 no tag -----'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 4
lab group 239.1.1.1
tag() { # POD TAG
	on "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 # what its kernel says has no tag
	mc "${1%p*}" port del "p${1#*p}"
	mc "${1%p*}" port add "p${1#*p}" vni "$VNI" vlan "$2"
}
tag n1p2 5
tag n1p3 6
tag n2p1 7
for pod in n1p2 n1p3 n1p4 n2p1; do capture $pod $pod eth0 -Q in; done

igmp() { on "$1" mcpacket eth0 --src "$(pod_ip "$1")" --igmp "$2" "${@:3}"; }

counts n1 vlan 1 igmp n1p2 v2
counts n1 vlan 1 igmp n1p2 v2 --vlan 6
is_member n1p2 239.1.1.1 && fail "a report without the port's tag was believed"
counts n1 report 1 igmp n1p2 v2 --vlan 5
counts n1 report 1 igmp n1p3 v2 --vlan 6
counts n1 report 1 igmp n1p4 v2
counts n2 report 1 igmp n2p1 v2 --vlan 7
ok "reports with the tag of the port alone"

# expect POD COUNT 'vlan N'|ip: so many copies since the start with that tag, or none, and no other frame
expect() {
	holds "$1" "$2" "$3" and udp dst port 5001
	holds "$1" "$2"
}
send() { on "$1" mcpacket eth0 --src "$(pod_ip "$1")" --dst 239.1.1.1 --dport 5001 --size 40 "${@:2}"; }

counts n1 forwarded 3 send n1p1 --count 3
expect n1p2 3 'vlan 5'
expect n1p3 3 'vlan 6'
expect n1p4 3 ip
expect n2p1 3 'vlan 7'
ok "clones to tagged ports, the packet itself to one without"

counts n1 report 1 igmp n1p4 leave # so n1p3 is the last
mc n1 member del 239.1.1.1 vni "$VNI" vtep 192.0.2.2
counts n1 forwarded 3 send n1p1 --count 3
expect n1p2 6 'vlan 5'
expect n1p3 6 'vlan 6'
expect n1p4 3 ip
expect n2p1 3 'vlan 7'
ok "the packet itself to a tagged port"

mc n1 member add 239.1.1.1 vni "$VNI" vtep 192.0.2.2
counts n1 vlan 1 send n1p2
counts n1 vlan 1 send n1p2 --vlan 6
counts n1 forwarded 3 send n1p2 --vlan 5 --count 3
expect n1p2 6 'vlan 5'
expect n1p3 9 'vlan 6'
expect n1p4 3 ip
expect n2p1 6 'vlan 7'
ok "data from a tagged port: without its tag to the other node, with theirs to the others"
