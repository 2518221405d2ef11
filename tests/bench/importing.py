"""Imports of many rows beside `psql \\copy` of the same rows into the same table, in turns; and what
reading alone costs. Each side begins with a copy of the same migrated database, after a checkpoint; the
ledger has an account and no expenses. `\\copy` gets what the import stored, as COPY writes it."""
import datetime
import json
import os
import random
import resource
import subprocess
import sys
import time

import with_postgres

HEAD = "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n"
BANK = "Chase"
SHOPS = [f"{first} {second}" for first in ("WHOLE", "SHELL", "BLUE", "AMAZON", "CITY", "IKEA", "UBER", "NOODLE", "BOOK", "RIVER")
         for second in ("MARKET", "STATION", "SHOP", "STORE", "BAR", "HOUSE", "CORNER", "DIRECT", "PLACE", "DEPOT")]
FIRST_DAY = datetime.date(2015, 1, 1)
DAYS = 4000
STATEMENT_ROWS = 100  # of a file that somebody downloads
TICK = os.sysconf("SC_CLK_TCK")


def write_file(path, rows):
    """A statement of a known bank, the same on every run."""
    chance = random.Random(20261122)
    with open(path, "w", encoding="ascii") as file:
        file.write(HEAD)
        for i in range(rows):
            day = (FIRST_DAY + datetime.timedelta(i * DAYS // rows)).strftime("%m/%d/%Y")
            if i % 20:
                cents = chance.randrange(100, 20000)
                file.write(f"DEBIT,{day},{chance.choice(SHOPS)},-{cents // 100}.{cents % 100:02},DEBIT_CARD,,\n")
            else:
                file.write(f"CREDIT,{day},ACME CORP PAYROLL,{chance.randrange(1000, 5000)}.00,ACH_CREDIT,,\n")


def peak_kib(pid):
    """What getrusage() says of a child counts this program too, out of which it was made."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


class ImportBench:
    def __init__(self, programs, books, sizes):
        self.programs = programs
        self.books = books
        self.sizes = sizes
        self.rows = []

    def _database_seconds(self):
        """CPU of the server and of all backends that have ended."""
        with open(f"/proc/{self.books.pid}/stat", encoding="ascii") as stat:
            return sum(map(int, stat.read().rpartition(")")[2].split()[11:15])) / TICK

    def _backends(self):
        """Processes of the server. One that has left pg_stat_activity may still be ending, and its CPU is not
        counted before it has."""
        with open(f"/proc/{self.books.pid}/task/{self.books.pid}/children", encoding="ascii") as children:
            return set(children.read().split())

    def _fresh(self, name):
        self.books.psql("-c", f"CREATE DATABASE {name} TEMPLATE bench STRATEGY file_copy", database="postgres")
        self.books.psql("-c", "DELETE FROM ninepence.expense_tags", "-c", "DELETE FROM ninepence.expenses",
                        "-c", "VACUUM ninepence.expenses", database=name)
        self.books.psql("-c", "CHECKPOINT", database=name)

    def _run(self, command, **environment):
        """Seconds, CPU seconds of the program and of the database, and the program's peak memory."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        there = self._backends()
        cpu, begin = self._database_seconds(), time.monotonic()
        process = subprocess.Popen(command, env={**self.programs.environment, **environment}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        peak = 0
        while process.poll() is None:
            peak = max(peak, peak_kib(process.pid))
            try:
                process.wait(timeout=0.02)
            except subprocess.TimeoutExpired:
                pass
        seconds = time.monotonic() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = process.stdout.read()
        process.stdout.close()
        if process.returncode:
            sys.exit(f"bench: {' '.join(command)} failed:\n{said.decode('utf-8', 'replace')}")
        end = time.monotonic() + 30  # a large import takes a while to leave
        while time.monotonic() < end and not self._backends() <= there:
            time.sleep(0.01)  # lint-ok: sleeps (looks again)
        return {"s": seconds, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                "database": self._database_seconds() - cpu, "kib": peak}

    def _round(self, path, rows):
        work = self.programs.work
        dump = os.path.join(work, "expenses.copy")
        self._fresh("importing")
        url = self.books.url.replace("/bench?", "/importing?")
        imported = self._run([self.programs.product[0], "import", path, "--account", "Checking", "--yes"], DATABASE_URL=url)
        stored = self.books.psql("-c", "SELECT count(*) FROM ninepence.expenses", database="importing")
        if int(stored) != rows:
            sys.exit(f"bench: {stored} of {rows} rows were stored")
        self.books.psql("-c", f"\\copy (SELECT * FROM ninepence.expenses ORDER BY expense_id) TO '{dump}'", database="importing")
        self._fresh("copying")
        copied = self._run([f"{with_postgres.bin_dir()}/psql", "-XqAt", "-h", self.books.socket, "-U", "ninepence", "-d", "copying",
                            "-v", "ON_ERROR_STOP=1", "-c", f"\\copy ninepence.expenses FROM '{dump}'"])
        os.unlink(dump)
        for name in ("importing", "copying"):
            self.books.psql("-c", f"DROP DATABASE {name}", database="postgres")
        return imported, copied

    def reader(self, *paths):
        done = subprocess.run([os.path.join(self.programs.build, "tests", "bench", "reader"), *paths],
                              stdout=subprocess.PIPE, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def run(self, say, figures):
        """Fills figures with cells "import/ROWS", "copy/ROWS", "reader/ROWS", "known"."""
        for rows, rounds in self.sizes:
            path = os.path.join(self.programs.work, f"rows-{rows}.csv")
            write_file(path, rows)
            for number in range(rounds):
                say(f"import: {rows} rows, round {number + 1} of {rounds}")
                imported, copied = self._round(path, rows)
                figures.add(f"import/{rows}", imported)
                figures.add(f"copy/{rows}", copied)
                figures.add(f"reader/{rows}", self.reader(path)[0])
            os.unlink(path)
        path = os.path.join(self.programs.work, "statement.csv")
        write_file(path, STATEMENT_ROWS)
        for _ in range(5):
            known = self.reader(path)[0]
            if known["bank"] != BANK:
                sys.exit(f"bench: a file of {BANK} is taken for one of {known['bank'] or 'nobody'}")
            figures.add("known", known)
        os.unlink(path)
