"""The backup that a private database gets before a new program changes its layout: one, whole, and
whatever else happens meanwhile. A pg_dump that tells when it begins and waits to be let on stands in
front of the real one."""
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import ROOT, Server, text_of, wait_until  # noqa: E402

FIRST = os.path.join(ROOT, "schema", "0001_ledgers_and_expenses.sql")
WAITS = "waits for whoever changes the database"

# The layout of the first program, with one ledger in it.
_AGE = """
ALTER TABLE ninepence.schema_migrations SET SCHEMA public;
DROP SCHEMA ninepence CASCADE;
CREATE SCHEMA ninepence;
ALTER TABLE public.schema_migrations SET SCHEMA ninepence;
DELETE FROM ninepence.schema_migrations WHERE version > 1;
"""
_LEDGER = ("INSERT INTO ninepence.ledgers (name, folded, base_currency, time_zone, created_at)"
           " VALUES ('Precious', 'precious', 'EUR', 'UTC', now())")


class Gate:
    """A folder of PostgreSQL's programs in which pg_dump waits."""

    def __init__(self, home, then='exec "$real" "$@"'):
        self.home = home
        self.bin = os.path.join(home.folder, "bin")
        os.mkdir(self.bin, 0o755)
        os.chmod(self.bin, 0o755)
        for name in os.listdir(ledger.bindir()):
            if name != "pg_dump":
                os.symlink(os.path.join(ledger.bindir(), name), os.path.join(self.bin, name))
        self.begun = os.path.join(home.folder, "begun")
        self.way = os.path.join(home.folder, "way")
        with open(self.begun, "w", encoding="ascii"):
            pass
        os.mkfifo(self.way)
        for path in (self.begun, self.way):
            os.chmod(path, 0o666)
        program = os.path.join(self.bin, "pg_dump")
        with open(program, "w", encoding="utf-8") as script:
            script.write(f'#!/bin/sh\nreal="{ledger.bindir()}/pg_dump"\necho $$ >>"{self.begun}"\n'
                         f'read -r word <"{self.way}"\n{then}\n')
        os.chmod(program, 0o755)
        # Held open for both, so that neither the test nor a dump waits for the other to open it.
        self.end = os.open(self.way, os.O_RDWR)

    def env(self):
        return self.home.env(NINEPENCE_PG_BINDIR=self.bin, NINEPENCE_LOG_TRACE="cluster")

    def pids(self):
        with open(self.begun, encoding="ascii") as begun:
            return [int(line) for line in begun]

    def let_on(self, count=1):
        os.write(self.end, b"on\n" * count)

    def close(self):
        os.close(self.end)


class BeforeAMigration(unittest.TestCase):
    def setUp(self):
        self.home = ledger.PrivateHome()
        self.addCleanup(self.home.remove)
        with Server(self.home.env()) as server:
            self.assertFalse(server.call("check_health").get("isError"), server.stderr())
            self.home.psql("-c", _AGE, "-f", FIRST, "-c", _LEDGER)
        wait_until(lambda: not self.home.postmasters(), 15, "the cluster to stop")

    def gate(self, **more):
        gate = Gate(self.home, **more)
        self.addCleanup(gate.close)
        return gate

    def begin(self, gate):
        server = Server(gate.env())
        self.addCleanup(server.kill)
        return server, server.start("tools/call", {"name": "check_health"})

    def assert_answers(self, server, id):
        result = server.wait_answer(id, 60)["result"]
        self.assertFalse(result.get("isError"), text_of(result) + server.stderr())

    def assert_backup_of_the_old_layout(self, path):
        self.assertTrue(path.endswith("-before-migration.dump"), path)
        done = subprocess.run([os.path.join(ledger.bindir(), "pg_restore"), "-f", "-", path],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"Precious", done.stdout)
        versions = done.stdout.split(b"COPY ninepence.schema_migrations ")[1].split(b"\n\\.\n")[0]
        self.assertEqual([line.split(b"\t")[0] for line in versions.split(b"\n")[1:]], [b"1"])

    def test_of_two_that_start_at_once_one_makes_the_backup_and_the_other_waits(self):
        gate = self.gate()
        servers = [self.begin(gate), self.begin(gate)]
        wait_until(lambda: len(gate.pids()) + sum(WAITS in server.stderr() for server, _ in servers)
                   >= 2, 30, "both to have come to the backup")
        gate.let_on(2)
        for server, id in servers:
            self.assert_answers(server, id)
        self.assertEqual(len(gate.pids()), 1)
        [backup] = self.home.backups()
        self.assert_backup_of_the_old_layout(backup)
        for server, _ in servers:
            server.close()

    def test_whoever_waits_ends_with_its_input(self):
        gate = self.gate()
        first, id = self.begin(gate)
        wait_until(gate.pids, 30, "the backup to begin")
        second, _ = self.begin(gate)
        wait_until(lambda: WAITS in second.stderr(), 30, "the second one to wait")
        second.expect_answers = False
        second.close(0, seconds=8)
        gate.let_on()
        self.assert_answers(first, id)
        first.close()

    def test_what_a_killed_one_left_is_no_backup_and_is_swept(self):
        gate = self.gate()
        first, _ = self.begin(gate)
        wait_until(gate.pids, 30, "the backup to begin")
        first.kill()
        [left] = self.home.backups()
        self.assertFalse(left.endswith(".dump"), left)
        second, id = self.begin(gate)
        wait_until(lambda: WAITS in second.stderr() or len(gate.pids()) > 1, 30,
                   "the second one to wait for the dump of the first")
        self.assertEqual(len(gate.pids()), 1)
        os.kill(gate.pids()[0], signal.SIGKILL)
        wait_until(lambda: len(gate.pids()) == 2, 30, "the second backup to begin")
        gate.let_on()
        self.assert_answers(second, id)
        [backup] = self.home.backups()
        self.assert_backup_of_the_old_layout(backup)
        second.close()

    def assert_refused_and_nothing_changed(self, gate):
        gate.let_on()
        with Server(gate.env()) as server:
            text = server.refusal("check_health")
            for words in ("backup", "Nothing was saved", "pg_dump", "try again"):
                self.assertIn(words, text)
            self.assertEqual(self.home.backups(), [])
            self.assertEqual(self.home.psql("-c", "SELECT max(version) FROM"
                                                  " ninepence.schema_migrations"), "1")

    def test_dump_that_fails_is_told_leaves_no_trace_and_nothing_is_changed(self):
        self.assert_refused_and_nothing_changed(self.gate(then="exit 1"))

    def test_dump_that_lost_its_end_without_a_word_is_no_backup(self):
        self.assert_refused_and_nothing_changed(self.gate(
            then='"$real" "$@" || exit 1\nfor file; do :; done\ntruncate -s -100 "$file"'))


if __name__ == "__main__":
    unittest.main()
