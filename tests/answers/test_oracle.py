"""Some hundred random questions per tool: the server's figures against the oracle's, to the cent.

NINEPENCE_SEED replays a run; NINEPENCE_QUESTIONS sets how many are asked of each kind.
"""
import datetime
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import compare  # noqa: E402
import oracle  # noqa: E402
from support import checks, ledger  # noqa: E402
from support.mcp_client import VALGRIND, Server  # noqa: E402

SEED = int(os.environ.get("NINEPENCE_SEED", "20261122"))
COUNT = int(os.environ.get("NINEPENCE_QUESTIONS", "30" if VALGRIND else "300"))


class Against:
    """The questions, asked of one ledger (mixed into a TestCase)."""

    @classmethod
    def setUpClass(cls):
        cls.books = cls.make()
        cls.server = Server(cls.books.env())
        cls.tools = checks.Tools(cls.server)
        number = cls.books.value("SELECT ledger_id FROM ninepence.ledgers ORDER BY ledger_id LIMIT 1")
        cls.model = oracle.Model(cls.books, number, datetime.date.fromisoformat(ledger.TODAY))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def each(self, tool, make, check):
        questions = compare.Questions(self.model, SEED)
        wrong = []
        for _ in range(COUNT):
            args = make(questions)
            result = self.server.call(tool, args)
            if result.get("isError"):
                wrong.append(f"{args}: refused: {result['content'][0]['text']}")
                continue
            self.tools.check(tool, result)
            problems = check(args, result["structuredContent"])
            wrong += [f"{args}: {problem}" for problem in problems[:3]]
        self.assertEqual(wrong[:20], [], f"{len(wrong)} differences, seed {SEED}")

    def test_summaries_equal_the_oracle(self):
        self.each("summarize_spending", compare.Questions.summary,
                  lambda args, answer: compare.summary(self.model, args, answer))

    def test_plain_summaries_equal_the_oracle(self):
        self.each("summarize_spending", compare.Questions.plain,
                  lambda args, answer: compare.summary(self.model, args, answer))

    def test_short_way_of_a_summary_says_what_the_long_way_says(self):
        # A least amount of zero changes nothing but the statement that answers.
        for period in ("2026-10", "ytd", "2019", "all"):
            for more in ({}, {"kind": "all"}, {"kind": "income"}, {"top": 2}):
                args = {"period": period, "group_by": "category", **more}
                with self.subTest(args=args):
                    short = self.server.ask("summarize_spending", args)
                    long = self.server.ask("summarize_spending", {**args, "min_amount": "0"})
                    long["summary"] = long["summary"].replace(" in amounts of at least 0", "")
                    self.assertEqual(short, long)

    def test_categories_equal_the_oracle(self):
        def check(args, answer):
            rows, first = compare.pages(self.server, "query_expenses_by_category", args)
            return compare.listing(self.model, self.model.by_category(args), rows, first, {})
        self.each("query_expenses_by_category", compare.Questions.category, check)

    def test_lists_equal_the_oracle(self):
        def check(args, answer):
            rows, first = compare.pages(self.server, "read_expenses", args)
            return compare.listing(self.model, self.model.read(args), rows, first, args)
        self.each("read_expenses", compare.Questions.reading, check)

    def test_total_is_the_sum_of_its_groups_for_every_grouping(self):
        for period in ("2026-10", "this_year", "all"):
            whole = self.server.ask("summarize_spending", {"period": period})
            for grouping in compare.GROUPINGS[1:]:
                with self.subTest(f"{period} by {grouping}"):
                    answer = self.server.ask("summarize_spending", {
                        "period": period, "group_by": grouping})
                    self.assertEqual((answer["total"], answer["count"]),
                                     (whole["total"], whole["count"]))
                    if not answer["truncated"]:
                        total = sum(oracle.Decimal(row["total"]) for row in answer["rows"])
                        self.assertEqual(total, oracle.Decimal(answer["total"]))


class SmallLedger(Against, unittest.TestCase):
    make = staticmethod(ledger.small)


class SampleLedger(Against, unittest.TestCase):
    make = staticmethod(ledger.demo)


if __name__ == "__main__":
    unittest.main()
