#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks an agent at random, at length, slowly, and a thousand times at once.

usage: abuse.py SOCKET PID [REQUESTS]

Whatever is asked, the agent answers with a status that it may, problems as problem objects, or closes the
connection; it is the same process afterwards, with as many open files as before, and hardly more memory.
"""
import json
import os
import random
import socket
import sys
import time

SOCKET, PID = sys.argv[1], int(sys.argv[2])
REQUESTS = int(sys.argv[3]) if len(sys.argv) > 3 else 4000
RNG = random.Random(int(os.environ.get("MC_TEST_SEED", "1")))
SLOW = int(os.environ.get("SLOW", "1"))

METHODS = ["GET", "PUT", "DELETE", "POST", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "BREW", "G" * 300]
PARTS = ["v1", "v2", "ports", "groups", "members", "status", "events2", "healthz", "metrics", "p1", "p2", "p9",
         "239.1.1.1", "232.1.1.1", "ff05::1", "224.0.0.1", "10.1.1.1", "%00", "%2e%2e", "..", ".", "", "%", "%f", "*",
         "%ff%fe", "a" * 15, "a" * 600, "%0a", "p1%20", "0", "-1", "{port}"]
PATHS = ["/healthz", "/metrics", "/v1/status", "/v1/ports", "/v1/groups", "/v1/members", "/v1/ports/p1",
         "/v1/ports/r{n}", "/v1/ports/p1/groups/239.7.7.{n}", "/v1/ports/p2/groups/232.7.7.{n}"]
QUERIES = ["", "", "", "?vni=77", "?vni=x", "?vni=", "?vni", "?limit=0", "?limit=3&offset=1", "?a=%00", "?" + "b" * 5000,
           "?vni=77&vni=78", "?&&&=", "?offset=99999999999999999999"]
VALUES = [0, 77, -1, 2**24, 2**63, 1e308, 1.5, True, None, "", "edge", "include", "exclude", "x" * 70000, [], {},
          ["10.1.1.1"], ["10.1.1.1"] * 2, ["10.1.1.1", "10.1.1.2"], [1], [[]], "\u0000", "\ud800", "é"]
FIELDS = ["vni", "mode", "sources", "kind", "mac", "vlan", "query", "limit_groups", "limit_rate", "colour", "", "\u0000"]
BODIES = [b"", b"{", b"[]", b"null", b"{\"vni\": 77", b"\xff\xfe", b"{\"vni\": 77}garbage", b"[" * 5000, b"{\"vni\":1e999}",
          b"{\"vni\": 77}", b" " * 1000, b"{\"vni\": 77, \"vni\": 77}"]


def connect():
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(30 * SLOW)
    for _ in range(200):
        try:
            connection.connect(SOCKET)
            return connection
        except BlockingIOError:  # the queue of connections is full for a moment
            time.sleep(0.05)
    sys.exit("cannot connect")


def is_whole(data, head_only):
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head_only or (length and len(body) >= int(length[0].split(b":")[1]))


def receive(connection, head_only=False):
    """Status, head and body of one answer; None: closed without one."""
    data = b""
    try:
        while not is_whole(data, head_only):
            got = connection.recv(65536)
            if not got:
                break
            data += got
    except ConnectionResetError:
        pass
    except TimeoutError:
        sys.exit(f"no answer, and no end: {data[:300]}")
    if not data:
        return None
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head, body


def judge(answer, what, head=False):
    if answer is None:
        return "closed"
    status, headers, body = answer
    if status not in (200, 201, 204, 400, 404, 405, 408, 409, 413, 414, 415, 422, 431, 500, 501, 503, 505):
        sys.exit(f"{what[:300]}: status {status}: {body[:300]}")
    if status == 500:
        sys.exit(f"{what[:300]}: {body[:500]}")
    if b"application/problem+json" in headers and not head:
        problem = json.loads(body)
        if problem["status"] != status or not problem["type"].startswith("urn:bpfcast:problem:"):
            sys.exit(f"{what[:300]}: {problem}")
    return str(status)


def random_body():
    if RNG.random() < 0.4:
        return RNG.choice(BODIES)
    value = {"vni": 77} if RNG.random() < 0.7 else {}
    for _ in range(RNG.randrange(4)):
        value[RNG.choice(FIELDS)] = RNG.choice(VALUES)
    return json.dumps(value).encode()


def random_request():
    if RNG.random() < 0.5:
        path = RNG.choice(PATHS).replace("{n}", str(RNG.randrange(20)))
    else:
        path = "/" + "/".join(RNG.choice(PARTS) for _ in range(RNG.randrange(6)))
    method = RNG.choice(METHODS[:3] if RNG.random() < 0.8 else METHODS)
    body = random_body() if method == "PUT" or RNG.random() < 0.1 else b""
    lines = [f"{method} {path}{RNG.choice(QUERIES)} HTTP/1.1", "Host: x", "Connection: close"]
    if RNG.random() < 0.05:
        lines.append("Content-Type: text/html")
    if RNG.random() < 0.05:
        lines.append("X-Long: " + "x" * RNG.choice([10, 3000, 12000]))
    if body and RNG.random() < 0.2:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    else:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body, method == "HEAD"


def ask(raw, head=False):
    with connect() as connection:
        try:
            connection.sendall(raw)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return judge(receive(connection, head), raw.decode("latin-1"), head)


def files():
    return len(os.listdir(f"/proc/{PID}/fd"))


def memory():
    with open(f"/proc/{PID}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def wait(what, condition, seconds=40):
    end = time.monotonic() + seconds * SLOW
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited in vain: {what}")
        time.sleep(0.1)


def at_random(count):
    seen = {}
    for _ in range(count):
        verdict = ask(*random_request())
        seen[verdict] = seen.get(verdict, 0) + 1
    print(f"{count} at random: {dict(sorted(seen.items()))}")
    if not {"200", "204", "400", "404", "405", "422"} <= set(seen):
        sys.exit("too few kinds of answers: this proves nothing")


def garbage(count):
    for _ in range(count):
        with connect() as connection:
            raw = bytes(RNG.randrange(256) for _ in range(RNG.randrange(2000))) + b"\r\n\r\n"
            try:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            receive(connection)


def too_large():
    for size in (131073, 1 << 20):
        for head in (f"Content-Length: {size}", "Transfer-Encoding: chunked"):
            chunk = b"%x\r\n" % size if "chunked" in head else b""
            end = b"\r\n0\r\n\r\n" if chunk else b""
            verdict = ask(f"PUT /v1/ports/p1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n\r\n".encode()
                          + chunk + b"x" * size + end)
            if verdict not in ("413", "closed") or (chunk and verdict != "413"):
                sys.exit(f"a body of {size} bytes, {head}: {verdict}")
    verdict = ask(b"PUT /v1/ports/p1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n")
    if verdict != "413":
        sys.exit(f"a body that is announced too large: {verdict}")


def head_too_large():
    with connect() as connection:
        try:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * 40000 + b"\r\n\r\n")
        except OSError:
            pass
        verdict = judge(receive(connection), "a head of 40000 bytes")
    if verdict not in ("431", "408", "closed"):
        sys.exit(f"a head of 40000 bytes: {verdict}")


def many_at_once(count):
    """Each is answered, though all are open before the first has asked."""
    connections = [connect() for _ in range(count)]
    for i, connection in enumerate(connections):
        path = "/v1/status" if i % 2 else "/v1/ports"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    seen = [judge(receive(connection), "one of many") for connection in connections]
    for connection in connections:
        connection.close()
    if set(seen) != {"200"}:
        sys.exit(f"{count} at once: {sorted(set(seen))}")


def slow():
    """Who does not finish asking is told so, and others are served meanwhile."""
    begun = [b"", b"GET /v1/status HTTP/1.1\r\nHost:", b"PUT /v1/ports/p1 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]
    connections = [connect() for _ in range(60)]
    for i, connection in enumerate(connections):
        connection.sendall(begun[i % len(begun)])
    start = time.monotonic()
    dripping = connections[1::3]
    while time.monotonic() - start < 8:
        if ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") != "200":
            sys.exit("not served beside slow ones")
        for connection in dripping:  # a byte now and then is no progress
            connection.sendall(b"x")
        time.sleep(0.5)
    for i, connection in enumerate(connections):
        answer = receive(connection)
        if answer is None or answer[0] != 408:
            sys.exit(f"slow client {i}: {answer}")
        judge(answer, "slow")
        connection.close()


def gone_readers():
    """Who listens for events and goes away, or does not read."""
    connections = [connect() for _ in range(70)]
    for connection in connections:
        connection.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    statuses = [connection.recv(64)[9:12] for connection in connections]
    if statuses.count(b"200") != 64 or statuses.count(b"503") != 6:
        sys.exit(f"70 streams: {statuses}")
    for connection in connections:
        connection.close()


def everything(requests):
    at_random(requests)
    garbage(300)
    too_large()
    head_too_large()
    for _ in range(3):
        many_at_once(1000)
    slow()
    gone_readers()
    wait("connections to end", lambda: files() < 60)


def main():
    for _ in range(3):  # memory has its holes: it grows to what so many at once need, and no further
        everything(REQUESTS // 3)
    base_files, base_memory = files(), memory()
    everything(REQUESTS)
    wait(f"{base_files} open files again", lambda: files() <= base_files + 2)  # some are opened when first needed
    grown = memory() - base_memory
    print(f"{base_files} files, {base_memory} kB and {grown} more")
    with open(f"/proc/{PID}/maps", encoding="ascii") as maps:
        sanitized = "libasan" in maps.read()  # which keeps what is freed
    if grown > 4000 and not sanitized:
        sys.exit(f"{grown} kB more than before")
    if ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") != "200":
        sys.exit("not healthy in the end")


main()
