# SPDX-License-Identifier: Apache-2.0
"""Local fan-out: packets a second that one pod sends to N receiver pods of its node without losing a
copy, by bpfcast and by its rivals, in one topology and one run."""
import shutil

import local_contenders as who
from contest import CHECK_PACKETS, Contest, set_up
from lab import IpSink, generate

TITLE = "local fan-out"
GSO_SEGMENTS = 40  # of 1400 bytes: a super-frame of 56 kB
NEEDS = {"ipmr": "smcrouted", "ovs": "ovs-vswitchd", "xdp": "ethtool"}


def points(bench):
    """From the full matrix what tells most: each N at one size, each size at N of 2 and 16, a generator
    that costs less, and super-frames."""
    most = bench.receivers(1, 2, 4, 16, 64, 256, quick=(1, 2, 4, 16))
    list_ = [{"from": "udp", "size": 100, "receivers": n} for n in most]
    for n in bench.receivers(2, 16, quick=()):
        list_ += [{"from": "udp", "size": size, "receivers": n} for size in (64, 1400)]
    list_ += [{"from": "raw", "size": 100, "receivers": n} for n in bench.receivers(1, 2, 16, quick=())]
    list_ += [{"from": "gso", "size": 1400, "receivers": n} for n in bench.receivers(16, quick=())]
    return list_


def sending(lab, point, contender, seconds):
    n, how = point["receivers"], {"udp": [], "raw": ["-R"], "gso": ["-G", GSO_SEGMENTS]}[point["from"]]
    end = ["-t", seconds] if seconds else ["-c", CHECK_PACKETS]
    return generate(lab, contender.sender(n), "mcsend", *map(str, how), "-g", who.group(n), "-i", "eth0",
                    "-s", str(point["size"]), *map(str, end))


def contenders(bench):
    list_ = []
    for contender in (make() for make in who.ALL):
        if bench.wants(contender.name, quick=contender.name not in ("ipmr", "xdp", "ovs")):
            tool = NEEDS.get(contender.name)
            if tool and not shutil.which(tool):
                bench.leave_out(contender, "", f"no {tool} here; 'scripts/install-deps bench' has it")
            else:
                list_.append(contender)
    return list_


def measure(bench):
    list_, here = points(bench), contenders(bench)
    numbers = sorted({point["receivers"] for point in list_})
    with who.PodLab("local", max(numbers), who.kinds(here)) as lab:
        here = set_up(bench, lab, here, numbers)
        sink = IpSink(lab, lab.receivers)
        contest = Contest(bench, "local", list_, here, sink,
                          lambda *run: sending(lab, *run), lambda point: point["receivers"])
        bench.add(contest, contest.hold(bench.rounds, bench.seconds))
        sink.close()
