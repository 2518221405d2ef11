"""Every category and month of the sample ledger, to the cent, against hledger's balances."""
import datetime
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import hledger_check  # noqa: E402
import oracle  # noqa: E402
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

Decimal = oracle.Decimal


@unittest.skipUnless(hledger_check.available(), "not run: hledger is not installed")
class Books:
    """The comparison, for one ledger (mixed into a TestCase)."""

    @classmethod
    def setUpClass(cls):
        cls.books = cls.make()
        cls.server = Server(cls.books.env())
        number = cls.books.value("SELECT ledger_id FROM ninepence.ledgers ORDER BY ledger_id LIMIT 1")
        cls.model = oracle.Model(cls.books, number, datetime.date.fromisoformat(ledger.TODAY))
        cls.journal = hledger_check.journal(cls.model)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def months(self):
        return sorted({f"{row.day.year:04}-{row.day.month:02}" for row in self.model.rows})

    def test_every_category_and_month_equals_hledger(self):
        right = hledger_check.by_category_and_month(self.journal)
        self.assertGreater(len(right), 20)
        seen = {}
        for month in self.months():
            answer = self.server.ask("summarize_spending", {"period": month, "group_by": "category"})
            self.assertFalse(answer["truncated"])
            seen.update(((row["group"], month), Decimal(row["total"])) for row in answer["rows"]
                        if Decimal(row["total"]))
        self.assertEqual(seen, right)

    def test_grouping_by_two_gives_the_same_table(self):
        right = hledger_check.by_category_and_month(self.journal)
        seen = {}
        for category in sorted({path for path, _ in right} - {"Uncategorized"}):
            answer = self.server.ask("summarize_spending", {
                "period": "all", "category": category, "group_by": "month", "then_by": "category"})
            self.assertFalse(answer["truncated"], category)
            for row in answer["rows"]:
                if Decimal(row["total"]):
                    seen[row["then"], row["group"]] = Decimal(row["total"])
        self.assertEqual(seen, {key: value for key, value in right.items()
                                if key[0] != "Uncategorized"})

    def test_income_of_each_month_equals_hledger(self):
        right = {}
        for (_, month), amount in hledger_check.by_category_and_month(self.journal, "income").items():
            right[month] = right.get(month, Decimal(0)) + amount
        answer = self.server.ask("summarize_spending", {"period": "all", "kind": "income",
                                                        "group_by": "month"})
        seen = {row["group"]: Decimal(row["total"]) for row in answer["rows"]
                if Decimal(row["total"])}
        self.assertEqual(seen, right)
        self.assertTrue(right)

    def test_monthly_summary_equals_hledger(self):
        spending, income = ({}, {})
        for kind, sums in (("expenses", spending), ("income", income)):
            for (_, month), amount in hledger_check.by_category_and_month(self.journal, kind).items():
                sums[month] = sums.get(month, Decimal(0)) + amount
        for month in self.months():
            with self.subTest(month):
                answer = self.server.ask("monthly_summary", {"month": month})
                shown = (Decimal(answer["income"]), Decimal(answer["spending"]))
                self.assertEqual(shown, (income.get(month, 0), spending.get(month, 0)))

    def test_quarters_and_years_equal_hledger(self):
        for span, unit in (("--quarterly", "quarter"), ("--yearly", "year")):
            right = hledger_check.by_span(self.journal, span)
            answer = self.server.ask("summarize_spending", {"period": "all", "group_by": unit})
            seen = {row["group"].replace("-Q", "Q"): Decimal(row["total"]) for row in answer["rows"]
                    if Decimal(row["total"])}
            self.assertEqual(seen, right)

    def test_merchants_equal_hledger(self):
        right = hledger_check.by_payee(self.model)
        answer = self.server.ask("summarize_spending", {"period": "all", "group_by": "merchant",
                                                        "top": 100})
        seen = {oracle.fold(row["group"]): Decimal(row["total"]) for row in answer["rows"]
                if Decimal(row["total"])}
        self.assertEqual(answer["truncated"], False)
        self.assertEqual(seen, right)

    def test_equal_shares_equal_hledger(self):
        """Who paid what, by hledger; with two users each bears half, the odd cent the first."""
        paid = hledger_check.by_user(self.model)
        answer = self.server.ask("split_balances", {"period": "all"})
        self.assertEqual({row["user"]: Decimal(row["paid"]) for row in answer["rows"]}, paid)
        half = sum(paid.values()) / 2
        for row in answer["rows"]:
            self.assertLessEqual(abs(Decimal(row["share"]) - half), Decimal("0.005"))
        self.assertEqual(sum(Decimal(row["balance"]) for row in answer["rows"]), 0)


class SampleLedger(Books, unittest.TestCase):
    make = staticmethod(ledger.demo)


class SmallLedger(Books, unittest.TestCase):
    make = staticmethod(ledger.small)


if __name__ == "__main__":
    unittest.main()
