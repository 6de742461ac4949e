#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# /metrics is OpenMetrics, and Prometheus' older format, and says what the kernel's devices saw; the alert
# rules and the dashboard name metrics that there are; the units of systemd are right.
#
#   n1p1 sends --- n1 --- n1p2 receives
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib-api.sh"

# shellcheck disable=SC2317 # called by skip_unless
probe_promtool() { command -v promtool >/dev/null || { echo "no promtool here" && false; }; }
skip_unless promtool

lab_up --nodes 1 --pods 2
agent_config n1 '{"groups": [{"group": "239.1.1.1", "vni": 77}], "ports": [{"port": "none", "vni": 77}],
	"vteps": [{"vtep": "192.0.2.9"}]}'
agent n1 '' --metrics 127.0.0.1:9469
join n1p2 239.1.1.1
before=$(counter n1p2 eth0 rx)
deliver n1p1 239.1.1.1 50
wait_for 5 "[[ \$(counter n1p2 eth0 rx) -ge $((before + 51)) ]]"

scrape() { on n1 curl -s -m 10 "${@:2}" http://127.0.0.1:9469/metrics >"$TMP/$1"; }
scrape open -H 'Accept: application/openmetrics-text; version=1.0.0,text/plain;q=0.5'
scrape older -H 'Accept: text/plain'
value() { sed -n "s/^$1 //p" "$TMP/open"; }
[[ $(value 'bpfcast_packets_total{reason="forwarded",verdict="done"}') == 51 ]] ||
	fail "forwarded: $(grep forwarded "$TMP/open")"
[[ $(value 'bpfcast_group_local_copies_total{vni="77",group="239.1.1.1"}') == 51 ]] ||
	fail "copies: $(grep copies "$TMP/open")"
[[ $(value 'bpfcast_port_memberships{port="p2",vni="77"}') == 1 ]] || fail "$(grep memberships "$TMP/open")"
[[ $(tail -n 1 "$TMP/open") == '# EOF' ]] || fail "no end"
ok "the figures are those of the kernel"

promtool check metrics <"$TMP/older" || fail "promtool does not like it"
"$PYTHON" "$ROOT/tests/agent/dashboard.py" "$TMP/open" "$ROOT/packaging/grafana-dashboard.json" \
	"$ROOT/packaging/bpfcast.rules.yml" "$TMP/panels.yml"
promtool check rules "$TMP/panels.yml" "$ROOT/packaging/bpfcast.rules.yml"
promtool test rules "$ROOT/tests/agent/rules_test.yml"
ok "alert rules and dashboard"

on n1 curl -s http://127.0.0.1:9469/healthz | grep -q ok || fail "no /healthz on TCP"
[[ $(on n1 curl -s -o /dev/null -w '%{http_code}' -X PUT -d '{"vni": 77}' http://127.0.0.1:9469/v1/ports/p9) == 404 ]] ||
	fail "the API is open on TCP"
ok "on TCP there are metrics alone"

if command -v systemd-analyze >/dev/null; then
	mkdir "$TMP/units"
	for unit in bpfcast@ bpfcastd@; do
		sed "s|/usr/sbin/bpfcast|$BUILD/bpfcast|; /^Documentation=/d" "$ROOT/packaging/$unit.service" >"$TMP/units/$unit.service"
	done
	systemd-analyze verify "$TMP"/units/*.service >"$TMP/verify" 2>&1 || fail "$(cat "$TMP/verify")"
	[[ ! -s $TMP/verify ]] || fail "$(cat "$TMP/verify")"
	ok "the units of systemd"
fi
"$BUILD/bpfcastd" --check "$ROOT/packaging/bpfcast.json"
exit 0
