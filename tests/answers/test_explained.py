"""explain_number on random figures of random answers: each is found again, adds up out of the expenses
that are shown for it, and these are the ones that the oracle counts."""
import datetime
import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import compare  # noqa: E402
import oracle  # noqa: E402
from support import checks, ledger  # noqa: E402
from support.mcp_client import VALGRIND, Server  # noqa: E402

SEED = int(os.environ.get("NINEPENCE_SEED", "20261122"))
COUNT = int(os.environ.get("NINEPENCE_QUESTIONS", "5" if VALGRIND else "40"))
SHOWN = 20


class Explained:
    @classmethod
    def setUpClass(cls):
        cls.books = cls.make()
        cls.server = Server(cls.books.env())
        cls.tools = checks.Tools(cls.server)
        number = cls.books.value("SELECT ledger_id FROM ninepence.ledgers ORDER BY ledger_id LIMIT 1")
        cls.model = oracle.Model(cls.books, number, datetime.date.fromisoformat(ledger.TODAY))
        cls.random = random.Random(SEED)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def explain(self, tool, arguments, row, figure, **more):
        asked = {"tool": tool, "arguments": arguments, "figure": figure, **more}
        result = self.server.call("explain_number", {**asked, **({"row": row} if row else {})})
        self.assertFalse(result.get("isError"), f"{asked}: {result['content']}")
        self.tools.check("explain_number", result)
        return result["structuredContent"]

    def rows_of(self, args, group, then):
        """The oracle's rows behind one group, or behind all."""
        inside, _ = self.model.counted(args, self.model.period(args, "this_month"))

        def belongs(row, unit, label):
            if label is None:
                return True
            own = self.model.group(row, unit)
            return own == (oracle.fold(label) if unit == "merchant" else label)
        return {f"e{row.id}" for row in inside
                if belongs(row, args.get("group_by"), group)
                and belongs(row, args.get("then_by"), then)}

    def check_found(self, args, seen, answer, row):
        self.assertIn(answer["figure"]["verdict"], ("same", "rounded"), (args, answer["figure"]))
        self.assertTrue(answer["figure"]["adds_up"], (args, row, answer["figure"]))
        self.assertEqual((answer["total"], answer["count"]), (seen["total"], seen["count"]), args)

    def test_totals_of_summaries_are_found_and_add_up(self):
        questions = compare.Questions(self.model, SEED)
        for _ in range(COUNT):
            args = questions.summary()
            answer = self.server.ask("summarize_spending", args)
            one = self.random.choice([None, *answer["rows"]])
            group, then = (one["group"], one.get("then")) if one else (None, None)
            name = " / ".join(part for part in (group, then) if part)
            why = self.explain("summarize_spending", args, name, (one or answer)["total"])
            self.check_found(args, one or answer, why, name)
            wanted = self.rows_of(args, group, then)
            shown = {row["id"] for row in why["rows"]}
            self.assertLessEqual(shown, wanted, (args, name))
            self.assertEqual(why["of"], len(wanted), (args, name))
            if not why["truncated"]:
                self.assertEqual(shown, wanted, (args, name))

    def test_what_is_left_out_is_listed_by_reason(self):
        questions = compare.Questions(self.model, SEED + 1)
        for _ in range(COUNT):
            args = {**questions.period(), **questions.filter()}
            answer = self.server.ask("summarize_spending", args)
            why = self.explain("summarize_spending", args, None, answer["total"], list="excluded")
            counts = {}
            for one in why["filter"]["excluded"]:
                counts[one["reason"]] = counts.get(one["reason"], 0) + one["count"]
            kind = args.get("kind", "expense")
            rows = self.model.within(args, self.model.period(args, "this_month"))
            wanted = {}
            for row in rows:
                if row.deleted:
                    reason = "deleted"
                elif not self.model.of_kind(row, kind):
                    reason = row.kind
                else:
                    reason = "no_rate" if self.model.value(row, args) is None else None
                if reason:
                    wanted[reason] = wanted.get(reason, 0) + 1
            self.assertEqual(counts, wanted, args)
            self.assertEqual(why["of"], sum(wanted.values()), args)

    def test_totals_of_lists_and_categories_are_found_and_add_up(self):
        questions = compare.Questions(self.model, SEED + 2)
        for number in range(COUNT):
            tool = ("read_expenses", "query_expenses_by_category")[number % 2]
            args = questions.category() if number % 2 else questions.reading()
            answer = self.server.ask(tool, args)
            self.check_found(args, answer, self.explain(tool, args, None, answer["total"]), None)

    def test_last_part_of_a_name_is_enough_for_a_row(self):
        args = {"period": "2026", "group_by": "category"}
        row = next(row for row in self.server.ask("summarize_spending", args)["rows"]
                   if row["group"] == "Food: Groceries")
        why = self.explain("summarize_spending", args, "groceries", row["total"])
        self.assertIn("is the total of Food: Groceries, and still is", why["summary"])

    def test_rates_account_for_all_foreign_money(self):
        answer = self.server.ask("summarize_spending", {"period": "2026"})
        why = self.explain("summarize_spending", {"period": "2026"}, None, answer["total"],
                           list="rates")
        inside, _ = self.model.counted({}, self.model.calendar.resolve("2026"))
        away = [row for row in inside if row.currency != self.model.currency]
        self.assertEqual(why["of"], len(away))
        if len(why["filter"]["rates"]) < SHOWN:
            self.assertEqual(sum(oracle.Decimal(one["converted"]) for one in why["filter"]["rates"]),
                             sum(row.base for row in away))

    def test_months_incomes_and_comparisons_are_found(self):
        month = self.server.ask("monthly_summary", {"month": "2026-10", "months": 3})
        for row in month["months"]:
            for name in ("spending", "income"):
                why = self.explain("monthly_summary", {"month": "2026-10", "months": 3},
                                   row["month"], row[name])
                self.assertEqual((why["figure"]["name"], why["figure"]["adds_up"], why["total"]),
                                 (name, True, row[name]))
        for compare_to in ("previous", "same_last_year", "avg_12"):
            args = {"period": "last_month", "compare_to": compare_to}
            before = self.server.ask("summarize_spending", args)["before"]
            why = self.explain("summarize_spending", args, None, before)
            self.assertEqual(why["figure"]["name"], "before", args)
            if compare_to != "avg_12":
                self.assertEqual((why["total"], why["figure"]["adds_up"]), (before, True))


class SmallLedger(Explained, unittest.TestCase):
    make = staticmethod(ledger.small)

    def test_figure_of_the_past_is_different_after_a_change(self):
        books = ledger.small()
        with Server(books.env()) as server:
            asked = {"tool": "summarize_spending", "arguments": {"period": "2026-10"},
                     "figure": "423.24"}
            self.assertEqual(server.ask("explain_number", asked)["figure"]["verdict"], "same")
            server.ask("delete_expenses", {"ids": ["e32"], "reason": "test"})
            figure = server.ask("explain_number", asked)["figure"]
            self.assertEqual((figure["verdict"], figure["now"], figure["difference"]),
                             ("different", "334.84", "-88.40"))


class SampleLedger(Explained, unittest.TestCase):
    make = staticmethod(ledger.demo)

    def test_rounded_figure_is_taken_as_said(self):
        total = oracle.Decimal(self.server.ask("summarize_spending", {"period": "2026-10"})["total"])
        said = str(total.quantize(oracle.Decimal(1), oracle.ROUND_HALF_EVEN))
        why = self.explain("summarize_spending", {"period": "2026-10"}, None, f"{said} USD")
        self.assertEqual(why["figure"]["verdict"], "rounded")


if __name__ == "__main__":
    unittest.main()
