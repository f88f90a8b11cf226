#!/usr/bin/env python3
"""A hundred people at their desks: desk.py sit STATE COOKIES | desk.py work PORT COOKIES SECONDS.

`sit` writes accounts and their sessions into the state folder of a daemon that does not run (a hundred enrolments would be a
hundred hashes).  `work` is what their browsers do: each listens to events and fetches the queue when one says so, opens a case and
its timeline every few seconds; a manager has one report made after another; somebody tries passwords without end, so that the job
thread is never idle.  Prints what was asked and answered, as JSON."""
import asyncio
import hashlib
import json
import os
import random
import secrets
import sqlite3
import sys
import time

PEOPLE, CASE_EVERY = 100, 4.0
REPORTS = "year-from country age funnel scores alerts month service".split()


def sit(state, cookies):
    now = int(time.time() * 1000)
    tokens = [secrets.token_urlsafe(32) for _ in range(PEOPLE + 1)]
    db = sqlite3.connect(os.path.join(state, "wasl.db"))
    for i, token in enumerate(tokens):
        roles = "manager me" if i == PEOPLE else "counsellor"
        db.execute("INSERT INTO staff (staff_id, user, name, roles, state, created_at) VALUES (?, ?, ?, ?, 'ACTIVE', ?)",
                   (1000 + i, "desk%d" % i, "Desk %d" % i, roles, now))
        db.execute("INSERT INTO staff_session (token_hash, staff_id, began_at, seen_at) VALUES (?, ?, ?, ?)", (hashlib.sha256(token.encode()).digest(), 1000 + i, now, now))
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with open(cookies, "w") as f:
        json.dump(tokens, f)


class Browser:
    counts = {}
    took = []

    def __init__(self, port, token):
        self.port, self.token, self.csrf, self.forwarded, self.line = port, token, None, None, None

    def head(self, method, path, body, passive=False):
        head = "%s /api/v1%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % (method, path, self.port)
        if passive:
            head += "Wasl-Passive: 1\r\n"
        if self.token:
            head += "Cookie: __Host-wasl=%s\r\n" % self.token
        if self.forwarded:
            head += "X-Forwarded-For: %s\r\n" % self.forwarded
        if method != "GET":
            head += "Origin: http://127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % (self.port, len(body))
            if self.csrf:
                head += "Wasl-CSRF: %s\r\n" % self.csrf
        return (head + "\r\n").encode() + body

    async def ask(self, method, path, body=None, passive=False):
        began = time.perf_counter()
        if not self.line:
            self.line = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.line
        writer.write(self.head(method, path, json.dumps(body).encode() if body is not None else b"", passive))
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(head.split(" ", 2)[1])
        answer = b""
        if "content-length: " in head:
            answer = await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        if "connection: close" in head:
            writer.close()
            self.line = None
        name = "%s %s %d" % (method, "/".join(p for p in path.split("?")[0].split("/") if not p.isdigit() or len(p) < 6), status)
        if path.startswith("/jobs"):
            name = "GET /jobs %d" % status
        self.counts[name] = self.counts.get(name, 0) + 1
        if method == "GET":
            self.took.append(time.perf_counter() - began)
        return json.loads(answer) if answer else None


async def listen(browser, changed):
    reader, writer = await asyncio.open_connection("127.0.0.1", browser.port, limit=1 << 20)
    writer.write(browser.head("GET", "/events", b""))
    while True:
        line = await reader.readline()
        if not line:
            return
        if line.startswith(b"event: queue"):
            changed.set()


async def person(browser, refs):
    changed = asyncio.Event()
    ear = asyncio.ensure_future(listen(browser, changed))
    await asyncio.sleep(random.random() * CASE_EVERY)
    look_at = time.monotonic()
    try:
        while True:
            try:
                await asyncio.wait_for(changed.wait(), max(0.01, look_at - time.monotonic()))
                changed.clear()
                await browser.ask("GET", "/queue", passive=True)
            except asyncio.TimeoutError:
                ref = random.choice(refs)
                await browser.ask("GET", "/cases/" + ref)
                await browser.ask("GET", "/cases/%s/timeline" % ref)
                look_at = time.monotonic() + CASE_EVERY * (0.5 + random.random())
    finally:
        ear.cancel()


async def reports(browser):
    browser.csrf = (await browser.ask("GET", "/session"))["csrf"]
    while True:
        for name in REPORTS:
            job = await browser.ask("POST", "/reports", {"name": name, "parameters": {"year": "2025"}})
            while job and job.get("job_id") and job.get("state") not in ("done", "failed"):
                await asyncio.sleep(0.2)
                job = await browser.ask("GET", "/jobs/" + job["job_id"])
            await asyncio.sleep(0.1)


async def passwords(browser):
    n = 0
    while True:
        n += 1
        browser.forwarded = "10.%d.%d.%d" % (n >> 16 & 255, n >> 8 & 255, n & 255)
        await browser.ask("POST", "/session", {"user": "nobody%d" % n, "password": "wrong and long enough", "code": "000000"})


async def work(port, cookies, seconds):
    with open(cookies) as f:
        tokens = json.load(f)
    refs = [one["ref"] for one in (await Browser(port, tokens[0]).ask("GET", "/queue"))["items"]]
    Browser.counts.clear()
    Browser.took.clear()
    tasks = [person(Browser(port, t), refs) for t in tokens[:PEOPLE]]
    tasks += [reports(Browser(port, tokens[PEOPLE])), passwords(Browser(port, None))]
    tasks = [asyncio.ensure_future(t) for t in tasks]
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for t in tasks:
        t.cancel()
    for t in done:
        t.result()
    took = sorted(Browser.took)
    print(json.dumps({"answers": Browser.counts, "p50_ms": round(1000 * took[len(took) // 2], 1), "p99_ms": round(1000 * took[int(len(took) * 0.99)], 1)}))


if sys.argv[1] == "sit":
    sit(sys.argv[2], sys.argv[3])
else:
    asyncio.run(work(int(sys.argv[2]), sys.argv[3], float(sys.argv[4])))
