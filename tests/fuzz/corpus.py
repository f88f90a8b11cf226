#!/usr/bin/env python3
"""corpus.py FILE.json channels|answers FOLDER: the cases of one file of tests/data/payloads as inputs of that fuzz target:
raw requests, or a byte for the status and the body of what the vendor answered."""
import base64
import json
import os
import sys

STATUSES = [200, 201, 202, 400, 401, 403, 404, 429, 500, 502, 503]


def request(case):
    body = base64.b64decode(case["body_b64"]) if case.get("body_b64") else (case.get("body") or "").encode("utf-8")
    lines = ["%s %s HTTP/1.1" % (case["method"], case["path_or_query"])]
    lines += ["%s: %s" % header for header in (case.get("headers") or {}).items()]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def answer(case):
    response = case.get("response") or {}
    if "body" not in response or response.get("status") not in STATUSES:
        return None
    return bytes([STATUSES.index(response["status"])]) + (response["body"] or "").encode("utf-8")


file, target, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
for case in json.load(open(file, encoding="utf-8"))["cases"]:
    ours = "response" in case
    data = answer(case) if target == "answers" else None if ours or not case.get("path_or_query") else request(case)
    if data:
        with open(os.path.join(folder, case["name"]), "wb") as out:
            out.write(data)
