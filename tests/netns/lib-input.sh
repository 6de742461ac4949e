# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# Wrong input to bpfcast on n1. A test sets $before to the state that nothing may change.

state() {
	local object
	for object in status "underlay show" "port show" "vtep show" "group show" "member show" "m2p show" \
		"forward show"; do
		# shellcheck disable=SC2086 # words
		mc n1 -j $object
	done | jq -c 'del(.. | .age?, .loaded?)'
}

# wrong EXIT PATTERN ARGUMENT ...
wrong() {
	local rc=0
	mc n1 "${@:3}" >"$TMP/wrong.out" 2>"$TMP/wrong.err" </dev/null || rc=$?
	[[ $rc == "$1" ]] || fail "'${*:3}' ended with $rc, not $1: $(cat "$TMP/wrong.err")"
	[[ ! -s $TMP/wrong.out ]] || fail "'${*:3}' wrote to stdout: $(head -c 200 "$TMP/wrong.out")"
	[[ $(wc -l <"$TMP/wrong.err") == 1 ]] || fail "'${*:3}' did not say one sentence: $(cat "$TMP/wrong.err")"
	grep -Eq "^bpfcast: .*$2" "$TMP/wrong.err" || fail "'${*:3}' does not speak of '$2' but: $(cat "$TMP/wrong.err")"
}

unchanged() {
	[[ $(state) == "$before" ]] || fail "$1: changed: $(diff <(echo "$before") <(state))"
	ok "$1"
}
