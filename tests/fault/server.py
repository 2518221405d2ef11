"""Scenarios that are rough with the server itself: processes killed or stopped, no connection left, no
room left on its disk."""
import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import bench
import with_postgres as postgres
from bench import Wrong
from scenario import QUICK, Scenario

CLONE_NEWNS = 0x20000
BACK_SECONDS = 5
DISK_BYTES = 96 << 20
STOPPED_SECONDS = 1.5


class Skip(Exception):
    """This machine does not allow it."""


def mount(*words):
    if subprocess.run(("mount",) + words, stderr=subprocess.DEVNULL, check=False).returncode:
        raise Skip("file systems may not be mounted here")


def own_mounts():
    """What is mounted from here on is seen by this process alone and is gone with it."""
    if os.geteuid() != 0 or ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        raise Skip("mounts of its own need root")
    mount("--make-rprivate", "/")


def wait_for_answer(client, text, what):
    """Until the pool finds the server again."""
    begin = time.monotonic()
    while client.ask("read", text) != ["ok", text]:
        if time.monotonic() - begin > BACK_SECONDS * bench.SLOW:
            raise Wrong("not back %d s after %s" % (BACK_SECONDS * bench.SLOW, what))
    return time.monotonic() - begin


class Server:
    """A postmaster that may die, on data that stay."""

    def __init__(self, data, home, pid=0):
        self.data, self.home, self.pid = data, home, pid
        self.process = None

    def start(self):
        for _ in range(100):  # after a crash the old sessions hold the memory for a moment
            with open(self.home + "/log", "ab") as log:
                self.process = subprocess.Popen(
                    [postgres.bin_dir() + "/postgres", "-D", self.data, "-k", self.home, "-c",
                     "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=fatal"],
                    cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=True,
                    preexec_fn=postgres.become(postgres.server_user()), start_new_session=True)
            if postgres.wait_until_ready(self.process, self.data):
                self.pid = self.process.pid
                return
            self.process.wait()
        raise Wrong("the server does not start again")

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        if self.process:
            self.process.wait()

    def is_dead(self):
        return self.process is not None and self.process.poll() is not None

    def stop(self):
        if self.process and self.process.poll() is None:
            postgres.stop(self.process)


class Restart(Scenario):
    """The postmaster killed by SIGKILL and started again while calls come."""

    def __init__(self):
        self.server = Server(os.environ["TEST_PG_DATA"], os.environ["TEST_PG_SOCKET_DIR"],
                             int(os.environ["TEST_PG_PID"]))
        super().__init__()

    def turn(self, turn):
        started, keys = self.load(turn, 2, 2)
        self.server.kill()
        more = self.load(turn, 2, 0)
        bench.pause(turn.random.random() * 0.3)
        self.server.start()
        turn.note("back after %.2f s" % wait_for_answer(self.client, "hello", "the server"))
        self.settle(started + more[0], keys)

    def close(self):
        text = super().close()
        self.server.stop()
        return text


class Sessions(Scenario):
    """One session of the pool killed by SIGKILL, which makes the server end all of them and recover,
    or stopped for a while."""

    settings = QUICK

    def turn(self, turn):
        self.client.ask("read", "warm")
        pids = self.direct.ask("pids")
        if pids[0] != "ok":
            raise Wrong("no list of sessions: %s" % pids)
        pids = [int(word) for word in pids[1].split(",") if word]
        started, keys = self.load(turn, 4, 2)
        victim = turn.random.choice(pids) if pids else 0
        kind = turn.random.choice((signal.SIGKILL, signal.SIGSTOP))
        turn.note("%s for one of %d" % (kind.name, len(pids)))
        try:
            if victim:
                os.kill(victim, kind)
                if kind == signal.SIGSTOP:
                    bench.pause(turn.random.random() * STOPPED_SECONDS)
                    os.kill(victim, signal.SIGCONT)
        except ProcessLookupError:
            turn.note("gone already")
        turn.note("back after %.2f s" % wait_for_answer(self.client, "hello", "a session was lost"))
        self.settle(started, keys)


def say_hello(path):
    """A session of its own without any library: its socket, or None when the server has no room."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    body = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
    connection.sendall(struct.pack("!i", len(body) + 4) + body)
    connection.settimeout(30)
    answer = connection.recv(1)
    if answer == b"R":
        return connection
    connection.close()
    return None


class Slots(Scenario):
    """Others took every connection that the server has (53300)."""

    def fill(self):
        taken = []
        while len(taken) < 1000:
            connection = say_hello(self.proxy.target)
            if connection is None:
                return taken
            taken.append(connection)
        raise Wrong("the server has no limit")

    def turn(self, turn):
        is_warm = turn.random.random() < 0.5
        turn.note("warm" if is_warm else "cold")
        if not is_warm:
            self.client.close()
            self.client = self.open_client()
        elif self.client.ask("read", "warm")[0] != "ok":
            raise Wrong("no connection while there was room")
        taken = self.fill()
        if is_warm:  # goes on with what it has
            started, keys = self.load(turn, 20, 4)
            self.settle(started, keys)
            if self.seen["failed reads"]:
                raise Wrong("a read failed although the pool had a connection")
        else:
            for verb in ("read", "write"):
                got = self.client.ask(verb, "x-" + turn.label.replace(" ", "-"))
                if got[:3] != ["fail", "too_many_requests", "no"]:
                    raise Wrong("%s without a free connection: %s" % (verb, got))
        for connection in taken:
            connection.close()
        wait_for_answer(self.client, "hello", "there was room again")


class Disk(Scenario):
    """No room left on the server's disk, a small one made for this."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="npf-", dir="/tmp")
        own_mounts()
        mount("-t", "tmpfs", "-o", "size=%d,mode=755" % DISK_BYTES, "tmpfs", self.folder)
        user = postgres.server_user()
        data = self.folder + "/data"
        postgres.give(self.folder, user)
        postgres.run_as(user, "cp", "-a", postgres.template(postgres.bin_dir(), user), data)
        self.server = Server(data, self.folder)
        self.server.start()
        super().__init__("postgresql:///postgres?host=%s&user=postgres" % self.folder,
                         self.folder + "/.s.PGSQL.5432")
        self.seen["full"] = self.seen["restarts"] = 0

    def fill(self):
        """Takes all the room there is."""
        with open(self.folder + "/ballast", "ab", buffering=0) as file:
            piece = b"\0" * 4096
            try:
                while True:
                    file.write(piece)
            except OSError:
                pass

    def turn(self, turn):
        keys = []
        self.fill()
        is_full = False
        if turn.random.random() < 0.3:
            turn.note("the log first")
            self.fill_log()
        for i in range(40):  # a page of the table holds some hundred keys
            some = [bench.Write(self.client, "%s-%d-%d" % (turn.label.replace(" ", "-"), i, j), "write")
                    for j in range(40)]
            keys += some
            answers = [self.client.wait(write.name) for write in some]
            failed = [got for got in answers if got[0] != "ok"]
            self.check(failed)
            is_full = is_full or any(got[1] == "disk_full" for got in failed)
            if failed:
                break
        turn.note("%d writes, full: %s" % (len(keys), is_full))
        self.seen["full"] += is_full
        os.unlink(self.folder + "/ballast")
        if bench.wait_until(self.server.is_dead, 0.2):  # PostgreSQL gives up when its log has no room
            self.seen["restarts"] += 1
            self.server.start()
        wait_for_answer(self.client, "hello", "there was room again")
        self.settle_again(keys)

    def fill_log(self):
        """More than the log's files hold: PostgreSQL panics and does not start by itself."""
        sql = "SELECT pg_logical_emit_message(false, 'x', repeat('x', 900000))"
        for _ in range(40):
            done = subprocess.run([postgres.bin_dir() + "/psql", "-Xqt", "-h", self.folder, "-U", "postgres",
                                   "-d", "postgres", "-c", sql], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if done.returncode:
                return

    def check(self, failed):
        for got in failed:
            if got[1] == "disk_full" and got[2] != "no":
                raise Wrong("a full disk: %s" % got)
            if got[3] not in ("full", "gone", "busy"):
                raise Wrong("a write on a full disk: %s" % got)

    def settle_again(self, keys):
        """What was acknowledged is there; the rest is stored once by the same key."""
        for write in keys:
            if write.client.answers[write.name][0][0] != "ok":
                write.was_unknown = write.client.answers[write.name][0][2] == "unknown"
                write.name = write.client.send(write.verb, write.key)
        self.settle([], keys)

    def close(self):
        text = super().close()
        self.server.stop()
        subprocess.run(("umount", "-l", self.folder), check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        return text


SCENARIOS = {"restart": Restart, "sessions": Sessions, "slots": Slots, "disk": Disk}
