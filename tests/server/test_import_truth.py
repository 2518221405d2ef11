"""Verdicts of imports against a truth that is known: a year of two accounts, made by a seed, in
statements that overlap, with entries by hand. What is a transfer, and what is there already?"""
import datetime
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

SHOPS = ("WHOLE FOODS MARKET", "SHELL OIL", "BLUE BOTTLE", "AMAZON MKTPLACE", "CITY PHARMACY", "IKEA", "UBER TRIP",
         "HARDWARE HOUSE", "NOODLE BAR", "BOOK CORNER")
FIRST = datetime.date(2025, 1, 1)


class History:
    """Rows (day, text, cents, is a transfer) of each account, and the entries by hand."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = {"Checking": [], "Credit Card": []}
        self.by_hand = []  # (day, merchant, cents, is in a file as well)
        for month in range(1, 13):
            self._month(month)
        for rows in self.rows.values():
            rows.sort(key=lambda row: row[0])
        self._entries()

    def _add(self, account, day, text, cents, is_transfer=False):
        self.rows[account].append((day, text, cents, is_transfer))

    def _month(self, month):
        day = lambda n: datetime.date(2025, month, n)
        pick = self.random
        self._add("Checking", day(1), "RIVERSIDE PROPERTIES RENT", -120000)
        self._add("Checking", day(3), "CITY POWER AND WATER", -pick.randrange(6000, 12000))
        self._add("Checking", day(25), "ACME CORP PAYROLL", 310000)
        for _ in range(12):
            self._add("Credit Card", day(pick.randrange(1, 28)), pick.choice(SHOPS), -pick.randrange(300, 12000))
        for _ in range(4):
            self._add("Checking", day(pick.randrange(1, 28)), pick.choice(SHOPS), -pick.randrange(300, 9000))
        # Two equal coffees on one day.
        for _ in range(2):
            self._add("Credit Card", day(14), "BLUE BOTTLE", -450)
        # The bill of the card is paid, and arrives up to three days later.
        bill = pick.randrange(40000, 90000)
        self._add("Checking", day(20), pick.choice(("VISA AUTOPAY", "CREDIT CARD PAYMENT", "ONLINE BILL 4411")), -bill, True)
        self._add("Credit Card", day(20 + pick.randrange(0, 4)), "PAYMENT THANK YOU", bill, True)
        # Equal sums that have nothing to do with each other.
        chance = pick.randrange(1000, 5000)
        self._add("Checking", day(8), pick.choice(SHOPS), -chance)
        self._add("Credit Card", day(9), "SHOE STORE RETURN DESK", chance)

    def _entries(self):
        pick = self.random
        bought = [row for row in self.rows["Credit Card"] if row[2] < -500]
        for day, text, cents, _ in pick.sample(bought, 30):
            moved = day - datetime.timedelta(pick.randrange(0, 3))
            self.by_hand.append((moved, text.title().split()[0], cents, True))
        for _ in range(15):
            day, _text, cents, _ = pick.choice(bought)
            moved = day + datetime.timedelta(pick.choice((-9, -8, 8, 9)))
            self.by_hand.append((moved, "Flea Market", cents, False))

    def statements(self, account):
        """Four of them, each with the last ten days of the one before."""
        for quarter in range(4):
            start = datetime.date(2025, 3 * quarter + 1, 1) - datetime.timedelta(10 if quarter else 0)
            end = datetime.date(2025, 3 * quarter + 4, 1) if quarter < 3 else datetime.date(2026, 1, 1)
            yield [row for row in self.rows[account] if start <= row[0] < end]


def csv(rows):
    return "Date,Description,Amount,Currency\n" + "".join(
        f"{day},{text},{cents / 100:.2f},USD\n" for day, text, cents, _ in rows)


class Verdicts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.history = History(20261122)
        cls.books = ledger.small()
        with Server(cls.books.env()) as server:
            server.ask("create_expenses", {"allow_duplicate": True, "items": [
                {"date": str(day), "merchant": merchant, "amount": f"{-cents / 100:.2f}", "user": "Bob",
                 "account": "Credit Card", "description": "twice" if is_twice else "once"}
                for day, merchant, cents, is_twice in cls.history.by_hand]})
            for account in cls.history.rows:
                for rows in cls.history.statements(account):
                    server.ask("import_transactions", {"account": account, "content": csv(rows), "mode": "commit"})

    def count(self, where):
        return int(self.books.value("SELECT count(*) FROM ninepence.expenses e JOIN ninepence.accounts a"
                                    " USING (ledger_id, account_id) WHERE e.ledger_id = 1 AND e.deleted_at IS NULL"
                                    f" AND e.spent_on BETWEEN '2024-12-20' AND '2026-01-15' AND e.created_at > '2026-11-02'"
                                    f" AND {where}"))

    def assert_good(self, right, said, true, precision, recall):
        self.assertGreater(said, 0)
        print(f"precision {right}/{said}, recall {right}/{true}", file=sys.stderr)
        self.assertGreaterEqual(right / said, precision)
        self.assertGreaterEqual(right / true, recall)

    def test_transfers_are_found_and_nothing_else_is_called_one(self):
        words = "(e.merchant ~* 'autopay|payment|bill' OR e.description ~* 'autopay|payment|bill')"
        said = self.count("e.kind = 'transfer'")
        right = self.count(f"e.kind = 'transfer' AND {words}")
        true = sum(row[3] for rows in self.history.rows.values() for row in rows)
        self.assert_good(right, said, true, 0.99, 0.95)

    def test_entries_by_hand_are_joined_and_others_are_not(self):
        said = self.count("e.description IN ('twice', 'once') AND e.external_id IS NOT NULL")
        right = self.count("e.description = 'twice' AND e.external_id IS NOT NULL")
        true = sum(entry[3] for entry in self.history.by_hand)
        self.assert_good(right, said, true, 0.95, 0.95)

    def test_every_row_of_the_bank_stands_in_the_books_once(self):
        rows = sum(len(rows) for rows in self.history.rows.values())
        self.assertEqual(self.count("e.external_id IS NOT NULL"), rows)
        total = sum(row[2] for rows in self.history.rows.values() for row in rows)
        self.assertEqual(self.books.value(
            "SELECT (100 * sum(CASE kind WHEN 'income' THEN amount ELSE -amount END))::bigint"
            " FROM ninepence.expenses WHERE ledger_id = 1 AND external_id IS NOT NULL AND deleted_at IS NULL"), str(total))


if __name__ == "__main__":
    unittest.main()
