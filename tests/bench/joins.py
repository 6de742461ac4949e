# SPDX-License-Identifier: Apache-2.0
"""Joins a second: into the tables by BPF_PROG_RUN of port_ingress, and from sockets of a pod."""
import json
import socket
import statistics
import time

import frames
from lab import TOOLS, VNI, Failure, inside, wait_for
from local_contenders import PodLab

TITLE = "joins a second"
FIRST = "239.3.0.1"
PER_REPORT = 180  # records without sources: near what 1500 bytes hold
REPORTS = 20
SOCKET_REPORTS = 10_000
BURSTS = 100  # in the second
TRIES = 5


def members(lab):
    return len(json.loads(lab.ours("-j", "member", "show", "vni", VNI)))


def run_program(lab, reports):
    """Nanoseconds that port_ingress took for all of the frames."""
    said = lab.run("node", f"{TOOLS}/mcrun", lab.pin("programs/port_ingress"), "p1", 1,
                   input="".join(f"{report.hex()}\n" for report in reports))
    return sum(json.loads(line)["ns"] for line in said.splitlines())


def in_test_run(bench, lab, groups):
    """Each group is joined anew each time; between, all of them are left."""
    chunks = [groups[i:i + PER_REPORT] for i in range(0, len(groups), PER_REPORT)]
    joins, leaves = [frames.join(chunk) for chunk in chunks], [frames.leave(chunk) for chunk in chunks]
    rates = {"joins": [], "leaves": []}
    for _ in range(TRIES):
        rates["joins"].append(len(groups) / run_program(lab, joins) * 1e9)
        if members(lab) != len(groups):
            raise Failure(f"{members(lab)} of {len(groups)} joins are in the tables")
        rates["leaves"].append(len(groups) / run_program(lab, leaves) * 1e9)
        if members(lab):
            raise Failure(f"{members(lab)} members after all have left")
    for what, values in rates.items():
        bench.fact("joins", f"{what} in test_run", statistics.median(values), "/s", each=values)


def send_reports(lab, groups):
    """One report a group from a socket, as a host's own would be, spread over a second: how long it took."""
    with inside(lab.path("r1")):
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\x94\x04\0\0")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.2.0.2"))
    messages = [frames.join([group])[14 + 24:] for group in groups]
    start, size = time.monotonic(), len(groups) // BURSTS
    for burst in range(BURSTS):
        time.sleep(max(0, start + burst / BURSTS - time.monotonic()))
        for message in messages[burst * size:(burst + 1) * size]:
            sock.sendto(message, ("224.0.0.22", 0))
    sock.close()
    return time.monotonic() - start


def from_sockets(bench, lab, groups):
    took = send_reports(lab, groups)
    try:
        wait_for("the last report", lambda: members(lab) >= len(groups), seconds=3)
    except Failure:
        pass
    bench.fact("joins", "lost of 10,000 reports in a second", len(groups) - members(lab), "")
    bench.fact("joins", "reports sent", len(groups) / took, "/s")


def measure(bench):
    groups = frames.groups_from(FIRST, SOCKET_REPORTS)
    with PodLab("joins", 1) as lab:
        lab.load("groups", 2 * SOCKET_REPORTS)
        lab.our_batch([f"port add p1 vni {VNI} limit-groups {SOCKET_REPORTS}"] +
                      [f"group add {group} vni {VNI} size 16" for group in groups])
        in_test_run(bench, lab, groups[:PER_REPORT * REPORTS])
        from_sockets(bench, lab, groups)
