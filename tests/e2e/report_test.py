#!/usr/bin/env python3
"""The published figures of 2020 out of invented persons (tests/data/programme), by `wasl import` and `wasl report`: to the digit, in
French, in every format; requests that are no returns, years that nobody knows, small cells for outside; and files that are wrong."""
import csv
import datetime
import io
import json
import os
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile

import desk
from house import House, Report

report = Report()
DATA = "tests/data/programme/"
NBSP = "\u00a0"
FUNDS = "Le nombre de retournés assistés dépend de la disponibilité des fonds et non du nombre de demandes."


def run(house, *args, stdin=None):
    done = house.run(*args, stdin=stdin)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def tables(house, name, *args):
    code, out, err = run(house, "report", name, *args, "--format", "json")
    if code:
        raise RuntimeError(err)
    page = json.loads(out)
    found = {}
    for table in page["tables"]:
        keys = [c["key"] for c in table["columns"]]
        found[table["key"]] = [dict(zip(keys, row["cells"]), code_of=row["code"]) for row in table["rows"]]
    return found, page


def column(rows, key):
    return [row[key] for row in rows]


def test_2020(house):
    t, page = tables(house, "year-from", "--year", "2020")
    report.check("F1: 796 returned, 604 men, 192 women, no child", column(t["persons"], "persons") == [796, 604, 192, 0, 0], t["persons"])
    report.check("F1: 8 potential victims of trafficking", t["needs"][0]["persons"] == 8, t["needs"])
    report.check("F1: four countries in order", column(t["countries"], "place") == ["Guinée", "Côte d'Ivoire", "Cameroun", "Sénégal"]
                 and column(t["countries"], "persons") == [290, 215, 95, 60] and column(t["countries"], "rank") == [1, 2, 3, 4], t["countries"])
    report.check("F1: 40 countries", any("les 4 premiers sur 40" in note for note in page["notes"]), page["notes"])
    report.check("F1: 1400 requests, in a table of their own", column(t["requests"], "requests") == [1400], t["requests"])
    report.check("the footnote on funds", FUNDS in page["notes"])
    report.check("the total since 2005", any("13%s800" % NBSP in note and "environ" in note for note in page["notes"]), page["notes"])
    report.check("the year before is not known, which is not 0", column(t["persons"], "previous") == [None] * 5)
    t, page = tables(house, "year-to", "--year", "2020")
    report.check("F2: 148: 137 men, 10 women, 0 boys, 1 girl", column(t["persons"], "persons") == [148, 137, 10, 0, 1], t["persons"])
    report.check("F2: 2 potential victims, 2 with medical needs", column(t["needs"], "persons")[:2] == [2, 2], t["needs"])
    report.check("F2: host countries in order", column(t["hosts"], "place") == ["Allemagne", "Turquie", "Grèce", "Bosnie-Herzégovine"], t["hosts"])
    report.check("F2: regions in order", column(t["regions"], "place") ==
                 ["Casablanca-Settat", "Rabat-Salé-Kénitra", "Fès-Meknès", "Béni Mellal-Khénifra"], t["regions"])
    report.check("no requests where nobody asked", "requests" not in t)


def test_page(house):
    code, out, _ = run(house, "report", "year-from", "--year", "2020")
    lines = out.splitlines()
    report.check("a page with a head", code == 0 and lines[0] == "AVRR Maroc" and "depuis le Maroc" in lines[1] and lines[2].startswith("2020"), lines[:4])
    report.check("numbers as French prints them", "75,9%s%%" % NBSP in out and "1%s400" % NBSP in out, out)
    report.check("the footnote on the page", FUNDS in out)
    report.check("the year in a sentence", "\n2020 : 796 personnes retournées, dont 604 hommes et 192 femmes.\n" in out, out)
    report.check("no columns of nothing: a sentence", "Variation" not in out and "2019 : pas de chiffres auxquels comparer (n/d)." in out, out)
    code, out, _ = run(house, "report", "year-from", "--year", "2020", "--lang", "en")
    report.check("in English, with its numbers", code == 0 and "796 persons returned, 604 men and 192 women." in out and "75.9%" in out
                 and "about 13,800 persons" in out and "Guinea" in out, out)
    code, out, _ = run(house, "report", "year-to", "--year", "2020", "--lang", "ar")
    report.check("in Arabic", code == 0 and "ألمانيا" in out and "الدار البيضاء-سطات" in out and "148" in out, out)
    report.check("no other language", run(house, "report", "age", "--year", "2020", "--lang", "de")[0] == 64)


def test_years(house):
    t, _ = tables(house, "returns-by-year", "--year", "2020")
    report.check("five years, 2019 not known", column(t["from"], "persons") == [1500, 1733, 1508, None, 796, None], t["from"])
    report.check("a sum with an unknown year in it is not known", t["from"][5]["code_of"] == "total")
    report.check("change against the year before", t["from"][0]["change"] == round((1500 - 1399) / 1399, 6) and t["from"][4]["change"] is None, t["from"])
    report.check("requests beside", column(t["from"], "requests") == [None, None, None, None, 1400, None], t["from"])
    report.check("to Morocco", column(t["to"], "persons") == [None, None, 130, None, 148, None], t["to"])
    t, _ = tables(house, "returns-by-year", "--from", "2016-01-01", "--to", "2018-12-31")
    report.check("three known years and their total", column(t["from"], "persons") == [1500, 1733, 1508, 1500 + 1733 + 1508], t["from"])
    t, _ = tables(house, "returns-by-year", "--year", "2022", "--direction", "FROM_MA")
    report.check("2457 of 3552 requests", (t["from"][4]["persons"], t["from"][4]["requests"]) == (2457, 3552) and "to" not in t, t)
    code, out, _ = run(house, "report", "returns-by-year", "--year", "2020")
    report.check("n/d is printed", "2019          n/d" in out, out)
    t, _ = tables(house, "year-from", "--year", "2018")
    report.check("a year before Wasl has its total and nothing else", column(t["persons"], "persons") == [1508, None, None, None, None]
                 and t["persons"][0]["previous"] == 1733, t["persons"])


def test_others(house):
    t, _ = tables(house, "country", "--year", "2020")
    total = t["countries"][-1]
    report.check("countries add up", len(t["countries"]) == 41 and (total["men"], total["women"], total["total"]) == (604, 192, 796), total)
    report.check("a girl from Spain", [r["girls"] for r in t["hosts"] if r["code_of"] == "ES"] == [1])
    t, _ = tables(house, "age", "--year", "2020")
    report.check("ages from Morocco", [(r["men"], r["women"]) for r in t["from"]] ==
                 [(0, 0), (520, 160), (74, 30), (10, 2), (0, 0), (604, 192)], t["from"])
    report.check("ages to Morocco", [(r["men"], r["women"]) for r in t["to"]] == [(0, 1), (100, 10), (32, 0), (5, 0), (0, 0), (137, 11)], t["to"])
    t, _ = tables(house, "vulnerability", "--year", "2020", "--direction", "TO_MA")
    report.check("vulnerabilities by sex", [(r["code_of"], r["men"], r["women"], r["total"]) for r in t["to"][:2]] ==
                 [("MEDICAL", 1, 1, 2), ("VOT_POTENTIAL", 1, 1, 2)] and "from" not in t, t)
    t, _ = tables(house, "tags", "--year", "2020", "--direction", "FROM_MA")
    report.check("by project, once in each, once in all", [(r["code_of"], r["persons"]) for r in t["from"]] ==
                 [("FORAS", 398), ("EUIOM_NA", 100), ("total", 498), ("persons", 398), ("without", 398)], t["from"])
    t, _ = tables(house, "month", "--year", "2020")
    report.check("by month: 1400 requests, 900 interviews, 796 returns, 120 withdrawals",
                 [t["month"][-1][k] for k in ("requests", "interviews", "departures", "withdrawals")] == [1400, 900, 796, 120], t["month"][-1])
    report.check("January", [t["month"][0][k] for k in ("requests", "interviews", "departures", "withdrawals")] == [118, 76, 67, 10], t["month"][0])
    report.check("four days to the first contact", t["month"][-1]["days_to_contact"] == 4)
    t, _ = tables(house, "year-from", "--from", "2020-07-01", "--to", "2020-12-31")
    report.check("half a year beside the half before", (t["persons"][0]["persons"], t["persons"][0]["previous"]) == (396, 400)
                 and t["persons"][0]["change"] == -0.01, t["persons"])
    t, _ = tables(house, "year-from", "--year", "2020", "--tag", "FORAS")
    report.check("of one project", t["persons"][0]["persons"] == 398, t["persons"])


def test_outside(house):
    t, page = tables(house, "year-to", "--year", "2020", "--outside")
    report.check("one girl is hidden, and who would give her away", column(t["persons"], "persons") == [148, 137, "hidden", 0, "<5"], t["persons"])
    report.check("2 and 2 are hidden", column(t["needs"], "persons")[:2] == ["<5", "<5"] and page["outside"] is True, t["needs"])
    t, _ = tables(house, "year-to", "--year", "2020", "--outside", "--national")
    report.check("published as the manager decides", column(t["persons"], "persons") == [148, 137, 10, 0, 1], t["persons"])
    audit = house.rows("SELECT count(*) AS n FROM v_audit WHERE object = 'year-to' AND action LIKE '%unmasked'")
    report.check("and that is in the audit", audit[0]["n"] == 1, audit)
    t, _ = tables(house, "vulnerability", "--year", "2020", "--outside", "--national", "--direction", "FROM_MA")
    report.check("vulnerabilities stay masked", (t["from"][0]["men"], t["from"][0]["women"], t["from"][0]["total"]) == ("hidden", "<5", 8), t["from"])
    t, _ = tables(house, "country", "--year", "2020", "--outside")
    open_cells = [r[k] for name in t for r in t[name] for k in ("men", "women", "boys", "girls", "unknown", "total")]
    report.check("no small cell in a table of three crossings", not [c for c in open_cells if isinstance(c, int) and 0 < c < 5])


def test_formats(house):
    code, out, _ = run(house, "report", "year-from", "--year", "2020", "--format", "csv")
    rows = list(csv.reader(io.StringIO(out)))
    report.check("CSV", code == 0 and ["Hommes", "604", "0.7588", "n/d", "n/d"] in rows, rows[:12])
    path = os.path.join(house.folder, "page.xlsx")
    code, out, err = run(house, "report", "year-to", "--year", "2020", "--format", "xlsx", "--output", path)
    report.check("XLSX", code == 0 and zipfile.is_zipfile(path), err)
    book = zipfile.ZipFile(path)
    ns = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    names = [s.get("name") for s in ET.fromstring(book.read("xl/workbook.xml")).find("m:sheets", ns)]
    report.check("a sheet a table", names == ["Rapport", "1 persons", "2 needs", "3 hosts", "4 regions"], names)
    cells = [c.findtext("m:v", None, ns) for c in ET.fromstring(book.read("xl/worksheets/sheet2.xml")).iter("{%s}c" % ns["m"])]
    report.check("figures as numbers", "148" in cells and "137" in cells, cells)
    report.check("only whoever made it reads it", os.stat(path).st_mode & 0o777 == 0o600)
    code, _, err = run(house, "report", "yaer-from", "--year", "2020")
    report.check("a name that is wrong", code == 64 and "year-from" in err, err)
    report.check("to stdout too", house.run("report", "year-to", "--year", "2020", "--format", "xlsx").stdout.startswith(b"PK\x03\x04"))
    _, out, err = run(house, "report", "age", "--json")
    report.check("no period is this year", json.loads(out)["period"] == str(datetime.date.today().year), err)
    code, _, err = run(house, "report", "age", "--from", "2020-01-01")
    report.check("half a period", code == 64 and "--year" in err, err)
    code, _, err = run(house, "report", "year-from", "--year", "2020", "--direction", "TO_MA")
    report.check("year-from is about one direction", code == 64, err)
    for wrong in (("--office", "RABATT"), ("--tag", "FORRAS")):
        code, _, err = run(house, "report", "month", "--year", "2020", *wrong)
        report.check("what the configuration does not have is said: " + wrong[1], code == 0 and wrong[0] in err, err)
    report.check("what it has is not", run(house, "report", "month", "--year", "2020", "--office", "RABAT", "--tag", "FORAS")[2] == "")


def at_the_desk(person, **parameters):
    """The year to Morocco as the desk makes it; its persons."""
    job = person.post("/reports", {"name": "year-to", "parameters": {"year": "2020", **parameters}})
    until = time.monotonic() + 60
    while job.json.get("state") in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.02)
        job = person.get("/jobs/" + job.json["job_id"])
    page = person.get(job.json["result"]).json
    return [row["cells"][1] for row in page["tables"][0]["rows"]], page


def test_desk(house):
    manager = desk.Person(house, "p_manager", "manager").sign_in()
    other = desk.Person(house, "p_me", "me").sign_in()
    figures, page = at_the_desk(manager)
    report.check("the desk's report is the command's", figures == [148, 137, 10, 0, 1] and page["language"] == "fr", figures)
    report.check("a column says how it is written", [c["unit"] for c in page["tables"][0]["columns"]][:3] == ["text", "count", "share"], page)
    report.check("for outside the small ones are hidden", at_the_desk(manager, outside="yes")[0] == [148, 137, "hidden", 0, "<5"])
    report.check("the manager shows them", at_the_desk(manager, outside="yes", national="yes")[0] == [148, 137, 10, 0, 1])
    report.check("nobody else does", at_the_desk(other, outside="yes", national="yes")[0] == [148, 137, "hidden", 0, "<5"])
    rows = house.rows("SELECT actor, action FROM v_audit WHERE action LIKE 'report.run%%unmasked'")
    report.check("whose choice it was is in the audit", rows == [{"actor": "p_manager", "action":
                                                                  "report.run json year=2020 outside, national figures unmasked"}], rows)


def count(house):
    return house.rows("SELECT (SELECT count(*) FROM v_case) AS cases, (SELECT count(*) FROM v_contact) AS people")[0]


def test_wrong_files(house):
    before = count(house)
    wrong = ("direction,sex,departed_on,vulnerabilities,phone\nFROM_MA,M,2021-01-01,,\nFROM_MA,X,2021-01-01,,\nFROM_MA,M,2021-02-30,,\n"
             "FROM_MA,M,2021-01-01,SICK,\nFROM_MA,M,2021-01-01,,12\nSOMEWHERE,M,2021-01-01,,\n")
    path = os.path.join(house.folder, "wrong.csv")
    with open(path, "w") as f:
        f.write(wrong)
    code, _, err = run(house, "import", "cases", path)
    lines = [line.split(": ")[0] for line in err.splitlines() if line.startswith(path)]
    report.check("each wrong line by file and number", code == 65 and lines == ["%s:%d" % (path, n) for n in (3, 4, 5, 6, 7)], err)
    report.check("no value of a person in what is said", "12" not in err.replace(path, "").replace(":12", ""), err)
    report.check("nothing was changed", count(house) == before)
    for what, text, line in (("a column that is not known", "direction,nmae\nFROM_MA,x\n", ":2:"),
                             ("a quotation mark that is not closed", 'direction,name\nFROM_MA,"x\n', ":2:"),
                             ("a language that the programme does not speak", "direction,language\nFROM_MA,fr\nFROM_MA,xx\n", ":3:"),
                             ("a cell too many", "direction\nFROM_MA,2\n", ":2:"),
                             ("JSON that is not", '{"direction": "FROM_MA"}\n{oops\n', ":2:")):
        code, _, err = run(house, "import", "cases", "-", stdin=text.encode())
        report.check(what, code == 65 and ("-" + line) in err, err)
    code, _, err = run(house, "import", "cases", "-", stdin=b'{"direction": "FROM_MA", "name": "%s"}' % (b"x" * 70000))
    report.check("a value that is too long is called so", code == 65 and "-:1: too long" in err, err[:200])
    twice = b"direction,year,persons,source\nFROM_MA,2019,1,x\nTO_MA,2019,2,x\nFROM_MA,2019,3,y\n"
    code, _, err = run(house, "import", "historic", "-", stdin=twice)
    report.check("a year that stands twice", code == 65 and "-:4:" in err and "line 2" in err, err)
    code, _, err = run(house, "import", "historic", "-", stdin=b"direction,year,persons,source\nFROM_MA,2019,,x\n")
    report.check("an empty figure is not 0", code == 65 and "persons" in err, err)
    code, _, err = run(house, "import", "cases", "/nowhere/file")
    report.check("no such file", code == 66, err)
    report.check("still nothing was changed", count(house) == before)


def test_forms(house):
    """Semicolons and a mark as Excel writes them; JSON Lines; a phone; a reference that is taken undoes the rest of its file."""
    text = "\ufeffdirection;status;phone;name;opened_on;tags\r\nFROM_MA;NEW;'+212600000777;\"Diallo; Awa\";2021-05-01;FORAS ORION\r\n"
    code, out, err = run(house, "import", "cases", "-", stdin=text.encode())
    row = house.rows("SELECT k.ref, k.tags, k.opened_at, c.name, p.phone FROM v_case k JOIN v_contact c USING (contact_id)"
                     " JOIN v_contact_point p USING (contact_id) WHERE c.name = 'Diallo; Awa'")
    report.check("semicolons, quotes, the guard of a formula", code == 0 and len(row) == 1 and row[0]["phone"] == "+212600000777"
                 and row[0]["tags"] == "FORAS ORION" and row[0]["opened_at"].startswith("2021-0"), err or row)
    text = ('{"direction": "TO_MA", "sex": "F", "age_band": "U18", "returned_on": "2021-06-02", "vulnerabilities": ["UASC", "MEDICAL", "UASC"],'
            ' "children": 2, "consent_checkins": false}\n')
    code, _, err = run(house, "import", "cases", "-", stdin=text.encode())
    t, _ = tables(house, "year-to", "--year", "2021")
    report.check("JSON Lines", code == 0 and t["persons"][4]["persons"] == 1 and column(t["needs"], "persons") == [0, 1, 1], err or t)
    before = count(house)
    text = "ref,direction,sex\n,FROM_MA,M\n%s,FROM_MA,M\n" % row[0]["ref"]
    code, _, err = run(house, "import", "cases", "-", stdin=text.encode())
    report.check("a reference that is taken, with its line", code != 0 and "line 3" in err, err)
    report.check("and the row before it is not there either", count(house) == before)


def test_audit(house):
    lines = house.rows("SELECT actor, action, object FROM v_audit WHERE action LIKE 'import %'")
    report.check("the audit says what was imported, by whom", {"actor": "administrator", "action": "import rows=1400", "object": "cases"} in lines, lines)
    report.check("history at its own dates", house.rows("SELECT count(*) AS n FROM v_case_event WHERE became = 'COUNSELLED' AND at LIKE '2020-%'")
                 [0]["n"] == 900)


house = House()
try:
    for kind, name in (("cases", "f1.csv"), ("historic", "historic.csv")):  # without a daemon
        code, out, err = run(house, "import", kind, DATA + name)
        report.check("import of %s" % name, code == 0, err)
    house.start()
    code, out, err = run(house, "import", "cases", DATA + "f2.csv", "--as", "amina", "--reason", "file of 2020")  # through it
    report.check("import through the daemon", code == 0 and out == "148 rows imported\n", err)
    code, out, err = run(house, "import", "cases", DATA + "f1.csv")
    report.check("the same file again is refused", code == 73 and "imported before" in err, err)
    made = tempfile.mkdtemp()
    subprocess.run(["cp", DATA + "make.py", made], check=True)
    subprocess.run(["python3", made + "/make.py"], check=True)
    for name in ("f1.csv", "f2.csv", "historic.csv"):
        report.check("%s is what make.py makes" % name, open(made + "/" + name).read() == open(DATA + name).read())
    test_2020(house)
    test_page(house)
    test_years(house)
    test_others(house)
    test_outside(house)
    test_desk(house)
    test_formats(house)
    test_wrong_files(house)
    test_forms(house)
    test_audit(house)
finally:
    house.close()
report.end()
