#!/usr/bin/env python3
"""wasl init, check, doctor, version, help and usage, as a person types them.

Runs $WASL or build/debug/wasl.  Last line: N passed, N failed."""
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading

WASL = os.path.abspath(os.environ.get("WASL", "build/debug/wasl"))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLE = "// a channel, to be filled in and moved into the list below"
passed = failed = 0


def run(*args, cwd=None):
    result = subprocess.run([WASL, *args], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def check(promise, good, *seen):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAILED", promise, *[repr(s)[:1500] for s in seen])


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def usage():
    code, out, err = run()
    check("no command is a usage error that lists them", code == 64 and not out and "init" in err, code, out, err)
    code, out, err = run("chek")
    check("a mistyped command gets a hint", code == 64 and not out and "did you mean `wasl check`" in err, code, err)
    code, out, err = run("help")
    check("help is data", code == 0 and "doctor" in out and not err, code, out, err)
    code, out, err = run("help", "init")
    check("help of a command", code == 0 and out.startswith("wasl init DIR"), code, out)
    code, out, err = run("init", "--help")
    check("--help behind a command is its help", code == 0 and out.startswith("wasl init DIR"), code, out)
    code, out, err = run("help", "nothing")
    check("help of no command", code == 64 and not out, code, out)
    code, out, err = run("init")
    check("init without a folder", code == 64 and "needs one folder" in err, code, err)
    code, out, err = run("check", "extra")
    check("check takes no arguments", code == 64, code, err)
    code, out, err = run("check", "-c")
    check("-c without a file", code == 64 and "-c needs" in err, code, err)
    code, out, err = run("version")
    check("version", code == 0 and re.fullmatch(r"wasl \S+\n", out) and not err, code, out, err)
    for args in (("--json", "version"), ("version", "--json")):
        code, out, err = run(*args)
        check("--json before and after the command", code == 0 and "version" in json.loads(out), code, out)


def closed_output():
    with open("/dev/full", "w") as full:
        code = subprocess.run([WASL, "version"], stdout=full, stderr=subprocess.PIPE, timeout=60).returncode
    check("a full output is an I/O error", code == 74, code)
    code = subprocess.run(["sh", "-c", 'exec "$0" version >&-', WASL], stderr=subprocess.PIPE, timeout=60).returncode
    check("a closed output is an I/O error", code == 74, code)
    reader, writer = os.pipe()
    os.close(reader)
    code = subprocess.run([WASL, "help"], stdout=writer, stderr=subprocess.PIPE, timeout=60).returncode
    os.close(writer)
    check("a reader that went away is an I/O error, no signal", code == 74, code)


def init(folder):
    home = os.path.join(folder, "gw")
    code, out, err = run("init", home)
    check("init makes a folder and says what comes next", code == 0 and "check" in out and not err, code, out, err)
    key, config, state = (os.path.join(home, n) for n in ("wasl.key", "wasl.json", "state"))
    check("the key is 64 hex digits and a line end", re.fullmatch(rb"[0-9a-f]{64}\n", read(key)))
    check("modes", (mode(key), mode(config), mode(state), mode(home)) == (0o600, 0o600, 0o700, 0o700),
          [oct(mode(p)) for p in (key, config, state, home)])
    check("the database is there", mode(os.path.join(state, "wasl.db")) == 0o600)
    check("the key's digits stand nowhere else", read(key).strip().decode() not in out + err + read(config).decode())
    before = [read(key), read(config)]
    code, out, err = run("init", home)
    check("init overwrites nothing and names what stands in the way",
          code == 73 and all(p in err for p in (key, config, state)), code, err)
    check("nothing changed", before == [read(key), read(config)])
    other = os.path.join(folder, "other")
    run("init", other)
    tokens = [json.loads(read(os.path.join(d, "wasl.json")))[EXAMPLE]["token"] for d in (home, other)]
    check("tokens are 27 characters and never the same",
          all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{26}", t) for t in tokens) and tokens[0] != tokens[1], tokens)
    check("keys are never the same", read(key) != read(os.path.join(other, "wasl.key")))
    code, out, err = run("--json", "init", os.path.join(folder, "third"))
    made = json.loads(out)
    check("init --json", code == 0 and all(os.path.exists(made[k]) for k in ("config", "key_file", "state")), out)
    return home


def init_refused(folder):
    code, out, err = run("init", "--force", cwd=folder)
    check("an option is no folder", code == 64 and not os.path.exists(os.path.join(folder, "--force")), code, err)
    code, out, err = run("init", os.path.join(folder, "no", "such", "parent"))
    check("a parent that is missing", code == 73 and "No such file" in err, code, err)
    path = os.path.join(folder, "file")
    write(path, "")
    code, out, err = run("init", path)
    check("a file is no folder", code == 73 and os.path.getsize(path) == 0, code, err)
    half = os.path.join(folder, "half")
    os.mkdir(half)
    os.symlink("/nonexistent/x", os.path.join(half, "wasl.key"))
    code, out, err = run("init", half)
    check("a dangling link stands in the way too, and nothing is left behind",
          code == 73 and "wasl.key" in err and os.listdir(half) == ["wasl.key"], code, err, os.listdir(half))


def edit(config, change):
    value = json.loads(read(config))
    change(value)
    write(config, json.dumps(value, indent=1, ensure_ascii=False))


def fill_in(value):
    value["countries"]["MA"]["sos"] = "112"
    channel = value[EXAMPLE]
    channel["username"] = "iomavrr"
    value["channels"].append(channel)


def checks(home):
    config = os.path.join(home, "wasl.json")
    code, out, err = run("-c", config, "check")
    check("check of a fresh configuration fails for sos and channel, and only for them",
          code == 78 and len([line for line in out.splitlines() if not line.startswith("warning: ")]) == 2 and
          "countries.MA.sos" in out and "channels: is empty" in out, code, out, err)
    check("each problem begins with file and line",
          all(re.match(r"(warning: )?\S+wasl\.json:\d+: ", line) for line in out.splitlines()), out)
    edit(config, fill_in)
    code, out, err = run("-c", config, "check")
    check("a secret's file that is missing is named", code == 78 and "africastalking.key" in out, code, out)
    secret = os.path.join(home, "africastalking.key")
    write(secret, "atsk_secretvalue\n")
    os.chmod(secret, 0o644)
    code, out, err = run("-c", config, "check")
    check("a secret that everybody can read is refused without showing it",
          code == 78 and "can be read by everybody" in out and "secretvalue" not in out + err, code, out)
    os.chmod(secret, 0o600)
    code, out, err = run("-c", config, "check")
    check("filled in, check is content", code == 0, code, out, err)
    code, out, err = run("check", "-c", config)
    check("-c behind the command", code == 0, code, out, err)
    code, out, err = run("check", cwd=home)
    check("./wasl.json is found", code == 0, code, out, err)
    code, out, err = run("check", "--json", "-c", config)
    check("check --json is an array", code == 0 and isinstance(json.loads(out), list), code, out)


def check_bad_config(home):
    config = os.path.join(home, "wasl.json")
    good = read(config).decode()

    def with_text(text):
        write(config, text)
        return run("-c", config, "check")

    code, out, err = with_text(good.replace('"telephone"', '"telefone"'))
    check("a mistyped key",
          code == 78 and 'countries.MA.telefone: unknown key; did you mean "telephone"?' in out, code, out)
    duty = '"duty": [{"role": "protection", "phone": "+2126"}]'
    code, out, err = with_text(good.replace('"duty": []', duty.replace('"+2126"', '"+2126000001"')))
    check("a duty phone that is too short for its country",
          code == 78 and "duty[0].phone: is no number of its country" in out and "+2126000001" not in out, code, out)
    code, out, err = with_text(good.replace('"languages": [\n   "fr"', '"languages": [\n   "de"'))
    check("a language that the texts do not have", code in (65, 78) and '"de"' in out, code, out)
    flows = os.path.join(home, "flows")
    shutil.copytree(os.path.join(ROOT, "flows", "definitions"), flows)
    with_flows = good.replace('"/usr/share/wasl/flows"', '"flows"')
    code, out, err = with_text(with_flows)
    check("flows from a folder beside the configuration", code == 0, code, out)
    code, out, err = with_text(good.replace('"gsm7": 160', '"gsm7": 20').replace('"ucs2": 80', '"ucs2": 10'))
    check("a screen that is too small for the texts is bad data, with file and path",
          code == 65 and re.search(r"^\S+\.json: \S+", out, re.M), code, out)
    control = os.path.join(flows, "control.json")
    write(control, read(control).decode()[:500])
    code, out, err = with_text(with_flows)
    check("a broken flow is bad data, named with its line",
          code == 65 and re.search(r"control\.json:\d+", out), code, out)
    code, out, err = with_text(good[:200])
    check("a cut file", code == 78 and re.search(r"wasl\.json:\d+: ", out), code, out)
    code, out, err = with_text(good.replace("Africa/Casablanca", "Africa/Nowhere", 1))
    check("the programme's time zone that no clock knows",
          code == 78 and re.search(r"wasl\.json:\d+: programme\.timezone: ", out), code, out)
    code, out, err = with_text(good + " " * (1 << 20))
    check("a file too large to be a configuration is named", code == 78 and "wasl.json:1: " in out + err, code, out, err)
    code, out, err = with_text("")
    check("an empty file", code == 78 and "wasl.json:1: " in out, code, out)
    code, out, err = run("-c", os.path.join(home, "missing.json"), "check")
    check("a configuration that is missing is named", code == 78 and "missing.json" in out + err, code, out, err)
    write(config, good)


def check_bad_data(home):
    config = os.path.join(home, "wasl.json")
    database = os.path.join(home, "state", "wasl.db")
    saved = read(database)
    write(database, "not a database" * 1000)
    code, out, err = run("-c", config, "check")
    check("a damaged database is bad data", code == 65 and "database" in out, code, out)
    for words in (("serve",), ("outbound", "off")):
        code, out, err = run("-c", config, *words)
        check("and so it is to `%s`, which names the file" % " ".join(words), code == 65 and database in err, code, err)
    with open(database, "wb") as f:
        f.write(saved)
    key = os.path.join(home, "wasl.key")
    os.chmod(key, 0o644)
    code, out, err = run("-c", config, "check")
    check("a key that others can read", code == 78 and "wasl.key" in out, code, out)
    os.chmod(key, 0o600)
    os.rename(key, key + ".away")
    code, out, err = run("-c", config, "check")
    check("a key that is gone", code == 78 and re.search(r"wasl\.json:\d+: key_file: .*wasl\.key", out), code, out)
    write(key, "ab" * 32 + "\n")
    os.chmod(key, 0o600)
    code, out, err = run("-c", config, "check")
    check("another key is found out though nobody is stored yet", code == 65 and "belongs to another one" in out, code, out)
    check("as the daemon does", run("-c", config, "serve")[0] == 78)
    os.rename(key + ".away", key)
    code, out, err = run("-c", config, "check")
    check("put back, all is well", code == 0, code, out)
    check("check changed nothing", read(database) == saved)


def answer_once(server):
    try:
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    except OSError:
        pass


def doctor(home):
    config = os.path.join(home, "wasl.json")
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    edit(config, lambda v: v["channels"][0].update({"base_url": "http://127.0.0.1:%d" % port}))
    thread = threading.Thread(target=answer_once, args=(server,), daemon=True)
    thread.start()
    code, out, err = run("-c", config, "doctor")
    thread.join(10)
    server.close()
    lines = out.splitlines()
    check("each finding is ok, warn or fail",
          lines and all(re.match(r"(ok  |warn|fail)  ", line) for line in lines), out)
    check("doctor finds the aggregator", any(line.startswith("ok") and "answers (404)" in line for line in lines), out)
    for word in ("SQLite", "libcurl", "libmicrohttpd", "libsodium", "PCRE2", "Jansson", "utf8proc", "libcrypto",
                 "key file", "state folder", "disk of", "clock", "database whole"):
        check("doctor speaks of " + word, word in out, out)
    check("no failure, exit 0", code == 0 and "fail" not in [line[:4] for line in lines], code, out)
    code, out, err = run("-c", config, "doctor")
    check("nobody listens there any more", code == 69 and "cannot be reached" in out, code, out)
    code, out, err = run("-c", config, "--json", "doctor")
    findings = json.loads(out)
    check("doctor --json", code == 69 and {"ok", "fail"} <= {f["health"] for f in findings} and
          all("do" in f for f in findings if f["health"] == "fail"), code, out)
    os.chmod(os.path.join(home, "state"), 0o755)
    code, out, err = run("-c", config, "doctor")
    check("a state folder that others can enter", "mode 0755: others can reach it" in out, out)
    os.chmod(os.path.join(home, "state"), 0o700)
    check("no secret is shown",
          "secretvalue" not in out and read(os.path.join(home, "wasl.key")).strip().decode() not in out)


def main():
    with tempfile.TemporaryDirectory(prefix="wasl-init-") as folder:
        usage()
        closed_output()
        init_refused(folder)
        home = init(folder)
        checks(home)
        check_bad_config(home)
        check_bad_data(home)
        doctor(home)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
