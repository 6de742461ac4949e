# SPDX-License-Identifier: Apache-2.0
"""Who takes part in local fan-out, and how each is set up on the node of a PodLab.

  sender pods, one a contender                 node                      receiver pods
  eth0 == s-bpfcast --tc ingress: port_ingress-----+                  (no socket: a copy ends
  eth0 == s-cilium  --tc ingress: cilium_shape.bpf-+--> p1 ..... eth0  in their IP layer)
  eth0 == s-bareN   --tc ingress: bare_loop.bpf----+--> p2 ..... eth0
  eth0 == s-bridge  --port of br0, MDB entries-----+--> pN ..... eth0
  eth0 == s-xdpN    --XDP: xdp_broadcast.bpf----------> xN ..... xdp0
  eth0 == s-ovs     --port of OVS's bridge -----------> oN ..... ovs0

XDP and Open vSwitch have devices of their own into the same pods, since they need GRO there, and since a
packet socket on a device costs whoever else sends through it."""
import os
import time

from contest import Contender
from lab import VNI, Lab, run, wait_for

ACTIONS_MAX = 32  # of one tc filter (TCA_ACT_MAX_PRIO)
IPMR_VIFS = 31  # 32 (MAXVIFS), and one is the sender's


def group(n):
    """The group that the first @n receivers are members of."""
    return f"239.1.{1 + n // 256}.{n % 256}"


class PodLab(Lab):
    """A node with receivers r1, r2, ... behind the devices PREFIX1, PREFIX2, ... for each kind of
    devices; and a sender pod s-NAME for each that asks."""
    KINDS = {"p": "eth0", "x": "xdp0", "o": "ovs0", "g": "eth1", "s": "eth2"}

    def __init__(self, name, receivers, kinds=("p",)):
        super().__init__(name)
        self.receivers = [f"r{i}" for i in range(1, receivers + 1)]
        self.kinds = kinds
        self.senders = set()

    def build(self):
        super().build()
        for i, ns in enumerate(self.receivers, 1):
            self.add_namespace(ns)
            self.batch("node", [line for kind in self.kinds for line in (
                f"link add {kind}{i} type veth peer name {self.KINDS[kind]} netns {self.name}-{ns}",
                f"link set {kind}{i} up")])
            self.batch(ns, [line for kind in self.kinds for line in (
                f"addr add 10.{2 + 'pxogs'.index(kind)}.{i // 250}.{1 + i % 250}/16 dev {self.KINDS[kind]}",
                f"link set {self.KINDS[kind]} up")])
            if "x" in self.kinds:
                self.gro(ns, "xdp0")

    def add_sender(self, name):
        """The node's device of that sender pod."""
        if name not in self.senders:
            self.senders.add(name)
            self.add_pod(name, f"s-{name}", f"10.1.1.{len(self.senders)}/16",
                         ["route add 224.0.0.0/4 dev eth0"])
        return f"s-{name}"


def ports(n, kind="p"):
    return [f"{kind}{i}" for i in range(1, n + 1)]


class Bpfcast(Contender):
    def __init__(self):
        super().__init__("bpfcast", "bpfcast")

    def sender(self, _n):
        return self.name

    def set_up(self, lab, numbers):
        self.load(lab)
        lines = [f"port add {port} vni {VNI}" for port in ports(max(numbers))]
        lines.append(f"port add {lab.add_sender(self.name)} vni {VNI}")
        for n in numbers:
            lines.append(f"group add {group(n)} vni {VNI}")
            lines += [f"member add {group(n)} vni {VNI} port {port}" for port in ports(n)]
        lab.our_batch(lines)

    def load(self, lab):
        lab.load()


class Cilium(Contender):
    def __init__(self):
        super().__init__("cilium", "Cilium-shaped program")

    def sender(self, _n):
        return self.name

    def set_up(self, lab, numbers):
        lab.rival("node", "cilium_shape", lab.add_sender(self.name),
                  *(f"{group(n)}={','.join(ports(n))}" for n in numbers))


class PerNumber(Contender):
    """One that copies whatever comes to one list of ports, and so has a sender pod for each N."""

    def sender(self, n):
        return f"{self.name}{n}"

    def set_up(self, lab, numbers):
        for n in numbers:
            self.set_up_one(lab, lab.add_sender(self.sender(n)), n)


class Bare(PerNumber):
    def __init__(self):
        super().__init__("bare", "bare loop")

    def set_up_one(self, lab, dev, n):
        lab.rival("node", "bare_loop", dev, ",".join(ports(n)))


class XdpBroadcast(PerNumber):
    def __init__(self):
        super().__init__("xdp", "XDP broadcast")

    def set_up_one(self, lab, dev, n):
        lab.rival("node", "xdp_broadcast", dev, ",".join(ports(n, "x")))


class Bridge(Contender):
    def __init__(self):
        super().__init__("bridge", "kernel bridge, MDB")

    def sender(self, _n):
        return self.name

    def set_up(self, lab, numbers):
        """A bridge floods what its MDB knows until the response interval after a query is over, so
        that comes first; then it is the querier, asks once and never again."""
        lab.batch("node", ["link add br0 type bridge mcast_snooping 1 mcast_query_response_interval 10"
                           " mcast_startup_query_count 1 mcast_startup_query_interval 100000"
                           " mcast_query_interval 100000"] +
                  [f"link set {port} master br0" for port in
                   [lab.add_sender(self.name), *ports(max(numbers))]] +
                  ["link set br0 up", "link set br0 type bridge mcast_querier 1"])
        lines = [f"mdb add dev br0 port {port} grp {group(n)} permanent"
                 for n in numbers for port in ports(n)]
        run("bridge", "-n", f"{lab.name}-node", "-batch", "-", input="\n".join(lines) + "\n")
        time.sleep(1)  # the kernel has no word for its end


class Mirred(Contender):
    """A clsact filter with a mirror action a receiver, the last a redirect. By u32: its match is the
    cheapest of those that tell groups apart."""

    def __init__(self):
        super().__init__("mirred", "tc mirred chain")

    def sender(self, _n):
        return self.name

    def set_up(self, lab, numbers):
        dev = lab.add_sender(self.name)
        lines = [f"qdisc add dev {dev} clsact"]
        for n in numbers:
            lines += self.filters(dev, n)
        run("tc", "-n", f"{lab.name}-node", "-batch", "-", input="\n".join(lines) + "\n")

    @staticmethod
    def filters(dev, n):
        """Filters of up to ACTIONS_MAX actions, one after the other."""
        todo, preference = ports(n), 0
        while todo:
            preference += 1
            some, todo = todo[:ACTIONS_MAX], todo[ACTIONS_MAX:]
            actions = [f"action mirred egress mirror dev {port} pipe" for port in some]
            if todo:
                actions[-1] = actions[-1].replace(" pipe", " continue")
            else:
                actions[-1] = f"action mirred egress redirect dev {some[-1]}"
            yield (f"filter add dev {dev} ingress pref {preference} protocol ip u32 match ip dst {group(n)}/32 "
                   + " ".join(actions))


class Ipmr(Contender):
    """The kernel's multicast routing, with routes by smcroute."""
    receivers_max = IPMR_VIFS

    def __init__(self):
        super().__init__("ipmr", "smcroute (ipmr)")

    def sender(self, _n):
        return self.name

    def set_up(self, lab, numbers):
        dev = lab.add_sender(self.name)
        numbers = [n for n in numbers if n <= self.receivers_max]
        source = f"10.1.1.{len(lab.senders)}"
        # A route to a device without an address makes the kernel look for one on all devices.
        lab.batch("node", [f"route add 10.1.0.0/16 dev {dev}"] +
                  [f"addr add 10.9.0.{i}/32 dev {port}"
                   for i, port in enumerate([dev, *ports(max(numbers, default=0))], 1)])
        config = f"{lab.work}/smcroute.conf"
        with open(config, "w", encoding="ascii") as file:
            for port in [dev, *ports(max(numbers, default=0))]:
                print(f"phyint {port} enable ttl-threshold 1", file=file)
            for n in numbers:
                print(f"mroute from {dev} source {source} group {group(n)} to {' '.join(ports(n))}",
                      file=file)
        lab.spawn("node", "smcrouted", "-n", "-N", "-f", config, "-P", f"{lab.work}/smcroute.pid",
                  "-u", f"{lab.work}/smcroute.sock")
        wait_for("smcroute's routes", lambda: len(lab.run(
            "node", "cat", "/proc/net/ip_mr_cache").splitlines()) > len(numbers))


class Ovs(Contender):
    """Open vSwitch's userspace datapath, its daemons' files in the lab's directory. It learns nothing:
    a flow says it all."""
    queued = True

    def __init__(self):
        super().__init__("ovs", "Open vSwitch, userspace")

    def sender(self, _n):
        return self.name

    def set_up(self, lab, numbers):
        env = dict(os.environ, **{f"OVS_{name}": lab.work
                                  for name in ("RUNDIR", "LOGDIR", "DBDIR", "SYSCONFDIR")})
        db, socket = f"{lab.work}/conf.db", f"{lab.work}/db.sock"
        run("ovsdb-tool", "create", db, "/usr/share/openvswitch/vswitch.ovsschema")
        lab.spawn(None, "ovsdb-server", db, f"--remote=punix:{socket}", f"--pidfile={lab.work}/db.pid",
                  env=env)
        wait_for("ovsdb-server", lambda: os.path.exists(socket))
        lab.spawn("node", "ovs-vswitchd", f"unix:{socket}", f"--pidfile={lab.work}/vswitchd.pid", env=env)
        here = [lab.add_sender(self.name), *ports(max(numbers), "o")]
        words = ["add-br", "br-ovs", "--", "set", "bridge", "br-ovs", "datapath_type=netdev",
                 "fail_mode=secure"]
        for number, port in enumerate(here, 1):
            words += ["--", "add-port", "br-ovs", port, "--", "set", "interface", port,
                      f"ofport_request={number}"]
        run("ovs-vsctl", f"--db=unix:{socket}", "--timeout=60", *words, env=env)
        for n in numbers:
            outputs = ",".join(f"output:{i}" for i in range(2, n + 2))
            run("ovs-ofctl", "add-flow", f"unix:{lab.work}/br-ovs.mgmt",
                f"ip,in_port=1,nw_dst={group(n)},actions={outputs}", env=env)


ALL = (Bpfcast, Cilium, Bare, Bridge, Mirred, Ipmr, XdpBroadcast, Ovs)


def kinds(contenders):
    return ["p"] + [kind for kind, of in (("x", XdpBroadcast), ("o", Ovs))
                    if any(isinstance(c, of) for c in contenders)]
