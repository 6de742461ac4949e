# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The four forms of the outer headers, for tests that try each: VXLAN and Geneve, over IPv4 and IPv6.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# shellcheck disable=SC2034 # for the tests
FORMS=(vxlan4 vxlan6 geneve4 geneve6)

address() { # FORM NODE: its address on the lab's underlay
	[[ $1 == *4 ]] && echo "192.0.2.${2#n}" || echo "2001:db8::${2#n}"
}

encap() { echo "${1%[46]}"; } # FORM

port() { # FORM: of UDP
	[[ $1 == vxlan* ]] && echo 4789 || echo 6081
}

# wrapped FORM FROM TO [MCPACKET OPTION ...]: from the switch, a datagram for 239.1.1.1 from node FROM to TO
wrapped() {
	on u mcpacket "$3" --src 10.244.2.1 --dst 239.1.1.1 --dport 5001 --size 50 "--$(encap "$1")" "$VNI" \
		--outer-src "$(address "$1" "$2")" --outer-dst "$(address "$1" "$3")" \
		--outer-mac "02:00:c0:00:02:0${3#n}" "${@:4}"
}
