"""What the sample ledger holds: one past for every day, and an answer to each question about it."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import run  # noqa: E402

NEXT_DAY = "2026-11-23T12:00:00Z"
LEAP_DAY = "2028-02-29T23:30:00Z"
YEAR_START = "2027-01-01T00:30:00Z"
PLAIN = ("SELECT e.spent_on, e.amount, e.currency, e.base_amount, e.merchant, e.description, e.kind,"
         " c.path, u.name FROM ninepence.expenses e"
         " LEFT JOIN ninepence.categories c USING (ledger_id, category_id)"
         " LEFT JOIN ninepence.users u USING (ledger_id, user_id)")


def made_at(now):
    books = ledger.empty()
    done = run(["demo"], env=books.env(NINEPENCE_NOW=now, TZ="UTC"))
    assert done.returncode == 0, done.stderr
    return books


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.demo()

    def count(self, where):
        return int(self.books.value(f"SELECT count(*) FROM ninepence.expenses WHERE {where}"))

    def test_habits_of_the_past_do_not_change_with_the_day_it_is_made(self):
        habits = PLAIN + (" WHERE e.merchant IN ('Uber', 'Costco', 'Netflix', 'Trader Joe''s')"
                          " AND e.spent_on < '2026-11-20'")
        self.assertEqual(sorted(self.books.rows(habits)), sorted(made_at(NEXT_DAY).rows(habits)))

    def test_any_day_gives_a_whole_ledger_without_a_future(self):
        for now, today in ((LEAP_DAY, "2028-02-29"), (YEAR_START, "2027-01-01")):
            with self.subTest(now):
                books = made_at(now)
                self.assertEqual(books.value("SELECT max(spent_on) FROM ninepence.expenses"), today)
                self.assertEqual(books.value(
                    "SELECT count(*) FROM ninepence.expenses WHERE base_amount IS NULL"), "0")
                self.assertGreater(int(books.value(
                    "SELECT count(*) FROM ninepence.expenses WHERE currency = 'CLP'")), 30)

    def test_amounts_have_the_decimals_of_their_currency(self):
        self.assertEqual(self.count("currency = 'CLP' AND amount <> trunc(amount)"), 0)
        self.assertEqual(self.count("amount <> round(amount, 2)"), 0)
        self.assertEqual(self.count("base_amount <> round(base_amount, 2)"), 0)

    def test_converted_amounts_are_half_to_even_at_the_rate_of_the_day(self):
        wrong = self.books.value(
            "SELECT count(*) FROM ninepence.expenses e CROSS JOIN LATERAL (SELECT r.rate"
            " FROM ninepence.rates r WHERE r.ledger_id = e.ledger_id AND r.currency = e.currency"
            " AND r.on_day <= e.spent_on ORDER BY r.on_day DESC LIMIT 1) r"
            " WHERE e.currency <> 'USD' AND abs(e.base_amount - e.amount * r.rate) > 0.005")
        self.assertEqual(wrong, "0")

    def test_one_double_charge_and_two_real_coffees_of_one_day(self):
        twice = self.books.rows(
            "SELECT merchant, amount FROM ninepence.expenses WHERE merchant IS NOT NULL"
            " AND kind = 'expense' GROUP BY merchant, amount, spent_on HAVING count(*) = 2 ORDER BY 1")
        self.assertIn(("Best Buy", "89.9900"), twice)
        self.assertIn(("Blue Bottle Coffee", "4.7500"), twice)

    def test_netflix_got_dearer_once(self):
        prices = self.books.rows("SELECT amount FROM ninepence.expenses WHERE merchant = 'Netflix'"
                                 " GROUP BY amount ORDER BY min(spent_on)")
        self.assertEqual(prices, [("15.4900",), ("17.9900",)])

    def test_refunds_are_negative_and_point_to_their_purchase(self):
        self.assertGreaterEqual(self.count("kind = 'refund'"), 5)
        self.assertEqual(self.books.value(
            "SELECT count(*) FROM ninepence.expenses r JOIN ninepence.expenses p"
            " ON p.ledger_id = r.ledger_id AND p.expense_id = r.refund_of"
            " WHERE r.kind = 'refund' AND p.amount = -r.amount AND p.spent_on < r.spent_on"),
            str(self.count("kind = 'refund'")))

    def test_receipts_are_named_after_their_first_line(self):
        self.assertEqual(self.books.value(
            "SELECT count(*) FROM (SELECT receipt_id, min(expense_id) AS first, count(*) AS lines"
            " FROM ninepence.expenses WHERE receipt_id IS NOT NULL GROUP BY receipt_id) r"
            " WHERE first <> receipt_id OR lines < 2"), "0")

    def test_questions_have_something_to_find(self):
        for where in ("merchant = 'Amazon' AND amount > 50", "merchant = 'Shell' AND category_id IS NULL",
                      "merchant = 'Yellow Cab' AND spent_on = date '2026-11-21'",
                      "description = 'test entry' AND spent_on = date '2026-11-22'",
                      "merchant = 'Zappos' AND amount = 60", "merchant = 'Lee Dental'",
                      "merchant = 'Amazon Prime'", "merchant = 'Iron Works Gym'",
                      "currency = 'EUR' AND extract(month FROM spent_on) = 5",
                      "kind = 'income' AND description = 'bonus'"):
            with self.subTest(where):
                self.assertGreater(self.count(where), 0)
        self.assertEqual(self.books.value(
            "SELECT count(*) > 30 FROM ninepence.expense_tags et JOIN ninepence.tags t"
            " USING (ledger_id, tag_id) WHERE t.name = 'Chile trip'"), "t")

    def test_march_and_not_its_neighbours_is_dear(self):
        spent = dict(self.books.rows(
            "SELECT to_char(spent_on, 'YYYY-MM'), sum(base_amount) FROM ninepence.expenses"
            " WHERE kind IN ('expense', 'refund') GROUP BY 1"))
        self.assertGreater(float(spent["2026-03"]), float(spent["2026-02"]))
        self.assertGreater(float(spent["2026-03"]), float(spent["2026-04"]))

    def test_remove_leaves_nothing_of_it(self):
        books = made_at(ledger.NOW)
        self.assertEqual(run(["demo", "--remove"], env=books.env()).returncode, 0)
        left = {table: rows for table, rows in books.fingerprint().items()
                if rows and not table.endswith("schema_migrations")}
        self.assertEqual(left, {})


if __name__ == "__main__":
    unittest.main()
