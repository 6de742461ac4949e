#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds 'bpfcastd --check' and docs/bpfcast.schema.json against each other.

usage: schema.py BPFCASTD SCHEMA CONFIG [ROUNDS]

CONFIG is a document that both accept. It is altered at random, ROUNDS times; then the schema must
refuse what --check says a fault of shape is in, and nothing else: faults of sense are those that no
schema can see. Each fault must have a path that is there, and words.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

import jsonschema

BPFCASTD, SCHEMA, CONFIG = sys.argv[1:4]
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 1500
SEED = int(os.environ.get("MC_TEST_SEED", "1"))

FAULTS_MAX = 64

SCALARS = [
    None, True, False, 0, 1, -1, 2, 7, 8, 100, 101, 1023, 1024, 1025, 4094, 4095, 65535, 65536, 65537,
    16777215, 16777216, 86400000, 86400001, 100000000, 100000001, 1000000000, 1000000001, 4294967295, 4294967296, 77.0, 1.5, -0.0,
    "", "eth0", "a" * 15, "a" * 16, "a/b", "a:b", "a b", ".", "..", "...", "é", "vxlan", "geneve", "none",
    "every", "one", "external", "both", "reserved", "ff04::7", "include", "exclude", "learn", "flood", "host", "off", "native", "allow", "edge", "Edge", "edge ",
    "192.0.2.7", "239.7.7.7", "224.0.0.1", "232.1.2.3", "ff02::1", "ff05::7", "::1", "fe80::7", "0.0.0.0",
    "::ffff:192.0.2.1", "127.0.0.1", "02:00:00:00:00:07", "03:00:00:00:00:07", "2:0:0:0:0:7", "77", [], {},
]


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], path + (key,))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, path + (i,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def put(root, path, new):
    if not path:
        return new
    at(root, path[:-1])[path[-1]] = new
    return root


def alter(root, rng):
    """One change; all of them keep it JSON."""
    paths = list(places(root))
    path = rng.choice(paths)
    value = at(root, path)
    how = rng.randrange(6)
    if how == 0:
        return put(root, path, rng.choice(SCALARS))
    if how == 1 and path:
        holder = at(root, path[:-1])
        del holder[path[-1]]
    elif how == 2 and isinstance(value, dict):
        name = rng.choice(["vni", "port", "group", "sources", "colour", "Vni", "size", "addr", "$schema"])
        value[name] = rng.choice(SCALARS)
    elif how == 3:
        return put(root, path, json.loads(json.dumps(at(root, rng.choice(paths)))))
    elif how == 4 and isinstance(value, list) and value:
        value.append(json.loads(json.dumps(rng.choice(value))))
    elif how == 5 and isinstance(value, list) and value:
        value *= rng.choice([2, 40, 600])
    elif isinstance(value, str):
        return put(root, path, rng.choice([s for s in SCALARS if isinstance(s, str)]))
    return root


def check(text):
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=os.environ.get("TMP")) as file:
        file.write(text)
        file.flush()
        run = subprocess.run([BPFCASTD, "--check", file.name, "--log", "json"], capture_output=True, text=True,
                             timeout=60, check=False)
    if run.returncode not in (0, 1) or "Sanitizer" in run.stderr:
        sys.exit(f"--check ended with {run.returncode}: {run.stderr}\n{text}")
    faults = json.loads(run.stdout)
    if (run.returncode == 0) != (not faults):
        sys.exit(f"--check says {run.returncode} and has {len(faults)} faults\n{text}")
    return faults


def follow(root, path):
    """Is there such a place?"""
    for part in path.lstrip("$").replace("[", ".[").split(".")[1:]:
        root = root[int(part[1:-1])] if part.startswith("[") else root[part]


def main():
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    with open(CONFIG, encoding="utf-8") as file:
        config = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    if list(validator.iter_errors(config)) or check(json.dumps(config)):
        sys.exit(f"{CONFIG} is not accepted by both")
    rng = random.Random(SEED)
    seen = {"fine": 0, "shape": 0, "sense": 0}
    for number in range(ROUNDS):
        document = json.loads(json.dumps(config))
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            document = alter(document, rng)
        text = json.dumps(document)
        faults = check(text)
        if len(faults) >= FAULTS_MAX:  # the one of shape may be among those that are not listed
            continue
        refused = not validator.is_valid(document)
        shape = any(fault["class"] == "shape" for fault in faults)
        if refused != shape:
            why = [error.message for error in validator.iter_errors(document)]
            sys.exit(f"round {number}: schema: {why or 'fine'}\n--check: {faults[:9] or 'fine'}\n{text[:4000]}")
        for fault in faults:
            if not fault["text"] or not fault["path"].startswith("$"):
                sys.exit(f"a fault without words or place: {fault}")
            try:
                follow(document, fault["path"])
            except (KeyError, IndexError, TypeError, ValueError):
                if fault["class"] == "shape":
                    sys.exit(f"no such place: {fault}\n{text[:4000]}")
        seen["shape" if shape else "sense" if faults else "fine"] += 1
    print(f"{ROUNDS} documents: {seen}")
    if min(seen.values()) < ROUNDS // 50:
        sys.exit("too few of a kind: this proves nothing")


main()
