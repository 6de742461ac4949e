#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ten pods whose sockets join a thousand groups each, all at once, IGMPv2, where each join is a report of
# its own: as many reports are counted as the pods' devices have sent, and all members are there.
# vm: no, ten thousand sockets take minutes under emulation
#
#   n1p1 .. n1p10 --- n1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PODS=10 GROUPS_EACH=1000
lab_up --nodes 1 --pods $PODS
for ((i = 0; i < GROUPS_EACH; i++)); do
	echo "group add 239.5.$((i / 256)).$((i % 256)) vni $VNI size 16"
done | mc n1 batch -
for ((p = 1; p <= PODS; p++)); do
	on n1p$p sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv4.conf.all.force_igmp_version=2
done

sent() { # frames, by the devices of all pods
	local p sum=0
	for ((p = 1; p <= PODS; p++)); do sum=$((sum + $(counter n1p$p eth0 tx))); done
	echo $sum
}

before=$(sent) start=$EPOCHREALTIME
for ((p = 1; p <= PODS; p++)); do
	start n1p$p n1p$p mcrecv -i eth0 -g 239.5.0.0+$GROUPS_EACH
done
wait_for 20 "[[ \$(reason n1 report) -ge $((PODS * GROUPS_EACH)) ]]" "ten thousand reports"
echo "$((PODS * GROUPS_EACH)) reports in $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) ms"

# A host says each of its joins again within ten seconds, so all figures may move, and some of those
# ten thousand were said twice.
all_joined() {
	mc n1 -j group show | jq -e "length == $GROUPS_EACH and all(.local == $PODS)" >/dev/null
}
wait_for 20 all_joined "$PODS members in each of $GROUPS_EACH groups"
wait_for 20 "[[ \$(reason n1 report) == \$((\$(sent) - $before)) ]]" "as many reports as were sent"
(($(mc n1 -j stats show | jq '[.[] | select(.verdict == "drop") | .packets] | add // 0') == 0)) ||
	fail "some were dropped: $(mc n1 stats show)"
ok "none lost, all members there"

# Leaves are no less. (A kernel that says a join again just then may say it after the leave.)
for ((p = 1; p <= PODS; p++)); do kill "${PIDS[n1p$p]}"; done
for ((p = 1; p <= PODS; p++)); do stop n1p$p; done
wait_for 20 "[[ \$((\$(reason n1 report) + \$(reason n1 report_ignored))) == \$((\$(sent) - $before)) ]]" \
	"as many reports and leaves as were sent"
(($(members n1 | wc -l) < PODS * GROUPS_EACH / 100)) || fail "$(members n1 | wc -l) members are left"
ok "as many leaves"
