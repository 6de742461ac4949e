# SPDX-License-Identifier: Apache-2.0
"""Receiving: VXLAN from another node as from a NIC's driver (XDP live frames), fanned out to N receiver
pods, counted in their IP layers.

  wire                                   node                                        receiver pods
  w-guard ..... u-guard --XDP: underlay_guard, tc: underlay_ingress----------+
  w-off   ..... u-off   --tc: underlay_ingress-------------------------------+--> p1 ..... eth0
  w-cilium .... u-cilium -> stack -> vxlan device --tc: cilium_shape.bpf-----+--> pN ..... eth0"""
import frames
from contest import CHECK_PACKETS, Contender, Contest, set_up
from lab import BUILD, VNI, IpSink, generate
from local_contenders import PodLab, group, ports

TITLE = "receive and fan out"
POLL = 64  # frames that a driver passes on at once
BACKLOG = 500  # copies at once that the receivers' CPU takes: half of the default netdev_max_backlog


class Underlay(Contender):
    """One with an underlay device of its own, 192.0.@net.1; the other node is .2."""

    def __init__(self, name, title, net):
        super().__init__(name, title)
        self.net, self.mac = net, b""

    def address(self, host):
        return f"192.0.{self.net}.{host}"

    def add_device(self, lab):
        """With GRO, as NICs have it, the veth's NAPI takes the frames."""
        dev = f"u-{self.name}"
        lab.add_veth("wire", f"w-{self.name}", dev)
        lab.gro("node", dev)
        lab.batch("node", [f"link set {dev} mtu 3000", f"addr add {self.address(1)}/24 dev {dev}"])
        self.mac = bytes.fromhex(lab.mac("node", dev).replace(":", ""))
        return dev

    def frame(self, inner, host=2):
        return frames.vxlan(inner, VNI, self.address(host), self.address(1), self.mac)


class Ours(Underlay):
    def __init__(self, name, title, net, xdp):
        super().__init__(name, title, net)
        self.xdp = xdp

    def set_up(self, lab, numbers):
        if not lab.instances:
            lab.load()
            lines = [f"port add {port} vni {VNI}" for port in ports(max(numbers))]
            for n in numbers:
                lines.append(f"group add {group(n)} vni {VNI}")
                lines += [f"member add {group(n)} vni {VNI} port {port}" for port in ports(n)]
            lab.our_batch(lines)
        dev = self.add_device(lab)
        lab.our_batch([f"underlay add {dev} xdp {self.xdp}", f"vtep add {self.address(2)}"])


class Cilium(Underlay):
    """The kernel's vxlan device, and on it the program that Cilium has there."""

    def __init__(self):
        super().__init__("cilium", "vxlan device + Cilium-shaped program", 4)

    def set_up(self, lab, numbers):
        self.add_device(lab)
        lab.batch("node", [f"link add vx0 type vxlan id {VNI} dstport {frames.VXLAN_PORT} nolearning"
                           f" local {self.address(1)}", "link set vx0 up"])
        lab.rival("node", "cilium_shape", "vx0", *(f"{group(n)}={','.join(ports(n))}" for n in numbers))


class ReceiveLab(PodLab):
    def build(self):
        super().build()
        self.add_namespace("wire")


def live(lab, contender, frame, copies, seconds):
    """Sends live frames, each to be copied so often, to the contender's underlay device."""
    batch = max(1, min(POLL, BACKLOG // copies))
    end = [str(seconds)] if seconds else ["10", str(CHECK_PACKETS)]
    return generate(lab, "wire", "mclive", f"{BUILD}/tests/bench/live.bpf.o", f"w-{contender.name}",
                    str(batch), *end, input=frame.hex())


def measure(bench):
    numbers = bench.receivers(1, 2, 4, 16, 64, quick=(2, 16))
    points = [{"size": 100, "receivers": n} for n in numbers]
    points += [{"size": 1400, "receivers": n} for n in bench.receivers(16, quick=())]
    contenders = [Ours("guard", "bpfcast, guard on", 2, "native"), Ours("off", "bpfcast, guard off", 3, "off"),
                  Cilium()]
    with ReceiveLab("receive", max(numbers)) as lab:
        contenders = set_up(bench, lab, contenders, numbers)
        sink = IpSink(lab, lab.receivers)

        def send(point, contender, seconds):
            inner = frames.data(group(point["receivers"]), point["size"])
            return live(lab, contender, contender.frame(inner), point["receivers"], seconds)

        contest = Contest(bench, "receive", points, contenders, sink, send,
                          lambda point: point["receivers"])
        bench.add(contest, contest.hold(bench.rounds, bench.seconds))
        sink.close()
