#!/usr/bin/env python3
"""What staff do from the command line: with a daemon and without one, each act through the same function, each in the audit."""
import datetime
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from house import Aggregator, House, Phone, Report

report = Report()
DUTY = "+212600000901"


def wait(holds, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def rows(house, *words):
    done = house.run(*words, "--json")
    if done.returncode != 0:
        raise RuntimeError("%s: %s" % (words, done.stderr.decode()))
    return json.loads(done.stdout)


def answer(house, *words):
    done = house.run(*words, "--json")
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else done.stderr.decode()


def approvals(house):
    empty = house.run("approval", "list", "--json")
    report.check("nothing waits for a second person", empty.returncode == 0 and json.loads(empty.stdout) == [], str(empty))
    unnamed = house.run("approval", "approve", "7", "--reason", "x")
    report.check("a decision names who decides", unnamed.returncode == 64 and b"--as" in unnamed.stderr, str(unnamed))
    none = house.run("approval", "refuse", "7", "--as", "karim", "--reason", "x")
    report.check("a number that is not in the list is no input", none.returncode == 66 and b"no approval" in none.stderr, str(none))
    bad = house.run("approval", "refuse", "seven", "--as", "karim", "--reason", "x")
    report.check("a word is no number", bad.returncode == 65, str(bad))


def request(house, number, group="3", children="4", need="3"):
    """A request for return by USSD from Oujda; children are refused above the group, so the group is corrected down after."""
    phone = Phone(house, number)
    phone.dial()
    for typed in ("1", "1", "2", "1", "1", "1", need, "1", "1", "3", group, *([children] if group != "0" else []), "1", "2", "4", "1", "1"):
        screen = phone.type(typed)
    return phone, screen


def the_case(house):
    _, screen = request(house, "+212600000101", group="3", children="2", need="3")
    case = rows(house, "case", "list")
    report.check("the request stands in the queue of the city's office", len(case) == 1 and case[0]["office"] == "OUJDA", str(case) + screen)
    ref = case[0]["ref"]
    kinds = [(a["kind"], a["rule"], a["role"]) for a in rows(house, "alert", "list")]
    report.check("a group with children and no shelter is looked at by a person",
                 ("REVIEW", "group with children and no shelter", "protection") in kinds, str(kinds))
    return ref


def case_words(house, ref):
    report.check("a status without a reason is not recorded", house.run("case", "set", ref, "status=BOOKED", "--as", "amina").returncode == 64)
    house.run("case", "set", ref, "assigned_to=amina", "step=1", "tags=+FORAS", "--as", "amina")
    house.run("case", "set", ref, "status=COUNSELLED", "--as", "amina", "--reason", "first interview")
    told = [(e["actor"], e["field"], e["became"]) for e in rows(house, "case", "history", ref)]
    report.check("the history says who moved the case", [t for t in told if t[1] == "status"] == [
        ("wasl", "status", "PARTIAL"), ("wasl", "status", "NEW"), ("amina", "status", "ASSIGNED"),
        ("amina", "status", "COUNSELLED")] and ("amina", "tag", "FORAS") in told and ("amina", "step", "1") in told, str(told))
    for wrong in ("nationality=XX", "region=MA-99", "return_country=gn", "host_country=", "phone=0612345678"):
        done = house.run("case", "set", ref, wrong, "--as", "amina", "--reason", "typed")
        report.check("no such code: " + wrong, done.returncode == 65 and wrong.split("=")[0].encode() in done.stderr, str(done))
    for year, band in ((0, "U18"), (18, "U18"), (19, "18_39"), (40, "18_39"), (41, "40_59"), (61, "60P")):
        house.run("case", "set", ref, "birth_year=%d" % (datetime.date.today().year - year), "--as", "amina")
        report.check("a year of birth gives the band (%d years ago)" % year, rows(house, "case", "list")[0]["age_band"] == band)
    house.run("case", "set", ref, "age_band=18_39", "--as", "amina")
    house.run("case", "set", ref, "birth_year=%d" % (datetime.date.today().year - 40), "--as", "amina")
    report.check("the band that stands stays where the year fits it", rows(house, "case", "list")[0]["age_band"] == "18_39")
    unborn = house.run("case", "set", ref, "birth_year=%d" % (datetime.date.today().year + 1), "--as", "amina")
    report.check("nobody was born in a year to come", unborn.returncode == 65 and b"birth_year" in unborn.stderr and
                 rows(house, "case", "list")[0]["age_band"] == "18_39", str(unborn))
    for words in (("case", "list", "--status", "new"), ("case", "list", "--priority", "9"), ("answers", "--from", "2026-13-01")):
        done = house.run(*words)
        report.check("no filter by what cannot be: " + " ".join(words), done.returncode == 64 and done.stdout == b"", str(done))
    report.check("lists are arrays", [type(rows(house, *words)) for words in (("user", "list"), ("case", "steps"), ("case", "points"))] ==
                 [list] * 3 and rows(house, "case", "points")[0]["cases"] == 1)
    typo = house.run("case", "set", ref, "tags=+FORRAS", "--as", "amina")
    report.check("a tag that is no project is refused", typo.returncode == 65 and b"projects" in typo.stderr, str(typo))
    code, note = answer(house, "case", "note", ref, "veut partir en mai", "--as", "amina")
    house.run("case", "note", ref, "veut partir en juin", "--corrects", str(note["note_id"]), "--as", "amina")
    notes = rows(house, "case", "notes", ref)
    report.check("a note is corrected by a new one", code == 0 and [n["text"] for n in notes] == [
        "veut partir en mai", "veut partir en juin"] and notes[1]["corrects"] == notes[0]["note_id"], str(notes))
    report.check("what is no number of the case system is refused", house.run("case", "external", ref, "12/3", "--as", "amina").returncode == 65)
    report.check("the number in IOM's case system is kept", house.run("case", "external", ref, "MA-0012345", "--as", "amina").returncode == 0
                 and house.rows("SELECT external_id FROM v_case_more")[0]["external_id"] == "MA-0012345")
    refused = house.run("referral", "add", ref, "HEALTH", "MDM", "--as", "amina")
    report.check("nobody is referred without consent to share", refused.returncode == 77 and b"SHARING" in refused.stderr, str(refused))
    report.check("and the attempt is in the audit", house.rows("SELECT count(*) AS n FROM v_audit WHERE action LIKE 'referral.refused%'")[0]["n"] == 1)
    house.run("case", "consent", ref, "SHARING", "yes", "--as", "amina", "--reason", "by voice")
    code, made = answer(house, "referral", "add", ref, "HEALTH", "MDM", "--feedback_due", "2027-01-15", "--as", "amina")
    report.check("with it the referral stands", code == 0 and rows(house, "referral", "list", "--open", "yes")[0]["organisation"] == "MDM", str(made))
    house.run("referral", "outcome", str(made["referral_id"]), "HELPED", "--as", "amina")
    report.check("and has its outcome", house.rows("SELECT outcome FROM v_referral")[0]["outcome"] == "HELPED"
                 and rows(house, "referral", "list", "--open", "yes") == [])


def soon():
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=6)).strftime("%Y-%m-%d 10:00")


def sessions(house, ref):
    code, made = answer(house, "session", "add", "--at", soon(), "--place", "Bureau Oujda", "--office", "OUJDA", "--as", "amina")
    report.check("a session is set up", code == 0, str(made))
    session = str(made["session_id"])
    code, said = answer(house, "session", "invite", session, ref, "--as", "amina")
    report.check("a person is invited by a text of ours, or it is said why not", code == 0 and ("invited" in said or "not_invited" in said), str(said))
    again = house.run("session", "invite", session, ref, "--as", "amina")
    report.check("once", again.returncode == 73, str(again))
    house.run("session", "attended", session, ref, "yes", "--as", "amina")
    line = rows(house, "session", "list")[0]
    report.check("the session counts invited and attended", (line["invited"], line["attended"]) == (1, 1), str(line))
    long = house.run("appointment", "add", ref, "--at", soon(), "--place", "a place of many words", "--as", "amina")
    report.check("a place must fit into the text", long.returncode == 65, str(long))
    past = house.run("appointment", "add", ref, "--at", "2020-01-01 10:00", "--place", "Oujda", "--as", "amina")
    report.check("an appointment lies in the future", past.returncode == 65, str(past))


def calls(house, ref):
    house.run("task", "add", ref, "CALL_BACK", "--note", "rappeler", "--as", "amina")
    task = [t for t in rows(house, "task", "list") if t["note"] == "rappeler"][0]
    report.check("a task is taken", house.run("task", "take", str(task["task_id"]), "--as", "amina").returncode == 0)
    other = house.run("task", "done", str(task["task_id"]), "REACHED", "--as", "karim")
    report.check("and not by two", other.returncode == 73 and b"amina" in other.stderr, str(other))
    code, said = answer(house, "task", "done", str(task["task_id"]), "NO_ANSWER", "--as", "amina")
    report.check("no answer: again tomorrow", code == 0 and said.get("next_task") == "tomorrow"
                 and any(t["note"] == "rappeler" for t in rows(house, "task", "list")), str(said))
    alert = rows(house, "alert", "list")[0]
    house.run("alert", "take", str(alert["alert_id"]), "--as", "karim")
    report.check("an alert is closed with what was done", house.run(
        "alert", "close", str(alert["alert_id"]), "HANDLED", "--action", "vue au bureau", "--as", "karim").returncode == 0
        and rows(house, "alert", "closed")[0]["action"] == "vue au bureau")


def night(aggregator):
    """Two in the morning: the build that can be told the time."""
    now = datetime.datetime.now(datetime.timezone.utc)
    then = (now + datetime.timedelta(days=1)).replace(hour=2, minute=0)
    house = House(duty=[{"role": "protection", "phone": DUTY}])
    house.channel["base_url"] = aggregator.url
    house.environment["WASL_CLOCK_OFFSET_MS"] = str(int((then - now).total_seconds() * 1000))
    house.write_config()
    told = lambda: [g for g in aggregator.got if g.get("to") == DUTY]
    try:
        Phone(house.start(), "+212600000102").sms("URGENT")
        house.stop()
        house.start()  # it looks at once
        report.check("at night an urgent alert reaches the duty phone", wait(lambda: len(told()) == 1), str(aggregator.got))
        report.check("without content", told() and told()[0]["message"] == "Wasl: 1 urgent", str(told()))
        report.check("from no person's record", wait(lambda: house.rows(
            "SELECT count(*) AS n FROM v_message WHERE contact_id IS NULL AND status = 'sent' AND text = 'Wasl: 1 urgent'")[0]["n"] == 1))
        house.stop()
        house.start()
        time.sleep(0.5)
        report.check("not again so soon", len(told()) == 1, str(told()))
        house.stop()
        plain = str(house.plain_rows("SELECT * FROM duty_text")) + str(house.plain_rows("SELECT * FROM message")) + house.log()
        report.check("and the phone of the staff stands nowhere in clear", "600000901" not in plain)
    finally:
        house.close()


def main():
    aggregator = Aggregator()
    house = House(duty=[{"role": "protection", "phone": DUTY}])
    house.channel["base_url"] = aggregator.url
    house.write_config()
    try:
        approvals(house.start())
        ref = the_case(house)
        case_words(house, ref)
        sessions(house, ref)
        calls(house, ref)
        house.stop()
        approvals(house)
        report.check("without a daemon the same acts are done here", house.run("case", "note", ref, "x", "--as", "amina").returncode == 0
                     and len(rows(house, "case", "notes", ref)) == 3)
        log = house.log()
        report.check("no number, no note in the log", "60000" not in log and "mai" not in log.lower().replace("main", ""), log[-500:])
        night(aggregator)
    finally:
        house.close()
        aggregator.close()
    report.end()


main()
