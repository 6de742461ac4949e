#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent's own life: one an instance; what it says as JSON; systemd is told; privileges are gone;
# commands work beside it; a configuration that is wrong is refused and the one before stays; its end
# leaves the datapath as it is. The instance comes, goes and is replaced under it.
# timeout: 120
#
#   n1p1 sender --- n1 (agent) --- n1p2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-agent.sh"

lab_up --nodes 1 --pods 2
mc n1 unload >/dev/null
start notify n1 socat -u "UNIX-RECV:$TMP/notify" -
wait_for 10 "[[ -S '$TMP/notify' ]]"
echo "$LEARN" >"$TMP/agent-n1.json"
start agent-n1 n1 env NOTIFY_SOCKET="$TMP/notify" "$BUILD/bpfcastd" -n "$LAB-n1" --run "$TMP" --config "$TMP/agent-n1.json" --log json
wait_for 10 "grep -qs '\"message\":\"ready\"' '$TMP/agent-n1.err'"
wait_for 10 "grep -qs READY=1 '$TMP/notify.out'"
grep -q 'not loaded yet' "$TMP/agent-n1.err" || fail "it does not say that there is no instance"
mc n1 load >/dev/null
for p in 1 2; do mc n1 port add "p$p" vni "$VNI"; done
wait_for 10 "mc n1 -j vni show $VNI | grep -q '\"unknown\":\"learn\"'" "the agent to find the instance"
ok "ready before there is an instance, and finds it"

! on n1 "$BUILD/bpfcastd" -n "$LAB-n1" --run "$TMP" 2>"$TMP/second.txt" || fail "two agents"
grep -q "an agent runs for instance '$LAB-n1' already" "$TMP/second.txt" || fail "$(<"$TMP/second.txt")"
ok "one an instance"

# CAP_NET_ADMIN (12), CAP_SYS_ADMIN (21), CAP_PERFMON (38), CAP_BPF (39), and no new ones.
for set in CapEff CapPrm CapBnd; do
	[[ $(awk "/$set/ { print \$2 }" "/proc/${PIDS[agent-n1]}/status") == 000000c000201000 ]] ||
		fail "$set is $(awk "/$set/ { print \$2 }" "/proc/${PIDS[agent-n1]}/status")"
done
grep -q '^NoNewPrivs:.1' "/proc/${PIDS[agent-n1]}/status" || fail "new privileges"
ok "privileges are gone"

capture p2 n1p2 eth0 udp
join n1p2 239.1.1.1
deliver n1p1 239.1.1.1 10
got p2 10

echo '{"vnis": [{"vni": 77, "querier": {"query_interval": 5, "response_interval": 7}}]}' >"$TMP/agent-n1.json"
kill -HUP "${PIDS[agent-n1]}"
wait_for 10 "grep -qs 'not reloaded, all stays as it was' '$TMP/agent-n1.err'"
grep -q RELOADING=1 "$TMP/notify.out" || fail "systemd is not told of the reload"
! on n1 "$BUILD/bpfcastd" --check "$TMP/agent-n1.json" 2>"$TMP/check.txt" || fail "--check finds nothing wrong"
grep -q "response_interval: 7 ms is not less than query_interval, 5 ms" "$TMP/check.txt" || fail "$(<"$TMP/check.txt")"
echo "$LEARN" >"$TMP/agent-n1.json"
kill -HUP "${PIDS[agent-n1]}"
wait_for 10 "grep -qs '\"message\":\"reloaded\"' '$TMP/agent-n1.err'"
on n1 "$BUILD/bpfcastd" --check "$TMP/agent-n1.json" || fail "--check finds something wrong"
jq -es 'all(.[]; has("time") and has("level") and has("message") and .instance == "'"$LAB"'-n1")' "$TMP/agent-n1.err" >/dev/null ||
	fail "not JSON, a line each: $(<"$TMP/agent-n1.err")"
ok "reload; JSON"

mc n1 load >/dev/null
wait_for 10 "grep -qs 'the programs were replaced' '$TMP/agent-n1.err'"
deliver n1p1 239.1.1.1 10
got p2 10
leave n1p2 239.1.1.1 # the agent uses the new control program
wait_for 10 '! mc n1 -j group show 239.1.1.1 >/dev/null 2>&1' "the group to go"
ok "an upgrade under it"

mc n1 unload >/dev/null
wait_for 10 "grep -qs 'not loaded any more' '$TMP/agent-n1.err'"
mc n1 load >/dev/null
for p in 1 2; do mc n1 port add "p$p" vni "$VNI"; done
wait_for 10 "mc n1 -j vni show $VNI | grep -q '\"unknown\":\"learn\"'" "the agent to find the new instance"
join n1p2 239.1.1.1
deliver n1p1 239.1.1.1 10
got p2 10
ok "another instance under it"

stop agent-n1
grep -q STOPPING=1 "$TMP/notify.out" || fail "systemd is not told of the end"
deliver n1p1 239.1.1.1 10
got p2 10
[[ $(mc n1 -j group show | grep -c '"group"') == 1 ]] || fail "the group went with the agent"
ok "its end leaves the datapath"
