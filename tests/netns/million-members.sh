#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A hundred thousand groups with ten members each: they are loaded, all members by reports of ten pods,
# any of them forwards, and both are listed.
# vm: no, a million members take too long under emulation
# timeout: 180
#
#   n1p1 .. n1p10 members --- n1 --- n1p11 sender
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PODS=10 GROUPS_ALL=100000 RECORDS=125
lab_up --nodes 1 --pods $((PODS + 1)) --no-bpfcast
mc n1 load groups $GROUPS_ALL members $((PODS * GROUPS_ALL))

nth() { # GROUP NUMBER -> its address
	echo "239.$((64 + $1 / 65536)).$((($1 / 256) % 256)).$(($1 % 256))"
}

{
	for ((p = 1; p <= PODS + 1; p++)); do echo "port add p$p vni $VNI limit-groups 0 limit-rate 0"; done
	awk -v n=$GROUPS_ALL -v vni=$VNI 'BEGIN {
		for (i = 0; i < n; i++)
			printf "group add 239.%d.%d.%d vni %d size %d\n", 64 + i / 65536, i / 256 % 256, i % 256, vni, 10
	}'
} | mc n1 batch -
ok "$GROUPS_ALL groups"

for ((p = 1; p <= PODS; p++)); do
	on n1p$p mcflood -i eth0 -g 239.64.0.0 -n "$GROUPS_ALL" -R "$RECORDS" -c $((GROUPS_ALL / RECORDS)) \
		-r 5000 >/dev/null
done
wait_for 20 "[[ \$(reason n1 report) == $((PODS * GROUPS_ALL / RECORDS)) ]]" "all reports to be taken"
mc n1 -j -s port show | jq -e "map(select(.groups == $GROUPS_ALL)) | length == $PODS" >/dev/null ||
	fail "not $GROUPS_ALL memberships a port: $(mc n1 -s port show)"
ok "$((PODS * GROUPS_ALL)) memberships"

for p in 1 $PODS; do capture n1p"$p" n1p"$p" eth0 -Q in udp; done
for i in 0 1 65535 65536 $((GROUPS_ALL - 1)); do
	deliver n1p$((PODS + 1)) "$(nth "$i")" 5
	got n1p1 5
	got n1p$PODS 5
done
deliver n1p$((PODS + 1)) "$(nth $GROUPS_ALL)" 5 # one more than there are
got_nothing n1p1 n1p$PODS
ok "first, last and those between forward"

listed=$(mc n1 -j group show | grep -c "\"local\":$PODS")
[[ $listed == "$GROUPS_ALL" ]] || fail "$listed groups are listed with $PODS members, not $GROUPS_ALL"
listed=$(mc n1 -j member show | grep -c '"state":"active"')
[[ $listed == $((PODS * GROUPS_ALL)) ]] || fail "$listed members are listed, not $((PODS * GROUPS_ALL))"
ok "all are listed"
