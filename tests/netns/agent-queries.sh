#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# General queries of the agent as a pod sees them: startup queries at once and close together, then at
# the interval; each field as RFC 9776 section 4.1 and RFC 9777 section 5.1 have it; none from who is
# disabled. A link that comes up is asked at once.
#
#   n1 (agent) --- n1p1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

skip_unless tshark
lab_up --nodes 1 --pods 2
capture p1 n1p1 eth0 igmp or ip6
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"querier\": {$QUERIER, \"robustness\": 3}}]}"
MLD='ip6 and ip6[40] == 58 and ip6[48] == 130'
wait_for 20 "[[ \$(queries p1) -ge 5 && \$(queries p1 '$MLD') -ge 5 ]]" "five queries of each family"

# all_say NAME FILTER "FIELD..." "VALUE...": these fields have these values in all frames
all_say() {
	local found
	# shellcheck disable=SC2086 # words
	found=$(dissect "$1" "$2" $3 | sort -u)
	[[ $found == "$4" ]] || fail "$3 are '$found', not '$4'"
}

all_say p1 igmp.type==0x11 'ip.src ip.dst ip.ttl ip.dsfield ip.opt.type ip.checksum.status' '10.244.1.254 224.0.0.1 1 0xc0 148 1'
all_say p1 igmp.type==0x11 'igmp.version igmp.maddr igmp.max_resp igmp.s igmp.qrv igmp.qqic igmp.num_src igmp.checksum.status' '3 0.0.0.0 6 0 3 2 0 1'
ok "IGMP: every field"
all_say p1 icmpv6.type==130 'ipv6.dst ipv6.hlim ipv6.opt.router_alert ipv6.tclass icmpv6.checksum.status' 'ff02::1 1 0 0x000000c0 1'
all_say p1 icmpv6.type==130 'icmpv6.mld.multicast_address icmpv6.mld.maximum_response_code icmpv6.mld.flag.s icmpv6.mld.flag.qrv icmpv6.mld.qqi icmpv6.mld.nb_sources' ':: 600 0 3 2 0'
[[ $(dissect p1 icmpv6.type==130 ipv6.src | grep -v '^fe80::') == '' ]] || fail "MLD queries from an address that is not link-local"
ok "MLD: every field"

# RV startup queries, RFC 9776 section 8.7: two short gaps, then long ones. A gap may be longer under
# load, not shorter, but for what a capture may be late with its time.
dissect p1 igmp.type==0x11 frame.time_delta_displayed | awk '
	NR == 2 || NR == 3 { startup += $1; if ($1 < 0.3) bad = 1 }
	NR == 4 || NR == 5 { later += $1; if ($1 < 1.8) bad = 1 }
	END { exit bad || startup >= later }' || fail "intervals: $(dissect p1 igmp.type==0x11 frame.time_delta_displayed | xargs)"
ok "startup queries, then the interval"

now=$(queries p1)
on n1p1 ip link set eth0 down
wait_for 5 '! on n1 ip link show p1 | grep -q LOWER_UP'
stop p1
on n1p1 ip link set eth0 up
capture p1 n1p1 eth0 igmp
wait_for 10 '[[ $(queries p1) -ge 1 ]]' "a query when the link is up"
ok "a link that comes up is asked"

echo "{\"vnis\": [{\"vni\": $VNI, \"querier\": {$QUERIER, \"enabled\": false}}]}" >"$TMP/agent-n1.json"
kill -HUP "${PIDS[agent-n1]}"
wait_for 10 'said n1 "bpfcastd: reloaded"'
stop p1
capture p1 n1p1 eth0 igmp
capture p2 n1p2 eth0 igmp
echo "{\"vnis\": [{\"vni\": $VNI, \"querier\": {$QUERIER, \"source\": \"0.0.0.0\"}}]}" >"$TMP/agent-n1.json"
[[ $(queries p1) == 0 ]] || fail "asks though it is disabled"
kill -HUP "${PIDS[agent-n1]}"
wait_for 10 '[[ $(queries p2) -ge 2 ]]'
[[ $(dissect p2 igmp.type==0x11 ip.src | sort -u) == 0.0.0.0 ]] || fail "not from 0.0.0.0"
ok "disabled; enabled again, as a proxy"
