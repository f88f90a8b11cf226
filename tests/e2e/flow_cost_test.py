#!/usr/bin/env python3
"""wasl flow check --texts and --cost: tables for people, JSON for programs, errors instead of them where there are any.

Runs $WASL or build/debug/wasl.  Last line: N passed, N failed."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WASL = os.path.abspath(os.environ.get("WASL", "build/debug/wasl"))
passed = failed = 0


def check(promise, good, *seen):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAILED", promise, *[repr(s)[:1500] for s in seen])


def run(*words):
    done = subprocess.run([WASL, *words], capture_output=True, timeout=60, cwd="/")
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def changed(folder, old, new):
    with open(os.path.join(ROOT, "flows/definitions/return_request.json"), encoding="utf-8") as f:
        text = f.read()
    path = os.path.join(folder, "return_request.json")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new, 1))
    return path, old in text


with tempfile.TemporaryDirectory() as folder:
    code, out, err = run("flow", "check")
    check("the plain check stays short", code == 0 and len(out.splitlines()) < 20, code, out, err)

    code, out, err = run("flow", "check", "--texts", "--json")
    texts = {(t["key"], t["language"]): t for t in json.loads(out)}
    sex = texts[("rr.sex", "fr")]
    check("a text's figures", code == 0 and sex["sent"] == sex["written"] and sex["sent"]["encoding"] == "GSM-7" and
          sex["sent"]["segments"] == 1 and "flips" not in sex and "cheaper" not in sex, sex)
    check("four languages each", all((key, l) in texts for key, _ in texts for l in ("fr", "ar", "en", "es")))
    check("Arabic is UCS-2, and its letter has no other spelling", texts[("rr.sex", "ar")]["sent"]["encoding"] == "UCS-2" and
          texts[("rr.sex", "ar")]["flips"] and "cheaper" not in texts[("rr.sex", "ar")], texts[("rr.sex", "ar")])

    path, there = changed(folder, '"fr": "Vous etes:"', '"fr": "Vous êtes:"')
    code, out, err = run("flow", "check", "--texts", path)
    line = [l for l in out.splitlines() if l.startswith("rr.sex ") and " fr " in l]
    check("the dear letter and its cheaper spelling", there and code == 0 and len(line) == 1 and 'ê  sent as "e"' in line[0] and
          "as written UCS-2" in line[0], code, line, err)

    code, out, err = run("flow", "check", "--cost")
    rows = [l.split() for l in out.splitlines()]
    check("a walk of every conversation, mode and language", code == 0 and len(rows) == len({r[0] for r in rows}) * 2 * 4 and len(rows) >= 11 * 2 * 4 and
          ["return_request", "fr", "sms", "12", "to", "20", "SMS"] in rows, rows)
    code, out, err = run("flow", "check", "--cost", "--json")
    walks = [w for w in json.loads(out) if w["flow"] == "return_request" and w["language"] == "fr" and w["mode"] == "sms"]
    check("the walks by name", len(walks) == 1 and walks[0]["cheapest"][-1] == "DONE" == walks[0]["dearest"][-1] and
          walks[0]["least"] == 12, walks)

    path, there = changed(folder, '"fr": "Une femme"', '"fr": "Stop"')
    code, out, err = run("flow", "check", "--cost", path)
    check("errors come first", there and code == 65 and "is a word for STOP" in out and " to " not in out.splitlines()[-1], code, out)
    check("--cost stands behind check", run("flow", "list", "--cost")[0] == 64)
    check("one listing at a time", run("flow", "check", "--cost", "--texts")[0] == 64)
    check("a mistyped option", "--texts" in run("flow", "check", "--text")[2])

print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
