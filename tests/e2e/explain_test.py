#!/usr/bin/env python3
"""Every inbound case of tests/data/payloads goes, with the cases that must come before it, through `wasl channel explain`:
the listener's parser and guard, the adapter, step and engine, against a throw-away database."""
import base64
import glob
import json
import os
import subprocess
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(__file__))
from house import House, Report

INBOUND = {"sms_in", "ussd_in", "ussd_end", "delivery_report", "bad_request"}
report = Report()


def raw_request(case):
    body = base64.b64decode(case["body_b64"]) if case.get("body_b64") else (case.get("body") or "").encode("utf-8")
    lines = ["%s %s HTTP/1.1" % (case["method"], case["path_or_query"]), "Host: gw.example.org"]
    if "peer_ip" in case:  # as the proxy in front of us says it
        lines.append("X-Forwarded-For: %s" % case["peer_ip"])
    for name, value in (case.get("headers") or {}).items():
        if name.lower() not in ("host", "content-length"):
            lines.append("%s: %s" % (name, value))
    if body or case["method"] != "GET":
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def chain(cases, case, seen=()):
    """The cases to deliver first, in order, then the case itself."""
    order = []
    for name in case.get("after", []):
        for earlier in chain(cases, cases[name], seen + (case["name"],)):
            if earlier["name"] not in [c["name"] for c in order]:
                order.append(earlier)
    return order + [case]


def one_of(got, wanted):
    return got in (wanted if isinstance(wanted, list) else [wanted])


def status_fits(got, expect):
    wanted = expect.get("http", "2xx")
    classes = wanted if isinstance(wanted, list) else [wanted]
    if any(isinstance(status, int) for status in expect.get("status_any", [])):
        return got in expect["status_any"]
    return any(str(got)[0] == c[0] for c in classes)


def same(got, expect):
    """The members of the case's expectation that `explain` prints."""
    events = got.get("events") or [{}]
    event = events[-1]
    for name in ("from", "to", "text", "id", "ts", "session", "event", "status", "input"):
        if got["outcome"] == "malformed" or name not in expect or expect[name] is None:
            continue
        if name + "_any" in expect:
            continue
        if expect[name] != event.get(name):
            return "%s is %r, not %r" % (name, event.get(name), expect[name])
    if expect.get("status_any") and not isinstance(expect["status_any"][0], int) and event.get("status") not in expect["status_any"]:
        return "status is %r" % event.get("status")
    for name in ("text", "input", "event"):
        if name + "_any" in expect and got["outcome"] == "accept" and event.get(name) not in expect[name + "_any"]:
            return "%s is %r" % (name, event.get(name))
    return None


def reply_fits(got, reply):
    body = got["reply"]["body"]
    if "prefix_any" in reply and not any(body.startswith(p) for p in reply["prefix_any"]):
        return "the answer begins %r" % body[:12]
    types = reply.get("content_type", "")
    if not any(got["reply"].get("content_type", "").startswith(t) for t in (types if isinstance(types, list) else [types])):
        return "content type %r" % got["reply"].get("content_type")
    if "root" in reply and "<" + reply["root"] not in body:
        return "the answer is %r" % body[:80]
    if any(name.startswith("json") or name == "type_any" for name in reply):
        return json_fits(json.loads(body), reply)
    if reply.get("well_formed_xml"):
        return page_fits(body)
    if "body_trimmed" in reply and body.strip() != reply["body_trimmed"]:
        return "the answer is %r" % body[:80]
    if "header" in reply or "header_any" in reply:
        return headers_fit(got["reply"].get("headers", {}), reply)
    if "body" in reply and body != reply["body"]:
        return "the answer is %r" % body[:80]
    return None


def page_fits(body):
    names = {e.tag.rpartition("}")[2] for e in xml.etree.ElementTree.fromstring(body).iter()}
    return None if {"form", "input"} <= names or "a" in names else "the page leads nowhere: %r" % names


def headers_fit(headers, reply):
    others = reply.get("header_any", {})
    for name, value in reply.get("header", {}).items():
        if headers.get(name) not in ([value] + others if isinstance(others, list) else [value]):
            return "header %s is %r" % (name, headers.get(name))
    for name, values in others.items() if isinstance(others, dict) else ():
        if headers.get(name) not in values:
            return "header %s is %r" % (name, headers.get(name))
    return None


def json_fits(body, reply):
    """The answer as JSON: members that must be equal, that must be there, and values by path."""
    for name, value in reply.get("json", {}).items():
        if body.get(name) != value:
            return "%s is %r" % (name, body.get(name))
    for name in reply.get("json_keys", []):
        if name not in body:
            return "%s is missing" % name
    if "type_any" in reply and body.get("Type") not in reply["type_any"]:
        return "Type is %r" % body.get("Type")
    for path, value in reply.get("json_path", {}).items():
        at, any_of = body, path.endswith("_any")
        for name in (path[:-4] if any_of else path).split("."):
            at = at.get(name) if isinstance(at, dict) else None
        if not (at in value if any_of else at == value):
            return "%s is %r" % (path, at)
    return None


def batch_fits(got, expect):
    """The elements of a batch: each by its id, those that wait for an operator, none besides."""
    events = {event.get("id"): event for event in got.get("events", [])}
    wanted = expect.get("messages", []) + expect.get("reports", [])
    for one in wanted:
        event = events.get(one["id"])
        if got["outcome"] != "accept" and got["outcome"] in expect["outcome"]:
            continue
        if not event:
            return "%s is missing" % one["id"]
        for name, value in one.items():
            if name == "permanent":
                continue
            if name.endswith("_any"):
                if event.get(name[:-4]) not in value:
                    return "%s of %s is %r" % (name, one["id"], event.get(name[:-4]))
            elif event.get(name) != value:
                return "%s of %s is %r, not %r" % (name, one["id"], event.get(name), value)
    if ("messages" in expect or "reports" in expect) and got["outcome"] == "accept":
        extra = set(events) - {one["id"] for one in wanted} - set(expect.get("duplicates", []))
        if extra:
            return "%s came too" % extra
    if got.get("parked", []) != expect.get("parked", []):
        return "parked are %r" % got.get("parked")
    if "complete" in expect and got["events"][-1].get("complete", True) != expect["complete"]:
        return "complete is not %r" % expect["complete"]
    return None


def run_case(house, cases, case, label, at):
    requests = b"".join(raw_request(c) for c in chain(cases, case))
    done = house.run("channel", "explain", "--channel", house.channel["id"], "--at", at, "-", stdin=requests)
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    if done.returncode != 0 or len(lines) != len(chain(cases, case)):
        return report.check(label, False, "exit %d, %d answers: %s" % (done.returncode, len(lines), done.stderr.decode()[:200]))
    got, expect = lines[-1], case["expect"]
    problem = None
    if not one_of(got["outcome"], expect["outcome"]):
        problem = "outcome %r, not %r" % (got["outcome"], expect["outcome"])
    elif not status_fits(got["http"], expect):
        problem = "status %d" % got["http"]
    problem = problem or same(got, expect) or batch_fits(got, expect) or (reply_fits(got, expect["reply"]) if "reply" in expect else None)
    return report.check(label, problem is None, problem or "")


def main():
    adapters = {"africastalking", "kannel", "jasmin", "generic", "hubtel", "ussd-family", "orange-ussd", "mtn", "mtarget",
                "lam"}
    others = {c: {"sos": "112", "timezone": "Africa/Abidjan", "telephone": "0800", "callback": "0800"}
              for c in ("GN", "CI", "SN", "CM", "GH", "ZA", "PK", "TG", "MR")}
    adapters |= {"twilio", "vonage", "infobip", "orange", "smsgate", "telerivet", "smssync", "envayasms"}
    for file in sorted(glob.glob("tests/data/payloads/*.json")):
        with open(file, encoding="utf-8") as f:
            corpus = json.load(f)
        if corpus["channel"]["adapter"] not in adapters:
            continue
        cases = {c["name"]: c for c in corpus["cases"]}
        house = House(channels=[corpus["channel"]], public_url=corpus["public_url"],
                      countries={**others, "MA": {"sos": "112"}, "KE": {"sos": "999", "timezone": "Africa/Nairobi", "telephone": "0800",
                                                              "callback": "0800"}})
        try:
            for case in corpus["cases"]:
                if case["kind"] in INBOUND or (case["kind"] == "poll" and "outcome" in case["expect"]):
                    run_case(house, cases, case, "%s %s" % (os.path.basename(file), case["name"]),
                             corpus.get("clock", "2026-03-11T09:30:00Z"))
        finally:
            house.close()

    # a stored answer keeps its headers; a session's name used again, by a vendor that says "new", is dialled anew
    family = json.load(open("tests/data/payloads/ussd_family.json", encoding="utf-8"))
    hubtel = json.load(open("tests/data/payloads/hubtel_ussd.json", encoding="utf-8"))
    house = House(channels=[family["channel"], hubtel["channel"]], countries={**others, "MA": {"sos": "112"}})
    try:
        begin = raw_request({c["name"]: c for c in family["cases"]}["airtel_begin"])
        lines = [json.loads(x) for x in house.run("channel", "explain", "--channel", "uf", "-", stdin=begin + begin).stdout.splitlines()]
        report.check("a hop repeated is a duplicate", [x["outcome"] for x in lines] == ["accept", "duplicate"], str(lines))
        report.check("and its headers are the same", lines[0]["reply"] == lines[1]["reply"] and "Freeflow" in lines[0]["reply"]["headers"],
                     str(lines))
        dial = {c["name"]: c for c in hubtel["cases"]}["initiation"]
        typed = {c["name"]: c for c in hubtel["cases"]}["response"]
        again = dict(dial, body=dial["body"].replace('"Sequence": 1', '"Sequence": 7'))
        lines = [json.loads(x) for x in house.run("channel", "explain", "--channel", "hu", "-", stdin=b"".join(
            raw_request(c) for c in (dial, typed, again, dict(typed, body=typed["body"].replace('"Sequence": 2', '"Sequence": 8'))))
            ).stdout.splitlines()]
        events = [x["events"][0] for x in lines]
        report.check("dialled anew", [e["event"] for e in events] == ["new", "continue", "new", "continue"], str(events))
        report.check("what was dialled is no input", [e["input"] for e in events] == ["", "1", "", "1"], str(events))
        report.check("the new walk begins at the menu, in the language chosen", lines[2]["reply"]["body"] == lines[1]["reply"]["body"] !=
                     lines[3]["reply"]["body"], str([x["reply"] for x in lines]))
    finally:
        house.close()

    # the same message again: the same bytes
    house = House()
    try:
        hop = ("POST /cb/at/%s/ussd HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
               "Content-Length: %d\r\n\r\n%s")
        body = "sessionId=S1&phoneNumber=%2B212600000101&serviceCode=*384%23&text="
        one = (hop % (house.channel["token"], len(body), body)).encode()
        lines = [json.loads(x) for x in house.run("channel", "explain", "--channel", "at", "-", stdin=one + one).stdout.splitlines()]
        report.check("a hop seen before is a duplicate", [x["outcome"] for x in lines] == ["accept", "duplicate"], str(lines))
        report.check("and its answer is the same", lines[0]["reply"] == lines[1]["reply"])
        wrong = one.replace(house.channel["token"].encode(), b"wrongwrongwrong1")
        lines = [json.loads(x) for x in house.run("channel", "explain", "--channel", "at", "-", stdin=wrong).stdout.splitlines()]
        report.check("a wrong token is 404 and says nothing",
                     lines[0]["outcome"] == "unauthorised" and lines[0]["http"] == 404 and lines[0]["reply"]["body"] == "")
        chunked = one.replace(b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked")
        lines = [json.loads(x) for x in house.run("channel", "explain", "--channel", "at", "-", stdin=chunked).stdout.splitlines()]
        report.check("a body with Transfer-Encoding is 411", lines[0]["http"] == 411, str(lines))
        done = house.run("channel", "explain", "--channel", "nobody", "-", stdin=one)
        report.check("an unknown channel is a configuration error", done.returncode == 78)
    finally:
        house.close()
    report.end()


main()
