# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Underlay multicast: overlay groups that are mapped to an underlay group, in a VNI that is not the
# fleet's. With forwarding, each pair of nodes has a wire of its own, so that a copy by one next hop
# reaches one node.
#
#   n1p1 sender, n1p2 --- n1 ==eth0== n2 --- n2p1, n2p2         ==e12== and ==e13==: cable
#                            ==eth0== n3 --- n3p1, n3p2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

VNI=1024
FLEET=77
# shellcheck disable=SC2034 # for the tests
G=239.1.1.1 G6=ff15::1:1
U=ff04::e101:101 UMAC=33:33:e1:01:01:01

m2p_up() { # NODES [GROUP]...: the groups on all nodes, which know one another
	local n m group
	lab_up --nodes "$1" --pods 2 --xdp off # or what nobody there wants is gone before a capture has it
	for ((n = 1; n <= $1; n++)); do
		{
			for ((m = 1; m <= $1; m++)); do
				((m == n)) || echo "vtep add 2001:db8::$m encap geneve"
			done
			for group in "${@:2}"; do echo "group add $group vni $VNI"; done
		} | mc n$n batch - >/dev/null
	done
}

# cable n1 n2: a wire of its own, device e12 at both ends with 198.18.12.N and 2001:db8:12::N, an underlay of both
cable() {
	local k=${1#n}${2#n} n
	wire "$1" "$2"
	for n in "$1" "$2"; do mc "$n" underlay add "e$k" xdp off; done # see m2p_up
}

wire() { # n1 n2: no underlay yet
	local k=${1#n}${2#n} n
	on "$1" ip link add "e$k" address "02:00:c6:$k:00:0${1#n}" type veth \
		peer name "e$k" address "02:00:c6:$k:00:0${2#n}" netns "$LAB-$2"
	for n in "$1" "$2"; do
		on "$n" ip -batch - <<-END
			addr add 198.18.$k.${n#n}/24 brd + dev e$k
			addr add 2001:db8:$k::${n#n}/64 dev e$k nodad
			link set e$k up
		END
	done
	for n in "$1" "$2"; do
		wait_for 10 "on $n ip -br link show e$k | grep -q LOWER_UP"
	done
}

# in_underlay NODE DEV [UNDERLAY GROUP]: has the device joined, as the kernel says?
in_underlay() {
	local want=${3:-$U}
	on "$1" ip -6 maddr show dev "$2" | grep -qw "inet6 $want"
}

packets() { # NAME: of data, in a capture of the underlay
	captured "$1" "udp dst port 6081"
}

# star_up [GROUP ...]: three nodes; n1 has a wire to each of the others and n1p1's groups are mapped to U, tagged
star_up() {
	local n group
	lab_up_bare 3 2
	cable n1 n2
	cable n1 n3
	for n in 1 2 3; do
		for group in "$@"; do mc n$n group add "$group" vni $VNI; done
	done
	mc n2 vtep add 2001:db8:12::1 encap geneve
	mc n3 vtep add 2001:db8:13::1 encap geneve
	for n in 1 2 3; do
		for group in "$@"; do mc n$n m2p add "$group" vni $VNI underlay $U; done
	done
	for n in 2 3; do
		capture in$n n$n e1$n -Q in udp dst port 6081
		capture out$n n$n e1$n -Q out udp dst port 6081
	done
	for pod in n1p1 n1p2 n2p1 n3p1; do capture $pod $pod eth0 -Q in udp; done
}

declare -A MODE=([external]=0x00000000 [underlay]=0x40000000 [both]=0x80000000)

# tagged NAME COUNT MODE: the frames of that capture are to U, by the fleet's VNI, and say MODE, bit for bit
tagged() {
	local k=${1#in}
	holds "$1" "$2" "ether dst $UMAC and ether src 02:00:c6:1$k:00:01 and src 2001:db8:1$k::1 and dst $U and ip6[7] == 255" \
		"and ip6[48:4] == 0x02006558 and ip6[52:4] == $((FLEET << 8)) and ip6[56:4] == 0x01290101 and ip6[60:4] == ${MODE[$3]}"
}
