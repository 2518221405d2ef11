"""The PostgreSQL that is measured: a cluster of its own, filled once and kept beside the build.

A cluster belongs to one size of data and one state of the schema; any change of either makes a new
one. It listens on a socket only, is started for a run and stopped with it.
"""
import contextlib
import fcntl
import glob
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import with_postgres  # noqa: E402  (needs the path above)

SETTINGS = {
    "listen_addresses": "", "shared_buffers": "1GB", "max_connections": "100", "jit": "off",
    "max_parallel_workers_per_gather": "0", "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "max_wal_size": "8GB", "autovacuum": "off", "wal_level": "minimal",
    "max_wal_senders": "0", "checkpoint_timeout": "1h", "log_min_messages": "log",
    "logging_collector": "on", "log_destination": "jsonlog", "log_filename": "log",
    "log_rotation_age": "0", "log_rotation_size": "0",
}
LISTENING_ENDS_SECONDS = 10
TODAY = "2026-11-22T12:00:00Z"


class Database:
    """A running PostgreSQL with the books in database "bench"."""

    def __init__(self, home, user):
        self.lock = open(f"{home}.lock", "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)  # one run at a time; released with the process
        self.home = home
        self.user = user
        self.data = os.path.join(home, "data")
        self.socket = tempfile.mkdtemp(prefix="np-", dir="/tmp")  # socket names end at 107 bytes
        with_postgres.give(self.socket, user)
        self.bin = with_postgres.bin_dir()
        self.url = f"postgresql:///bench?host={self.socket}&user=ninepence"
        options = [word for item in SETTINGS.items() for word in ("-c", "=".join(item))]
        with open(os.path.join(home, "start.log"), "wb") as log:
            self.server = subprocess.Popen(
                [f"{self.bin}/postgres", "-D", self.data, "-k", self.socket, *options], cwd="/",
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=with_postgres.become(user))
        if not with_postgres.wait_until_ready(self.server, self.data):
            self.stop()
            with open(os.path.join(home, "start.log"), encoding="utf-8", errors="replace") as log:
                raise RuntimeError(f"PostgreSQL did not start: {log.read()}")

    @property
    def pid(self):
        return self.server.pid

    def psql(self, *arguments, database="bench"):
        done = subprocess.run(
            [f"{self.bin}/psql", "-XqAt", "-h", self.socket, "-U", "ninepence", "-d", database,
             "-v", "ON_ERROR_STOP=1", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise RuntimeError(f"psql {' '.join(arguments)} failed")
        return done.stdout.decode("utf-8").strip()

    def stop(self):
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait()
        self.lock.close()
        shutil.rmtree(self.socket, ignore_errors=True)

    @contextlib.contextmanager
    def listening(self):
        """Notes every statement of connections made meanwhile; the list is complete at the end."""
        path = os.path.join(self.data, "log", "log.json")
        heard = []
        self.psql("-c", "ALTER DATABASE bench SET log_min_duration_statement = 0")
        begin = os.path.getsize(path) if os.path.exists(path) else 0
        try:
            yield heard
        finally:
            self.psql("-c", "ALTER DATABASE bench RESET log_min_duration_statement")
        marker = f"SELECT 'end of listening {os.getpid()}'"
        self.psql("-c", "SET log_min_duration_statement = 0", "-c", marker)
        with open(path, encoding="utf-8") as log:
            log.seek(begin)
            text = ""
            end = time.monotonic() + LISTENING_ENDS_SECONDS
            while marker not in text and time.monotonic() < end:
                text += log.read()
        if marker not in text:
            raise RuntimeError("PostgreSQL does not log its statements")
        heard.extend(json.loads(line) for line in text.splitlines())


def _fill(database, size, migrate):
    """The schema as the program makes it (or its plain files, without a program), then the data."""
    ledgers, per_ledger = size
    database.psql("-c", "CREATE DATABASE bench", database="postgres")
    if migrate:
        migrate(database)
    else:
        for path in sorted(glob.glob(os.path.join(ROOT, "schema", "[0-9]*.sql"))):
            database.psql("-1", "-f", path)
    database.psql("-v", f"ledgers={ledgers}", "-v", f"per_ledger={per_ledger}", "-f",
                  os.path.join(HERE, "data.sql"))


def _digest(size, migrate):
    digest = hashlib.sha256(repr((size, bool(migrate), with_postgres.bin_dir())).encode())
    for path in sorted(glob.glob(os.path.join(ROOT, "schema", "[0-9]*.sql"))) + [
            os.path.join(HERE, "data.sql")]:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:12]


def _reachable(path, user):
    """Whether `user` may pass through every folder above `path`."""
    return user is None or subprocess.run(
        ["test", "-x", path], preexec_fn=with_postgres.become(user), check=False).returncode == 0


def _remove(lock):
    """Removes a cluster of another schema, unless it runs."""
    with open(lock, "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(lock[:-len(".lock")], ignore_errors=True)
        os.unlink(lock)


def start(folder, size, migrate=None, say=print):
    """The database of this size under `folder`, made when it is not there yet. migrate(database)
    makes the tables."""
    user = with_postgres.server_user()
    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)
    if not _reachable(folder, user):
        folder = os.path.join(tempfile.gettempdir(), f"ninepence-bench-{os.getuid()}")
        os.makedirs(folder, mode=0o755, exist_ok=True)
        if os.lstat(folder).st_uid != os.getuid():
            raise RuntimeError(f"{folder} belongs to somebody else")
    home = os.path.join(folder, f"pg-{size[0]}x{size[1]}-{_digest(size, migrate)}")
    ready = os.path.join(home, "ready")
    if os.path.exists(ready):
        return Database(home, user)
    for old in glob.glob(os.path.join(folder, f"pg-{size[0]}x{size[1]}-*.lock")):
        _remove(old)
    say(f"making {size[0]} ledgers with {size[1]} expenses each (once) ...")
    os.makedirs(home)
    with_postgres.give(home, user)
    with_postgres.run_as(user, f"{with_postgres.bin_dir()}/initdb", "-D", os.path.join(home, "data"),
                         "-U", "ninepence", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                         "--no-sync", "--no-instructions")
    database = Database(home, user)
    try:
        _fill(database, size, migrate)
    except BaseException:
        database.stop()
        raise
    with open(ready, "w", encoding="ascii") as file:
        file.write("filled\n")
    return database
