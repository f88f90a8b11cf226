"""The model beside the killed gateway: another one that is never killed, and gets what the first one stored, person by person in
the order in which it stood.  Engine and rules are the same; so must be every screen, answer, case, task and alert."""
import collections
import os
import re
import threading

from house import House
from traffic import Line, sms_request, ussd_request

SAMPLE = 150 # people who are asked where they stand
THREADS = 4

# Per person; what differs by nature (ids, times, references, the fate of an SMS) is left out.
QUESTIONS = {
    "messages": "SELECT contact_id, direction, mode, flow, state, iif(direction = 'in', status, '') AS status, text FROM v_message"
                " ORDER BY message_id",
    "answers": "SELECT contact_id, flow, state, value, raw, mode, language FROM v_answer ORDER BY answer_id",
    "cases": "SELECT contact_id, direction, status, priority, nationality, return_country, region, city, office, sex, age_band,"
             " group_size, children, travel_doc, contact_pref, call_language, call_time, tags, sensitive FROM v_case ORDER BY opened_at",
    "alerts": "SELECT contact_id, level, office, role, kind, rule FROM v_alert ORDER BY alert_id",
    "tasks": "SELECT contact_id, kind, office, role, note FROM v_task ORDER BY task_id",
    "consents": "SELECT contact_id, purpose, answer, text_key, language, withdrawn_at IS NULL AS stands FROM v_consent ORDER BY at",
    "people": "SELECT contact_id, language, call_language, contact_pref, opted_out FROM v_contact",
}


def masked(value):
    """References are drawn by lot."""
    return re.sub(r"\b[0-9]{8}\b", "REF", value) if isinstance(value, str) else str(value)


def known(house):
    """{question: {number: [row…]}}"""
    phones = {row["contact_id"]: row["phone"] for row in house.rows("SELECT contact_id, phone FROM v_contact_point")}
    out = {}
    for name, sql in QUESTIONS.items():
        rows = collections.defaultdict(list)
        for row in house.rows(sql):
            rows[phones[row["contact_id"]]].append(tuple(masked(v) for k, v in row.items() if k != "contact_id"))
        out[name] = rows
    return out


def stored_order(world):
    """{number: [entry…]} in the order of the killed gateway's log."""
    order = collections.defaultdict(list)
    for row in world.house.rows("SELECT provider_id FROM v_message WHERE direction = 'in' ORDER BY message_id"):
        entry = world.ledger.entries.get(row["provider_id"])
        if entry:
            order[entry.number].append(entry)
    return order


def in_threads(jobs, work):
    """Shares the jobs out; returns what went wrong."""
    wrong = []

    def run(mine):
        try:
            for job in mine:
                work(job)
        except Exception as e:  # into the report, not into a dead thread
            wrong.append(repr(e))
    threads = [threading.Thread(target=run, args=(jobs[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def replay(port, order):
    def person(entries):
        line = Line(port)
        for entry in entries:
            answer = line.ask(entry.request)
            if not answer or answer[0] != 200:
                raise RuntimeError("%s: %r" % (entry.provider_id, answer))
        line.close()
    return in_threads(list(order.values()), person)


def ask_where(port, people):
    """Each of them dials anew and takes up what there is, and writes a word: the answers, and rows to compare."""
    said = {}

    def person(number):
        line = Line(port)
        session = "ATUid_where_%s" % number[-5:]
        said[number] = [masked(line.ask(ussd_request(number, session, text))[1].decode()) for text in ("", "1", "1*1")]
        line.ask(sms_request(number, "1", "where-%s" % number[-5:]))
        line.ask(sms_request(number, "MENU", "where2-%s" % number[-5:]))
        line.close()
    return said, in_threads(people, person)


def half_heard(world, order):
    """Who said STOP or START in a message that is not stored: the list of those (db/suppression.h) is synced before the commit, so
    the word may hold although the message does not, and what they write later is answered accordingly."""
    stored = {entry.provider_id for entries in order.values() for entry in entries}
    return {e.number for e in world.ledger.entries.values() if e.provider_id not in stored and
            (b"STOP" in e.request or b"START" in e.request)}


def first_difference(mine, theirs):
    for number in sorted(set(mine) | set(theirs)):
        a, b = mine.get(number, []), theirs.get(number, [])
        for n in range(max(len(a), len(b))):
            left, right = a[n] if n < len(a) else None, b[n] if n < len(b) else None
            if left != right:
                return "%s, row %d:\n%s\n%s" % (number, n, left, right)
    return ""


def compare(report, world):
    order = stored_order(world)
    half = half_heard(world, order)
    candidates = sorted(set(order) - half)
    report.check("few words are heard by half", len(half) * 3 < len(order), "%d of %d people" % (len(half), len(order)))
    people = world.dice("where").sample(candidates, min(SAMPLE, len(candidates)))
    model = House(under="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)  # it need not last
    model.environment["WASL_CLOCK_OFFSET_MS"] = world.house.environment["WASL_CLOCK_OFFSET_MS"]
    model.run("outbound", "off")
    model.start()
    try:
        wrong = replay(model.port, order)
        report.check("the model takes what was stored", not wrong, str(wrong[:2]))
        mine, wrong_mine = ask_where(world.port, people)
        theirs, wrong_theirs = ask_where(model.port, people)
        report.check("both can be asked where people stand", not wrong_mine + wrong_theirs, str((wrong_mine + wrong_theirs)[:2]))
        differ = [n for n in people if mine.get(n) != theirs.get(n)]
        report.check("people stand where a gateway that was never killed has them (%d asked)" % len(people), not differ,
                     str([(n, mine.get(n), theirs.get(n)) for n in differ[:2]]))
        here, there = known(world.house), known(model)
        for number in half:
            for name in QUESTIONS:
                here[name].pop(number, None), there[name].pop(number, None)
        for name in QUESTIONS:
            report.check("the same %s as in a gateway that was never killed" % name, here[name] == there[name],
                         first_difference(here[name], there[name]))
        print("%d people, %s" % (len(order), ", ".join("%d %s" % (sum(map(len, here[n].values())), n) for n in QUESTIONS)), flush=True)
    finally:
        model.close()
