# SPDX-License-Identifier: Apache-2.0
"""One run of the benchmark: its settings, what was measured, and where it goes."""
import datetime
import os
import sys

import report
from contest import progress_line
from lab import BPFCAST, BUILD, TOOLS, default_cpu


def environment(name, otherwise):
    return os.environ.get(name) or otherwise


class Bench:
    def __init__(self):
        self.quick = bool(os.environ.get("QUICK"))
        self.rounds = int(environment("ROUNDS", 10 if self.quick else 40))
        self.seconds = float(environment("SECONDS_EACH", 0.1))
        self.rows, self.runs, self.facts, self.failures, self.notes = [], [], [], [], []
        for tool in (BPFCAST, f"{TOOLS}/mcsend", f"{BUILD}/tests/bench/bare_loop.bpf.o"):
            if not os.path.exists(tool):
                sys.exit(f"bench: no {tool}; 'make bench' builds it")

    # ---- settings ----

    def receivers(self, *numbers, quick):
        """The N of a measurement: RECEIVERS limits them."""
        some = environment("RECEIVERS", "").split()
        return [n for n in (quick if self.quick else numbers) if not some or str(n) in some]

    def wants(self, contender, quick=True):
        some = environment("CONTENDERS", "").split()
        return contender in some if some else quick or not self.quick

    # ---- what measurements say ----

    @staticmethod
    def say(text):
        progress_line("")
        print(f"bench: {text}", file=sys.stderr)

    progress = staticmethod(progress_line)

    def leave_out(self, contender, where, why):
        self.notes.append(f"{contender.title}{where}: left out: {why}")
        self.say(self.notes[-1])

    def add(self, contest, rows):
        self.rows += rows
        self.runs += contest.runs

    def fact(self, measure, what, value, unit, **more):
        """A figure that has no rival."""
        self.facts.append({"measure": measure, "what": what, "value": value, "unit": unit, **more})

    def failed(self, measure, why):
        self.failures.append({"measure": measure, "why": why})
        self.say(f"{measure}: failed: {why}")

    # ---- the end ----

    def result(self, names):
        return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                "kernel": os.uname().release, "machine": os.uname().machine, "cpus": os.cpu_count(),
                "quick": self.quick, "rounds": self.rounds, "seconds_each": self.seconds,
                "generator_cpu": default_cpu() or "any", "measurements": list(names),
                "notes": self.notes, "rows": self.rows, "facts": self.facts, "failures": self.failures, "runs": self.runs}

    def report(self, names):
        """Prints and writes everything; status 1 if something could not be measured."""
        progress_line("")
        result = self.result(names)
        report.keep(result, environment("OUT", f"{BUILD}/bench"))
        report.show(result)
        unpublished = report.publish(result) if os.environ.get("README") else 0
        return 1 if unpublished or self.failures or any("ratio" not in row and "absent" not in row
                                         for row in self.rows) else 0
