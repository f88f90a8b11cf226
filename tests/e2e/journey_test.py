#!/usr/bin/env python3
"""One person from the first dial in Oujda to the last check-in in Conakry on a new SIM, in French, by USSD and SMS, on a real daemon with
its clock moved forward.  What was said is written to build/journey.txt, for a person to read."""
import datetime
import os
import re
import sys

sys.path.insert(0, os.path.dirname(__file__))
from house import Aggregator, House, Phone, Report

report = Report()
UTC = datetime.timezone.utc
OUJDA, CONAKRY = "+212612345001", "+224621234501"
GUINEA_TOKEN = "n4Rw8sYb2kQz6mHd"
today = datetime.datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
BEGIN = today + datetime.timedelta(days=14 - today.weekday())  # the Monday after next
WAVES = [("ARR", 5), ("M1", 30), ("M3", 90), ("M6", 180), ("M12", 365), ("M18", 545)]


class Handset(Phone):
    """A phone on the channel of its own country."""

    def __init__(self, house, number, channel, token):
        super().__init__(house, number)
        self.post = lambda hook, form: house.post(hook, form, channel=channel, token=token)

    def hop(self):
        answer = self.post("ussd", {"sessionId": self.session, "phoneNumber": self.number, "networkCode": "60401",
                                    "serviceCode": "*384*2200#", "text": self.text})
        return answer.text

    def sms(self, text, message_id=None):
        self.sent += 1
        return self.post("sms", {"date": "2027-03-11 09:14:05", "from": self.number, "to": "28901", "text": text,
                                 "id": "in-%s-%d" % (self.name, self.sent), "linkId": "", "networkCode": "60401"})


class Journey:
    def __init__(self):
        self.aggregator = Aggregator()
        self.house = House(countries={"MA": {"sos": "112"}, "GN": {"sos": "117"}}, optional_states=["PIN"],
                           checkins={"waves": [{"id": name, "day": day} for name, day in WAVES]})
        self.house.channel["base_url"] = self.aggregator.url
        self.house.config["channels"].append({
            "id": "gn", "adapter": "africastalking", "token": GUINEA_TOKEN, "username": "iomavrr", "api_key": "atsk_test_0002",
            "sender": "2300", "country": "GN", "base_url": self.aggregator.url})
        self.house.write_config()
        self.moment, self.heard, self.lines, self.running = None, 0, [], False

    # ---- the page that a person reads

    def note(self, who, what):
        day = (self.moment - BEGIN).days
        self.lines.append("%s  day %3d  %s" % (self.moment.strftime("%a %d %b %Y %H:%M"), day, who))
        self.lines += ["    " + line for line in what.split("\n")]

    def chapter(self, title):
        self.lines += ["", "== " + title, ""]

    def write(self):
        os.makedirs("build", exist_ok=True)
        with open("build/journey.txt", "w", encoding="utf-8") as page:
            page.write("\n".join(self.lines).strip() + "\n")

    # ---- time, staff, the phone

    def move(self, days, hours):
        """hours: UTC."""
        if self.running:
            self.house.stop()
        self.moment = BEGIN + datetime.timedelta(days=days, hours=hours)
        offset = self.moment - datetime.datetime.now(UTC)
        self.house.environment["WASL_CLOCK_OFFSET_MS"] = str(int(offset.total_seconds() * 1000))
        self.house.start()
        self.running = True

    def staff(self, *words, user="amina"):
        done = self.house.run(*words, "--as", user, "--reason", "journey")
        self.note("staff (%s)" % user, "wasl " + " ".join(words))
        report.check("staff: " + " ".join(words), done.returncode == 0, done.stderr.decode())
        return done.stdout.decode()

    def call(self, phone, *typed, want=None):
        screen = phone.dial()
        self.note("dials *384*2200#", screen[4:])
        for key in typed:
            screen = phone.type(key)
            self.note("types " + key, screen[4:] + ("   [end]" if screen.startswith("END") else ""))
        if want:
            report.check("hears: " + want, want in screen, screen)
        return screen

    def texts(self, count, want=None):
        """The next texts that arrive."""
        self.aggregator.wait_for(self.heard + count, 20)
        with self.aggregator.lock:
            got = self.aggregator.got[self.heard:]
        self.heard += len(got)
        for text in got:
            self.note("SMS to " + ("Oujda" if text["to"] == OUJDA else "Conakry"), text["message"])
        report.check("%d text%s%s" % (count, "s" if count != 1 else "", ": " + want if want else ""), len(got) == count and
                     (not want or want in got[-1]["message"]), str(got))
        return got

    def writes(self, phone, text, want=None):
        self.note("writes " + text, "")
        self.lines.pop()
        phone.sms(text)
        return self.texts(1, want)

    def checkin(self, wave):
        rows = self.house.rows("SELECT outcome, score_c FROM v_checkin WHERE wave = '%s'" % wave)
        return (rows[0]["outcome"], rows[0]["score_c"]) if rows else None


def asks(j, phone):
    j.chapter("Oujda: a first call for help, lost in the middle, taken up again")
    j.move(0, 10)
    j.call(phone, "1", "1", "2", "1", "1", "1", "1", "1", "3", want="Combien de personnes")
    j.note("the network drops the session", "")
    j.call(phone, "1", want="Vous n'avez pas fini")
    screen = j.call(phone, "1", "1", "0", "1", "2", "1", "1", "4821", "1", want="Demande recue")
    return re.search(r"[0-9]{8}", screen).group()


def waits(j, phone, ref):
    j.chapter("The weeks before the journey: six plain words, and staff who move the case on")
    j.move(2, 9)
    for status in ("ASSIGNED", "CONTACTING"):
        j.staff("case", "set", ref, "status=" + status)
    j.call(phone, "2", ref, want="essaie de vous joindre")
    j.move(20, 9)
    for status in ("COUNSELLED", "ELIGIBILITY", "DOCS"):
        j.staff("case", "set", ref, "status=" + status)
    j.call(phone, "2", ref, want="votre dossier avance")
    j.move(40, 9)
    for status in ("PROJECT", "READY", "BOOKED"):
        j.staff("case", "set", ref, "status=" + status)
    j.call(phone, "2", ref, want="merci d'appeler")
    j.move(50, 9)
    j.staff("case", "set", ref, "status=DEPARTED", "departed_on=" + str(j.moment.date()), "return_country=GN")
    j.staff("case", "set", ref, "status=RETURNED", "returned_on=" + str(j.moment.date()), "birth_year=1994", "consent_checkins=yes")


def comes_home(j, phone, ref):
    j.chapter("Conakry: a new SIM, proved by reference and code, confirmed by two people")
    j.move(52, 10)
    j.call(phone, "1", "4", ref, "4821", "4", want="un conseiller vérifie")
    asked = j.staff("case", "set", ref, "phone=" + CONAKRY)
    number = re.search(r"approval[^0-9]*([0-9]+)", asked)
    j.staff("approval", "approve", number.group(1) if number else "0", user="karim")
    j.texts(1, "Nos messages arrivent maintenant ici")


def is_asked(j, phone):
    j.chapter("Five days, one month, three months: invitations at a decent hour, the year of birth, eight questions")
    j.move(55, 11.5)
    j.texts(1, "Tout va bien depuis votre voyage")
    j.writes(phone, "1")
    report.check("ARR is completed", j.checkin("ARR") == ("COMPLETED", None), str(j.checkin("ARR")))
    j.move(80, 11.5)
    j.texts(1, "3 questions")
    for text in ("1", "1994", "1", "2", "3"):
        j.writes(phone, text)
    report.check("M1 is completed", j.checkin("M1")[0] == "COMPLETED", str(j.checkin("M1")))
    j.move(140, 11.5)
    j.texts(1, "8 questions")
    j.call(phone, "5", "1", "1994", "2", "2", "2", "2", "2", "2", "1", "3", want="Merci")
    report.check("M3 is completed and scored", j.checkin("M3") == ("COMPLETED", 0.75), str(j.checkin("M3")))


def grows_old(j, phone):
    j.chapter("Six, twelve and eighteen months: a reminder, a danger that a person hears of, the last check-in")
    j.move(230, 11.5)
    j.texts(1, "8 questions")
    j.move(232, 14)
    j.texts(1, "encore")
    for text in ("1", "1994", "3", "3", "3", "3", "3", "5", "1", "2"):
        j.writes(phone, text)
    alerts = j.house.rows("SELECT level, rule FROM v_alert WHERE rule LIKE 'checkin.q6%'")
    report.check("never safe: URGENT, by the rule's own words", alerts == [{"level": "URGENT", "rule": "checkin.q6=5"}], str(alerts))
    j.note("staff see", "%(level)s %(rule)s" % alerts[0] if alerts else "nothing")
    j.move(415, 11.5)
    j.texts(1, "11 questions")
    # consent is asked again after a year
    for text in ("1", "1994", "1", "1", "2", "2", "2", "1", "1", "2", "3", "1", "1", "2"):
        j.writes(phone, text)
    report.check("M12 is completed", j.checkin("M12")[0] == "COMPLETED", str(j.checkin("M12")))
    j.move(595, 11.5)
    j.texts(1, "8 questions")
    for text in ("1", "1994", "1", "1", "1", "1", "1", "1", "1", "3"):
        j.writes(phone, text)
    report.check("the last one is completed", j.checkin("M18")[0] == "COMPLETED", str(j.checkin("M18")))


def main():
    j = Journey()
    try:
        home = Handset(j.house, CONAKRY, "gn", GUINEA_TOKEN)
        old = Phone(j.house, OUJDA)
        ref = asks(j, old)
        waits(j, old, ref)
        comes_home(j, home, ref)
        is_asked(j, home)
        grows_old(j, home)
        with j.aggregator.lock:
            report.check("no text went to the old SIM", not any(text["to"] == OUJDA for text in j.aggregator.got))
    finally:
        j.write()
        j.house.close()
        j.aggregator.close()
    report.end()


main()
