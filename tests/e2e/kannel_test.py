#!/usr/bin/env python3
"""The real thing: Kannel and its fake SMSC out of Debian, on loopback.

phone (fakesmsc) -> bearerbox -> smsbox -> Wasl -> sendsms -> smsbox -> bearerbox -> fakesmsc, and the delivery report back."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
from house import House, Report, TOKEN, free_port

PHONE, CODE = "+212600000101", "3939"
FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
report = Report()


def wait_for(what, holds, seconds=40):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = holds()
        if found:
            report.check(what, True)
            return found
        time.sleep(0.1)
    return report.check(what, False, "not within %d s" % seconds)


def listens(port):
    """Looked up, not tried: the fake SMSC takes one client, and a trial would be that one."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return any(row[1].endswith(":%04X" % port) and row[3] == "0A" for row in rows)


class Boxes:
    """bearerbox, smsbox and the fake network, with their configuration and logs in a folder of their own."""

    def __init__(self, webhooks):
        self.folder = tempfile.mkdtemp(prefix="wasl-kannel-")
        self.admin, self.boxes, self.smsc, self.sendsms = (free_port() for _ in range(4))
        self.running = []
        with open(self.path("kannel.conf"), "w") as f:
            f.write(self.configuration(webhooks))

    def path(self, name):
        return os.path.join(self.folder, name)

    def configuration(self, webhooks):
        mo = "http://127.0.0.1:%d/cb/kn/%s/mo?id=%%I&from=%%p&to=%%P&ts=%%T&coding=%%c&charset=%%C&smsc=%%i&text=%%b" % (
            webhooks, TOKEN)
        groups = [
            {"group": "core", "admin-port": self.admin, "admin-password": "admin-test", "admin-allow-ip": "127.0.0.1",
             "smsbox-port": self.boxes, "box-allow-ip": "127.0.0.1", "dlr-storage": "internal",
             "store-type": "spool", "store-location": self.path("spool")},
            {"group": "smsc", "smsc": "fake", "smsc-id": "IAM", "host": "127.0.0.1", "port": self.smsc,
             "connect-allow-ip": "127.0.0.1"},
            {"group": "smsbox", "bearerbox-host": "127.0.0.1", "sendsms-port": self.sendsms, "global-sender": CODE},
            {"group": "sendsms-user", "username": "iom", "password": "pw-kn-1", "max-messages": 10, "concatenation": "true"},
            {"group": "sms-service", "keyword": "default", "get-url": mo, "max-messages": 0, "omit-empty": "true",
             "catch-all": "true", "send-sender": "true"},
        ]
        return "\n\n".join("\n".join("%s = %s" % (k, '"%s"' % v if isinstance(v, str) and k != "group" else v)
                                     for k, v in group.items()) for group in groups) + "\n"

    def start(self, name, *command):
        log = open(self.path(name + ".log"), "wb")
        process = subprocess.Popen(["timeout", "120", *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.running.append(process)

    def log(self, name):
        with open(self.path(name + ".log"), "rb") as f:
            return f.read().decode("utf-8", "replace")

    def open(self):
        os.mkdir(self.path("spool"))
        self.start("bearerbox", "/usr/sbin/bearerbox", "-v", "0", self.path("kannel.conf"))
        wait_for("bearerbox listens", lambda: listens(self.boxes) and listens(self.smsc))
        self.start("smsbox", "/usr/sbin/smsbox", "-v", "0", self.path("kannel.conf"))
        wait_for("smsbox listens", lambda: listens(self.sendsms))

    def type_on_the_phone(self, text):
        """The fake network: a phone that writes once and then shows what it gets."""
        self.start("phone", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.smsc), "-m", "1", "-i", "0.1", "-v", "0",
                   "%s %s text %s" % (PHONE, CODE, text))

    def status(self):
        with urllib.request.urlopen("http://127.0.0.1:%d/status.txt?password=admin-test" % self.admin, timeout=5) as answer:
            return answer.read().decode("utf-8", "replace")

    def close(self):
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    house = House()
    boxes = Boxes(house.port)
    house.config["public_url"] = "http://127.0.0.1:%d" % house.port
    house.config["channels"] = [{"id": "kn", "adapter": "kannel", "token": TOKEN, "country": "MA", "sender": CODE,
                                 "base_url": "http://127.0.0.1:%d" % boxes.sendsms, "username": "iom", "password": "pw-kn-1"}]
    house.write_config()
    try:
        house.start()
        boxes.open()
        boxes.type_on_the_phone("salam")
        said = wait_for("the message is stored", lambda: house.rows(
            "SELECT provider_id, text FROM v_message WHERE direction = 'in' AND channel = 'kn'"))
        if said:
            report.check("its words are those of the phone", said[0]["text"] == "salam", str(said))
            report.check("it has Kannel's id", bool(said[0]["provider_id"]), str(said))
        answer = wait_for("the answer is delivered, by Kannel's report", lambda: house.rows(
            "SELECT provider_id, status, text FROM v_message WHERE direction = 'out' AND status = 'delivered'"))
        if answer:
            shown = wait_for("the phone shows it", lambda: PHONE in boxes.log("phone") or PHONE.lstrip("+") in boxes.log("phone"))
            report.check("the phone got the answer", bool(shown))
        report.check("nothing but our answer was sent to the phone",
                     "Empty reply" not in boxes.log("phone") and "Could not fetch" not in boxes.log("phone"))
        if report.failed:
            for name in ("bearerbox", "smsbox", "phone"):
                print("---- %s\n%s" % (name, boxes.log(name)[-3000:]))
            print(house.rows("SELECT direction, status, reason FROM v_message"), house.log()[-2000:])
    finally:
        boxes.close()
        house.close()
    report.end()


main()
