# SPDX-License-Identifier: Apache-2.0
"""The project's goals beside what a run measured, as the README's table. A goal is a ratio of a row or
a fact, and a bound; "limit" is what the bare loop, which does nothing but copy, reaches against the same
rival in the same rounds."""
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
LIMIT = "bare"


class Ratio:
    """Median ratio of the base through @contender at the point that has @where; @low to @high."""

    def __init__(self, measure, contender, low=None, high=None, words="", **where):
        self.measure, self.contender, self.where = measure, contender, where
        self.low, self.high, self.words = low, high, words
        self.unit = "x"

    def row(self, result, contender):
        for row in result["rows"]:
            if (row["measure"] == self.measure and row["contender"] == contender and
                    all(row.get(key) == value for key, value in self.where.items())):
                return row
        return {}

    def value(self, result):
        ratio = self.row(result, self.contender).get("ratio")
        return ratio and ratio["median"]

    def limit(self, result):
        """By what both are to the base in the same rounds."""
        limit = self.row(result, LIMIT).get("ratio")
        rival = self.row(result, self.contender).get("ratio")
        if self.measure != "local" or self.contender == LIMIT or not limit or not rival:
            return None
        return rival["median"] / limit["median"]

    def name(self):
        n = self.where.get("receivers") or self.where.get("vteps")
        return f"N={n}" if n else self.where.get("unwanted", self.words)


class Fact:
    """A figure that has no rival, by the words it was said with; at most @high, at least @low."""

    def __init__(self, measure, what, low=None, high=None, unit=""):
        self.measure, self.what, self.low, self.high, self.unit = measure, what, low, high, unit

    def value(self, result):
        for fact in result["facts"]:
            if fact["measure"] == self.measure and fact["what"] == self.what:
                return fact["value"]
        return None

    def limit(self, _result):
        return None

    def name(self):
        return ""


def ratios(measure, contender, goals, key="receivers", **where):
    return [Ratio(measure, contender, low=goal, **{key: n}, **where) for n, goal in goals.items()]


def udp(contender, goals):
    return ratios("local", contender, goals, **{"from": "udp", "size": 100})


GOALS = (
    ("local fan-out through the Cilium-shaped program", udp("cilium", {1: 4.5, 2: 4, 4: 2.9, 16: 1.85, 64: 1.4})),
    ("local fan-out through the kernel bridge with MDB", udp("bridge", {2: 1.6, 16: 1.3})),
    ("local fan-out through a tc mirred chain", udp("mirred", {2: 1.05, 16: 0.92})),
    ("local fan-out through the bare loop", udp("bare", {1: 0.90, 16: 0.95})),
    ("remote fan-out through the vxlan collect-metadata device",
     ratios("remote", "metadata", {2: 1.3, 16: 1.7}, key="vteps")),
    ("remote fan-out, VXLAN through Geneve",
     [Ratio("remote", "geneve", low=0.95, high=1.05, vteps=n) for n in (2, 16)]),
    ("receive and fan out through vxlan device + Cilium-shaped program",
     ratios("receive", "cilium", {2: 3.9, 16: 1.7})),
    ("unwanted underlay multicast, XDP guard through tc",
     [Ratio("guard", "tc", low=2.5, unwanted=what) for what in ("no member", "unknown VTEP")]),
    ("traffic that is not ours, nanoseconds in our program",
     [Fact("bystander", "unicast through port_ingress, less an empty program", high=25, unit="ns")]),
    ("traffic that is not ours, packets a second through no program's",
     [Ratio("bystander", "none", low=0.98)]),
    ("cost against capacity",
     [Ratio("capacity", "groups", low=0.95, high=1.05, words="1 group through 100,000"),
      Ratio("capacity", "slots", low=0.95, high=1.05, words="16 slots through 16,384")]),
    ("join to first packet, same node, p99",
     [Fact("latency", "report to first packet, p99", high=200, unit="us")]),
    ("join to first packet, another node, p99",  # needs the agent
     [Fact("latency", "report to first packet of another node, p99", high=50000, unit="us")]),
    ("joins a second in test_run", [Fact("joins", "joins in test_run", low=500000, unit="/s")]),
    ("10,000 reports a second from sockets, lost",
     [Fact("joins", "lost of 10,000 reports in a second", high=0, unit="")]),
    ("add 10,000 groups in a batch", [Fact("control", "add 10,000 groups in a batch", high=2, unit="s")]),
    ("show 10,000 groups", [Fact("control", "show 10,000 groups", high=0.5, unit="s")]),
    ("memory of a group", [Fact("memory", "a group without its slots", high=1000, unit="B")]),
    ("memory of a slot", [Fact("memory", "a slot", high=16, unit="B")]),
)


def measurements():
    return {goal.measure for _, goals in GOALS for goal in goals}


def digits(value):
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def goal_words(goal):
    if goal.low is not None and goal.high is not None:
        return f"{goal.low:.2f} to {goal.high:.2f}"
    if goal.low is not None:
        return f"&ge; {goal.low:g}" if goal.low < 1000 else f"&ge; {goal.low:,}"
    return f"&le; {goal.high:g} {goal.unit}".rstrip()


def verdict(goal, value):
    if value is None:
        return "not measured"
    fits = (goal.low is None or value >= goal.low) and (goal.high is None or value <= goal.high)
    return "yes" if fits else "**no**"


def lines(result):
    for title, goals in GOALS:
        for goal in goals:
            value, limit = goal.value(result), goal.limit(result)
            yield (f"{title}{', ' if goal.name() else ''}{goal.name()}", goal_words(goal),
                   "-" if value is None else digits(value),
                   "" if limit is None else digits(limit), verdict(goal, value))


def markdown(result):
    head = (f"Measured by `make bench` on {result['date'][:10]}, Linux {result['kernel']}, "
            f"{result['cpus']} CPUs; ratios are bpfcast's packets a second through the rival's, medians of "
            f"{result['rounds']} interleaved pairs. Limit: the bare loop's ratio in the same rounds.")
    rows = ["| what | goal | measured | limit | met |", "| --- | --- | --- | --- | --- |"]
    rows += [f"| {' | '.join(line)} |" for line in lines(result)]
    return "\n".join([head, "", *rows])


def text(result):
    form = "{:<66} {:>14} {:>12} {:>7}  {}"
    rows = [form.format("goal", "bound", "measured", "limit", "met")]
    for what, goal, value, limit, met in lines(result):
        bound = goal.replace("&ge;", ">=").replace("&le;", "<=")
        rows.append(form.format(what, bound, value, limit, met.strip("*")).rstrip())
    return "\n".join(rows)


def into_readme(result, path):
    with open(path, encoding="utf-8") as file:
        readme = file.read()
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n{markdown(result)}\n{END}{after}")
