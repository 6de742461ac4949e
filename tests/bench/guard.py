# SPDX-License-Identifier: Apache-2.0
"""Unwanted underlay multicast: frames a second that XDP drops, beside what tc drops when there is no XDP
program, and beside the limit: a program that drops what it has not read. A frame must be counted as
dropped, and must reach nobody."""
import json

import frames
from contest import Contest, set_up
from lab import VNI, IpSink, counts
from receive import Ours, ReceiveLab, Underlay, live

TITLE = "unwanted underlay multicast"
UNWANTED_GROUP = "239.9.9.9"  # added, and without a member here
STRANGER = 99  # the host part of an address that is no VTEP
REASONS = {"no member": "no_member", "unknown VTEP": "unknown_vtep"}


class Limit(Underlay):
    """Drops whatever comes: what of a frame's time is the generator's and the device's."""

    def __init__(self):
        super().__init__("limit", "bare XDP_DROP (limit)", 4)
        self.map = None

    def set_up(self, lab, numbers):
        self.map = lab.rival("node", "xdp_drop", self.add_device(lab)).split()[1]


class DropSink:
    """What bpfcast and the limit say that they dropped; and behind them the receivers' IP layers, which
    get nothing."""

    def __init__(self, lab, limit):
        self.lab, self.limit, self.ip = lab, limit, IpSink(lab, lab.receivers)

    def read(self):
        stats = json.loads(self.lab.ours("-j", "-s", "stats", "show"))
        dropped = sum(row["packets"] for row in stats if row.get("reason") in REASONS.values())
        if self.limit.map:
            dropped += counts(self.limit.map)[0]
        return [dropped, *self.ip.read()]

    def close(self):
        self.ip.close()


def measure(bench):
    points = [{"unwanted": what} for what in REASONS]
    limit = Limit()
    contenders = [Ours("xdp", "XDP guard", 2, "native"), Ours("tc", "tc alone", 3, "off"), limit]
    with ReceiveLab("guard", 1) as lab:
        contenders = set_up(bench, lab, contenders, [1])
        lab.ours("group", "add", UNWANTED_GROUP, "vni", VNI)
        sink = DropSink(lab, limit)

        def send(point, contender, seconds):
            host = STRANGER if point["unwanted"] == "unknown VTEP" else 2
            frame = contender.frame(frames.data(UNWANTED_GROUP, 100), host)
            return live(lab, contender, frame, 1, seconds)

        contest = Contest(bench, "guard", points, contenders, sink, send, lambda point: 1)
        bench.add(contest, contest.hold(bench.rounds, bench.seconds))
        sink.close()
