"""When there is no database: the handshake is answered all the same, and one clear sentence says on
stderr and in the tool result what to do. Never a piece of a password anywhere."""
import os
import re
import shutil
import socket
import stat
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import checks, ledger  # noqa: E402
from support.mcp_client import (Server, base_environment, processes_with, run,  # noqa: E402
                                text_of, wait_until)

CANARY = "cAnArY%7sEcReT"
CANARY_ENCODED = "cAnArY%257sEcReT"


def pieces(secret, length=6):
    return {secret[n:n + length] for n in range(len(secret) - length + 1)}


class Trouble(unittest.TestCase):
    def refusals(self, env, words, tools=("check_health", "summarize_spending", "create_expenses"),
                 seconds=30):
        """Each tool is refused with a text that holds one of the words; the rest is served."""
        arguments = {"create_expenses": {"items": [{"amount": "1.00", "date": "2026-11-22"}]}}
        found = []
        with Server(env) as server:
            self.assertIn("capabilities", server.result("server/discover"))
            self.assertTrue(server.result("tools/list")["tools"])
            for tool in tools:
                with self.subTest(tool):
                    result = server.call(tool, arguments.get(tool, {}), seconds=seconds)
                    text = text_of(result)
                    self.assertTrue(result.get("isError"), text[:300])
                    checks.check_refusal(tool, text)
                    self.assertTrue(any(word in text for word in words), text)
                    if tool == "create_expenses":
                        self.assertIn("othing was saved", text)
                    found.append(text)
            self.assertIn("capabilities", server.result("server/discover"))
            wait_until(lambda: any(word in server.stderr() for word in words), 10, "stderr to say it")
        with Server(env, era="2025-11-25") as server:
            self.assertEqual(server.result("ping"), {})
        return found


class NoPostgres(Trouble):
    def setUp(self):
        self.home = ledger.PrivateHome()
        self.addCleanup(self.home.remove)
        self.nothing = tempfile.mkdtemp(prefix="np-empty-")
        self.addCleanup(shutil.rmtree, self.nothing)

    def test_no_postgres_installed_says_which_package_to_install(self):
        env = self.home.env(PATH=self.nothing, NINEPENCE_PG_BINDIR=self.nothing)
        self.refusals(env, ["postgresql"])

    def test_command_line_says_the_same_with_status_unavailable(self):
        done = run(["db", "migrate"], env=self.home.env(PATH=self.nothing,
                                                        NINEPENCE_PG_BINDIR=self.nothing))
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("postgresql", done.stderr)


class WrongUrl(Trouble):
    def test_nobody_listens_there(self):
        with socket.socket() as holder:  # of the port: nobody else listens there meanwhile
            holder.bind(("127.0.0.1", 0))
            port = holder.getsockname()[1]
            env = base_environment(DATABASE_URL=f"postgresql://u:{CANARY_ENCODED}@127.0.0.1:{port}/d")
            self.refusals(env, ["not reachable", "not running"], seconds=60)

    def test_no_such_database(self):
        env = base_environment(DATABASE_URL=ledger.postgres().url("no_such_database"))
        self.refusals(env, ["DATABASE_URL"])

    def test_no_such_user(self):
        url = ledger.blank().url.replace("postgres@", "stranger@")
        self.refusals(base_environment(DATABASE_URL=url), ["DATABASE_URL"])

    def test_no_url_at_all(self):
        for url in ("mysql://u:p@h/d", "postgresql://[::1", "http://example.org", "x y z",
                    "postgresql://h:port/d", "postgresql://h:99999/d", "postgresql://h/d?sslmode=no"):
            with self.subTest(url):
                self.refusals(base_environment(DATABASE_URL=url), ["database URL", "sslmode"],
                              tools=("check_health",))

    def test_unset_variable_passed_on_literally_means_the_private_cluster(self):
        for url in ("", "${DATABASE_URL}", "${DATABASE_URL:-}"):
            with self.subTest(url), ledger.PrivateHome() as home, \
                    Server(home.env(DATABASE_URL=url)) as server:
                self.assertFalse(server.call("check_health").get("isError"))
                self.assertEqual(len(home.postmasters()), 1)

    def test_driver_forms_of_other_programs_are_understood(self):
        books = ledger.small()
        for scheme in ("postgres", "postgresql+psycopg2", "postgresql+asyncpg"):
            with self.subTest(scheme):
                url = books.url.replace("postgresql:", f"{scheme}:")
                with Server(books.env(DATABASE_URL=url)) as server:
                    self.assertFalse(server.call("check_health").get("isError"), server.stderr())

    def test_a_server_that_accepts_and_says_nothing_is_given_up(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(16)
            env = base_environment(
                DATABASE_URL=f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d")
            self.refusals(env, ["not reachable", "did not answer"],
                          tools=("check_health",), seconds=40)

    def test_a_server_that_speaks_nonsense_is_refused(self):
        with socket.socket() as liar:
            liar.bind(("127.0.0.1", 0))
            liar.listen(16)

            def lie():
                try:
                    while True:
                        peer, _ = liar.accept()
                        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)
                        peer.close()
                except OSError:
                    return
            threading.Thread(target=lie, daemon=True).start()
            env = base_environment(
                DATABASE_URL=f"postgresql://u@127.0.0.1:{liar.getsockname()[1]}/d")
            self.refusals(env, ["not reachable", "not be verified"],
                          tools=("check_health",), seconds=60)
            liar.shutdown(socket.SHUT_RDWR)

    def test_it_recovers_when_the_database_comes_up(self):
        postgres = ledger.Postgres()
        self.addCleanup(postgres.remove)
        postgres.create("books")
        postgres.stop()
        with Server(base_environment(DATABASE_URL=postgres.url("books"))) as server:
            self.assertTrue(server.call("check_health", seconds=60).get("isError"))
            postgres.start()
            wait_until(lambda: not server.call("check_health").get("isError"), 30,
                       "the server to find the database")


class Folder(Trouble):
    def setUp(self):
        self.home = ledger.PrivateHome()
        self.addCleanup(self.home.remove)

    def test_data_home_that_is_a_file_is_named_as_such(self):
        path = os.path.join(self.home.folder, "file")
        with open(path, "w", encoding="ascii"):
            pass
        self.refusals(self.home.env(XDG_DATA_HOME=path), ["folder", "directory"])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_data_home_that_may_not_be_written_is_named_as_such(self):
        os.chmod(self.home.data_home, stat.S_IRUSR | stat.S_IXUSR)
        self.refusals(self.home.env(), ["folder", "directory", "permission"])

    def test_damaged_cluster_folder_is_left_alone(self):
        with Server(self.home.env()) as server:
            server.call("check_health")
        wait_until(lambda: not self.home.postmasters(), 15, "the cluster to stop")
        version = [os.path.join(base, "PG_VERSION") for base, _, files in
                   os.walk(self.home.data_home) if "PG_VERSION" in files
                   and "global" in os.listdir(base)][0]
        os.rename(os.path.join(os.path.dirname(version), "global"),
                  os.path.join(os.path.dirname(version), "global.lost"))
        before = sorted(os.listdir(os.path.dirname(version)))
        self.refusals(self.home.env(), ["log", "restore", "could not", "did not"],
                      tools=("check_health",), seconds=60)
        after = sorted(os.listdir(os.path.dirname(version)))
        self.assertEqual([n for n in before if n not in after and n != "postmaster.pid"], [])

    @unittest.skipIf(os.geteuid() != 0, "only root can mount")
    def test_full_disk_is_named_as_such(self):
        code = os.system(f"mount -t tmpfs -o size=6m,mode=755 tmpfs {self.home.data_home} 2>/dev/null")
        if code:
            self.skipTest("this machine does not allow to mount a small disk")
        self.addCleanup(os.system, f"umount -l {self.home.data_home}")
        self.refusals(self.home.env(), ["disk", "space"], tools=("check_health",), seconds=60)


class Secrets(unittest.TestCase):
    URLS = [
        "postgresql://ann:{}@127.0.0.1:1/books", "postgres://ann:{}@127.0.0.1:1/books?x=y",
        "postgresql+psycopg2://ann:{}@127.0.0.1:1/books?sslmode=require",
        "postgresql://ann:{}@/books?host=/nonexistent", "postgresql://ann:{}@[::1/books",
        "postgresql://ann:{}@host:port/books", "postgresql://ann:{}@127.0.0.1:1,127.0.0.1:2/books",
        "postgresql://ann:{}", "mysql://ann:{}@127.0.0.1/books", "ann:{}@127.0.0.1/books", "{}",
        "host=127.0.0.1 port=1 user=ann password={}", "host=127.0.0.1 password='{}",
        "host=127.0.0.1 {}", "password = {} hostt=x", "postgresql://127.0.0.1:1/b?password={}",
        "postgresql://127.0.0.1:1/b?passwordd={}", "postgresql://{}@127.0.0.1:1/books",
        "postgresql://ann@127.0.0.1:1/books?sslpassword={}", "postgresql://ann:{}%zz@127.0.0.1:1/b",
        "postgresql://ann:{}@127.0.0.1:1/b?options=-c%20x={}",
    ]

    def assert_silent(self, where, text, secret):
        for piece in pieces(secret):
            self.assertNotIn(piece, text, f"{where} shows a piece of the password")

    def test_no_piece_of_a_password_in_any_output(self):
        for form in self.URLS:
            for secret in (CANARY, CANARY_ENCODED):
                url = form.replace("{}", secret)
                with self.subTest(url):
                    env = base_environment(DATABASE_URL=url, NINEPENCE_LOG_LEVEL="debug",
                                           NINEPENCE_TRACE_AREAS="all")
                    with Server(env) as server:
                        server.result("server/discover")
                        server.call("check_health", seconds=60)
                        with open(f"/proc/{server.pid}/cmdline", "rb") as line:
                            self.assert_silent("the command line", line.read().decode(), secret)
                    self.assert_silent("stdout", b"".join(server.lines).decode(), secret)
                    self.assert_silent("stderr", server.stderr(), secret)

    def test_no_piece_of_a_password_from_the_command_line(self):
        for command in (["db", "status"], ["db", "migrate"], ["call", "check_health"]):
            for form in self.URLS[:6]:
                with self.subTest(f"{command} {form}"):
                    env = base_environment(DATABASE_URL=form.replace("{}", CANARY))
                    done = run(command, env=env)
                    self.assert_silent("stdout", done.stdout, CANARY)
                    self.assert_silent("stderr", done.stderr, CANARY)
                    self.assertNotEqual(done.returncode, 0)

    def test_wrong_password_is_refused_without_showing_it(self):
        postgres = ledger.Postgres()
        self.addCleanup(postgres.remove)
        postgres._psql("postgres", ["-c", "CREATE ROLE ann LOGIN PASSWORD 'right'"])
        path = os.path.join(postgres.data, "pg_hba.conf")
        with open(path, "r+", encoding="ascii") as hba:
            rules = hba.read()
            hba.seek(0)
            hba.write("local all ann scram-sha-256\n" + rules)
        postgres._psql("postgres", ["-c", "SELECT pg_reload_conf()"])
        env = base_environment(
            DATABASE_URL=f"postgresql://ann:{CANARY_ENCODED}@/postgres?host={postgres.folder}")
        with Server(env) as server:
            result = server.call("check_health")
            self.assertTrue(result["isError"])
            self.assertIn("DATABASE_URL", text_of(result))
        self.assert_silent("stdout", b"".join(server.lines).decode(), CANARY)
        self.assert_silent("stderr", server.stderr(), CANARY)


class Layout(Trouble):
    def test_database_of_a_newer_program_is_refused_with_what_to_do(self):
        books = ledger.small()
        books.execute("INSERT INTO ninepence.schema_migrations SELECT (jsonb_populate_record(m,"
                      " jsonb_build_object('version', 9999, 'name', '9999_future'))).*"
                      " FROM ninepence.schema_migrations m ORDER BY version DESC LIMIT 1;")
        self.refusals(books.env(), ["newer"], tools=("check_health", "summarize_spending"))

    def test_text_stored_by_strangers_never_leaves_its_field(self):
        books = ledger.small()
        with Server(books.env()) as server:
            for tool, arguments in (("read_expenses", {"period": "2026-09", "limit": 100}),
                                    ("summarize_spending", {"period": "2026-09",
                                                            "group_by": "merchant"})):
                answer = server.ask(tool, arguments)
                self.assertNotIn("Ignore all previous", answer["summary"])
                self.assertNotIn("DROP TABLE", re.sub(r"'[^']*'|\"[^\"]*\"", "", answer["summary"]))
            found = server.ask("read_expenses", {"period": "2026-09-20"})["rows"]
            self.assertEqual([row["merchant"] for row in found],
                             ["Robert'); DROP TABLE expenses;--"])

    def test_nothing_is_left_running_after_all_of_this(self):
        env = ledger.small().env()
        with Server(env) as server:
            server.ask("check_health")
        self.assertEqual(processes_with(env["NINEPENCE_TEST_TAG"]), [])


if __name__ == "__main__":
    unittest.main()
