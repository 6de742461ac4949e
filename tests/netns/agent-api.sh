#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent's API: the examples of its OpenAPI document; what it refuses, with problem objects; who may
# use its socket; what it was told outlives a kill; what a host joins is not undone by it.
#
#   n1p1 .. n1p3 --- n1, with the agent
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-api.sh"

lab_up --nodes 1 --pods 3
mc n1 port del p1
agent_config n1 '{"ports": [{"port": "p3", "vni": 77}], "groups": [{"group": "239.3.3.3", "vni": 77}]}'
agent n1
SOCKET=$TMP/$LAB-n1.sock

"$PYTHON" "$ROOT/tests/agent/openapi.py" "$ROOT/docs/openapi.json" "$SOCKET"
wait_for 5 "[[ \$(mc n1 port show) != *p1* ]]" "p1, which the examples have deleted, to go"
ok "the examples of docs/openapi.json"

[[ $(stat -c %a "$SOCKET") == 660 ]] || fail "the socket has mode $(stat -c %a "$SOCKET")"
setpriv --reuid 65534 --regid 65534 --clear-groups \
	curl -s --unix-socket "$SOCKET" http://localhost/healthz && fail "nobody may use the socket"
ok "the socket is for root and its group"

answers 409 n1 PUT /v1/ports/p3 '{"vni": 78}'
answers 201 n1 PUT /v1/ports/p3 '{"vni": 77}'
answers 204 n1 DELETE /v1/ports/p3
answers 409 n1 DELETE /v1/ports/p3
[[ $(field type) == urn:bpfcast:problem:configured ]] || fail "type is $(field type)"
answers 404 n1 GET /v2/ports
answers 404 n1 GET /v1/ports/p1/groups
answers 404 n1 GET /v1/ports/
answers 404 n1 GET //v1/ports
answers 405 n1 POST /v1/ports/p1 '{}'
curl -s -D - -o /dev/null -X POST --unix-socket "$SOCKET" http://localhost/v1/ports/p1 |
	grep -qi '^allow: GET, PUT, DELETE' || fail "405 without an Allow header"
answers 400 n1 GET '/v1/ports?colour=red'
answers 400 n1 GET '/v1/ports?vni=16777216'
answers 400 n1 PUT /v1/ports/p1/groups/10.1.1.1 '{"vni": 77}'
answers 404 n1 PUT /v1/ports/a%2Fb '{"vni": 77}'
answers 400 n1 PUT /v1/ports/a:b '{"vni": 77}'
answers 400 n1 PUT /v1/ports/averyveryverylongname '{"vni": 77}'
answers 400 n1 PUT /v1/ports/p1 '{"vni": 77'
answers 400 n1 PUT /v1/ports/p1 '{"vni": 77, "vni": 78}'
answers 400 n1 PUT /v1/ports/p1 ''
answers 422 n1 PUT /v1/ports/p1 '[]'
answers 422 n1 GET /v1/ports '{}'
ok "what is wrong is refused with a problem object"

# A port whose device comes later, with a member on it; the agent is killed meanwhile.
answers 201 n1 PUT /v1/ports/late '{"vni": 77}'
[[ $(field state) == pending ]] || fail "a port without a device is $(field state)"
answers 201 n1 PUT /v1/ports/late/groups/239.5.5.5 '{"vni": 77, "mode": "include", "sources": ["10.9.9.9"]}'
stop agent-n1 KILL
agent n1
on n1 ip link add late type veth peer name late-peer
on n1 ip link set late up
wait_for 5 "[[ \$(mc n1 -j member show 239.5.5.5 vni 77 port late 2>/dev/null) == *'\"sources\":[\"10.9.9.9\"]'* ]]"
ok "what the API was told outlives a kill, and waits for its device"
answers 204 n1 DELETE /v1/ports/late
wait_for 5 "[[ \$(mc n1 group show) != *239.5.5.5* && \$(mc n1 port show) != *late* ]]"
ok "a port goes with its members, and these with their group"

# What the host behind the port has joined, and what the API subscribes, do not undo one another.
join n1p2 239.3.3.3
answers 201 n1 PUT /v1/ports/p2/groups/239.3.3.3 '{"vni": 77}'
# shellcheck disable=SC2317 # called by wait_for
held_by() { api n1 GET /v1/ports/p2/groups/239.3.3.3 && [[ $(field 'origins | join(",")') == "$1" ]]; }
wait_for 5 "held_by report,control"
answers 204 n1 DELETE /v1/ports/p2/groups/239.3.3.3
wait_for 5 "held_by report"
answers 201 n1 PUT /v1/ports/p2/groups/239.3.3.3 '{"vni": 77}'
wait_for 5 "held_by report,control"
stop join-n1p2-239.3.3.3
wait_for 10 "held_by control"
ok "a host's leave and an unsubscription undo only what is theirs"

# An event for everyone who listens.
for i in 1 2; do
	start "listen-$i" n1 curl -sN --unix-socket "$SOCKET" http://localhost/v1/events
	wait_for 5 "grep -qs listening '$TMP/listen-$i.out'"
done
join n1p2 239.3.3.3
for i in 1 2; do
	wait_for 5 "grep -qs '\"event\":\"join\".*\"group\":\"239.3.3.3\".*\"port\":\"p2\"' '$TMP/listen-$i.out'"
done
ok "each listener gets each event"
exit 0
