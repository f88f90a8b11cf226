"""A person of the staff at the desk, for tests: enrols by a one-time link, signs in, asks; and a validator of openapi.json that is
small because the file uses little of JSON Schema.  Standard library only."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import struct
import time

ROLES = ["operator", "counsellor", "protection", "psea", "me", "manager", "admin", "auditor"]
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "../../gateway/console/openapi.json")) as f:
    API = json.load(f)


def totp(secret, at=None):
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(at if at is not None else time.time()) // 30), hashlib.sha1).digest()
    o = mac[19] & 15
    return "%06d" % ((struct.unpack(">I", mac[o:o + 4])[0] & 0x7fffffff) % 1000000)


# ---- what openapi.json says

def _is(value, kind):
    return {"null": value is None, "boolean": isinstance(value, bool), "string": isinstance(value, str),
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, (int, float)) and not isinstance(value, bool),
            "array": isinstance(value, list), "object": isinstance(value, dict)}[kind]


def mismatch(schema, value, where="$"):
    """None, or the first thing in which value is not as schema says."""
    if "$ref" in schema:
        return mismatch(API["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, where)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, k) for k in kinds):
        return "%s is %r, not %s" % (where, value, "/".join(kinds))
    if "enum" in schema and value not in schema["enum"]:
        return "%s is %r, not one of %s" % (where, value, schema["enum"])
    if isinstance(value, str) and schema.get("format") == "date-time" and not re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value):
        return "%s is %r, no time" % (where, value)
    if isinstance(value, list) and "items" in schema:
        for i, one in enumerate(value):
            wrong = mismatch(schema["items"], one, "%s[%d]" % (where, i))
            if wrong:
                return wrong
    if isinstance(value, dict) and kinds:
        known = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                return "%s.%s is missing" % (where, name)
        for name, one in value.items():
            further = schema.get("additionalProperties", True)
            if name not in known and further is False:
                return "%s.%s is not in the schema" % (where, name)
            sub = known.get(name) or (further if isinstance(further, dict) else None)
            wrong = sub and mismatch(sub, one, "%s.%s" % (where, name))
            if wrong:
                return wrong
    return None


def operation(method, path):
    """The operation of a concrete path, and its template."""
    path = path.split("?")[0]
    for template, methods in API["paths"].items():
        if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", template), path) and method.lower() in methods:
            return methods[method.lower()], template
    return None, None


# ---- people

class Answer:
    def __init__(self, method, path, response, body):
        self.status, self.headers, self.raw = response.status, response.headers, body
        self.type = (response.getheader("Content-Type") or "").split(";")[0]
        self.json = json.loads(body) if self.type.endswith("json") and body else None
        self.wrong = self._against_api(method, path)

    def _against_api(self, method, path):
        op, _ = operation(method, path)
        if not op:
            return None if self.status in (404, 405) else "%s %s is not in openapi.json" % (method, path)
        said = op["responses"].get(str(self.status), op["responses"]["default"])
        content = said.get("content")
        if self.status >= 400:
            content = op["responses"]["default"]["content"]
        if not content:
            return "a body where none is said" if self.raw else None
        if self.type not in content:
            return "%s instead of %s" % (self.type, "/".join(content))
        return mismatch(content[self.type]["schema"], self.json) if self.json is not None else None


class Desk:
    """One browser, so to say: keeps its cookie and its CSRF token."""

    def __init__(self, port, forwarded=None):
        self.port, self.cookie, self.csrf, self.forwarded = port, None, None, forwarded
        self.answers = []  # every answer that was not as openapi.json says

    def ask(self, method, path, body=None, headers=None, raw=None):
        if not path.startswith("/api/"):
            path = "/api/v1" + path
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        h = {"Host": "127.0.0.1:%d" % self.port}
        if method != "GET":
            h["Origin"] = "http://127.0.0.1:%d" % self.port
        if self.cookie:
            h["Cookie"] = "__Host-wasl=" + self.cookie
        if self.csrf and method != "GET":
            h["Wasl-CSRF"] = self.csrf
        if self.forwarded:
            h["X-Forwarded-For"] = self.forwarded
        if body is not None:
            h["Content-Type"] = "application/json"
            raw = json.dumps(body).encode()
        h.update(headers or {})
        h = {k: v for k, v in h.items() if v is not None}
        c.request(method, path, raw, h)
        r = c.getresponse()
        data = r.read()
        c.close()
        answer = Answer(method, path, r, data)
        if answer.wrong:
            self.answers.append("%s %s -> %d: %s" % (method, path, answer.status, answer.wrong))
        cookie = r.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0].split("=", 1)[1] or None
        if answer.status == 200 and isinstance(answer.json, dict) and "csrf" in answer.json:
            self.csrf = answer.json["csrf"]
        return answer

    def get(self, path, **k):
        return self.ask("GET", path, **k)

    def post(self, path, body=None, **k):
        return self.ask("POST", path, {} if body is None else body, **k)


class Person:
    """An account with its password and secret."""

    def __init__(self, house, user, roles, offices="", password="correct horse battery"):
        self.user, self.password, self.house = user, password, house
        self.last_step = 0
        out = house.run("user", "add", user, "--role", roles, *(["--office", offices] if offices else []), "--as", "root")
        if out.returncode:
            raise RuntimeError(out.stderr.decode())
        self.token = out.stdout.decode().strip().rsplit("#enrol=", 1)[1]
        door = Desk(house.console_port)
        self.secret = door.post("/enrol/look", {"token": self.token}).json["totp_secret"]
        enrolled = door.post("/enrol", {"token": self.token, "password": password, "code": totp(self.secret, house.now())})
        self.recovery = enrolled.json["recovery_codes"]

    def sign_in(self, desk=None, code=None, password=None):
        """With a code, or with the next recovery code: a code of the app works once in 30 seconds."""
        desk = desk or Desk(self.house.console_port)
        if code is None:
            step = int(self.house.now()) // 30
            code = totp(self.secret, self.house.now()) if step > self.last_step else self.recovery.pop()
            self.last_step = max(step, self.last_step)
        desk.last = desk.post("/session", {"user": self.user, "password": password or self.password, "code": code})
        return desk
