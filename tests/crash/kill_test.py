#!/usr/bin/env python3
"""The daemon killed (kill -9) at random moments, WASL_KILLS times, and once at each named point, under traffic: what was
acknowledged is there once and answered the same again; what was not is there once or not at all; people stand where a
gateway that was never killed would have put them; no SMS leaves twice.

WASL_SEED repeats the dice (not the scheduler).  Between the kills the daemon is also stopped in the middle of it all (SIGTERM): that
loses nothing either, and leaves no send open."""
import collections
import os
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
sys.path.insert(0, os.path.dirname(__file__))
from dialogue import until_weekday
from house import House, Report
from replay import compare
from traffic import WORD, Ledger, Line, People, Vendor

KILLS, STOPS = int(os.environ.get("WASL_KILLS", "600")), 12
SEED = int(os.environ.get("WASL_SEED", time.time_ns() % 1000000007))
THREADS = 6
FEW, OFTEN = (1, 2), (1, 2, 5, 17)  # at which time a point is passed; a page of the inbox does not come that often

report = Report()


class World:
    """The gateway, its callers, the vendor, the ledger."""

    def __init__(self):
        self.stopping, self.pause = False, 0.03
        self.house = House()
        self.port = self.house.port
        self.ledger = Ledger(self.house.path("ledger"))
        self.vendor = Vendor(self)
        self.house.channel.update({"base_url": self.vendor.url, "poll_seconds": 1, "rate_per_second": 60})
        self.house.environment["WASL_CLOCK_OFFSET_MS"] = str(until_weekday(2, 10))
        self.house.write_config()
        self.starts = []
        self.people = []

    def dice(self, name):
        return random.Random("%d %s" % (SEED, name))

    def let_people_in(self):
        self.people = [People(self, which, which) for which in range(THREADS)]
        for people in self.people:
            people.start()

    def start(self, point=None):
        """Until it answers, or has died on the way (at a point)."""
        began = time.monotonic()
        self.house.environment["WASL_CRASH_AT"] = point or ""
        self.house.launch()
        line = Line(self.port)
        while self.house.process.poll() is None:
            answer = line.ask(b"GET /healthz HTTP/1.1\r\nHost: gw.example.org\r\n\r\n")
            if answer and answer[0] == 200:
                break
            if time.monotonic() - began > 20:
                raise RuntimeError("the gateway does not start:\n" + self.house.log()[-2000:])
            time.sleep(0.002)
        line.close()
        if not point and self.house.process.poll() is not None:
            raise RuntimeError("the gateway does not start:\n" + self.house.log()[-2000:])
        self.starts.append(time.monotonic() - began)

    def kill(self):
        self.house.kill()
        self.ledger.sync()


# ---- killing


def random_kills(world):
    dice = world.dice("kills")
    for n in range(KILLS):
        if n % 4 == 0:
            world.vendor.grow()
        if dice.random() < 0.1:  # while it starts
            world.house.environment["WASL_CRASH_AT"] = ""
            world.house.launch()
            time.sleep(dice.uniform(0, 0.03))
        else:
            world.start()
            time.sleep(dice.uniform(0, 0.015) if dice.random() < 0.25 else dice.uniform(0.015, 0.25))
        world.kill()


def named_points():
    with open("tests/crash/points", encoding="utf-8") as f:
        listed = f.read().split()
    grep = subprocess.run(["grep", "-rhoE", r'\bcrash_point\("[a-z_]+"\)', "gateway", "db"], stdout=subprocess.PIPE, check=True)
    in_sources = re.findall(r'"([a-z_]+)"', grep.stdout.decode())
    report.check("tests/crash/points lists the points of the sources, each once", listed == sorted(in_sources),
                 "%s, not %s" % (listed, sorted(in_sources)))
    return listed


def die_at(world, point, n):
    world.start("%s:%d" % (point, n))
    until = time.monotonic() + 15
    while world.house.process.poll() is None and time.monotonic() < until:
        if point == "page_taken":
            world.vendor.grow()
        time.sleep(0.02)
    died = world.house.process.poll() == -9
    world.kill()
    return died


def kills_at_points(world):
    kills = 0
    for point in named_points():
        if point in ("page_saved", "backup_step", "erased"):  # tests/e2e/: vendors_test.py, backup_test.py, rights_test.py
            continue
        for n in FEW if point in ("page_taken", "suppression_written") else OFTEN:
            report.check("the daemon died at %s, time %d" % (point, n), die_at(world, point, n))
            kills += 1
    return kills


def stop_in_the_middle(world, dice):
    """SIGTERM: what was taken is answered, what is under way comes to its end."""
    world.start()
    time.sleep(dice.uniform(0.05, 0.3))
    world.house.process.send_signal(signal.SIGTERM)
    try:
        code = world.house.process.wait(10)
    except subprocess.TimeoutExpired:
        code = "still there after 10 s"
    world.ledger.sync()
    return code


def stops(world):
    world.start()
    world.house.stop()  # settles what the kills before left open
    log = len(world.house.log())
    codes = [stop_in_the_middle(world, world.dice("stop %d" % n)) for n in range(STOPS)]
    report.check("SIGTERM under traffic ends well", set(codes) == {0}, str(codes))
    world.start()
    report.check("SIGTERM leaves no send open", "sends were interrupted" not in world.house.log()[log:])
    world.kill()


# ---- the reckoning


def settle(world):
    """Nobody writes any more; what is queued leaves, what waits in the inbox is fetched."""
    world.start()
    world.stopping = True
    for people in world.people:
        people.join(30)
    until = time.monotonic() + 20
    waiting = fetched = None
    while time.monotonic() < until:
        waiting = world.house.rows("SELECT count(*) AS n FROM v_message WHERE direction = 'out' AND mode = 'sms'"
                                   " AND status IN ('queued', 'sending')")[0]["n"]
        fetched = world.house.rows("SELECT count(*) AS n FROM v_message WHERE direction = 'in' AND provider_id = '%d'"
                                   % len(world.vendor.inbox))[0]["n"]
        if waiting == 0 and fetched:
            break
        time.sleep(0.2)
    report.check("in the end the outbox is empty and the inbox fetched", waiting == 0 and fetched, "%s waiting" % waiting)


def check_inbound(world):
    ledger = world.ledger.entries
    count = {row["provider_id"]: row["n"] for row in world.house.rows(
        "SELECT provider_id, count(*) AS n FROM v_message WHERE direction = 'in' GROUP BY provider_id")}
    acknowledged = [e for e in ledger.values() if e.answer is not None]
    forgotten = world.ledger.forgotten(count)
    lost = [e.provider_id for e in acknowledged if e.number not in forgotten and count.get(e.provider_id) != 1]
    report.check("every acknowledged message is present exactly once", not lost, str(lost[:5]))
    kept = [e.provider_id for e in ledger.values() if e.number in forgotten and e.provider_id in count]
    report.check("nothing is kept of those who refused (%d people)" % len(forgotten), forgotten and not kept, str(kept[:5]))
    twice = [i for i, n in count.items() if n != 1]
    report.check("none that was not is present twice", not twice, str(twice[:5]))
    strange = [i for i in count if i not in ledger]
    report.check("none is present that nobody sent", not strange, str(strange[:5]))
    open_ends = [e for e in ledger.values() if e.answer is None]
    stored = sum(e.provider_id in count for e in open_ends)
    print("%d messages acknowledged; of %d that were not, %d are stored; %d sent again, %d at the same instant"
          % (len(acknowledged), len(open_ends), stored, world.ledger.repeated, world.ledger.at_once), flush=True)
    report.check("nothing was answered by anything but 200, and never the same message by other bytes", not world.ledger.errors,
                 str(world.ledger.errors[:5]))
    report.check("some were sent again and some at the same instant", world.ledger.repeated > 0 and world.ledger.at_once > 0)


def check_answers_now(world):
    """Sent once more to the gateway that lived through it all."""
    dice, line, wrong = world.dice("again"), Line(world.port), []
    acknowledged = [e for e in world.ledger.entries.values() if isinstance(e.answer, tuple)]
    sample = dice.sample(acknowledged, min(2000, len(acknowledged)))
    for entry in sample:
        answer = line.ask(entry.request)
        if answer != entry.answer:
            wrong.append((entry.provider_id, entry.answer, answer))
    line.close()
    report.check("a duplicate gets the first answer byte for byte, after all these kills (%d asked)" % len(sample), not wrong, str(wrong[:3]))


def check_outbound(world):
    sent, unknown, other, statuses = {}, {}, {}, collections.Counter()
    phones = {row["contact_id"]: row["phone"] for row in world.house.rows("SELECT contact_id, phone FROM v_contact_point")}
    for row in world.house.rows("SELECT contact_id, text, status FROM v_message WHERE direction = 'out' AND mode = 'sms'"):
        key = phones[row["contact_id"]], row["text"]
        where = sent if row["status"] in ("sent", "delivered") else unknown if row["status"] == "unknown" else other
        where[key] = where.get(key, 0) + 1
        statuses[row["status"]] += 1
    with world.vendor.lock:
        got = dict(world.vendor.got)
    missing = [k for k, n in sent.items() if got.get(k, 0) < n]
    report.check("every SMS that counts as sent was received", not missing, "%d" % len(missing))
    too_many = [k for k, n in got.items() if n > sent.get(k, 0) + unknown.get(k, 0)]
    report.check("no SMS was received twice, and none without its row", not too_many, "%d" % len(too_many))
    report.check("what is not sent is unknown, or was cancelled by STOP", not set(statuses) - {"sent", "unknown", "cancelled"}, str(statuses))
    print("%d SMS sent, %d unknown (%d of those never answered by the vendor), %d received"
          % (sum(sent.values()), sum(unknown.values()), world.vendor.resets, sum(got.values())), flush=True)


def check_file(world):
    """After the daemon stopped: the file itself, and what stands in clear in anything it wrote."""
    house = world.house
    report.check("the daemon stops in peace", house.stop() == 0)
    report.check("the database is whole", house.plain_rows("PRAGMA integrity_check") == [("ok",)]
                 and house.plain_rows("PRAGMA foreign_key_check") == [])
    causeless = house.plain_rows("SELECT count(*) FROM message m WHERE direction = 'out' AND NOT EXISTS"
                                 " (SELECT 1 FROM message q WHERE q.message_id = m.reply_to AND q.direction = 'in')")
    report.check("no answer without its cause", causeless == [(0,)], str(causeless))
    planted = re.compile(rb"6135[0-9]{5}|" + WORD.encode() + b"|" + WORD.encode("utf-16-le"))
    for folder, _, names in os.walk(house.folder):
        for name in names:
            if name in ("ledger", "wasl.json", "wasl.key"):
                continue
            with open(os.path.join(folder, name), "rb") as f:
                found = planted.search(f.read())
            report.check("no number and no word in %s" % name, not found, str(found))


def main():
    print("WASL_SEED=%d repeats the dice" % SEED, flush=True)
    world, began = World(), time.monotonic()
    try:
        world.let_people_in()
        random_kills(world)
        took = time.monotonic() - began
        at_points = kills_at_points(world)
        stops(world)
        starts = sorted(world.starts)
        print("%d kills at random moments in %.0f s, %d at named points and %d stops in %.0f s; a start took %.0f ms, at most %.0f ms"
              % (KILLS, took, at_points, STOPS, time.monotonic() - began - took, 1000 * starts[len(starts) // 2], 1000 * starts[-1]), flush=True)
        report.check("a start takes less than 5 s", starts[-1] < 5)
        settle(world)
        check_inbound(world)
        check_answers_now(world)
        check_outbound(world)
        compare(report, world)
        check_file(world)
        print("%.0f s in all" % (time.monotonic() - began))
    finally:
        world.stopping = True
        world.house.close()
        world.vendor.close()


main()
report.end()
