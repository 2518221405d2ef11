"""What the scenarios of the fault bench share: a pool client behind a proxy, a client that goes past
it, calls under way and what must hold for them afterwards."""
import os

import bench
import proxy as proxies
from bench import Wrong

DIRECT = os.environ.get("DATABASE_URL", "")
SOCKET = os.environ.get("TEST_PG_SOCKET_DIR", "") + "/.s.PGSQL.5432"
QUICK = ("connect_timeout=2", "statement_timeout=400ms")


def through(proxy):
    return "postgresql://postgres@127.0.0.1:%d/postgres" % proxy.port


class Scenario:
    """One way to break things; turn() is one seeded round of it."""

    settings = ()

    def __init__(self, direct=DIRECT, socket=SOCKET):
        self.direct = bench.Client(direct, "application_name=direct")
        if self.direct.ask("prepare")[0] != "ok":
            raise Wrong("the table cannot be made")
        self.proxy = proxies.Proxy(socket)
        self.proxy.start()
        self.client = self.open_client()
        self.seen = {"reads": 0, "failed reads": 0, "writes": 0, "repeated writes": 0, "unknown": 0}

    def open_client(self):
        return bench.Client(through(self.proxy), "application_name=tested", *self.settings)

    def turn(self, turn):
        raise NotImplementedError

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
