"""Scenarios that break the way between pool and server."""
import time

import bench
import proxy as proxies
from bench import Wrong
from scenario import QUICK, Scenario


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
        if spent > 25 * bench.SLOW:
            raise Wrong("a read took %.1f s" % spent)
        self.settle([], keys)
        longest = int(self.client.stat()["turn"])
        if longest > bench.TURN_MS_MAX * bench.SLOW:
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


SCENARIOS = {"cuts": Cuts, "idle": Idle, "silence": Silence, "crowd": Crowd}
