#!/usr/bin/env python3
"""`wasl serve --demo`, what `make run` ends with: addresses, commands that work as printed, invented people in four
languages, a second one beside it, and no SMS that leaves the machine."""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from demo import BINARY, Demo, free_port_pair
from desk import Desk
from house import Report

report = Report()
STATUSES = {"PARTIAL", "NEW", "ASSIGNED", "CONTACTING", "COUNSELLED", "ELIGIBILITY", "DOCS", "PROJECT", "READY", "BOOKED", "DEPARTED",
            "RETURNED", "CLOSED", "WAITLIST", "ON_HOLD", "WITHDRAWN", "UNREACHABLE", "REFERRED_PROTECTION"}
check = report.check


def eventually(holds, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def beside(demo, *args):
    began = time.monotonic()
    done = subprocess.run(args, cwd=demo.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode(), time.monotonic() - began


# ---- what it prints

def printed_commands(text):
    """Indented lines; a backslash at the end goes on."""
    joined = text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if re.match(r"  +\S", line)]


def as_printed(demo):
    said = demo.said()
    for port in (demo.port, demo.port + 1):
        check("it prints the address with port +%d" % (port - demo.port), "127.0.0.1:%d" % port in said, said)
    check("it says that no SMS leaves and how to stop", "no SMS leaves" in said and "Ctrl-C" in said, said)
    commands = printed_commands(said)
    check("it prints commands for the phone, the cases, the answers, the aggregator",
          [c.split()[1] if c.startswith("build/wasl") else c.split()[0] for c in commands if " " in c][:4]
          == ["handset", "case", "answers", "curl"], str(commands))
    for command in commands:
        code, out, err, _ = beside(demo, "sh", "-c", command)
        check("as printed: " + command, code == 0 and out.strip() != "", "exit %d %s %s" % (code, out[-200:], err[-200:]))
        if "handset" in command:
            check("the phone shows the first screen", "1 Francais" in out, out)
        if command.startswith("curl"):
            check("the aggregator gets it too", out.startswith("CON ") and "1 Francais" in out, out)


# ---- the people

def people(demo):
    def languages():
        return {row["language"] for row in demo.rows("SELECT language FROM v_contact")}
    check("people in four languages", eventually(lambda: languages() >= {"fr", "ar", "en", "es"}), str(languages()))
    code, out, err, _ = beside(demo, "build/wasl", "case", "list", "--json", "-c", "build/demo/wasl.json")
    cases = json.loads(out) if code == 0 else []
    check("`case list` shows all sixty", len(cases) == 60, "%d cases %s" % (len(cases), err))
    check("of every class", {case["priority"] for case in cases} == {"P1", "P2", "P3", "P4"}, str(cases))
    check("in every office", len({case["office"] for case in cases}) == 7, str(cases))
    missing = STATUSES - {case["status"] for case in cases}
    check("in every status", not missing, str(missing))
    leaks = demo.rows("SELECT p.phone FROM v_contact_point p JOIN v_message m WHERE instr(m.provider_id, substr(p.phone, 5)) LIMIT 1")
    check("no number stands in a vendor's id", leaks == [], str(leaks))
    check("a child among them is with child protection", any(c["status"] == "REFERRED_PROTECTION" and c["age_band"] == "U18"
                                                              for c in cases), str(cases))
    code, out, err, _ = beside(demo, "build/wasl", "case", "show", cases[0]["ref"], "-c", "build/demo/wasl.json")
    check("`case show` of one of them", code == 0 and cases[0]["ref"] in out, err)


def figures(demo):
    """What the charts and reports are made of."""
    def values(sql):
        return {row["x"] for row in demo.rows(sql)}
    scored = values("SELECT wave AS x FROM v_checkin WHERE outcome = 'COMPLETED' AND score_c IS NOT NULL GROUP BY 1 HAVING count(*) >= 5")
    check("scores of three waves by five people and more", scored == {"M3", "M6", "M12"}, str(scored))
    answered = values("SELECT wave AS x FROM v_checkin WHERE outcome = 'COMPLETED'")
    check("every wave was answered by somebody", answered == {"ARR", "M1", "M3", "M6", "M12"}, str(answered))
    check("some are silent", values("SELECT outcome AS x FROM v_checkin WHERE due_at < strftime('%Y-%m-%d')") >= {"EXPIRED"})
    check("both directions came home", values("SELECT direction AS x FROM v_case WHERE returned_on IS NOT NULL") == {"FROM_MA", "TO_MA"})
    homes = values("SELECT country AS x FROM v_contact_point WHERE status = 'ACTIVE'")
    check("on numbers of five countries", homes == {"MA", "GN", "CI", "SN", "CM"}, str(homes))
    kinds = values("SELECT kind AS x FROM v_alert WHERE closed_at IS NULL")
    check("alerts of every kind that people cause wait",
          kinds >= {"MINOR", "URGENT_NEED", "KEYWORD_URGENT", "FEAR", "COMPLAINT_PSEA", "COMPLAINT_FRAUD", "CHECKIN", "NUMBER_CLAIM"},
          str(kinds))
    outcomes = values("SELECT ifnull(outcome, '-') AS x FROM v_referral")
    check("referrals with and without an outcome", outcomes == {"HELPED", "NOT_HELPED", "-"}, str(outcomes))
    states = values("SELECT status AS x FROM v_message WHERE direction = 'out' AND mode = 'sms'")
    check("texts delivered, failed, rejected, and of unknown fate", states >= {"delivered", "failed", "rejected", "sent"}, str(states))
    late = demo.rows("SELECT count(*) AS n FROM v_task WHERE done_at IS NULL AND due_at < strftime('%Y-%m-%dT%H:%M:%fZ')")
    check("some tasks are overdue", late[0]["n"] >= 3, str(late))
    back = demo.rows("SELECT count(*) AS n FROM v_audit WHERE action = 'case.lease'")
    check("nobody's case went back to the queue meanwhile", back[0]["n"] == 0, str(back))
    done = demo.run("audit", "verify")
    check("the chain of the audit is whole", done.returncode == 0, done.out + done.err)


def desk(demo):
    """What the one-time link opens, as the pages ask for it; every answer is held against openapi.json."""
    person = Desk(demo.port + 1)
    token = re.search(r"#demo=([\w-]+)", demo.said()).group(1)
    check("the link opens the desk", person.post("/session/demo", {"token": token}).status == 200)
    again = Desk(demo.port + 1).post("/session/demo", {"token": token})
    check("once", again.status >= 400, str(again.raw))
    queue = person.get("/queue?limit=100").json["items"]
    check("the gravest first, and of those who waits longest", [item["priority"] for item in queue]
          == sorted(item["priority"] for item in queue) and queue[0]["priority"] == "P1", str(queue[:2]))
    unanswered = [item for item in queue if item["status"] == "RETURNED" and item["waiting_since"]]
    asked = demo.rows("SELECT count(DISTINCT case_ref) AS n FROM v_task WHERE kind = 'READ' AND done_at IS NULL")
    check("whoever answered a check-in and asked nothing does not wait", 0 < len(unanswered) <= asked[0]["n"],
          str([item["ref"] for item in unanswered]))
    board = person.get("/dashboard?days=365").json
    waves = {wave["wave"]: wave for wave in board["waves"]}
    check("the dashboard has what it draws: waves with scores", all(waves[w]["score_c"] for w in ("M3", "M6", "M12")), str(waves))
    steps = {step["step"]: step["n"] for step in board["funnel"]}
    order = ("opened", "consent", "case", "completed", "contacted", "counselled", "departed")
    check("no step of the funnel holds more people than the one before",
          list(steps) == list(order) and all(steps[a] >= steps[b] for a, b in zip(order, order[1:])), str(steps))
    check("the funnel narrows", steps["opened"] > steps["contacted"] > steps["counselled"] > steps["departed"] > 0, str(steps))
    for path in ("/alerts", "/tasks", "/approvals", "/channels", "/cases/" + queue[0]["ref"], "/cases/%s/timeline" % queue[0]["ref"]):
        check(path.split("/")[1] + " answers", person.get(path).status == 200)
    check("all of it is as openapi.json says", person.answers == [], "\n".join(person.answers))


def reports(demo):
    names = demo.run("report").err.split("There are: ")[1].splitlines()[0].split()
    check("there are fifteen reports", len(names) == 15, str(names))
    for name in names:
        done = demo.run("report", name, "--year", str(time.gmtime().tm_year), "--format", "json")
        numbers = re.findall(r"[1-9][0-9.]*", json.dumps(json.loads(done.out or "{}").get("rows", done.out)))
        check("report %s has figures" % name, done.returncode == 0 and numbers, done.out[:300] + done.err)


def quiet(demo):
    lines = [line for line in demo.log().splitlines() if " info " not in line]
    check("the log of a demo that nobody uses is quiet", lines == [], "\n".join(lines))


# ---- nothing leaves

def remote_addresses(pid):
    """Of the process's TCP connections; None where only root may look."""
    inodes, remote = set(), set()
    try:
        for fd in os.listdir("/proc/%d/fd" % pid):
            found = re.match(r"socket:\[(\d+)\]", os.readlink("/proc/%d/fd/%s" % (pid, fd)))
            if found:
                inodes.add(found.group(1))
    except (PermissionError, FileNotFoundError):
        return None
    for name in ("tcp", "tcp6"):
        with open("/proc/%d/net/%s" % (pid, name)) as table:
            for fields in (line.split() for line in table.readlines()[1:]):
                if fields[9] in inodes:
                    remote.add(fields[2].split(":")[0])
    return remote


LOOPBACK = {"00000000", "0100007F", "0" * 32, "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}


def nothing_leaves(demo):
    with open(demo.config) as f:
        config = json.load(f)
    check("the demo's channels send to this machine",
          all(c["base_url"].startswith("http://127.0.0.1:%d/" % demo.port) for c in config["channels"]), str(config))
    check("it listens on loopback only", all(a.startswith("127.0.0.1:") for a in config["listen"].values()), str(config["listen"]))
    done = demo.run("handset", "--sms", "--number", "+212600000181", typed=["Bonjour", "1"])
    check("answers arrive in the phone", done.out.count("SMS from 2200") == 2, done.out + done.err)
    sent = ("SELECT m.status FROM v_message m JOIN v_contact_point p USING (contact_id) "
            "WHERE p.phone = '+212600000181' AND m.direction = 'out'")
    check("and are delivered, by a report through the front door",
          eventually(lambda: [r["status"] for r in demo.rows(sent)] == ["delivered"] * 2), str(demo.rows(sent)))
    seen = set()
    for n in range(5):
        demo.run("handset", "--sms", "--number", "+21260000018%d" % (2 + n), typed=["Bonjour"])
        seen |= remote_addresses(demo.process.pid) or set()
    check("no connection to another machine", seen <= LOOPBACK, str(seen))


# ---- beside each other, and again

def second_beside(demo):
    for label, port in (("a second one", demo.port), ("one that wants another port", free_port_pair())):
        code, out, err, seconds = beside(demo, *demo.argv(port))
        check(label + " says where the first is and exits 0", code == 0 and "127.0.0.1:%d" % demo.port in out
              and "127.0.0.1:%d" % (demo.port + 1) in out, "%d %s %s" % (code, out, err))
        check(label + " does so at once", seconds < 3, "%.1f s" % seconds)
        done = demo.run("handset", "--number", "+212600000190", typed=[])
        check("and the printed commands still find the first", done.returncode == 0, done.err)
    check("the first goes on", demo.process.poll() is None)


def port_taken(demo):
    other = Demo()
    try:
        code, out, err, _ = beside(other, *other.argv(demo.port))
        check("a port that somebody else has is exit 69 and named", code == 69 and str(demo.port) in err, "%d %s" % (code, err))
    finally:
        other.close()


def again(demo):
    cases = "SELECT count(*) AS n FROM v_case"
    before = demo.rows(cases)[0]["n"]
    demo.process.send_signal(signal.SIGINT)
    check("Ctrl-C ends it", demo.process.wait(timeout=20) == 0, demo.log())
    began = time.monotonic()
    demo.start()
    check("it starts again within seconds", time.monotonic() - began < 5)
    check("nobody was invented twice", demo.rows(cases)[0]["n"] == before)
    check("SIGTERM ends it too", demo.stop() == 0, demo.log())
    code, out, err, _ = beside(demo, "build/wasl", "case", "list", "-c", "build/demo/wasl.json")
    check("what it knew can be read without it", code == 0 and len(out.splitlines()) > before, err)


def usage():
    for args in (["--port"], ["--port", "x"], ["--port", "65535"], ["--demon"]):
        done = subprocess.run([BINARY, "serve", "--demo", *args], capture_output=True, timeout=60)
        check("serve --demo %s is refused" % " ".join(args), done.returncode == 64 and b"--port" in done.stderr, str(done))


def main():
    usage()
    with Demo() as demo:
        people(demo)
        figures(demo)
        desk(demo)
        reports(demo)
        quiet(demo)
        as_printed(demo)
        nothing_leaves(demo)
        port_taken(demo)
        second_beside(demo)
        again(demo)
    report.end()


main()
