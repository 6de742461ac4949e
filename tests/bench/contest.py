# SPDX-License-Identifier: Apache-2.0
"""Contenders side by side: every round runs each once at each point, in an order that rotates. A ratio
is the base's figure through the rival's of the same round, so that a busy machine hurts both; of all
rounds the median. A run that lost, doubled or misled a copy is void, and so is its pair."""
import statistics
import sys
import time

from lab import Failure, backlog_drops

CHECK_PACKETS = 64
SETTLE = 2  # seconds that late copies have
QUIET = 0.2  # seconds without a copy: a queue is empty
DRAINED = 10  # seconds after which we no longer wait for that
VOID_MAX = 1 / 3  # of the pairs of a row may be void before we refuse a ratio


class Contender:
    """Who takes part. @queued: it takes packets from a queue of its own, which overflows when it is
    slower than the sender, so its figure is what it delivered; that favours it."""
    queued = False
    receivers_max = 1 << 30

    def __init__(self, name, title):
        self.name, self.title = name, title


def set_up(bench, lab, contenders, numbers):
    """Those of them that could be: the base must."""
    able = []
    for contender in contenders:
        try:
            contender.set_up(lab, numbers)
            able.append(contender)
        except Failure as failure:
            if not able:
                raise
            bench.leave_out(contender, "", str(failure))
    return able


def spread(values):
    low, high = statistics.quantiles(values, n=4, method="inclusive")[::2] if len(values) > 1 else values * 2
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "q1": low, "q3": high}


class Contest:
    """A measurement's points and contenders, the first of which is the base. @count(point) reads the
    sink: copies by receiver; @send(point, contender, seconds or None for CHECK_PACKETS) returns packets
    and seconds; @due(point) is how many receivers of the sink, its first ones, each get every packet."""

    def __init__(self, bench, measure, points, contenders, sink, send, due):
        self.bench, self.measure = bench, measure
        self.points, self.contenders = points, contenders
        self.sink, self.send, self.due = sink, send, due
        self.seen = sink.read()
        self.runs, self.absent = [], {}

    def counted(self, due, expected):
        """Copies to whom they are due and to others, waiting for late ones."""
        end = time.monotonic() + SETTLE
        while True:
            now = self.sink.read()
            new = [a - b for a, b in zip(now, self.seen)]
            if sum(new[:due]) >= expected or time.monotonic() > end:
                self.seen = now
                return new[:due], sum(new[due:])

    def drained(self, due):
        """The same when a queue may hold more of them, and when the last one came."""
        now, last = self.sink.read(), time.monotonic()
        end = last + DRAINED
        while time.monotonic() < min(last + QUIET, end):
            time.sleep(QUIET / 20)
            before, now = now, self.sink.read()
            if now != before:
                last = time.monotonic()
        new = [a - b for a, b in zip(now, self.seen)]
        self.seen = now
        return new[:due], sum(new[due:]), last

    def once(self, round_number, point, contender, seconds):
        drops = backlog_drops()
        sent, took = self.send(point, contender, seconds)
        start, due = time.monotonic() - took, self.due(point)
        if contender.queued:
            copies, stray, last = self.drained(due)
            rate = sum(copies) / due / (last - start)
        else:
            copies, stray = self.counted(due, sent * due)
            rate = sent / took
        return {"measure": self.measure, **point, "contender": contender.name, "round": round_number,
                "sent": sent, "seconds": took, "rate": rate, "copies": sum(copies), "stray": stray,
                "backlog_drops": backlog_drops() - drops,
                "void": bool(stray) or not sent or
                        (not contender.queued and any(count != sent for count in copies))}

    def check(self, point, contender):
        """Before a contender's first run at a point: does it do the work at all?"""
        try:
            run = self.once(0, point, contender, None)
        except Failure as failure:
            return str(failure)
        due = run["sent"] * self.due(point)
        if run["copies"] == due and not run["stray"]:
            return None
        return f"delivered {run['copies']} of {due} copies, {run['stray']} to others"

    def hold(self, rounds, seconds):
        self.drained(0)  # what setting up has sent
        for i, point in enumerate(self.points):
            for contender in self.contenders:
                why = (f"takes {contender.receivers_max} receivers at most"
                       if self.due(point) > contender.receivers_max else self.check(point, contender))
                if why:
                    self.absent[i, contender.name] = why
                    self.bench.leave_out(contender, f", {describe(point)}", why)
        for number in range(rounds):
            for i, point in enumerate(self.points):
                here = [c for c in self.contenders if (i, c.name) not in self.absent]
                for k in range(len(here)):
                    self.runs.append(self.once(number, point, here[(k + number) % len(here)], seconds))
            self.bench.progress(f"{self.measure}: {number + 1} of {rounds} rounds")
        return self.rows()

    def rows(self):
        rows = []
        for i, point in enumerate(self.points):
            of = {c.name: [r for r in self.runs if all(r[k] == v for k, v in point.items()) and
                           r["contender"] == c.name] for c in self.contenders}
            for contender in self.contenders:
                row = {"measure": self.measure, **point, "contender": contender.name,
                       "title": contender.title}
                rows.append(row)
                if (i, contender.name) in self.absent:
                    row["absent"] = self.absent[i, contender.name]
                    continue
                row.update(summary(of[self.contenders[0].name], of[contender.name]))
        return rows


def summary(base, runs):
    clean = [r["rate"] for r in runs if not r["void"]]
    by_round = {r["round"]: r["rate"] for r in base if not r["void"]}
    ratios = [by_round[r["round"]] / r["rate"] for r in runs
              if not r["void"] and r["round"] in by_round and r["rate"]]
    row = {"runs": len(runs), "void": len(runs) - len(clean),
           "backlog_drops": sum(r["backlog_drops"] for r in runs)}
    if clean:
        row["rate"] = spread(clean)
    if ratios and len(ratios) >= (1 - VOID_MAX) * len(runs):
        row["ratio"] = spread(ratios)
    return row


def describe(point):
    return ", ".join(f"{key} {value}" for key, value in point.items())


def progress_line(text):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
