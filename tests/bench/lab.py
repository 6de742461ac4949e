# SPDX-License-Identifier: Apache-2.0
"""The network of a measurement: namespaces, veths, processes, an instance of bpfcast; and what counts
the copies. All of it is named after this process, and is gone after close()."""
import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
TOOLS = f"{BUILD}/tests/tools"
BPFCAST = f"{BUILD}/bpfcast"
VNI = 77
DEADLINE = 15  # seconds to wait for what must come
CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """Something that the measurement needs did not work."""


def spoken(command):
    """For messages: the program with its arguments, without paths and where it ran."""
    words = [os.path.basename(str(word)) for word in command]
    return " ".join(words[2:] if words[0] == "nsenter" else words)


def run(*command, **options):
    """A command that must succeed; its output."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode:
        raise Failure(f"'{spoken(command)}' said: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def wait_for(what, condition, seconds=DEADLINE):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(0.02)


@contextlib.contextmanager
def inside(path):
    """The calling thread is in that network namespace; what it opens there stays open after."""
    back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(path, os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET):
            raise Failure(f"cannot enter {path}: {os.strerror(ctypes.get_errno())}")
        yield
    finally:
        libc.setns(back, CLONE_NEWNET)
        os.close(there)
        os.close(back)


def interrupt(*_):
    raise KeyboardInterrupt


class Lab:
    """Made by 'with Lab(...)'; a kind of lab extends build()."""

    def __init__(self, name):
        self.name = f"bench{os.getpid()}-{name}"
        self.work = tempfile.mkdtemp(prefix="bpfcast-bench.")
        self.namespaces = []
        self.processes = []
        self.instances = []

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def build(self):
        self.add_namespace("node")

    # ---- namespaces and devices ----

    def path(self, ns):
        return f"/run/netns/{self.name}-{ns}"

    def enter(self, ns, *command):
        """The words that run @command there. Not 'ip netns exec', which hides the bpffs."""
        return ["nsenter", f"--net={self.path(ns)}", *map(str, command)]

    def run(self, ns, *command, **options):
        return run(*self.enter(ns, *command), **options)

    def batch(self, ns, lines):
        """Lines for ip(8), in one go."""
        run("ip", "-n", f"{self.name}-{ns}", "-batch", "-", input="\n".join(lines) + "\n")

    def add_namespace(self, ns):
        self.namespaces.append(ns)  # first, so that it goes if a signal comes between
        run("ip", "netns", "add", f"{self.name}-{ns}")
        with inside(self.path(ns)):  # nothing but the generator's packets may reach a counter
            for of in ("all", "default"):
                self.set(f"ipv6/conf/{of}/disable_ipv6", 1)
                self.set(f"ipv4/conf/{of}/rp_filter", 0)

    @staticmethod
    def set(name, value):
        with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
            file.write(f"{value}\n")

    def sysctl(self, ns, name, value):
        with inside(self.path(ns)):
            self.set(name, value)

    def add_pod(self, ns, port, address, more=()):
        """A namespace with eth0 behind the node's device @port."""
        self.add_namespace(ns)
        self.add_veth(ns, "eth0", port)
        self.batch(ns, [f"addr add {address} dev eth0", *more])

    def add_veth(self, ns, dev, port):
        self.batch(ns, [f"link add {dev} type veth peer name {port} netns {self.name}-node",
                        f"link set {dev} up"])
        self.batch("node", [f"link set {port} up"])

    def mac(self, ns, dev):
        return json.loads(run("ip", "-n", f"{self.name}-{ns}", "-j", "link", "show", dev))[0]["address"]

    def gro(self, ns, dev):
        """With GRO a veth has a NAPI, which takes frames of XDP as a NIC's driver does."""
        self.run(ns, "ethtool", "-K", dev, "gro", "on")

    # ---- processes ----

    def spawn(self, ns, *command, ready=None, **options):
        """Starts a process that lives as long as the lab; with @ready, waits for that word on its
        stderr and returns the line."""
        log = open(f"{self.work}/log{len(self.processes)}", "w+", encoding="utf-8")
        words = self.enter(ns, *command) if ns else list(map(str, command))
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        self.processes.append((process, log))
        if not ready:
            return process

        def said():
            log.flush()
            with open(log.name, encoding="utf-8") as file:
                text = file.read()
            if ready not in text and process.poll() is not None:
                raise Failure(f"'{spoken(words)}' ended: {text.strip()}")
            return [line for line in text.splitlines() if ready in line]

        wait_for(f"'{ready}' of {command[0]}", said)
        return said()[0]

    def rival(self, ns, program, dev, *args):
        return self.spawn(ns, f"{TOOLS}/mcrival", f"{BUILD}/tests/bench/{program}.bpf.o", dev, *args,
                          ready="ready")

    # ---- bpfcast ----

    def instance(self, suffix=""):
        return f"{self.name}{suffix}"

    def ours(self, *args, suffix="", **options):
        return self.run("node", BPFCAST, "-n", self.instance(suffix), *args, **options)

    def load(self, *args, suffix=""):
        self.instances.append(suffix)
        self.ours("load", *args, suffix=suffix)

    def our_batch(self, lines, suffix=""):
        self.ours("batch", "-", suffix=suffix, input="\n".join(lines) + "\n")

    def pin(self, name, suffix=""):
        return f"/sys/fs/bpf/bpfcast/{self.instance(suffix)}/v1/{name}"

    # ---- the end ----

    def close(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        try:
            self.clean_up()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, interrupt)

    def clean_up(self):
        for process, _ in reversed(self.processes):
            process.terminate()
        for process, log in reversed(self.processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()
        for suffix in self.instances:
            with contextlib.suppress(Failure):
                self.ours("unload", suffix=suffix)
        for ns in self.namespaces:
            with contextlib.suppress(Failure):
                run("ip", "netns", "del", f"{self.name}-{ns}")
        shutil.rmtree(self.work)


class IpSink:
    """Packets that the IP layers of namespaces took in: past the devices, whose own counters miss
    redirected packets before Linux 6.8. A super-frame counts as the packets in it."""

    def __init__(self, lab, namespaces):
        self.files = []
        for ns in namespaces:
            with inside(lab.path(ns)):
                self.files.append(os.open("/proc/thread-self/net/netstat", os.O_RDONLY))
        header = self.lines(self.files[0])[0]
        self.column = header.index(b"InNoECTPkts")

    @staticmethod
    def lines(file):
        return [line.split() for line in os.pread(file, 16384, 0).splitlines()
                if line.startswith(b"IpExt:")]

    def read(self):
        return [int(self.lines(file)[1][self.column]) for file in self.files]

    def close(self):
        for file in self.files:
            os.close(file)


def counts(map_id):
    """The counters of a rival's map, a number for each key, of all CPUs."""
    dump = json.loads(run("bpftool", "-j", "map", "dump", "id", map_id))
    by_key = {}
    for element in dump:
        key = int.from_bytes([int(byte, 0) for byte in element["key"]], "little")
        by_key[key] = sum(int.from_bytes([int(byte, 0) for byte in cpu["value"]], "little")
                          for cpu in element["values"])
    return [by_key[key] for key in sorted(by_key)]


class VtepSink:
    """Copies by VTEP, as tests/bench/vtep_sink.bpf.c counts them on @dev; the first is 192.0.2.2."""

    def __init__(self, lab, ns, dev, vteps):
        self.map = lab.rival(ns, "vtep_sink", dev).split()[1]
        self.vteps = vteps

    def read(self):
        return counts(self.map)[2:2 + self.vteps]

    def close(self):
        pass


def backlog_drops():
    with open("/proc/net/softnet_stat", encoding="ascii") as file:
        return sum(int(line.split()[1], 16) for line in file)


def default_cpu():
    return os.environ.get("CPU", str(os.cpu_count() - 1))


def generate(lab, ns, *command, cpu=None, **options):
    """Runs a generator ahead of whatever else the machine does: (packets sent, seconds). All work, to
    the copies' end, is the sender's."""
    return parse_sent(run(*generator(lab, ns, *command, cpu=cpu), **options))


def generator(lab, ns, *command, cpu=None):
    cpu = default_cpu() if cpu is None else cpu
    pinned = ["taskset", "-c", str(cpu)] if cpu else []
    return lab.enter(ns, "nice", "-n", "-20", *pinned, f"{TOOLS}/{command[0]}", *command[1:])


def parse_sent(text):
    said = json.loads(text)
    return said["sent"], said["seconds"]
