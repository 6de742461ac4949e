# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Underlays other than a veth alone: between n1 and n2 a device of another kind carries the copies.
#
#   n1p1 sender --- n1 ==u0== n2 --- n2p1 member       198.18.0.N, 2001:db8:18::N on u0
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

G=239.1.1.1
declare -A TO=([4]=198.18.0. [6]=2001:db8:18::)

# underlay_up: the lab, without its underlay; then a test makes a device u0 on both nodes
underlay_up() {
	lab_up_bare 2 1
	capture n2p1 n2p1 eth0 -Q in udp
}

addresses() { # NODE: of its u0
	on "$1" ip -batch - <<-END
		addr add 198.18.0.${1#n}/24 dev u0
		addr add 2001:db8:18::${1#n}/64 dev u0 nodad
		link set u0 up
	END
}

# carries FORM...: each form (vxlan4 ...) of VTEPs on u0 brings 50 datagrams to n2p1, whole
carries() {
	local form n
	for n in 1 2; do mc n$n underlay add u0; done
	for form; do
		for n in 1 2; do
			mc n$n vtep add "${TO[${form: -1}]}$((3 - n))" encap "${form%[46]}"
			mc n$n group add $G vni "$VNI"
			mc n$n member add $G vni "$VNI" vtep "${TO[${form: -1}]}$((3 - n))"
		done
		join n2p1 $G -q
		deliver n1p1 $G 50 -q -s 1200
		got n2p1 50
		on n1p1 mcsend -i eth0 -g $G -q -c 50 -s 1200 -G 5 -r 2000 >/dev/null # super-frames
		end_mark n1p1 $G
		wait_for 10 "arrived n2p1"
		stop join-n2p1-$G
		jq -e '.packets == 100 and .lost == 0 and .duplicated == 0 and .corrupt == 0' \
			"$TMP/join-n2p1-$G.out" >/dev/null || fail "$form: $(cat "$TMP/join-n2p1-$G.out")"
		SEEN[n2p1]=$(captured n2p1 udp dst port 5001)
		ok "$form: 50 datagrams and 50 in super-frames"
		for n in 1 2; do
			mc n$n group del $G vni "$VNI"
			mc n$n vtep del "${TO[${form: -1}]}$((3 - n))"
		done
	done
}
