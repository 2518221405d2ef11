#!/usr/bin/python3
"""Several hosts in one URL, of which only some are what target_session_attrs asks for (servers that
are none, fake_postgres.py), and names that nobody resolves.

    names.py      FAULT_CLIENT names the built client
"""
import itertools
import os
import socket
import subprocess
import sys
import tempfile
import time

import bench
import server
from bench import Wrong
from fake_postgres import Close, Error, FakePostgres, Text

KINDS = {"primary": ("off", "off"), "read-only": ("on", "off"), "standby": ("off", "on")}
# PostgreSQL manual, "libpq", target_session_attrs.
FITS = {
    "any": ("primary", "read-only", "standby"),
    "read-write": ("primary",),
    "read-only": ("read-only", "standby"),
    "primary": ("primary", "read-only"),
    "standby": ("standby",),
    "prefer-standby": ("standby",),
}
NOBODY = "127.77.%d.%d" % (os.getpid() >> 8 & 255, os.getpid() & 255)  # of this run; nothing answers there


class Hosts:
    def __init__(self):
        self.servers = {}
        for kind, (read_only, standby) in KINDS.items():
            one = FakePostgres()
            one.parameters.update(default_transaction_read_only=read_only, in_hot_standby=standby)
            one.play(read=Text(kind.encode()))
            one.start()
            self.servers[kind] = one
        self.silent = socket.create_server(("127.0.0.1", 0))  # accepts nothing, the kernel does
        self.dead = socket.socket()  # holds a port at which nobody listens
        self.dead.bind(("127.0.0.1", 0))
        self.checked = 0

    def port(self, kind):
        held = {"dead": self.dead, "silent": self.silent}.get(kind)
        return held.getsockname()[1] if held else self.servers[kind].port

    def url(self, kinds, attributes):
        places = ",".join("127.0.0.1:%d" % self.port(kind) for kind in kinds)
        return "postgresql://postgres@%s/postgres?target_session_attrs=%s" % (places, attributes)

    def expect(self, kinds, attributes, wanted, *words):
        client = bench.Client(self.url(kinds, attributes), "connect_timeout=2s")
        got = client.ask(*(words or ("read", "x")))
        client.close()
        self.checked += 1
        if got[:len(wanted)] != wanted:
            raise Wrong("%s of %s: %s instead of %s" % (attributes, ", ".join(kinds), got, wanted))

    def close(self):
        for one in self.servers.values():
            one.stop()
        self.dead.close()
        self.silent.close()


def one_of_each(hosts):
    for attributes, fitting in FITS.items():
        for kinds in itertools.permutations(KINDS):
            first = next(kind for kind in kinds if kind in fitting)
            hosts.expect(kinds, attributes, ["ok", first])
        for kind in KINDS:
            if kind in fitting or attributes == "prefer-standby":
                hosts.expect((kind,), attributes, ["ok", kind])
            else:
                hosts.expect((kind,), attributes, ["fail", "no_such_server", "no"])


def some_are_away(hosts):
    hosts.expect(("dead", "primary"), "any", ["ok", "primary"])
    hosts.expect(("silent", "primary"), "any", ["ok", "primary"])
    hosts.expect(("silent", "dead", "standby", "primary"), "read-write", ["ok", "primary"])
    hosts.expect(("dead", "primary"), "prefer-standby", ["ok", "primary"])
    hosts.expect(("dead", "dead"), "any", ["fail", "database_unreachable", "no"])
    hosts.servers["primary"].play(startup=Error("57P03", True), read=Text(b"primary"))
    hosts.expect(("primary", "standby"), "any", ["ok", "standby"])
    hosts.servers["primary"].play(startup=Close(), read=Text(b"primary"))
    hosts.expect(("primary", "read-only"), "any", ["ok", "read-only"])
    hosts.servers["primary"].play(read=Text(b"primary"))


def write_meets_standby(hosts):
    """Nothing was asked for, and the first host turns out to take no changes: the next one is tried."""
    hosts.servers["standby"].play(write=Error("25006"), read=Text(b"standby"))
    client = bench.Client(hosts.url(("standby", "primary"), "any"), "connect_timeout=3s")
    got = client.ask("write", "k")
    if got[:3] != ["fail", "read_only", "no"]:
        raise Wrong("a write on a standby: %s" % got)
    got = client.ask("write", "k")
    if got[:2] != ["ok", "stored"]:
        raise Wrong("a write after that: %s" % got)
    client.close()
    hosts.checked += 2


def nobody_resolves():
    """A resolver that keeps silent: the call ends in time and the loop goes on meanwhile."""
    server.own_mounts()
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind((NOBODY, 53))
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("nameserver %s\n" % NOBODY)
        file.flush()
        os.chmod(file.name, 0o644)
        server.mount("--bind", file.name, "/etc/resolv.conf")
        client = bench.Client("postgresql://postgres@books.example/postgres", "connect_timeout=1s")
        client.stat()
        begin = time.monotonic()
        got = client.ask("read", "x")
        spent = time.monotonic() - begin
        longest = int(client.stat()["turn"])
        client.close()
        subprocess.run(["umount", "/etc/resolv.conf"], check=False)
    if got[:3] != ["fail", "database_host_unknown", "no"] or spent > 10 * bench.SLOW:
        raise Wrong("a name that nobody resolves: %s after %.1f s" % (got, spent))
    if longest > bench.TURN_MS_MAX * bench.SLOW:
        raise Wrong("the loop stood still for %d ms while a name was looked up" % longest)
    print("names: told after %.1f s, longest turn %d ms" % (spent, longest))


def main():
    os.environ["HOME"] = "/nonexistent"
    hosts = Hosts()
    one_of_each(hosts)
    some_are_away(hosts)
    write_meets_standby(hosts)
    hosts.close()
    print("hosts: %d right" % hosts.checked)
    try:
        nobody_resolves()
    except server.Skip as reason:
        print("names skipped: %s" % reason)


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        sys.exit("FAILED: %s" % error)
