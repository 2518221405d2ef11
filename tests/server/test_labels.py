"""What an answer calls a span of time can be asked as a period, and then means the same days."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

UNITS = ("day", "week", "month", "quarter", "year")


class Labels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def expect_same(self, server, label, total, count):
        asked = server.ask("summarize_spending", {"period": label})
        self.assertEqual((asked["total"], asked["count"]), (total, count), label)
        self.assertEqual(asked["period"]["label"], label)

    def test_label_of_a_group_asks_for_the_days_of_the_group(self):
        for week, month in ((1, 1), (7, 1), (6, 25), (5, 15)):
            self.books.execute(f"UPDATE ninepence.ledgers SET first_day_of_week = {week},"
                               f" first_day_of_month = {month};")
            with Server(self.books.env()) as server:
                for unit in UNITS:
                    with self.subTest(unit=unit, week=week, month=month):
                        rows = server.ask("summarize_spending", {"period": "all", "group_by": unit})["rows"]
                        self.assertGreater(len(rows), 1)
                        for row in rows:
                            self.expect_same(server, row["group"], row["total"], row["count"])

    def test_labels_of_periods_can_be_asked_again(self):
        self.books.execute("UPDATE ninepence.ledgers SET first_day_of_week = 7, first_day_of_month = 1;")
        with Server(self.books.env()) as server:
            for tool, arguments in (("summarize_spending", {"period": "last month"}),
                                    ("summarize_spending", {"period": "2026-q4"}),
                                    ("summarize_spending", {"period": "2026-w40..2026-W45"}),
                                    ("summarize_spending", {"start_date": "2026-10-05", "end_date": "today"}),
                                    ("read_expenses", {}), ("query_expenses_by_category", {"category": "Food"}),
                                    ("monthly_summary", {}), ("monthly_summary", {"months": 3}),
                                    ("find_unusual", {}), ("list_recurring", {}), ("budget_status", {}),
                                    ("forecast_spending", {}), ("split_balances", {})):
                period = server.ask(tool, arguments)["period"]
                with self.subTest(tool=tool, label=period["label"]):
                    again = server.ask("summarize_spending", {"period": period["label"]})["period"]
                    self.assertEqual(again["label"], period["label"])

    def test_week_is_refused_where_there_is_none(self):
        with Server(self.books.env()) as server:
            self.assertIn("names days that do not exist",
                          server.refusal("summarize_spending", {"period": "2025-W53"}))
            self.assertIn("YYYY-Www", server.refusal("summarize_spending", {"period": "Monday"}))


if __name__ == "__main__":
    unittest.main()
