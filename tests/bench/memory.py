# SPDX-License-Identifier: Apache-2.0
"""Memory of a group and of a slot, as the kernel accounts it for the tables: differences of instances and
vectors of two sizes, so that what is there anyway falls out."""
import json
import os

from lab import VNI, Lab, run

TITLE = "memory"
GROUPS = (10_000, 20_000)
SLOTS = (64, 8256)


def bytes_of(*which):
    return int(json.loads(run("bpftool", "-j", "map", "show", *which))["bytes_memlock"])


def tables(lab, suffix):
    """Of all pinned tables; the groups' own vectors are not among them."""
    directory = lab.pin("", suffix=suffix)
    return sum(bytes_of("pinned", f"{directory}{name}") for name in os.listdir(directory)
               if os.path.isfile(f"{directory}{name}"))


def vector(lab, suffix):
    """Of the vector of the only group."""
    dump = json.loads(run("bpftool", "-j", "map", "dump", "pinned", lab.pin("fanout", suffix=suffix)))
    return bytes_of("id", inner_id(dump[0]["value"]))


def inner_id(value):
    if isinstance(value, dict):
        return value["inner_map_id"]
    return int.from_bytes([int(byte, 0) for byte in value], "little")


def measure(bench):
    with Lab("memory") as lab:
        used, vectors = [], []
        for i, (groups, slots) in enumerate(zip(GROUPS, SLOTS)):
            suffix = f"-{i}"
            lab.load("groups", groups, suffix=suffix)
            lab.ours("group", "add", "239.1.1.1", "vni", VNI, "size", slots, suffix=suffix)
            used.append(tables(lab, suffix))
            vectors.append(vector(lab, suffix))
    slot = (vectors[1] - vectors[0]) / (SLOTS[1] - SLOTS[0])
    empty = vectors[0] - slot * SLOTS[0]
    in_tables = (used[1] - used[0]) / (GROUPS[1] - GROUPS[0])
    bench.fact("memory", "a slot", slot, "B")
    bench.fact("memory", "a group without its slots", in_tables + empty, "B", tables=in_tables,
               vector=empty, cpus=os.cpu_count())
