"""What the fault drivers share: the pool client as a process, keyed writes, the record of a round.

A write is repeated under its key until it is acknowledged. Then three things must hold: the key is
stored; an answer "not saved" was never followed by "again"; every call was answered once."""
import os
import queue
import random
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))

SLOW = int(os.environ.get("FAULT_SLOW", "1"))  # how often slower this machine may be
ANSWER_SECONDS = 40 * SLOW
TRIES_MAX = 60
TURN_MS_MAX = 50
PAUSE = threading.Event()


class Wrong(Exception):
    """The program broke a promise."""


class Client:
    """tests/fault/client.c as a process."""

    def __init__(self, url, *settings):
        self.process = subprocess.Popen(
            [os.environ["FAULT_CLIENT"], *settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=dict(os.environ, DATABASE_URL=url), text=True, bufsize=1)
        self.answers = {}
        self.stats = queue.Queue()
        self.changed = threading.Condition()
        self.number = 0
        self.is_over = False
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            words = line.rstrip("\n").split(" ")
            if words[0] == "stat":
                self.stats.put(dict(word.split("=") for word in words[1:]))
                continue
            with self.changed:
                self.answers.setdefault(words[0], []).append(words[1:])
                self.changed.notify_all()
        with self.changed:
            self.is_over = True
            self.changed.notify_all()

    def send(self, verb, *words):
        self.number += 1
        name = "c%d" % self.number
        self.process.stdin.write(" ".join((verb, name) + words) + "\n")
        self.process.stdin.flush()
        return name

    def wait(self, name, seconds=ANSWER_SECONDS):
        with self.changed:
            if not self.changed.wait_for(lambda: name in self.answers or self.is_over, seconds):
                raise Wrong("%s was never answered" % name)
            if name not in self.answers:
                raise Wrong("the client ended with %s" % self.process.wait())
            if len(self.answers[name]) != 1:
                raise Wrong("%s was answered %d times" % (name, len(self.answers[name])))
            return self.answers[name][0]

    def ask(self, verb, *words):
        return self.wait(self.send(verb, *words))

    def cancel(self, name):
        self.process.stdin.write("cancel %s\n" % name)
        self.process.stdin.flush()

    def stat(self):
        self.process.stdin.write("stat\n")
        self.process.stdin.flush()
        return self.stats.get(timeout=ANSWER_SECONDS)

    def close(self, seconds=10):
        """Nothing may be left in its loop, whatever happened before."""
        try:
            self.process.stdin.close()
            code = self.process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Wrong("the client did not end") from None
        if code != 0:
            raise Wrong("the client ended with %d" % code)


class Write:
    """A keyed write and all that was said about it."""

    def __init__(self, client, key, verb):
        self.client, self.key, self.verb = client, key, verb
        self.was_unknown = False
        self.failures = []
        self.name = client.send(verb, key)

    def settle(self):
        for _ in range(TRIES_MAX):
            answer = self.client.wait(self.name)
            if answer[0] == "ok":
                if answer[1] == "again" and not self.was_unknown:
                    raise Wrong("%s was stored by a call that said it was not" % self.key)
                return
            self.failures.append(answer)
            self.was_unknown = self.was_unknown or answer[2] == "unknown"
            if answer[3] not in ("gone", "busy", "retry"):
                raise Wrong("%s: %s" % (self.key, answer))
            pause(0.05)
            self.name = self.client.send(self.verb, self.key)
        raise Wrong("%s was never stored: %s" % (self.key, self.failures[-1]))


def wait_until(condition, seconds):
    """Looks again and again; true at the end or not."""
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.005)  # lint-ok: sleeps (looks again)
    return condition()


def pause(seconds):
    """The moment of a fault is part of the fault, and what it broke takes its time to come back."""
    PAUSE.wait(seconds)


def check_read(answer, expected):
    """A read is right, or says honestly that the database was not there."""
    if answer[0] == "ok" and answer[1] != expected:
        raise Wrong("read %s instead of %s" % (answer[1], expected))
    if answer[0] == "fail" and answer[3] not in ("gone", "busy"):
        raise Wrong("read failed with %s" % answer)
    return answer[0] == "ok"


class Round:
    """One seeded round: prints what to type to see it again when it goes wrong."""

    def __init__(self, scenario, seed, number):
        self.label = "%s %d %d" % (scenario, seed, number)
        self.random = random.Random(self.label)
        self.notes = []

    def note(self, text):
        self.notes.append(text)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if kind is None and os.environ.get("FAULT_VERBOSE"):
            print("round %s: %s" % (self.label, ", ".join(self.notes)), file=sys.stderr)
        if kind is None or not issubclass(kind, Wrong):
            return False
        print("FAILED round %s: %s\n    %s" % (self.label, error, "\n    ".join(self.notes)),
              file=sys.stderr)
        return False
