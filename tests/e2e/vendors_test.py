#!/usr/bin/env python3
"""What single vendors need beyond a callback and a call: a phone that comes for its queue, an inbox that hands each message
out once, a token that runs out, a part of a long SMS that never comes."""
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from house import House, Report

report = Report()
COUNTRIES = {"MA": {"sos": "112"}}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def wait(holds, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def statuses(house, direction="out"):
    return [r["status"] for r in house.rows("SELECT status FROM v_message WHERE direction='%s' ORDER BY message_id" % direction)]


class Vendor:
    """Answers each request with what `answer(method, path, headers, body)` returns: status and JSON."""

    def __init__(self, answer):
        vendor = self
        self.got = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                vendor.got.append((self.command, self.path, self.headers.get("Authorization"), body))
                status, answer_body = answer(*vendor.got[-1])
                out = json.dumps(answer_body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            do_GET = do_POST = handle_one

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def smssync_queue():
    channel = {"id": "ss", "adapter": "smssync", "country": "MA", "secret": "secretsecret"}
    house = House(channels=[channel], countries=COUNTRIES)

    def sms(text, number):
        form = {"from": "+212600000101", "message": text, "message_id": "m%d" % number, "sent_to": "+212700000999",
                "secret": "secretsecret", "device_id": "p1", "sent_timestamp": str(int(time.time() * 1000))}
        return house.request("POST", "/cb/ss/hook", urllib.parse.urlencode(form), FORM)

    def asks():
        return json.loads(house.get("/cb/ss/hook?task=send&secret=secretsecret").text)["payload"]["messages"]

    def tells(task, body):
        return house.request("POST", "/cb/ss/hook?task=%s&secret=secretsecret" % task, json.dumps(body),
                             {"Content-Type": "application/json"})

    try:
        house.start()
        report.check("a phone's SMS is taken", json.loads(sms("Bonjour", 1).text)["payload"]["success"] is True)
        got = asks()
        report.check("its answer is handed to the phone that asks", [m["to"] for m in got] == ["+212600000101"], str(got))
        report.check("and counts as under way", statuses(house) == ["sending"], str(statuses(house)))
        report.check("it is handed out once", asks() == [])
        report.check("a wrong secret gets nothing", house.get("/cb/ss/hook?task=send&secret=wrong").status == 404)
        uuid = got[0]["uuid"]
        told = json.loads(tells("sent", {"queued_messages": [uuid]}).text)
        report.check("what the phone has is confirmed to it", told == {"message_uuids": [uuid]}, str(told))
        report.check("and is sent", statuses(house) == ["sent"], str(statuses(house)))
        tells("result", {"message_result": [{"uuid": uuid, "sent_result_code": 0, "delivered_result_code": 0}]})
        report.check("its report makes it delivered", statuses(house) == ["delivered"], str(statuses(house)))
        done = house.run("channel", "send", "--channel", "ss", "--to", "0600000777", "--text", "essai")
        got = json.loads(done.stdout)
        report.check("channel send queues for the phone, and does not say more than it knows", done.returncode == 0 and
                     got["result"] == "unknown" and got["recipients"][0]["code"] == "queued", done.stdout.decode() + done.stderr.decode())
        taken = asks()
        report.check("the phone gets it", [(m["to"], m["message"], m["uuid"]) for m in taken] ==
                     [("+212600000777", "essai", got["recipients"][0]["id"])], str(taken))
        tells("sent", {"queued_messages": [taken[0]["uuid"]]})
        sms("STOP", 3)
        for m in asks():
            tells("sent", {"queued_messages": [m["uuid"]]})
        done = house.run("channel", "send", "--channel", "ss", "--to", "+212600000101", "--text", "essai")
        report.check("who said STOP is sent nothing", json.loads(done.stdout)["result"] == "rejected_permanent" and asks() == [],
                     done.stdout.decode() + done.stderr.decode())
        sms("START", 4)
        report.check("the next one is handed out", len(asks()) == 1)
        house.kill()
        house.start()
        report.check("what was handed out and never confirmed is unknown after a crash",
                     statuses(house) == ["delivered", "sent", "sent", "unknown"], str(statuses(house)))
        house.stop()
        done = house.run("channel", "send", "--channel", "ss", "--to", "+212600000777", "--text", "essai")
        report.check("without a daemon nothing is queued, and it says so", done.returncode == 75 and done.stdout == b"", str(done))
    finally:
        house.close()


def infobip_once():
    page = {"results": [{"messageId": "ib-%d" % i, "from": "21260000010%d" % i, "to": "3859", "text": "Bonjour",
                         "receivedAt": "2026-03-11T09:28:39.220+0000"} for i in (1, 2)], "messageCount": 2}
    pages = [page]

    def answer(method, path, *_):
        if method == "POST":
            return 200, {"messages": []}
        return 200, pages.pop() if "inbox" in path and pages else {"results": []}

    vendor = Vendor(answer)
    channel = {"id": "ib", "adapter": "infobip", "token": "k7Qm2vXw9pLr4TzB", "api_key": "k", "base_url": vendor.url,
               "poll_seconds": 1, "sender": "IOM"}
    house = House(channels=[channel], countries=COUNTRIES)
    crashes = "crash" in (house.binary or "")
    try:
        if crashes:
            house.environment = {"WASL_CRASH_AT": "page_saved:1"}
            house.start(expect=False)
            report.check("the daemon dies when the page is saved", wait(lambda: house.process.poll() is not None))
            house.environment = {}
        house.start()
        report.check("each message of a page that comes once is taken",
                     wait(lambda: statuses(house, "in") == ["received", "received"]), str(statuses(house, "in")))
        report.check("reports are fetched in their turn", wait(lambda: any("reports?limit" in g[1] and "inbox" not in g[1] for g in vendor.got)))
        report.check("and taken once", statuses(house, "in") == ["received", "received"])
    finally:
        house.close()
        vendor.close()


def smsgate_inbox():
    """An office behind NAT: the phone is asked, what came is saved first, the cursor moves with the messages."""
    entry = lambda n, **more: {"id": "text:%d" % n, "type": "SMS", "sender": "+21260000010%d" % n, "recipient": None, "contentPreview":
                               "Bonjour", "createdAt": "2026-03-11T09:14:0%d.000Z" % n, **more}
    box = [entry(2), {"id": "text:9", "type": "SMS", "contentPreview": "nobody", "createdAt": "2026-03-11T09:14:01.000Z"}, entry(1)]
    webhook = {"event": "sms:received", "payload": {"messageId": "2", "message": "Bonjour", "sender": "+212600000102",
                                                    "receivedAt": "2026-03-11T09:14:02.000Z"}}

    def answer(method, path, *_):
        return (202, {"id": "x", "state": "Pending"}) if method == "POST" else (200, box if path.startswith("/inbox") else [])

    vendor = Vendor(answer)
    fetches = lambda: [g[1] for g in vendor.got if g[0] == "GET"]
    channel = {"id": "sg", "adapter": "smsgate", "token": "k7Qm2vXw9pLr4TzB", "country": "MA", "username": "u", "password": "p",
               "base_url": vendor.url, "poll_seconds": 1}
    house = House(channels=[channel], countries=COUNTRIES)
    try:
        done = house.run("channel", "poll", "--channel", "sg")
        got = json.loads(done.stdout)
        report.check("channel poll shows the phone's inbox", [m["id"] for m in got["messages"]] == ["1", "2"] and
                     got["parked"] == ["text:9"] and got["next_cursor"] == "1773220382000", done.stdout.decode())
        if "crash" in (house.binary or ""):
            house.environment = {"WASL_CRASH_AT": "page_taken:1"}
            house.start(expect=False)
            report.check("the daemon dies while a page is taken", wait(lambda: house.process.poll() is not None))
            house.environment = {}
            box_then, box[:] = box[:], []
            house.start()
            report.check("what was saved is taken though the phone has it no more",
                         wait(lambda: statuses(house, "in") == ["received", "received"]), str(statuses(house, "in")))
            box[:] = box_then
        else:
            house.start()
        report.check("each message is taken", wait(lambda: statuses(house, "in") == ["received", "received"]), str(statuses(house, "in")))
        before = len(fetches())
        report.check("the phone is asked again, from the newest on",
                     wait(lambda: len(fetches()) >= before + 2) and "from=2026-03-11T09:13:02.000Z" in fetches()[-1], str(fetches()[-1:]))
        house.request("POST", "/cb/sg/k7Qm2vXw9pLr4TzB/hook", json.dumps(webhook), {"Content-Type": "application/json"})
        report.check("what comes twice, or by its webhook too, is one message", statuses(house, "in") == ["received", "received"])
        house.stop()
        parked = house.plain_rows("SELECT count(*) FROM parked")[0][0]
        report.check("what cannot be read is kept once", parked == 1, str(parked))
    finally:
        house.close()
        vendor.close()


def orange_token():
    tokens = ["T1", "T2"]

    def answer(method, path, authorization, _):
        if path == "/oauth/v3/token":
            return 200, {"token_type": "Bearer", "access_token": tokens.pop(0) if tokens else "T3", "expires_in": "3600"}
        if authorization == "Bearer T1":
            return 401, {"code": 42}
        return 201, {"outboundSMSMessageRequest": {"resourceURL": "https://api.orange.com/x/requests/id-1"}}

    vendor = Vendor(answer)
    channel = {"id": "or", "adapter": "orange", "token": "k7Qm2vXw9pLr4TzB", "client_id": "c", "client_secret": "s",
               "sender_address": "tel:+2250000", "base_url": vendor.url}
    house = House(channels=[channel], countries=COUNTRIES)
    try:
        done = house.run("channel", "send", "--channel", "or", "--to", "+2250700000104", "--text", "x")
        got = json.loads(done.stdout)
        report.check("a token that is refused is replaced once", got["result"] == "accepted" and
                     got["recipients"][0]["id"] == "id-1", done.stdout.decode() + done.stderr.decode())
        tokens[:] = ["T1", "T1", "T1"]
        done = house.run("channel", "send", "--channel", "or", "--to", "+2250700000104", "--text", "x")
        report.check("not for ever", json.loads(done.stdout)["result"] == "transient" and tokens == ["T1"], str(tokens))
        tokens[:] = ["T4"]
        house.start()
        house.request("POST", "/cb/or/k7Qm2vXw9pLr4TzB/sms", json.dumps({"inboundSMSMessageNotification": {
            "inboundSMSMessage": {"senderAddress": "tel:+212600000101", "destinationAddress": "tel:+2257839",
                                  "message": "Bonjour", "messageId": "o-1"}}}), {"Content-Type": "application/json"})
        report.check("the daemon fetches a token and sends", wait(lambda: statuses(house) == ["sent"]), str(statuses(house)))
        report.check("with one token", len([g for g in vendor.got if g[2] == "Bearer T4"]) == 1)
    finally:
        house.close()
        vendor.close()


def mtn_token_and_reference():
    tokens = ["M1", "M2"]
    message = lambda body: json.loads(body)

    def answer(method, path, authorization, body):
        if path.startswith("/v1/oauth/access_token/accesstoken?grant_type=client_credentials"):
            return (200, {"access_token": tokens.pop(0), "expires_in": "3599"}) if "client_secret=s" in body and tokens else (401, {})
        if authorization == "Bearer M1":
            return 401, {"error": "expired"}
        return (200, "half") if "again" in message(body)["message"] else (201, {"statusCode": "0000", "transactionId": "tx-1"})

    vendor = Vendor(answer)
    channel = {"id": "mn", "adapter": "mtn", "token": "k7Qm2vXw9pLr4TzB", "client_id": "c", "client_secret": "s",
               "sender": "2020", "base_url": vendor.url, "country": "MA"}
    house = House(channels=[channel], countries=COUNTRIES)
    post = lambda body: house.request("POST", "/cb/mn/k7Qm2vXw9pLr4TzB/in", json.dumps(body), {"Content-Type": "application/json"})
    try:
        done = house.run("channel", "send", "--channel", "mn", "--to", "+237670000105", "--text", "x")
        got = json.loads(done.stdout)
        report.check("MTN's token is fetched, and once again when it is refused",
                     got["result"] == "accepted" and tokens == [], done.stdout.decode() + done.stderr.decode())
        tokens[:] = ["M3"]
        house.start()
        post({"id": None, "senderAddress": "212600000105", "receiverAddress": "2020", "message": "Bonjour", "created": 1773220465000})
        report.check("the daemon fetches one and sends", wait(lambda: statuses(house) == ["sent"]), str(statuses(house)))
        ref = message([g for g in vendor.got if g[2] == "Bearer M3"][0][3])["clientCorrelator"]
        post({"clientCorrelatorId": ref, "deliveryStatus": "DELIVERED"})
        report.check("a report of v3, which knows our reference alone, is matched", statuses(house) == ["delivered"], str(statuses(house)))
    finally:
        house.close()
        vendor.close()


def credit_is_shown():
    said = [{"UserData": {"balance": "KES 1785.50"}}]

    def answer(method, path, *_):
        return (200, said[0]) if path.startswith("/version1/user?username=") else (503, {})

    vendor = Vendor(answer)
    house = House()
    house.channel.update({"base_url": vendor.url, "credit_seconds": 1})
    house.write_config()
    listed = lambda: json.loads(house.run("channel", "list", "--json").stdout)[0]
    try:
        report.check("before anybody asked, the credit is not known", listed()["credit"] is None and listed()["credit_at"] is None)
        house.start()
        report.check("channel list shows the credit that the vendor tells", wait(lambda: listed()["credit"] == "KES 1785.50"), str(listed()))
        said[0] = "<html>"
        before = len(vendor.got)
        report.check("it is asked again", wait(lambda: len(vendor.got) >= before + 2))
        house.stop()
        report.check("no answer changes nothing, and it is known without a daemon too", listed()["credit"] == "KES 1785.50" and
                     listed()["credit_at"].endswith("Z"), str(listed()))
        report.check("and stands in the table", b"KES 1785.50" in house.run("channel", "list").stdout)
    finally:
        house.close()
        vendor.close()


def vonage_part_alone():
    channel = {"id": "vo", "adapter": "vonage", "token": "k7Qm2vXw9pLr4TzB", "api_key": "k", "api_secret": "s",
               "base_url": "http://127.0.0.1:9"}
    house = House(channels=[channel], countries=COUNTRIES)
    try:
        house.start()
        query = urllib.parse.urlencode({"msisdn": "212600000101", "to": "33700", "messageId": "v1", "text": "fin", "concat": "true",
                                        "concat-ref": "7", "concat-total": "2", "concat-part": "2"})
        report.check("a part is taken", house.get("/cb/vo/k7Qm2vXw9pLr4TzB/sms?" + query).status == 200)
        report.check("and waits", statuses(house, "in") == [])
        house.stop()
        house.edit("UPDATE message_part SET arrived_at = arrived_at - 700000")
        house.start()
        report.check("after ten minutes it is taken as it is", wait(lambda: statuses(house, "in") == ["received"]))
        rows = house.rows("SELECT reason FROM v_message WHERE direction='in'")
        report.check("and says so", rows and rows[0]["reason"] == "parts are missing", str(rows))
    finally:
        house.close()


def strangers_leave_nothing():
    """Where the fields prove who sends, what has no readable fields is a stranger's: 404 and no row (CONTRACT 6)."""
    twilio = {"adapter": "twilio", "account_sid": "AC1", "auth_token": "12345"}
    channels = [{"id": "ss", "adapter": "smssync", "secret": "secretsecret"}, {"id": "ev", "adapter": "envayasms", "password": "rosebud"},
                {"id": "tr", "adapter": "telerivet", "secret": "trsecret-1"}, {"id": "tw", **twilio},
                {"id": "tt", "token": "k7Qm2vXw9pLr4TzB", **twilio}]
    house = House(channels=channels, countries=COUNTRIES)
    broken = (("a bad escape", "text=%zz", FORM), ("another type", "{}", {"Content-Type": "text/plain"}))
    parked = lambda: json.loads(house.run("channel", "parked", "--json").stdout)
    try:
        house.start()
        for path in ("ss/hook", "ev/hook", "tr/hook", "tw/sms"):
            got = [(what, house.request("POST", "/cb/" + path, body, kind).status) for what, body, kind in broken]
            report.check("%s: a stranger's broken callback is not found" % path, all(s == 404 for _, s in got), str(got))
        report.check("and none of it is kept", parked() == [], str(parked()))
        got = house.request("POST", "/cb/tt/k7Qm2vXw9pLr4TzB/sms", broken[0][1], FORM).status
        report.check("with the token it is malformed and kept", got == 400 and len(parked()) == 1, "%s %s" % (got, parked()))
    finally:
        house.close()


for test in (strangers_leave_nothing, smssync_queue, infobip_once, smsgate_inbox, orange_token, mtn_token_and_reference, credit_is_shown,
             vonage_part_alone):
    test()
report.end()
