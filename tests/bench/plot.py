# SPDX-License-Identifier: Apache-2.0
"""Draws a run as SVG, by hand: what each contender reaches over N, and the ratios as bars. Colours are
Okabe and Ito's, which people who do not see all colours can tell apart."""
import html
import math

COLOURS = ("#0072b2", "#d55e00", "#555555", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a08a00")
FONT = 'font-family="DejaVu Sans, Helvetica, Arial, sans-serif"'
RATES = (  # measure, the key that is N, what else a point must be, title
    ("local", "receivers", {"from": "udp", "size": 100}, "Local fan-out: one pod to N pods of its node"),
    ("remote", "vteps", {"size": 100}, "Remote fan-out: one pod to N VTEPs"),
    ("receive", "receivers", {"size": 100}, "From the underlay to N pods"),
)
RATIOS = ("local", "remote", "receive", "guard", "capacity", "bystander")


class Svg:
    def __init__(self, width, height):
        self.width, self.height, self.parts = width, height, []

    def text(self, x, y, words, size=13, anchor="start", colour="#222222", weight="normal"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
                          f'fill="{colour}" font-weight="{weight}" {FONT}>{html.escape(words)}</text>')

    def line(self, x1, y1, x2, y2, colour="#dddddd", width=1.0, dash=""):
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                          f'stroke="{colour}" stroke-width="{width}"{dashes}/>')

    def path(self, points, colour):
        words = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{words}" fill="none" stroke="{colour}" stroke-width="2"/>')

    def dot(self, x, y, colour):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')

    def rectangle(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
                          f'height="{height:.1f}" fill="{colour}"/>')

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" '
                       f'height="{self.height}" viewBox="0 0 {self.width} {self.height}">\n'
                       f'<rect width="100%" height="100%" fill="#ffffff"/>\n')
            file.write("\n".join(self.parts) + "\n</svg>\n")


def round_up(value):
    """To 1, 2, 2.5 or 5 times a power of ten: a step of an axis."""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if value <= step * power * 1.0001)


def short(value):
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g} {name}"
    return f"{value:g}"


def caption(result):
    return (f"{result['date'][:10]}, Linux {result['kernel']}, {result['cpus']} CPUs, medians of "
            f"{result['rounds']} rounds; thin lines: quartiles")


def fits(row, measure, where):
    return row["measure"] == measure and all(row.get(k) == v for k, v in where.items()) and "rate" in row


def draw_rates(result, path, measure, key, where, title):
    rows = [row for row in result["rows"] if fits(row, measure, where)]
    numbers = sorted({row[key] for row in rows})
    names = list(dict.fromkeys(row["title"] for row in rows))
    if len(numbers) < 2:
        return False
    svg, left, top, width, height = Svg(920, 440), 80, 64, 520, 310
    step = round_up(max(row["rate"]["q3"] * row[key] for row in rows) / 5)
    steps = math.ceil(max(row["rate"]["q3"] * row[key] for row in rows) / step)

    def at(n, rate):
        return (left + width * (numbers.index(n) + 0.5) / len(numbers),
                top + height * (1 - rate * n / (step * steps)))

    svg.text(20, 26, title, 17, weight="bold")
    svg.text(20, 46, "copies a second, all of them delivered", 13, colour="#555555")
    for i in range(steps + 1):
        y = top + height * (1 - i / steps)
        svg.line(left, y, left + width, y)
        svg.text(left - 8, y + 4, short(step * i), 12, "end")
    for n in numbers:
        svg.text(at(n, 0)[0], top + height + 20, f"N = {n}", 12, "middle")
    final = {}
    for name, colour in zip(names, COLOURS):
        mine = sorted((row for row in rows if row["title"] == name), key=lambda row: row[key])
        svg.path([at(row[key], row["rate"]["median"]) for row in mine], colour)
        for row in mine:
            x, low = at(row[key], row["rate"]["q1"])
            svg.line(x, low, x, at(row[key], row["rate"]["q3"])[1], colour, 1.5)
            svg.dot(*at(row[key], row["rate"]["median"]), colour)
        final[name] = (mine[-1]["rate"]["median"] * mine[-1][key], colour)
    for i, name in enumerate(sorted(final, key=lambda name: -final[name][0])):
        y = top + 14 + 24 * i
        svg.line(left + width + 16, y - 4, left + width + 40, y - 4, final[name][1], 3)
        svg.text(left + width + 48, y, name, 13)
    svg.text(20, 426, caption(result), 11, colour="#777777")
    svg.write(path)
    return True


def label(row):
    skip = ("measure", "contender", "title", "runs", "void", "backlog_drops", "rate", "ratio")
    words = {"receivers": "N={}", "vteps": "N={}", "size": "{} B", "from": "{}", "unwanted": "{}"}
    return ", ".join(words.get(k, k + " {}").format(v) for k, v in row.items() if k not in skip)


def draw_ratios(result, path, measure):
    """Bars on a scale of logarithms, since twice and half are as far from the same."""
    base = next((row["title"] for row in result["rows"] if row["measure"] == measure), "")
    rows = [row for row in result["rows"] if row["measure"] == measure and "ratio" in row and
            row["title"] != base]
    if not rows:
        return False
    names = list(dict.fromkeys(row["title"] for row in rows))
    rows.sort(key=lambda row: names.index(row["title"]))
    left, width, high = 230, 530, 18
    svg = Svg(860, 96 + high * len(rows) + 30 * len(names) + 40)
    low = math.log2(min(0.5, *(row["ratio"]["q1"] for row in rows)))
    top = math.log2(max(2, *(row["ratio"]["q3"] for row in rows)))

    def x(ratio):
        return left + width * (math.log2(max(ratio, 0.01)) - low) / (top - low)

    svg.text(20, 26, f"{measure}: {base} through each rival", 17, weight="bold")
    svg.text(20, 46, "ratio of packets a second, pairs of the same round; right of 1: bpfcast is ahead"
             if "bpfcast" in base else "ratio of packets a second, pairs of the same round", 13,
             colour="#555555")
    bottom = svg.height - 46
    for power in range(math.ceil(low), math.floor(top) + 1):
        svg.line(x(2 ** power), 62, x(2 ** power), bottom, "#999999" if power == 0 else "#e4e4e4")
        svg.text(x(2 ** power), bottom + 16, f"{2 ** power:g}", 12, "middle")
    y, name = 62, None
    for row in rows:
        if row["title"] != name:
            name, y = row["title"], y + 30
            svg.text(20, y - 5, name, 12, weight="bold")
        ratio = row["ratio"]
        a, b = sorted((x(1), x(ratio["median"])))
        svg.rectangle(a, y + 3, b - a, high - 6, COLOURS[0] if ratio["median"] >= 1 else COLOURS[1])
        svg.line(x(ratio["q1"]), y + high / 2, x(ratio["q3"]), y + high / 2, "#222222", 1.5)
        svg.text(left - 8, y + 13, label(row), 11, "end")
        svg.text(left + width + 12, y + 13, f"{ratio['median']:.2f}", 12)
        y += high
    svg.text(20, svg.height - 10, caption(result), 11, colour="#777777")
    svg.write(path)
    return True


def draw(result, where, prefix=""):
    """The files that there was something to draw for."""
    paths = []
    for measure, key, point, title in RATES:
        path = f"{where}/{prefix}{measure}.svg"
        if draw_rates(result, path, measure, key, point, title):
            paths.append(path)
    for measure in RATIOS:
        path = f"{where}/{prefix}{measure}-ratio.svg"
        if draw_ratios(result, path, measure):
            paths.append(path)
    return paths
