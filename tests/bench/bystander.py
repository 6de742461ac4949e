# SPDX-License-Identifier: Apache-2.0
"""Traffic that is not ours: unicast that a pod sends through the node to another, through a port with our
program and one without; and what the program alone costs, by BPF_PROG_RUN, whose own cost is measured
with an empty program and taken off."""
import json

import frames
from contest import CHECK_PACKETS, Contender, Contest
from lab import TOOLS, VNI, IpSink, generate
from local_contenders import PodLab

TITLE = "traffic that is not ours"
TARGET = "10.9.0.1"  # behind the receiver, which takes it in and has no way on
REPEAT = 1_000_000
TRIES = 5
OTHER_MAC = b"\x02\0\0\0\0\x09"


def unicast():
    return frames.ethernet(OTHER_MAC, OTHER_MAC,
                           frames.ipv4("10.1.1.1", TARGET, 17, frames.udp(5001, 5001, bytes(100))))


def cost(lab, program, dev, frame):
    """Nanoseconds of a program: the least of some tries, since only interruptions add to it."""
    said = lab.run("node", f"{TOOLS}/mcrun", program, dev, REPEAT, input=f"{frame.hex()}\n" * TRIES)
    return min(json.loads(line)["ns"] for line in said.splitlines())


def route(lab, name):
    """From the pod through the node to the receiver."""
    dev = lab.add_sender(name)
    lab.batch(name, [f"route add {TARGET} dev eth0",
                     f"neigh add {TARGET} lladdr {lab.mac('node', dev)} dev eth0 nud permanent"])
    return dev


def measure(bench):
    points = [{"size": 100}] + ([] if bench.quick else [{"size": 1400}])
    contenders = [Contender("ours", "port with our program"), Contender("none", "no program")]
    with PodLab("bystander", 1) as lab:
        lab.load()
        lab.sysctl("node", "ipv4/conf/all/forwarding", 1)
        lab.batch("node", [f"route add {TARGET} dev p1",
                           f"neigh add {TARGET} lladdr {lab.mac('r1', 'eth0')} dev p1 nud permanent"])
        ours, _ = [route(lab, contender.name) for contender in contenders]
        lab.ours("port", "add", ours, "vni", VNI)
        sink = IpSink(lab, lab.receivers)

        def send(point, contender, seconds):
            end = ["-t", seconds] if seconds else ["-c", CHECK_PACKETS]
            return generate(lab, contender.name, "mcsend", "-g", TARGET, "-s", str(point["size"]),
                            *map(str, end))

        contest = Contest(bench, "bystander", points, contenders, sink, send, lambda point: 1)
        bench.add(contest, contest.hold(bench.rounds, bench.seconds))
        sink.close()
        port_ingress = lab.pin("programs/port_ingress")
        empty = cost(lab, "-", ours, unicast())
        bench.fact("bystander", "an empty program: what BPF_PROG_RUN itself takes", empty, "ns")
        bench.fact("bystander", "unicast through port_ingress, less an empty program",
                   cost(lab, port_ingress, ours, unicast()) - empty, "ns")
        bench.fact("bystander", "multicast of a group nobody added, left to the host, less an empty program",
                   cost(lab, port_ingress, ours, frames.data("239.200.1.1", 100)) - empty, "ns")
