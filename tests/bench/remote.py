# SPDX-License-Identifier: Apache-2.0
"""Remote fan-out: packets a second that one pod sends to N VTEPs, counted by VTEP where the wire ends.

  sender pods                        node                               wire
  eth0 == s-vxlan    --tc: port_ingress, own encapsulation--+
  eth0 == s-geneve   --tc: port_ingress, same---------------+--> u0 ..... eth0 --tc: vtep_sink.bpf
  eth0 == s-metadata --tc: vxlan_metadata.bpf-> vx-md-------+         counts and drops
  eth0 == s-headN    --port of brN -> vx-headN (FDB)--------+"""
from contest import CHECK_PACKETS, Contender, Contest, set_up
from lab import VNI, Lab, VtepSink, generate, run

TITLE = "remote fan-out"
OTHER_PORT = 4790  # one UDP port cannot serve a metadata device and others


def vteps(n, encap="vxlan"):
    """A VTEP has one encapsulation, so Geneve's are others; to the sink, which adds them up by the last
    seven bits of the address, they are the same."""
    first = 2 if encap == "vxlan" else 130
    return [f"192.0.2.{first + i}" for i in range(n)]


def group(n, encap="vxlan"):
    return f"239.{1 if encap == 'vxlan' else 2}.1.{n}"


class WireLab(Lab):
    """A node with an underlay device u0, a wire with N VTEPs behind it, and sender pods."""

    def __init__(self, name, count):
        super().__init__(name)
        self.count, self.senders = count, 0

    def build(self):
        super().build()
        self.add_namespace("wire")
        self.add_veth("wire", "eth0", "u0")
        self.sysctl("node", "ipv4/conf/all/forwarding", 1)
        mac = self.mac("wire", "eth0")
        self.batch("node", ["link set u0 mtu 9000", "addr add 192.0.2.1/24 dev u0"] +
                   [f"neigh add {vtep} lladdr {mac} dev u0 nud permanent" for encap in ("vxlan", "geneve") for vtep in vteps(self.count, encap)])
        self.load()
        self.ours("underlay", "add", "u0", "xdp", "off")

    def add_sender(self, name):
        self.senders += 1
        self.add_pod(name, f"s-{name}", f"10.1.1.{self.senders}/16", ["route add 224.0.0.0/4 dev eth0"])
        return f"s-{name}"


class Ours(Contender):
    def __init__(self, encap, title):
        super().__init__(encap, title)

    def sender(self, _n):
        return self.name

    def set_up(self, lab, numbers):
        lines = [f"port add {lab.add_sender(self.name)} vni {VNI}"]
        lines += [f"vtep add {vtep} encap {self.name}" for vtep in vteps(max(numbers), self.name)]
        for n in numbers:
            lines.append(f"group add {group(n, self.name)} vni {VNI}")
            lines += [f"member add {group(n, self.name)} vni {VNI} vtep {vtep}"
                      for vtep in vteps(n, self.name)]
        lab.our_batch(lines)


class Metadata(Contender):
    """What Cilium does; one sender pod for each N, as its program copies whatever comes."""

    def __init__(self):
        super().__init__("metadata", "vxlan collect-metadata device")

    def sender(self, n):
        return f"{self.name}{n}"

    def set_up(self, lab, numbers):
        lab.batch("node", ["link add vx-md type vxlan external dstport 4789", "link set vx-md up"])
        for n in numbers:
            lab.rival("node", "vxlan_metadata", lab.add_sender(self.sender(n)), "vx-md", VNI,
                      ",".join(vteps(n)))


class HeadEnd(Contender):
    """The kernel's head-end replication: an all-zero FDB entry a VTEP."""

    def __init__(self):
        super().__init__("head", "kernel vxlan, head-end replication")

    def sender(self, n):
        return f"{self.name}{n}"

    def set_up(self, lab, numbers):
        for n in numbers:
            port, bridge, vxlan = lab.add_sender(self.sender(n)), f"br{n}", f"vx{n}"
            lab.batch("node", [
                f"link add {bridge} type bridge mcast_snooping 0",
                f"link add {vxlan} type vxlan id {1000 + n} local 192.0.2.1 dev u0 dstport {OTHER_PORT}"
                " nolearning", f"link set {port} master {bridge}", f"link set {vxlan} master {bridge}",
                f"link set {vxlan} up", f"link set {bridge} up"])
            lines = [f"fdb append 00:00:00:00:00:00 dev {vxlan} dst {vtep}" for vtep in vteps(n)]
            run("bridge", "-n", f"{lab.name}-node", "-batch", "-", input="\n".join(lines) + "\n")


def sending(lab, point, contender, seconds):
    n, encap = point["vteps"], "geneve" if contender.name == "geneve" else "vxlan"
    end = ["-t", seconds] if seconds else ["-c", CHECK_PACKETS]
    return generate(lab, contender.sender(n), "mcsend", "-g", group(n, encap), "-i", "eth0",
                    "-s", str(point["size"]), *map(str, end))


def measure(bench):
    numbers = bench.receivers(2, 16, 64, quick=(2, 16))
    points = [{"size": 100, "vteps": n} for n in numbers]
    points += [{"size": 1400, "vteps": n} for n in bench.receivers(16, quick=())]
    contenders = [c for c in (Ours("vxlan", "bpfcast, VXLAN"),
                              Ours("geneve", "bpfcast, Geneve"), Metadata(), HeadEnd())
                  if c.name == "vxlan" or bench.wants(c.name)]
    with WireLab("remote", max(numbers)) as lab:
        contenders = set_up(bench, lab, contenders, numbers)
        sink = VtepSink(lab, "wire", "eth0", max(numbers))
        contest = Contest(bench, "remote", points, contenders, sink,
                          lambda *run: sending(lab, *run), lambda point: point["vteps"])
        bench.add(contest, contest.hold(bench.rounds, bench.seconds))
