#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Storm control: a VTEP that sends more than the VNI's rate has the rest dropped, with the guard or without
# it, while another is served in full.
# vm: yes, atomics and a table that grows in XDP
#
#   n1p1 member --- n1 ===.== n2 --- n2p1 storms
#                         '== n3 --- n3p1 sends 40
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

G=239.1.1.1 RATE=100 STORM=2000
lab_up --nodes 3 --pods 1
lab group $G
join n1p1 $G
capture n1p1 n1p1 eth0 -Q in udp dst port 5001
passed() { captured n1p1 src "$(pod_ip "$1")"; }
storm_drops() { mc n1 -j -s vtep show | jq --arg vtep "$1" '.[] | select(.vtep == $vtep) | .storm_drops'; }
now_ms() { date +%s%3N; }

for xdp in native off; do
	for n in 2 3; do mc n1 vtep del 192.0.2.$n; done
	mc n1 underlay del eth0
	mc n1 underlay add eth0 xdp $xdp
	for n in 2 3; do mc n1 vtep add 192.0.2.$n; done
	mc n1 vni set "$VNI" storm-rate $RATE
	before=$(passed n2p1) calm=$(passed n3p1) dropped=$(reason n1 storm) start=$(now_ms)
	start storm n2p1 mcsend -i eth0 -g $G -p 5001 -c $STORM -r 4000
	on n3p1 mcsend -i eth0 -g $G -p 5001 -c 40 -r 100 >/dev/null
	wait_for 20 '[[ $(($(passed n2p1) - before + $(reason n1 storm) - dropped)) == "$STORM" ]]'
	wait_for 5 "[[ \$(passed n3p1) == $((calm + 40)) ]]"
	took=$(($(now_ms) - start)) got=$(($(passed n2p1) - before))
	((got >= RATE && got <= RATE + RATE * took / 1000 + 1)) || fail "$got of the storm passed in $took ms"
	[[ $(storm_drops 192.0.2.2) == $((STORM - got)) && $(storm_drops 192.0.2.3) == 0 ]] || fail "$(mc n1 -s vtep)"
	ok "xdp $xdp: $got of $STORM passed, and all of the other's"
done

mc n1 vni show "$VNI" | grep -q "$RATE" || fail "vni show does not say the rate"
mc n1 vni set "$VNI" storm-rate 0
before=$(passed n2p1) dropped=$(reason n1 storm)
on n2p1 mcsend -i eth0 -g $G -p 5001 -c 500 -r 2000 >/dev/null
wait_for 10 '[[ $(passed n2p1) == $((before + 500)) ]]'
[[ $(reason n1 storm) == "$dropped" && $(storm_drops 192.0.2.2) == 0 ]] || fail "a limit that is off drops"
ok "no limit"
