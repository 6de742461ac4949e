#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# m2p, forward, filters of VTEPs and IPv6 underlays with wrong input: one sentence on stderr, nothing on stdout,
# exit 1 (refused) or 2 (usage), and nothing changed.
# vm: no, what the CLI says does not depend on the kernel
# timeout: 120
#
#   n1p1 --- n1, u4 (IPv4 only), u6 (IPv6 only), t0 (no link layer) ====== n2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-input.sh"

lab_up --nodes 2 --pods 1 --underlay 6
lab group 239.1.1.1
mc n1 group add 239.1.1.2 vni "$VNI"
for dev in u4 u6; do
	on n1 ip link add $dev up type veth peer name ${dev}p
done
on n1 ip link set u6p up
on n1 ip tuntap add t0 mode tun
on n1 ip link set t0 up
on n1 ip addr add 203.0.113.1/24 dev u4
on n1 ip addr add 2001:db8:6::1/64 dev u6 nodad
on n1 ip addr add 2001:db8:7::1/64 dev t0 nodad
mc n1 underlay add u4
mc n1 underlay add u6
mc n1 m2p add 239.1.1.1 vni "$VNI" underlay ff04::1
mc n1 forward add ff04::1 via 2001:db8::2 mode both
before=$(state)

wrong 2 "one address of each family" underlay add t0 addr 2001:db8:7::1,2001:db8:7::2
wrong 1 "no address of 't0'" underlay add t0 addr 2001:db8:7::2
wrong 1 "no link layer" underlay add t0 xdp native
wrong 2 "no replicate" underlay add t0 replicate maybe
wrong 1 "next hops|VTEPs" underlay del eth0
wrong 1 "fleet" load fleet-vni 78
unchanged "underlay, load"

for address in :: ::1 ff02::1 fe80::1; do
	wrong 2 "cannot be the address of a node" vtep add $address
done
wrong 1 "our own address" vtep add 2001:db8::1
wrong 1 "no IPv4 address" vtep add 203.0.113.9 dev u6
wrong 1 "no IPv6 address|no route|unreachable" vtep add 2001:db8:6::9 dev u4
wrong 1 "not of the address family" vtep add 2001:db8::9 src 192.0.2.1
wrong 1 "not an address of this host" vtep add 2001:db8::9 src 2001:db8::8
wrong 2 "no encap" vtep add 2001:db8::9 encap gre
unchanged "vtep"

for scope in ff00:reserved ff01:interface-local ff02:link-local ff03:realm-local ff05:site-local ff06:unassigned \
	ff07:unassigned ff08:organization-local ff09:unassigned ff0a:unassigned ff0b:unassigned ff0c:unassigned \
	ff0d:unassigned ff0e:global ff0f:reserved "ff14:flags 0x1" "ff34:flags 0x3" "2001:no IPv6 multicast"; do
	wrong 1 "${scope#*:}.*admin-local" m2p add 239.1.1.2 vni 77 underlay "${scope%%:*}::1"
	wrong 1 "${scope#*:}.*admin-local" forward add "${scope%%:*}::1" via 2001:db8::2 mode both
done
wrong 1 "no IPv6 multicast" m2p add 239.1.1.2 vni 77 underlay 239.1.1.1
unchanged "scopes"

wrong 2 "underlay is missing" m2p add 239.1.1.2 vni 77
wrong 2 "vni is missing" m2p add 239.1.1.2 underlay ff04::2
wrong 2 "not a multicast address" m2p add 10.1.1.1 vni 77 underlay ff04::2
wrong 1 "link-local" m2p add 224.0.0.251 vni 77 underlay ff04::2
wrong 2 "out of range" m2p add 239.1.1.2 vni 16777216 underlay ff04::2
wrong 1 "mapped to ff04::1 already" m2p add 239.1.1.1 vni 77 underlay ff04::2
wrong 1 "of VNI 77 is mapped" m2p add 239.1.1.1 vni 78 underlay ff04::1
wrong 1 "of VNI 77 is mapped" m2p replace 239.1.1.1 vni 78 underlay ff04::1
wrong 1 "no underlay" m2p add 239.1.1.2 vni 77 underlay ff04::2 dev t0
wrong 1 "no IPv6 address" m2p add 239.1.1.2 vni 77 underlay ff04::2 dev u4
wrong 2 "goes with dev" m2p add 239.1.1.2 vni 77 underlay ff04::2 encap vxlan
wrong 1 "not mapped" m2p del 239.1.1.2 vni 77
wrong 1 "not mapped" m2p del 239.1.1.1 vni 78
unchanged "m2p"

wrong 1 "multicast address" forward add ff04::2 via ff04::3 mode both
wrong 1 "IPv4" forward add ff04::2 via 192.0.2.2 mode both
wrong 1 "no global unicast" forward add ff04::2 via :: mode both
wrong 1 "no global unicast" forward add ff04::2 via ::1 mode both
wrong 1 "no global unicast" forward add ff04::2 via fe80::1 mode both
wrong 1 "our own" forward add ff04::2 via 2001:db8::1 mode both
wrong 1 "no route|unreachable" forward add ff04::2 via 2001:db8:99::1 mode both
wrong 1 "no underlay" forward add ff04::2 via 2001:db8:7::9 mode both
wrong 1 "reserved" forward add ff04::2 via 2001:db8::2 mode reserved
wrong 2 "no mode 'all'" forward add ff04::2 via 2001:db8::2 mode all
wrong 2 "mode is missing" forward add ff04::2 via 2001:db8::2
wrong 2 "via is missing" forward add ff04::2 mode both
wrong 1 "fleet's VNI, 77" forward add ff04::2 via 2001:db8::2 mode both vni 78
wrong 1 "first hop" forward add ff04::2 choose one
wrong 2 "either include or exclude" forward add ff04::2 via 2001:db8::2 mode both include 10.0.0.1 exclude 10.0.0.2
wrong 1 "next hop of ff04::1 already" forward add ff04::1 via 2001:db8::2 mode both
wrong 1 "entry of ff04::1 already" forward add ff04::1
wrong 1 "no next hop" forward del ff04::1 via 2001:db8::3
wrong 1 "no forwarding entry" forward del ff04::2
unchanged "forward"

for source in 239.1.1.1 0.0.0.0 127.0.0.1 255.255.255.255 169.254.1.1 ff02::1 :: ::1 fe80::1; do
	wrong 1 "cannot be a source" forward replace ff04::1 via 2001:db8::2 mode both exclude "$source"
	[[ $source == *:* ]] && continue
	wrong 1 "cannot be a source" member add 239.1.1.1 vni 77 vtep 2001:db8::2 include "$source"
	wrong 1 "cannot be a source" member replace 239.1.1.1 vni 77 vtep 2001:db8::2 include 10.0.0.1,"$source"
	wrong 1 "cannot be a source" member add 239.1.1.1 vni 77 port p1 exclude "$source"
done
wrong 1 "address family" member add 239.1.1.1 vni 77 vtep 2001:db8::2 include 2001:db8::99
wrong 1 "named twice" member add 239.1.1.1 vni 77 vtep 2001:db8::2 include 10.0.0.1,10.0.0.1
wrong 1 "already" member add 239.1.1.1 vni 77 vtep 2001:db8::2
wrong 1 "wants nothing" member add 239.1.1.1 vni 77 port p1 include none
wrong 1 "no underlay group" member add 239.1.1.2 vni 77 port p1
unchanged "sources, members"

# The twin of these: the same words with right values do change something.
mc n1 underlay add t0 addr 2001:db8:7::1 xdp off replicate on
mc n1 vtep add 2001:db8::9 encap geneve src 2001:db8::1 dev eth0
mc n1 m2p add 239.1.1.2 vni 77 underlay ff04::2 dev u6 encap vxlan
mc n1 m2p replace 239.1.1.2 vni 77 underlay ff04::1
mc n1 forward add ff04::2
mc n1 forward replace ff04::1 via 2001:db8::2 mode external vni 77 include 10.0.0.1,2001:db8::99 choose one
mc n1 member add 239.1.1.1 vni 77 vtep 2001:db8::2 include 10.0.0.1
mc n1 member add 239.1.1.1 vni 77 vtep 2001:db8::2 include none
mc n1 member add 239.1.1.2 vni 77 port p1 exclude 10.0.0.1
[[ $(state) != "$before" ]] || fail "state() sees nothing"
ok "right values"
