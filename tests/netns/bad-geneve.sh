#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A Geneve header that lies or that we must not take: its version, control frames, options that run past its end
# or past the frame, critical ones nobody knows, ours of a wrong length, the reserved mode. Each is dropped under its
# own reason; options that are only unknown are skipped.
#
#   n1p1 member --- n1 ===== u (the switch: sends as if it were n2)
# vm: no, of the overlay only the forms that interoperate are tried there
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib-forms.sh"

lab_up --nodes 2 --pods 1
lab group 239.1.1.1
join n1p1 239.1.1.1
capture n1p1 n1p1 eth0 -Q in udp

packet() { wrapped "$form" n2 n1 "$@"; }

good() {
	packet "$@"
	packet --sport $((9000 + ++SERIAL)) --dport 9
	got n1p1 1
}

long=$(printf '0104020e%0112d' 0) # 60 bytes, of a class that we do not know
for xdp in native off; do
	mc n1 group flush
	for form in geneve4 geneve6; do
		mc n1 vtep del "$(address "$form" n2)" 2>"$TMP/del" || true
	done
	mc n1 vtep del 192.0.2.2 2>"$TMP/del" || true
	mc n1 underlay del eth0
	mc n1 underlay add eth0 xdp $xdp
	mc n1 group add 239.1.1.1 vni "$VNI"
	for form in geneve4 geneve6; do
		mc n1 vtep add "$(address "$form" n2)" encap geneve
		good --geneve-head 0x00006558
		good --geneve-head 0x003f6558 # reserved bits
		good --geneve-options 01290000                 # External
		good --geneve-options 0129010100000000         # Multicast: External
		good --geneve-options 0129010140000000         # Underlay
		good --geneve-options 0129010180000000         # Both
		good --geneve-options 01290101bfffffff         # bits that we do not know
		good --geneve-options 01290201000005b4         # MSS
		good --geneve-options "${long}01290101400000000129000001290201000005b4"
		good --geneve-options "$long$long$long$long"   # 240 bytes
		ok "$form, xdp $xdp: options known and unknown"

		counts n1 geneve_version 1 packet --geneve-head 0x40006558
		counts n1 geneve_control 1 packet --geneve-head 0x00806558
		counts n1 geneve_critical 1 packet --geneve-options 0104820100000000 --geneve-head 0x02406558
		counts n1 geneve_critical 1 packet --geneve-options 0129830100000000 --geneve-head 0x02406558
		counts n1 geneve_options 1 packet --geneve-options 0104020300000000 # past the end of the options
		counts n1 malformed 1 packet --geneve-head 0x3f006558               # past the end of the frame
		counts n1 geneve_options 1 packet --geneve-options 01290100         # Multicast without its body
		counts n1 geneve_options 1 packet --geneve-options 012901024000000000000000
		counts n1 geneve_options 1 packet --geneve-options 0129000100000000 # External with one
		counts n1 geneve_options 1 packet --geneve-options 01290200
		counts n1 reserved_mode 1 packet --geneve-options 01290101c0000000
		ok "$form, xdp $xdp: each fault under its reason"
		mc n1 vtep del "$(address "$form" n2)"
	done
	holds n1p1 $((SERIAL * 2))
done
