"""find_unusual on a ledger made for it: what makes a month of a category a spike, and what does not."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

PAID = ("INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on, amount, currency,"
        " base_amount, merchant, merchant_folded, kind, created_at, updated_at)"
        " SELECT 1, 1, 2, day, amount, 'USD', amount, 'Market', 'market', 'expense', '2026-01-01', '2026-01-01'")
# eleven months of 100.00 in two purchases
USUAL = ("DELETE FROM ninepence.expense_tags; UPDATE ninepence.expenses SET refund_of = NULL;"
         "DELETE FROM ninepence.expenses WHERE ledger_id = 1;"
         + PAID + " FROM (SELECT (date '2026-10-01' - make_interval(months => n % 11))::date"
         " + (n * 7) % 28 AS day, CASE WHEN n < 11 THEN 10 ELSE 90 END AS amount"
         " FROM generate_series(0, 21) n) d;")


class Spikes(unittest.TestCase):
    def spikes(self, *amounts):
        """What the category cost, as said of a November in which these were bought."""
        books = ledger.small()
        books.execute(USUAL + PAID + " FROM (SELECT date '2026-11-02' + n::integer AS day, amount FROM unnest("
                      f"ARRAY[{', '.join(map(str, amounts))}]) WITH ORDINALITY AS a (amount, n)) d;"
                      "ANALYZE ninepence.expenses;")
        with Server(books.env()) as server:
            rows = server.ask("find_unusual", {"period": "2026-11", "kinds": ["category_spike", "outlier"]})["rows"]
        self.assertEqual({row["kind"] for row in rows} - {"category_spike"}, set())
        return [(row["category"], row["amount"], row["usual"]) for row in rows]

    def test_many_usual_purchases_are_a_spike(self):
        self.assertEqual(self.spikes(10, 90, 90, 90, 90, 90), [("Food: Groceries", "460.00", "100.00")])

    def test_one_purchase_is_a_spike_only_where_too_few_tell_what_is_usual(self):
        # 24 and 25 purchases in all
        self.assertEqual(self.spikes(10, 400), [("Food: Groceries", "410.00", "100.00")])
        self.assertEqual(self.spikes(10, 10, 400), [])

    def test_what_is_left_without_the_largest_must_be_far_above_the_dearest_month(self):
        # 1.75 x 100
        self.assertEqual(self.spikes(10, 10, 10, 72, 72.99, 90), [])
        self.assertEqual(self.spikes(10, 10, 10, 72, 73, 90), [("Food: Groceries", "265.00", "100.00")])


if __name__ == "__main__":
    unittest.main()
