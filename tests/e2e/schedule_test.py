#!/usr/bin/env python3
"""A returnee from the first check-in to a score, over HTTP, with the daemon's clock moved: invited in the window of the local clock,
reminded, answering, scored; nothing at a forbidden hour, nothing to the excluded; broken weights keep the old ones."""
import datetime
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from house import Aggregator, House, Phone, Report

report = Report()
UTC = datetime.timezone.utc
# The Monday after next, far enough that every moment below lies ahead; Morocco's clock is UTC+1, and UTC in Ramadan.
today = datetime.datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAY = today + datetime.timedelta(days=14 - today.weekday())


def at(days, hours):
    """A moment: days after that Monday, hours (UTC) of that day."""
    return MONDAY + datetime.timedelta(days=days, hours=hours)


def move(house, moment):
    """The daemon lives at that moment now."""
    house.stop()
    house.environment["WASL_CLOCK_OFFSET_MS"] = str(int((moment - datetime.datetime.now(UTC)).total_seconds() * 1000))
    house.start()


def settle(house, aggregator, more):
    """How many texts come; a moment of silence is what proves that no further one does."""
    before = len(aggregator.got)
    aggregator.wait_for(before + more, 10)
    time.sleep(0.4)
    return len(aggregator.got) - before


def request(house, number, safe):
    phone = Phone(house, number)
    phone.dial()
    for typed in ("1", "1", "2", "1", "1", safe, "1"):
        screen = phone.type(typed)
    return phone, screen


def set_case(house, ref, *values):
    return house.run("case", "set", ref, *values, "--as", "amina", "--reason", "test")


def checkin(house, ref, wave):
    rows = house.rows("SELECT * FROM v_checkin WHERE case_ref = '%s' AND wave = '%s'" % (ref, wave))
    return rows[0] if rows else {}


def answer(house, phone, aggregator, *typed):
    for text in typed:
        before = len(aggregator.got)
        phone.sms(text)
        aggregator.wait_for(before + 1)
    return aggregator.got[-1]["message"]


def life():
    aggregator = Aggregator()
    house = House()
    house.channel["base_url"] = aggregator.url
    house.config["weights"] = house.path("weights.json")
    with open("flows/definitions/weights.json") as standard, open(house.path("weights.json"), "w") as own:
        own.write(standard.read().replace('"equal-1"', '"own-7"'))
    house.write_config()
    try:
        house.environment["WASL_CLOCK_OFFSET_MS"] = str(int((at(0, 10) - datetime.datetime.now(UTC)).total_seconds() * 1000))
        house.start()
        phone, _ = request(house, "+212611223301", "1")
        other, _ = request(house, "+212611223302", "3")
        cases = {r["contact_pref"]: r["ref"] for r in house.rows("SELECT ref, contact_pref FROM v_case")}
        ref, silent = cases["CALL_OK"], cases["NO_CALL"]
        home = str(at(-3, 0).date())
        for one in (ref, silent):
            done = set_case(house, one, "status=RETURNED", "returned_on=" + home, "consent_checkins=yes", "birth_year=1994", "sex=F")
            report.check("staff record the return", done.returncode == 0, done.stderr.decode())
        rows = house.rows("SELECT wave, outcome, due_at FROM v_checkin WHERE case_ref = '%s' ORDER BY due_at" % ref)
        report.check("each wave has its row", [r["wave"] for r in rows] == ["ARR", "M1", "M3", "M6", "M12"]
                     and {r["outcome"] for r in rows} == {"SCHEDULED"}, str(rows))
        due = datetime.datetime.fromisoformat(rows[0]["due_at"].replace("Z", "+00:00"))
        report.check("five days after the return, nine to eleven in Morocco", at(2, 8) <= due <= at(2, 11), str(due))
        report.check("who must not be written to is not planned",
                     {r["outcome"] for r in house.rows("SELECT outcome FROM v_checkin WHERE case_ref = '%s'" % silent)} == {"SUPPRESSED"})

        move(house, at(2, 3))
        report.check("nothing at night", settle(house, aggregator, 0) == 0)
        listed = house.run("schedule", "list")
        report.check("the list says what comes", ref.encode() in listed.stdout and b"invitation" in listed.stdout and silent.encode()
                     not in listed.stdout, (listed.stdout + listed.stderr).decode())
        move(house, at(2, 11.2))
        report.check("the invitation leaves in the window, once, to one", settle(house, aggregator, 1) == 1
                     and aggregator.got[-1]["to"] == phone.number and "Tout va bien depuis votre voyage" in aggregator.got[-1]["message"],
                     str(aggregator.got[-1:]))
        row = checkin(house, ref, "ARR")
        report.check("and is SENT", row["outcome"] == "SENT" and row["sent_at"] and not row["delivered_at"], str(row))
        house.post("dlr", {"id": "ATXid_%d" % len(aggregator.got), "phoneNumber": phone.number, "status": "Success", "networkCode": "60401"})
        report.check("the report of its delivery is in the check-in", bool(checkin(house, ref, "ARR")["delivered_at"]))
        move(house, at(4, 12.5))
        report.check("the reminder is due on Friday, and not at noon", settle(house, aggregator, 0) == 0)
        move(house, at(4, 15.5))
        report.check("after it the reminder leaves", settle(house, aggregator, 1) == 1)
        said = answer(house, phone, aggregator, "1")
        report.check("the answer is taken", "Merci" in said, said)
        report.check("the first check-in is done, without a score", checkin(house, ref, "ARR")["outcome"] == "COMPLETED"
                     and checkin(house, ref, "ARR")["score_c"] is None)

        move(house, at(87, 11.2))
        report.check("after three months eight questions are offered", settle(house, aggregator, 1) == 1
                     and "8 questions" in aggregator.got[-1]["message"], str(aggregator.got[-1:]))
        with open(house.path("weights.json"), "a") as own:
            own.write("}")
        house.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 10
        while "the old weights stay" not in house.log() and time.monotonic() < until:
            time.sleep(0.05)
        report.check("a broken weights file keeps the old one and says where", "the old weights stay why=" in house.log()
                     and "weights.json:" in house.log().split("the old weights stay why=")[1], house.log()[-400:])
        said = answer(house, phone, aggregator, "1", "1994", "2", "4", "3", "0", "5", "1", "1", "3")
        row = checkin(house, ref, "M3")
        report.check("completed", row["outcome"] == "COMPLETED" and bool(row["started_at"]) and bool(row["completed_at"]), str(row) + said)
        report.check("scored with the instrument and the weights of that time", row["instrument"] == "SMS8-v1"
                     and row["weights_version"] == "own-7", str(row))
        report.check("the scores", (row["score_e"], row["score_s"], row["score_p"], row["score_c"]) == (0.5, 0.5, 0.5, 0.5), str(row))
        with open(house.path("weights.json")) as own:
            mended = own.read()[:-1]
        with open(house.path("weights.json"), "w") as own:
            own.write(mended)
        move(house, at(120, 11.2))
        report.check("nothing further until the next wave, and nothing ever to the other", settle(house, aggregator, 0) == 0
                     and not any(got["to"] == other.number for got in aggregator.got))
    finally:
        house.close()
        aggregator.close()


if __name__ == "__main__":
    life()
    report.end()
