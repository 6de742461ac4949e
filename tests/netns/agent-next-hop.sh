#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The neighbours that lead to VTEPs stay resolved with no traffic at all: one that is deleted is back,
# and one that has moved is known by its new MAC before a packet wants to go there.
#
#   n1 (agent) eth0 ====== eth0 n2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 2 --pods 1
neighbour() { on n1 ip -j neigh show 192.0.2.2 dev eth0 | jq -r '.[0] | "\(.state[0]) \(.lladdr)"'; }
on n1 ip neigh flush dev eth0
agent n1
mac=$(on n2 ip -j link show eth0 | jq -r ".[0].address")
wait_for 10 '[[ $(neighbour) == "REACHABLE $mac" ]]' "the neighbour"
ok "resolved at the start"
on n1 ip neigh del 192.0.2.2 dev eth0
wait_for 10 '[[ $(neighbour) == "REACHABLE $mac" ]]' "the neighbour again"
ok "resolved again"

# Nobody tells that it moved: what is stale is asked again.
on n2 sysctl -qw net.ipv4.conf.eth0.arp_notify=0
on n2 ip link set eth0 address 02:00:c0:00:02:99
on n1 sysctl -qw net.ipv4.neigh.eth0.delay_first_probe_time=1
on n1 ip neigh change 192.0.2.2 dev eth0 lladdr "$mac" nud stale
wait_for 30 '[[ $(neighbour) == "REACHABLE 02:00:c0:00:02:99" ]]' "the neighbour's new MAC"
ok "follows a neighbour that moved"

mc n1 vtep add 192.0.2.77
stop agent-n1
on n1 ip neigh del 192.0.2.2 dev eth0
on n1 ip link set eth0 down
on n1 ip link set eth0 up
agent n1
wait_for 20 '[[ $(neighbour) == "REACHABLE 02:00:c0:00:02:99" ]]' "the neighbour, beside one that is not there"
ok "one that is dead is in nobody's way"
