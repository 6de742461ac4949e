# SPDX-License-Identifier: Apache-2.0
"""From a join to the first packet on the same node: a pod's socket joins group after group, and data of
another pod follows each report at once, all by one thread. 'scripts/bench join' does so beside hostile pods."""
import json

import frames
from lab import VNI, Failure, generator, run
from local_contenders import PodLab

TITLE = "join latency"
FIRST = "239.32.0.0"


def measure(bench):
    count = 500 if bench.quick else 5000
    with PodLab("latency", 1) as lab:
        lab.load("groups", 2 * count)
        lab.sysctl("r1", "ipv4/conf/all/force_igmp_version", 2)  # a report a group, to the group
        lab.our_batch([f"port add {lab.add_sender('bpfcast')} vni {VNI}",
                       f"port add p1 vni {VNI} limit-groups {2 * count}"] +
                      [f"group add {group} vni {VNI} size 8" for group in frames.groups_from(FIRST, count)])
        said = json.loads(run(*generator(lab, "r1", "mclatency", "-i", "eth0", "-g", FIRST, "-f",
                                         lab.path("bpfcast"), "-c", str(count))))
    if said["lost"] or said["joins"] != count:
        raise Failure(f"{said['lost']} of {count} joins brought no packet within a second")
    for what in ("p50", "p99", "max"):
        bench.fact("latency", f"report to first packet, {what}", said["report"][what], "us", joins=count)
        bench.fact("latency", f"system call to first packet, {what}", said["socket"][what], "us", joins=count)
