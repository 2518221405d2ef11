"""Verdicts of imports against a truth that is known: a year of three accounts, made by a seed, in
statements that overlap, with entries by hand, and with what only looks like a transfer or an entry that
is there already. docs/imports.md has the figures, kind by kind."""
import collections
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
SEED = int(os.environ.get("NINEPENCE_TEST_SEED") or 20261122)

# What money between own accounts looks like: text on the one side, on the other.
CARD_BILL = (("VISA AUTOPAY", "PAYMENT THANK YOU"), ("CREDIT CARD PAYMENT", "PAYMENT THANK YOU"),
             ("ONLINE BILL 4411", "PAYMENT THANK YOU"), ("CREDIT CARD AUTOPAY", "AUTOMATIC DEBIT RECEIVED"))
SAVINGS = (("TRANSFER TO SAVINGS", "TRANSFER FROM CHECKING"), ("ONLINE TRANSFER 5521", "DEPOSIT"),
           ("STANDING ORDER 17", "TRANSFER FROM CHECKING"), ("TO SAVINGS", "INCOMING"))

Row = collections.namedtuple("Row", "day text cents currency kind")  # kind: of the truth, "" for the usual


class History:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = {"Checking": [], "Credit Card": [], "Savings": []}
        self.by_hand = []  # (day, merchant, cents, account, kind, is in a file as well)
        for month in range(1, 13):
            self._usual(month)
            self._transfers(month)
            self._lookalikes(month)
        for rows in self.rows.values():
            rows.sort(key=lambda row: row.day)
        self._entries()

    def _add(self, account, day, text, cents, kind="", currency="USD"):
        self.rows[account].append(Row(day, text, cents, currency, kind))

    def _usual(self, month):
        day = lambda n: datetime.date(2025, month, n)
        pick = self.random
        self._add("Checking", day(1), "RIVERSIDE PROPERTIES RENT", -120000)
        self._add("Checking", day(3), "CITY POWER AND WATER", -pick.randrange(6000, 12000))
        self._add("Checking", day(25), "ACME CORP PAYROLL", 310000)
        for _ in range(12):
            self._add("Credit Card", day(pick.randrange(1, 28)), pick.choice(SHOPS), -pick.randrange(300, 12000))
        for _ in range(4):
            self._add("Checking", day(pick.randrange(1, 28)), pick.choice(SHOPS), -pick.randrange(300, 9000))
        for _ in range(2):  # two equal coffees of one day
            self._add("Credit Card", day(14), "BLUE BOTTLE", -450)

    def _transfers(self, month):
        """Both legs; the money arrives up to three days later."""
        pick = self.random
        for kind, texts, to, first, sums in (("card bill", CARD_BILL, "Credit Card", 20, (40000, 90000)),
                                             ("savings", SAVINGS, "Savings", 5, (10000, 30000))):
            out, come = texts[month % len(texts)]
            start = datetime.date(2025, month, first)
            cents = pick.randrange(*sums)
            self._add("Checking", start, out, -cents, kind)
            self._add(to, start + datetime.timedelta(pick.randrange(0, 4)), come, cents, kind)

    def _lookalikes(self, month):
        """Equal sums of opposite signs in two accounts on near days that are no transfers."""
        day = lambda n: datetime.date(2025, month, n)
        pick = self.random
        cents = lambda: pick.randrange(1000, 5000)
        for kind, (one, first, text), (other, second, came) in (
                ("goods sent back", ("Checking", day(8), pick.choice(SHOPS)), ("Credit Card", day(9), "SHOE STORE RETURN DESK")),
                ("a friend pays back", ("Credit Card", day(11), "NOODLE BAR"), ("Checking", day(11), "ZELLE FROM PETER K")),
                ("a transfer to somebody", ("Checking", day(7), "ONLINE TRANSFER P KRAUSE"), ("Credit Card", day(7), "ZARA REFUND")),
                ("interest", ("Checking", day(28), "CITY PHARMACY"), ("Savings", day(28), "INTEREST PAID")),
                ("a fee and its refund", ("Checking", day(17), "WIRE FEE"), ("Savings", day(18), "FEE REVERSAL"))):
            amount = cents()
            self._add(one, first, text, -amount, kind)
            self._add(other, second, came, amount, kind)
        amount = cents()
        self._add("Checking", day(12), "BOOK CORNER", -amount, "another currency")
        self._add("Savings", day(12), "SOLD BICYCLE", amount, "another currency", "EUR")
        if month % 3 == 0:  # the sum of the card's bill goes to somebody else as well, a day later
            bill = next(row for row in self.rows["Checking"] if row.kind == "card bill" and row.day.month == month)
            if bill.text in ("VISA AUTOPAY", "CREDIT CARD PAYMENT", "CREDIT CARD AUTOPAY"):
                self._add("Checking", day(21), "ELECTRIC COMPANY", bill.cents, "the sum of the bill")

    def _entries(self):
        pick = self.random
        bought = [row for row in self.rows["Credit Card"] if row.cents < -500 and not row.kind]
        pick.shuffle(bought)
        days = datetime.timedelta

        def enter(kind, is_there, row, moved=0, merchant=None, cents=None, account="Credit Card"):
            name = row.text.title().split()[0] if merchant is None else merchant
            self.by_hand.append((row.day + days(moved), name, cents or row.cents, account, kind, is_there))

        for _ in range(20):
            enter("the same day", True, bought.pop())
        for _ in range(15):
            enter("a day or two before", True, bought.pop(), moved=-pick.randrange(1, 3))
        for _ in range(8):
            enter("without a merchant", True, bought.pop(), merchant="")
        for _ in range(12):
            enter("a week later or earlier", False, bought.pop(), moved=pick.choice((-9, -8, 8, 9)))
        for _ in range(12):
            enter("another merchant", False, bought.pop(), moved=pick.choice((-1, 1)), merchant="Flea Market")
        for _ in range(12):
            enter("another account", False, bought.pop(), account="Purse")
        for _ in range(12):
            row = bought.pop()
            enter("ten cents more", False, row, cents=row.cents - 10)
        coffee = next(row for row in self.rows["Credit Card"] if row.cents == -450)
        for is_there in (True, True, False):  # the bank knows of two
            enter("three coffees of one day", is_there, coffee)

    def statements(self, account):
        """Four of them, each with the last ten days of the one before."""
        for quarter in range(4):
            start = datetime.date(2025, 3 * quarter + 1, 1) - datetime.timedelta(10 if quarter else 0)
            end = datetime.date(2025, 3 * quarter + 4, 1) if quarter < 3 else datetime.date(2026, 1, 1)
            yield [row for row in self.rows[account] if start <= row.day < end]


def csv(rows):
    """The kind travels in the memo, as a word that says nothing."""
    return "Date,Description,Memo,Amount,Currency\n" + "".join(
        f"{row.day},{row.text},{KINDS.index(row.kind):03},{row.cents / 100:.2f},{row.currency}\n" for row in rows)


HISTORY = History(SEED)
KINDS = sorted({row.kind for rows in HISTORY.rows.values() for row in rows})
TRANSFERS = ("card bill", "savings")


class Verdicts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        with Server(cls.books.env()) as server:
            server.ask("create_expenses", {"allow_duplicate": True, "create_missing": True, "items": [
                {"date": str(day), **({"merchant": merchant} if merchant else {}), "amount": f"{-cents / 100:.2f}",
                 "user": "Bob", "account": account, "description": f"by hand: {kind}"}
                for day, merchant, cents, account, kind, _ in HISTORY.by_hand]})
            for account in HISTORY.rows:
                for rows in HISTORY.statements(account):
                    server.ask("import_transactions", {"account": account, "content": csv(rows), "mode": "commit", "mapping": "sign=negative_out",
                                                       "create_missing": True})

    def counts(self, what, where):
        return collections.Counter(dict(
            (kind, int(count)) for kind, count in self.books.rows(
                f"SELECT {what} AS kind, count(*) FROM ninepence.expenses e WHERE e.ledger_id = 1"
                f" AND e.deleted_at IS NULL AND {where} GROUP BY 1")))

    def show(self, title, true, said):
        for kind in sorted(true):
            print(f"{title} {kind or 'all else'}: {said[kind]} of {true[kind]}", file=sys.stderr)

    def assert_good(self, title, right, said, true, precision, recall):
        self.assertGreater(said, 0)
        print(f"{title}: precision {right}/{said}, recall {right}/{true}", file=sys.stderr)
        self.assertGreaterEqual(right / said, precision)
        self.assertGreaterEqual(right / true, recall)

    def test_transfers_are_found_and_nothing_else_is_called_one(self):
        true = collections.Counter(row.kind for rows in HISTORY.rows.values() for row in rows)
        said = self.counts("e.description", "e.kind = 'transfer' AND e.description ~ '^[0-9]{3}$'")
        said = collections.Counter({KINDS[int(kind)]: count for kind, count in said.items()})
        self.show("transfer:", true, said)
        right = sum(said[kind] for kind in TRANSFERS)
        self.assert_good("transfers", right, sum(said.values()), sum(true[kind] for kind in TRANSFERS), 0.99, 0.95)

    def test_entries_by_hand_are_joined_and_others_are_not(self):
        all_of = collections.Counter(entry[4] for entry in HISTORY.by_hand)
        true = collections.Counter(entry[4] for entry in HISTORY.by_hand if entry[5])
        said = self.counts("substring(e.description FROM 10)", "e.description LIKE 'by hand: %'"
                                                               " AND e.external_id IS NOT NULL")
        self.show("joined:", all_of, said)
        right = sum(min(said[kind], true[kind]) for kind in said)
        self.assert_good("joined", right, sum(said.values()), sum(true.values()), 0.99, 0.95)

    def test_every_row_of_the_bank_stands_in_the_books_once(self):
        rows = [row for rows in HISTORY.rows.values() for row in rows]
        self.assertEqual(self.books.rows(
            "SELECT currency, count(*), (100 * sum(CASE kind WHEN 'income' THEN amount ELSE -amount END))::bigint"
            " FROM ninepence.expenses WHERE ledger_id = 1 AND external_id IS NOT NULL AND deleted_at IS NULL"
            " GROUP BY 1 ORDER BY 1"), [
                (code, str(sum(row.currency == code for row in rows)), str(sum(row.cents for row in rows if row.currency == code)))
                for code in ("EUR", "USD")])


if __name__ == "__main__":
    unittest.main()
