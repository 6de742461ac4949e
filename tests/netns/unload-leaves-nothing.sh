#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unload takes everything of ours out of the kernel, and nothing that was there before us.
# vm: yes, links or filters
#
#   n1p1 sender --- n1, an application of its own on p1; p2 has a filter of somebody else
#   n1p2 member ---'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lab_up --nodes 2 --pods 2
lab group 239.1.1.1
mc n1 port del p2
on n1 tc qdisc add dev p2 clsact
on n1 tc filter add dev p2 ingress prio 7 protocol ip u32 match ip dport 5999 0xffff flowid 1:1
mc n1 port add p2 vni "$VNI"
join n1p2 239.1.1.1
capture n1p2 n1p2 eth0 udp
deliver n1p1 239.1.1.1 10
got n1p2 10

mc n1 unload
[[ ! -e /sys/fs/bpf/bpfcast/$LAB-n1 ]] || fail "pins are left: $(find "/sys/fs/bpf/bpfcast/$LAB-n1")"
for device in p1 eth0; do
	! on n1 tc qdisc show dev $device | grep -qv noqueue || fail "a qdisc is left on $device"
done
on n1 ip -d link show dev eth0 | grep xdp && fail "XDP is left on eth0"
left=$(on n1 tc filter show dev p2 ingress)
[[ $left == *u32* ]] || fail "the filter of somebody else is gone"
[[ $left != *bpf* ]] || fail "a filter of ours is left: $left"
ok "nothing of ours is left"

# The program is gone indeed: the host gets the group now, the member does not.
start app n1 mcrecv -i p1 -g 239.1.1.1 -p 5001 -c 10
wait_for 5 "grep -qs ready '$TMP/app.err'"
on n1p1 mcsend -i eth0 -g 239.1.1.1 -p 5001 -c 10 -r 1000 >/dev/null
wait_for 5 "[[ -s '$TMP/app.out' ]]" "ten datagrams for the host"
had n1p2 0
! mc n1 status 2>"$TMP/status" || fail "status of what is not loaded"
mc n1 load
mc n1 unload
[[ ! -e /sys/fs/bpf/bpfcast/$LAB-n1 ]] || fail "pins are left after a second load and unload"
ok "the host has its traffic back"
