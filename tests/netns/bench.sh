#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The benchmark works: each contender delivers every packet to whom it should and to nobody else, and each
# measurement has its figures. How large they are is no matter here.
# vm: no, it needs Python
# timeout: 240
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

probe_bench() { has ethtool && has python3; }
skip_unless bench
[[ -f $BUILD/tests/bench/live.bpf.o ]] || make -s -C "$ROOT" BUILD="$BUILD" bench-build
contenders="bpfcast cilium bare bridge mirred xdp vxlan geneve metadata head"
result=$TMP/result.json
# Its status tells void runs, too, which a busy machine may make, so it may run again.
for _ in 1 2 3; do
	OUT=$TMP QUICK=1 ROUNDS=1 SECONDS_EACH=0.05 RECEIVERS="1 2" CONTENDERS=$contenders \
		"$ROOT/scripts/bench" local remote receive guard bystander latency memory >"$TMP/bench.out" || true
	[[ -f $result ]] || fail "no result: $(tail -3 "$TMP/bench.out")"
	wrong=$(jq -r '.failures[], .notes[], (.rows[] | select(.absent)) | tostring' "$result")
	[[ ! $wrong ]] || fail "$wrong"
	rows=$(jq '[.rows[] | select(.runs == 1)] | length' "$result")
	[[ $rows != 27 ]] || break
done
[[ $rows == 27 ]] || fail "$rows rows"
# What is left to the host costs next to nothing, or by the luck of a run nothing.
facts=$(jq '[.facts[] | select(.value > 0 or (.what | startswith("unicast")))] | length' "$result")
[[ $facts == 11 ]] || fail "$facts facts"
ok "$rows rows, $facts facts"
for plot in local local-ratio guard-ratio; do
	python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$TMP/$plot.svg" || fail "$plot.svg"
done
ok "plots are XML"
