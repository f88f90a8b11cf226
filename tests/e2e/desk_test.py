#!/usr/bin/env python3
"""What staff do from the command line: with a daemon and without one, each act through the same function, each in the audit."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from house import House, Report

report = Report()


def approvals(house):
    empty = house.run("approval", "list", "--json")
    report.check("nothing waits for a second person", empty.returncode == 0 and json.loads(empty.stdout) == [], str(empty))
    unnamed = house.run("approval", "approve", "7", "--reason", "x")
    report.check("a decision names who decides", unnamed.returncode == 64 and b"--as" in unnamed.stderr, str(unnamed))
    none = house.run("approval", "refuse", "7", "--as", "karim", "--reason", "x")
    report.check("a number that is not in the list is no input", none.returncode == 66 and b"no approval" in none.stderr, str(none))
    bad = house.run("approval", "refuse", "seven", "--as", "karim", "--reason", "x")
    report.check("a word is no number", bad.returncode == 65, str(bad))


def main():
    house = House()
    try:
        approvals(house.start())
        house.stop()
        approvals(house)
    finally:
        house.close()
    report.end()


main()
