#!/usr/bin/env python3
"""What the disk can do to a daemon, and what it says then: full, broken, taken by another daemon; and what must be the same
after every restart.  Full and broken are played by tests/crash/baddisk.c under the daemon; where the test may mount one, a small
disk is also filled for real."""
import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
from house import WASL, Aggregator, House, Phone, Report

BAD_DISK = os.path.join(os.path.dirname(os.path.realpath(WASL)), "tests/crash/baddisk.so")
DAY_MS = 24 * 3600 * 1000
report = Report()


def wait(condition, seconds=5):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def count(house, where):
    return house.rows("SELECT count(*) AS n FROM v_message WHERE " + where)[0]["n"]


@contextlib.contextmanager
def the_disk(house, how):
    with open(house.path("disk"), "w", encoding="ascii") as f:
        f.write(how)
    try:
        yield
    finally:
        os.unlink(house.path("disk"))


def on_a_bad_disk(house):
    house.environment.update({"LD_PRELOAD": BAD_DISK, "WASL_BAD_DISK": house.path("disk")})
    return house


# ---- one daemon

def second_daemon():
    with House() as house:
        other = House()
        other.config["state"], other.config["key_file"] = house.config["state"], house.config["key_file"]
        other.write_config()
        other.start(expect=False)
        report.check("a second daemon on the same folder is refused", other.process.wait(10) == 75, other.log())
        report.check("and says why", "another wasl works with this state folder" in other.log(), other.log())
        report.check("the first one has not noticed", house.get("/healthz").status == 200)
        house.kill()
        other.start()
        report.check("after a kill the folder is free again", other.get("/healthz").status == 200)
        other.close()


# ---- the same bytes

def same_hop_after_restart():
    with House() as house:
        phone = Phone(house, "+212600000201")
        phone.dial()
        screens = [phone.type(typed) for typed in ("1", "1", "2", "1", "1", "1")]
        sms = phone.sms("Bonjour")
        for how, end in (("SIGTERM", house.stop), ("kill -9", house.kill)):
            end()
            house.start()
            report.check("after %s the same hop gets the same bytes" % how, phone.hop() == screens[-1])
            whole, phone.text = phone.text, "1*1"
            report.check("after %s an earlier hop too" % how, phone.hop() == screens[1])
            phone.text = whole
            again = phone.sms("Bonjour", message_id=phone.last_id)
            report.check("after %s the same SMS too" % how, (again.status, again.text) == (sms.status, sms.text))
        report.check("and nothing was taken twice", count(house, "direction = 'in'") == 8, "%d rows" % count(house, "direction = 'in'"))
        screen = phone.type("1")
        report.check("the conversation goes on where it stood", "pays" in screen, screen)


def same_session_another_day():
    """failures.md U3: an aggregator may use an id again; the same text then is no repetition."""
    with House() as house:
        phone = Phone(house, "+212600000202")
        phone.dial()
        menu = phone.type("1")
        house.stop()
        house.environment["WASL_CLOCK_OFFSET_MS"] = str(DAY_MS - 1000)
        house.start()
        report.check("the next day, within 24 hours: a hop of a session that crossed midnight is known", phone.hop() == menu)
        house.stop()
        house.environment["WASL_CLOCK_OFFSET_MS"] = str(DAY_MS + 3600 * 1000)
        house.start()
        phone.text = ""
        screen = phone.hop()
        report.check("25 hours later the same id is a new session", screen == menu, screen)
        report.check("which was stored", count(house, "direction = 'in'") == 3)


# ---- full

def check_full(house, phone, what):
    refused = phone.sms("Bonjour")
    report.check("%s: an SMS gets 503 and a time to come again" % what,
                 refused.status == 503 and refused.getheader("Retry-After"), str(refused.status))
    screen = phone.type("2")
    report.check("%s: by USSD the person reads an apology in their language" % what, screen.startswith("END Le service est en panne") and "0500000000" in screen, screen)
    report.check("%s: the daemon lives" % what, house.process.poll() is None and house.get("/healthz").status == 200)
    report.check("%s: and says that it is not ready" % what, house.get("/readyz").status == 503)
    return refused


def check_room_again(house, phone, what):
    again = phone.sms("Bonjour", message_id=phone.last_id)
    report.check("%s, with room again: the same SMS is taken, once" % what,
                 again.status == 200 and count(house, "provider_id = '%s'" % phone.last_id) == 1, str(again.status))
    screen = phone.hop()
    report.check("%s, with room again: the same hop goes on as if nothing had been" % what, "L'OIM garde" in screen, screen)


def stand_at_age(house, number):
    phone = Phone(house, number)
    phone.dial()
    phone.type("1")
    phone.type("1")
    return phone


def full_disk():
    house = on_a_bad_disk(House())
    with house:
        phone = stand_at_age(house, "+212600000203")
        before = count(house, "1")
        with the_disk(house, "full"):
            check_full(house, phone, "a full disk")
            report.check("a full disk: nothing of it is in the database", count(house, "1") == before)
            statuses = {phone.sms("x").status for _ in range(50)}
            report.check("a full disk: also after fifty more", statuses == {503} and house.process.poll() is None, str(statuses))
            phone.sms("Bonjour")
        check_room_again(house, phone, "a full disk")
        report.check("a full disk: ready when there is room again", wait(lambda: house.get("/readyz").status == 200, 12))
        report.check("a full disk: SIGTERM ends well", house.stop() == 0)


def full_disk_sends_nothing():
    """No room for "attempt started": then there is no attempt."""
    vendor, house = Aggregator(), on_a_bad_disk(House())
    try:
        house.start()
        Phone(house, "+212600000204").sms("Bonjour")  # nobody listens there: it is tried again in half a minute
        report.check("an SMS waits for its second attempt", wait(lambda: count(house, "status = 'queued' AND attempts = 1") == 1))
        house.stop()
        due_ms = house.plain_rows("SELECT due_at FROM outbox")[0][0]
        house.channel["base_url"] = vendor.url
        house.environment["WASL_CLOCK_OFFSET_MS"] = str(int(due_ms - time.time() * 1000) - 1500)
        house.write_config()
        house.start()
        with the_disk(house, "full"):
            time.sleep(3)
            report.check("a full disk: what is queued stays, no SMS leaves", not vendor.got and count(house, "status = 'queued'") == 1)
        report.check("with room again it leaves, once", vendor.wait_for(1, 15) and wait(lambda: count(house, "status = 'sent'") == 1)
                     and len(vendor.got) == 1)
        house.stop()
        with the_disk(house, "full"):
            house.start(expect=False)
            report.check("a full disk: a daemon that finds no room to begin says so", house.process.wait(10) == 74
                         and "the disk is full" in house.log(), house.log())
    finally:
        house.close()
        vendor.close()


def fill(path):
    """To the last byte; returns the file that does it."""
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    f.write(b"\0" * size)
    return path


def full_for_real():
    folder = House(under="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    state = folder.config["state"]
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "none", state], check=False,
                                           stderr=subprocess.DEVNULL).returncode != 0:
        folder.close()
        report.skip("a small disk filled for real", "no right to mount one")
        return
    try:
        with folder as house:
            phone = stand_at_age(house, "+212600000205")
            for n in range(6):  # each time with a little less room left, so that it ends at another page
                filler = fill(os.path.join(state, "filler"))
                os.truncate(filler, os.path.getsize(filler) - n * 8192)
                refused = 0
                for k in range(40):
                    refused += phone.sms("%d %d" % (n, k)).status == 503
                report.check("a small disk, filled %d: refused, and the daemon lives" % n, refused > 0 and house.process.poll() is None
                             and house.get("/healthz").status == 200, "%d refused" % refused)
                os.unlink(filler)
                report.check("a small disk, emptied %d: taken again" % n, phone.sms("again %d" % n).status == 200)
            fill(os.path.join(state, "filler"))
            check_full(house, phone, "a small disk")
            phone.sms("Bonjour")
            house.kill()
            with contextlib.suppress(RuntimeError):
                house.start()
            ended = house.process.poll()
            report.check("a small disk: a daemon begins on it, or ends and says why", ended is None or (ended == 74 and
                         ("the disk is full" in house.log() or "No space left" in house.log())), house.log()[-300:])
            os.unlink(os.path.join(state, "filler"))
            if ended is not None:
                house.start()
            check_room_again(house, phone, "a small disk")
            house.stop()
            report.check("a small disk: the database is whole", house.plain_rows("PRAGMA integrity_check") == [("ok",)])
    finally:
        folder.stop()
        subprocess.run(["umount", state], check=False)
        shutil.rmtree(folder.folder, ignore_errors=True)


# ---- broken

def broken_disk():
    house = on_a_bad_disk(House())
    with house:
        phone = stand_at_age(house, "+212600000206")
        others = [Phone(house, "+21260000030%d" % n) for n in range(4)]
        taken = [other.sms("Bonjour").status for other in others]
        answers = []
        with the_disk(house, "broken"):
            def knock(call):
                try:
                    answers.append(call())
                except OSError:
                    answers.append("closed")
            threads = [threading.Thread(target=knock, args=(lambda o=o: o.sms("URGENT").status,)) for o in others]
            threads.append(threading.Thread(target=knock, args=(lambda: phone.type("2")[:4],)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            code = house.process.wait(10)
            report.check("a broken disk: nobody hears yes", 200 not in answers and "CON " not in answers, str(answers))
            report.check("a broken disk: those in the batch hear no in their own way", 503 in answers or "END " in answers, str(answers))
            report.check("a broken disk: the daemon ends, and says so to whoever started it", code == 74, str(code))
            house.start(expect=False)
            with contextlib.suppress(OSError):
                time.sleep(0.3)
                others[0].sms("URGENT", message_id=others[0].last_id)
            report.check("while it is broken it ends again", house.process.wait(10) == 74)
        house.start()
        report.check("well again: what was acknowledged is there", taken == [200] * 4 and
                     count(house, "direction = 'in' AND mode = 'sms' AND text = 'Bonjour'") == 4)
        again = [other.sms("URGENT", message_id=other.last_id).status for other in others]
        report.check("well again: what was not is taken when it comes again, and stands once", again == [200] * 4 and
                     count(house, "direction = 'in' AND text = 'URGENT'") == 4, str(again))
        report.check("well again: one alert each", house.rows("SELECT count(*) AS n FROM v_alert")[0]["n"] == 4)
        screen = phone.hop()
        report.check("well again: the same hop goes on", "L'OIM garde" in screen, screen)


for test in (second_daemon, same_hop_after_restart, same_session_another_day, full_disk, full_disk_sends_nothing, full_for_real, broken_disk):
    began = time.monotonic()
    test()
    print("%-28s %5.1f s" % (test.__name__, time.monotonic() - began), flush=True)
report.end()
