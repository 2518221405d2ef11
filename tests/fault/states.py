#!/usr/bin/python3
"""Every SQLSTATE at every step, and every malformed packet, from a server that is none. What the
pool must say is written down here, independent of its tables.

    states.py [SEED [COUNT [STRIDE]]]

COUNT random packets come beside the fixed ones; of all cases every STRIDE-th is played, starting with
one that the seed says.
"""
import random
import struct
import sys
import time

import bench
import fake_postgres as fake
from bench import Wrong
from fake_postgres import Before, Close, Error, FakePostgres, Late, Raw, Silence, Tag, Text

# SQLSTATE: (word of a read that meets it, word of a write that meets it before COMMIT)
GONE, BUG, LOGIN, DAMAGED = "connection_lost", "internal_error", "login_rejected", "data_damaged"
STATES = {
    "08000": GONE, "08003": GONE, "08006": GONE, "08007": GONE, "08P01": BUG, "0A000": BUG,
    "22001": "rule_violated", "22003": "value_out_of_range", "22007": "value_malformed",
    "22008": "value_out_of_range", "22021": "value_malformed", "22P02": "value_malformed",
    "22P05": "value_malformed", "23502": "rule_violated", "23503": "reference_missing",
    "23505": "already_exists", "23514": "rule_violated", "25006": "read_only",
    "25P02": "concurrent_change", "25P03": GONE, "26000": BUG, "28000": LOGIN, "28P01": LOGIN, "3D000": LOGIN,
    "40001": "concurrent_change", "40003": "outcome_unknown", "40P01": "concurrent_change",
    "42501": "permission_denied", "42703": "schema_mismatch", "42P01": "schema_mismatch",
    "42P05": BUG, "53100": "disk_full", "53200": "database_out_of_memory",
    "53300": "too_many_requests", "53400": "database_out_of_memory", "54000": BUG,
    "55P03": "locked", "57014": "timeout", "57P01": GONE, "57P02": GONE, "57P03": "database_starting",
    "57P05": GONE, "58030": DAMAGED, "XX000": BUG, "XX001": DAMAGED, "XX002": DAMAGED,
}
FATAL = ("57P01", "57P02", "57P05", "25P03", "08006")
UNKNOWN_AT_COMMIT = ("08000", "08003", "08006", "08007", "08P01", "40003", "25P03", "57P01", "57P02",
                     "57P03", "57P05")
AT_CONNECT = {"28000": LOGIN, "28P01": LOGIN, "3D000": LOGIN, "53300": "too_many_requests"}
HUGE = struct.pack("!i", 0x7fffffff)
AFTERWARDS_SECONDS = 8

MALFORMED = {
    "unknown message": fake.message(b"?", b"what"),
    "length 0": b"D\0\0\0\0",
    "length 3": b"C\0\0\0\3",
    "length negative": b"D\xff\xff\xff\xff",
    "length huge": b"D" + HUGE + b"x",
    "row before description": fake.data_row([b"a"]),
    "row with too many columns": fake.row_description(["a"]) + fake.data_row([b"a", b"b"]),
    "row shorter than its columns": fake.row_description(["a"]) + fake.message(b"D", b"\0\1\0\0\0\x50a"),
    "row of negative length": fake.row_description(["a"]) + fake.message(b"D", b"\0\1\xff\xff\xff\xf0"),
    "description without end": fake.message(b"T", b"\0\2abc"),
    "description of -1 columns": fake.message(b"T", b"\xff\xff"),
    "tag without end": fake.message(b"C", b"SELECT 1"),
    "error without SQLSTATE": fake.error(""),
    "error without fields": fake.message(b"E", b"\0"),
    "error without end": fake.message(b"E", b"SERROR"),
    "parameter without value": fake.message(b"S", b"abc"),
    "notification without end": fake.message(b"A", b"\0\0\0\1abc"),
    "copy in": fake.message(b"G", b"\0\0\0"),
    "copy out": fake.message(b"H", b"\0\0\0"),
    "copy both": fake.message(b"W", b"\0\0\0"),
    "authentication again": fake.message(b"R", b"\0\0\0\3"),
    "ready too early": fake.message(b"Z", b"I"),
    "ready twice": fake.message(b"Z", b"I") * 2,
    "ready without status": fake.message(b"Z"),
    "zeros": b"\0" * 64,
    "a web page": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


class Bench:
    def __init__(self, seed, stride):
        self.skipped, self.stride = seed % stride, stride
        self.server = FakePostgres()
        self.server.start()
        self.client = None
        self.case = {}
        self.checked = 0

    def is_due(self):
        self.skipped = (self.skipped + 1) % self.stride
        return self.skipped == 0

    def open(self, **script):
        """A fresh client: nothing is remembered from the case before."""
        self.case = script
        if self.client:
            self.client.close()
        self.server.play(**script)
        self.client = bench.Client(self.server.url, "statement_timeout=300ms", "connect_timeout=2s",
                                   "pool_size=1")

    def ask(self, *words):
        try:
            return self.client.ask(*words)
        except Wrong as wrong:
            raise Wrong("%s, with %s" % (wrong, self.case)) from None

    def expect(self, label, got, *wanted):
        self.checked += 1
        if not any(got[:len(w)] == list(w) for w in wanted):
            raise Wrong("%s: %s instead of %s" % (label, " ".join(got), wanted))

    def still_works(self, label):
        """After whatever happened, once the server is sound again."""
        self.server.play()
        limit = time.monotonic() + AFTERWARDS_SECONDS * bench.SLOW
        got = self.ask("read", "after")
        while got != ["ok", "after"] and time.monotonic() < limit:
            bench.pause(0.05)
            got = self.ask("read", "after")
        self.expect(label + ", afterwards", got, ("ok", "after"))


def states(desk):
    for state, word in STATES.items():
        if not desk.is_due():
            continue
        action = Error(state, state in FATAL)
        desk.open(read=action)
        desk.expect(state + " in a read", desk.ask("read", "x"), ("fail", word))
        if word != DAMAGED:
            desk.still_works(state + " in a read")
        desk.open(write=action)
        wanted = (word, "no")
        if state in ("40003", "08000", "08003", "08006", "08007"):  # not the server's own words
            wanted = ("outcome_unknown", "unknown")
        desk.expect(state + " in a write", desk.ask("write", "k"), ("fail", *wanted))
        desk.open(commit=action)
        wanted = ("outcome_unknown", "unknown") if state in UNKNOWN_AT_COMMIT else (word, "no")
        desk.expect(state + " at COMMIT", desk.ask("write", "k"), ("fail", *wanted))
        if word != DAMAGED:
            desk.still_works(state + " at COMMIT")


def states_once(desk):
    """What passes by itself is not seen at all."""
    for state in ("40001", "40P01", "57P01", "57P05", "57014", "26000", "42P05", "0A000"):
        action = [Error(state, state in FATAL), fake.OK]
        for step, verb in (("read", "read"), ("write", "write"), ("begin", "write"), ("begin", "multi")):
            desk.open(**{step: action})
            desk.expect("%s once in %s" % (state, step), desk.ask(verb, "x"), ("ok",))
    for state in ("26000", "42P05"):
        desk.open(prepare=[Error(state), fake.OK])
        desk.expect(state + " once at PREPARE", desk.ask("read", "x"), ("ok", "x"))


def connecting(desk):
    for state in STATES:
        if state == "57P03" or not desk.is_due():
            continue
        desk.open(startup=Error(state, True))
        word = AT_CONNECT.get(state, "database_unreachable")
        if word == "database_unreachable":
            continue_with = (("fail", word), ("fail", STATES[state]))
        else:
            continue_with = (("fail", word),)
        desk.expect(state + " at connect", desk.ask("read", "x"), *continue_with)
    desk.open(startup=[Error("57P03", True)] * 6 + [fake.OK])
    desk.expect("57P03 six times at connect", desk.ask("write", "x"), ("ok", "stored"))
    desk.open(startup=[Close(), Close(True), fake.OK])
    desk.expect("closed twice at connect", desk.ask("write", "x"), ("ok", "stored"))
    desk.server.resets = 3
    desk.open()
    desk.expect("reset after the word about TLS", desk.ask("read", "x"), ("ok", "x"))
    desk.server.forks_missing = 2
    desk.open()
    desk.expect("no process for the session", desk.ask("read", "x"), ("ok", "x"))
    desk.open(startup=Late(1))
    desk.expect("a server that wakes up", desk.ask("write", "x"), ("ok", "stored"))
    desk.open(startup=[Error("28P01", True), fake.OK])
    desk.expect("a wrong password", desk.ask("read", "x"), ("fail", LOGIN))
    before = desk.server.startups
    for _ in range(5):
        desk.expect("a wrong password again", desk.ask("read", "x"), ("fail", LOGIN))
    if desk.server.startups != before:
        raise Wrong("a rejected login was tried again at once")


def special(desk):
    desk.open(commit=Tag("ROLLBACK"))
    desk.expect("COMMIT that answers ROLLBACK", desk.ask("write", "k"), ("fail", BUG, "no"))
    desk.open(commit=Close())
    desk.expect("closed at COMMIT", desk.ask("write", "k"), ("fail", "outcome_unknown", "unknown"))
    desk.open(commit=Close(True))
    desk.expect("reset at COMMIT", desk.ask("write", "k"), ("fail", "outcome_unknown", "unknown"))
    desk.open(write=[Error("XX001")])
    desk.expect("damage", desk.ask("write", "k"), ("fail", DAMAGED, "no"))
    desk.server.play()
    desk.expect("a write after damage", desk.ask("write", "k"), ("fail", DAMAGED, "no"))
    desk.expect("a read after damage", desk.ask("read", "x"), ("ok", "x"))
    desk.open(read=[Silence(), fake.OK])
    desk.expect("silence once", desk.ask("read", "x"), ("ok", "x"))
    desk.open(read=[Error("08P01", True), fake.OK])
    desk.expect("a pooler that lost its server", desk.ask("read", "x"), ("ok", "x"))
    desk.open(rollback=Error("XX000"), write=[Error("23505"), fake.OK])
    desk.expect("a ROLLBACK that fails", desk.ask("write", "k"), ("fail", "already_exists", "no"))
    desk.still_works("a ROLLBACK that fails")
    desk.open(greeting=[Error("53300"), fake.OK])
    desk.expect("a greeting that fails once", desk.ask("read", "x"), ("ok", "x"))
    desk.server.parameters["server_encoding"] = "LATIN1"
    desk.open()
    desk.expect("Latin-1", desk.ask("read", "x"), ("fail", "encoding_not_utf8"))
    desk.server.parameters["server_encoding"] = "UTF8"


def malformed(desk, seed, count):
    dice = random.Random(seed)
    packets = dict(MALFORMED)
    for i in range(count):
        kind = bytes([dice.randrange(256)])
        body = dice.randbytes(dice.choice((0, 1, 4, 9, 60, 600)))
        packets["random %d" % i] = fake.message(kind, body) if dice.random() < 0.7 else kind + body
    for label, packet in packets.items():
        for step, verb in (("read", "read"), ("write", "write"), ("commit", "write"), ("prepare", "read"),
                           ("startup", "read"), ("greeting", "read")):
            before = dice.random() < 0.5
            if not desk.is_due():
                continue
            action = Before(packet) if before else Raw(packet, dice.random() < 0.5)
            desk.open(**{step: [action, fake.OK]})
            name = "%s %s %s" % (label, "before" if before else "instead of", step)
            got = desk.ask(verb, "x")
            desk.expect(name, got, ("ok",), ("fail",))
            if got[0] == "fail" and step == "commit" and got[2] == "no" and got[1] in (GONE, "timeout"):
                raise Wrong("%s: a loss at COMMIT counts as not saved" % name)
            desk.still_works(name)


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    stride = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    desk = Bench(seed, stride)
    begin = time.monotonic()
    states(desk)
    states_once(desk)
    connecting(desk)
    special(desk)
    malformed(desk, seed, count)
    desk.client.close()
    desk.server.stop()
    print("states, seed %d: %d answers checked in %.1f s" % (seed, desk.checked, time.monotonic() - begin))


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        sys.exit("FAILED: %s" % error)
