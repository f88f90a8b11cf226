#!/usr/bin/env python3
"""Runs every test and adds up.

run.py [NAME=VALUE | PROGRAM]...: each program is run from the root of the repository, with what was named before it in its
environment; its last line must be "N passed, N failed" (", N skipped" may follow).  A program that ends otherwise counts as one
failure.  The last line printed here is the sum."""
import os
import re
import subprocess
import sys
import time

LAST = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")


def run(program):
    began = time.monotonic()
    argv = ["python3", program] if program.endswith(".py") else [program]
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
        output = done.stdout.decode("utf-8", "replace")
        code = done.returncode
    except subprocess.TimeoutExpired as late:
        output, code = (late.stdout or b"").decode("utf-8", "replace") + "\ntook longer than 900 s", 124
    lines = [line for line in output.splitlines() if line.strip()]
    last = LAST.match(lines[-1].strip()) if lines else None
    passed, failed, skipped = (int(n or 0) for n in last.groups()) if last else (0, 0, 0)
    if not last or (code != 0 and failed == 0):
        failed += 1
    took = time.monotonic() - began
    print("%-48s %5d passed, %d failed  %6.1f s" % (program, passed, failed, took), flush=True)
    if failed:
        print("\n".join("    " + line for line in output.splitlines()[-80:]), flush=True)
    return passed, failed, skipped


def main():
    total = [0, 0, 0]
    for program in sys.argv[1:]:
        if "=" in program:
            name, value = program.split("=", 1)
            os.environ[name] = value
            continue
        for i, n in enumerate(run(program)):
            total[i] += n
    print("%d passed, %d failed" % (total[0], total[1]) + (", %d skipped" % total[2] if total[2] else ""))
    return 1 if total[1] or not total[0] else 0


sys.exit(main())
