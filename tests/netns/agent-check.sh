#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# 'bpfcastd --check' and docs/bpfcast.schema.json refuse the same documents, but for what takes
# knowledge that a schema has not; and each fault has its place and a sentence.
# timeout: 120
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-api.sh"

mkdir -p "$TMP"
TMP=$TMP "$PYTHON" "$ROOT/tests/agent/schema.py" "$BUILD/bpfcastd" "$ROOT/docs/bpfcast.schema.json" \
	"$ROOT/tests/agent/config/full.json" 700

# refused DOCUMENT PATH WORDS: the one fault of it
refused() {
	echo "$1" >"$TMP/config.json"
	! "$BUILD/bpfcastd" --check "$TMP/config.json" 2>"$TMP/said" || fail "accepted: $1"
	[[ $(wc -l <"$TMP/said") == 1 ]] || fail "not one line: $(cat "$TMP/said")"
	[[ $(cat "$TMP/said") == "$TMP/config.json: $2: "*"$3"* ]] || fail "'$1': $(cat "$TMP/said")"
}

refused '{"vnis": [{"vni": 7}, {"vni": 7}]}' '$' 'VNI 7 is there twice'
refused '{"ports": [{"port": "a", "vni": 7, "colour": 1}]}' '$.ports[0].colour' 'no such field; those there are: port, vni'
refused '{"ports": [{"vni": 7}]}' '$.ports[0]' "'port' is missing"
refused '{"ports": [{"port": "a", "vni": 16777216}]}' '$.ports[0].vni' 'out of range: 0 to 16777215'
refused '{"ports": [{"port": "a", "vni": 7, "kind": "big"}]}' '$.ports[0].kind' 'say "edge", "shared", "uplink" or "system"'
refused '{"vnis": [{"vni": 7, "querier": {"query_interval": 5000}}]}' '$.vnis[0].querier.response_interval' 'not less than query_interval'
refused '{"groups": [{"group": "10.1.1.1", "vni": 7}]}' '$.groups[0].group' 'is no multicast address'
refused '{"groups": [{"group": "224.0.0.5", "vni": 7}]}' '$.groups[0].group' 'link_local'
refused '{"members": [{"group": "232.1.1.1", "vni": 7, "port": "a"}]}' '$.members[0].mode' 'say "include"'
refused '{"members": [{"group": "239.1.1.1", "vni": 7, "port": "a", "sources": ["::1"]}]}' '$.members[0].sources' 'family'
refused '{"members": [{"group": "239.1.1.1", "vni": 7, "port": "a"}], "ports": [{"port": "a", "vni": 8}]}' '$' 'the port is in VNI 8'
refused '{"underlays": [{"underlay": "a"}], "ports": [{"port": "a", "vni": 8}]}' '$' 'is a port too'
refused '{"vteps": [{"vtep": "239.1.1.1"}]}' '$.vteps[0].vtep' 'unicast'
refused '{"vnis": [{"vni": 7,}]}' '$' 'is not JSON: line 1, column'
refused '{"vnis": [{"vni": 7, "vni": 8}]}' '$' 'duplicate object key'
refused '[]' '$' 'is not an object'
ok "each fault is said with its place"
! "$BUILD/bpfcastd" --check "$TMP/none.json" 2>/dev/null || fail "a file that is not there is accepted"
exit 0
