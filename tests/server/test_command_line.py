"""The command line: the same tools without a client, the sample ledger, the database, exit codes."""
import json
import os
import pty
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import SCALE, Server, base_environment, command_line, run, wait_until  # noqa: E402

USAGE, DATA, UNAVAILABLE, CONFIG = 64, 65, 69, 78


class Help(unittest.TestCase):
    def test_version_names_the_program(self):
        done = run(["--version"])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^ninepence \d+\.\d+\.\d+\n$")

    def test_help_goes_to_stdout_and_names_every_command(self):
        done = run(["--help"])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in ("serve", "call", "demo", "db", "--version", "DATABASE_URL"):
            self.assertIn(word, done.stdout)

    def test_on_a_terminal_without_a_command_it_shows_help_and_does_not_serve(self):
        ours, theirs = pty.openpty()
        try:
            done = subprocess.run(command_line(()), stdin=theirs, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=base_environment(),
                                  timeout=20 * SCALE, check=False)
        finally:
            os.close(ours)
            os.close(theirs)
        self.assertIn(b"Usage", done.stdout + done.stderr)

    def test_unknown_command_or_option_is_a_usage_error(self):
        for args in (["frobnicate"], ["--no-such-option"], ["db", "frobnicate"], ["call"],
                     ["serve", "more"], ["call", "no_such_tool"], ["call", "get_context", "=x"],
                     ["call", "get_context", "kind"]):
            with self.subTest(args):
                done = run(args)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""), done.stderr)
                self.assertEqual(done.stderr.count("ninepence:"), 1, done.stderr)

    def test_bad_setting_is_a_configuration_or_usage_error_that_names_it(self):
        for env, name in (({"NINEPENCE_POOL_SIZE": "many"}, "pool"),
                          ({"NINEPENCE_LOG_LEVEL": "loud"}, "log"),
                          ({"NINEPENCE_TLS": "perhaps"}, "tls")):
            with self.subTest(env):
                done = run(["db", "status"], env=base_environment(
                    DATABASE_URL=ledger.postgres().url("postgres"), **env))
                self.assertIn(done.returncode, (USAGE, CONFIG), done.stdout + done.stderr)
                self.assertIn(name, done.stderr.lower())


    def test_watch_interval_is_a_day_at_most(self):
        env = {"DATABASE_URL": ledger.empty().url}
        for value, code in (("0", 0), ("86400", 0), ("86401", CONFIG), ("-1", CONFIG),
                            ("1.5", CONFIG), ("soon", CONFIG)):
            with self.subTest(value):
                done = run(["call", "check_health"],
                           env=base_environment(NINEPENCE_WATCH_INTERVAL=value, **env))
                self.assertEqual(done.returncode, code, done.stderr)
                if code:
                    self.assertIn("NINEPENCE_WATCH_INTERVAL", done.stderr)

    def test_bad_currency_or_zone_makes_no_ledger_and_is_named(self):
        for env, word in (({"NINEPENCE_CURRENCY": "dollars"}, "dollars"),
                          ({"NINEPENCE_TIME_ZONE": "Mars/Olympus"}, "Mars/Olympus")):
            with self.subTest(env):
                books = ledger.empty()
                done = run(["call", "get_context"], env=books.env(**env))
                self.assertNotEqual(done.returncode, 0, done.stdout)
                self.assertIn(word, done.stderr)
                self.assertEqual(books.value("SELECT count(*) FROM ninepence.ledgers"), "0")

    def test_first_use_makes_one_ledger_as_the_settings_say(self):
        books = ledger.empty()
        env = books.env(NINEPENCE_CURRENCY="eur", NINEPENCE_TIME_ZONE="Asia/Tokyo")
        running = [subprocess.Popen(command_line(["call", "get_context"]), env=env,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT) for _ in range(4)]
        for process in running:
            output, _ = process.communicate(timeout=60 * SCALE)
            self.assertEqual(process.returncode, 0, output.decode())
        self.assertEqual(books.rows("SELECT base_currency, time_zone, is_demo"
                                    " FROM ninepence.ledgers"), [("EUR", "Asia/Tokyo", "f")])


class Call(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def call(self, *args):
        return run(["call", *args], env=self.books.env())

    def test_json_is_the_answer_that_a_client_gets(self):
        done = self.call("summarize_spending", "period=2026-10", "group_by=category", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        with Server(self.books.env()) as server:
            self.assertEqual(json.loads(done.stdout), server.ask(
                "summarize_spending", {"period": "2026-10", "group_by": "category"}))

    def test_answer_for_people_names_total_and_groups(self):
        done = self.call("summarize_spending", "period=2026-10", "group_by=category")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in ("423.24", "Food: Groceries", "93.12", "Clothing"):
            self.assertIn(word, done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_text_of_strangers_cannot_steer_a_terminal(self):
        done = self.call("read_expenses", "period=2026-09")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("DROP TABLE", done.stdout)
        for character in "\x1b\x07\u202e\u200b\U000e0041":
            self.assertNotIn(character, done.stdout)

    def test_repeated_name_makes_a_list(self):
        done = self.call("summarize_spending", "period=2026-10", "category=Groceries",
                         "category=Fuel", "--json")
        self.assertEqual(json.loads(done.stdout)["total"], "141.87", done.stderr)

    def test_refused_argument_says_why_on_stderr(self):
        done = self.call("summarize_spending", "period=2026-13")
        self.assertEqual((done.returncode, done.stdout), (DATA, ""))
        self.assertIn("2026-13", done.stderr)

    def test_unreachable_database_is_unavailable(self):
        done = run(["call", "check_health"], env=base_environment(
            DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"))
        self.assertEqual(done.returncode, UNAVAILABLE, done.stderr)

    def test_write_from_the_command_line_is_stored(self):
        books = ledger.small()
        done = run(["call", "create_expenses",
                    'items=[{"amount":"9.99","date":"today","merchant":"Shell prompt"}]', "--json"],
                   env=books.env())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(books.value("SELECT amount FROM ninepence.expenses"
                                     " WHERE merchant = 'Shell prompt'"), "9.9900")


class Demo(unittest.TestCase):
    TABLES = ("ledgers", "users", "accounts", "categories", "tags", "expenses", "expense_tags",
              "rates")

    def test_demo_is_deterministic(self):
        first, second = (self.plain(ledger.demo()) for _ in range(2))
        again = ledger.empty()
        self.assertEqual(run(["demo"], env=again.env()).returncode, 0)
        self.assertEqual(first, second)
        self.assertEqual(first, self.plain(again))

    def plain(self, books):
        return sorted(books.rows(
            "SELECT spent_on, amount, currency, base_amount, merchant, description, kind,"
            " category_id IS NULL, pending, refund_of IS NULL, receipt_id IS NULL"
            " FROM ninepence.expenses"), key=str)

    def test_demo_holds_what_the_questions_need(self):
        books = ledger.demo()

        def count(where):
            return int(books.value(f"SELECT count(*) FROM ninepence.expenses WHERE {where}"))
        self.assertGreater(count("true"), 1200)
        self.assertLess(count("true"), 2200)
        self.assertEqual(books.value("SELECT count(DISTINCT currency) FROM ninepence.expenses"), "3")
        for what in ("kind = 'refund'", "kind = 'transfer'", "kind = 'income'",
                     "receipt_id IS NOT NULL", "pending", "base_amount <> amount"):
            self.assertGreater(count(what), 0, what)
        self.assertEqual([row[0] for row in books.rows(
            "SELECT name FROM ninepence.users ORDER BY name")], ["Ann", "Bob"])
        self.assertEqual(books.value(
            "SELECT sum(amount) FROM ninepence.expenses WHERE kind = 'transfer'"), "0.0000")
        self.assertEqual(books.value("SELECT max(spent_on) <= date '2026-11-22'"
                                     " FROM ninepence.expenses WHERE NOT pending"), "t")

    def test_demo_never_mixes_with_real_books(self):
        books = ledger.small()
        before = books.fingerprint()
        self.assertEqual(run(["demo"], env=books.env()).returncode, 0)
        with Server(books.env()) as server:
            self.assertEqual(server.ask("summarize_spending", {"period": "2026-10"})["total"],
                             "423.24")
        self.assertEqual(run(["demo", "--remove"], env=books.env()).returncode, 0)
        after = books.fingerprint()
        for table in self.TABLES:
            name = f"ninepence.{table}"
            self.assertEqual(after[name], before[name], table)

    def test_demo_twice_is_there_once(self):
        books = ledger.demo()
        before = self.plain(books)
        self.assertEqual(run(["demo"], env=books.env()).returncode, 0)
        self.assertEqual(self.plain(books), before)
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.ledgers"), "1")

    def test_remove_without_demo_changes_nothing(self):
        books = ledger.small()
        before = books.fingerprint()
        run(["demo", "--remove"], env=books.env())
        self.assertEqual(books.fingerprint(), before)


class Database(unittest.TestCase):
    def test_migrate_is_done_once_and_status_says_so(self):
        books = ledger.blank()
        for _ in range(2):
            done = run(["db", "migrate"], env=books.env())
            self.assertEqual(done.returncode, 0, done.stderr)
        version = books.value("SELECT max(version) FROM ninepence.schema_migrations")
        done = run(["db", "status"], env=books.env())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(version, done.stdout)

    def test_many_migrate_at_once_and_one_of_them_does_it(self):
        books = ledger.blank()
        running = [subprocess.Popen(command_line(["db", "migrate"]), env=books.env(),
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT) for _ in range(6)]
        for process in running:
            output, _ = process.communicate(timeout=60 * SCALE)
            self.assertEqual(process.returncode, 0, output.decode())
        self.assertEqual(books.value("SELECT count(*) = count(DISTINCT version)"
                                     " FROM ninepence.schema_migrations"), "t")

    def test_private_cluster_is_shown_stopped_and_started(self):
        with ledger.PrivateHome() as home:
            path = run(["db", "path"], env=home.env())
            self.assertEqual(path.returncode, 0, path.stderr)
            self.assertIn(home.data_home, path.stdout)
            self.assertEqual(home.files(), [], "path leaves no trace")
            with Server(home.env()) as server:
                self.assertFalse(server.call("check_health").get("isError"))
                self.assertEqual(run(["db", "status"], env=home.env()).returncode, 0)
                stopped = run(["db", "stop"], env=home.env())
                self.assertEqual(stopped.returncode, 0, stopped.stderr)
                self.assertEqual(home.postmasters(), [])
                wait_until(lambda: not server.call("check_health", seconds=60).get("isError"), 30,
                           "the server to start it again")

    def test_ledger_of_another_name_is_opened_when_chosen(self):
        books = ledger.small()
        for setting in ({"NINEPENCE_LEDGER": "Neighbours"}, {"NINEPENCE_LEDGER": "neighbours"}):
            with Server(books.env(**setting)) as server:
                answer = server.ask("summarize_spending", {"period": "2026-11-20"})
                self.assertEqual((answer["currency"], answer["total"]), ("EUR", "7777.77"))

    def test_ledger_that_does_not_exist_is_refused_by_name(self):
        with Server(ledger.small().env(NINEPENCE_LEDGER="Nowhere")) as server:
            text = server.refusal("summarize_spending", {"period": "today"})
            self.assertIn("Nowhere", text)


if __name__ == "__main__":
    unittest.main()
