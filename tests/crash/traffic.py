"""Traffic for a gateway that is killed all the time: people who walk through the return request by USSD and SMS, an aggregator
that sends, pulls and repeats, and the ledger of what the gateway acknowledged."""
import collections
import http.server
import json
import os
import socket
import threading
import time
import urllib.parse

from house import TOKEN

WORD = "zanzibarine"       # stands in texts that people type; must be in no file
NUMBERS = "+2126135%05d"   # and so must these
PULLED_FROM = 90000        # numbers from here on write to the inbox that is fetched


class Line:
    """One kept connection."""

    def __init__(self, port):
        self.port, self.socket, self.rest = port, None, b""

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket, self.rest = None, b""

    def ask(self, request):
        """(status, body), or None: no answer came."""
        try:
            if not self.socket:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(request)
            return self.read()
        except OSError:
            self.close()
            return None

    def more(self):
        data = self.socket.recv(65536)
        if not data:
            raise OSError("closed")
        self.rest += data

    def read(self):
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(self.rest) < length:
            self.more()
        body, self.rest = self.rest[:length], self.rest[length:]
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(lines[0].split(" ")[1]), body


def post(hook, form):
    body = urllib.parse.urlencode(form).encode()
    head = ("POST /cb/at/%s/%s HTTP/1.1\r\nHost: gw.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Content-Length: %d\r\n\r\n" % (TOKEN, hook, len(body)))
    return head.encode() + body


def sms_request(number, text, message_id):
    return post("sms", {"date": "2026-03-11 09:14:05", "from": number, "to": "28901", "text": text, "id": message_id,
                        "linkId": "", "networkCode": "60401"})


def ussd_request(number, session, text):
    return post("ussd", {"sessionId": session, "phoneNumber": number, "networkCode": "60401", "serviceCode": "*384*2200#", "text": text})


class Entry:
    """One message of a person, and what was answered."""

    def __init__(self, number, provider_id, request):
        self.number, self.provider_id, self.request, self.answer = number, provider_id, request, None
        self.refusal = False  # once it is taken, nothing of the person may be left


class Ledger:
    """What was sent and what was acknowledged, in memory and in a file that is synced at each kill."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.entries, self.errors = {}, []
        self.repeated = self.at_once = 0
        self.file = open(path, "w", encoding="utf-8")

    def write(self, what, entry):
        self.file.write("%s %s\n" % (what, entry.provider_id))

    def sent(self, entry):
        with self.lock:
            self.entries[entry.provider_id] = entry
            self.write("sent", entry)

    def answered(self, entry, answer):
        """The first answer stands; any other must be the same to the byte."""
        with self.lock:
            if answer[0] != 200:
                self.errors.append("%s was answered %d" % (entry.provider_id, answer[0]))
            elif entry.answer is None:
                entry.answer = answer
                self.write("acknowledged %r" % (answer,), entry)
            elif entry.answer != answer:
                self.errors.append("%s: %r, then %r" % (entry.provider_id, entry.answer, answer))

    def forgotten(self, present):
        """Whose refusal was acknowledged; or was not, and was taken all the same: then nothing of theirs is present."""
        left = {self.entries[i].number for i in present if i in self.entries}
        return {e.number for e in self.entries.values() if e.refusal and (e.answer is not None or e.number not in left)}

    def sync(self):
        with self.lock:
            self.file.flush()
            os.fsync(self.file.fileno())


class People(threading.Thread):
    """Calls and writes as one person after the other, until told to stop."""

    def __init__(self, world, which, seed):
        super().__init__(daemon=True)
        self.world, self.ledger = world, world.ledger
        self.dice = world.dice(seed)
        self.which, self.persons = which, 0
        self.line, self.other_line = Line(world.port), Line(world.port)
        self.recent = collections.deque(maxlen=40)

    def run(self):
        while not self.world.stopping:
            self.persons += 1
            number = NUMBERS % (self.which * 1000 + self.persons)
            name = "%d-%d" % (self.which, self.persons)
            kind = self.dice.random()
            if kind < 0.35:
                self.write_sms(number, name)
            elif kind < 0.45:
                self.refuse(number, name)
            else:
                self.call(number, name)
        self.line.close()
        self.other_line.close()

    # ---- one message

    def give_up(self, tries):
        return self.world.stopping or (tries > 1 and self.dice.random() < 0.1)

    def say(self, entry):
        """Until it is answered or the aggregator gives up: the body, or None."""
        self.ledger.sent(entry)
        twin = self.twin(entry) if self.dice.random() < 0.02 else None
        answer, tries = self.line.ask(entry.request), 1
        while (answer is None or answer[0] == 503) and not self.give_up(tries):
            time.sleep(self.dice.uniform(0.002, 0.02))
            answer, tries = self.line.ask(entry.request), tries + 1
        if twin:
            twin.join()
        if answer is None or answer[0] == 503:
            return None
        self.ledger.answered(entry, answer)
        self.recent.append(entry)
        if self.dice.random() < 0.1:
            self.repeat(self.dice.choice(self.recent))
        time.sleep(self.dice.uniform(0, self.world.pause))
        return answer[1].decode()

    def twin(self, entry):
        """The same bytes at the same instant, on another connection."""
        def ask():
            answer = self.other_line.ask(entry.request)
            if answer is not None and answer[0] != 503:
                self.ledger.answered(entry, answer)
                self.ledger.at_once += 1
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        return thread

    def repeat(self, entry):
        answer = self.line.ask(entry.request)
        if answer is not None and answer[0] != 503:
            self.ledger.answered(entry, answer)
            self.ledger.repeated += 1

    # ---- one person

    def answers(self):
        """A way through the return request, with consent: who refuses is forgotten, and is a case of its own."""
        pick = self.dice.choice
        country = ["9", "%s %d" % (WORD, self.dice.randrange(1000))] if self.dice.random() < 0.3 else [str(self.dice.randrange(1, 9))]
        group = self.dice.randrange(0, 4)
        walk = [pick("1234"), "1", pick("234"), "1", "1", pick("1123"), pick("1111234")] + country + [pick("123456789"), str(group)]
        walk += ["0"] if group else []
        walk += [pick("123"), pick("1234"), pick("123456789"), pick("1234"), "1"]
        if self.dice.random() < 0.3:  # something that is no answer, somewhere behind the consent
            walk.insert(self.dice.randrange(6, len(walk)), "%s*77" % WORD)
        return walk

    def call(self, number, name):
        answers = self.answers()
        for attempt in range(self.dice.choice((1, 1, 2))):
            session, text = "ATUid_%s_%d" % (name, attempt), ""
            walk = [""] + (answers if attempt == 0 else ["1"] * 6)
            if self.dice.random() < 0.3:
                walk = walk[:self.dice.randrange(1, len(walk))]  # the session is lost on the way
            for hop, typed in enumerate(walk, 1):
                text = typed if hop <= 2 else text + "*" + typed
                said = self.say(Entry(number, "%s/%d" % (session, hop), ussd_request(number, session, text)))
                if said is None or said.startswith("END"):
                    break

    def refuse(self, number, name):
        text = ""
        for hop, typed in enumerate(["", self.dice.choice("1234"), "1", "3", "1", "2"], 1):
            text = typed if hop <= 2 else text + "*" + typed
            entry = Entry(number, "ATUid_%s_0/%d" % (name, hop), ussd_request(number, "ATUid_%s_0" % name, text))
            entry.refusal = hop == 6
            if self.say(entry) is None:
                return

    def write_sms(self, number, name):
        words = ["Bonjour", "1", "1", "2", "1", "1"]
        for _ in range(self.dice.randrange(2, 14)):
            words.append(self.dice.choice(["1"] * 6 + ["2", "3", "MENU", "AIDE", "STOP", "START", "مساعدة", "٣", WORD + " je suis ici", "*"]))
        for n, text in enumerate(words):
            said = self.say(Entry(number, "in-%s-%d" % (name, n), sms_request(number, text, "in-%s-%d" % (name, n))))
            if said is None and self.world.stopping:
                return


class Vendor:
    """The aggregator's own API: takes SMS (some late, some read and never answered) and holds an inbox that grows."""

    def __init__(self, world):
        vendor = self
        self.world, self.lock = world, threading.Lock()
        self.got, self.inbox, self.dice = collections.Counter(), [], world.dice("vendor")
        self.resets = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = {k: v[0] for k, v in urllib.parse.parse_qs(body, keep_blank_values=True).items()}
                with vendor.lock:
                    vendor.got[form["to"], form["message"]] += 1
                    n, luck, late = sum(vendor.got.values()), vendor.dice.random(), vendor.dice.uniform(0.005, 0.06)
                if luck < 0.02:
                    vendor.resets += 1
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if luck < 0.12:
                    time.sleep(late)
                self.say(201, {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [
                    {"statusCode": 101, "number": form["to"], "status": "Success", "cost": "KES 0.8000", "messageId": "ATXid_%d" % n}]}})

            def do_GET(self):
                since = int(self.path.split("lastReceivedId=")[1])
                with vendor.lock:
                    page = [message for message in vendor.inbox if message["id"] > since][:2]
                self.say(200, {"SMSMessageData": {"Messages": page}})

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

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def grow(self):
        """Somebody writes who is not called back: it waits in the inbox."""
        with self.lock:
            n = len(self.inbox) + 1
            number, text = NUMBERS % (PULLED_FROM + n // 3), ("Bonjour", "1", WORD + " pulled")[n % 3]
            self.inbox.append({"linkId": "", "text": text, "to": "28901", "id": n, "date": "2026-03-19T08:34:18.445Z", "from": number})
            entry = Entry(number, str(n), sms_request(number, text, str(n)))
            self.world.ledger.sent(entry)
            entry.answer = "fetched"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
