#!/usr/bin/env python3
"""Does the suite notice?  Each fault of tests/faults/*.txt breaks one promise in one place; the test that it names must then fail.

A fault is a paragraph:

    A role that a route does not name meets a 404.              the promise that it breaks
      gateway/console/policy.c                                  where
    -what stands there, once: a part of a line, or lines
    +what stands there instead (and so on)
      tests/e2e/desk_test.py: PATCH /settings as counsellor     the test, and how the promise begins that it then says FAILED of

Nothing rots in silence: what does not stand there exactly once, a fault that does not compile, a test that passes all the
same or fails with another promise first, a test that fails without the fault: each is a failure here.  Everything happens in
copies of the tree under build/faults/.

    faults_test.py --lint       says whose place is lost
    faults_test.py [WORDS]      only the faults with these words in their paragraph or the name of its file; says how long each took"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNDER = ROOT / "build/faults"
BASE = UNDER / "base"
OBJECTS = "build/crash"
AT_ONCE = 2
LONGEST_S = 600


class Wrong(Exception):
    """Why a fault was not noticed, or a test not asked."""


class Fault:
    def __init__(self, paragraph, of):
        self.words = of + "\n" + paragraph
        lines = paragraph.split("\n")
        plain = [line.strip() for line in lines if line.startswith("  ")]
        self.promise = " ".join(line for line in lines if line[:1] not in (" ", "-", "+"))
        self.hunks = re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", paragraph + "\n", re.MULTILINE)
        if len(plain) != 2 or not self.promise or not self.hunks or ": " not in plain[1]:
            raise SystemExit("this is no fault:\n" + paragraph)
        self.file = plain[0]
        self.test, self.shows = plain[1].split(": ", 1)

    def seeded(self):
        """The file with the fault in it."""
        path = ROOT / self.file
        text = path.read_text() if path.exists() else ""
        for hunk in self.hunks:
            old, new = [re.sub("^.", "", lines, flags=re.MULTILINE).rstrip("\n") for lines in hunk]
            if text.count(old) != 1:
                raise Wrong("in %s this does not stand exactly once:\n%s" % (self.file, old))
            text = text.replace(old, new)
        return text


def read_faults():
    return [Fault(p.strip("\n"), path.name) for path in sorted(ROOT.glob("tests/faults/*.txt"))
            for p in path.read_text().split("\n\n") if p.strip() and not p.startswith("#")]


# ---- trees

def target(test):
    return OBJECTS + "/" + test.removesuffix(".c") if test.endswith(".c") else "all"


def make(tree, *targets):
    done = subprocess.run(["make", "--no-print-directory", "-j2", "VARIANT=crash", *targets], cwd=tree, capture_output=True)
    if done.returncode:
        raise Wrong("does not compile:\n" + (done.stdout + done.stderr).decode("utf-8", "replace")[-2000:])


def copy_source():
    """The source and the objects that are there already, with their times, so that make has nothing to do again."""
    shutil.rmtree(UNDER, ignore_errors=True)
    BASE.mkdir(parents=True)
    shutil.copy2(ROOT / "Makefile", BASE)
    for name in (".ci", "flows", "db", "gateway", "tests"):
        shutil.copytree(ROOT / name, BASE / name, ignore=shutil.ignore_patterns("node_modules", "corpus", "__pycache__"))
    (BASE / "tests/web/node_modules").symlink_to(ROOT / "tests/web/node_modules")
    keep = lambda folder, names: [n for n in names if n.endswith("_test") or "." not in n and not os.path.isdir(folder + "/" + n)]
    if (ROOT / OBJECTS).is_dir():
        shutil.copytree(ROOT / OBJECTS, BASE / OBJECTS, ignore=keep)


def copy_base(fault, to):
    """Names of the same files: what the fault changes is taken out first, so that nothing is written through them."""
    shutil.copytree(BASE, to, symlinks=True, copy_function=os.link)
    (to / fault.file).unlink()
    source = pathlib.Path(fault.file)
    made = [source.with_suffix(".o"), source.with_suffix(".d")] if source.suffix == ".c" else [
        source.with_name(source.name + ".gz"), *(floor / name for floor in source.parents for name in ("embedded.S", "embedded.o"))]
    for name in made:
        (to / OBJECTS / name).unlink(missing_ok=True)


# ---- tests

def end(process):
    """SIGTERM first: a test in a browser takes its browser along."""
    for what, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, what)
            process.wait(timeout=seconds)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


def ask(tree, test, shows=None):
    """Runs the test until it says FAILED of that promise, or to its end: what it said, and whether it said so."""
    program = {".c": ["stdbuf", "-oL", str(tree / target(test))], ".py": ["python3", test], ".mjs": ["node", test]}[pathlib.Path(test).suffix]
    temporary = tempfile.mkdtemp(prefix="wasl-fault-")
    said = []
    process = subprocess.Popen(program, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                               env={**os.environ, "WASL": OBJECTS + "/wasl", "TMPDIR": temporary, "PYTHONUNBUFFERED": "1"})
    late = threading.Timer(LONGEST_S, end, [process])
    late.start()
    try:
        for line in process.stdout:
            said.append(line.decode("utf-8", "replace").rstrip())
            if shows and said[-1].startswith("FAILED " + shows):
                return said, True
        process.wait()
        return said, False
    finally:
        late.cancel()
        end(process)
        shutil.rmtree(temporary, ignore_errors=True)


def without_fault(test):
    said, _ = ask(BASE, test)
    if not said or not said[-1].endswith(" passed, 0 failed"):
        raise Wrong("fails without a fault:\n" + "\n".join(said[-20:]))


def with_fault(fault):
    text = fault.seeded()
    tree = pathlib.Path(tempfile.mkdtemp(prefix="seeded-", dir=UNDER))
    try:
        tree.rmdir()
        copy_base(fault, tree)
        (tree / fault.file).write_text(text)
        make(tree, target(fault.test))
        said, shown = ask(tree, fault.test, fault.shows)
        if not shown:
            raise Wrong("nobody noticed: %s did not say FAILED %s\n%s" % (fault.test, fault.shows, "\n".join(said[-20:])))
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def without_place():
    """For tests/lint.sh: a line for each fault whose words have moved."""
    for fault in read_faults():
        try:
            fault.seeded()
        except Wrong as wrong:
            print("%s: %s" % (fault.promise, str(wrong).replace("\n", " ")))


def main():
    words = " ".join(sys.argv[1:])
    faults = [f for f in read_faults() if words in f.words]
    tests = sorted({f.test for f in faults}, key=lambda t: not t.endswith(".mjs"))
    copy_source()
    make(BASE, "all", *{target(t) for t in tests})
    jobs = [(t + " passes without a fault", without_fault, t) for t in tests] + [(f.promise, with_fault, f) for f in faults]
    passed = failed = 0

    def run(job):
        began = time.monotonic()
        try:
            job[1](job[2])
            return job[0], None, time.monotonic() - began
        except Wrong as wrong:
            return job[0], wrong, time.monotonic() - began

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for promise, wrong, seconds in pool.map(run, jobs):
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print("FAILED %s\n%s" % (promise, wrong), flush=True)
            elif words:
                print("%6.1f s  %s" % (seconds, promise), flush=True)
    shutil.rmtree(UNDER, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


sys.exit(without_place() if sys.argv[1:] == ["--lint"] else main())
