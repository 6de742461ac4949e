#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the dashboard and the alert rules to what the agent really says.

usage: dashboard.py METRICS DASHBOARD RULES OUT

METRICS is OpenMetrics text of an agent, read by Prometheus' own strict parser. Every metric that an
expression names must be in it. The dashboard's expressions are written to OUT as rules for promtool.
"""
import json
import re
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

METRICS, DASHBOARD, RULES, OUT = sys.argv[1:]

with open(METRICS, encoding="utf-8") as file:
    families = list(text_string_to_metric_families(file.read()))
known = {family.name for family in families} | {s.name for family in families for s in family.samples}
known |= {family.name + "_total" for family in families if family.type == "counter"}  # of what there is none of

with open(DASHBOARD, encoding="utf-8") as file:
    dashboard = json.load(file)
expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
with open(RULES, encoding="utf-8") as file:
    rules = [line.split("expr:", 1)[1] for line in file if "expr:" in line]
for expression in expressions + rules:
    for name in re.findall(r"\bbpfcast_\w+", expression):
        if name not in known:
            sys.exit(f"no metric '{name}': {expression}")
with open(OUT, "w", encoding="utf-8") as file:
    file.write("groups:\n- name: dashboard\n  rules:\n")
    for number, expression in enumerate(expressions):
        expression = expression.replace("$__rate_interval", "5m").replace("$instance", ".*")
        file.write(f"  - record: panel:{number}\n    expr: {json.dumps(expression)}\n")
if len(families) < 25 or len(expressions) < 10:
    sys.exit("too few to prove anything")
print(f"{len(families)} families, {len(expressions)} expressions, {len(rules)} alerts")
