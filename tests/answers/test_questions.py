"""Every question of questions.py on the sample ledger: at most two calls, each answer under 8 KB, each
figure right."""
import datetime
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import oracle  # noqa: E402
import questions  # noqa: E402
from support import checks, ledger  # noqa: E402
from support.mcp_client import Server, text_of  # noqa: E402

MOST_CALLS, MOST_BYTES = 2, 8 * 1024
MOST_BYTES_SHOWN = 32 * 1024  # a dry run shows as much as there is room for


class Questions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.demo()
        cls.books.execute("ANALYZE;")
        cls.server = Server(cls.books.env())
        cls.tools = checks.Tools(cls.server)
        cls.model = oracle.Model(cls.books, 1, datetime.date.fromisoformat(ledger.TODAY))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def filled(self, server, args, answers):
        """The arguments with what only the calls before can tell."""
        words = {"TOTAL": lambda: answers[-1]["total"],
                 "FOUND": lambda: answers[-1]["rows"][0]["id"],
                 "LAST": lambda: answers[-1]["change_id"],
                 "TOKEN": lambda: answers[-1]["confirm"],
                 "IMPORT": lambda: answers[-1]["import_id"],
                 "COUNT": lambda: server.ask("summarize_spending", {
                     "merchant": "Shell", "period": "all", "kind": "all"})["count"]}
        if isinstance(args, dict):
            return {key: self.filled(server, value, answers) for key, value in args.items()}
        if isinstance(args, list):
            return [self.filled(server, value, answers) for value in args]
        return words[args]() if isinstance(args, str) and args in words else args

    def calls(self, server, calls):
        answers = []
        for tool, args in calls:
            result = server.call(tool, self.filled(server, args, answers))
            most = MOST_BYTES_SHOWN if args.get("dry_run") else MOST_BYTES
            self.assertFalse(result.get("isError"), (tool, args, result["content"]))
            self.tools.check(tool, result)
            self.assertLess(len(text_of(result).encode()), most, tool)
            answers.append(result["structuredContent"])
        return answers

    def see(self, what, expected, seen):
        self.assertEqual(expected, seen, what)

    def can_run(self, calls):
        return {tool for tool, _ in calls} <= set(self.tools.names())

    def test_every_question_takes_at_most_two_calls(self):
        for text, calls, _ in questions.ASKED + questions.TOLD:
            self.assertLessEqual(len(calls), MOST_CALLS, text)
        self.assertEqual(len(questions.ASKED + questions.TOLD), 40)

    def test_questions_are_answered_rightly(self):
        for text, calls, check in questions.ASKED:
            with self.subTest(text):
                self.assertTrue(self.can_run(calls), "a tool is missing")
                answers = self.calls(self.server, calls)
                check(self.model, answers, self.see)

    def test_orders_are_carried_out(self):
        for text, calls, check in questions.TOLD:
            with self.subTest(text):
                self.assertTrue(self.can_run(calls), "a tool is missing")
                books = ledger.demo()
                with Server(books.env(NINEPENCE_USER="Ann", NINEPENCE_LEDGER=self.name())) as server:
                    answers = self.calls(server, calls)
                check(books, answers, self.see)

    def name(self):
        return self.books.value("SELECT name FROM ninepence.ledgers ORDER BY ledger_id LIMIT 1")


if __name__ == "__main__":
    unittest.main()
