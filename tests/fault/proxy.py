#!/usr/bin/python3
"""A TCP proxy before a PostgreSQL server that breaks connections on purpose.

As a library: Proxy(target).start(), then proxy.plan = Plan(...) for the connections that come next.
As a program: proxy.py SOCKET-OR-HOST:PORT name=value...  (prints its port, runs until killed).

What a plan may say, each for the connection it is given to:
    accept=False      accepts and never answers
    refuse=True       closes at once, before a byte
    delay=s           every piece waits that long, in both directions
    slice=n           pieces of at most n bytes
    cut_up=n          closes after n bytes from the client
    cut_down=n        closes after n bytes from the server
    stall_up=n, stall_down=n    swallows nothing, passes nothing on, after n bytes
    hole_up=n, hole_down=n      swallows everything after n bytes
    commit="before" or "after"  closes when a COMMIT comes: before the server sees it, or when the
                      server has answered it and the client has not
    commit="late"     ends the way to the client when a COMMIT comes; what came since BEGIN lies unread
                      before the server until deliver()
    cut_at="text"     closes when the client sends that text
    reset=True        every close is a reset (RST) instead of an end (FIN)
"""
import dataclasses
import select
import socket
import struct
import sys
import threading
import time

PIECE = 65536
BEGIN = b"BEGIN"
COMMIT = b"COMMIT\x00"
TICK_SECONDS = 0.05


@dataclasses.dataclass
class Plan:
    accept: bool = True
    refuse: bool = False
    delay: float = 0.0
    slice: int = 0
    cut_up: int = -1
    cut_down: int = -1
    stall_up: int = -1
    stall_down: int = -1
    hole_up: int = -1
    hole_down: int = -1
    commit: str = ""
    cut_at: str = ""
    reset: bool = False


def connect(target):
    if target.startswith("/"):
        server = socket.socket(socket.AF_UNIX)
        server.connect(target)
        return server
    host, port = target.rsplit(":", 1)
    return socket.create_connection((host, int(port)))


class Link(threading.Thread):
    """One connection through the proxy."""

    def __init__(self, proxy, client, plan):
        super().__init__(daemon=True)
        self.proxy, self.client, self.plan = proxy, client, plan
        self.server = None
        self.passed = {"up": 0, "down": 0}
        self.is_committing = False
        self.is_stopped = False
        self.held = b""  # a transaction that comes late

    def close(self):
        for end in (self.client, self.server):
            if end is None:
                continue
            try:
                if self.plan.reset:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def run(self):
        try:
            self.serve()
        except OSError:
            pass
        finally:
            self.close()
            self.proxy.forget(self)

    def serve(self):
        if self.plan.refuse:
            return
        if not self.plan.accept:
            self.wait_for_stop()
            return
        self.server = connect(self.proxy.target)
        ends = {self.client: ("up", self.server), self.server: ("down", self.client)}
        while not self.is_stopped and not self.proxy.is_stopped:
            readable, _, _ = select.select(self.listening(ends), [], [], TICK_SECONDS)
            for end in readable:
                way, other = ends[end]
                data = end.recv(PIECE)
                if not data or not self.forward(way, other, data):
                    return

    def listening(self, ends):
        """A stalled direction is not read, so that its sender feels the pressure."""
        return [end for end, (way, _) in ends.items()
                if getattr(self.plan, "stall_" + way) < 0
                or self.passed[way] < getattr(self.plan, "stall_" + way)]

    def forward(self, way, other, data):
        """False: the connection ends here."""
        plan = self.plan
        limit = getattr(plan, "cut_" + way)
        if limit >= 0:
            data = data[:max(0, limit - self.passed[way])]
        hole = getattr(plan, "hole_" + way)
        if hole >= 0:
            kept = max(0, hole - self.passed[way])
            self.passed[way] += len(data) - len(data[:kept])
            data = data[:kept]
        if way == "up" and plan.cut_at and plan.cut_at.encode() in data:
            return False
        if way == "up" and plan.commit == "late" and (self.held or BEGIN in data):
            return self.hold(data)
        if not self.pass_commit(way, data):
            return False
        self.send(other, data)
        self.passed[way] += len(data)
        return limit < 0 or self.passed[way] < limit

    def pass_commit(self, way, data):
        if not self.plan.commit:
            return True
        if way == "up" and COMMIT in data:
            self.is_committing = True
            return self.plan.commit != "before"
        return not (way == "down" and self.is_committing and COMMIT in data)

    def hold(self, data):
        """False once all of it was given to the server, long after the client has gone."""
        self.held += data
        if COMMIT not in self.held:
            return True
        self.client.shutdown(socket.SHUT_RDWR)
        while not self.proxy.delivers.wait(TICK_SECONDS):
            if self.is_stopped or self.proxy.is_stopped:
                return False
        self.server.sendall(self.held)
        answer = b""
        while COMMIT not in answer and (piece := self.server.recv(PIECE)):
            answer += piece
        return False

    def send(self, other, data):
        step = self.plan.slice or len(data)
        for start in range(0, len(data), step or 1):
            if self.plan.delay:
                time.sleep(self.plan.delay)  # lint-ok: sleeps (the delay is the fault)
            other.sendall(data[start:start + step])

    def wait_for_stop(self):
        while not self.is_stopped and not self.proxy.is_stopped:
            readable, _, _ = select.select([self.client], [], [], TICK_SECONDS)
            if readable and not self.client.recv(PIECE):
                return


class Proxy(threading.Thread):
    def __init__(self, target, host="127.0.0.1"):
        super().__init__(daemon=True)
        self.target = target
        self.plan = Plan()
        self.plans = []  # for the next connections, before `plan`
        self.links = set()
        self.lock = threading.Lock()
        self.is_stopped = False
        self.delivers = threading.Event()  # what is held may go
        self.accepted = 0
        self.listener = socket.create_server((host, 0), backlog=256)
        self.port = self.listener.getsockname()[1]

    def run(self):
        while not self.is_stopped:
            readable, _, _ = select.select([self.listener], [], [], TICK_SECONDS)
            if readable and not self.is_stopped:
                client, _ = self.listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                plan = self.plans.pop(0) if self.plans else self.plan
                link = Link(self, client, plan)
                with self.lock:  # whoever finds it in the set may wait for its end
                    self.links.add(link)
                    self.accepted += 1
                    link.start()

    def forget(self, link):
        with self.lock:
            self.links.discard(link)

    def cut_all(self, reset=False):
        """Ends every connection there is, from outside."""
        with self.lock:
            links = list(self.links)
        for link in links:
            link.plan = dataclasses.replace(link.plan, reset=reset)
            link.is_stopped = True
        for link in links:
            link.join(5)

    def deliver(self):
        """What was held comes to the server now; returns when it has answered, or ended."""
        self.delivers.set()
        with self.lock:
            late = [link for link in self.links if link.held]
        for link in late:
            link.join(10)

    def change_all(self, **changes):
        """Connections that are open go by a changed plan; limits count from now."""
        with self.lock:
            for link in self.links:
                own = dict(changes)
                for name, value in changes.items():
                    way = name.rsplit("_", 1)[-1]
                    if way in link.passed and value >= 0:
                        own[name] = value + link.passed[way]
                link.plan = dataclasses.replace(link.plan, **own)

    def stop(self):
        self.is_stopped = True
        self.cut_all()
        self.join(5)
        self.listener.close()


def parse(words):
    kinds = {field.name: field.type for field in dataclasses.fields(Plan)}
    convert = {"bool": lambda text: text in ("1", "yes", "true"), bool: lambda t: t in ("1", "yes", "true")}
    values = {}
    for word in words:
        name, value = word.split("=", 1)
        values[name] = convert.get(kinds[name], kinds[name])(value)
    return Plan(**values)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    proxy = Proxy(sys.argv[1])
    proxy.plan = parse(sys.argv[2:])
    proxy.start()
    print(proxy.port, flush=True)
    proxy.join()


if __name__ == "__main__":
    main()
