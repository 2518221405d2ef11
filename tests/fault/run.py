#!/usr/bin/python3
"""Breaks things round by round and looks at what the pool says.

    with_postgres.py --set synchronous_commit=on run.py SCENARIO [ROUNDS [SEED [FIRST-ROUND]]]

Scenarios: cuts idle silence crowd (the way to the server, way.py), restart sessions slots disk (the
server itself, server.py). Each round depends on (scenario, seed, round) only; a failing one prints
them. FAULT_CLIENT names the built client. The exit code is 77 where the machine does not allow it.
"""
import sys
import time

import bench
import server
import way
from bench import Wrong

SCENARIOS = {**way.SCENARIOS, **server.SCENARIOS}
SKIPPED = 77


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in SCENARIOS:
        sys.exit(__doc__)
    name = sys.argv[1]
    rounds, seed, first = (list(map(int, sys.argv[2:])) + [10, 1, 0][len(sys.argv) - 2:])[:3]
    scenario = SCENARIOS[name]()
    begin = time.monotonic()
    for number in range(first, first + rounds):
        with bench.Round(name, seed, number) as turn:
            scenario.turn(turn)
    seen = scenario.close()
    print("%s, seed %d: %d rounds in %.1f s: %s" % (name, seed, rounds, time.monotonic() - begin, seen))


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        sys.exit("FAILED: %s" % error)
    except server.Skip as reason:
        print("skipped: %s" % reason)
        sys.exit(SKIPPED)
