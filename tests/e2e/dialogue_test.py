#!/usr/bin/env python3
"""The written dialogues over HTTP: on a running gateway, and with the gateway killed (kill -9) and started again after every
line, where the same hop sent again must get the same bytes.  tests/unit/dialogue_test.c walks them on the engine."""
import glob
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from dialogue import Walk, needs_more, read
from house import Aggregator, Report

report = Report()

# Off unless the configuration asks for them.
OPTIONAL = {"HEALTH", "NAME", "PIN"}
# A number that somebody else proved to have been theirs: only the engine's own world arranges it (tests/dialogue/number_frozen*.txt).
ENGINE_ALONE = {"FROZEN"}


def states_to_pass():
    """The states of the return request that show something to the person, from its definition."""
    with open("flows/definitions/return_request.json", encoding="utf-8") as f:
        states = json.load(f)["states"]
    return {name for name, state in states.items() if "ask" in state or "say" in state} - OPTIONAL - ENGINE_ALONE


def walk_all(paths, killed, aggregator):
    began, kills, lines, states, left_out = time.monotonic(), 0, 0, set(), 0
    how = "killed and restarted after every line" if killed else "on a running gateway"
    for path in paths:
        if needs_more(read(path)):
            left_out += 1
            continue
        walk = Walk(path, killed, aggregator)
        differences = walk.walk()
        kills += walk.kills
        lines += sum(kind in ("says", "event") for _, kind, _ in walk.steps)
        states |= walk.states
        report.check("%s, %s" % (path, how), not differences, "\n".join([""] + differences[:4]))
    print("%d dialogues (%d left out: the engine alone can arrange them), %d lines, %d kills: %.1f s" %
          (len(paths) - left_out, left_out, lines, kills, time.monotonic() - began), flush=True)
    return states


def main():
    aggregator = Aggregator()
    paths = sys.argv[1:] or sorted(glob.glob("tests/dialogue/*.txt"))
    report.check("there are dialogues", bool(paths))
    walk_all(paths, False, aggregator)
    passed = walk_all(paths, True, aggregator)
    if not sys.argv[1:]:
        left = states_to_pass() - passed
        report.check("every state of the return request was passed with a kill behind it", not left, str(sorted(left)))
    aggregator.close()


main()
report.end()
