#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mappings and next hops as desired state: from the file and from the API they come into the tables and onto the
# wire; what is altered or deleted by hand is mended, what operators added is left alone; a kill and what is not
# wanted any more leave nothing behind.
#   topology: lib-m2p.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib-m2p.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-api.sh"

STRANGER=ff04::7:7
MAPPED="{\"group\": \"$G\", \"vni\": $VNI, \"underlay\": \"$U\"}"
LARGE=$(printf '"10.9.%d.9", ' {1..100})

star_up $G
mc n1 m2p del $G vni $VNI
mc n1 forward add $STRANGER via 2001:db8:13::3 mode both
for pod in n2p1 n3p1; do join $pod $G; done
agent_config n1 "{\"m2p\": [$MAPPED], \"forwarding\": [{\"underlay\": \"$U\", \"hops\": [
	{\"via\": \"2001:db8:13::3\", \"mode\": \"external\"}, {\"via\": \"2001:db8:12::2\", \"mode\": \"both\",
	\"exclude\": [${LARGE%, }]}]}]}"
agent n1

# shellcheck disable=SC2317 # called by wait_for
hops() { # "VIA MODE FILTER ..." as the tables have them
	local form='[.[] | "\(.via) \(.mode) \(.filter) \(.sources | length)"] | sort | join(" ")'
	[[ $(mc n1 -j forward show "$U" 2>/dev/null | jq -r "$form") == "$1" ]]
}
# shellcheck disable=SC2034 # used by wait_for
FROM_FILE="2001:db8:12::2 both exclude 100 2001:db8:13::3 external exclude 0"
# shellcheck disable=SC2317
maps() { [[ $(mc n1 -j m2p show "$G" vni "$VNI" | jq -r '.[0] | "\(.underlay) \(.dev // "")"') == "$1" ]]; }
wait_for 5 'hops "$FROM_FILE" && maps "$U "' "what the file wants"
deliver n1p1 $G 10
got n2p1 10
got n3p1 10
tagged in2 11 both
tagged in3 11 external
ok "from the file to the wire"

mc n1 forward del $U via 2001:db8:13::3
mc n1 forward replace $U via 2001:db8:12::2 mode underlay
mc n1 m2p del $G vni $VNI
wait_for 5 'hops "$FROM_FILE" && maps "$U "' "what was altered to be mended"
mc n1 m2p replace $G vni $VNI underlay ff04::9
mc n1 forward flush $U
wait_for 5 'hops "$FROM_FILE" && maps "$U "' "what was flushed to be mended"
in_underlay n1 e12 || fail "the underlay group is not joined"
! in_underlay n1 e12 ff04::9 || fail "another underlay group is joined"
deliver n1p1 $G 10
got n2p1 10
got n3p1 10
ok "what is changed by hand is mended"

hex() { perl -e 'print join " ", map { sprintf "0x%02x", ord } split //, pack shift, @ARGV' -- "$@"; }
BPFTOOL=$(command -v bpftool || echo /usr/sbin/bpftool)
raw() { # delete|lookup MAP KEY: below the commands
	# shellcheck disable=SC2086 # words are wanted
	"$BPFTOOL" map "$1" pinned "/sys/fs/bpf/bpfcast/$LAB-n1/v1/$2" key $3
}
GROUP_KEY=$(hex "L H*" $VNI 00000000000000000000ffffef010101)
UNDERLAY_KEY=$(hex "H*" ff0400000000000000000000e1010101)
PAIR_KEY="$UNDERLAY_KEY $(hex "H*" 00000000000000000000ffffef010101)"
for what in "forwarding:$UNDERLAY_KEY" "m2p:$GROUP_KEY" "remotes:$GROUP_KEY" "underlay_groups:$PAIR_KEY"; do
	raw delete "${what%%:*}" "${what#*:}"
	wait_for 5 "raw lookup '${what%%:*}' '${what#*:}' >/dev/null 2>&1" "an entry of ${what%%:*} to be mended"
done
wait_for 1 'hops "$FROM_FILE" && maps "$U "' "the tables as they were"
deliver n1p1 $G 10
got n2p1 10
got n3p1 10
ok "what is deleted below the commands is mended"

answers 409 n1 PUT "/v1/m2p/$VNI/$G" '{"underlay": "ff04::9"}'
answers 409 n1 DELETE "/v1/forwarding/$U"
answers 200 n1 GET "/v1/forwarding/$STRANGER"
[[ $(field wanted) == null && $(field 'hops[0].via') == 2001:db8:13::3 ]] || fail "an operator's entry: $BODY"
agent_reload n1 '{}'
# shellcheck disable=SC2317
none_left() { ! mc n1 -j m2p show | grep -q underlay && ! mc n1 -j forward show "$U" 2>/dev/null | grep -q via; }
wait_for 5 none_left "what is wanted no more to go"
answers 404 n1 GET "/v1/m2p/$VNI/$G"
answers 404 n1 GET "/v1/forwarding/$U"
! in_underlay n1 e12 || fail "the underlay group is joined"
ok "the file refuses the API, and takes with it what it brought"

answers 201 n1 PUT "/v1/forwarding/$U" \
	'{"hops": [{"via": "2001:db8:12::2", "mode": "both", "include": ["10.244.1.1"]}]}'
answers 201 n1 PUT "/v1/m2p/$VNI/$G" "{\"underlay\": \"$U\"}"
wait_for 5 'hops "2001:db8:12::2 both include 1" && maps "$U "' "what the API wants"
stop agent-n1 KILL
mc n1 forward flush $U
agent n1
wait_for 5 'hops "2001:db8:12::2 both include 1"' "it again"
deliver n1p1 $G 10
got n2p1 10
had n3p1 0
answers 200 n1 PUT "/v1/forwarding/$U" '{"choose": "one", "hops": [{"via": "2001:db8:13::3", "mode": "underlay"}]}'
wait_for 5 'hops "2001:db8:13::3 underlay exclude 0"' "another hop in its place"
deliver n1p1 $G 10
got n3p1 10
had n2p1 0
answers 200 n1 PUT "/v1/m2p/$VNI/$G" "{\"underlay\": \"$U\", \"dev\": \"e12\", \"encap\": \"vxlan\"}"
wait_for 5 'maps "$U e12"' "the device"
deliver n1p1 $G 10
got n2p1 10
had n3p1 0
answers 200 n1 PUT "/v1/m2p/$VNI/$G" "{\"underlay\": \"$U\", \"dev\": \"nodev\"}"
wait_for 5 "api n1 GET /v1/m2p/$VNI/$G && [[ \$(field state) == failed && \$(field why) == *nodev*underlay* ]]" \
	"the reason"
ok "from the API, through a kill"

answers 204 n1 DELETE "/v1/m2p/$VNI/$G"
answers 204 n1 DELETE "/v1/forwarding/$U"
answers 204 n1 DELETE "/v1/forwarding/$U"
wait_for 5 none_left "both to go"
[[ $(mc n1 -j forward show $STRANGER | jq -r '.[0].via') == 2001:db8:13::3 ]] || fail "an operator's entry is gone"
ok "what is deleted goes, what operators added stays"
exit 0
