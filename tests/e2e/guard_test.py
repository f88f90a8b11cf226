#!/usr/bin/env python3
"""Attacks on the desk: what a stolen cookie, a demoted colleague, a neighbour's browser or a curious eye must not get."""
import http.client
import json
import sqlite3
import time

import desk
import house

report = house.Report()
check = report.check
WALK = ["1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1"]


def references(gw):
    return {row["ref"] for row in json.loads(gw.run("query", "SELECT ref FROM v_case", "--json").stdout)}


def plant(gw):
    refs, gw.phones = {}, {}
    for name, number, office, more in (("rabat", "+212655000001", "RABAT", []), ("oujda", "+212655000002", "OUJDA", []),
                                       ("child", "+212655000003", "RABAT", ["age_band=U18"])):
        phone = gw.phones[name] = house.Phone(gw, number)
        phone.dial()
        for key in WALK:
            phone.type(key)
        refs[name] = (references(gw) - set(refs.values())).pop()
        out = gw.run("case", "set", refs[name], "office=" + office, *more, "--as", "root", "--reason", "a test needs it so")
        if out.returncode:
            raise RuntimeError(out.stderr.decode())
    return refs


def audit(gw, where):
    return json.loads(gw.run("query", "SELECT action, object, actor FROM v_audit WHERE " + where, "--json").stdout)


# ---- whose things

def other_objects(gw, c, refs):
    c.post("/cases/%s/tasks" % refs["rabat"], {"kind": "CALL_BACK"})
    task = c.get("/tasks").json["items"][0]["task_id"]
    before = len(json.loads(gw.run("query", "SELECT task_id FROM v_task", "--json").stdout))
    a = c.post("/tasks/%d/add" % task, {"ref": refs["child"], "kind": "OTHER"})
    after = len(json.loads(gw.run("query", "SELECT task_id FROM v_task", "--json").stdout))
    check("an own task is no way to write into a case one may not see", a.status == 404 and before == after, str((a.status, before, after)))
    check("nor an act of another kind", c.post("/alerts/1/add", {"ref": refs["rabat"]}).status == 404)
    a = c.ask("PATCH", "/cases/" + refs["rabat"], {"set": {"assigned_to": "p_admin"}})
    check("a case is given to nobody who may not see it, not by a key either", a.status == 400, str(a.status))
    check("a folder that is none leaves no line of one's own making in the audit",
          c.get("/queue?folder=+212655000001").status == 400 and not audit(gw, "object LIKE '%655000001%'"))


def glass(gw, people, refs):
    c, manager, p = people["counsellor"], people["manager"], people["protection"]
    reason = "the colleague in Oujda is ill today, 0655 00 00 02 called"
    check("the glass breaks", c.post("/cases/%s/break-glass" % refs["oujda"], {"reason": reason}).status == 204)
    check("where it is open already there is nothing to break",
          c.post("/cases/%s/break-glass" % refs["rabat"], {"reason": reason}).status == 409)
    check("nothing is offered that is refused", "assign" not in c.get("/cases/" + refs["oujda"]).json["may"] and
          "assign" in c.get("/cases/" + refs["rabat"]).json["may"])
    check("and opens the case for an hour", c.get("/cases/" + refs["oujda"]).status == 200)
    for key, value in (("office", "RABAT"), ("assigned_to", "p_counsellor"), ("city", "RABAT"), ("region", "MA-04")):
        a = c.ask("PATCH", "/cases/" + refs["oujda"], {"set": {key: value}})
        check("but not for ever: %s" % key, a.status == 403, str((a.status, a.raw)))
    check("nor is it taken from a colleague", c.post("/cases/%s/assign" % refs["oujda"], {"to": None}).status == 403 and
          c.post("/queue/bulk", {"do": "release", "refs": [refs["oujda"]]}).json["done"] == 0)
    check("nor by taking it", c.post("/cases/%s/assign" % refs["oujda"], {"to": "p_counsellor"}).status == 400)
    check("the manager's desk says so", manager.get("/counts").json["glass"] == 1)
    rows = manager.get("/glass").json["items"]
    check("who, where, when, why", len(rows) == 1 and rows[0]["by"] == "p_counsellor" and rows[0]["ref"] == refs["oujda"] and
          rows[0]["reason"] == reason and rows[0]["may_review"] and rows[0]["at"], str(rows))
    check("protection sees those of its own offices only", p.get("/glass").json["items"] == [] and p.get("/counts").json["glass"] == 0)
    check("the counsellor sees no list", c.get("/glass").status == 404)
    number = rows[0]["glass_id"]
    check("what protection does not see it does not review", p.post("/glass/%d/review" % number, {"finding": "RIGHT"}).status == 404)
    check("a finding is right or wrong", manager.post("/glass/%d/review" % number, {"finding": "MAYBE"}).status == 400)
    check("a second person looks at it", manager.post("/glass/%d/review" % number, {"finding": "RIGHT"}).status == 204)
    check("once", manager.post("/glass/%d/review" % number, {"finding": "WRONG"}).status == 409)
    done = manager.get("/glass?state=reviewed").json["items"]
    check("it stands there with whose finding", len(done) == 1 and done[0]["reviewed_by"] == "p_manager" and
          done[0]["finding"] == "RIGHT" and manager.get("/counts").json["glass"] == 0, str(done))
    told = gw.rows("SELECT reason FROM v_audit WHERE action = 'case.glass'")
    check("without the number that was typed into the reason", told and all("** ** 02 called" in r["reason"] for r in told), str(told))
    check("all of it is in the audit", {r["action"] for r in audit(gw, "object = '%s'" % refs["oujda"])} >= {"case.glass", "glass.right"})
    both = desk.Person(gw, "both", "counsellor manager", "RABAT").sign_in()
    both.post("/cases/%s/break-glass" % refs["oujda"], {"reason": "I am my own manager"})
    own = both.get("/glass").json["items"][0]
    check("nobody reviews their own", not own["may_review"] and
          both.post("/glass/%d/review" % own["glass_id"], {"finding": "RIGHT"}).status == 404 and both.get("/counts").json["glass"] == 0)


# ---- events

class Stream:
    def __init__(self, gw, person):
        self.c = http.client.HTTPConnection("127.0.0.1", gw.console_port, timeout=40)
        self.c.request("GET", "/api/v1/events", headers={"Cookie": "__Host-wasl=" + person.cookie, "Host": "127.0.0.1"})
        self.sock = self.c.sock
        self.r = self.c.getresponse()

    def until(self, mark):
        heard = b""
        while mark not in heard:
            line = self.r.fp.readline()
            if not line:
                break
            heard += line
        return heard


def events(gw, people, refs):
    admin, c, p = Stream(gw, people["admin"]), Stream(gw, people["counsellor"]), Stream(gw, people["protection"])
    check("the child's case is open", people["protection"].post("/cases/%s/presence" % refs["child"], {"state": "viewing"}).status == 200)
    check("and another to the counsellor", people["counsellor"].post("/cases/%s/presence" % refs["rabat"], {"state": "viewing"}).status == 200)
    check("who may not see a case is not there either",
          people["counsellor"].post("/cases/%s/presence" % refs["child"], {"state": "viewing"}).status == 404)
    gw.phones["child"].sms("je suis seul")
    heard = p.until(refs["child"].encode())
    check("who may see a case hears of it", refs["child"].encode() in heard)
    gw.phones["rabat"].sms("bonjour")
    heard = c.until(refs["rabat"].encode())
    check("who may not, hears nothing of it", refs["rabat"].encode() in heard and refs["child"].encode() not in heard, str(heard))
    gone = desk.Person(gw, "gone", "counsellor").sign_in()
    stream = Stream(gw, gone)
    stream.until(b"event: queue")
    check("signed out", gone.ask("DELETE", "/session").status == 204)
    heard = stream.until(b"event: bye")
    check("who signs out hears good-bye, and nothing before it", b"event: bye" in heard and b"event: message" not in heard, str(heard))
    check("an administrator disables", people["admin"].ask("PATCH", "/users/p_operator", {"state": "ACTIVE", "name": "Op"}).status == 200)
    heard = b""
    admin.sock.settimeout(0.5)
    try:
        heard = admin.until(b"event: message")
    except OSError:
        pass
    check("an administrator hears of no case at all", not any(ref.encode() in heard for ref in refs.values()), str(heard))
    for one in (admin, c, p, stream):
        one.c.close()
    many = [Stream(gw, people["manager"]) for _ in range(18)]
    check("nobody takes the places of all who listen", [m.r.status for m in many] == [200] * 16 + [503] * 2,
          str([m.r.status for m in many]))
    for one in many:
        one.c.close()


# ---- changes

def lost_updates(gw, people, refs):
    c, ref = people["counsellor"], refs["rabat"]
    path = "/cases/" + ref
    first = c.get(path).json
    c.ask("PUT", path + "/draft", {"text": "Bonjour"})
    c.post(path + "/tasks", {"kind": "READ"})
    gw.phones["rabat"].sms("encore")
    a = c.ask("PATCH", path, {"set": {"city": "FES"}}, headers={"If-Match": first["version"]})
    check("drafts, tasks and messages are no conflict", a.status == 200 and a.json["city"] == "FES", str(a.raw[:200]))
    check("a change makes another version", a.json["version"] != first["version"])
    again = c.ask("PATCH", path, {"set": {"city": "AGADIR"}}, headers={"If-Match": first["version"]})
    check("what was read before a change is refused", again.status == 412 and c.get(path).json["city"] == "FES", str(again.status))


def sending(gw, people, refs):
    c, path = people["counsellor"], "/cases/" + refs["rabat"]
    other = desk.Person(gw, "other", "counsellor", "RABAT").sign_in()
    last = c.get(path).json["last_message_id"]
    a = other.post(path + "/messages", {"text": "Bonjour", "last_message_id": last, "anyway": True})
    check("a colleague writes", a.status == 202, str(a.raw))
    b = c.post(path + "/messages", {"text": "Bonjour aussi", "last_message_id": last, "anyway": True})
    check("who has not seen it is asked, whatever warnings were waved aside", b.status == 409 and b.json["last_message_by"] == "other",
          str(b.raw))
    failed = a.json["message_id"]
    check("undone, it did not leave", other.ask("DELETE", "%s/messages/%d" % (path, failed)).status == 204)
    last = c.get(path).json["last_message_id"]
    gw.phones["rabat"].sms("je suis la")
    retry = "%s/messages/%d/retry" % (path, failed)
    check("sending again without a look is refused", c.post(retry, {"last_message_id": last, "anyway": True}).status == 409)
    last = c.get(path).json["last_message_id"]
    one = c.post(retry, {"last_message_id": last, "anyway": True})
    two = c.post(retry, {"last_message_id": last, "anyway": True})
    check("sent again, pressed twice: one message", one.status == two.status == 202 and one.json["message_id"] == two.json["message_id"],
          str((one.raw, two.raw)))


# ---- the password again

def account(gw, people):
    own = desk.Person(gw, "salma", "manager counsellor")
    a, b = own.sign_in(), own.sign_in()
    check("two desks", a.get("/session").status == b.get("/session").status == 200)
    wrong = a.post("/session/password", {"password": "not this one", "new": "a better one today"})
    check("not without the password that stands", wrong.status == 400 and wrong.json["type"] == "wrong-password", str(wrong.raw))
    poor = a.post("/session/password", {"password": own.password, "new": "abababababababab"})
    check("nor one of two letters", poor.status == 400)
    short = a.post("/session/password", {"password": own.password, "new": "short"})
    check("nor a short one", short.status == 400)
    thief = desk.Desk(gw.console_port)
    thief.cookie, thief.csrf = a.cookie, a.csrf
    good = a.post("/session/password", {"password": own.password, "new": "a better one today"})
    check("another password", good.status == 200, str(good.raw))
    check("ends the other desks", b.get("/session").status == 401)
    check("and a copied cookie of this one", thief.get("/session").status == 401)
    check("this desk goes on", a.get("/session").status == 200 and a.post("/session/extend").status == 200)
    check("the old one opens nothing", own.sign_in().last.status == 401)
    own.password = "a better one today"
    c = own.sign_in()
    check("the new one does", c.last.status == 200, str(c.last.raw))
    begun = c.post("/session/totp")
    check("another app begins with a secret", begun.status == 200 and begun.json["totp_secret"] != own.secret)
    check("a wrong code changes nothing", c.ask("PUT", "/session/totp", {"code": "000000"}).status == 400)
    done = c.ask("PUT", "/session/totp", {"code": desk.totp(begun.json["totp_secret"], gw.now())})
    check("its code makes it count", done.status == 200 and len(done.json["recovery_codes"]) == 10, str(done.raw))
    c.csrf = done.json["session"]["csrf"]
    check("the other desk is out again", a.get("/session").status == 401)
    check("that code is spent", own.sign_in(code=desk.totp(begun.json["totp_secret"], gw.now())).last.status == 401)
    check("the old app and the old recovery codes are void", own.sign_in(code=own.recovery[0]).last.status == 401)
    own.secret, own.recovery = begun.json["totp_secret"], done.json["recovery_codes"]
    d = own.sign_in(code=own.recovery.pop())
    check("a new recovery code opens", d.last.status == 200)
    more = d.post("/session/recovery")
    check("new recovery codes", more.status == 200 and not set(more.json["recovery_codes"]) & set(own.recovery))
    d.csrf = more.json["session"]["csrf"]
    own.recovery = more.json["recovery_codes"]
    actions = {r["action"] for r in audit(gw, "object = 'salma'")}
    check("it is in the audit", {"user.password", "user.totp", "user.recovery"} <= actions, str(actions))
    return own, [a, b, c, d]


def later(gw, own, people):
    gw.stop()
    gw.environment["WASL_CLOCK_OFFSET_MS"] = str(6 * 60 * 1000)
    gw.start()
    me = own.sign_in(code=own.recovery.pop())
    gw.stop()
    gw.environment["WASL_CLOCK_OFFSET_MS"] = str(12 * 60 * 1000)
    gw.start()
    ask = {"name": "cases", "format": "csv", "purpose": "a list for the yearly report"}
    a = me.post("/exports", ask)
    check("five minutes later an export asks for the password", a.status == 403 and a.json["type"] == "password-again", str(a.raw))
    for template, methods in desk.API["paths"].items():
        for method, op in methods.items():
            if op.get("x-fresh") and ("manager" in op["x-roles"] or op["x-roles"] == ["signed-in"]):
                path = template.replace("{id}", "1").replace("{name}", "nobody")
                x = me.ask(method.upper(), path, {})
                check("%s %s asks again" % (method, template), x.status == 403 and x.json["type"] == "password-again", str(x.status))
    check("what is not grave does not ask", me.get("/counts").status == 200)
    check("a wrong one", me.post("/session/confirm", {"password": "guess"}).json["type"] == "wrong-password")
    check("the right one", me.post("/session/confirm", {"password": own.password}).status == 204)
    check("then it is taken", me.post("/exports", ask).status == 202)
    tries = [me.post("/session/confirm", {"password": "guess"}).status for _ in range(6)]
    check("who guesses at an open desk must wait", 429 in tries, str(tries))
    return me


def demoted(gw, people):
    own = desk.Person(gw, "samir", "manager me")
    samir = own.sign_in()
    a = samir.post("/exports", {"name": "cases", "format": "csv", "purpose": "a list for the yearly report"})
    job, until = a.json["job_id"], time.monotonic() + 60
    while samir.get("/jobs/" + job).json["state"] in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.05)
    check("an export is there", samir.get("/jobs/%s/result" % job).status == 200)
    with_names = {"name": "cases", "format": "csv", "purpose": "hand-over of the files", "approval_id": 1}
    a = samir.post("/exports", with_names)
    check("names do not leave in the open", a.status == 400 and a.json["field"] == "password", str(a.raw))
    check("but locked", samir.post("/exports", {**with_names, "password": "a longer word"}).status == 202)
    check("a manager no longer", people["admin"].ask("PATCH", "/users/samir", {"roles": ["me"]}).status == 200)
    less = own.sign_in()
    check("what one may no longer have one does not fetch", less.get("/jobs").json["items"] == [] and
          less.get("/jobs/%s/result" % job).status == 404)


# ---- the door, the wire

def wire(gw, people):
    c = people["counsellor"]
    own = "127.0.0.1:%d" % gw.console_port
    for what, headers in (("plain http of another host", {"Origin": "http://desk.example.org", "Host": "desk.example.org"}),
                          ("an address that only begins like this machine", {"Origin": "http://127.example.org", "Host": "127.0.0.1"})):
        check("refused: " + what, c.post("/session/extend", headers=headers).status == 403)
    check("https behind the proxy is taken",
          c.post("/session/extend", headers={"Origin": "https://desk.example.org", "Host": "desk.example.org"}).status == 200)
    seen = {}
    for method, path, body, headers in (
            ("GET", "/", None, {}), ("GET", "/nothing.html", None, {}), ("POST", "/nothing", b"{}", {}), ("TRACE", "/", None, {}),
            ("GET", "/api/v1/nothing", None, {}), ("GET", "/api/v1/queue", None, {}), ("GET", "/healthz", None, {}),
            ("GET", "/readyz", None, {}), ("GET", "/metrics", None, {}), ("POST", "/api/v1/session", b"x" * 70000, {}),
            ("GET", "/" + "x" * 9000, None, {}), ("POST", "/api/v1/session", b"{", {"Content-Type": "application/json"})):
        k = http.client.HTTPConnection("127.0.0.1", gw.console_port, timeout=20)
        try:
            k.request(method, path, body, {"Host": own, **headers})
            r = k.getresponse()
            r.read()
            seen[method + " " + path[:20]] = (r.status, r.getheader("Cache-Control"))
        except OSError as e:
            seen[method + " " + path[:20]] = (0, str(e))
        k.close()
    bad = {k: v for k, v in seen.items() if v[1] not in ("no-store", "no-cache")}
    check("no answer, no refusal is kept by a cache", not bad, str(bad))
    # a proxy's word is the last, in a line of its own too; one home of IPv6 is one address
    person = desk.Person(gw, "throttled", "counsellor")

    def knock(*lines):
        k = http.client.HTTPConnection("127.0.0.1", gw.console_port, timeout=20)
        data = json.dumps({"user": "throttled", "password": "guess", "code": "1"}).encode()
        k.putrequest("POST", "/api/v1/session", skip_host=True)
        k.putheader("Host", own)
        k.putheader("Origin", "http://" + own)
        k.putheader("Content-Type", "application/json")
        for line in lines:
            k.putheader("X-Forwarded-For", line)
        k.putheader("Content-Length", str(len(data)))
        k.endheaders(data)
        status = k.getresponse().status
        k.close()
        return status
    statuses = [knock("10.9.8.%d" % i, "203.0.113.77") for i in range(5)]
    check("a made-up first line gets round nothing", 429 in statuses, str(statuses))
    statuses = [knock("2001:db8:1:2::%x" % (i + 1)) for i in range(5)]
    check("nor do the many addresses of one home", 429 in statuses, str(statuses))
    before = desk.Desk(gw.console_port, "198.51.100.9")
    first = person.sign_in(before).cookie
    second = person.sign_in(before).cookie
    old = desk.Desk(gw.console_port)
    old.cookie = first
    check("who signs in where somebody sat ends that session", first != second and old.get("/session").status == 401)


# ---- bodies that no page would send

BAD = (None, True, 0, -1, 2**63 - 1, 1e300, "", " ", "x" * 5000, "a\u0000b", "\u202e\ud83d\ude00", "'; DROP TABLE staff; --", [], [1, [2, [3]]],
       {}, {"": {"": ""}}, ["x"] * 300)


def bodies(gw, refs):
    """Every operation with every member of its body as each of these: refused or taken, never a fault of ours."""
    everybody = desk.Person(gw, "all", " ".join(desk.ROLES))
    who, faults, asked = everybody.sign_in(), [], 0
    for template, methods in desk.API["paths"].items():
        for method, op in methods.items():
            body = op.get("requestBody")
            if not body or template in ("/api/v1/session", "/api/v1/session/password", "/api/v1/session/confirm", "/api/v1/session/recovery"):
                continue
            schema = body["content"]["application/json"]["schema"]
            while "$ref" in schema:
                schema = desk.API["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            path = template.replace("{ref}", refs["rabat"]).replace("{id}", "1").replace("{name}", "nobody").replace("{act}", "take")
            members = list(schema.get("properties", {})) or ["text", "kind", "id", "at", "purpose", "reason", "other", "phone"]
            good = {m: "GOOD" for m in members}
            for bad in BAD:
                for one in ({m: bad for m in members}, {**good, members[0]: bad}, {**good, members[-1]: bad}):
                    a = who.ask(method.upper(), path, one)
                    asked += 1
                    if a.status >= 500 or a.status in (0, 401):
                        faults.append("%s %s %r -> %d" % (method, path, bad, a.status))
    for raw in (b"", b"{", b"[]", b"null", b'"x"', b"{" * 5000, b'{"a":' * 3000, b'{"a":1,"a":2}', b"\xff\xfe", b'{"set":{"city":"RABAT"}}x'):
        a = who.ask("PATCH", "/cases/" + refs["rabat"], raw=raw, headers={"Content-Type": "application/json"})
        if a.status != 400:
            faults.append("%r -> %d" % (raw[:20], a.status))
    for query in ("limit=-1", "limit=99999999999999999999", "after=~~~~", "after=%00", "folder=%27", "office=%FF", "unread=" + "x" * 3000, "&&&=&"):
        for path in ("/queue", "/alerts", "/tasks", "/audit", "/glass", "/cases/%s/timeline" % refs["rabat"], "/dashboard"):
            if who.get(path + "?" + query).status >= 500:
                faults.append(path + "?" + query)
    check("%d bodies that no page would send" % asked, asked > 1000 and not faults, "\n".join(faults[:20]))
    check("the gateway lives", who.get("/session").status == 200)
    return who


# ---- assignments are leases

def lease(gw, accounts, refs):
    c = accounts["counsellor"].sign_in()
    other = "p_protection"
    for which in ("rabat", "child"):
        gw.run("case", "set", refs[which], "assigned_to=" + ("p_counsellor" if which == "rabat" else other), "status=ASSIGNED",
               "--as", "root", "--reason", "a test needs it so")
    p = accounts["protection"].sign_in()
    check("a call reaches the child's family", p.post("/cases/%s/calls" % refs["child"], {"outcome": "REACHED"}).status == 200)
    gw.run("case", "set", refs["child"], "status=DOCS", "--as", "root", "--reason", "a test needs it so")
    c.post("/cases/%s/notes" % refs["rabat"], {"text": "called the embassy"})
    time.sleep(0.1)
    check("an assignment stands at first", c.get("/cases/" + refs["rabat"]).json["assigned_to"] == "p_counsellor")
    gw.stop()
    ahead = gw.environment.get("WASL_CLOCK_OFFSET_MS", "0")
    gw.environment["WASL_CLOCK_OFFSET_MS"] = str(int(ahead) + 8 * 24 * 3600 * 1000)
    gw.start()
    c = accounts["counsellor"].sign_in()
    until = time.monotonic() + 30
    while time.monotonic() < until and c.get("/cases/" + refs["rabat"]).json["assigned_to"]:
        time.sleep(0.1)
    one = c.get("/cases/" + refs["rabat"]).json
    check("nothing done for two working days: back in the queue", one["assigned_to"] is None, str(one["assigned_to"]))
    check("the history says who had it and that nobody took it away", one["history"][0] == {
        "at": one["history"][0]["at"], "actor": "wasl", "field": "assigned_to", "was": "p_counsellor", "became": None}, str(one["history"][:2]))
    back = c.get("/queue").json["given_back"]
    check("who had it is told", [b["ref"] for b in back] == [refs["rabat"]], str(back))
    check("it is in the audit, with the reason", audit(gw, "action = 'case.lease' AND object = '%s' AND reason LIKE"
                                                         " 'p_counsellor: no act for 16 office hours'" % refs["rabat"]))
    rows = {r["ref"]: r["assigned_to"] for r in json.loads(gw.run("query", "SELECT ref, assigned_to FROM v_case", "--json").stdout)}
    check("a case that waits for nobody rests with its counsellor", rows[refs["child"]] == "p_protection", str(rows))
    c.post("/cases/%s/assign" % refs["rabat"], {"to": "p_counsellor"})
    check("taken again, it is told no more", c.get("/queue").json["given_back"] == [])
    return c


# ---- a restore

def restored(gw, me):
    backup = gw.path("before.backup")
    check("a backup", gw.run("backup", backup).returncode == 0)
    added = gw.run("user", "add", "late", "--role", "counsellor", "--as", "root")
    link = added.stdout.decode().strip().rsplit("#enrol=", 1)[-1]
    said = gw.run("doctor").stdout.decode()
    check("the doctor says how old the last backup is", "last backup 0 hours ago" in said, said)
    check("a link", len(link) == 43, str(added))
    gw.run("backup", gw.path("second.backup"))
    gw.stop()
    out = gw.run("restore", gw.path("second.backup"))
    check("restored", out.returncode == 0, str(out))
    gw.start()
    check("a cookie of before opens nothing after a restore", me.get("/session").status == 401)
    check("nor does a link", desk.Desk(gw.console_port).post("/enrol/look", {"token": link}).status == 404)


with house.House() as gw:
    refs = plant(gw)
    accounts = {r: desk.Person(gw, "p_" + r, r, "RABAT" if r in ("counsellor", "protection") else "") for r in
                ("counsellor", "protection", "manager", "admin", "operator")}
    people = {r: p.sign_in() for r, p in accounts.items()}
    other_objects(gw, people["counsellor"], refs)
    glass(gw, people, refs)
    events(gw, people, refs)
    lost_updates(gw, people, refs)
    sending(gw, people, refs)
    own, desks = account(gw, people)
    demoted(gw, people)
    bodies(gw, refs)
    wire(gw, people)
    me = later(gw, own, people)
    salma = me
    me = lease(gw, accounts, refs)
    restored(gw, me)
    gw.stop()
    db = sqlite3.connect(gw.path("state/wasl.db"))
    db.executescript("DROP TRIGGER audit_is_append_only_update; UPDATE audit SET at = %d WHERE action = 'backup';"
                     % int(time.time() * 1000 - 55.5 * 3600 * 1000))
    db.close()
    old = [line for line in gw.run("doctor").stdout.decode().splitlines() if "last backup" in line]
    check("and warns when it is old", len(old) == 1 and old[0].startswith("warn") and " 55 hours" in old[0], str(old))
    wrong = [w for p in [*people.values(), *desks, salma, me] for w in p.answers]
    check("every answer is as openapi.json says", not wrong, "\n".join(wrong[:10]))
    leak = [w for w in ("better one", "655000001", "Oujda is ill") if w in gw.log()]
    check("the log holds no password, no number, no reason", not leak, str(leak))
report.end()
