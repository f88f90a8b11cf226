#!/usr/bin/env python3
"""`wasl export`: every format opened again as a stranger's program would, no name without two people, no file without its line in
the audit, nothing half left behind, and FLOIP held against what its specification demands (peers.md 3)."""
import csv
import hashlib
import hmac
import io
import json
import os
import re
import signal
import struct
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile
import zlib

import floip
from house import House, Phone, Report

report = Report()
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
NUMBER = "+212600000777"
NAME = "عائشة بنت محمد"


def run(house, *args, stdin=None):
    done = house.run(*args, stdin=stdin)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def sheet(path, number=1):
    """Rows of one sheet as (type, value), strings resolved."""
    book = zipfile.ZipFile(path)
    strings = []
    if "xl/sharedStrings.xml" in book.namelist():
        strings = ["".join(t.text or "" for t in si.iter("{%s}t" % NS["m"])) for si in ET.fromstring(book.read("xl/sharedStrings.xml"))]
    rows = []
    root = ET.fromstring(book.read("xl/worksheets/sheet%d.xml" % number))
    for row in root.iter("{%s}row" % NS["m"]):
        cells = []
        for c in row:
            kind = c.get("t", "n")
            if kind == "s":
                cells.append((kind, strings[int(c.findtext("m:v", None, NS))]))
            elif kind == "inlineStr":
                cells.append((kind, "".join(t.text or "" for t in c.iter("{%s}t" % NS["m"]))))
            else:
                cells.append((kind, c.findtext("m:v", None, NS)))
        rows.append(cells)
    return root, rows


def approval(house, name="cases"):
    code, out, err = run(house, "export", "request", name, "--as", "amina", "--reason", "evaluation finale")
    report.check("names are asked for", code == 0 and out.strip().isdigit(), err)
    return out.strip()


def names(house, number, *more):
    return run(house, "export", "cases", "--names", "--approval", number, "--as", "amina", "--purpose", "evaluation finale", *more)


def test_plain(house):
    code, out, err = run(house, "export", "cases", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    report.check("CSV of all cases", code == 0 and len(rows) == 151, err or len(rows))
    report.check("a pseudonym, no name, no reference, no number", all(re.fullmatch("[0-9a-f]{16}", r["person"]) for r in rows)
                 and not {"ref", "name", "phone"} & set(rows[0]) and NUMBER not in out and NAME not in out)
    code, out2, _ = run(house, "export", "cases", "--format", "jsonl", "--direction", "TO_MA")
    lines = [json.loads(line) for line in out2.splitlines()]
    report.check("JSON Lines of one direction", len(lines) == 148 and {r["direction"] for r in lines} == {"TO_MA"}, len(lines))
    report.check("the same person has the same pseudonym", {r["person"] for r in lines} < {r["person"] for r in rows})
    report.check("dates are those of the file", "2020-01-01" in {r["opened_on"] for r in lines})
    path = house.path("excel.csv")
    code, _, err = run(house, "export", "cases", "--format", "csv-excel-fr", "--output", path, "--year", "2020", "--as", "amina")
    data = open(path, "rb").read()
    report.check("excel-fr: mark, semicolons, CRLF", code == 0 and data.startswith(b"\xef\xbb\xbf") and b'";"' in data and b"\r\n" in data, err)
    report.check("the watermark", re.search(r'"Wasl · cases · pseudonymes · \d{4}-\d\d-\d\d \d\d:\d\d · amina"', data.decode()) is not None, data[-200:])


def test_names(house):
    path = house.path("names.xlsx")
    code, _, err = run(house, "export", "cases", "--names", "--format", "xlsx", "--output", path)
    report.check("no names without a permission", code == 64, err)
    number = approval(house)
    code, _, err = names(house, number, "--output", path)
    report.check("nor before it is given", code != 0 and not os.path.exists(path), err)
    code, _, err = run(house, "approval", "approve", number, "--as", "amina", "--reason", "for myself")
    report.check("nor by who asked", code == 77, err)
    run(house, "approval", "approve", number, "--as", "omar", "--reason", "as agreed")
    code, _, err = names(house, number, "--output", path, "--language", "ar", "--format", "xlsx")
    report.check("then they are given", code == 0, err)
    code, _, err = names(house, number, "--output", house.path("again.xlsx"))
    report.check("once", code != 0 and not os.path.exists(house.path("again.xlsx")), err)
    root, rows = sheet(path)
    heads = [v for _, v in rows[1]]
    aicha = [dict(zip(heads, row + [(None, None)] * 40)) for row in rows[2:]]
    text = {v for row in rows for k, v in row if k in ("s", "inlineStr")}
    report.check("numbers are text, with their plus", NUMBER in text and aicha, sorted(text)[:5])
    report.check("a reference is text", any(re.fullmatch(r"\d{8}", v) for v in text))
    report.check("Arabic stays", NAME in text)
    report.check("a formula is text", "=1+2" in text and not [f for f in root.iter("{%s}f" % NS["m"])])
    view = root.find("m:sheetViews/m:sheetView", NS)
    report.check("from right to left", view.get("rightToLeft") == "1")
    report.check("the head stays in sight", view.find("m:pane", NS).get("state") == "frozen" and view.find("m:pane", NS).get("ySplit") == "2")
    report.check("the watermark says who and why", any("amina" in v and "evaluation finale" in v and "avec noms" in v for _, v in rows[0]), rows[0])
    _, codes = sheet(path, 2)
    report.check("a code book", len(codes) == 2 + len(heads) and any(v.startswith("Pseudonyme") for row in codes for _, v in row), codes[:3])
    audit = house.rows("SELECT actor, action, object, reason FROM v_audit WHERE action LIKE 'export xlsx%'")
    report.check("the audit has it, with its rows", audit == [{"actor": "amina", "action": "export xlsx rows=151 names=yes", "object": "cases",
                                                               "reason": "evaluation finale"}], audit)
    number = approval(house)
    run(house, "approval", "approve", number, "--as", "omar", "--reason", "as agreed")
    path = house.path("names.csv")
    code, _, _ = names(house, number, "--format", "csv", "--output", path, "--year", "2021")
    text = open(path, encoding="utf-8").read()
    report.check("CSV guards what looks like a formula", "\"'%s\"" % NUMBER in text and "\"'=1+2\"" in text and NAME in text, text)


def opened(house, source, *how):
    """What LibreOffice reads in a file, written again as text: a sheet's first."""
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(["soffice", "-env:UserInstallation=file://" + home + "/profile", "--headless", *how, "--convert-to",
                        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1", "--outdir", home, source],
                       capture_output=True, timeout=180)
        made = [n for n in os.listdir(home) if n.endswith(".csv")]
        return open(os.path.join(home, made[0]), encoding="utf-8").read() if made else ""


def test_office(house):
    sheet_text = opened(house, house.path("names.xlsx"))
    report.check("LibreOffice: a number keeps its plus, Arabic its letters, a formula stays text in a spreadsheet",
                 all(w in sheet_text for w in (NUMBER, NAME, "=1+2")), sheet_text[:300])
    text = opened(house, house.path("names.csv"), "--infilter=CSV:44,34,76,1")
    report.check("and in CSV", "'" + NUMBER in text and NAME in text and "'=1+2" in text, text[:300])
    text = opened(house, house.path("excel.csv"), "--infilter=CSV:59,34,76,1")
    report.check("and in that for Excel in French", "Wasl · cases · pseudonymes" in text and len(text.splitlines()) > 140, text[:300])


def unlocked(path, password):
    """The one member of a ZIP by WinZip's AE-2 (AES-256), opened by the letter of its specification and openssl."""
    member = zipfile.ZipFile(path).infolist()[0]
    with open(path, "rb") as f:
        data = f.read()
    name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
    at = member.header_offset + 30 + name + extra
    sealed = data[at:at + member.compress_size]
    salt, check, body, mark = sealed[:16], sealed[16:18], sealed[18:-10], sealed[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    if keys[64:] != check or hmac.new(keys[32:64], body, hashlib.sha1).digest()[:10] != mark:
        return None
    counters = b"".join(n.to_bytes(16, "little") for n in range(1, len(body) // 16 + 2))
    stream = subprocess.run(["openssl", "enc", "-aes-256-ecb", "-nopad", "-K", keys[:32].hex()], input=counters, capture_output=True,
                            check=True).stdout
    return zlib.decompress(bytes(a ^ b for a, b in zip(body, stream)), -15)


def test_locked(house):
    words = house.path("password")
    with open(words, "w") as f:
        f.write("huit mots et plus\n")
    path = house.path("cases.zip")
    code, _, err = run(house, "export", "cases", "--format", "csv", "--password-file", words, "--output", path)
    member = zipfile.ZipFile(path).infolist()[0]
    report.check("locked: a ZIP of AES", code == 0 and member.filename == "wasl-cases.csv" and member.compress_type == 99, err)
    inside = unlocked(path, "huit mots et plus")
    report.check("which opens with its password, and with no other", inside and inside.startswith(b'"person"') and b"FROM_MA" in inside
                 and unlocked(path, "huit mots et moins") is None)
    report.check("nothing of it to read", b"FROM_MA" not in open(path, "rb").read())
    with open(words, "w") as f:
        f.write("short\n")
    code, _, err = run(house, "export", "cases", "--format", "csv", "--password-file", words, "--output", house.path("no.zip"))
    report.check("a password that is too short", code == 65 and not os.path.exists(house.path("no.zip")), err)
    plain = house.path("plain.zip")
    run(house, "export", "cases", "--format", "csv", "--output", plain)
    report.check("an archive without a password", b"FROM_MA" in zipfile.ZipFile(plain).read("wasl-cases.csv"))


def test_map(house):
    path = house.path("map.tsv")
    with open(path, "w") as f:
        f.write("# ours\ttheirs\nwave\tround\nq1_economic\tRSS_E1\nperson\n")
    code, out, err = run(house, "export", "reintegration", "--format", "csv", "--columns", path)
    report.check("a column map: their heads, their order", code == 0 and out.splitlines()[0] == '"round","RSS_E1","person"', err or out)
    with open(path, "w") as f:
        f.write("phone\n")
    code, _, err = run(house, "export", "cases", "--format", "csv", "--columns", path)
    report.check("a map gives no name away", code == 64 and "line 1" in err, err)


def test_answers(house):
    number = 0
    for number in range(3):
        phone = Phone(house, "+21260000010%d" % number)
        phone.dial()
        for typed in "1 1 2 1 1 1 1 1 3 0 1 2 4 1 1".split():
            phone.type(typed)
    rows = house.rows("SELECT count(*) AS n, sum(value IS NOT NULL) AS coded FROM v_answer")[0]
    report.check("people have answered", rows["n"] > 20 and 0 < rows["coded"] < rows["n"], rows)
    code, out, _ = run(house, "export", "answers", "--format", "jsonl")
    report.check("as many answers as there are", len(out.splitlines()) == rows["n"])
    path = house.path("answers.json")
    code, _, err = run(house, "export", "answers", "--format", "floip", "--output", path)
    report.check("a FLOIP package", code == 0, err)
    check_floip(json.load(open(path)), json.load(open(house.path("answers-data.json"))), rows["coded"])
    again = house.path("again.json")
    run(house, "export", "answers", "--format", "floip", "--output", again)
    one, two = json.load(open(path)), json.load(open(again))
    report.check("the same package has the same id and questions", one["id"] == two["id"] and
                 one["resources"][0]["schema"] == two["resources"][0]["schema"])


def check_floip(package, rows, count):
    wrong = floip.problems(package, rows)
    report.check("valid by the specification", not wrong, wrong[:5])
    report.check("the rows beside it", package["resources"][0]["path"] == "answers-data.json")
    report.check("a row for each coded answer", len(rows) == count, len(rows))
    questions = package["resources"][0]["schema"]["questions"]
    report.check("nothing sensitive is a question", not [q for q in questions if q.endswith((".URGENT", ".HEALTH", ".PIN", ".YEAR"))])


def test_flows(house):
    path = house.path("flows.json")
    code, _, err = run(house, "export", "flows", "--format", "floip", "--output", path)
    box = json.load(open(path))
    report.check("a container", code == 0 and box["specification_version"] == "1.0.0-rc4" and len(box["flows"]) > 10, err)
    wrong = []
    flows = {f["uuid"] for f in box["flows"]}
    for flow in box["flows"]:
        blocks = {b["uuid"]: b for b in flow["blocks"]}
        resources = {r["uuid"] for r in flow["resources"]}
        if flow["first_block_id"] not in blocks or len(blocks) != len(flow["blocks"]) or len(flow["name"]) < 3:
            wrong.append((flow["name"], "first block"))
        spoken = {language["id"] for language in flow["languages"]}
        for r in flow["resources"]:
            if {v["language_id"] for v in r["values"]} != spoken or not all(v["value"] for v in r["values"]):
                wrong.append((flow["name"], "a resource lacks a language"))
        for b in flow["blocks"]:
            where = (flow["name"], b["name"])
            if not re.fullmatch(r"[a-zA-Z]\w*", b["name"]):
                wrong.append(where + ("name",))
            if [e.get("default", False) for e in b["exits"]] != [False] * (len(b["exits"]) - 1) + [True]:
                wrong.append(where + ("exactly one default, last",))
            for e in b["exits"]:
                if "destination_block" in e and e["destination_block"] not in blocks:
                    wrong.append(where + ("leads nowhere",))
                if not e.get("default") and not e.get("test"):
                    wrong.append(where + ("an exit without a test",))
            prompts = [b["config"].get("prompt")] + [c.get("prompt") for c in b["config"].get("choices", [])]
            if b["type"] == "MobilePrimitives.SelectOneResponse" and (not b["config"].get("choices") or None in prompts):
                wrong.append(where + ("choices",))
            if [p for p in prompts if p and p not in resources]:
                wrong.append(where + ("a prompt without a resource",))
            if b["type"] == "Core.RunFlow" and b["config"]["flow_id"] not in flows:
                wrong.append(where + ("another flow",))
    report.check("what the specification demands of blocks, exits and resources", not wrong, wrong[:5])


def test_nothing_half(house):
    path = house.path("half")
    os.mkdir(path)
    argv = [house.binary, "-c", house.path("wasl.json"), "export", "cases", "--format", "jsonl", "--output", path + "/out.jsonl"]
    stopped = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.01)
    stopped.send_signal(signal.SIGKILL)
    stopped.wait()
    report.check("killed: the file is whole or there is none", os.listdir(path) in ([], ["out.jsonl"]), os.listdir(path))
    for name in os.listdir(path):
        os.unlink(os.path.join(path, name))
    code, _, err = run(house, "export", "cases", "--format", "csv", "--output", path + "/no/such/folder.csv")
    report.check("a folder that is not there", code == 73, err)
    code, _, err = run(house, "export", "cases", "--format", "csv", "--output", path + "/" + "x" * 300)
    report.check("a name that no file can have", code == 73, err)
    done = house.run("export", "cases", "--format", "xlsx")
    report.check("a spreadsheet goes to stdout where that is no terminal", done.returncode == 0 and done.stdout.startswith(b"PK\x03\x04"), done.stderr)
    code, _, err = run(house, "export", "flows", "--format", "csv")
    report.check("flows are no table", code == 64, err)
    code, _, err = run(house, "export", "case", "--format", "csv")
    report.check("a name that is wrong", code == 64 and "cases" in err, err)
    report.check("nothing lies about", os.listdir(path) == [], os.listdir(path))


house = House()
try:
    run(house, "import", "cases", "tests/data/programme/f2.csv")
    text = "direction,phone,name,opened_on\nFROM_MA,%s,%s,2021-05-01\nFROM_MA,+212600000778,=1+2,2021-05-01\nFROM_MA,,,2021-05-02\n" % (NUMBER, NAME)
    run(house, "import", "cases", "-", stdin=text.encode())
    test_plain(house)  # without a daemon
    house.start()
    test_names(house)
    test_office(house)
    test_locked(house)
    test_map(house)
    test_answers(house)
    test_flows(house)
    test_nothing_half(house)
finally:
    house.close()
report.end()
