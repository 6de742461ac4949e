# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of our tunnels beside the kernel's share:
#
#   n1p1 member, sender --- n1, bpfcast ====== n2, no bpfcast: t0, the kernel's device; a socket on it
#   n1p2 no member --------'
#
# Checksums are made in software everywhere, so that tshark finds right ones on every wire.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

GROUP=239.1.1.1
COUNT=$((SLOW < 2 ? 50 : 20))
declare -A PORT=([vxlan]=4789 [geneve]=6081) TO=([4]=192.0.2 [6]=2001:db8:)
address() { echo "${TO[$1]}${2:+$([[ $1 == 4 ]] && echo "." || echo ":")$2}"; } # FAMILY NODE

interop_up() { # KIND FAMILY
	local n
	lab_up --nodes 2 --pods 2 --no-bpfcast
	mc n1 load >/dev/null
	mc n1 batch - >/dev/null <<-END
		underlay add eth0
		port add p1 vni $VNI
		port add p2 vni $VNI
		vtep add $(address "$2" 2) encap $1
		group add $GROUP vni $VNI
		member add $GROUP vni $VNI vtep $(address "$2" 2)
	END
	on n1p1 ethtool -K eth0 tx off >/dev/null
	for n in n1 n2; do on $n ethtool -K eth0 tx off >/dev/null; done
	join n1p1 $GROUP -p 5001 -q
	capture n1p1 n1p1 eth0 -Q in udp
	capture n1p2 n1p2 eth0 udp
	capture theirs n1 eth0 -Q in udp dst port "${PORT[$1]}"
	capture ours n2 eth0 -Q in udp dst port "${PORT[$1]}"
}

# tunnel KIND FAMILY fixed|external [OPTION ...]: the device of n2, which sends the group to n1
tunnel() {
	local -a where=(id "$VNI" remote "$(address "$2" 1)")
	[[ $3 == fixed ]] || where=(external)
	[[ $1 == geneve ]] || where+=(dstport "${PORT[vxlan]}")
	[[ $1$3 != vxlanfixed ]] || where+=(local "$(address "$2" 2)")
	on n2 ip link add t0 mtu 1450 type "$1" "${where[@]}" "${@:4}"
	on n2 sysctl -qw net.ipv6.conf.t0.disable_ipv6=1 # or the kernel's own MLD reports go into the tunnel
	on n2 ethtool -K t0 tx off >/dev/null
	on n2 ip link set t0 up
	on n2 ip addr add 10.77.0.2/24 dev t0
	[[ $3 == fixed ]] || # by the key of the route
		if [[ $2 == 4 ]]; then
			on n2 ip route add $GROUP/32 dev t0 encap ip id "$VNI" dst "$(address 4 1)" ttl 64
		else
			on n2 ip route add $GROUP/32 dev t0 encap ip6 id "$VNI" dst "$(address 6 1)" hoplimit 64
		fi
}

# both_ways WORDS...: COUNT datagrams and an end mark each way
both_ways() {
	on n2 mcsend -i t0 -g $GROUP -p 5001 -q -c $COUNT -s 1400 -r 2000 >/dev/null
	on n2 mcsend -i t0 -g $GROUP -p $((9000 + ++SERIAL)) -c 1 >/dev/null
	got n1p1 $COUNT
	got_nothing n1p2
	ok "$*: $COUNT datagrams from the kernel"

	start app n2 mcrecv -i t0 -g $GROUP -p 5001 -q
	wait_for 10 "grep -qs ready '$TMP/app.err'"
	capture t0 n2 t0 -Q in udp
	SEEN[t0]=0
	deliver n1p1 $GROUP $COUNT -q -s 1400
	got t0 $COUNT
	stop t0
	stop app
	took app $COUNT
	on n2 ip link del t0
	ok "$*: $COUNT datagrams to the kernel"
}

# interop_end KIND FAMILY TIMES: what was on the wire, ours field by field
interop_end() {
	local ours=$(($3 * (COUNT + 1))) outer tunnel
	outer="ip.src#1 == 192.0.2.1 && ip.dst#1 == 192.0.2.2 && ip.ttl#1 == 64 && ip.flags.df#1 == 1"
	[[ $2 == 4 ]] || outer="ipv6.src == 2001:db8::1 && ipv6.dst == 2001:db8::2 && ipv6.hlim == 64 && ipv6.flow != 0"
	tunnel="vxlan[0:4] == 08:00:00:00 && vxlan.vni == $VNI && vxlan[7] == 0"
	[[ $1 == vxlan ]] || tunnel="geneve.version == 0 && geneve.flags == 0 && geneve.proto_type == 0x6558 && geneve.vni == $VNI && !geneve.options"
	stop join-n1p1-$GROUP
	took join-n1p1-$GROUP $(($3 * COUNT))
	dissect theirs $(($3 * COUNT)) "$1.vni == $VNI && udp.dstport == 5001"
	dissect ours $ours "$outer" $ours "$tunnel" \
		$ours "udp.srcport#1 >= 49152 && udp.checksum#1 == 0 && udp.dstport#1 == ${PORT[$1]}" \
		$ours "eth.dst#2 == 01:00:5e:01:01:01 && eth.src#2 == 02:00:0a:f4:01:01 && ip.dst == $GROUP"
}
