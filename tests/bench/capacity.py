# SPDX-License-Identifier: Apache-2.0
"""Does a packet cost more when tables are large? The same two receivers in an instance with one group of
16 slots, in one with 100,000 groups, and in one whose group has 16,384 slots."""
import frames
from contest import CHECK_PACKETS, Contender, Contest
from lab import VNI, IpSink, generate
from local_contenders import PodLab, group, ports

TITLE = "cost against capacity"
RECEIVERS = 2
OTHERS = "239.128.0.1"


class Instance(Contender):
    """An instance with devices of its own into the receivers."""

    def __init__(self, name, title, kind, others=0, slots=16):
        super().__init__(name, title)
        self.kind, self.others, self.slots = kind, others, slots

    def set_up(self, lab):
        suffix = f"-{self.name}"
        lab.load("groups", self.others + 16, suffix=suffix)
        here = ports(RECEIVERS, self.kind)
        lab.our_batch([f"port add {port} vni {VNI}" for port in [lab.add_sender(self.name), *here]] +
                      [f"group add {group(RECEIVERS)} vni {VNI} size {self.slots}"] +
                      [f"member add {group(RECEIVERS)} vni {VNI} port {port}" for port in here] +
                      [f"group add {other} vni {VNI} size 8"
                       for other in frames.groups_from(OTHERS, self.others)], suffix=suffix)


def measure(bench):
    others = 10_000 if bench.quick else 100_000
    contenders = [Instance("small", "1 group of 16 slots", "p"),
                  Instance("groups", f"{others:,} groups", "g", others=others),
                  Instance("slots", "1 group of 16,384 slots", "s", slots=16384)]
    points = [{"receivers": RECEIVERS}]
    with PodLab("capacity", RECEIVERS, ("p", "g", "s")) as lab:
        for contender in contenders:
            contender.set_up(lab)
        sink = IpSink(lab, lab.receivers)

        def send(_point, contender, seconds):
            end = ["-t", seconds] if seconds else ["-c", CHECK_PACKETS]
            return generate(lab, contender.name, "mcsend", "-g", group(RECEIVERS), "-i", "eth0",
                            *map(str, end))

        contest = Contest(bench, "capacity", points, contenders, sink, send, lambda point: RECEIVERS)
        bench.add(contest, contest.hold(bench.rounds, bench.seconds))
        sink.close()
