#!/usr/bin/env python3
"""The second promise: nothing about a person leaks.  Planted numbers and words are looked for in every file the gateway
writes and in everything it prints; who refuses is forgotten; who fails to prove itself learns nothing."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from house import House, Phone, Report, TOKEN

report = Report()
NUMBER = "+212611998877"
WORDS = "je suis cache derriere la gare"


def files_of(house):
    found = {}
    for folder, _, names in os.walk(house.folder):
        for name in names:
            if name in ("wasl.json", "wasl.key"):
                continue
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    found[name] = f.read()
    return found


def planted_in(house, *words):
    return [(name, word) for name, data in files_of(house).items() for word in words
            if word.encode() in data or word.encode("utf-16-le") in data]


def nothing_leaks():
    with House(log={"level": "debug"}) as house:
        phone = Phone(house, NUMBER)
        screen = phone.dial()
        for typed in ("1", "1", "2", "1", "1", "1", "1", "9", WORDS, "3"):
            screen = phone.type(typed)
        phone.sms(WORDS)
        phone.sms("Bonjour", "in-" + NUMBER)
        house.post("ussd", {"sessionId": "0" + NUMBER[4:], "phoneNumber": NUMBER, "serviceCode": "*1#", "text": ""})
        house.post("sms", {"from": NUMBER, "to": "1", "id": "bad", "text": "100%", "date": "x"})
        house.post("ussd", {"sessionId": "x", "phoneNumber": NUMBER})
        house.post("dlr", {"id": "nobody", "phoneNumber": NUMBER, "status": "Failed", "failureReason": WORDS})
        house.request("POST", "/cb/at/%s/sms" % TOKEN, "from=" + NUMBER + "%ZZ", {"Content-Type": "application/x-www-form-urlencoded"})
        report.check("the conversation went on", screen.startswith("CON "), screen)
        digits = NUMBER.strip("+")
        report.check("no number and no word stands in any file, log included",
                     planted_in(house, digits, digits[3:], WORDS, "derriere la gare") == [], str(planted_in(house, digits, WORDS)))
        parked = json.loads(house.run("channel", "parked", "--json").stdout)
        report.check("what was not understood is kept, and read with the key", [(p["hook"], p["reason"]) for p in parked] ==
                     [("sms", "form")] and parked[0]["body"] == "from=" + NUMBER + "%ZZ", str(parked))
        report.check("and said without a word of it", "callback not understood channel=at hook=sms why=form" in house.log(), house.log())
        report.check("with the key they are there",
                     house.rows("SELECT phone FROM v_contact_point")[0]["phone"] == NUMBER
                     and any(r["raw"] == WORDS for r in house.rows("SELECT raw FROM v_answer")))
        metrics = house.get("/metrics", port=house.console_port).text
        report.check("no number in the metrics", digits not in metrics and "wasl_callbacks_total" in metrics)
        house.stop()
        plain = house.plain_rows("SELECT phone FROM v_contact_point") + house.plain_rows("SELECT raw FROM v_answer") + \
            house.plain_rows("SELECT text FROM v_message")
        report.check("plain sqlite3 sees ciphertext", all(isinstance(r[0], bytes) for r in plain) and len(plain) > 5)
        columns = {"v_contact": 8, "v_contact_point": 10, "v_consent": 9, "v_case": 29, "v_message": 18, "v_answer": 14, "v_alert": 13,
                   "v_checkin": 14, "v_task": 11, "v_referral": 8, "v_audit": 7}
        for view, wanted in columns.items():
            got = len(house.plain_rows("SELECT * FROM pragma_table_info('%s')" % view))
            report.check("%s has the columns of the contract" % view, got == wanted, "%d, not %d" % (got, wanted))


def who_refuses_is_forgotten():
    with House() as house:
        phone = Phone(house, NUMBER)
        phone.dial()
        for typed in ("1", "1", "2", "1", "2"):
            screen = phone.type(typed)
        report.check("a no is accepted", screen.startswith("END D'accord. Nous ne gardons pas vos réponses"), screen)
        again = phone.hop()
        report.check("and answered the same again, though the person is gone", again == screen, again)
        for view in ("v_contact", "v_contact_point", "v_consent", "v_message", "v_answer", "v_case"):
            report.check("after a no nothing is in %s" % view, house.rows("SELECT count(*) AS n FROM %s" % view)[0]["n"] == 0)
        phone = Phone(house, "+212611998878")
        phone.sms("Bonjour")
        for typed in ("1", "1", "2", "1", "2"):
            phone.sms(typed)
        report.check("a no by SMS keeps the person only until the last word left",
                     house.rows("SELECT count(*) AS n FROM v_answer")[0]["n"] == 0)


def silence_is_forgotten():
    with House(retention={"unconsented_hours": 1}) as house:
        phone = Phone(house, NUMBER)
        phone.dial()
        phone.type("1")
        report.check("before consent there is the number and no answer",
                     house.rows("SELECT count(*) AS n FROM v_contact")[0]["n"] == 1
                     and house.rows("SELECT count(*) AS n FROM v_answer")[0]["n"] == 0)
        phone.type("1")
        phone.type("2")
        report.check("an age given before consent is not written",
                     house.rows("SELECT count(*) AS n FROM v_answer")[0]["n"] == 0)
        phone.type("1")
        phone.type("1")
        answers = house.rows("SELECT state, value FROM v_answer")
        report.check("with consent it is", answers == [{"state": "AGE", "value": "18_39"}], str(answers))


def strangers_learn_nothing():
    with House() as house:
        form = {"from": NUMBER, "to": "1", "text": "x", "id": "1", "date": "2026-03-11 09:14:05"}
        answers = [house.post("sms", form, token="wrongwrongwrong1"), house.post("sms", form, channel="nobody"),
                   house.post("nohook", form), house.get("/"), house.get("/cb/"), house.get("/cb/at")]
        report.check("wrong token, channel, hook, path: 404 and no word", all(a.status == 404 and a.text == "" for a in answers),
                     str([(a.status, a.text) for a in answers]))
        report.check("and nothing is stored", house.rows("SELECT count(*) AS n FROM v_message")[0]["n"] == 0)
        big = house.request("POST", "/cb/at/%s/sms" % TOKEN, "text=" + "x" * 40000,
                            {"Content-Type": "application/x-www-form-urlencoded"})
        report.check("too large is 413", big.status == 413, str(big.status))
        bad = house.post("sms", {"to": "1", "text": "x", "id": "2"})
        report.check("malformed is 400", bad.status == 400)
        metrics = house.get("/metrics", port=house.console_port).text
        report.check("and both are counted", 'outcome="malformed"} 1' in metrics and 'outcome="unauthorised"}' in metrics)
        foreign = house.post("sms", {**form, "from": "+819012345678", "id": "3"})
        tasks = house.rows("SELECT kind FROM v_task")
        report.check("a country outside the programme becomes a task", foreign.status == 200 and tasks == [{"kind": "READ"}], str(tasks))
        house.post("sms", {**form, "from": "+819012345678", "text": "Au secours", "id": "5"})
        alerts = house.rows("SELECT kind, level, role FROM v_alert")
        report.check("a cry for help from there reaches somebody at once",
                     alerts == [{"kind": "KEYWORD_URGENT", "level": "URGENT", "role": "protection"}], str(alerts))
        short = house.post("sms", {**form, "from": "5055", "id": "4"})
        rows = house.rows("SELECT status, contact_id FROM v_message WHERE reason LIKE '%no phone number'")
        report.check("a short code is kept and not answered", short.status == 200 and rows == [{"status": "parked", "contact_id": None}], str(rows))


def a_country_on_hold_is_promised_nothing():
    with House(programme={"intake_stopped_for": ["ML"]}) as house:
        phone = Phone(house, NUMBER)
        phone.dial()
        for typed in ("1", "1", "2", "1", "1", "1", "1", "5", "1", "0", "1", "1", "1", "4", "1"):
            screen = phone.type(typed)
        case = house.rows("SELECT ref, status FROM v_case")[0]
        report.check("on hold, and said so", case["status"] == "ON_HOLD" and screen.startswith("END %s: en attente." % case["ref"]), screen)


def two_machines_do_not_talk():
    """An answering machine says the same to whatever it gets; the third answer is the last, and a person is told once."""
    with House() as house:
        phone = Phone(house, NUMBER)
        for _ in range(6):
            phone.sms("Je suis en conduite, je vous rappelle")
        rows = house.rows("SELECT direction, status, count(*) AS n FROM v_message GROUP BY 1, 2 ORDER BY 1, 2")
        report.check("the same words again and again are kept and not answered", [(r["direction"], r["n"]) for r in rows] ==
                     [("in", 3), ("in", 3), ("out", 3)] and rows[0]["status"] == "parked", str(rows))
        notes = [r["note"] for r in house.rows("SELECT note FROM v_task")]
        report.check("a person is told once", len([n for n in notes if "again and again" in n]) == 1, str(notes))
        phone.sms("autre chose")
        phone.sms("URGENT")
        rows = house.rows("SELECT count(*) AS n FROM v_message WHERE direction = 'out'")
        report.check("other words are answered", rows[0]["n"] == 5, str(rows))


def a_flood_is_stored_not_answered():
    with House(limits={"inbound_per_hour": 5}) as house:
        phone = Phone(house, NUMBER)
        for i in range(8):
            phone.sms("salut %d" % i)
        rows = house.rows("SELECT status, count(*) AS n FROM v_message WHERE direction='in' GROUP BY status ORDER BY status")
        report.check("more than the limit is stored without an answer",
                     rows == [{"status": "parked", "n": 3}, {"status": "received", "n": 5}], str(rows))
        report.check("what is not danger raises nothing", house.rows("SELECT kind FROM v_alert") == [])
        for words in ("ils vont me tuer ce soir", "il va me tuer", "je vais mourir"):
            phone.sms(words)
        alerts = house.rows("SELECT kind, level, role FROM v_alert")
        report.check("a danger word above the limit is heard, once an hour",
                     alerts == [{"kind": "DANGER_WORD", "level": "URGENT", "role": "protection"}], str(alerts))
        phone.sms("STOP")
        report.check("STOP is never limited", house.rows("SELECT opted_out FROM v_contact")[0]["opted_out"] == 1)
        phone.sms("URGENT")
        phone.sms("Au secours")
        alerts = [a["kind"] for a in house.rows("SELECT kind FROM v_alert ORDER BY alert_id")]
        report.check("URGENT and a cry for help neither", alerts == ["DANGER_WORD", "KEYWORD_URGENT", "KEYWORD_URGENT"], str(alerts))


def hostile_text():
    with House() as house:
        phone = Phone(house, NUMBER)
        body = "from=%2B212611998877&to=1&id=utf&date=x&text=%ff%fe%00%ed%a0%80bonjour"
        answer = house.request("POST", "/cb/at/%s/sms" % TOKEN, body, {"Content-Type": "application/x-www-form-urlencoded"})
        report.check("invalid UTF-8 is taken", answer.status == 200, str(answer.status))
        text = house.rows("SELECT text FROM v_message WHERE direction='in'")[0]["text"]
        report.check("kept, and shown with U+FFFD", "\ufffd" in text and text.endswith("bonjour"), repr(text))
        phone.dial()
        for nasty in ("'; DROP TABLE contact;--", "%s%s%n", "\u202e\u0000\u001b[2J", "*" * 100, "9" * 300, "\U0001f468\u200d" * 50):
            phone.text = phone.text + "*" + nasty if phone.text else nasty
            report.check("hostile input gets a screen", phone.hop()[:4] in ("CON ", "END "))
            phone.dial()
        report.check("and the house stands", house.get("/readyz").status == 200)


def staff_changes():
    with House() as house:
        phone = Phone(house, NUMBER)
        phone.dial()
        for typed in ("1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1"):
            screen = phone.type(typed)
        ref = house.rows("SELECT ref FROM v_case")[0]["ref"]
        report.check("the reference is on the last screen", ref in screen, screen)
        done = house.run("case", "set", ref, "status=CONTACTING", "assigned_to=fatima", "tags=+FORAS", "--as", "fatima", "--reason", "first call")
        row = house.rows("SELECT status, assigned_to, tags, office FROM v_case")[0]
        report.check("case set goes through the daemon", done.returncode == 0 and row == {
            "status": "CONTACTING", "assigned_to": "fatima", "tags": "FORAS", "office": "OUJDA"}, str(row) + done.stderr.decode())
        audit = house.rows("SELECT actor, action, object FROM v_audit ORDER BY seq DESC LIMIT 1")[0]
        report.check("and is in the audit", audit["actor"] == "fatima" and audit["object"] == ref and "status=CONTACTING" in audit["action"])
        report.check("a wrong value is refused", house.run("case", "set", ref, "status=HAPPY", "--as", "x").returncode == 65)
        report.check("an unknown key too", house.run("case", "set", ref, "colour=red", "--as", "x").returncode == 65)
        report.check("without a name too", house.run("case", "set", ref, "status=NEW").returncode == 64)
        report.check("no such case", house.run("case", "set", "00000000", "status=NEW", "--as", "x", "--reason", "y").returncode == 66)
        second = House()
        second.config["state"], second.config["key_file"] = house.config["state"], house.config["key_file"]
        second.write_config()
        second.start(expect=False)
        report.check("a second daemon on the same folder is refused", second.process.wait(timeout=10) == 75, second.log())
        second.close()
        report.check("SIGTERM ends well", house.stop() == 0)
        done = house.run("case", "set", ref, "step=2", "--as", "fatima")
        report.check("without a daemon the command takes the lock itself",
                     done.returncode == 0 and house.rows("SELECT step FROM v_case")[0]["step"] == 2, done.stderr.decode())


nothing_leaks()
who_refuses_is_forgotten()
silence_is_forgotten()
strangers_learn_nothing()
a_country_on_hold_is_promised_nothing()
two_machines_do_not_talk()
a_flood_is_stored_not_answered()
hostile_text()
staff_changes()
report.end()
