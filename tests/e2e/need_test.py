#!/usr/bin/env python3
"""Who need not know does not: protection is the person's, not the case's; what was said to the focal points alone is read by them."""
import json
import os

import desk
import house

report = house.Report()
check = report.check
WALK = ["1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1"]
HERE = os.path.dirname(os.path.abspath(__file__))
WHY = ["--as", "root", "--reason", "a test needs it so"]


def references(gw):
    return {row["ref"] for row in gw.rows("SELECT ref FROM v_case")}


def request(gw, phone, before):
    phone.dial()
    for key in WALK if phone.sessions == 1 else WALK[1:]:  # the language is known
        phone.type(key)
    return (references(gw) - set(before)).pop()


def put(gw, ref, *keys):
    out = gw.run("case", "set", ref, *keys, *WHY)
    if out.returncode:
        raise RuntimeError(out.stderr.decode())


def timeline(c, ref):
    return c.get("/cases/%s/timeline?limit=100" % ref).json["items"]


# ---- two cases of one person

def sees_nothing(c, what, refs, words):
    """A counsellor of the office, by every way the desk has."""
    bad = [path for ref in refs for path in ("", "/timeline", "/phone", "/draft", "/colleagues", "/checkin")
           if c.get("/cases/" + ref + path).status != 404]
    check("%s: no page of a case of theirs" % what, not bad, str(bad))
    bad = [path for ref in refs for path, body in (("messages", {"text": "x", "last_message_id": 9}), ("notes", {"text": "note"}),
                                                   ("tasks", {"kind": "OTHER"}), ("calls", {"outcome": "REACHED"}),
                                                   ("break-glass", {"reason": "only looking around"}))
           if c.post("/cases/%s/%s" % (ref, path), body).status != 404]
    check("%s: nothing is done to one" % what, not bad, str(bad))
    everywhere = [c.get(p).raw.decode() for p in ("/queue", "/queue?folder=later", "/queue/matching", "/tasks", "/alerts", "/approvals")]
    everywhere += [c.post("/search", q).raw.decode() for q in
                   [{"by": "ref", "q": ref} for ref in refs] + [{"by": "phone", "q": "+212655000011"}] + [{"by": "words", "q": w} for w in words]]
    found = [s[:200] for s in everywhere if any(w in s for w in [*refs, *words])]
    check("%s: neither lists nor search tell of it" % what, not found, str(found))


def two_cases(gw, people):
    c, p = people["counsellor"], people["protection"]
    phone = house.Phone(gw, "+212655000011")
    first = request(gw, phone, references(gw))
    put(gw, first, "office=RABAT", "status=CLOSED", "close_reason=DUPLICATE")
    second = request(gw, phone, references(gw))
    put(gw, second, "office=RABAT", "assigned_to=p_counsellor")
    both = [first, second]
    c.post("/cases/%s/notes" % second, {"text": "pamplemousse"})
    check("an ordinary case is its counsellor's", c.get("/cases/" + second).status == 200 and not c.get("/cases/" + second).json["protected"])
    a = c.post("/cases/%s/number" % second, {"phone": "+212655000019", "reason": "heard by voice"})
    check("a change of number is asked for", a.status == 200 and second in c.get("/approvals").raw.decode(), str(a.raw))
    before = c.get("/counts").json
    put(gw, first, "status=REFERRED_PROTECTION")
    phone.sms("je vous parle de la mangrove")
    sees_nothing(c, "one of two cases is with protection", both, ["pamplemousse", "mangrove"])
    counts = c.get("/counts").json
    check("nor do the counts", counts["mine"] == 0 and counts["all"] == before["all"] - 1,
          str((before, counts)))
    mine = p.get("/cases/" + second)
    check("protection has both", mine.status == 200 and mine.json["protected"] and p.get("/cases/" + first).status == 200)
    check("and what was said", any("mangrove" in (m["text"] or "") for m in timeline(p, second)))
    check("neither is given to who may not see it", p.post("/cases/%s/assign" % second, {"to": "p_counsellor"}).status == 400 and
          "p_counsellor" not in p.get("/cases/%s/colleagues" % second).raw.decode())
    # the case ends where it was: closing it is no way back into the open
    put(gw, first, "status=CLOSED", "close_reason=COMPLETED")
    sees_nothing(c, "a protected case is closed", both, ["pamplemousse", "mangrove"])
    put(gw, second, "status=CLOSED", "close_reason=COMPLETED")
    phone.sms("encore la mangrove")
    check("without an open case what comes waits for protection, not for the office", c.get("/tasks").json["items"] == [] and
          any(t["kind"] == "READ" for t in p.get("/tasks").json["items"]), str(c.get("/tasks").json))
    put(gw, first, "status=ASSIGNED")
    check("given back on purpose, both are open again", c.get("/cases/" + first).status == 200 and c.get("/cases/" + second).status == 200)
    put(gw, second, "age_band=U18")
    sees_nothing(c, "a child", both, ["pamplemousse", "mangrove"])


# ---- a small number is not what is left of a known sum

def board(gw, people):
    refs = []
    for n in range(11):
        refs.append(request(gw, house.Phone(gw, "+2126550001%02d" % n), references(gw)))
    for ref in refs[:5]:
        put(gw, ref, "status=CONTACTING")
    put(gw, refs[5], "status=COUNSELLED")
    shown = people["counsellor"].get("/dashboard").json
    numbers = {s["status"]: s["n"] for s in shown["statuses"]}
    check("one person's state is not shown", numbers["COUNSELLED"] is None and len(numbers) == 3, str(numbers))
    check("nor can it be computed", list(numbers.values()).count(None) == 2, str((numbers, shown["funnel"])))


# ---- what is told to the focal points alone

def steps(gw, people):
    c, p, both = people["counsellor"], people["protection"], people["both"]
    phone = house.Phone(gw, "+212655000012")
    urgent = WALK[:]
    urgent[6] = "4"
    phone.dial()
    for key in [*urgent[:7], "1", *urgent[7:]]:
        last = phone.type(key)
    ref = [r["ref"] for r in gw.rows("SELECT ref FROM v_case ORDER BY opened_at DESC LIMIT 1")][0]
    put(gw, ref, "office=RABAT")
    check("the walk went on to its end", "END" in last and gw.rows("SELECT count(*) AS n FROM v_message WHERE state = 'URGENT_ACK'")[0]["n"] > 0, last)
    check("that it was urgent is in no plain answer", gw.rows("SELECT * FROM v_answer WHERE state = 'URGENT_ACK'") == [])
    for keys in (["6", "4"], ["3", "3"]):
        phone.dial()
        for key in keys:
            said = phone.type(key)
        check("a walk of two keys", said.startswith("END"), said)
    phone.sms("PLAINTE")
    phone.sms("2")
    kept = gw.rows("SELECT flow, state FROM v_message WHERE case_ref = '%s' AND (flow IN ('feedback', 'counsellor') OR state LIKE 'URGENT%%')" % ref)
    check("all of it is stored", {"MENU", "SERIOUS", "TOPIC", "URGENT", "URGENT_ACK"} <= {m["state"] for m in kept}, str(kept))
    open_to_all, open_to_protection, open_to_both = timeline(c, ref), timeline(p, ref), timeline(both, ref)
    seen = {(m["flow"], m["state"]) for m in open_to_all}
    check("a counsellor reads the rest", ("return_request", "COUNTRY") in seen and ("entry", "MENU") in seen, str(seen))
    check("and no step that is protection's or the focal point's", not [s for s in seen if s[0] in ("feedback", "counsellor") or
          s[1] in ("URGENT", "URGENT_ACK")], str(seen))
    check("nor the key that led there", not [m for m in open_to_all if m["text"] in ("6", "PLAINTE")],
          str([m["text"] for m in open_to_all]))
    seen = {m["state"] for m in open_to_protection}
    check("protection reads what was told to protection", {"TOPIC", "URGENT", "URGENT_ACK"} <= seen and "SERIOUS" not in seen, str(seen))
    check("the focal point who may see the case reads all", {"SERIOUS", "MENU"} <= {m["state"] for m in open_to_both} and
          len(open_to_both) > len(open_to_protection) > len(open_to_all))
    check("search finds none of it either", c.post("/search", {"by": "words", "q": "plainte"}).json["items"] == [] and
          both.post("/search", {"by": "words", "q": "plainte"}).json["items"] != [])
    one = c.get("/cases/" + ref).json
    check("nor do alerts, tasks, reasons", not {"FEAR", "COMPLAINT_PSEA"} & {a["kind"] for a in one["alerts"]} and
          "FEAR" not in one["reasons"] and "COMPLAINT" not in one["reasons"], str(one["alerts"]))


def marked(gw):
    """A state that is marked sensitive in the definitions stands in the rule of the desk."""
    with open(os.path.join(HERE, "../../gateway/console/call.h")) as f:
        rule = f.read()
    missing, folder = [], os.path.join(HERE, "../../flows/definitions")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name)) as f:
            flow = json.load(f)
        for state, one in flow.get("states", {}).items():
            if one.get("sensitive") and not one.get("secret") and not ("'%s'" % flow["flow"] in rule and (
                    "'%s'" % state in rule or flow["flow"] == "counsellor")):
                missing.append(flow["flow"] + "." + state)
    check("every sensitive state is in the rule", not missing, str(missing))


with house.House() as gw:
    accounts = {r: desk.Person(gw, "p_" + r, words, "RABAT") for r, words in
                (("counsellor", "counsellor"), ("protection", "protection"), ("both", "protection psea"))}
    people = {r: a.sign_in() for r, a in accounts.items()}
    board(gw, people)
    steps(gw, people)
    two_cases(gw, people)
    marked(gw)
    wrong = [w for c in people.values() for w in c.answers]
    check("every answer is as openapi.json says", not wrong, "\n".join(wrong[:10]))
report.end()
