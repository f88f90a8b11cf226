"""Written dialogues (tests/dialogue/README.md) over HTTP: a reader of their lines, and one person at one phone who says them to
a running gateway.  What a transcript expects at its end is asked through `wasl query`."""
import datetime
import json
import re

from house import Aggregator, House, Phone

NUMBER = "+212600000101"
UNITS = {"minutes": 60, "hours": 3600, "days": 86400}
REF = "10000007"  # the reference that a transcript types; over HTTP it is the one the person got
TOLD = ("checkin", "number", "pause", "appointment", "source", "ask_by_sms")  # rows of the engine alone; e2e/person_test.py has theirs
SENSITIVE = ("urgent_need", "health", "with_family_adult", "vulnerabilities")


def read(path):
    """[(line number, kind, value)]; texts of several lines are one."""
    steps, known = [], False
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f.read().split("\n"), 1):
            if line.startswith("|") and steps[-1][1] in ("continues", "ends"):
                steps[-1] = (steps[-1][0], steps[-1][1], steps[-1][2] + "\n" + line[2:])
            elif line == "" or line.startswith("#"):
                continue
            elif known:
                steps.append((number, "known", line))
            elif line == "then":
                known = True
                steps.append((number, "then", ""))
            elif line.startswith(">"):
                steps.append((number, "says", line[2:]))
            elif line.startswith("<-"):
                steps.append((number, "silence", ""))
            elif line.startswith("<"):
                ends = line.startswith("<<")
                steps.append((number, "ends" if ends else "continues", line[3 if ends else 2:]))
            elif line.startswith("!"):
                steps.append((number, "event", line[2:]))
            else:
                steps.append((number, "world", line))
    return steps


def needs_more(steps):
    """What only the engine's own world can arrange: a code that was chosen before, a check-in that waits, a text sent first."""
    for _, kind, value in steps:
        if kind == "world" and (value.startswith("given person") or "direction=" in value or "status=CLOSED" in value):
            return value
        if kind == "event" and value.startswith("push"):
            return "! " + value
    return None


def pattern(text):
    """A text with {ref}, {date} and an open end, as a regular expression for the whole of what was said."""
    open_end = text.endswith("...")
    escaped = re.escape(text[:-3] if open_end else text)
    escaped = escaped.replace(re.escape("{ref}"), r"[0-9]{8}").replace(re.escape("{date}"), r"[0-9]{2}/[0-9]{2}")
    return re.compile(escaped + (".*" if open_end else ""), re.DOTALL)


def until_weekday(weekday, hour):
    """Milliseconds from now until that hour (UTC) of the next such day; Monday is 0."""
    now = datetime.datetime.now(datetime.timezone.utc)
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0) + datetime.timedelta(days=(weekday - now.weekday()) % 7)
    if then <= now:
        then += datetime.timedelta(days=7)
    return int((then - now).total_seconds() * 1000)


class Walk:
    """One dialogue on a gateway of its own.  killed: after every line the gateway is killed (kill -9) and started again,
    and the last message is sent once more: it must get the same bytes, and cause nothing."""

    def __init__(self, path, killed, aggregator):
        self.steps, self.killed, self.aggregator = read(path), killed, aggregator
        self.house = House()
        self.house.channel["base_url"] = aggregator.url
        self.phone = Phone(self.house, NUMBER)
        self.mode, self.said, self.running, self.kills = "ussd", None, False, 0
        self.clock_ms = until_weekday(2, 10)  # a Wednesday morning: the office is open
        self.differences = []
        self.before = {}
        self.ref = None  # of the case that was given
        self.states = set()  # killed: those of the return request that were shown
        with aggregator.lock:
            aggregator.got.clear()

    def differ(self, number, what):
        self.differences.append("line %d: %s" % (number, what))

    # ---- the gateway

    def start(self):
        if not self.running:
            self.house.environment["WASL_CLOCK_OFFSET_MS"] = str(self.clock_ms)
            self.house.write_config()
            self.house.start()
            self.running = True

    def restart(self):
        """With another configuration or at another hour."""
        if self.running:
            self.stop_hard()
            self.start()

    def stop_hard(self):
        self.house.kill()
        self.kills += 1
        self.running = False

    # ---- the world

    def language(self, value):
        """As chosen before: on a screen of its own, or, in the middle of a dialogue, by an edit that no conversation notices."""
        if value == "-":
            return
        if self.running:
            self.stop_hard()
            self.house.edit("UPDATE contact SET language = ?", value)
            self.start()
            return
        self.start()
        self.phone.dial()
        self.phone.type(str(("fr", "en", "ar", "es").index(value) + 1))

    def given(self, rest):
        """A case as a person gets one: by walking there; the rest as staff set it."""
        self.start()
        self.phone.dial()
        for typed in ("1", "2", "1", "1", "1"):
            self.phone.type(typed)
        ref = self.ref = self.house.rows("SELECT ref FROM v_case")[0]["ref"]
        fields = [f for f in rest.split(" ")[1:] if not f.startswith("contact_pref=CALL_OK")]
        done = self.house.run("case", "set", ref, *fields, "--as", "test", "--reason", "given")
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        for table in ("answer", "alert", "task", "consent"):
            self.before[table] = len(self.rows_of(table))

    def world(self, number, line):
        word, _, rest = line.partition(" ")
        if word == "mode":
            self.mode = rest
        elif word == "language":
            self.language(rest)
        elif word == "intake":
            self.house.config.setdefault("programme", {})["intake"] = rest
            self.restart()
        elif word == "stopped":
            self.house.config.setdefault("programme", {})["intake_stopped_for"] = [rest]
            self.restart()
        elif word == "office":
            self.clock_ms = until_weekday(2 if rest == "open" else 6, 10)
            self.restart()
        elif word == "ucs2":
            self.house.channel["ucs2"] = rest == "yes"
            self.restart()
        elif word == "given":
            self.given(rest)
        else:
            self.differ(number, "this line cannot be arranged")

    # ---- talking

    def sms_got(self):
        with self.aggregator.lock:
            return len(self.aggregator.got)

    def wanted_sms(self):
        return self.house.rows("SELECT count(*) AS n FROM v_message WHERE direction = 'out' AND mode = 'sms'")[0]["n"]

    def hear_sms(self, before):
        """The answer has been committed with what caused it; it may still be on its way."""
        wanted = self.wanted_sms()
        self.aggregator.wait_for(wanted)
        with self.aggregator.lock:
            got = [form["message"] for form in self.aggregator.got]
        if len(got) != wanted:
            return "(%d SMS written, %d sent)" % (wanted, len(got))
        return got[-1] if len(got) > before else None

    def act(self, number, kind, text):
        self.start()
        text = self.own_ref(text)
        if self.mode == "sms" and kind == "says":
            before = self.sms_got()
            answer = self.phone.sms(text)
            self.said = ("continues", self.hear_sms(before)) if answer.status == 200 else ("status", str(answer.status))
        else:
            screen = self.phone.dial() if kind == "dial" else self.phone.type(text)
            self.said = ({"CON": "continues", "END": "ends"}.get(screen[:3], "neither"), screen[4:])
        if self.killed:
            self.kill_and_repeat(number, kind, text)

    def kill_and_repeat(self, number, kind, text):
        shown = self.house.rows("SELECT DISTINCT state FROM v_message WHERE direction = 'out' AND flow = 'return_request'")
        self.states.update(row["state"] for row in shown)
        self.stop_hard()
        self.start()
        if self.mode == "sms" and kind == "says":
            before = self.sms_got()
            again = self.phone.sms(text, message_id=self.phone.last_id)
            if again.status != 200 or self.wanted_sms() != before:
                self.differ(number, "the same SMS after a kill caused something")
        else:
            again = self.phone.hop()
            if again != {"continues": "CON ", "ends": "END "}.get(self.said[0], "") + self.said[1]:
                self.differ(number, "after a kill the same hop got another answer: " + again)

    def event(self, number, line):
        word, _, rest = line.partition(" ")
        if word in ("dial", "redial"):
            mode, self.mode = self.mode, "ussd"
            self.act(number, "dial", "")
            self.mode = mode
        elif word == "drop":
            self.house.post("ussd-end", {"sessionId": self.phone.session, "phoneNumber": NUMBER, "serviceCode": "*384*2200#",
                                         "networkCode": "60401", "status": "Incomplete", "date": "2026-03-11 09:14:05",
                                         "cost": "0", "durationInMillis": "1", "hopsCount": "1", "input": "", "lastAppResponse": ""})
        elif word == "wait":
            amount, unit = rest.split(" ")
            self.clock_ms += int(amount) * UNITS[unit] * 1000
            self.restart()

    def own_ref(self, text):
        return text.replace(REF, self.ref) if self.ref else text

    def expect(self, number, kind, text):
        text = self.own_ref(text)
        said, self.said = self.said, None
        if kind == "silence":
            if said and said[1] is not None:
                self.differ(number, "something was said: " + said[1])
        elif not said or said[1] is None:
            self.differ(number, "nothing was said")
        elif not pattern(text).fullmatch(said[1]):
            self.differ(number, "said instead:\n" + said[1])
        elif self.mode == "ussd" and said[0] != kind:
            self.differ(number, "the session %s here" % said[0])

    # ---- what is known

    def rows_of(self, table):
        sql = {
            "answer": "SELECT state, value FROM v_answer ORDER BY answer_id",
            "alert": "SELECT kind, level, role, rule FROM v_alert ORDER BY alert_id",
            "task": "SELECT kind, role, note FROM v_task ORDER BY task_id",
            "consent": "SELECT purpose, answer FROM v_consent ORDER BY at",
        }[table]
        return ["%s %s" % (table, " ".join(v if v is not None else "-" for v in row.values())) for row in self.house.rows(sql)]

    def case(self):
        cases = self.house.rows("SELECT * FROM v_case ORDER BY opened_at")
        if not cases:
            return None
        case = cases[-1]
        sensitive = json.loads(case["sensitive"]) if isinstance(case["sensitive"], str) else case["sensitive"] or {}
        case.update({name: sensitive.get(name) for name in SENSITIVE})
        return case

    def expect_case(self, number, rest):
        case = self.case()
        if not case:
            return self.differ(number, "there is no case")
        for pair in rest.split(" "):
            name, _, value = pair.partition("=")
            got = case.get(name)
            if str(got if got is not None else "") != value:
                self.differ(number, "%s is %s" % (name, got))
        return None

    def expect_known(self, known):
        rows = {table: self.rows_of(table)[self.before.get(table, 0):] for table in ("answer", "alert", "task", "consent")}
        person = self.house.rows("SELECT language, opted_out FROM v_contact")
        refused = any(line.startswith("consent REQUEST NO") for _, line in known)
        if refused:  # who says no is forgotten: at once by USSD; by SMS when the last word has left
            if any(rows[t] for t in ("answer", "alert", "task")) or self.case():
                self.differ(known[0][0], "who refused is not forgotten: %s" % rows)
            return
        named_case = named_stop = False
        for number, line in known:
            word, _, rest = line.partition(" ")
            if word == "case":
                named_case = True
                self.expect_case(number, rest)
            elif word == "language":
                if [p["language"] for p in person] != [rest]:
                    self.differ(number, "the language is %s" % person)
            elif word == "opted_out":
                named_stop = rest == "yes"
            elif word not in TOLD:
                self.expect_row(number, rows[word], line)
        left = [row for table in rows.values() for row in table]
        if any(line.startswith("number ") for _, line in known):  # what is done about a claim is not the engine's
            left = [row for row in left if "VERIFY_NUMBER" not in row and "NUMBER_CLAIM" not in row]
        if left:
            self.differ(known[-1][0] if known else 0, "nobody expected: %s" % left)
        if self.case() and not named_case:
            self.differ(0, "nobody expected a case")
        if any(p["opted_out"] for p in person) != named_stop:
            self.differ(0, "opted out: %s" % person)

    def expect_row(self, number, rows, line):
        fits = [row for row in rows if row == line or row.startswith(line + " ")]
        if not fits or (line.startswith("answer ") and rows[0] != fits[0]):
            self.differ(number, "there is %s, not %s" % (rows[:1], line))
        else:
            rows.remove(fits[0])

    # ---- all of it

    def walk(self):
        try:
            for number, kind, value in self.steps:
                if kind == "world":
                    self.world(number, value)
                elif kind == "event":
                    self.event(number, value)
                elif kind == "says":
                    self.act(number, "says", value)
                elif kind in ("continues", "ends", "silence"):
                    self.expect(number, kind, value)
            if any(kind == "then" for _, kind, _ in self.steps):
                self.expect_known([(number, value) for number, kind, value in self.steps if kind == "known"])
        finally:
            self.house.close()
        return self.differences
