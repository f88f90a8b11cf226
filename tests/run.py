#!/usr/bin/env python3
"""Runs every test and adds up.

run.py [NAME=VALUE | PROGRAM | --]...: each program is run from the root of the repository, with what was named before it in its
environment; its last line must be "N passed, N failed" (", N skipped" may follow).  A program that ends otherwise counts as one
failure.  "--" begins a second row of programs that runs beside the first.  The last line printed here is the sum."""
import os
import re
import subprocess
import sys
import threading
import time

LAST = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")


def run(program, environment):
    began = time.monotonic()
    argv = ["python3", program] if program.endswith(".py") else [program]
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900, env=environment)
        output = done.stdout.decode("utf-8", "replace")
        code = done.returncode
    except subprocess.TimeoutExpired as late:
        output, code = (late.stdout or b"").decode("utf-8", "replace") + "\ntook longer than 900 s", 124
    except OSError as error:
        output, code = str(error), 126
    lines = [line for line in output.splitlines() if line.strip()]
    last = LAST.match(lines[-1].strip()) if lines else None
    passed, failed, skipped = (int(n or 0) for n in last.groups()) if last else (0, 0, 0)
    if not last or (code != 0 and failed == 0):
        failed += 1
    took = time.monotonic() - began
    said = "%-48s %5d passed, %d failed  %6.1f s" % (program, passed, failed, took)
    if failed:
        said += "\n" + "\n".join("    " + line for line in output.splitlines()[-80:])
    print(said, flush=True)
    return passed, failed, skipped


def run_row(row, totals):
    environment = dict(os.environ)
    for program in row:
        if "=" in program:
            name, value = program.split("=", 1)
            environment[name] = value
        else:
            totals.append(run(program, environment))


def main():
    rows, totals = [[]], []
    for word in sys.argv[1:]:
        if word == "--":
            rows.append([])
        else:
            rows[-1].append(word)
    threads = [threading.Thread(target=run_row, args=(row, totals)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed, failed, skipped = (sum(one[i] for one in totals) for i in range(3))
    print("%d passed, %d failed" % (passed, failed) + (", %d skipped" % skipped if skipped else ""))
    return 1 if failed or not passed else 0


sys.exit(main())
