# SPDX-License-Identifier: Apache-2.0
"""Two senders at once, each a pod with a CPU of its own, to the same receivers: what they send together,
beside what one sends."""
import os
import subprocess

import local_contenders as who
from contest import CHECK_PACKETS, Contest, set_up
from lab import VNI, Failure, IpSink, generator, parse_sent

TITLE = "two senders"
SECOND = "-b"  # ends the name of a contender's second sender pod


class BpfcastTwice(who.Bpfcast):
    def set_up(self, lab, numbers):
        super().set_up(lab, numbers)
        lab.ours("port", "add", lab.add_sender(self.name + SECOND), "vni", VNI)


class CiliumTwice(who.Cilium):
    def set_up(self, lab, numbers):
        super().set_up(lab, numbers)
        self.name += SECOND
        super().set_up(lab, numbers)
        self.name = self.name[:-len(SECOND)]


class BridgeTwice(who.Bridge):
    def set_up(self, lab, numbers):
        super().set_up(lab, numbers)
        lab.batch("node", [f"link set {lab.add_sender(self.name + SECOND)} master br0"])


def together(lab, names, n, seconds):
    """Packets of all of them, and the time of the slowest."""
    end = ["-t", str(seconds)] if seconds else ["-c", str(CHECK_PACKETS)]
    running = [subprocess.Popen(generator(lab, name, "mcsend", "-g", who.group(n), "-i", "eth0", *end,
                                          cpu=cpu), stdout=subprocess.PIPE, text=True)
               for cpu, name in enumerate(names)]
    said = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise Failure("a sender failed")
    sent = [parse_sent(text) for text in said]
    return sum(packets for packets, _ in sent), max(took for _, took in sent)


def measure(bench):
    if os.cpu_count() < 2:
        raise Failure("this machine has one CPU")
    numbers = bench.receivers(2, 16, quick=(2,))
    points = [{"senders": count, "receivers": n} for n in numbers for count in (1, 2)]
    contenders = [BpfcastTwice(), CiliumTwice(), BridgeTwice()]
    with who.PodLab("cores", max(numbers)) as lab:
        contenders = set_up(bench, lab, contenders, numbers)
        sink = IpSink(lab, lab.receivers)

        def send(point, contender, seconds):
            names = [contender.name, contender.name + SECOND][:point["senders"]]
            return together(lab, names, point["receivers"], seconds)

        contest = Contest(bench, "cores", points, contenders, sink, send,
                          lambda point: point["receivers"])
        rows = contest.hold(bench.rounds, bench.seconds)
        bench.add(contest, rows)
        sink.close()
    for n in numbers:
        for contender in contenders:
            rates = [row["rate"]["median"] for row in rows
                     if row["receivers"] == n and row["contender"] == contender.name and "rate" in row]
            if len(rates) == 2:
                bench.fact("cores", f"two senders through one, N={n}, {contender.title}",
                           rates[1] / rates[0], "x")
