"""Where a setting comes from: command line, variables, env file, in that order; and what is refused."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import base_environment, run  # noqa: E402

USAGE, NO_INPUT, CONFIG = 64, 66, 78
ENV_FILE_MAX = 64 * 1024


class Precedence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.other = ledger.blank()

    def setUp(self):
        handle, self.path = tempfile.mkstemp(suffix=".env")
        os.close(handle)
        self.addCleanup(os.unlink, self.path)

    def write(self, text):
        with open(self.path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def schema(self, *options, **env):
        """The name of the database that is looked at."""
        done = run(["db", "status", *options], env=base_environment(**env))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_command_line_wins_over_everything(self):
        seen = self.schema("--database-url", self.books.url, NINEPENCE_DATABASE_URL=self.other.url,
                           DATABASE_URL=self.other.url)
        self.assertIn(f"database {self.books.name}", seen)

    def test_own_variable_wins_over_database_url(self):
        seen = self.schema(NINEPENCE_DATABASE_URL=self.books.url, DATABASE_URL=self.other.url)
        self.assertIn(f"database {self.books.name}", seen)

    def test_variable_that_was_not_expanded_counts_as_unset(self):
        seen = self.schema(NINEPENCE_DATABASE_URL="${NINEPENCE_DATABASE_URL}", DATABASE_URL=self.books.url)
        self.assertIn(f"database {self.books.name}", seen)

    def test_libpq_variables_count_when_no_url_does(self):
        user = self.books.value("SELECT current_user")
        seen = self.schema(DATABASE_URL="", PGHOST=self.books.postgres.folder, PGUSER=user,
                           PGDATABASE=self.books.name)
        self.assertIn(f"database {self.books.name}", seen)

    def test_env_file_fills_in_what_is_not_set(self):
        self.write(f"# where the books are\n\n  export DATABASE_URL = '{self.books.url}'  # here\n"
                   'NINEPENCE_LEDGER="Home"\n')
        self.assertIn(f"database {self.books.name}", self.schema("--env-file", self.path))
        seen = self.schema("--env-file", self.path, DATABASE_URL=self.other.url)
        self.assertIn(f"database {self.other.name}", seen)

    def test_env_file_is_read_only_when_it_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, ".env"), "w", encoding="ascii") as file:
                file.write("NINEPENCE_POOL_SIZE=many\n")
            here = os.getcwd()
            os.chdir(folder)
            try:
                self.schema(DATABASE_URL=self.books.url)
            finally:
                os.chdir(here)

    def test_bad_env_file_is_refused_without_its_content(self):
        for text, code in (("DATABASE_URL=x\nhunter2\n", CONFIG), ("A='hunter2\n", CONFIG),
                           ("2A=hunter2\n", CONFIG), (b"A=hunter2\xff\n", NO_INPUT),
                           (b"A=hunter2\0\n", NO_INPUT), ("A=" + "h" * ENV_FILE_MAX, NO_INPUT)):
            with self.subTest(text[:20]):
                self.write(text)
                done = run(["db", "path", "--env-file", self.path])
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertNotIn("hunter2", done.stdout + done.stderr)

    def test_env_file_that_is_no_file_is_refused_at_once(self):
        for path in ("/no/such/file", "/dev/zero", "/"):
            with self.subTest(path):
                self.assertEqual(run(["db", "path", "--env-file", path]).returncode, NO_INPUT)

    def test_password_on_the_command_line_is_refused_and_not_repeated(self):
        for url in ("postgresql://ann:hunter2@db.example/books",
                    "postgresql://ann@db.example/books?password=hunter2",
                    "host=db.example password=hunter2"):
            with self.subTest(url):
                done = run(["db", "path", "--database-url", url])
                self.assertEqual(done.returncode, USAGE, done.stderr)
                self.assertNotIn("hunter2", done.stdout + done.stderr)

    def test_word_for_nobody_is_no_user(self):
        for options, env in ((("--user", "none"), {}), (("--user", "(None)"), {}), ((), {"NINEPENCE_USER": "none"})):
            done = run(["db", "status", *options], env=base_environment(**env))
            self.assertEqual(done.returncode, CONFIG)
            self.assertIn("means no user. Nothing was done. Set --user", done.stderr)
        self.schema("--user", "nonee")

    def test_option_without_its_value_is_a_usage_error(self):
        done = run(["db", "path", "--ledger"])
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("--ledger", done.stderr)

    def test_misspelt_option_command_and_tool_name_the_nearest(self):
        for words, near in ((["--databse-url", "x"], "--database-url"), (["sevre"], "serve"),
                            (["call", "chek_health"], "check_health"),
                            (["call", "check_health", "--jsno"], "--json"),
                            (["demo", "--remov"], "--remove"), (["db", "migrat"], "migrate")):
            with self.subTest(words):
                done = run(words)
                self.assertEqual(done.returncode, USAGE, done.stdout)
                self.assertIn(near, done.stderr)


class Reference(unittest.TestCase):
    def test_settings_reference_names_every_option_and_variable(self):
        text = run(["settings", "--markdown"]).stdout
        options = [line.split("`")[1].split()[0] for line in text.splitlines()[2:]]
        self.assertIn("--database-url", options)
        self.assertEqual(len(options), len(set(options)))
        shown = run(["--help"]).stdout
        for option in options:
            self.assertIn(option, shown)

    def test_tool_reference_covers_every_tool(self):
        names = [line.split()[0] for line in run(["tools"]).stdout.splitlines()]
        text = run(["tools", "--markdown"]).stdout
        self.assertEqual([line for line in text.splitlines() if line.startswith("### ")],
                         [f"### `{name}`" for name in names])


if __name__ == "__main__":
    unittest.main()
