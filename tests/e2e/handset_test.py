#!/usr/bin/env python3
"""`wasl handset`, as a script and on a terminal: whole conversations with the demo, and, with a gateway that this test
plays, exactly what an aggregator would have posted."""
import http.server
import json
import os
import pty
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from demo import BINARY, Demo, free_port_pair
from house import House, Report

report = Report()
check = report.check


def lines(done):
    return [json.loads(line) for line in done.out.splitlines()]


# ---- whole conversations

def whole_request(demo, number, typed, last, language):
    done = demo.run("handset", "--json", "--number", number, typed=typed)
    screens = lines(done) if done.returncode == 0 else []
    label = "a whole request in %s" % language
    if not check(label, done.returncode == 0 and len(screens) == len(typed) + 1, done.out + done.err):
        return
    check(label + " ends with its last answer and not before", [s["end"] for s in screens] == [False] * len(typed) + [True])
    check(label + ": every screen fits", all(s["fits"] for s in screens))
    ref = re.search(r"\b\d{8}\b", screens[-1]["text"])
    if not check(label + " ends with a reference", ref is not None and last in screens[-1]["text"], screens[-1]["text"]):
        return
    case = demo.rows("SELECT * FROM v_case WHERE ref = '%s'" % ref.group())
    check(label + " is a case", len(case) == 1 and case[0]["status"] == "NEW" and case[0]["nationality"] == "GN", str(case))
    hops = demo.rows("SELECT direction, provider_id FROM v_message WHERE case_ref = '%s' OR contact_id = '%s' ORDER BY message_id"
                     % (ref.group(), case[0]["contact_id"]))
    sessions = {row["provider_id"].split("/")[0] for row in hops}
    check(label + ": one session, one row in and one out a hop",
          len(sessions) == 1 and len(hops) == 2 * len(screens), str(hops))


def requests(demo):
    french = ["1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1"]
    whole_request(demo, "+212600000141", french, "Demande recue", "French")
    # by digits, by Arabic-Indic digits, by the word
    arabic = ["3", "1", "٢", "1", "نعم", "1", "1", "1", "٣", "0", "1", "2", "3", "1", "1"]
    whole_request(demo, "+212600000142", arabic, "وصل طلبك", "Arabic")


def plain_text(demo):
    done = demo.run("handset", "--number", "+212600000143", typed=["1", "", "/quit", "1"])
    wanted = ("---- *384*2200# --------------------------------\n"
              "OIM/IOM\n1 Francais\n2 English\n3 العربية\n4 Espanol\n"
              "---- 48/80 UCS-2 -------------------------------\n"
              "> 1\n"
              "---- *384*2200# --------------------------------\n"
              "OIM - service gratuit\n")
    check("a script reads screens between rulers and what it typed", done.out.startswith(wanted), done.out)
    check("an empty line sends nothing, /quit ends", done.out.count("> ") == 2 and done.out.endswith("> /quit\n"), done.out)
    check("nothing in it is for a terminal", "\033" not in done.out + done.err and "│" not in done.out)
    done = demo.run("handset", "--number", "+212600000144", "--ussd", "*384*2200*2*1#", typed=[])
    check("a longer code types on the way", "----\nHow old are you?\n" in done.out, done.out)


def drop_and_resume(demo):
    walk = ["1", "1", "2", "1", "1", "1", "1"]
    done = demo.run("handset", "--json", "--number", "+212600000145", typed=walk + ["/hang", "/redial", "1", "1"])
    screens = lines(done)
    check("a session that dropped is taken up where it stopped",
          done.returncode == 0 and screens[-1]["text"] == screens[len(walk)]["text"] and
          "Vous n'avez pas fini" in screens[-2]["text"], str(screens[-2:]))
    rows = demo.rows("SELECT provider_id FROM v_message ORDER BY message_id DESC LIMIT 40")
    newest = [row["provider_id"].split("/")[0] for row in rows if row["provider_id"].startswith("ATUid_")]
    check("each dial is a session of its own", len(set(newest[:8])) == 2, str(newest))


def once_more(demo):
    before = demo.rows("SELECT count(*) AS n FROM v_message")[0]["n"]
    done = demo.run("handset", "--json", "--number", "+212600000146", typed=["2", "1", "/again", "/again"])
    screens = lines(done)
    check("the same hop again gets the same screen",
          done.returncode == 0 and len(screens) == 5 and screens[2] == screens[3] == screens[4], str(screens))
    after = demo.rows("SELECT count(*) AS n FROM v_message")[0]["n"]
    check("and causes nothing", after - before == 2 * 3, "%d rows" % (after - before))
    done = demo.run("handset", "--json", "--sms", "--number", "+212600000147", typed=["Bonjour", "/again", "/wait 1", "/inbox"])
    sms = lines(done)
    check("an SMS again is not answered again", len(sms) == 2 and sms[0] == sms[1], str(sms))


def messages(demo):
    done = demo.run("handset", "--sms", "--number", "+212600000148", typed=["Bonjour", "1"])
    check("an SMS is answered in the inbox",
          done.returncode == 0 and done.out.startswith("> Bonjour\n---- SMS from 2200 ") and "1 Français" in done.out, done.out)
    check("and the next one too", done.out.count("---- SMS from 2200 ") == 2 and "OIM - service gratuit" in done.out, done.out)
    check("what was sent is counted", "SMS sent: 7 GSM-7, 1 SMS" in done.err, done.err)
    again = demo.run("handset", "--number", "+212600000148", typed=["/inbox"])
    check("the inbox is still there", again.out.count("---- SMS from 2200 ") == 2 and "2 SMS in the inbox" in again.err, again.err)
    other = demo.run("handset", "--sms", "--number", "+212600000149", typed=["/inbox"])
    check("and is this number's only", "SMS from" not in other.out and "no SMS yet" in other.err, other.out + other.err)
    mixed = demo.run("handset", "--json", "--number", "+212600000149", typed=["/sms", "salam", "/dial *384*2200*1#", "/sms URGENT"])
    kinds = [one["kind"] for one in lines(mixed)]
    check("SMS and USSD from one phone", kinds[:2] == ["ussd", "sms"] and "ussd" in kinds[2:], str(kinds))


def typed_nowhere(demo):
    done = demo.run("handset", "--number", "+212600000150", typed=["1", "/hang", "2", "/quit"])
    check("a line of a script that goes nowhere is exit 65", done.returncode == 65 and "no session is open" in done.err, done.err)
    done = demo.run("handset", "--number", "+212600000150", typed=["/redail"])
    check("a mistyped command says which was meant", done.returncode == 65 and "did you mean /redial?" in done.err, done.err)
    done = demo.run("handset", "--number", "+212600000150", typed=["x" * 161, "/hang"])
    check("an answer longer than a screen is not sent", done.returncode == 65 and "longer than a screen" in done.err, done.err)
    done = demo.run("handset", "--number", "+212600000150", typed=["x" * 9000, "/hang"])
    check("a line without end neither", done.returncode == 65 and "too long" in done.err, done.err)


# ---- what the command refuses

def usage(demo):
    for label, args, code, words in (
            ("an unknown option", ["--numer", "+212600000101"], 64, "takes --channel"),
            ("a number that is none", ["--number", "0600000101"], 64, "+212600000101"),
            ("both modes", ["--ussd", "*1#", "--sms"], 64, "not both"),
            ("a code that is none", ["--ussd", "384"], 64, "looks like"),
            ("an unknown channel", ["--channel", "nobody"], 78, "no channel of this id")):
        done = demo.run("handset", *args, typed=[])
        check(label, done.returncode == code and words in done.err and done.out == "", "%d %s" % (done.returncode, done.err))


def no_daemon():
    house = House()
    try:
        done = house.run("handset", "--number", "+212600000101", stdin=b"")
        check("without a daemon it says what to type",
              done.returncode == 69 and b"wasl serve -c " + house.path("wasl.json").encode() in done.stderr, done.stderr)
        house.start()
        done = house.run("handset", stdin=b"")
        check("a daemon that is not the demo wants a number", done.returncode == 64 and b"--number" in done.stderr, done.stderr)
        done = house.run("handset", "--number", "+212600000101", stdin=b"1\n/inbox\n")
        check("with one it dials, and says that SMS go elsewhere",
              done.returncode == 0 and b"OIM/IOM" in done.stdout and b"not the demo" in done.stderr, done.stderr)
    finally:
        house.close()


# ---- a gateway played by this test

class FakeGateway:
    """Listens where the configuration says, on the control socket too; answers each hop with what `answers` holds."""

    def __init__(self, answers):
        fake = self
        self.folder = tempfile.mkdtemp(prefix="wasl-fake-")
        self.port = free_port_pair()
        self.posts, self.answers = [], list(answers)
        os.mkdir(os.path.join(self.folder, "state"), 0o700)
        self.config = os.path.join(self.folder, "wasl.json")
        with open(self.config, "w") as f:
            json.dump({"public_url": "https://gw.example.org", "state": self.folder + "/state", "key_file": self.folder + "/key",
                       "listen": {"webhooks": "0.0.0.0:%d" % self.port, "console": "127.0.0.1:%d" % (self.port + 1)},
                       "countries": {"MA": {"sos": "112"}},
                       "channels": [{"id": "at", "adapter": "africastalking", "token": "k7Qm2vXw9pLr4TzB", "sender": "28901",
                                     "username": "x", "api_key": "y", "country": "MA"}]}, f)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True, strict_parsing=True))
                hook = self.path.split("/")[-1]
                fake.posts.append((self.path, self.headers["Content-Type"], form))
                status, answer = fake.answers.pop(0) if hook == "ussd" and fake.answers else (200, b"")
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.folder + "/state/control.sock")
        self.socket.listen()
        threading.Thread(target=self.control, daemon=True).start()

    def control(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(b'{"ok": true, "messages": []}\n')

    def hooks(self):
        return [path.split("/")[-1] for path, _, _ in self.posts]

    def run(self, *args, typed=()):
        text = b"".join(line if isinstance(line, bytes) else line.encode() for one in typed for line in (one, b"\n"))
        return subprocess.run([BINARY, "-c", self.config, "handset", *args], input=text, capture_output=True, timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def posted_hops():
    with FakeGateway([(200, b"CON one"), (200, b"CON two"), (200, "END été".encode())] + [(200, b"END late")]) as fake:
        done = fake.run("--number", "+212600000199", "--ussd", "*123#", typed=["a*b & 1+1", "//x", "/again"])
        check("a session to its end", done.returncode == 0 and "été" in done.stdout.decode(), done.stderr)
        path, kind, first = fake.posts[0]
        check("to the channel's address, as a form",
              path == "/cb/at/k7Qm2vXw9pLr4TzB/ussd" and kind == "application/x-www-form-urlencoded", path)
        check("the first hop has an empty text", first["text"] == "" and first["phoneNumber"] == "+212600000199"
              and first["serviceCode"] == "*123#" and first["sessionId"].startswith("ATUid_") and "networkCode" in first, str(first))
        texts = [form["text"] for _, _, form in fake.posts[:3]]
        check("then all inputs joined by a star", texts == ["", "a*b & 1+1", "a*b & 1+1*/x"], str(texts))
        check("in one session", len({form["sessionId"] for _, _, form in fake.posts}) == 1)
        check("the end is told once; a retry comes after it", fake.hooks() == ["ussd"] * 3 + ["ussd-end", "ussd"], str(fake.hooks()))
        end = fake.posts[3][2]
        check("the end says how it was", end["status"] == "Success" and end["hopsCount"] == "3" and end["input"] == "a*b & 1+1*/x"
              and end["lastAppResponse"] == "END été" and end["durationInMillis"].isdigit()
              and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", end["date"]), str(end))
        check("the retry is the last hop, byte for byte", fake.posts[4][2] == fake.posts[2][2])
        check("and what it got is shown", b"late" in done.stdout)


def posted_ends():
    with FakeGateway([(200, b"CON one")] * 3) as fake:
        done = fake.run("--number", "+212600000199", typed=["/hang", "/redial", "/dial *384*2200*7#"])
        check("hung up, redialled, dialled over an open session, input ended", done.returncode == 0 and fake.hooks() ==
              ["ussd", "ussd-end"] * 3 and [p[2]["status"] for p in fake.posts[1::2]] == ["Incomplete"] * 3, str(fake.hooks()))
        check("three sessions", len({p[2]["sessionId"] for p in fake.posts}) == 3)
        check("the longer code is the service and what it types", fake.posts[4][2]["serviceCode"] == "*384*2200#"
              and fake.posts[4][2]["text"] == "7", str(fake.posts[4][2]))


def posted_sms():
    with FakeGateway([]) as fake:
        done = fake.run("--sms", "--number", "+212600000199", typed=["نعم & oui", "/again", "oui", b"\xff\xfe"])
        forms = [form for _, _, form in fake.posts]
        check("SMS are posted", fake.hooks() == ["sms"] * 3, done.stderr)
        check("with all the aggregator sends", forms[0]["text"] == "نعم & oui" and forms[0]["to"] == "28901"
              and forms[0]["from"] == "+212600000199" and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", forms[0]["date"]), str(forms))
        check("a retry is the same SMS, another is not", forms[0] == forms[1] and forms[0]["id"] != forms[2]["id"], str(forms))
        check("bytes that are no UTF-8 are not sent", done.returncode == 65 and b"not UTF-8" in done.stderr, done.stderr)


def bad_answers():
    for label, answer, words in (
            ("an answer in no dialect", (200, b"Hello"), b"neither with CON nor with END"),
            ("another token", (404, b""), b"HTTP 404: another token"),
            ("no storage", (503, b""), b"HTTP 503")):
        with FakeGateway([answer]) as fake:
            done = fake.run("--number", "+212600000199", typed=["1"])
            check(label + " ends a script", done.returncode == 69 and words in done.stderr and done.stdout == b"", done.stderr)
            check(label + " is a session that failed", fake.hooks() == ["ussd", "ussd-end"]
                  and fake.posts[1][2]["status"] == "Failed", str(fake.hooks()))
            check(label + ": the token is not printed", b"k7Qm2vXw9pLr4TzB" not in done.stderr)
    hostile = "CON a\033[2Jb\u009b1mc\007\u202ed\r\n1 ok".encode() + b"\xff"
    with FakeGateway([(200, hostile)]) as fake:
        done = fake.run("--number", "+212600000199")
        text = done.stdout.decode("utf-8")
        check("control characters of a text do not reach the terminal",
              "a\ufffd[2Jb\ufffd1mc\ufffd\ufffdd\n1 ok\ufffd\n" in text and b"not UTF-8" in done.stderr, repr(text))


def daemon_dies(demo):
    process = subprocess.Popen([BINARY, "-c", demo.config, "handset", "--number", "+212600000160"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"1\n")
    process.stdin.flush()
    seen = b""
    while b"service gratuit" not in seen:
        seen += os.read(process.stdout.fileno(), 4096)
    demo.stop()
    out, err = process.communicate(b"1\n1\n", timeout=60)
    check("a daemon that went away ends a script", process.returncode == 69 and b"does not answer" in err, str((out, err)))
    done = demo.run("handset", typed=[])
    check("the demo is started with make run", done.returncode == 69 and "make run" in done.err, done.err)
    demo.start()


# ---- on a terminal

class Terminal:
    def __init__(self, *args):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(BINARY, [BINARY, *args])
        self.seen, self.read_to = "", 0

    def until(self, words, seconds=20):
        """What comes next, up to these words."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            at = self.seen.find(words, self.read_to)
            if at >= 0:
                self.read_to = at + len(words)
                return True
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        return False

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return code


def on_a_terminal(demo):
    phone = Terminal("-c", demo.config, "handset", "--number", "+212600000170")
    check("a terminal shows a frame and a prompt", phone.until("answer> ") and "╭────────" in phone.seen
          and "48/80 UCS-2" in phone.seen, phone.seen)
    frame = re.sub("\033\\[[0-9]*m", "", phone.seen)
    check("Arabic stands on the right", "│              3 العربية │" in frame and "│ 1 Francais             │" in frame, frame)
    phone.type("1\n")
    check("a longer screen goes on below", phone.until("answer> ") and "╌┤" in re.sub("\033\\[[0-9]*m", "", phone.seen), phone.seen)
    phone.type("/sms Bonjour\n")
    check("an SMS pops up, and the prompt comes back", phone.until("SMS from 2200") and phone.until("answer> "), phone.seen)
    phone.type("/nothing\n")
    check("a mistake is no end", phone.until("no such command") and phone.until("answer> "), phone.seen)
    phone.type("\x03")
    check("Ctrl-C hangs up and ends", phone.end() == 0)
    rows = demo.rows("SELECT count(*) AS n FROM v_message WHERE mode = 'sms' AND direction = 'in'")
    check("the SMS went through the gateway", rows[0]["n"] > 0)


def main():
    with Demo() as demo:
        requests(demo)
        plain_text(demo)
        drop_and_resume(demo)
        once_more(demo)
        messages(demo)
        typed_nowhere(demo)
        usage(demo)
        on_a_terminal(demo)
        daemon_dies(demo)
    no_daemon()
    posted_hops()
    posted_ends()
    posted_sms()
    bad_answers()
    report.end()


main()
