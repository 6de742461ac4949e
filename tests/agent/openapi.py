#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of docs/openapi.json against an agent, and holds its answers to the schemas.

usage: openapi.py OPENAPI SOCKET

PUTs come first, in the order of the document; then GETs; then DELETEs, in the reverse order. Each answer
must have a status that the document lists, of the media type and the shape that it says there. An example
of a body has the status that it is answered with as x-status. In the end every operation was run.
"""
import http.client
import json
import socket
import sys
import urllib.parse

import jsonschema


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    connection = Connection(sys.argv[2])

    def resolve(what):
        while "$ref" in what:
            place = document
            for part in what["$ref"][2:].split("/"):
                place = place[part]
            what = place
        return what

    def validator(schema):
        return jsonschema.Draft202012Validator({**schema, "components": document["components"]})

    def run(method, path, operation, shared, body=None, expected=None):
        url, query = path, {}
        for parameter in shared + operation.get("parameters", []):
            value = str(parameter["example"])
            if parameter["in"] == "path":
                url = url.replace("{" + parameter["name"] + "}", urllib.parse.quote(value))
            else:
                query[parameter["name"]] = value
        if query:
            url += "?" + urllib.parse.urlencode(query)
        headers = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method.upper(), url, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        status, what = str(answer.status), f"{method.upper()} {url} {json.dumps(body)}"
        if operation.get("x-stream"):
            text = answer.readline()
            connection.close()
        else:
            text = answer.read()
        if status not in operation["responses"]:
            sys.exit(f"{what}: {status} is not in the document: {text[:500]}")
        if expected and int(status) != expected or not expected and status[0] != "2":
            sys.exit(f"{what}: {status}, not {expected}: {text[:500]}")
        contents = resolve(operation["responses"][status]).get("content", {})
        if not contents:
            if text:
                sys.exit(f"{what}: a body: {text[:500]}")
            return
        kind = answer.getheader("Content-Type").split(";")[0]
        if kind not in contents:
            sys.exit(f"{what}: {kind} is not in the document")
        value = json.loads(text) if "json" in kind else text.decode()
        errors = [f"{list(e.path)}: {e.message}" for e in validator(contents[kind]["schema"]).iter_errors(value)]
        if errors:
            sys.exit(f"{what}: {errors}\n{text[:1000]}")

    operations = [(method, path, item[method], item.get("parameters", []))
                  for path, item in document["paths"].items() for method in item if method != "parameters"]
    done = 0
    for method, path, operation, shared in [o for o in operations if o[0] == "put"]:
        content = operation["requestBody"]["content"]["application/json"]
        for name, example in content["examples"].items():
            fits = validator(content["schema"]).is_valid(example["value"])
            if not fits and example["x-status"] < 400:
                sys.exit(f"{path}: example '{name}' is not of its own schema")
            run(method, path, operation, shared, example["value"], example["x-status"])
            done += 1
    rest = [o for o in operations if o[0] == "get"] + [o for o in operations if o[0] == "delete"][::-1]
    for method, path, operation, shared in rest:
        run(method, path, operation, shared)
        done += 1
    if {o[0] for o in operations} - {"get", "put", "delete"}:
        sys.exit("an operation that is not run")
    print(f"{done} examples of {len(operations)} operations")


main()
