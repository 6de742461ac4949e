# SPDX-License-Identifier: Apache-2.0
"""Where a run goes: text, JSON, plots, docs/bench and the README."""
import json
import os
import sys

import goals
import plot
import table

AGREE = 1.10  # two runs hours apart


def show(result):
    table.show(result)
    print()
    print(goals.text(result))
    return 0


def write_json(path, result):
    """An item a line, so that diff can show what changed."""
    lists = ("notes", "rows", "facts", "failures", "runs")
    parts = [json.dumps({key: value for key, value in result.items() if key not in lists}, indent=1)[:-2]]
    for key in lists:
        lines = ",".join(f"\n  {json.dumps(item)}" for item in result.get(key, []))
        parts.append(f' "{key}": [{lines}\n ]')
    with open(path, "w", encoding="ascii") as file:
        file.write(",\n".join(parts) + "\n}\n")


def keep(result, where):
    os.makedirs(where, exist_ok=True)
    write_json(f"{where}/result.json", result)
    plot.draw(result, where)


def publish(result):
    """Without the single runs, which are many. Only a whole run: the table is of one."""
    missing = goals.measurements() - set(result["measurements"])
    if result["quick"] or missing:
        print(f"bench: not published: {'quick' if result['quick'] else 'without ' + ', '.join(missing)}",
              file=sys.stderr)
        return 1
    name = f"{result['date'][:10]}-{result['kernel']}"
    os.makedirs("docs/bench", exist_ok=True)
    write_json(f"docs/bench/{name}.json", {**result, "runs": []})
    for path in plot.draw(result, "docs/bench", f"{name}-"):
        print(path)
    goals.into_readme(result, "README.md")
    return 0


def key(row):
    skip = ("title", "runs", "void", "backlog_drops", "rate", "ratio", "absent")
    return tuple(sorted((k, str(v)) for k, v in row.items() if k not in skip))


def compare(first, second):
    """Status 1 if a ratio that both have differs by more than AGREE says."""
    ratios = {key(row): row["ratio"]["median"] for row in first["rows"] if "ratio" in row}
    apart = both = 0
    for row in second["rows"]:
        if "ratio" not in row or key(row) not in ratios:
            continue
        both += 1
        a, b = ratios[key(row)], row["ratio"]["median"]
        if max(a, b) > AGREE * min(a, b):
            apart += 1
            print(f"{row['measure']} {table.point(row)} {row['title']}: {a:.2f} and {b:.2f}")
    print(f"{both - apart} of {both} ratios agree within {AGREE - 1:.0%}")
    return 1 if apart or not both else 0
