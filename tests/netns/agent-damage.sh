#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What hosts have joined, altered by hand in the tables themselves: nobody but the tables knows of it, and yet
# each of them gets what it asked for again, once, within a second or so, and nobody else anything.
#
#   n1p1 sender, n1p5 another --- n1 (agent) --- n1p2 wants all, n1p3 the one, n1p4 all but the one
# timeout: 180
# shellcheck disable=SC2046,SC2317 # bytes are words; functions are called by damage and wait_for
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-raw.sh"

GROUP=239.1.1.1
lab_up --nodes 2 --pods 5
# Membership outlives the test without another query: what is mended is mended by what is in the tables.
agent n1 "{\"vnis\": [{\"vni\": $VNI, \"unknown\": \"learn\", \"querier\": {\"query_interval\": 100000, \"startup_interval\": 100000}}]}"
wait_for 10 "mc n1 -j vni show $VNI | grep -q '\"unknown\":\"learn\"'"
join n1p2 $GROUP
join n1p3 $GROUP -S "$(pod_ip n1p1)" -S "$(pod_ip n1p4)"
mc n1 member add $GROUP vni "$VNI" port p4 exclude "$(pod_ip n1p1)"
mc n1 member add $GROUP vni "$VNI" vtep 192.0.2.2
for p in 2 3 4 5; do capture "p$p" "n1p$p" eth0 -Q in udp and dst $GROUP and src port 7007; done
capture wire n2 eth0 -Q in udp port 4789

line() { # NUMBER OFFSET DIGITS: of the group's vector
	overwrite "id $(vector "$GROUP")" "$(hex L "$1")" "${@:2}"
}
entry() { # MAP KEY OFFSET DIGITS
	overwrite "pinned $PINS/$1" "${@:2}"
}
member() { hex "L L H*" "$VNI" "$(index "$1")" "$(v4 $GROUP)"; }
wish() { # PORT POD: the port's source
	hex "L L H* H*" "$VNI" "$(index "$1")" "$(v4 $GROUP)" "$(v4 "$(pod_ip "$2")")"
}
# at PORT BYTE DIGITS: writes into the port's slot
at() {
	local number
	number=$("$BPFTOOL" -j map lookup pinned "$PINS/members" key $(member "$1") | jq .formatted.value.slot)
	line $((2 + number / 8)) $((number % 8 * 8 + $2)) "$3"
}
slot() { perl -e 'print unpack "H*", pack "LL", shift, 1 << 31' "$(index "$1")"; } # as digits

# What is in the vector but the order of the slots, its high-water mark, its hint, its generation.
sound() {
	"$BPFTOOL" -j map dump id "$(vector $GROUP)" | jq -c '[(.[0].value | .[0:12], .[16:24]), (.[1].value | .[4:8], .[12:16]),
		([.[2:][].value | _nwise(8) | select(any(. != "0x00"))] | sort)]'
	"$BPFTOOL" -j map lookup pinned "$PINS/group_keys" key 0 0 0 0 | jq -c .value
	"$BPFTOOL" -j map dump pinned "$PINS/sources" | jq -c 'length'
}
declare -A SENT=([p2]=0 [p3]=0 [p4]=0 [p5]=0 [wire]=0)
# One packet of each sender, all the way to n2: in HEARD how many each gets.
heard() {
	local name now
	for name in n1p1 n1p5; do
		on "$name" mcpacket eth0 --src "$(pod_ip "$name")" --dst "$GROUP" --sport 7007 --dport 5001
	done
	sleep 0.2
	HEARD=''
	for name in p2 p3 p4 p5 wire; do
		now=$(captured "$name")
		HEARD+=" $((now - SENT[$name]))"
		SENT[$name]=$now
	done
}
all_well() { heard && [[ $HEARD == " 2 1 1 0 2" ]]; }
mended() { grep -c "did not fit together: mended" "$TMP/agent-n1.err" || true; }
settled() { [[ $(mended) -gt $MENDED ]] && all_well && [[ $(sound) == "$BEFORE" ]]; }

# damage WHAT COMMAND ...: something changes, and then all is as before
damage() {
	local begin=${EPOCHREALTIME/./}
	MENDED=$(mended)
	"${@:2}" || fail "$1: '${*:2}' failed"
	wait_for 30 settled "$1 to be mended"
	ok "$1, mended after $(((${EPOCHREALTIME/./} - begin) / 1000)) ms"
}

wait_for 10 all_well "each to get what it asked for"
BEFORE=$(sound)

damage "all slots zeroed" line 2 0 "$(printf '0%.0s' {1..128})"
damage "a slot zeroed" at p2 0 0000000000000000
damage "a slot of another device" at p2 0 "$(slot p5)"
damage "a slot's flags" at p3 4 00000080
damage "a slot too many" line 2 32 "$(slot p5)"
damage "a member twice" line 2 32 "$(slot p2)"
damage "the id of a group" line 0 0 07000000
damage "the size of a group" line 0 4 ffffffff
damage "the flag that says that there are remotes" line 0 8 02000000
damage "the flag that says that slots are settling" line 0 8 07000000
damage "the generation of a group" line 0 12 00000000
damage "the zero of a group" line 0 16 0100000000000000
damage "the high-water mark of a group" line 1 0 00000000
damage "the slots used of a group" line 1 4 09000000
damage "the members waiting for a group" line 1 12 05000000
damage "the key of an id zeroed" entry group_keys "$(hex L 0)" 0 "$(printf '0%.0s' {1..48})"
damage "the key of an id altered" entry group_keys "$(hex L 0)" 0 0100
damage "a member's slot altered" entry members "$(member p2)" 0 09000000
damage "a member's slot taken" entry members "$(member p2)" 0 ffffffff
damage "a member's generation altered" entry members "$(member p3)" 76 00000000
damage "a member's list cut" entry members "$(member p3)" 56 "$(printf '0%.0s' {1..32})"
damage "a member's sources miscounted" entry members "$(member p3)" 72 05000000
damage "the verdict on a source" entry sources "$(wish p3 n1p1)" 43 00
damage "the verdict on another" entry sources "$(wish p4 n1p1)" 43 01
damage "a source too many, of no member" raw sources update key "$(wish p5 n1p1)" value "$(hex "x40 C C C C x12" 1 0 0 1)"

# What comes and goes is none.
MENDED=$(mended)
start churn n1p5 mcflood -i eth0 -g $GROUP -n 1 -r 1000 -x
sleep 4
stop churn
(($(jq .sent "$TMP/churn.out") > 1000)) || fail "hardly anybody joined and left: $(cat "$TMP/churn.out")"
[[ $(mended) == "$MENDED" ]] || fail "mended $(($(mended) - MENDED)) times though nothing was wrong"
ok "$(jq .sent "$TMP/churn.out") joins and leaves are no damage"

raw tails delete key "$(hex L 0)"
wait_for 5 'said n1 "was not where others jump to: mended"'
join n1p5 $GROUP
ok "the program that hears joins taken out"
exit 0
