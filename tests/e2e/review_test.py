#!/usr/bin/env python3
"""What a hostile reader of the core tried, kept as promises: the views are the only way in, a key is the database's own,
STOP holds wherever it comes from, nothing leaves late to who must not be called, a full queue and a stop are told apart."""
import http.client
import json
import os
import signal
import socket
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from house import TOKEN, Aggregator, House, Phone, Report

report = Report()
NUMBER = "+212611998877"


def the_views_are_the_only_way_in():
    with House() as house:
        phone = Phone(house, NUMBER)
        phone.dial()
        phone.type("1")
        for sql in ("SELECT hex(key) FROM contact", "WITH x AS (SELECT hex(key) FROM contact) SELECT * FROM x",
                    "WITH v_contact AS (SELECT hex(number_index) FROM contact_point) SELECT * FROM v_contact",
                    "WITH x AS (SELECT unseal('contact_point.phone', point_id, contact_id, phone) FROM main.v_contact_point)"
                    " SELECT * FROM x",
                    "SELECT (WITH x AS (SELECT body AS b FROM replay) SELECT hex(b) FROM x)",
                    "SELECT * FROM pragma_database_list", "PRAGMA query_only = OFF", "DELETE FROM v_contact",
                    "SELECT 1; SELECT 2"):
            done = house.run("query", "--json", sql)
            report.check("no way past the views: " + sql, done.returncode == 65, "%d %r" % (done.returncode, done.stdout))
        rows = house.rows("WITH x AS (SELECT phone FROM v_contact_point) SELECT x.phone AS n, 1e999 AS most FROM x")
        report.check("WITH over the views works, and JSON keeps each column", rows == [{"n": NUMBER, "most": None}], str(rows))


def another_key_is_refused():
    house = House()
    try:
        house.start()
        Phone(house, NUMBER).dial()
        house.stop()
        with open(house.path("wasl.key")) as f:
            right = f.read()
        with open(house.path("wasl.key"), "w") as f:
            f.write(os.urandom(32).hex() + "\n")
        house.start(expect=False)
        try:
            code = house.process.wait(timeout=15)
        except Exception:
            code = None
            house.kill()
        report.check("a daemon with another key does not start", code == 78 and "key" in house.log(), repr(code))
        done = house.run("outbound", "off")
        report.check("nor does a command change anything", done.returncode == 78 and b"key" in done.stderr, str(done))
        with open(house.path("wasl.key"), "w") as f:
            f.write(right)
        house.start()
        Phone(house, NUMBER).dial()
        n = house.rows("SELECT count(*) AS n FROM v_contact")[0]["n"]
        report.check("with its own key it goes on, and knows everybody", n == 1, str(n))
    finally:
        house.close()


def a_stop_is_at_once():
    house = House()
    try:
        house.start()
        Phone(house, NUMBER).dial()
        time.sleep(1)
        began = time.monotonic()
        house.stop()
        took = time.monotonic() - began
        report.check("an idle daemon stops at once", took < 2, "%.1f s" % took)
    finally:
        house.close()


def stop_holds_from_abroad():
    with House() as house:
        form = {"from": "+819012345678", "to": "28901", "date": "2026-03-11 09:14:05"}
        house.post("sms", {**form, "text": "STOP", "id": "f1"})
        stopped = house.rows("SELECT opted_out FROM v_contact")
        house.post("sms", {**form, "text": "START", "id": "f2"})
        lifted = house.rows("SELECT opted_out FROM v_contact")
        report.check("STOP from another country holds until START", (stopped, lifted) == ([{"opted_out": 1}], [{"opted_out": 0}]),
                     str((stopped, lifted)))


def nothing_late_to_who_is_not_called():
    aggregator = Aggregator()
    house = House()
    house.channel["base_url"] = aggregator.url
    house.write_config()
    try:
        house.start()
        house.run("outbound", "off")
        phone = Phone(house, NUMBER)
        phone.sms("Bonjour")
        phone.dial()
        for typed in ("1", "1", "2", "1", "1", "3"):  # … and then: do not call me
            screen = phone.type(typed)
        unsafe = house.rows("SELECT safe FROM v_contact_point")
        house.stop()
        house.edit("UPDATE message SET created_at = created_at - 1200000 WHERE direction = 'out' AND mode = 'sms'")
        house.start()
        house.run("outbound", "on")
        time.sleep(1.5)
        rows = house.rows("SELECT status, reason FROM v_message WHERE direction = 'out' AND mode = 'sms'")
        report.check("who said NO_CALL gets no SMS of before, late", unsafe == [{"safe": 0}] and aggregator.got == []
                     and [r["status"] for r in rows] == ["cancelled"], str((screen, unsafe, rows, aggregator.got)))
    finally:
        house.close()
        aggregator.close()


def a_crowd_is_told_when_to_come_again():
    """More requests at once than may wait: the aggregator learns when to come again."""
    house = House(limits={"parked_requests": 16})
    try:
        house.start()
        odd, refused, lines = [], [], []
        for n in range(40):  # kept connections, so that all can ask in one turn of the loop
            lines.append(http.client.HTTPConnection("127.0.0.1", house.port, timeout=20))
            lines[-1].request("GET", "/healthz")
            lines[-1].getresponse().read()
        house.process.send_signal(signal.SIGSTOP)
        for n, line in enumerate(lines):
            line.request("POST", "/cb/at/%s/ussd" % TOKEN, urllib.parse.urlencode({
                "sessionId": "s%d" % n, "phoneNumber": "+2126119%05d" % n, "serviceCode": "*384*2200#", "text": ""}),
                {"Content-Type": "application/x-www-form-urlencoded"})
        house.process.send_signal(signal.SIGCONT)
        for line in lines:
            answer = line.getresponse()
            text = answer.read().decode()
            if answer.status == 503:
                refused.append(answer.headers.get("Retry-After"))
            elif answer.status != 200 or text[:4] != "CON ":
                odd.append((answer.status, text))
        report.check("above the mark it is 503 with Retry-After, below it a screen", odd == [] and refused and set(refused) == {"60"},
                     "%r %r" % (odd[:2], set(refused)))
    finally:
        house.close()


def ask(house, line):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(3)
        s.connect(house.path("state/control.sock"))
        s.sendall(line)
        return s.recv(4096)


def the_control_socket_takes_no_nonsense():
    with House() as house:
        for junk in (b"", b"\n", b"x" * 70000, b'{"do":"act","act":"case.set"}\n', b"\xff\n", b'{"do":"outbound","set":"off"}\n'):
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(house.path("state/control.sock"))
                try:
                    s.sendall(junk)
                except OSError:
                    pass
        house.run("outbound", "off")
        answer = json.loads(ask(house, b'{"do":"outbound","set":"banana"}\n'))
        report.check("only on and off are words for the brake", not answer["ok"]
                     and house.run("outbound", "status").stdout.startswith(b"outbound off"), str(answer))
        line = b'{"do":"act","act":"case.set","ref":"1","as":"u","set":[["a' + "é".encode() * 30 + b'","1"]]}\n'
        answer = json.loads(ask(house, line))
        report.check("a key cut in the middle of a letter is refused as bad data", answer.get("exit") == 65, str(answer))
        report.check("and the daemon lives", house.get("/readyz").status == 200)


def events_of(house):
    return [json.loads(line) for line in house.log().splitlines() if not line.startswith("Wasl ")]


def logged(house, event):
    until = time.monotonic() + 10
    while time.monotonic() < until and house.process.poll() is None:
        if any(e["event"] == event for e in events_of(house)):
            return True
        time.sleep(0.02)
    return False


def a_broken_folder_changes_nothing():
    house = House()
    try:
        os.mkdir(house.path("flows"))
        source = os.path.join(os.path.dirname(__file__), "../../flows/definitions")
        for name in os.listdir(source):
            with open(os.path.join(source, name), "rb") as f, open(house.path("flows/" + name), "wb") as t:
                t.write(f.read())
        house.config["flows"] = house.path("flows")
        house.config["log"] = {"format": "json"}
        house.write_config()
        house.start()
        phone = Phone(house, NUMBER)
        phone.dial()
        house.process.send_signal(signal.SIGHUP)
        report.check("what is whole is read anew", logged(house, "definitions reloaded") and logged(house, "weights reloaded"), house.log())
        with open(house.path("flows/return_request.json"), "w") as f:
            f.write("{")
        house.process.send_signal(signal.SIGHUP)
        told = logged(house, "the old definitions stay")
        screen = phone.type("1")
        report.check("a broken folder leaves the old definitions", screen.startswith("CON OIM - service gratuit")
                     and told, screen + house.log())
        broken = [e for e in events_of(house) if e["event"] == "the old definitions stay"]
        report.check("and the log, JSON in each line, says where", "return_request.json:1: " in broken[0]["why"], house.log())
    finally:
        house.close()


if __name__ == "__main__":
    the_views_are_the_only_way_in()
    another_key_is_refused()
    a_stop_is_at_once()
    stop_holds_from_abroad()
    nothing_late_to_who_is_not_called()
    a_crowd_is_told_when_to_come_again()
    the_control_socket_takes_no_nonsense()
    a_broken_folder_changes_nothing()
    report.end()
