# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# The network of a lab, without bpfcast. Sourced by scripts/lab, which says LAB, inside(), and in variables
# what is wanted: nodes, pods, underlay, replicator.
#
#   lab-u                 the switch of the underlay, a bridge br0
#     |n1   |n2   |n3
#     |eth0 |eth0 |eth0   192.0.2.N/24, 2001:db8::N/64                namespace lab-nN, a node
#     n1    n2    n3      routes to the pods of the others, bpfcast on top
#    p1 p2 p1 p2 p1 p2    10.244.N.254, fe80::1: the pods' gateway
#     |  |
#  eth0  eth0             10.244.N.P, fd00:244:N::P                   namespace lab-nNpP, a pod
#
# With --replicator, a hub that routes is in the place of the switch, and has a network outside behind it:
#
#             n1 ------- eth0 | n1   link N: 198.18.N.0/24, 2001:db8:0:N::/64, the node .1, ::1,
#             n2 ------- eth0 | n2           the hub .254, ::ff
#             n3 ------- eth0 | n3       namespace lab-r, with bpfcast: replicates
#                               x0 ---- eth0    198.51.100.0/24, 2001:db8:ffff::/64; the hub .1, ::1
#                                               namespace lab-x, the network outside: .2, ::2
#
# Everything is inside namespaces named after the lab; nothing is done to the root namespace.
# Neighbours between pod and node are permanent, and IPv6 keeps quiet on the ports, so that a pod's
# counters move only when somebody sends it something.

pod_mac() { printf '02:00:0a:f4:%02x:%02x' "$1" "$2"; }  # NODE POD
port_mac() { printf '02:fe:0a:f4:%02x:%02x' "$1" "$2"; } # NODE POD
node_mac() { printf '02:00:c0:00:02:%02x' "$1"; }        # NODE

node_addr() { # 4|6 NODE
	case $1$replicator in
	40) echo "192.0.2.$2" ;;
	60) echo "2001:db8::$2" ;;
	41) echo "198.18.$2.1" ;;
	61) echo "2001:db8:0:$2::1" ;;
	esac
}

hub_addr() { # 4|6 NODE: of the hub, on the link to the node
	if (($1 == 4)); then echo "198.18.$2.254"; else echo "2001:db8:0:$2::ff"; fi
}

# What fits the underlay's 1500 bytes, once encapsulated.
pod_mtu() { echo $((replicator ? 1422 : underlay == 6 ? 1430 : 1450)); }

QUIET=(net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0)
# After all.forwarding, which sets every device's: a router would say ff02::2 on each port.
# What else MLD has to say about the ports' own addresses, it says within milliseconds.
NODE=(net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.forwarding=0
	net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
	net.ipv6.conf.default.mldv1_unsolicited_report_interval=1
	net.ipv6.conf.default.mldv2_unsolicited_report_interval=1)
POD=(net.ipv4.igmp_max_memberships=65536)
SWITCH=(net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1)

pod_end() { # NODE POD -> the pod's end of the veth
	echo "peer name eth0 address $(pod_mac "$1" "$2") mtu $(pod_mtu) netns $LAB-n$1p$2"
}

node_commands() { # NODE -> lines for 'ip -batch'
	local n=$1 p m
	cat <<-EOF
		link set lo up
		addr add $(node_addr 4 "$n")/24 brd + dev eth0
		addr add $(node_addr 6 "$n")/64 dev eth0 nodad
		link set eth0 up
	EOF
	for ((p = 1; p <= pods; p++)); do
		cat <<-EOF
			link add p$p address $(port_mac "$n" "$p") mtu $(pod_mtu) type veth $(pod_end "$n" "$p")
			addr add 10.244.$n.254/32 dev p$p
			addr add fe80::1/64 dev p$p nodad
			link set p$p up
			route add 10.244.$n.$p/32 dev p$p
			route add fd00:244:$n::$p/128 dev p$p
			neigh add 10.244.$n.$p lladdr $(pod_mac "$n" "$p") dev p$p nud permanent
			neigh add fd00:244:$n::$p lladdr $(pod_mac "$n" "$p") dev p$p nud permanent
		EOF
	done
	for ((m = 1; m <= nodes; m++)); do
		((m == n)) || cat <<-EOF
			route add 10.244.$m.0/24 via $(next_node 4 "$n" "$m")
			route add fd00:244:$m::/64 via $(next_node 6 "$n" "$m")
		EOF
	done
	((!replicator)) || cat <<-EOF
		route add default via $(hub_addr 4 "$n")
		route add default via $(hub_addr 6 "$n")
	EOF
}

next_node() { # 4|6 NODE OTHER -> the next hop from one to the other
	if ((replicator)); then hub_addr "$1" "$2"; else node_addr "$1" "$3"; fi
}

pod_commands() { # NODE POD
	cat <<-EOF
		link set lo up
		addr add 10.244.$1.$2/24 brd + dev eth0 noprefixroute
		addr add fd00:244:$1::$2/64 dev eth0 nodad noprefixroute
		link set eth0 up
		neigh add 10.244.$1.254 lladdr $(port_mac "$1" "$2") dev eth0 nud permanent
		neigh add fe80::1 lladdr $(port_mac "$1" "$2") dev eth0 nud permanent
		route add 10.244.$1.254 dev eth0 scope link
		route add default via 10.244.$1.254 dev eth0
		route add default via fe80::1 dev eth0
		route add 224.0.0.0/4 dev eth0
	EOF
}

# The bridge first: were a veth's ifindex that of its peer, the kernel would take it for an ordinary
# NIC and let it wait up to a second for the link to be up (linkwatch_urgent_event()).
switch_commands() {
	local n
	cat <<-EOF
		link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set br0 up
	EOF
	for ((n = 1; n <= nodes; n++)); do
		cat <<-EOF
			link add n$n type veth peer name eth0 address $(node_mac "$n") netns $LAB-n$n
			link set n$n master br0 up
		EOF
	done
}

hub_commands() {
	local n
	echo "link set lo up"
	for ((n = 1; n <= nodes; n++)); do
		cat <<-EOF
			link add n$n type veth peer name eth0 address $(node_mac "$n") netns $LAB-n$n
			addr add $(hub_addr 4 "$n")/24 brd + dev n$n
			addr add $(hub_addr 6 "$n")/64 dev n$n nodad
			link set n$n up
		EOF
	done
	cat <<-EOF
		link add x0 mtu $(pod_mtu) type veth peer name eth0 mtu $(pod_mtu) netns $LAB-x
		addr add 198.51.100.1/24 brd + dev x0
		addr add 2001:db8:ffff::1/64 dev x0 nodad
		link set x0 up
	EOF
}

hub_routes() {
	local n
	for ((n = 1; n <= nodes; n++)); do
		cat <<-EOF
			route add 10.244.$n.0/24 via $(node_addr 4 "$n")
			route add fd00:244:$n::/64 via $(node_addr 6 "$n")
		EOF
	done
}

outside_commands() {
	cat <<-EOF
		link set lo up
		addr add 198.51.100.2/24 brd + dev eth0
		addr add 2001:db8:ffff::2/64 dev eth0 nodad
		link set eth0 up
		route add default via 198.51.100.1
		route add default via 2001:db8:ffff::1
		route add 224.0.0.0/4 dev eth0
	EOF
}

make_namespace() { # NAME SYSCTL=VALUE ...
	ip netns add "$1" && inside "$1" sysctl -qw "${@:2}"
}

build_network() { # NODES PODS
	local nodes=$1 pods=$2 n p deadline
	if ((replicator)); then
		make_namespace "$LAB-r" "${QUIET[@]}" "${NODE[@]}" &&
			make_namespace "$LAB-x" "${QUIET[@]}" "${POD[@]}" || return
	else
		make_namespace "$LAB-u" "${SWITCH[@]}" || return
	fi
	for ((n = 1; n <= nodes; n++)); do
		make_namespace "$LAB-n$n" "${QUIET[@]}" "${NODE[@]}" || return
		for ((p = 1; p <= pods; p++)); do
			make_namespace "$LAB-n${n}p$p" "${QUIET[@]}" "${POD[@]}" || return
		done
	done
	if ((replicator)); then
		hub_commands | inside "$LAB-r" ip -batch - &&
			outside_commands | inside "$LAB-x" ip -batch - || return
	else
		switch_commands | inside "$LAB-u" ip -batch - || return
	fi
	for ((n = 1; n <= nodes; n++)); do
		node_commands "$n" | inside "$LAB-n$n" ip -batch - || return
		for ((p = 1; p <= pods; p++)); do
			pod_commands "$n" "$p" | inside "$LAB-n${n}p$p" ip -batch - || return
		done
	done
	if ((replicator)); then
		hub_routes | inside "$LAB-r" ip -batch -
		return
	fi
	deadline=$((SECONDS + 30))
	until forwarding "$nodes"; do
		((SECONDS < deadline)) || return
		sleep 0.02
	done
}

forwarding() { # NODES: every port of the switch?
	[[ $(inside "$LAB-u" bridge link | grep -c 'state forwarding') == "$1" ]]
}
