"""What the campaign of writes breaks: a database of its own behind a proxy, two servers on it, and a
psql that stays to look at what is really stored."""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
from bench import pause  # noqa: E402
from proxy import Plan, Proxy  # noqa: E402
from support import ledger, mcp_client  # noqa: E402

# A commit that was said to be done must outlive the postmaster.
ledger.SETTINGS += ("synchronous_commit=on", "client_connection_check_interval=500ms", "log_min_messages=panic")
ANSWER_SECONDS = 30
RECOVERY_SECONDS = 30


class Broken(AssertionError):
    """The books are not what they must be."""


class Look:
    """A psql of its own; a new one when the server was killed."""

    def __init__(self, database):
        self.database, self.process, self.number = database, None, 0

    def rows(self, query):
        """Again until the server is there: it may be starting anew after a crash."""
        end = time.monotonic() + RECOVERY_SECONDS
        while True:
            try:
                return self.ask(query)
            except OSError:
                self.close()
            if time.monotonic() > end:
                raise Broken("the database does not answer")
            pause(0.05)

    def ask(self, query):
        if self.process is None:
            self.process = subprocess.Popen(
                [os.path.join(ledger.bindir(), "psql"), "-X", "-q", "-h", self.database.postgres.folder, "-U",
                 "postgres", "-d", self.database.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]}, bufsize=0)
        self.number += 1
        end = f"--{self.number}--".encode()
        self.process.stdin.write(f"COPY ({query}) TO STDOUT;\n\\echo {end.decode()}\n".encode())
        text = b""
        while not text.endswith(end + b"\n"):
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            if not piece:
                raise OSError("psql ended")
            text += piece
        if self.process.poll() is not None:
            raise OSError("psql ended")
        return [[None if cell == "\\N" else cell for cell in line.split("\t")]
                for line in text.decode("utf-8").split("\n")[:-2]]

    def value(self, query):
        rows = self.rows(query)
        if not rows:
            self.close()
            rows = self.rows(query)
        return rows[0][0]

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
        self.process = None


class Rig:
    def __init__(self):
        self.books = ledger.small()
        self.postgres = ledger.postgres()
        self.proxy = Proxy(os.path.join(self.postgres.folder, ".s.PGSQL.5432"))
        self.proxy.start()
        url = f"postgresql://postgres@127.0.0.1:{self.proxy.port}/{self.books.name}"
        self.env = self.books.env(DATABASE_URL=url, NINEPENCE_NOW=None, NINEPENCE_POOL_SIZE="3")
        self.look = Look(self.books)
        self.servers = [self.serve(), self.serve()]

    def serve(self):
        server = mcp_client.Server(dict(self.env), record=False)
        server.expect_answers = False
        return server

    def replace(self, index):
        """A new server in the place of one that ended."""
        self.servers[index].kill()
        self.servers[index] = self.serve()

    def close(self):
        for server in self.servers:
            server.kill()
        self.look.close()
        self.proxy.stop()
        self.books.drop()

    # --- answers -------------------------------------------------------------------------------------

    def send(self, index, call):
        """The id of the call, None when there is nobody to take it."""
        try:
            return self.servers[index].start("tools/call", call)
        except OSError:
            return None

    def answer(self, server, id):
        """The result, or None when there will be none."""
        if id is None:
            return None
        try:
            message = server.wait_answer(id, ANSWER_SECONDS)
        except mcp_client.Timeout:
            raise Broken(f"a call was never answered: {server.stderr()}") from None
        except AssertionError:
            return None
        if "result" not in message:
            raise Broken(f"an error of the protocol: {message}")
        return message["result"]

    # --- after a round ---------------------------------------------------------------------------------

    def wait_until_quiet(self):
        """Nothing of ours runs or holds a lock, within five seconds."""
        busy = ("SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <>"
                " pg_backend_pid() AND state <> 'idle') + (SELECT count(*) FROM pg_locks WHERE database = (SELECT oid"
                " FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid())")
        mcp_client.wait_until(lambda: self.look.value(busy) == "0", 5, "the database to be quiet")

    # --- faults ----------------------------------------------------------------------------------------

    def kill_server(self, index):
        self.servers[index].kill()

    def stop_server(self, index, seconds):
        self.servers[index].signal(19)
        pause(seconds)
        self.servers[index].signal(18)

    def end_input(self, index):
        self.servers[index].end_input()

    def terminate_backends(self):
        self.look.rows("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                       " WHERE datname = current_database() AND pid <> pg_backend_pid()")

    def kill_backend(self, random):
        """The whole server starts anew, as it does after a crash."""
        pids = [int(row[0]) for row in self.look.rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")]
        if pids:
            try:
                os.kill(random.choice(pids), 9)
            except ProcessLookupError:
                pass
        self.look.close()

    def kill_postmaster(self):
        self.postgres.process.kill()
        self.postgres.process.wait()
        self.look.close()
        end = time.monotonic() + 20
        while True:
            try:
                self.postgres.start()
                return
            except RuntimeError:  # the orphans of the old one are not gone yet
                if time.monotonic() > end:
                    raise
                pause(0.05)

    def break_commits(self, how, reset):
        """Every open connection, and the next new one, is cut at its next COMMIT."""
        self.proxy.plans = [Plan(commit=how, reset=reset)]
        self.proxy.change_all(commit=how, reset=reset)

    def break_bytes(self, way, count):
        self.proxy.change_all(**{way: count})

    def mend(self):
        self.proxy.plans = []
        self.proxy.change_all(commit="")
