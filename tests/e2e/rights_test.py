#!/usr/bin/env python3
"""The rights of the person and the end of data: what we hold, consent taken back, erasure by two people after which no byte of
the person is found, what is past its time goes on its day."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from house import Aggregator, House, Phone, Report

report = Report()
NUMBER, OTHER, BARE = "+212611998877", "+212611998866", "+212611998855"
WORDS = "Mariama sous le pont de Oujda"
DAY = 24 * 3600 * 1000
WALK = ("1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1")


def request_return(phone):
    """A whole request by USSD; the reference."""
    phone.dial()
    for typed in WALK:
        screen = phone.type(typed)
    digits = [w for w in screen.replace(".", " ").replace(":", " ").split() if len(w) == 8 and w.isdigit()]
    return digits[0]


def raw_files(house):
    """Every byte of the state folder, the log, and what the tests' folder holds else, but for the key and the configuration."""
    for folder, _, names in os.walk(house.folder):
        for name in names:
            path = os.path.join(folder, name)
            if name not in ("wasl.key", "wasl.json") and os.path.isfile(path):
                with open(path, "rb") as f:
                    yield path, f.read()


def found(house, needles):
    return sorted({"%s in %s" % (n, os.path.basename(p)) for p, data in raw_files(house) for n in needles if n.encode() in data})


def in_a_file(house, needle):
    return any(needle in data for _, data in raw_files(house))


def found_with_key(house, needles):
    views = [r["name"] for r in house.rows("SELECT name FROM sqlite_master WHERE type = 'view'")]
    hits = []
    for view in views:
        text = house.run("query", "--json", "SELECT * FROM %s" % view).stdout.decode("utf-8", "replace")
        hits += ["%s in %s" % (n, view) for n in needles if n in text and view not in ("v_audit", "v_approval")]
    return hits


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def totals(house):
    return house.rows("SELECT direction, nationality, sex, age_band, region, count(*) AS n, sum(group_size) AS g FROM v_case"
                      " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5") + \
        house.rows("SELECT direction, mode, count(*) AS n, sum(segments) AS s FROM v_message GROUP BY 1, 2 ORDER BY 1, 2") + \
        house.rows("SELECT purpose, answer, count(*) AS n FROM v_consent GROUP BY 1, 2 ORDER BY 1, 2") + \
        house.rows("SELECT flow, state, count(*) AS n FROM v_answer GROUP BY 1, 2 ORDER BY 1, 2")


REPORTS = ("year-from year-to returns-by-year country age vulnerability month funnel checkins scores alerts complaints referrals"
           " tags service").split()


def reports(house):
    """Each report of this year, but for the days that somebody waited: who stays as a figure has a month, not a day."""
    out = {}
    year = time.strftime("%Y", time.gmtime())
    for name in REPORTS:
        for table in json.loads(house.run("report", name, "--format", "json", "--year", year).stdout)["tables"]:
            for row in table["rows"]:
                for column, cell in zip(table["columns"], row["cells"]):
                    if not column["key"].startswith("days_"):
                        out["%s %s %s %s" % (name, table["key"], row["code"], column["key"])] = cell
    return out


def differences(a, b):
    return ["%s: %s, then %s" % (k, a.get(k), b.get(k)) for k in sorted(set(a) | set(b)) if a.get(k) != b.get(k)]


def erased_by_two():
    vendor = Aggregator()
    house = House(log={"level": "debug"})
    try:
        house.channel["base_url"] = vendor.url
        house.write_config()
        house.start()
        one, other = Phone(house, NUMBER), Phone(house, OTHER)
        ref, other_ref = request_return(one), request_return(other)
        one.sms(WORDS)
        other.sms(WORDS)  # the same words of somebody else stay
        report.check("answers leave", vendor.wait_for(2))
        house.post("report", {"id": "x", "phoneNumber": NUMBER, "status": "?"})
        who = ["--case", ref, "--as", "fatima"]
        done = house.run("person", *who)
        report.check("what we hold is read for a reason", done.returncode == 64, str(done))
        done = house.run("person", "--json", *who, "--reason", "asked by phone")
        held = json.loads(done.stdout or "{}")
        report.check("what we hold, with the words", done.returncode == 0 and held["contact_point"][0]["phone"] == NUMBER and
                     held["cases"][0]["ref"] == ref and WORDS in [m.get("text") for m in held["message"]], str(done)[:300])
        report.check("and nothing of anybody else", OTHER not in json.dumps(held) and other_ref not in json.dumps(held))
        page = house.run("person", *who, "--reason", "asked by phone").stdout.decode()
        report.check("on a page to print", NUMBER in page and WORDS in page and "message" in page)
        report.check("reading is in the audit", house.rows(
            "SELECT count(*) AS n FROM v_audit WHERE action = 'person.read' AND object = '%s'" % ref)[0]["n"] == 2)

        today = time.strftime("%Y-%m-%d", time.gmtime())
        house.run("case", "set", ref, "status=DEPARTED", "departed_on=" + today, "tags=+FORAS", "--as", "fatima", "--reason", "flew")
        house.run("case", "set", ref, "tags=+VOT_POTENTIAL", "--as", "fatima", "--reason", "interview")
        before = totals(house)
        contact = house.rows("SELECT contact_id AS c FROM v_case WHERE ref = '%s'" % ref)[0]["c"]
        backup = house.run("backup", house.path("before.backup"))
        report.check("a backup of before", backup.returncode == 0, str(backup))
        for row in house.rows("SELECT alert_id FROM v_alert WHERE case_ref = '%s' AND closed_at IS NULL" % ref):
            report.check("an open alert stands in the way", house.run("erase", *who, "--reason", "x").returncode == 77)
        house.stop()
        house.edit("UPDATE alert SET closed_at = raised_at")
        key = house.plain_rows("SELECT key FROM contact WHERE contact_id = %d" % contact)[0][0]
        sealed = [r[0] for r in house.plain_rows("SELECT text FROM message WHERE contact_id = %d AND text IS NOT NULL" % contact)]
        report.check("the person's key and words are in the file", all(in_a_file(house, b) for b in [key] + sealed))
        house.start()
        figures = reports(house)
        report.check("there is something to report", len(figures) > 300 and any(v == 1 for v in figures.values()), str(len(figures)))
        done = house.run("erase", "--json", *who, "--reason", "asked in the office")
        approval = json.loads(done.stdout or "{}").get("approval")
        report.check("one person asks", done.returncode == 0 and approval, str(done))
        report.check("nothing happened yet", house.rows("SELECT count(*) AS n FROM v_case WHERE ref = '%s'" % ref)[0]["n"] == 1)
        decide = ["approval", "approve", str(approval), "--reason", "identity seen"]
        report.check("the same person cannot approve", house.run(*decide, "--as", "Fatima").returncode == 77)
        done = house.run(*decide, "--as", "omar")
        report.check("another person approves", done.returncode == 0, str(done))
        report.check("once", house.run(*decide, "--as", "omar").returncode != 0)

        needles = [NUMBER, NUMBER[1:], ref, one.session, one.last_id]
        report.check("nobody is found by the number or the reference", found_with_key(house, needles) == [], str(found_with_key(house, needles)))
        report.check("the words are there once, of the other one", [m["contact_id"] for m in house.rows(
            "SELECT contact_id FROM v_message WHERE text = '%s'" % WORDS)] == [house.rows(
                "SELECT contact_id AS c FROM v_case WHERE ref = '%s'" % other_ref)[0]["c"]])
        report.check("reports keep their totals", totals(house) == before, "%s\n%s" % (before, totals(house)))
        report.check("each of R1 to R15 says what it said", differences(figures, reports(house)) == [],
                     "\n".join(differences(figures, reports(house))))
        report.check("the audit says that it was done, and by whom", house.rows(
            "SELECT count(*) AS n FROM v_audit WHERE object = '%s' AND action IN ('erase', 'approval.approve ERASE')" % ref)[0]["n"] == 2)
        report.check("the person's key and sealed words are in no file any more, while it runs",
                     until(lambda: not any(in_a_file(house, b) for b in [key] + sealed)))
        raw = [n for n in needles if n != ref]
        report.check("no byte in any file while it runs", found(house, raw) == [], str(found(house, raw)))
        house.stop()
        report.check("nor after", found(house, raw) == [], str(found(house, raw)))
        days = house.plain_rows("SELECT DISTINCT strftime('%d %H:%M', opened_at / 1000, 'unixepoch') FROM cases WHERE ref LIKE '0%'")
        report.check("what stays is of a month, not of a day", days == [("01 12:00",)], str(days))

        # the backup of before brings nobody back
        done = house.run("restore", house.path("before.backup"))
        report.check("restored", done.returncode == 0, str(done))
        with open(house.path("state/suppression.log")) as f:
            report.check("by the tombstone beside the database", "ERASED" in f.read())
        report.check("the person is not back", found_with_key(house, needles) == [], str(found_with_key(house, needles)))
        report.check("the other one is", house.rows("SELECT count(*) AS n FROM v_case WHERE ref = '%s'" % other_ref)[0]["n"] == 1)
        aside = [n for n in os.listdir(house.path("state")) if n.startswith("wasl.db.before-restore")]
        report.check("what was kept aside never held the person", aside and found(house, raw) == [], str(found(house, raw)))
        not_by_a_file(house)
        house.start()
        report.check("who writes from the number is somebody new", one.dial()[:4] == "CON " and house.rows(
            "SELECT count(*) AS n FROM v_case k JOIN v_contact_point p USING (contact_id) WHERE p.phone = '%s'" % NUMBER)[0]["n"] == 0)

        # the copy that a restore kept aside holds the other one: it goes with her
        house.stop()
        house.edit("UPDATE alert SET closed_at = raised_at")
        done = house.run("erase", "--json", "--case", other_ref, "--as", "fatima", "--reason", "asked in the office")
        done = house.run("approval", "approve", str(json.loads(done.stdout)["approval"]), "--as", "omar", "--reason", "identity seen")
        report.check("without a daemon too", done.returncode == 0, str(done))
        left = found(house, [OTHER, OTHER[1:], other.session, other.last_id])
        aside = [n for n in os.listdir(house.path("state")) if n.startswith("wasl.db.before-restore")]
        report.check("no byte, no copy aside", left == [] and aside == [], "%s %s" % (left, aside))
        report.check("nobody's words are left", house.rows("SELECT count(*) AS n FROM v_message WHERE text LIKE '%Mariama%'")[0]["n"] == 0)
    finally:
        house.close()
        vendor.close()


def merged_then_erased():
    """The same human with two phones: one person in the end, under one key; and an erasure then takes both, for ever."""
    vendor = Aggregator()
    house = House()
    try:
        house.channel["base_url"] = vendor.url
        house.write_config()
        house.start()
        one, other = Phone(house, NUMBER), Phone(house, OTHER)
        ref, other_ref = request_return(one), request_return(other)
        one.sms(WORDS)
        other.sms("je suis la même personne")
        report.check("both hear back", vendor.wait_for(2))

        def ask(*args):
            return house.run("case", "merge", *args, "--json", "--as", "fatima", "--reason", "same voice, same story")

        def decide(done, how):
            return house.run("approval", how, str(json.loads(done.stdout)["approval_id"]), "--as", "omar", "--reason", "spoke with her")

        def contact(of):
            return house.rows("SELECT contact_id AS c FROM v_case WHERE ref = '%s'" % of)[0]["c"]

        report.check("not with itself, not with nobody", ask(ref, ref).returncode == 73 and ask(ref, "10000001").returncode == 66)
        kept, gone = contact(ref), contact(other_ref)
        done = ask(ref, other_ref)
        report.check("one person asks", done.returncode == 0, str(done))
        listed = json.loads(house.run("approval", "list", "--json").stdout)[0]
        report.check("the second sees both cases", (listed["kind"], listed["object"], listed["other"]) == ("MERGE", ref, other_ref), str(listed))
        report.check("the same person cannot approve", house.run("approval", "approve", str(listed["approval_id"]), "--as", "Fatima",
                                                                 "--reason", "x").returncode == 77)
        report.check("another decision about the person waits for this one", ask(other_ref, ref).returncode == 77)
        report.check("refused", decide(done, "refuse").returncode == 0)
        report.check("a refused merge changes nothing", contact(other_ref) == gone and
                     house.rows("SELECT count(*) AS n FROM v_contact")[0]["n"] == 2)

        house.run("backup", house.path("before.backup"))
        house.stop()
        key = house.plain_rows("SELECT key FROM contact WHERE contact_id = %d" % gone)[0][0]
        sealed = [r[0] for r in house.plain_rows("SELECT text FROM message WHERE contact_id = %d AND text IS NOT NULL" % gone)]
        house.start()
        words = house.rows("SELECT text FROM v_message ORDER BY message_id")
        done = decide(ask(ref, other_ref, "--duplicate", "yes"), "approve")
        report.check("another person approves", done.returncode == 0, str(done))
        report.check("one person has both cases", contact(other_ref) == contact(ref) == kept)
        report.check("every word can still be read", house.rows("SELECT text FROM v_message ORDER BY message_id") == words)
        row = house.rows("SELECT status, close_reason FROM v_case WHERE ref = '%s'" % other_ref)[0]
        report.check("the second request is closed as a duplicate", row == {"status": "CLOSED", "close_reason": "DUPLICATE"}, str(row))
        held = json.loads(house.run("person", "--json", "--case", ref, "--as", "fatima", "--reason", "asked").stdout)
        report.check("what we hold is both", {p["phone"] for p in held["contact_point"]} == {NUMBER, OTHER} and
                     {c["ref"] for c in held["cases"]} == {ref, other_ref}, str(held["contact_point"]))
        was = house.rows("SELECT was_id, contact_id FROM v_contact_was")
        report.check("the number that exports knew leads to the person", was == [{"was_id": gone, "contact_id": kept}], str(was))
        report.check("the audit says it of both", {(r["action"], r["object"]) for r in house.rows(
            "SELECT action, object FROM v_audit WHERE action LIKE 'merge%'")} == {("merge", ref), ("merge.into " + ref, other_ref)})
        report.check("the old key and what it sealed are in no file any more",
                     until(lambda: not any(in_a_file(house, b) for b in [key] + sealed)))
        other.sms("et maintenant ?")
        report.check("a word from the second phone is the person's", until(lambda: house.rows(
            "SELECT contact_id AS c, case_ref FROM v_message WHERE text = 'et maintenant ?'") == [{"c": kept, "case_ref": ref}]),
            str(house.rows("SELECT contact_id AS c, case_ref, text FROM v_message ORDER BY message_id DESC LIMIT 2")))
        report.check("and its menu knows the case", "CON" in other.dial() and house.run("check").returncode == 0)
        report.check("the chain of the audit holds", house.run("audit", "verify").returncode == 0)

        house.stop()
        house.edit("UPDATE alert SET closed_at = raised_at")
        house.start()
        done = house.run("erase", "--json", "--case", other_ref, "--as", "fatima", "--reason", "asked in the office")
        done = house.run("approval", "approve", str(json.loads(done.stdout)["approval"]), "--as", "omar", "--reason", "identity seen")
        report.check("erased after it", done.returncode == 0, str(done))
        numbers = [NUMBER, NUMBER[1:], OTHER, OTHER[1:]]
        report.check("nobody is found by either number, case or word", found_with_key(house, [*numbers, ref, other_ref, WORDS]) == [],
                     str(found_with_key(house, [*numbers, ref, other_ref, WORDS])))
        house.stop()
        report.check("no byte of either", found(house, numbers) == [], str(found(house, numbers)))
        done = house.run("restore", house.path("before.backup"))
        report.check("the backup of before the merge, when they were two, brings neither back", done.returncode == 0 and
                     found_with_key(house, [*numbers, ref, other_ref]) == [], str(found_with_key(house, [*numbers, ref, other_ref])))
    finally:
        house.close()
        vendor.close()


def imports(house, *rows):
    text = "direction,phone,opened_on\n" + "".join("FROM_MA,%s,2021-05-01\n" % row for row in rows)
    return house.run("import", "cases", "-", "--as", "fatima", stdin=text.encode())


def not_by_a_file(house):
    """Who was erased, or said STOP, comes back by their own word alone."""
    before = house.rows("SELECT count(*) AS n FROM v_case")
    done = imports(house, "", "+212611990001", NUMBER, BARE)
    said = done.stderr.decode()
    report.check("a file does not bring an erased number back", done.returncode == 65 and "line 4:" in said, said)
    report.check("which is told by line, not by number", NUMBER[1:] not in said and house.rows("SELECT count(*) AS n FROM v_case") == before, said)
    house.start()
    Phone(house, BARE).sms("STOP")
    done = imports(house, NUMBER, "+212611990001", "0" + BARE[4:])
    report.check("nor the number of who said STOP, however it is written", done.returncode == 65 and b"lines 2, 4:" in done.stderr, str(done))
    report.check("without these lines the file is taken", imports(house, "", "+212611990001").returncode == 0)
    house.stop()


def crashes():
    """Killed before the list is written: nothing happened.  Between the list and the commit: made good at the start."""
    for point, gone in (("erased:1", False), ("suppression_written:1", True)):
        house = House()
        try:
            house.start()
            ref = request_return(Phone(house, NUMBER))
            house.stop()
            house.edit("UPDATE alert SET closed_at = raised_at")
            done = house.run("erase", "--json", "--case", ref, "--as", "fatima", "--reason", "asked")
            house.environment["WASL_CRASH_AT"] = point
            house.start()
            house.run("approval", "approve", str(json.loads(done.stdout)["approval"]), "--as", "omar", "--reason", "seen")
            died = house.process.wait(timeout=15) == -9
            house.environment["WASL_CRASH_AT"] = ""
            house.start()
            n = house.rows("SELECT count(*) AS n FROM v_contact_point")[0]["n"]
            report.check("killed at %s: %s" % (point, "erased all the same" if gone else "not erased, and can be asked for again"),
                         died and n == (0 if gone else 1), "died %s, %d left" % (died, n))
            state = house.rows("SELECT state FROM v_approval")[0]["state"]
            report.check("the approval can be given again" if not gone else "the approval says what it did not live to see",
                         state == "REQUESTED", state)
        finally:
            house.close()


def consent_taken_back():
    house = House()
    try:
        house.start()
        ref = request_return(Phone(house, NUMBER))
        house.run("case", "set", ref, "consent_checkins=yes", "--as", "fatima")

        def no(purpose):
            return house.run("case", "consent", ref, purpose, "no", "--as", "fatima", "--reason", "said so on the phone").returncode
        report.check("no such purpose", no("MARKETING") == 65)
        report.check("check-ins are taken back", no("CHECKINS") == 0)
        report.check("calls too", no("CALLS") == 0)
        rows = house.rows("SELECT purpose FROM v_consent WHERE answer = 'YES' AND withdrawn_at IS NULL")
        report.check("and the request stays", [r["purpose"] for r in rows] == ["REQUEST"], str(rows))
        case = house.rows("SELECT status, contact_pref FROM v_case")[0]
        report.check("nobody calls", case["contact_pref"] == "NO_CALL" and case["status"] != "WITHDRAWN", str(case))
        report.check("the request is taken back", no("REQUEST") == 0 and
                     house.rows("SELECT status FROM v_case")[0]["status"] == "WITHDRAWN")
        report.check("all are in the audit", house.rows(
            "SELECT count(*) AS n FROM v_audit WHERE action LIKE 'consent.withdraw%'")[0]["n"] == 3)
    finally:
        house.close()


def at(house, days):
    """The same house, so many days later."""
    house.stop()
    house.environment["WASL_CLOCK_OFFSET_MS"] = str(days * DAY)
    house.start()


def counts(done):
    return {r["what"]: r["count"] for r in json.loads(done.stdout)["rules"] if r["count"]}


def time_passes():
    house = House()
    try:
        house.start()
        one, other = Phone(house, NUMBER), Phone(house, OTHER)
        closed = request_return(one)
        one.sms(WORDS)
        other.dial()
        for typed in ("1", "1", "2", "1", "1", "1"):
            other.type(typed)
        Phone(house, BARE).sms("APPEL")
        house.run("case", "set", closed, "status=CLOSED", "close_reason=COMPLETED", "--as", "fatima", "--reason", "over")
        house.stop()
        house.edit("UPDATE alert SET closed_at = raised_at")
        house.edit("DELETE FROM outbox")
        house.start()
        done = house.run("purge", "--json")
        report.check("nothing is past its time today", done.returncode == 0 and counts(done) == {}, str(done))
        at(house, 29)
        people = house.rows("SELECT count(*) AS n FROM v_contact_point")[0]["n"]
        report.check("after 29 days all are there", counts(house.run("purge", "--json")) == {} and people == 3, str(people))
        house.stop()
        house.edit("DELETE FROM setting WHERE name = 'purged'")
        at(house, 31)
        dry = house.run("purge", "--dry-run", "--json")
        real = house.run("purge", "--json")
        both = counts(dry), counts(real)
        report.check("a dry run counts and changes nothing; the daily run may have been first",
                     both[0].get("people whose request was never finished") == 1 or both == ({}, {}), str(both))
        numbers = sorted(r["phone"] for r in house.rows("SELECT phone FROM v_contact_point"))
        report.check("after 31 days the unfinished request and the bare call are gone", numbers == [NUMBER], str(numbers))
        at(house, 91)
        house.run("purge")
        report.check("after 91 days the words are gone, the person is not", house.rows(
            "SELECT count(*) AS n FROM v_message WHERE text IS NOT NULL")[0]["n"] == 0 and house.rows(
                "SELECT phone FROM v_contact_point")[0]["phone"] == NUMBER)
        report.check("the coded answers are", house.rows("SELECT count(*) AS n FROM v_answer WHERE value IS NOT NULL")[0]["n"] > 5)
        at(house, 340)
        house.stop()
        house.edit("DELETE FROM setting WHERE name = 'purged'")
        house.start()
        warned = "closed cases that go within 30 days, never marked as handed over"
        report.check("a month before, the report says that it was never handed over", counts(house.run("purge", "--json")).get(warned) == 1)
        handed = time.strftime("%Y-%m-%d", time.gmtime(house.now()))
        done = house.run("case", "set", closed, "handed_over_on=" + handed, "--as", "fatima", "--reason", "in the case system now")
        report.check("it is handed over then", done.returncode == 0 and counts(house.run("purge", "--dry-run", "--json")) == {}, str(done))
        at(house, 367)
        house.run("purge")
        report.check("a year after it was closed it is still there", [r["phone"] for r in house.rows("SELECT phone FROM v_contact_point")] == [NUMBER])
        at(house, 708)
        house.run("purge")
        report.check("a year after it was handed over nobody is known", house.rows("SELECT count(*) AS n FROM v_contact_point")[0]["n"] == 0)
        report.check("and the case is counted", house.rows("SELECT count(*) AS n FROM v_case")[0]["n"] == 2)
        at(house, 732)
        house.run("purge")
        report.check("after two years no trace of a message", house.rows("SELECT count(*) AS n FROM v_message")[0]["n"] == 0)
        at(house, 2200)
        house.run("purge")
        report.check("five years after it the audit's first lines", house.rows("SELECT min(seq) AS n FROM v_audit")[0]["n"] > 1)
        files = sorted(os.listdir(house.path("state/purge")))
        report.check("each day that it ran has its report", len(files) >= 6, str(files))
        with open(house.path("state/purge/" + files[-1])) as f:
            text = f.read()
        report.check("which a person can read", "past its time, and gone" in text and "lines of the audit" in text, text)
        house.stop()
        report.check("nothing of it names anybody", found(house, [NUMBER[1:], OTHER[1:], BARE[1:], closed]) == [],
                     str(found(house, [NUMBER[1:], OTHER[1:], BARE[1:], closed])))
        done = house.run("purge", "--dry-run")
        report.check("without a daemon too", done.returncode == 0 and b"nothing was changed" in done.stdout, str(done))
    finally:
        house.close()


erased_by_two()
merged_then_erased()
crashes()
consent_taken_back()
time_passes()
report.end()
