"""compare_periods against the oracle: both sides to the cent, and parts that add up to the whole."""
import datetime
import os
import random
import sys
import unittest
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import oracle  # noqa: E402
from support import ledger  # noqa: E402
from support.mcp_client import VALGRIND, Server  # noqa: E402

SEED = int(os.environ.get("NINEPENCE_SEED", "20261122"))
COUNT = 15 if VALGRIND else 80
DAY = datetime.timedelta(days=1)


class Side:
    """What the oracle says of the days of one period."""

    def __init__(self, model, args, shown):
        period = model.period({"start_date": shown["from"], "end_date": shown["to"]}, None)
        self.groups, self.total, self.count = model.sums(args, period)
        rows, _ = model.counted(args, period)
        self.merchants = {}
        for row in rows:
            if row.merchant_folded:
                self.merchants[row.merchant_folded] = \
                    self.merchants.get(row.merchant_folded, Decimal(0)) + row.base

    def of(self, group):
        return self.groups.get((group, None), [Decimal(0), 0])


def often(now, before):
    """More purchases at the mean of both averages, half to even."""
    if now[1] == 0 or before[1] == 0:
        return now[0] - before[0]
    both = oracle.divide(now[0], now[1]) + oracle.divide(before[0], before[1])
    return Decimal(oracle.money(oracle.divide((now[1] - before[1]) * both, 2), "USD"))


class Comparing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.demo()
        cls.server = Server(cls.books.env())
        number = cls.books.value("SELECT ledger_id FROM ninepence.ledgers LIMIT 1")
        cls.model = oracle.Model(cls.books, number, datetime.date.fromisoformat(ledger.TODAY))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def questions(self):
        pick = random.Random(SEED)
        for _ in range(COUNT):
            first = datetime.date(2025, 6, 1) + DAY * pick.randint(0, 480)
            other = datetime.date(2025, 6, 1) + DAY * pick.randint(0, 480)
            args = {"a": f"{first}..{first + DAY * pick.randint(0, 90)}",
                    "b": f"{other}..{other + DAY * pick.randint(0, 90)}",
                    "group_by": pick.choice(["category", "parent_category", "user", "account", "tag"]),
                    "like_for_like": pick.choice([True, False])}
            if pick.random() < 0.3:
                args["kind"] = pick.choice(["all", "income", "refund"])
            if args["a"] != args["b"]:
                yield args

    def test_both_sides_and_their_parts_equal_the_oracle(self):
        for args in self.questions():
            with self.subTest(args=args, seed=SEED):
                answer = self.server.ask("compare_periods", args)
                if args["like_for_like"]:
                    self.assertEqual(*[datetime.date.fromisoformat(one["to"])
                                       - datetime.date.fromisoformat(one["from"])
                                       for one in (answer["period"], answer["compared_with"])])
                now = Side(self.model, args, answer["period"])
                before = Side(self.model, args, answer["compared_with"])
                self.assertEqual((answer["total"], answer["count"], answer["compared_with"]["count"]),
                                 (oracle.money(now.total, "USD"), now.count, before.count))
                if now.count or before.count:
                    self.check_parts(answer, now, before)

    def check_parts(self, answer, now, before):
        change = now.total - before.total
        self.assertEqual((Decimal(answer["before"]), Decimal(answer["change"])), (before.total, change))
        split = 0
        for group in {key[0] for key in [*now.groups, *before.groups]}:
            split += often(now.of(group), before.of(group))
        parts = answer["parts"]
        self.assertEqual(Decimal(parts["more_often"]), split)
        self.assertEqual(Decimal(parts["more_often"]) + Decimal(parts["dearer"]), change)
        new = sum(value for name, value in now.merchants.items() if name not in before.merchants)
        lost = sum(value for name, value in before.merchants.items() if name not in now.merchants)
        cut = answer["merchants"]
        self.assertEqual((Decimal(cut["new"]), Decimal(cut["lost"])), (new, -lost))
        self.assertEqual(sum(Decimal(cut[key]) for key in ("new", "lost", "same")), change)
        for row in answer["rows"]:
            one, other = now.of(row["group"]), before.of(row["group"])
            self.assertEqual((row["total"], row["count"], row["before"], row["count_before"]),
                             (oracle.money(one[0], "USD"), one[1], oracle.money(other[0], "USD"),
                              other[1]))
            self.assertEqual(Decimal(row["more_often"]), often(one, other))
            self.assertEqual(Decimal(row["more_often"]) + Decimal(row["dearer"]), one[0] - other[0])
        shown = sum(Decimal(row["total"]) for row in answer["rows"])
        self.assertEqual(shown + Decimal(answer.get("rest", {}).get("total", "0")), now.total)


if __name__ == "__main__":
    unittest.main()
