#!/usr/bin/env python3
"""Answers as a FLOIP Flow Results package: the API held against its specification and JSON:API, pages both ways, filters to the
millisecond, the token of a program, and the end of it: after a day, and when somebody in it is erased."""
import io
import json
import os
import sys
import time
import urllib.parse
import urllib.request
import zipfile

sys.path.insert(0, os.path.dirname(__file__))
import desk
import floip
from demo import Demo
from house import House, Phone, Report

report = Report()
check = report.check
TYPE = "application/vnd.api+json"
PATH = "/flow-results/packages"
WALK = "1 1 2 1 1 1 1 1 3 0 1 2 4 1 1".split()


def finished(person, job, seconds=60):
    until = time.monotonic() + seconds
    while job.json["state"] in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.02)
        job = person.get("/jobs/" + job.json["job_id"])
    return job


def export(person, **more):
    asked = person.post("/exports", {"name": "answers", "format": "floip", "purpose": "evaluation of the flows", **more})
    check("an export is asked for", asked.status == 202, str(asked.raw))
    done = finished(person, asked)
    check("and is done", done.status == 200 and done.json["state"] == "done", str(done.raw))
    return asked, done


def all_pages(person, url, headers=None):
    """Rows by following links.next, and how many pages there were."""
    rows, pages = [], 0
    while url:
        answer = person.get(urllib.parse.urlsplit(url)._replace(scheme="", netloc="").geturl(), headers=headers)
        if answer.status != 200:
            raise RuntimeError(answer.raw)
        rows += answer.json["data"]["attributes"]["responses"]
        url, pages = answer.json["links"]["next"], pages + 1
    return rows, pages


def walk(house, number):
    phone = Phone(house, number)
    phone.dial()
    for typed in WALK:
        phone.type(typed)


def served(house, manager):
    check("no export, no package", manager.get(PATH).json["data"] == [])
    asked, done = export(manager)
    token = asked.json["token"]
    check("the token is told once", token and "token" not in done.json and done.json["package"].startswith("/api/v1" + PATH))
    listed = manager.get(PATH)
    check("the list is JSON:API", listed.status == 200 and listed.type == TYPE and [p["type"] for p in listed.json["data"]] == ["packages"]
          and {"title", "name", "created", "modified"} <= set(listed.json["data"][0]["attributes"]), str(listed.raw))
    url = done.json["package"]
    answer = manager.get(url)
    package = answer.json["data"]["attributes"]
    check("the descriptor is the package's", answer.type == TYPE and answer.json["data"]["id"] == package["id"] == listed.json["data"][0]["id"])
    related = answer.json["data"]["relationships"]["responses"]["links"]["related"]
    check("and names where the rows are", package["resources"][0]["api_data_url"] == related and related.startswith("http://127.0.0.1"), related)
    rows, _ = all_pages(manager, related)
    coded = house.rows("SELECT count(*) AS n FROM v_answer WHERE value IS NOT NULL")[0]["n"]
    wrong = floip.problems(package, rows, api=True)
    check("the package is valid", not wrong, str(wrong[:5]))
    check("every coded answer is a row, none else", len(rows) == coded > 20, "%d of %d" % (len(rows), coded))
    known = house.rows("SELECT DISTINCT contact_id, run_id, case_ref FROM v_answer") + [{"a": p["phone"]} for p in house.rows(
        "SELECT phone FROM v_contact_point")]
    known = {str(v) for row in known for v in row.values() if v}
    told = {str(r[i]) for r in rows for i in (2, 3)}
    check("contacts and sessions are pseudonyms", not known & told and len({r[2] for r in rows}) == 3)
    same = finished(manager, manager.post("/exports", {"name": "answers", "format": "jsonl", "purpose": "the same people"}))
    persons = {json.loads(line).get("person") for line in manager.get(same.json["result"]).raw.splitlines()}
    check("the same as in every other export", {r[2] for r in rows} <= persons)
    zipped = manager.get(done.json["result"])
    box = zipfile.ZipFile(io.BytesIO(zipped.raw))
    inside = json.loads(box.read("datapackage.json"))
    check("its file is a data package too", not floip.problems(inside, json.loads(box.read(inside["resources"][0]["path"])))
          and inside["id"] == package["id"] and zipped.type == "application/zip")
    return url, token, rows, package


def pages(manager, url, rows):
    path = url + "/responses"
    forward, n = all_pages(manager, path + "?page%5Bsize%5D=7")
    check("pages forward are the whole, once", forward == rows and n == -(-len(rows) // 7), n)
    answer = manager.get(path + "?page[size]=7&page[beforeCursor]=%s" % rows[20][1])
    check("a page back", answer.json["data"]["attributes"]["responses"] == rows[13:20] and answer.json["links"]["previous"], str(answer.raw[:200]))
    first = manager.get(path + "?page[size]=7")
    check("nothing before the first, nothing after the last", first.json["links"]["previous"] is None and
          manager.get(path + "?page[size]=1000").json["links"]["next"] is None)
    check("where FLOIP's readers look, too", first.json["data"]["relationships"]["links"]["next"] == first.json["links"]["next"])
    back = manager.get(urllib.parse.urlsplit(first.json["links"]["next"])._replace(scheme="", netloc="").geturl())
    check("and back from the second", back.json["links"]["previous"] is not None)
    at = rows[9][0]
    after = [r for r in rows if r[0] > at]
    quoted = urllib.parse.quote(at)
    got, _ = all_pages(manager, path + "?filter%5Bstart-timestamp%5D=" + quoted)
    check("the start is exclusive", got == after, "%d, not %d" % (len(got), len(after)))
    got, _ = all_pages(manager, path + "?filter[end-timestamp]=" + at)  # an unescaped plus
    check("the end is inclusive", got == [r for r in rows if r[0] <= at])
    shifted = at.replace("+00:00", "")[:11] + "%02d" % ((int(at[11:13]) + 1) % 24) + at[13:23] + "+01:00"
    got, _ = all_pages(manager, path + "?page[size]=5&filter[start-timestamp]=" + urllib.parse.quote(shifted))
    if at[11:13] != "23":
        check("in another zone, on every page", got == after)
    version = manager.get(url).json["data"]["attributes"]["modified"]
    got, _ = all_pages(manager, path + "?filter[max-version]=" + urllib.parse.quote(version))
    check("up to this version: all", got == rows)
    got, _ = all_pages(manager, path + "?filter[min-version]=" + urllib.parse.quote(version))
    check("from this version on: what it was made by", got and all(r[0] == rows[-1][0] for r in got))
    for query in ("page[size]=0", "page[size]=1001", "sort=x", "include=a", "filter[start-timestamp]=yesterday",
                  "page[afterCursor]=1&page[beforeCursor]=9"):
        answer = manager.get(path + "?" + query)
        check("refused: " + query, answer.status == 400 and answer.type == TYPE and answer.json["errors"][0]["status"] == "400", str(answer.raw))
    check("a media type with parameters", manager.get(path, headers={"Accept": TYPE + "; charset=utf-8"}).status == 406)
    check("the plain one", manager.get(path, headers={"Accept": TYPE}).status == 200)


def token_alone(house, manager, url, token, rows):
    program = desk.Desk(house.console_port)
    say = {"Authorization": "Token " + token}
    got, _ = all_pages(program, url + "/responses?page[size]=10", say)
    check("a program reads it with the token", got == rows)
    check("its list has this one", len(program.get(PATH, headers=say).json["data"]) == 1)
    check("and not without", program.get(url).status == 401 and program.get(url, headers={"Authorization": "Token " + "A" * 43}).status == 401)
    check("nor anything else with it", [program.get(p, headers=say).status for p in ("/jobs", "/session", "/counts", "/exports")] == [401] * 4)
    _, other = export(manager, parameters={"direction": "TO_MA"})
    check("nor another package of the same person", program.get(other.json["package"], headers=say).status == 404)
    check("the same question, another filter: another package", other.json["package"] != url)
    out = house.run("user", "disable", "p_manager", "--as", "root")
    check("not once the account is gone", out.returncode == 0 and program.get(url, headers=say).status == 401, str(out))


def audited(house, rows):
    lines = house.rows("SELECT actor, action, object, reason FROM v_audit WHERE action LIKE 'export%' ORDER BY seq")
    check("asked for, with its purpose", {"actor": "p_manager", "action": "export.ask floip", "object": "answers",
                                          "reason": "evaluation of the flows"} in lines, str(lines[:3]))
    check("released, with its rows", any(x["action"] == "export floip rows=%d names=no" % len(rows) for x in lines), str(lines[:3]))
    check("each page of rows is in the audit", any(x["action"] == "export.read floip rows=7" for x in lines), str(lines[-3:]))


def locked(manager):
    asked = manager.post("/exports", {"name": "cases", "format": "csv", "purpose": "for the partner's office", "password": "très long mot",
                                      "parameters": {"direction": "FROM_MA"}})
    done = finished(manager, asked)
    answer = manager.get(done.json["result"])
    box = zipfile.ZipFile(io.BytesIO(answer.raw))
    member = box.infolist()[0]
    check("a locked export is a ZIP of AES (method 99, flag 1)", member.compress_type == 99 and member.flag_bits & 1
          and member.filename == "wasl-cases.csv" and answer.headers["Content-Disposition"].endswith('.zip"'), str(member))
    check("nothing of it can be read", b"FROM_MA" not in answer.raw and b"person" not in answer.raw)
    check("a password that is too short", manager.post("/exports", {"name": "cases", "format": "csv", "purpose": "for the office",
                                                                   "password": "short"}).status == 400)
    names = manager.get("/exports").json
    check("what there is comes from the one table", "reintegration" in names["names"] and "floip" in names["formats"] and
          len(manager.get("/reports").json["names"]) == 15)


def erased(house, manager, other):
    url = export(manager)[1].json["package"]
    before, _ = all_pages(manager, url + "/responses")
    state = house.path("state")
    check("its files are in the state folder", [n for n in os.listdir(state) if n.startswith("job-")])
    ref = house.rows("SELECT ref FROM v_case ORDER BY opened_at LIMIT 1")[0]["ref"]
    for alert in house.rows("SELECT alert_id FROM v_alert WHERE closed_at IS NULL"):
        other.post("/alerts/%d/close" % alert["alert_id"], {"reason": "a test"})
    done = house.run("erase", "--json", "--case", ref, "--as", "fatima", "--reason", "asked in the office")
    approval = json.loads(done.stdout or b"{}").get("approval")
    done = house.run("approval", "approve", str(approval), "--as", "omar", "--reason", "identity seen")
    check("somebody is erased", approval and done.returncode == 0, str(done))
    check("and no package that was made before is served", manager.get(url).status == 404)
    until = time.monotonic() + 20
    while [n for n in os.listdir(state) if n.startswith("job-")] and time.monotonic() < until:
        time.sleep(0.05)
    check("nor are its files there", not [n for n in os.listdir(state) if n.startswith("job-")])
    url = export(manager)[1].json["package"]
    after, _ = all_pages(manager, url + "/responses")
    check("the next one is without the person", 0 < len(after) < len(before))


def a_day_later():
    with Demo() as demo:
        token = next(w for w in demo.said().split() if "#demo=" in w).split("#demo=")[1]
        person = desk.Desk(demo.port + 1)
        check("the demo opens its desk", person.post("/session/demo", {"token": token}).status == 200)
        export(person)
        _, done = export(person, password="a long password")
        state = os.path.join(demo.folder, "build/demo")
        files = [n for n in os.listdir(state) if n.startswith("job-")]
        check("two exports are kept", len(files) == 2 and len(person.get("/jobs").json["items"]) == 2, str(files))
        check("a day passes", a_day_passes(demo))
        check("the link is dead", person.get(done.json["result"]).status == 404 and person.get(done.json["package"]).status == 404)
        check("and the file is gone", not [n for n in os.listdir(state) if n.startswith("job-")])
        export(person)
        demo.process.kill()
        demo.process.wait()
        check("killed: a result lies there", [n for n in os.listdir(state) if n.startswith("job-")])
        demo.start()
        check("the next start sweeps it away", not [n for n in os.listdir(state) if n.startswith("job-")])


def a_day_passes(demo):
    here = "http://127.0.0.1:%d" % (demo.port + 1)
    request = urllib.request.Request(here + "/demo/handset/clock", json.dumps({"days": 1}).encode(),
                                     {"Content-Type": "application/json", "Origin": here})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status == 200


with House() as house:
    for n in range(3):
        walk(house, "+21260000010%d" % n)
    manager = desk.Person(house, "p_manager", "manager").sign_in()
    url, token, rows, package = served(house, manager)
    pages(manager, url, rows)
    locked(manager)
    audited(house, rows)
    other = desk.Person(house, "p_other", "manager protection counsellor").sign_in()
    check("a package is who asked for it", other.get(url).status == 404 and other.get(PATH).json["data"] == [])
    token_alone(house, manager, url, token, rows)
    erased(house, desk.Person(house, "p_third", "manager").sign_in(), other)
    wrong = [w for p in (manager, other) for w in p.answers]
    check("every answer is as openapi.json says", not wrong, "\n".join(wrong[:5]))
a_day_later()
report.end()
