#!/usr/bin/env python3
"""wasl text: every vector of tests/data/text through the command, and the command's manners.

Runs $WASL or build/debug/wasl.  Last line: N passed, N failed."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WASL = os.path.abspath(os.environ.get("WASL", "build/debug/wasl"))
DATA = os.path.join(ROOT, "tests", "data", "text")
passed = failed = 0
counts = {}


def check(promise, good, *seen):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAILED", promise, *[repr(s)[:1500] for s in seen])


def cases(name, key="cases"):
    with open(os.path.join(DATA, name + ".json"), encoding="utf-8") as f:
        return json.load(f)[key]


def run(filter_name, lines, *options, cwd="/"):
    """lines: bytes.  Runs in a folder without a configuration, unless told otherwise."""
    result = subprocess.run([WASL, *options, "text", filter_name], input=lines, capture_output=True, timeout=120, cwd=cwd)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def ask(filter_name, questions):
    lines = "".join(json.dumps(q, ensure_ascii=i % 2 == 0) + "\n" for i, q in enumerate(questions))
    code, out, err = run(filter_name, lines.encode("utf-8"))
    answers = [json.loads(line) for line in out.splitlines()]
    check(filter_name + ": an answer a line", code == 0 and not err and len(answers) == len(questions),
          code, err, len(answers), len(questions))
    return answers


def pick(case, *keys):
    return {k: case[k] for k in keys if k in case}


def vectors(name, filter_name, questions, wanted, key="cases"):
    selected = cases(name, key)
    answers = ask(filter_name, [questions(c) for c in selected])
    good = 0
    for case, answer in zip(selected, answers):
        want = wanted(case)
        check(case["id"], answer == want, answer, want)
        good += answer == want
    counts[name + "." + key] = "%d of %d" % (good, len(selected))


def pagination():
    selected = cases("pagination")
    answers = ask("paginate", [pick(c, "title", "options", "limit", "nav") for c in selected])
    good = 0
    for case, answer in zip(selected, answers):
        pages = answer["pages"]
        lines = [line for page in pages for line in page.split("\n")]
        options = ["%d. %s" % (i + 1, label) for i, label in enumerate(case["options"])]
        ok = [line for line in lines if line in options] == options
        ok = ok and len(pages) <= case["reference_page_count"] + 1
        ok = ok and all((case["nav"]["more"] in page.split("\n")) == (page is not pages[-1]) for page in pages)
        ok = ok and all(case["nav"]["prev"] in page.split("\n") for page in pages[1:])
        check(case["id"], ok, pages)
        good += ok
    counts["pagination.cases"] = "%d of %d" % (good, len(selected))


def all_vectors():
    vectors("segmentation", "measure", lambda c: {"text": c["text"]},
            lambda c: pick(c, "encoding", "segments", "units", "starts"))
    vectors("transliteration", "transliterate", lambda c: pick(c, "text", "lang"),
            lambda c: pick(c, "send", "send_encoding"))
    vectors("transliteration", "transliterate", lambda c: {"text": "x" + c["char"] + "y"},
            lambda c: {"send": "x" + c["gsm"] + "y", "send_encoding": "GSM-7"}, "chars")
    vectors("normalise_digits", "normalise", lambda c: pick(c, "input"), lambda c: pick(c, "text", "digits", "integer"))
    vectors("choice_match", "fold", lambda c: pick(c, "input"), lambda c: pick(c, "folded"))
    vectors("choice_match", "match", lambda c: pick(c, "input", "options", "lang", "yes_no_question"),
            lambda c: c["expect"])
    selected = cases("phones") + cases("phones", "disagreements")
    answers = ask("phone", [pick(c, "input", "country") for c in selected])
    good = 0
    for case, answer in zip(selected, answers):
        right = answer["e164"] == case["e164"] and ("reason" in answer) == (case["e164"] is None)
        check(case["id"], right, answer, case["e164"])
        good += right
    counts["phones"] = "%d of %d" % (good, len(selected))
    selected = cases("ussd_limits")
    for case, answer in zip(selected, ask("measure", [pick(c, "text") for c in selected])):
        check(case["id"], answer["encoding"] == case["encoding"] and sum(answer["units"]) == case["units"], answer)
    pagination()


def manners():
    code, out, err = run("measure", b'{"text": "a"}\n{"text": 5}\nnot json\n\n[1]\n{"text": "b"}')
    check("a bad line is named by its number, the others are answered, 65", code == 65 and len(out.splitlines()) == 2 and
          [line.split(":")[1] for line in err.splitlines()] == [" line 2", " line 3", " line 5"], code, out, err)
    check("a message says what is wanted", '"text" must be a string' in err, err)
    code, out, err = run("measure", b'{"text": "a\xff"}\n')
    check("malformed UTF-8 is a bad line", code == 65 and not out and "line 1" in err, code, out, err)
    code, out, err = run("measure", b'{"text": "' + b"a" * (1 << 20) + b'"}\n{"text": "a"}\n')
    check("a line above 1 MiB is skipped and named", code == 65 and len(out.splitlines()) == 1 and "1 MiB" in err, code, err)
    code, out, err = run("measure", b'{"text": "' + b"a" * 39016 + b'"}\n')
    check("a text of more than 255 parts is a bad line", code == 65 and "255" in err, code, err)
    code, out, err = run("measure", json.dumps({"text": "a\0b"}).encode())
    check("U+0000 is a character like others", code == 0 and json.loads(out)["units"] == [3], code, out, err)
    code, out, err = run("paginate", json.dumps({"title": "a" * 200, "options": []}).encode())
    check("a word that fits no screen is a bad line", code == 65 and "does not fit" in err, code, err)
    code, out, err = run("measure", b"")
    check("nothing in, nothing out", code == 0 and not out and not err, code, out, err)
    code, out, err = run("mesure", b"")
    check("a mistyped filter gets a hint", code == 64 and not out and "did you mean \"measure\"" in err, code, err)
    result = subprocess.run([WASL, "text"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    check("text without a filter", result.returncode == 64 and b"measure" in result.stderr, result)
    with open("/dev/full", "wb") as full:
        result = subprocess.run([WASL, "text", "measure"], input=b'{"text": "a"}\n' * 10, stdout=full,
                                stderr=subprocess.PIPE, timeout=60)
    check("a full disk is told", result.returncode == 74, result)


def answers_at_once():
    with subprocess.Popen([WASL, "text", "fold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/") as process:
        process.stdin.write(b'{"input": "\xc3\x89t\xc3\xa9"}\n')
        process.stdin.flush()
        line = process.stdout.readline()
        process.stdin.close()
        check("each answer leaves before the next question comes", json.loads(line) == {"folded": "ete"}, line)
        check("the end of input is the end", process.wait(timeout=60) == 0)


def details():
    def one(filter_name, **question):
        return ask(filter_name, [question])[0]
    check("policy never", one("transliterate", text="ça", policy="never") == {"send": "ça", "send_encoding": "UCS-2"})
    check("policy always", one("transliterate", text="ça 😀", policy="always")["send"] == "ca ?")
    code, out, err = run("transliterate", b'{"text": "a", "policy": "sometimes"}')
    check("another policy is a bad line", code == 65 and "auto, always or never" in err, err)
    check("labels instead of a number", one("match", input="cote d'ivoire", options=["Mali", "Côte d’Ivoire"]) == {"choice": 2})
    check("a label beats a keyword", one("match", input="Annuler", options=["Annuler"], lang="fr") == {"choice": 1})
    check("a phone without a country", one("phone", input="+212 650 12 34 56") == {"e164": "+212650123456"})
    check("a short code is no number", one("phone", input="8080", country="MA") == {"e164": None, "reason": "a short code"})


def configured_words():
    """The folder of the configuration wins; a broken configuration is no reason not to answer."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([WASL, "init", folder], capture_output=True, timeout=120, check=False)
        path = os.path.join(folder, "wasl.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        flows = os.path.join(folder, "words")
        os.mkdir(flows)
        for name in ("keywords.tsv", "words.tsv"):
            with open(os.path.join(ROOT, "flows", "definitions", name), encoding="utf-8") as f:
                content = f.read()
            with open(os.path.join(flows, name), "w", encoding="utf-8") as f:
                f.write(content.replace("\nSTOP\tfr\t", "\nSTOP\tfr\tHALTE,"))
        question = json.dumps({"input": "halte !", "options": 2, "lang": "fr"}).encode()
        code, out, err = run("match", question, cwd=folder)
        check("without such a folder it is no keyword", code == 0 and json.loads(out) == {"none": True}, code, out, err)
        lines = [line for line in text.split("\n") if '"flows"' not in line]
        at = next(i for i, line in enumerate(lines) if line.strip().startswith('"state"'))
        lines.insert(at, '  "flows": %s,' % json.dumps(flows))
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
        code, out, err = run("match", question, cwd=folder)
        check("an administrator's word counts", code == 0 and json.loads(out) == {"keyword": "STOP"}, code, out, err)
        code, out, err = run("match", question, "-c", path)
        check("also with -c", code == 0 and json.loads(out) == {"keyword": "STOP"}, code, out, err)
        code, out, err = run("match", question, "-c", path + ".gone")
        check("-c with no such file is an error", code != 0 and not out and err, code, out, err)
        with open(os.path.join(flows, "words.tsv"), "a", encoding="utf-8") as f:
            f.write("maybe\tfr\tx\n")
        code, out, err = run("match", question, cwd=folder)
        check("a broken table is named with its line", code == 65 and "words.tsv:" in err, code, err)
        with open(path, "w", encoding="utf-8") as f:
            f.write("{")
        code, out, err = run("match", question, cwd=folder)
        check("a broken configuration is said, and the program's words serve", code == 0 and "wasl check" in err, code, err)


def tables():
    result = subprocess.run([sys.executable, os.path.join(ROOT, "flows", "text", "tables.py"), "--check"],
                            capture_output=True, timeout=60)
    check("the generated tables are those that tables.py writes", result.returncode == 0, result.stderr)


def keywords():
    """CONTRACT 8: the forms of keywords live in keywords.tsv alone; each of them means its action."""
    wanted, questions = [], []
    with open(os.path.join(ROOT, "flows", "definitions", "keywords.tsv"), encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")][1:]
    for action, lang, forms in rows:
        for form in forms.split(","):
            questions.append({"input": form + " !", "options": 3, "lang": lang, "yes_no_question": False})
            nav = {"MENU": "menu", "BACK": "back", "MORE": "more"}.get(action)
            wanted.append({"nav": nav} if nav else {"keyword": action})
    for question, want, answer in zip(questions, wanted, ask("match", questions)):
        check("keyword " + question["input"], answer == want, answer, want)


def main():
    all_vectors()
    manners()
    answers_at_once()
    details()
    configured_words()
    tables()
    keywords()
    for name, count in counts.items():
        print("  %-28s %s" % (name, count))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
