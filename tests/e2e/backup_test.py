#!/usr/bin/env python3
"""Backup and restore: one sealed file made while the daemon serves; the way back keeps what must not come back, parks what may
have left already, and overwrites nothing."""
import json
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
from house import Aggregator, House, Phone, Report

report = Report()
NUMBER, OTHER, THIRD, FOURTH = "+212611998877", "+212611998866", "+212611998855", "+212611998844"
WORDS = "je suis a Oujda sous le pont"


def backup(house, name="one.backup"):
    return house.run("backup", "--json", house.path(name))


def opted_out(house, number):
    return house.rows("SELECT c.opted_out AS o FROM v_contact c JOIN v_contact_point p USING (contact_id) WHERE p.phone = '%s'" % number)


def people_come_and_go():
    vendor = Aggregator()
    house = House()
    try:
        house.channel["base_url"] = vendor.url
        house.write_config()
        house.start()
        one, other, third = Phone(house, NUMBER), Phone(house, OTHER), Phone(house, THIRD)
        one.dial()
        one.sms(WORDS)
        third.sms("STOP")
        report.check("answers leave", vendor.wait_for(2), str(vendor.got))
        house.run("outbound", "off")
        one.sms("AIDE")  # its answer waits
        Phone(house, FOURTH).sms("AIDE")
        queued = house.rows("SELECT count(*) AS n FROM v_message WHERE status = 'queued'")[0]["n"]
        report.check("two answers wait", queued == 2, str(queued))

        done = backup(house)
        said = json.loads(done.stdout or "{}")
        report.check("a backup while the daemon serves", done.returncode == 0 and said["bytes"] > 100000, str(done))
        report.check("it says when it must be gone", len(said["delete_by"]) == 10)
        with open(house.path("one.backup"), "rb") as f:
            sealed = f.read()
        report.check("nothing in it can be read", not any(w in sealed for w in (b"SQLite", b"wasl", b"CREATE TABLE", b"atsk_test")))
        report.check("only the owner may read it", os.stat(house.path("one.backup")).st_mode & 0o77 == 0)
        report.check("the copy is gone from the state folder", not os.path.exists(house.path("state/snapshot.tmp")))
        report.check("nothing is overwritten", backup(house).returncode == 73)
        report.check("the backup is in the audit", house.rows("SELECT count(*) AS n FROM v_audit WHERE action = 'backup'")[0]["n"] == 1)
        done = house.run("restore", "--verify", house.path("one.backup"))
        report.check("but a backup can be proved beside it", done.returncode == 0 and not os.path.exists(house.path("state/verify.tmp")), str(done))
        report.check("no restore while a daemon works", house.run("restore", house.path("one.backup")).returncode == 75)

        # what happens after it
        house.run("outbound", "on")
        report.check("they leave once the brake is off", vendor.wait_for(4), str(len(vendor.got)))
        other.sms("bonjour")
        one.sms("STOP")
        third.sms("START")
        report.check("all are answered", vendor.wait_for(7), str(len(vendor.got)))
        report.check("STOP is known", opted_out(house, NUMBER)[0]["o"] == 1)
        newest = house.rows("SELECT max(message_id) AS n FROM v_message")[0]["n"]
        house.stop()

        done = house.run("restore", "--verify", "--json", house.path("one.backup"))
        report.check("a backup can be proved alone", done.returncode == 0 and json.loads(done.stdout)["restored"] is False, str(done))
        report.check("and that changes nothing", house.rows("SELECT max(message_id) AS n FROM v_message")[0]["n"] == newest)

        before = len(vendor.got)
        done = house.run("restore", "--json", house.path("one.backup"))
        said = json.loads(done.stdout or "{}")
        report.check("restored", done.returncode == 0 and said.get("parked") == 1 and said.get("list_applied"), str(done))
        report.check("what stood before is kept aside", os.path.exists(said.get("kept_aside", "")))
        report.check("nothing half is left", not os.path.exists(house.path("state/restore.tmp")))
        report.check("who said STOP since stays so", opted_out(house, NUMBER)[0]["o"] == 1)
        report.check("who lifted it with START stays so", opted_out(house, THIRD)[0]["o"] == 0)
        report.check("who came later is not there", opted_out(house, OTHER) == [])

        house.start()
        status = json.loads(house.run("outbound", "status", "--json").stdout)
        report.check("what waited then is parked, but for who said STOP since", status["parked"] == 1, str(status))
        house.run("outbound", "on")
        other.sms("salut", message_id="in-after-1")
        report.check("who writes now is answered", vendor.wait_for(before + 1))
        time.sleep(0.3)
        report.check("and what is parked stays", len(vendor.got) == before + 1, str(len(vendor.got)))
        first = house.rows("SELECT min(message_id) AS n FROM v_message WHERE message_id > %d" % newest)[0]["n"]
        report.check("no id of the lost time is used again", first and first > newest + 100000, str(first))
        said = json.loads(house.run("outbound", "release", "--json").stdout)
        report.check("a person releases it", said["count"] == 1 and said["parked"] == 0, str(said))
        report.check("and it leaves", vendor.wait_for(before + 2) and vendor.got[-1]["to"] == FOURTH, str(vendor.got[before:]))
        report.check("a restore is in the audit", house.rows("SELECT count(*) AS n FROM v_audit WHERE action = 'restore'")[0]["n"] == 1)
        house.stop()
    finally:
        house.close()
        vendor.close()


def parked_is_dropped_or_sent():
    vendor = Aggregator()
    house = House()
    try:
        house.channel["base_url"] = vendor.url
        house.write_config()
        house.start()
        house.run("outbound", "off")
        Phone(house, NUMBER).sms("bonjour")
        Phone(house, OTHER).sms("bonjour")
        report.check("a folder gives the name", house.run("backup", house.folder).returncode == 0)
        name = [n for n in os.listdir(house.folder) if n.endswith(".backup")][0]
        old = house.path("wasl-20200101T000000Z.backup")
        shutil.copy(house.path(name), old)
        time.sleep(1.1)
        done = house.run("backup", "--json", house.folder)
        report.check("a backup past its days is removed", not os.path.exists(old) and json.loads(done.stdout)["removed"] == 1, str(done))
        report.check("a younger one is not", os.path.exists(house.path(name)))
        house.stop()
        report.check("restored", house.run("restore", house.path(name)).returncode == 0)
        said = json.loads(house.run("outbound", "drop", "--json").stdout)
        report.check("without a daemon too: given up", said["count"] == 2 and said["parked"] == 0, str(said))
        report.check("restored again", house.run("restore", house.path(name)).returncode == 0)
        house.run("outbound", "on")
        house.start()
        house.run("outbound", "release")
        report.check("or released and sent, once", vendor.wait_for(2) and len(vendor.got) == 2, str(vendor.got))
    finally:
        house.close()
        vendor.close()


def bad_files():
    house = House()
    try:
        house.start()
        Phone(house, NUMBER).dial()
        house.stop()
        report.check("a backup without a daemon", backup(house).returncode == 0)
        with open(house.path("one.backup"), "rb") as f:
            good = f.read()
        rows = house.rows("SELECT count(*) AS n FROM v_contact")

        def restore(data):
            with open(house.path("bad"), "wb") as f:
                f.write(data)
            done = house.run("restore", house.path("bad"))
            return done.returncode if b"restore" in done.stderr and not os.path.exists(house.path("state/restore.tmp")) else -1
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 1
        frame = 48 + 65536 + 17
        for what, data in (("one bit is wrong", bytes(flipped)), ("it is cut", good[:-1]), ("it is cut at a frame", good[:frame]),
                           ("something is added", good + b"x"), ("a frame is left out", good[:48] + good[frame:]),
                           ("it is something else", b"SQLite format 3\0" * 100), ("it is empty", b"")):
            report.check("refused when %s" % what, restore(data) == 65)
        report.check("no such file", house.run("restore", house.path("none")).returncode == 66)
        report.check("nothing was touched", house.rows("SELECT count(*) AS n FROM v_contact") == rows)
        done = house.run("restore", "--configuration", house.path("one.backup"))
        report.check("the configuration is in it", json.loads(done.stdout) == house.config, str(done.stderr))
        stranger = House()
        done = stranger.run("restore", house.path("one.backup"))
        report.check("another key does not open it", done.returncode == 78 and b"key" in done.stderr, str(done))
        stranger.close()

        # a new machine: the key, the configuration, the backup, and nothing else
        shutil.rmtree(house.path("state"))
        done = house.run("restore", house.path("one.backup"))
        report.check("on a new machine", done.returncode == 0 and b"not known" in done.stdout, str(done))
        house.start()
        report.check("and it goes on", house.rows("SELECT count(*) AS n FROM v_contact") == rows)
    finally:
        house.close()


def the_list_and_the_database():
    """The list is synced before the database commits: what a crash between the two leaves is made good at the start."""
    house = House()
    try:
        house.start()
        Phone(house, NUMBER).dial()
        Phone(house, OTHER).sms("STOP")
        house.stop()
        os.mkdir(house.path("kept"))
        shutil.copy(house.path("state/wasl.db"), house.path("kept/wasl.db"))
        house.start()
        Phone(house, NUMBER).sms("STOP")
        Phone(house, OTHER).sms("START")
        house.stop()
        with open(house.path("state/suppression.log")) as f:
            listed = f.read()
        report.check("the list holds no number", len(listed.split("\n")) == 4 and NUMBER[1:] not in listed, listed)
        shutil.copy(house.path("kept/wasl.db"), house.path("state/wasl.db"))
        with open(house.path("state/suppression.log"), "a") as f:
            f.write("STOP 0011")  # the crash came in the middle of a line
        house.start()
        report.check("a STOP that the database has not is applied", opted_out(house, NUMBER)[0]["o"] == 1)
        report.check("a START too", opted_out(house, OTHER)[0]["o"] == 0)
        with open(house.path("state/suppression.log")) as f:
            report.check("half a line is cut off", f.read() == listed)
        house.stop()
        house.start()
        house.stop()
        with open(house.path("state/suppression.log")) as f:
            report.check("another start adds nothing", f.read() == listed)
        os.unlink(house.path("state/suppression.log"))
        house.start()
        house.stop()
        with open(house.path("state/suppression.log")) as f:
            text = f.read()
        report.check("a lost list is made anew of what the database knows", text.count("STOP") == 1 and text.count("\n") == 1, text)
        with open(house.path("state/suppression.log"), "w") as f:
            f.write(text.replace("STOP", "STOP ", 1))
        house.start(expect=False)
        report.check("a list that was changed is not believed", house.process.wait(timeout=15) == 78 and "suppression.log" in house.log())
    finally:
        house.close()


def under_traffic():
    house = House()
    try:
        house.start()
        stop = threading.Event()
        answers = []

        def talk(n):
            phone = Phone(house, "+2126110000%02d" % n)
            while not stop.is_set():
                answers.append(phone.dial()[:4])
                answers.append(phone.type("1")[:4])
        threads = [threading.Thread(target=talk, args=(n,)) for n in range(4)]
        for t in threads:
            t.start()
        codes = [backup(house, "b%d" % n).returncode for n in range(3)]
        stop.set()
        for t in threads:
            t.join()
        report.check("backups under traffic", codes == [0, 0, 0], str(codes))
        report.check("and everybody is served", answers and all(a in ("CON ", "END ") for a in answers))
        house.stop()
        for n in range(3):
            done = house.run("restore", "--verify", house.path("b%d" % n))
            report.check("each is whole", done.returncode == 0, str(done))
        house.environment["WASL_CRASH_AT"] = "backup_step:1"
        house.start()
        code = backup(house, "c").returncode
        report.check("the daemon died", house.process.wait(timeout=15) == -9)
        report.check("then there is no backup, or one that is whole", not os.path.exists(house.path("c")) if code else
                     house.run("restore", "--verify", house.path("c")).returncode == 0)
        house.environment["WASL_CRASH_AT"] = ""
        house.start()
        report.check("and its copy goes at the next start", not os.path.exists(house.path("state/snapshot.tmp")))
    finally:
        house.close()


people_come_and_go()
parked_is_dropped_or_sent()
bad_files()
the_list_and_the_database()
under_traffic()
report.end()
