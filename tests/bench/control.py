# SPDX-License-Identifier: Apache-2.0
"""What operators and agents wait for: 10,000 groups added, shown, flushed, by the command itself."""
import json
import statistics
import time

import frames
from lab import VNI, Failure, Lab

TITLE = "control plane"
COUNT = 10_000
FIRST = "239.3.0.1"


def timed(call, *args):
    start = time.monotonic()
    said = call(*args)
    return time.monotonic() - start, said


def measure(bench):
    tries = 2 if bench.quick else 5
    lines = [f"group add {group} vni {VNI}" for group in frames.groups_from(FIRST, COUNT)]
    seconds = {"add 10,000 groups in a batch": [], "show 10,000 groups": [],
               "show 10,000 groups as JSON": [], "flush 10,000 groups": []}
    with Lab("control") as lab:
        lab.load("groups", 2 * COUNT)
        for _ in range(tries):
            said = [timed(lab.our_batch, lines), timed(lab.ours, "group", "show"),
                    timed(lab.ours, "-j", "group", "show"), timed(lab.ours, "group", "flush")]
            if len(json.loads(said[2][1])) != COUNT:
                raise Failure(f"{len(json.loads(said[2][1]))} of {COUNT} groups are shown")
            for values, (took, _) in zip(seconds.values(), said):
                values.append(took)
    for what, values in seconds.items():
        bench.fact("control", what, statistics.median(values), "s", each=values)
