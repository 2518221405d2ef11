#!/usr/bin/python3
"""Breaks the way between pool and server, round by round, and looks at what the pool says.

    with_postgres.py --set synchronous_commit=on run.py SCENARIO [ROUNDS [SEED [FIRST-ROUND]]]

Scenarios: cuts idle restart silence crowd. Each round depends on (scenario, seed, round) only; a
failing one prints them. FAULT_CLIENT names the built client.
"""
import os
import subprocess
import sys
import time

import bench
import proxy as proxies
import with_postgres as postgres
from bench import Wrong

DIRECT = os.environ.get("DATABASE_URL", "")
SOCKET = os.environ.get("TEST_PG_SOCKET_DIR", "") + "/.s.PGSQL.5432"
QUICK = ("connect_timeout=2", "statement_timeout=400ms")


def through(proxy):
    return "postgresql://postgres@127.0.0.1:%d/postgres" % proxy.port


class Scenario:
    settings = ()

    def __init__(self):
        self.direct = bench.Client(DIRECT, "application_name=direct")
        if self.direct.ask("prepare")[0] != "ok":
            raise Wrong("the table cannot be made")
        self.proxy = proxies.Proxy(SOCKET)
        self.proxy.start()
        self.client = bench.Client(through(self.proxy), "application_name=tested", *self.settings)
        self.seen = {"reads": 0, "failed reads": 0, "writes": 0, "repeated writes": 0, "unknown": 0}

    def load(self, turn, reads, writes):
        """Starts calls; returns what to wait for."""
        started = []
        for i in range(reads):
            text = "%s-%d" % (turn.label.replace(" ", "-"), i)
            started.append((self.client.send("read", text), text))
        keys = []
        for i in range(writes):
            key = "%s-w%d" % (turn.label.replace(" ", "-"), i)
            keys.append(bench.Write(self.client, key, turn.random.choice(("write", "multi"))))
        return started, keys

    def settle(self, started, keys):
        for name, text in started:
            self.seen["reads"] += 1
            self.seen["failed reads"] += not bench.check_read(self.client.wait(name), text)
        for write in keys:
            write.settle()
            self.seen["writes"] += 1
            self.seen["repeated writes"] += len(write.failures)
            self.seen["unknown"] += write.was_unknown
            if self.direct.ask("count", write.key) != ["ok", "1"]:
                raise Wrong("%s was acknowledged and is not there" % write.key)

    def close(self):
        self.client.close()
        self.direct.close()
        self.proxy.stop()
        return ", ".join("%d %s" % (count, name) for name, count in self.seen.items())


class Cuts(Scenario):
    """Connections cut at every byte and around COMMIT, reset, sliced, delayed, refused."""

    settings = QUICK

    def plan(self, dice):
        place = dice.choice((dice.randrange(0, 60), dice.randrange(0, 600), dice.randrange(0, 6000)))
        kind = dice.choice(("cut_up", "cut_down", "commit", "commit", "refuse", "slice"))
        changes = {"reset": dice.random() < 0.5}
        if kind == "commit":
            changes["commit"] = dice.choice(("before", "after"))
        elif kind == "slice":
            changes.update(slice=dice.randrange(1, 7), delay=dice.choice((0, 0.0002)))
        elif kind == "refuse":
            changes["refuse"] = True
        else:
            changes[kind] = place
        return changes

    def turn(self, turn):
        changes = self.plan(turn.random)
        turn.note(str(changes))
        if turn.random.random() < 0.5:
            self.proxy.cut_all()
        else:
            self.proxy.change_all(**{k: v for k, v in changes.items() if k != "refuse"})
        self.proxy.plans = [proxies.Plan(**changes)] * turn.random.randrange(1, 3)
        started, keys = self.load(turn, 3, 3)
        self.settle(started, keys)
        self.proxy.plans = []
        self.proxy.change_all(cut_up=-1, cut_down=-1, commit="", slice=0, delay=0.0, reset=False)


class Idle(Scenario):
    """All connections killed while they are idle: nobody may notice."""

    def turn(self, turn):
        started, keys = self.load(turn, 4, 0)
        self.settle(started, keys)
        if self.direct.ask("kill")[0] != "ok":
            raise Wrong("cannot kill")
        started, keys = self.load(turn, turn.random.randrange(0, 4), turn.random.randrange(1, 3))
        self.settle(started, keys)
        if self.seen["failed reads"]:
            raise Wrong("a read saw that an idle connection was lost")


class Restart(Scenario):
    """The postmaster killed by SIGKILL and started again while calls come."""

    def __init__(self):
        self.server = None
        self.pid = int(os.environ["TEST_PG_PID"])
        super().__init__()

    def start_server(self):
        data, home = os.environ["TEST_PG_DATA"], os.environ["TEST_PG_SOCKET_DIR"]
        for _ in range(100):
            with open(home + "/log", "ab") as log:
                self.server = subprocess.Popen(
                    [postgres.bin_dir() + "/postgres", "-D", data, "-k", home, "-c",
                     "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=fatal"],
                    cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=True,
                    preexec_fn=postgres.become(postgres.server_user()), start_new_session=True)
            if postgres.wait_until_ready(self.server, data):
                self.pid = self.server.pid
                return
            self.server.wait()
        raise Wrong("the server does not start again")

    def turn(self, turn):
        started, keys = self.load(turn, 2, 2)
        os.kill(self.pid, 9)
        if self.server:
            self.server.wait()
        more = self.load(turn, 2, 0)
        bench.wait_until(lambda: False, turn.random.random() * 0.3)
        self.start_server()
        back = time.monotonic()
        self.client.ask("read", "hello")
        while self.client.ask("read", "hello") != ["ok", "hello"]:
            if time.monotonic() - back > 5:
                raise Wrong("not back 5 s after the server")
        turn.note("back after %.2f s" % (time.monotonic() - back))
        self.settle(started + more[0], keys)

    def close(self):
        text = super().close()
        if self.server:
            postgres.stop(self.server)
        return text


class Silence(Scenario):
    """Black holes in each direction, connections that are accepted and never answered: every call
    ends in time, and the loop never stands still meanwhile."""

    settings = QUICK

    def turn(self, turn):
        kind = turn.random.choice(("hole_up", "hole_down", "stall_up", "stall_down", "accept"))
        turn.note(kind)
        self.client.stat()
        if kind == "accept":
            self.proxy.cut_all()
            self.proxy.plans = [proxies.Plan(accept=False)]
        else:
            self.proxy.change_all(**{kind: turn.random.choice((0, 0, 40))})
        begin = time.monotonic()
        started, keys = self.load(turn, 3, 2)
        for name, text in started:
            self.seen["reads"] += 1
            self.seen["failed reads"] += not bench.check_read(self.client.wait(name), text)
        self.proxy.change_all(hole_up=-1, hole_down=-1, stall_up=-1, stall_down=-1)
        self.proxy.cut_all()
        spent = time.monotonic() - begin
        turn.note("%.1f s" % spent)
        if spent > 25:
            raise Wrong("a read took %.1f s" % spent)
        self.settle([], keys)
        longest = int(self.client.stat()["turn"])
        if longest > bench.TURN_MS_MAX * int(os.environ.get("FAULT_SLOW", "1")):
            raise Wrong("the loop stood still for %d ms" % longest)


class Crowd(Scenario):
    """No more connections at the server, more callers than the pool has places for."""

    def turn(self, turn):
        many = turn.random.randrange(100, 250)
        started, keys = self.load(turn, many, 20)
        self.settle(started, keys)
        if self.seen["failed reads"]:
            raise Wrong("%d reads failed in a crowd" % self.seen["failed reads"])
        if int(self.client.stat()["connections"]) > 4:
            raise Wrong("more connections than allowed")


SCENARIOS = {"cuts": Cuts, "idle": Idle, "restart": Restart, "silence": Silence, "crowd": Crowd}


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
