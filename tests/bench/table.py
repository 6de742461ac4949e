# SPDX-License-Identifier: Apache-2.0
"""The figures of a run as text."""
KEYS = ("measure", "contender", "title", "absent", "runs", "void", "backlog_drops", "rate", "ratio")


def number(value, form="{:.2f}"):
    return "-" if value is None else form.format(value)


def rate(value):
    return number(value, "{:.0f}" if value is None or value >= 1000 else "{:.1f}")


def point(row):
    return " ".join(f"{key}={value}" for key, value in row.items() if key not in KEYS)


def show(result):
    print(f"Linux {result['kernel']}, {result['cpus']} CPUs, {result['rounds']} rounds of "
          f"{result['seconds_each']} s, medians; ratio: of the base, the first contender, through this one")
    form = "{:<46} {:<30} {:>10} {:>6} {:>12}  {}"
    measure = None
    for row in result["rows"]:
        if row["measure"] != measure:
            measure = row["measure"]
            print()
            print(form.format(f"{measure}", "contender", "a second", "ratio", "quartiles", "void"))
        if "absent" in row:
            print(form.format(point(row), row["title"], "-", "-", "-", row["absent"]))
            continue
        rates, ratio = row.get("rate"), row.get("ratio")
        print(form.format(
            point(row), row["title"], rate(rates and rates["median"]), number(ratio and ratio["median"]),
            f"{ratio['q1']:.2f}-{ratio['q3']:.2f}" if ratio else "VOID",
            f"{row['void']} of {row['runs']}" if row["void"] else "").rstrip())
    if result["facts"]:
        print()
    for fact in result["facts"]:
        print(f"{fact['measure']:<10} {fact['what']:<68} {fact['value']:>14,.2f} {fact['unit']}")
    for failure in result["failures"]:
        print(f"{failure['measure']}: NOT MEASURED: {failure['why']}")
