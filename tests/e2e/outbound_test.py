#!/usr/bin/env python3
"""SMS out: each of the outcomes of CONTRACT 7, the brake, delivery reports, STOP, a crash with sends under way, and the
inbox fetched by an office behind NAT."""
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
from house import Aggregator, House, Phone, Report

report = Report()


def wait(holds, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def statuses(house):
    return [r["status"] for r in house.rows("SELECT status FROM v_message WHERE direction='out' AND mode='sms' ORDER BY message_id")]


def with_house(test, **channel):
    aggregator = Aggregator()
    house = House()
    house.channel.update({"base_url": aggregator.url}, **channel)
    house.write_config()
    try:
        test(house.start(), aggregator)
    finally:
        house.close()
        aggregator.close()


def accepted_and_reported(house, aggregator):
    phone = Phone(house, "+212600000301")
    phone.sms("Bonjour")
    report.check("an SMS is answered through the aggregator", aggregator.wait_for(1))
    first = aggregator.got[0]
    report.check("to the person, from the sender", first.get("to") == phone.number and first.get("from") == "IOM", str(first))
    report.check("accepted is sent", wait(lambda: statuses(house) == ["sent"]), str(statuses(house)))
    house.post("dlr", {"id": "ATXid_1", "phoneNumber": phone.number, "status": "Success"})
    report.check("a report makes it delivered", statuses(house) == ["delivered"])
    house.post("dlr", {"id": "ATXid_1", "phoneNumber": phone.number, "status": "Sent"})
    house.post("dlr", {"id": "ATXid_1", "phoneNumber": phone.number, "status": "Failed", "failureReason": "DeliveryFailure"})
    report.check("a state only moves up", statuses(house) == ["delivered"])
    report.check("a final state that is contradicted says so",
                 house.rows("SELECT reason FROM v_message WHERE direction='out'")[0]["reason"] == "then reported failed")
    again = phone.sms("Bonjour", message_id="in-%s-1" % phone.name)
    time.sleep(0.3)
    report.check("the same SMS again causes nothing", again.status == 200 and len(aggregator.got) == 1)


def early_report(house, aggregator):
    def slow(handler, form, n):
        house.post("dlr", {"id": "ATXid_%d" % n, "phoneNumber": form["to"], "status": "Success"})
        handler.accepted(form, n)
    aggregator.answer = slow
    Phone(house, "+212600000302").sms("Bonjour")
    report.check("a report before the send's answer is not lost", wait(lambda: statuses(house) == ["delivered"]), str(statuses(house)))


def refused_for_good(house, aggregator):
    aggregator.answer = lambda handler, form, n: handler.say(201, {"SMSMessageData": {"Message": "", "Recipients": [
        {"statusCode": 406, "number": form["to"], "status": "UserInBlacklist", "cost": "0", "messageId": "None"}]}})
    Phone(house, "+212600000303").sms("Bonjour")
    report.check("refused for good is rejected", wait(lambda: statuses(house) == ["rejected"]), str(statuses(house)))
    report.check("who blocked us at the operator is opted out",
                 house.rows("SELECT opted_out FROM v_contact")[0]["opted_out"] == 1)


def refused_for_now(house, aggregator):
    def busy_once(handler, form, n):
        if n == 1:
            handler.send_response(429)
            handler.send_header("Retry-After", "1")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        else:
            handler.accepted(form, n)
    aggregator.answer = busy_once
    Phone(house, "+212600000304").sms("Bonjour")
    wait(lambda: house.rows("SELECT attempts FROM v_message WHERE direction='out'")[0]["attempts"] == 1)
    report.check("refused for now waits in the queue", wait(lambda: statuses(house) == ["queued"]), str(statuses(house)))
    time.sleep(1.5)
    report.check("and is not hammered", len(aggregator.got) == 1)


def retry_after(house, aggregator):
    at = []

    def busy_once(handler, form, n):
        at.append(time.monotonic())
        if n > 1:
            return handler.accepted(form, n)
        handler.send_response(503)
        handler.send_header("Retry-After", "2")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    aggregator.answer = busy_once
    Phone(house, "+212600000312").sms("Bonjour")
    report.check("the message waits", wait(lambda: house.rows("SELECT attempts FROM v_message WHERE direction='out' AND status='queued'") ==
                                           [{"attempts": 1}]))
    Phone(house, "+212600000313").sms("Bonjour")
    report.check("Retry-After holds for the whole channel", wait(lambda: len(at) == 2) and at[1] - at[0] >= 2, str(at))


def no_credit(house, aggregator):
    aggregator.answer = lambda handler, form, n: handler.say(201, {"SMSMessageData": {"Message": "", "Recipients": [
        {"statusCode": 405, "number": form["to"], "status": "InsufficientBalance", "cost": "0", "messageId": "None"}]}})
    house.run("outbound", "off")
    for n in (5, 7, 8, 9):
        Phone(house, "+21260000030%d" % n).sms("Bonjour")
    house.run("outbound", "on")
    wait(lambda: len(aggregator.got) == 4 and house.rows("SELECT count(*) AS n FROM v_alert")[0]["n"] == 1)
    alerts = house.rows("SELECT kind, level, role FROM v_alert")
    report.check("no credit: the channel stops and staff hear of it", alerts == [{"kind": "CHANNEL", "level": "HIGH", "role": "admin"}],
                 str(alerts))
    report.check("no message is spent", wait(lambda: statuses(house) == ["queued"] * 4), str(statuses(house)))
    Phone(house, "+212600000306").sms("Bonjour")
    time.sleep(0.7)
    report.check("nothing more is tried meanwhile", len(aggregator.got) == 4)
    listed = json.loads(house.run("channel", "list", "--json").stdout)
    report.check("channel list shows it", listed[0]["state"] == "stopped" and listed[0]["queue"] == 5, str(listed))


def unknown_is_not_repeated(house, aggregator):
    def hang_up(handler, form, n):
        handler.connection.close()
        handler.close_connection = True
    aggregator.answer = hang_up
    Phone(house, "+212600000307").sms("Bonjour")
    report.check("no answer after the request left: unknown", wait(lambda: statuses(house) == ["unknown"]), str(statuses(house)))
    time.sleep(0.7)
    report.check("and it is never sent again by itself", len(aggregator.got) == 1)
    house.post("dlr", {"id": "ATXid_1", "phoneNumber": "+212600000307", "status": "Success"})
    report.check("nothing is guessed from a report of an unknown id", statuses(house) == ["unknown"])


def the_brake(house, aggregator):
    done = house.run("outbound", "off")
    report.check("outbound off", done.returncode == 0, done.stderr.decode())
    Phone(house, "+212600000308").sms("Bonjour")
    time.sleep(0.7)
    report.check("nothing leaves", aggregator.got == [] and statuses(house) == ["queued"])
    by_hand = house.run("channel", "send", "--channel", "at", "--to", "+212600000308", "--text", "essai")
    report.check("nor by hand", by_hand.returncode == 75 and b"outbound is off" in by_hand.stderr and aggregator.got == [], str(by_hand))
    house.kill()
    house.start()
    report.check("the brake holds over a restart",
                 json.loads(house.run("--json", "outbound", "status").stdout)["outbound"] == "off" and aggregator.got == [])
    house.run("outbound", "on")
    report.check("and nothing queued was lost", aggregator.wait_for(1) and wait(lambda: statuses(house) == ["sent"]))


def after_an_outage(house, aggregator):
    """Nothing left for an hour, and the person went on writing: what they read then is the question that stands, in its turn."""
    house.run("outbound", "off")
    phone = Phone(house, "+212600000312")
    for text in ("Bonjour", "1", "URGENT", "3", "MENU", "6", "1"):
        phone.sms(text)
    house.kill()
    house.environment["WASL_CLOCK_OFFSET_MS"] = str(3600 * 1000)
    house.start()
    house.run("outbound", "on")
    report.check("questions that others replaced are not put any more", wait(lambda: "queued" not in statuses(house)) and statuses(house) ==
                 ["cancelled", "cancelled", "sent", "cancelled", "cancelled", "cancelled", "sent"], str(statuses(house)))
    said = [form["message"].split(".")[0] for form in aggregator.got]
    report.check("the answer to URGENT and the question that stands leave in their order",
                 said == ["Recu", "Écrivez votre message"], str(said))
    reasons = house.rows("SELECT DISTINCT reason FROM v_message WHERE status = 'cancelled'")
    report.check("and it is said why", reasons == [{"reason": "a newer question stands"}], str(reasons))


def stop_keyword(house, aggregator):
    house.run("outbound", "off")
    phone = Phone(house, "+212600000309")
    phone.sms("Bonjour")
    phone.sms("STOP")
    house.run("outbound", "on")
    report.check("STOP cancels what is queued and is confirmed once",
                 wait(lambda: statuses(house) == ["cancelled", "sent"]), str(statuses(house)))
    report.check("the confirmation is the last word", len(aggregator.got) == 1)
    report.check("the person is opted out", house.rows("SELECT opted_out FROM v_contact")[0]["opted_out"] == 1)
    by_hand = house.run("channel", "send", "--channel", "at", "--to", phone.number, "--to", "+212600000310", "--text", "essai")
    report.check("nothing is sent there by hand either", [
        (r["to"], r["result"], r["code"]) for r in json.loads(by_hand.stdout)["recipients"]] == [
        ("+212600000310", "accepted", "101"), (phone.number, "rejected_permanent", "opted_out")]
        and [form["to"] for form in aggregator.got[1:]] == ["+212600000310"], str(by_hand))
    aggregator.got.pop()
    phone.sms("START")
    wait(lambda: len(aggregator.got) == 2)
    report.check("START lifts it", house.rows("SELECT opted_out FROM v_contact")[0]["opted_out"] == 0)


def killed_with_a_send_under_way(house, aggregator):
    gate = threading.Event()

    def slow(handler, form, n):
        gate.wait(10)
        handler.accepted(form, n)
    aggregator.answer = slow
    Phone(house, "+212600000310").sms("Bonjour")
    aggregator.wait_for(1)
    house.kill()
    gate.set()
    aggregator.answer = None
    house.start()
    time.sleep(0.5)
    report.check("a send that was under way at a crash is unknown", statuses(house) == ["unknown"], str(statuses(house)))
    report.check("and is not repeated", len(aggregator.got) == 1)


def a_dead_channel_delays_nobody():
    alive, gate = Aggregator(), threading.Event()
    dead = Aggregator()
    dead.answer = lambda handler, form, n: gate.wait(20)
    house = House()
    house.channel["base_url"] = alive.url
    house.config["channels"].append({**house.channel, "id": "dead", "base_url": dead.url, "token": "deaddeaddeaddead"})
    house.write_config()
    try:
        house.start()
        for i in range(10):
            house.post("sms", {"date": "2026-03-11 09:14:05", "from": "+2126000004%02d" % i, "to": "1", "text": "Bonjour",
                               "id": "dead-%d" % i}, channel="dead", token="deaddeaddeaddead")
        dead.wait_for(1)
        began = time.monotonic()
        Phone(house, "+212600000311").sms("Bonjour")
        report.check("a dead channel delays no other", alive.wait_for(1, 3) and time.monotonic() - began < 3)
    finally:
        gate.set()
        house.close()
        alive.close()
        dead.close()


def the_inbox_is_fetched():
    import http.server
    pages = {"0": [{"linkId": "l", "text": "Bonjour", "to": "28901", "id": 15071, "date": "2026-03-19T08:34:18.445Z", "from": "+212600000312"},
                   {"id": 15072, "text": "no sender", "to": "28901", "date": "x"}]}
    asked = []

    class Inbox(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            since = self.path.split("lastReceivedId=")[1]
            asked.append(since)
            data = json.dumps({"SMSMessageData": {"Messages": pages.get(since, [])}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_error(503)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    house = House()
    house.channel.update({"base_url": "http://127.0.0.1:%d" % server.server_address[1], "poll_seconds": 1})
    house.write_config()
    try:
        house.start()
        count = lambda: house.rows("SELECT count(*) AS n FROM v_message WHERE direction='in'")[0]["n"]
        report.check("an inbox is fetched", wait(lambda: count() == 1), str(asked))
        report.check("and the cursor moves behind what could not be read too", wait(lambda: "15072" in asked), str(asked))
        house.kill()
        pages["15072"] = pages["0"]
        house.start()
        wait(lambda: asked.count("15072") >= 2, 5)
        time.sleep(0.5)
        report.check("the cursor is kept, and a message fetched twice causes nothing", count() == 1 and asked[-1] != "0", str(asked))
    finally:
        house.close()
        server.shutdown()


for test in (accepted_and_reported, early_report, refused_for_good, refused_for_now, retry_after, no_credit, unknown_is_not_repeated, the_brake,
             after_an_outage, stop_keyword, killed_with_a_send_under_way):
    with_house(test)
a_dead_channel_delays_nobody()
the_inbox_is_fetched()
report.end()
