"""Databases for tests: a throw-away PostgreSQL per test file, and clean copies of a ledger in it.

    from support import ledger
    books = ledger.small()            # a database of its own with ledger_small.sql
    with Server(books.env()) as server: ...
    books.rows("SELECT ...")          # what is really stored, by psql

The server is started on first use, listens on a socket in a private folder only, and is stopped
when the process ends. Templates are made once; a copy takes some 50 ms. PrivateHome is the other
way: a home folder of its own in which the binary runs its private cluster.

With NINEPENCE_POOLED=1 the binary meets the copies through PgBouncer in transaction mode; what the
tests themselves look up goes past it.
"""
import atexit
import os
import shutil
import signal
import subprocess

from support import mcp_client, with_pgbouncer, with_postgres

NOW = "2026-11-22T12:00:00Z"
TODAY = "2026-11-22"
SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
            "shared_buffers=32MB", "max_connections=60", "log_min_messages=warning", "jit=off")
POOLED = os.environ.get("NINEPENCE_POOLED") == "1"
HERE = os.path.dirname(os.path.abspath(__file__))


def bindir():
    """The folder of the newest PostgreSQL here."""
    return with_postgres.bin_dir()


# Rows and counters of all tables into a schema beside them, and back; references are not looked at
# while the tables are empty.
_KEEP = """
CREATE SCHEMA kept;
CREATE TABLE kept."counters of all" AS
    SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'ninepence';
SELECT format('CREATE TABLE kept.%I AS TABLE ninepence.%I', tablename, tablename)
    FROM pg_tables WHERE schemaname = 'ninepence' \\gexec
"""
_RESTORE = """
SET session_replication_role = replica;
SELECT format('DELETE FROM ninepence.%I', tablename),
       format('INSERT INTO ninepence.%I OVERRIDING SYSTEM VALUE TABLE kept.%I', tablename, tablename)
    FROM pg_tables WHERE schemaname = 'ninepence' \\gexec
SELECT setval(format('ninepence.%I', sequencename)::regclass, coalesce(last_value, 1),
              last_value IS NOT NULL) FROM kept."counters of all";
"""


class Postgres:
    """A PostgreSQL that lives as long as this process."""

    def __init__(self):
        self.owner = with_postgres.server_user()
        self.folder = with_postgres.new_home("np-pg")
        os.chmod(self.folder, 0o755)
        with_postgres.give(self.folder, self.owner)
        self.data = os.path.join(self.folder, "data")
        self.log = os.path.join(self.folder, "log")
        with_postgres.run_as(self.owner, "cp", "-a",
                             with_postgres.template(bindir(), self.owner), self.data)
        self.process = None
        self.templates = {}
        self.copies = 0
        self.pooler = None
        self.start()

    def start(self):
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(bindir(), "postgres"), "-D", self.data, "-k", self.folder, *options],
                cwd="/", preexec_fn=with_postgres.become(self.owner), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        mcp_client.wait_until(self._answers, 20, "PostgreSQL to start")

    def _answers(self):
        if self.process.poll() is not None:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                raise RuntimeError(f"PostgreSQL ended: {log.read()}")
        return self._psql("postgres", ["-c", "SELECT 1"], check=False).returncode == 0

    def _psql(self, database, args, check=True, input=None):
        done = subprocess.run(
            [os.path.join(bindir(), "psql"), "-X", "-q", "-h", self.folder, "-U", "postgres",
             "-d", database, "-v", "ON_ERROR_STOP=1", *args],
            input=input, stdin=subprocess.DEVNULL if input is None else None,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"]},
            check=False)
        if check and done.returncode:
            raise RuntimeError(f"psql: {done.stderr.decode('utf-8', 'replace')}")
        return done

    def url(self, database):
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, name, template="template0"):
        self._psql("postgres", ["-c", f"CREATE DATABASE {name} TEMPLATE {template}"
                                      " STRATEGY file_copy"])
        return Database(self, name)

    def template(self, name, fill):
        """The database `name`, made once by fill(database)."""
        if name not in self.templates:
            self.templates[name] = self.create(name)
            fill(self.templates[name])
        return name

    def copy(self, template):
        self.copies += 1
        return self.create(f"{template}_{self.copies}", template)

    def pooled_url(self, database):
        if not self.pooler:
            self.pooler = with_pgbouncer.Pooler(self.folder)
        return self.pooler.url(database)

    def stop(self):
        if self.process and self.process.poll() is None:
            with_postgres.stop(self.process)

    def remove(self):
        if self.pooler:
            self.pooler.stop()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Database:
    """One database of a Postgres."""

    def __init__(self, postgres, name):
        self.postgres = postgres
        self.name = name
        self.url = postgres.url(name)

    def env(self, **more):
        """Environment for a server on this database, on the day of the small ledger."""
        is_pooled = POOLED and self.name not in self.postgres.templates  # copied while nobody is in
        url = self.postgres.pooled_url(self.name) if is_pooled else self.url
        return mcp_client.base_environment(**{"DATABASE_URL": url, "NINEPENCE_NOW": NOW, **more})

    def execute(self, sql):
        self.postgres._psql(self.name, ["-f", "-"], input=sql.encode("utf-8"))

    def execute_file(self, path):
        self.postgres._psql(self.name, ["-1", "-o", "/dev/null", "-f", path])

    def keep(self):
        """Remembers what the tables hold now, for restore()."""
        self.execute(_KEEP)

    def restore(self):
        """Everything as it was at keep(), while servers stay connected."""
        self.postgres._psql(self.name, ["-1", "-o", "/dev/null", "-f", "-"],
                            input=_RESTORE.encode("utf-8"))

    def rows(self, query):
        """Plain rows as tuples of text or None."""
        out = self.postgres._psql(self.name, ["-c", f"COPY ({query}) TO STDOUT"]).stdout
        return [tuple(_uncopy(cell) for cell in line.split("\t"))
                for line in out.decode("utf-8").split("\n") if line]

    def value(self, query):
        return self.rows(query)[0][0]

    def fingerprint(self):
        """Everything that a ledger holds, to see that nothing was changed."""
        tables = [row[0] for row in self.rows(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = 'ninepence' ORDER BY 1")]
        found = {table: [] for table in tables}
        # All by one psql: it takes longer to start than to ask.
        query = " UNION ALL ".join(f"SELECT '{table}', t::text FROM {table} t" for table in tables)
        for table, row in self.rows(query) if tables else ():
            found[table].append((row,))
        return {table: sorted(rows) for table, rows in found.items()}

    def locked(self, table="ninepence.expenses", mode="ACCESS EXCLUSIVE"):
        """A context in which nobody else can read or write the table, or in mode SHARE write it:
        calls stay under way."""
        return Locked(self, table, mode)

    def wait_for_waiting(self, count):
        """Until so many connections wait for a lock."""
        mcp_client.wait_until(lambda: self.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'") == str(count), 10, f"{count} to wait for a lock")

    def drop(self):
        self.postgres._psql("postgres", ["-c", f"DROP DATABASE {self.name} WITH (FORCE)"])


class Locked:
    """Holds a lock in a psql of its own."""

    def __init__(self, database, table, mode):
        self.process = subprocess.Popen(
            [os.path.join(bindir(), "psql"), "-X", "-q", "-A", "-t", "-h", database.postgres.folder,
             "-U", "postgres", "-d", database.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"]}, bufsize=0)
        self.process.stdin.write(
            f"BEGIN; LOCK TABLE {table} IN {mode} MODE; SELECT 'held';\n".encode())
        if self.process.stdout.readline() != b"held\n":
            raise RuntimeError("the lock was not given")

    def release(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.release()


_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def _uncopy(cell):
    """One cell of COPY's text format."""
    if cell == "\\N":
        return None
    if "\\" not in cell:
        return cell
    out = []
    characters = iter(cell)
    for character in characters:
        out.append(_ESCAPES[next(characters)] if character == "\\" else character)
    return "".join(out)


_postgres = None


def postgres():
    """The PostgreSQL of this test process."""
    global _postgres
    if _postgres is None:
        _postgres = Postgres()
        atexit.register(_postgres.remove)
    return _postgres


def _prepare(database, *command):
    """Never under valgrind: there test_command_line runs the same commands, once each and not for each
    file of tests."""
    done = mcp_client.run(command, env=database.env(), valgrind=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.returncode} {done.stdout} {done.stderr}")


def _migrate(database):
    _prepare(database, "db", "migrate")


def _fill_small(database):
    _migrate(database)
    database.execute_file(os.path.join(HERE, "ledger_small.sql"))


def _fill_demo(database):
    _prepare(database, "demo")


def small():
    """A copy of the small ledger."""
    return postgres().copy(postgres().template("small", _fill_small))


def demo():
    """A copy of the sample ledger that `ninepence demo` makes."""
    return postgres().copy(postgres().template("demo", _fill_demo))


def empty():
    """A migrated database without a ledger."""
    return postgres().copy(postgres().template("migrated", _migrate))


def blank():
    """A database without anything."""
    return postgres().copy("template0")


class PrivateHome:
    """A home folder in which the binary makes and runs its own cluster."""

    def __init__(self):
        self.folder = with_postgres.new_home("np-home")
        os.chmod(self.folder, 0o755)
        self.data_home = os.path.join(self.folder, "data")
        self.runtime = os.path.join(self.folder, "run")
        for folder in (self.data_home, self.runtime):
            os.mkdir(folder, 0o755 if folder == self.data_home else 0o700)

    def env(self, **more):
        return mcp_client.base_environment(**{
            "HOME": self.folder, "XDG_DATA_HOME": self.data_home, "XDG_RUNTIME_DIR": self.runtime,
            "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
            "XDG_STATE_HOME": os.path.join(self.folder, "state"), "NINEPENCE_NOW": NOW, **more})

    def files(self):
        """Everything below the home that was not there at the start."""
        found = []
        for base, folders, files in os.walk(self.folder):
            found += [os.path.relpath(os.path.join(base, name), self.folder)
                      for name in folders + files]
        return sorted(set(found) - {"data", "run"})

    def postmasters(self):
        """Process ids of clusters whose data lies in this home."""
        found = []
        for base, _, files in os.walk(self.data_home):
            if "postmaster.pid" in files:
                with open(os.path.join(base, "postmaster.pid"), encoding="ascii") as pid:
                    number = int(pid.readline())
                if _alive(number):
                    found.append(number)
        return found

    def psql(self, *args):
        """What psql says to the cluster that runs in this home, as its owner."""
        with open(os.path.join(self._cluster(), "postmaster.pid"), encoding="ascii") as pid:
            port, socket = pid.read().split("\n")[3:5]
        done = subprocess.run(
            [os.path.join(bindir(), "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
             socket, "-p", port, "-U", "ninepence", "-d", "ninepence", *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout.decode("utf-8").strip()

    def _cluster(self):
        top = os.path.join(self.data_home, "ninepence")
        return next(os.path.join(top, name) for name in os.listdir(top)
                    if os.path.exists(os.path.join(top, name, "postmaster.pid")))

    def backups(self):
        """Paths of all that lies in the folder of the backups, oldest first."""
        folder = os.path.join(self.data_home, "ninepence", "backups")
        return [os.path.join(folder, name) for name in
                sorted(os.listdir(folder) if os.path.isdir(folder) else ())]

    def remove(self):
        """Ends what a failed test left running, and takes the folder away."""
        for pid in self.postmasters():
            os.kill(pid, signal.SIGQUIT)
            mcp_client.wait_until(lambda pid=pid: not _alive(pid), 10, "the cluster to stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.remove()


def _alive(pid):
    """Whether the process runs; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False
