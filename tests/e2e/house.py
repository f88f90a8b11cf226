"""What the end-to-end tests share: a gateway in a folder of its own, an aggregator that plays Africa's Talking towards it,
and a stub that plays the aggregator's send API.  Standard library only; everything on 127.0.0.1."""
import contextlib
import http.client
import http.server
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

WASL = os.environ.get("WASL", "build/debug/wasl")
TOKEN = "k7Qm2vXw9pLr4TzB"


class Report:
    """Counts promises; the last line a test program prints is the sum."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def skip(self, promise, why):
        self.skipped += 1
        print("skipped %s: %s" % (promise, why), flush=True)

    def check(self, promise, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED %s %s" % (promise, detail), flush=True)
        return holds

    def end(self):
        print("%d passed, %d failed" % (self.passed, self.failed) + (", %d skipped" % self.skipped if self.skipped else ""))
        sys.exit(1 if self.failed else 0)


def free_port():
    """Below those that the kernel gives to clients: a client that knocks while nobody listens could be given the very port it
    knocks at, and would talk to itself."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port


class House:
    """One gateway: its folder, its configuration, its process."""

    def __init__(self, binary=None, under=None, **config):
        self.binary = os.path.abspath(binary or WASL)
        self.folder = tempfile.mkdtemp(prefix="wasl-test-", dir=under)
        self.port, self.console_port = free_port(), free_port()
        self.process = None
        self.environment = {}
        self.config = {
            "public_url": "https://gw.example.org",
            "listen": {"webhooks": "127.0.0.1:%d" % self.port, "console": "127.0.0.1:%d" % self.console_port},
            "state": self.path("state"),
            "key_file": self.path("wasl.key"),
            "flows": "",  # those inside the program, whatever is installed on this machine
            "countries": {"MA": {"sos": "112"}},
            "offices": [
                {"id": "RABAT", "name": "Rabat", "country": "MA", "regions": ["MA-04"], "default": True},
                {"id": "CASABLANCA", "name": "Casablanca", "country": "MA", "regions": ["MA-06"]},
                {"id": "OUJDA", "name": "Oujda", "country": "MA", "regions": ["MA-02"]},
            ],
            "channels": [{
                "id": "at", "adapter": "africastalking", "token": TOKEN, "username": "iomavrr", "api_key": "atsk_test_0001",
                "sender": "IOM", "country": "MA", "base_url": "http://127.0.0.1:9",
            }],
        }
        for key, value in config.items():
            self.config[key] = value
        os.mkdir(self.path("state"), 0o700)
        with open(self.path("wasl.key"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as key:
            key.write(os.urandom(32).hex() + "\n")
        self.write_config()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_config(self):
        with open(self.path("wasl.json"), "w") as f:
            json.dump(self.config, f, indent=1)

    @property
    def channel(self):
        return self.config["channels"][0]

    # ---- the process

    def launch(self):
        log = open(self.path("log"), "ab")
        self.process = subprocess.Popen([self.binary, "serve", "-c", self.path("wasl.json")], stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log, env={**os.environ, **self.environment})
        log.close()

    def start(self, expect=True):
        self.launch()
        until = time.monotonic() + 30
        while expect and time.monotonic() < until and self.process.poll() is None:
            try:
                if self.get("/healthz").status == 200:
                    return self
            except OSError:
                time.sleep(0.005)
        if expect:
            raise RuntimeError("the gateway does not start:\n" + self.log()[-2000:])
        return self

    def kill(self):
        """As a power cut looks to the process: kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        return self.process.returncode if self.process else None

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def log(self):
        with open(self.path("log"), "rb") as f:
            return f.read().decode("utf-8", "replace")

    def now(self):
        """The gateway's wall clock, in seconds."""
        return time.time() + int(self.environment.get("WASL_CLOCK_OFFSET_MS", 0)) / 1000

    # ---- the command line

    def run(self, *args, stdin=None):
        return subprocess.run([self.binary, "-c", self.path("wasl.json"), *args], input=stdin, capture_output=True, timeout=60)

    def rows(self, sql):
        done = self.run("query", "--json", sql)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        return json.loads(done.stdout)

    def plain_rows(self, sql):
        """What somebody without the key sees: the file opened read-only, after the gateway stopped."""
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % self.path("state/wasl.db"), uri=True)) as db:
            return db.execute(sql).fetchall()

    def edit(self, sql, *values):
        """Changes the file behind the gateway's back, while none runs."""
        with contextlib.closing(sqlite3.connect(self.path("state/wasl.db"))) as db:
            db.execute(sql, values)
            db.commit()

    # ---- HTTP

    def request(self, method, path, body=None, headers=None, timeout=30, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            answer.text = answer.read().decode("utf-8")
            return answer
        finally:
            connection.close()

    def get(self, path, port=None):
        return self.request("GET", path, port=port)

    def post(self, hook, form, channel="at", token=TOKEN):
        body = urllib.parse.urlencode(form)
        return self.request("POST", "/cb/%s/%s/%s" % (channel, token, hook), body,
                            {"Content-Type": "application/x-www-form-urlencoded"})


class Phone:
    """A handset as Africa's Talking shows it to us."""

    def __init__(self, house, number):
        self.house, self.number = house, number
        self.session, self.text, self.sessions, self.sent = None, None, 0, 0
        self.name = os.urandom(6).hex()  # a vendor's ids hold no number

    def dial(self):
        self.sessions += 1
        self.session = "ATUid_%s_%d" % (self.name, self.sessions)
        self.text = ""
        return self.hop()

    def type(self, typed):
        self.text = typed if self.text == "" else self.text + "*" + typed
        return self.hop()

    def hop(self):
        """The last hop (again): the body of the answer."""
        answer = self.house.post("ussd", {"sessionId": self.session, "phoneNumber": self.number, "networkCode": "60401",
                                          "serviceCode": "*384*2200#", "text": self.text})
        if answer.status != 200:
            raise RuntimeError("USSD answered %d" % answer.status)
        return answer.text

    def sms(self, text, message_id=None):
        self.sent += 1
        self.last_id = message_id or "in-%s-%d" % (self.name, self.sent)
        return self.house.post("sms", {
            "date": "2026-03-11 09:14:05", "from": self.number, "to": "28901", "text": text,
            "id": self.last_id, "linkId": "", "networkCode": "60401"})


class Aggregator:
    """The vendor's send API, in a thread: keeps what it got; `answer` may be replaced to delay, refuse or lie."""

    def __init__(self, port=0):
        aggregator = self
        self.got = []
        self.lock = threading.Lock()
        self.answer = None

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = {k: v[0] for k, v in urllib.parse.parse_qs(body, keep_blank_values=True).items()}
                with aggregator.lock:
                    aggregator.got.append(form)
                    n = len(aggregator.got)
                if aggregator.answer:
                    return aggregator.answer(self, form, n)
                self.accepted(form, n)

            def accepted(self, form, n):
                self.say(201, {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [
                    {"statusCode": 101, "number": form.get("to", ""), "status": "Success", "cost": "KES 0.8000",
                     "messageId": "ATXid_%d" % n}]}})

            def say(self, status, value):
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # resets are what these tests make
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count, seconds=10):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self.lock:
                if len(self.got) >= count:
                    return True
            time.sleep(0.01)
        return False

    def close(self):
        self.server.shutdown()
        self.server.server_close()
