#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A hostile pod harms no other: whatever it floods the node with, tables stay within their limits, the
# others' memberships stay, new ones are taken, and nobody gets what he did not join; what it says in
# another's name is dropped under its own reason and changes nothing.
#
#   n1p1 hostile -----.
#   n1p2 member ------ n1
#   n1p3 sender, joins-'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

MEMBERS=600 # the table holds
lab_up --nodes 1 --pods 3 --no-bpfcast
mc n1 load members $MEMBERS
printf '%s\n' "port add p1 vni $VNI" "port add p2 vni $VNI" "port add p3 vni $VNI" \
	"group add 239.1.1.1 vni $VNI" "group add 239.1.1.2 vni $VNI" "group add 239.64.0.1 vni $VNI" |
	mc n1 batch -
for pod in n1p1 n1p2; do capture $pod $pod eth0 -Q in udp or igmp; done
join n1p2 239.1.1.1

limits() { # what the hostile pod's port is added with
	mc n1 port del p1
	mc n1 port add p1 vni "$VNI" "$@"
}

held() { # PORT: memberships
	members n1 | awk -v port="$1" '$3 == port { n++ } END { print n + 0 }'
}

# floods WHAT REASON MEMBERS ARGUMENT ...: under such a flood, the hostile pod comes to hold so many
floods() {
	local before new=239.1.1.2
	before=$(reason n1 "$2")
	start flood n1p1 mcflood -i eth0 -g 239.64.0.0 "${@:4}"
	wait_for 10 "[[ \$(reason n1 '$2') -gt $((before + 1000)) ]]" "'$2' to be counted"
	join n1p3 $new
	is_member n1p2 239.1.1.1 || fail "$1: the membership of n1p2 is gone"
	deliver n1p3 239.1.1.1 25
	got n1p2 25
	deliver n1p3 239.66.0.0 25 # nobody got that far
	had n1p2 0
	[[ $(captured n1p2 igmp) == 0 ]] || fail "$1: n1p2 got reports"
	leave n1p3 $new
	stop flood
	[[ $(jq .sent "$TMP/flood.out") -gt 1000 ]] || fail "$1: no flood: $(cat "$TMP/flood.out")"
	(($(held p1) <= $3)) || fail "$1: n1p1 holds $(held p1) memberships, not $3 at most"
	ok "$1"
}

limits limit-groups 100 limit-rate 0
floods "joins of a million groups, at the limit of the port" port_limit 100
[[ $(held p1) == 100 ]] || fail "n1p1 holds $(held p1) memberships, not the 100 that it may"
is_member n1p1 239.64.0.1 || fail "what n1p1 joined first was given up for what came after"
limits limit-groups 100 limit-rate 2000
floods "joins, more than the port may send" port_rate 100
limits limit-groups 100 limit-rate 0
floods "joins and leaves" report_pending 1 --churn
limits limit-groups 100 limit-sources 50 limit-rate 0
floods "reports with 100 sources" source_limit 100 --sources 100 --groups 50

# Without a limit of its own, the table's: who is in it stays.
limits limit-groups 0 limit-rate 0
join n1p3 239.1.1.2
before=$(reason n1 members_full)
start flood n1p1 mcflood -i eth0 -g 239.64.0.0
wait_for 10 "[[ \$(reason n1 members_full) -gt $((before + 1000)) ]]"
stop flood
[[ $(members n1 | wc -l) == "$MEMBERS" ]] || fail "a table of $MEMBERS has $(members n1 | wc -l) members"
is_member n1p2 239.1.1.1 || fail "the membership of n1p2 was evicted"
is_member n1p3 239.1.1.2 || fail "the membership of n1p3 was evicted"
deliver n1p3 239.1.1.1 25
got n1p2 25
ok "a full table"

# ---- in another's name ----

before=$(members n1 | grep -v ' p1 ')
lie() { on n1p1 mcpacket eth0 "$@"; }

limits
for version in query query3; do
	for source in 10.244.1.1 10.0.0.1 0.0.0.0; do
		counts n1 igmp_query 1 lie --src $source --igmp $version --code 1
		counts n1 igmp_query 1 lie --src $source --igmp $version --group 239.1.1.1 --dst 239.1.1.1 --code 1
	done
done
limits source 10.244.1.1 mac "$(pod_mac n1p1)"
counts n1 spoofed_source 1 lie --src 10.244.1.2 --igmp leave --group 239.1.1.1
counts n1 spoofed_source 1 lie --src 10.244.1.2 --igmp v3 --record to_in,239.1.1.1
counts n1 spoofed_source 1 lie --src 10.244.1.3 --igmp v2 --group 239.1.1.1
counts n1 spoofed_source 1 lie --src 10.244.1.3 --dst 239.1.1.1 --size 40
counts n1 spoofed_mac 1 lie --src 10.244.1.1 --eth-src "$(pod_mac n1p2)" --igmp v2
counts n1 spoofed_mac 1 lie --src 10.244.1.1 --eth-src "$(pod_mac n1p3)" --dst 239.1.1.1 --size 40
[[ $(members n1) == "$before" ]] || fail "members changed to: $(members n1)"
deliver n1p3 239.1.1.1 25
got n1p2 25
[[ $(captured n1p2 igmp) == 0 ]] || fail "n1p2 got a query or a report"
had n1p1 0
ok "reports of others, data of others, queries from a low address"
