# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The lab with a replicator between the nodes, and a network outside behind its uplink:
#
#   n1p1 sender, n1p2 --- n1 ==2001:db8:0:1::== r ==2001:db8:0:2::== n2 --- n2p1
#                                               |==2001:db8:0:3::== n3 --- n3p1
#                                               '--x0-- x
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"

replicator_up() { # [GROUP ...]
	local group n
	lab_up --nodes 3 --pods 2 --replicator
	for group; do lab group "$group" --m2p $U; done
	for n in 1 2 3; do hop "$n" underlay; done
	for pod in n1p1 n1p2 n2p1 n3p1 x; do capture $pod $pod eth0 -Q in udp; done
	capture tagged r n1 -Q in udp dst port 6081 # what comes from n1
	for n in 1 2 3; do
		capture in$n n$n eth0 -Q in udp dst port 6081
		capture out$n n$n eth0 -Q out udp dst port 6081
	done
}

hop() { # NODE MODE [FILTER ...]: of the replicator
	mc r forward replace $U via "2001:db8:0:$1::1" mode "${@:2}"
}

# forged MODE-WORD [MCPACKET OPTION ...]: to the replicator, as if n1 had sent it
forged() {
	on n1 mcpacket eth0 --src 10.244.1.1 --dst $G --dport 5001 --size 50 --geneve $FLEET --geneve-options "01290101$1" \
		--outer-src 2001:db8:0:1::1 --outer-dst $U --outer-mac $UMAC --outer-ttl 255 "${@:2}"
}

# sent_on NAME COUNT HOPS MODE: so many frames of that capture have the fleet's VNI, that hop limit, that mode
sent_on() {
	holds "$1" "$2" "ether dst $UMAC and dst $U and ip6[7] == $3 and ip6[48:4] == 0x02006558" \
		"and ip6[52:4] == $((FLEET << 8)) and ip6[56:4] == 0x01290101 and ip6[60:4] == ${MODE[$4]}"
}
