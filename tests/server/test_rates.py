"""Exchange rates: what waits for one is converted when it comes, exactly, at the rate of its day or of
the seven days before; a rate that is missing is listed and never 1."""
import decimal
import os
import random
import sys
import unittest
from datetime import date, timedelta
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

decimal.getcontext().prec = 60
EXPONENTS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
SEED = 20261122


def converted(amount, rates, day, exponent):
    """The model: Decimal, half to even."""
    known = [on for on in rates if day - timedelta(days=7) <= on <= day]
    if not known:
        return None
    return (amount * rates[max(known)]).quantize(Decimal(1).scaleb(-exponent),
                                                 rounding=decimal.ROUND_HALF_EVEN)


def stored(books, currency):
    """{id: (day, amount, base)} of living expenses."""
    return {id: (date.fromisoformat(day), Decimal(amount), None if base is None else Decimal(base))
            for id, day, amount, base in books.rows(
                "SELECT expense_id, spent_on, amount, base_amount FROM ninepence.expenses"
                f" WHERE ledger_id = 1 AND currency = '{currency}' AND deleted_at IS NULL")}


def rates_of(books, currency):
    return {date.fromisoformat(day): Decimal(rate) for day, rate in books.rows(
        "SELECT on_day, rate FROM ninepence.rates"
        f" WHERE ledger_id = 1 AND currency = '{currency}'")}


class OneRate(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.close)

    def base(self, id):
        return self.books.value(f"SELECT base_amount FROM ninepence.expenses WHERE expense_id = {id}")

    def test_amount_that_waited_is_converted_and_its_total_with_it(self):
        asked = {"category": "Groceries", "period": "2026-11"}
        before = self.server.ask("query_expenses_by_category", asked)
        self.assertEqual((before["total"], before["basis"]["rates_missing"]), ("145.39", 1))
        answer = self.server.ask("set_exchange_rate",
                                 {"currency": "eur", "rate": "1.14", "date": "2026-11-10"})
        self.assertEqual((answer["converted"], answer["waited"]), (1, 1))
        after = self.server.ask("query_expenses_by_category", asked)
        # 7.00 x 1.14 = 7.98
        self.assertEqual((after["total"], after["basis"]["rates_missing"]), ("153.37", 0))

    def test_rate_serves_until_the_next_one_and_seven_days_at_most(self):
        # e54 is of the 10th; the rate of the 16th stands between the 12th and e53 of the 18th.
        answer = self.server.ask("set_exchange_rate",
                                 {"currency": "EUR", "rate": 2, "date": "2026-11-12"})
        self.assertEqual(answer["converted"], 0)
        answer = self.server.ask("set_exchange_rate",
                                 {"currency": "EUR", "rate": 2, "date": "2026-11-03"})
        self.assertEqual((answer["converted"], self.base(54)), (1, "14.0000"))
        # e18 of 19 May is eight days after the 11th, seven after the 12th.
        answer = self.server.ask("set_exchange_rate",
                                 {"currency": "EUR", "rate": "1.2", "date": "2026-05-12"})
        self.assertEqual([self.base(id) for id in (17, 18)], ["15.0000", "12.0000"])

    def test_half_a_cent_goes_to_the_even_one(self):
        self.server.ask("set_exchange_rate", {"currency": "GBP", "rate": "0.0335",
                                              "date": "2026-09-05"})
        self.assertEqual(self.base(31), "1.0000")  # 30 x 0.0335 = 1.005
        self.server.ask("set_exchange_rate", {"currency": "GBP", "rate": "0.0345",
                                              "date": "2026-09-05"})
        self.assertEqual(self.base(31), "1.0400")  # 1.035

    def test_correcting_a_rate_shows_what_it_was_and_keeps_both_sides(self):
        answer = self.server.ask("set_exchange_rate",
                                 {"currency": "EUR", "rate": "1.16", "date": "2026-11-16"})
        self.assertIn("(before: 1.155)", answer["summary"])
        self.assertEqual(answer["rows"][0]["before"]["rate"], "1.155")
        self.assertEqual(answer["rows"][0]["after"]["rate"], "1.16")
        kept = self.books.rows("SELECT entity, before -> 'row' ->> 'base_amount',"
                               " after -> 'row' ->> 'base_amount' FROM ninepence.change_rows"
                               " WHERE entity = 'expense'")
        self.assertEqual(kept, [("expense", "20.7900", "20.8800")])

    def test_dry_run_shows_the_conversion_and_stores_nothing(self):
        before = self.books.fingerprint()
        answer = self.server.ask("set_exchange_rate", {"currency": "GBP", "rate": "1.3",
                                                       "date": "2026-09-05", "dry_run": True})
        self.assertEqual((answer["saved"], answer["converted"]), (False, 1))
        self.assertIn("would be", answer["summary"])
        self.assertEqual(self.books.fingerprint(), before)

    def test_repeated_key_sets_the_rate_once(self):
        asked = {"currency": "GBP", "rate": "1.3", "date": "2026-09-05", "idempotency_key": "k"}
        first = self.server.ask("set_exchange_rate", asked)
        again = self.server.ask("set_exchange_rate", asked)
        self.assertEqual((first["replayed"], again["replayed"]), (False, True))
        self.assertEqual({**again, "replayed": False}, first)
        other = self.server.refusal("set_exchange_rate", {**asked, "rate": "1.4"})
        self.assertIn("used before", other)

    def test_wrong_rates_are_refused_and_nothing_is_changed(self):
        before = self.books.fingerprint()
        for wrong in ({"rate": "0"}, {"rate": "-1"}, {"rate": "1,2"}, {"rate": "1e3"},
                      {"rate": "1." + "1" * 13}, {"rate": "1" * 13}, {"rate": "NaN"},
                      {"currency": "EURO"}, {"currency": "USD"}, {"date": "16.11.2026"}):
            with self.subTest(wrong=wrong):
                asked = {"currency": "EUR", "rate": "1.1", "date": "2026-11-16", **wrong}
                self.server.refusal("set_exchange_rate", asked)
        self.assertEqual(self.books.fingerprint(), before)

    def test_rate_with_as_many_digits_as_there_may_be_is_kept_exactly(self):
        rate = "9" * 12 + "." + "1" * 12
        self.server.ask("set_exchange_rate", {"currency": "GBP", "rate": rate, "date": "2020-01-01"})
        self.assertEqual(rates_of(self.books, "GBP"), {date(2020, 1, 1): Decimal(rate)})

    def test_other_ledgers_are_left_alone(self):
        self.books.execute("INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on,"
                           " amount, currency, kind, created_at, updated_at) VALUES"
                           " (2, 3, 25, '2026-09-05', 5, 'GBP', 'expense', now(), now());")
        self.server.ask("set_exchange_rate", {"currency": "GBP", "rate": 2, "date": "2026-09-05"})
        self.assertEqual(self.books.rows("SELECT ledger_id, base_amount FROM ninepence.expenses"
                                         " WHERE currency = 'GBP' ORDER BY 1"),
                         [("1", "60.0000"), ("2", None)])


class RatesTakenBack(unittest.TestCase):
    """The amounts follow the rates; what else happened to an expense meanwhile stays."""

    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.close)
        self.first = self.spend("2025-03-03")
        self.rate = self.server.ask("set_exchange_rate", {"currency": "CHF", "rate": "1.5", "date": "2025-03-01"})

    def spend(self, day):
        return self.server.ask("create_expenses", {"allow_duplicate": True, "items": [
            {"amount": "10", "currency": "CHF", "date": day}]})["rows"][0]["after"]["id"]

    def row(self, id):
        return self.books.rows("SELECT base_amount, notes, (SELECT path FROM ninepence.categories c"
                               " WHERE c.ledger_id = e.ledger_id AND c.category_id = e.category_id)"
                               f" FROM ninepence.expenses e WHERE expense_id = {id[1:]}")[0]

    def test_undo_leaves_what_was_edited_since_but_its_amount(self):
        self.server.ask("transfer_expense", {"ids": [self.first], "to_category": "Travel"})
        second = self.spend("2025-03-04")
        self.assertEqual((self.row(self.first)[0], self.row(second)[0]), ("15.0000", "15.0000"))
        back = self.server.ask("undo_change", {"change_id": self.rate["change_id"]})
        self.assertEqual(self.row(self.first), (None, None, "Travel"))
        self.assertEqual(self.row(second)[0], None)
        again = self.server.ask("undo_change", {"change_id": back["change_id"]})
        self.assertEqual(self.row(self.first), ("15.0000", None, "Travel"))
        self.assertEqual(self.row(second)[0], "15.0000")
        self.assertEqual(again["saved"], True)

    def test_forced_undo_does_not_take_the_edits_with_it(self):
        self.server.ask("update_expenses", {"ids": [self.first], "set": {"notes": "with Bob"}})
        asked = {"change_id": self.rate["change_id"], "force": True}
        self.server.ask("undo_change", asked)
        self.assertEqual(self.row(self.first)[:2], (None, "with Bob"))

    def test_rate_of_the_same_day_that_came_since_is_a_conflict(self):
        back = self.server.ask("undo_change", {"change_id": self.rate["change_id"]})
        newer = self.server.ask("set_exchange_rate", {"currency": "CHF", "rate": "1.6", "date": "2025-03-01"})
        refused = self.server.call("undo_change", {"change_id": back["change_id"]})
        self.assertEqual(refused["structuredContent"]["error"]["code"], "changed_since")
        self.assertEqual(self.row(self.first)[0], "16.0000")
        forced = self.server.ask("undo_change", {"change_id": back["change_id"], "force": True})
        self.assertEqual(self.row(self.first)[0], "15.0000")
        self.server.ask("undo_change", {"change_id": forced["change_id"]})
        self.assertEqual(self.row(self.first)[0], "16.0000")
        self.assertNotEqual(newer["change_id"], self.rate["change_id"])

    def test_undo_keeps_every_row_that_it_converts(self):
        second = self.spend("2025-03-04")
        back = self.server.ask("undo_change", {"change_id": self.rate["change_id"]})
        kept = {row[0] for row in self.books.rows(
            "SELECT 'e' || entity_id FROM ninepence.change_rows WHERE entity = 'expense'"
            f" AND change_id = {back['change_id'][2:]} AND before <> after")}
        self.assertEqual(kept, {self.first, second})

    def test_rate_waits_for_a_deletion_that_is_taken_back_meanwhile(self):
        """The undo stands still after it has converted; the rate must not be set beside it."""
        deleted = self.server.ask("delete_expenses", {"ids": [self.first]})["change_id"]
        with Server(self.books.env()) as other:
            other.ask("check_health", {})
            with self.books.locked("ninepence.expense_tags", "SHARE"):
                undo = self.server.start("tools/call", {"name": "undo_change", "arguments": {
                    "change_id": deleted}})
                self.books.wait_for_waiting(1)
                rate = other.start("tools/call", {"name": "set_exchange_rate", "arguments": {
                    "currency": "CHF", "rate": "1.25", "date": "2025-03-03"}})
                self.books.wait_for_waiting(2)
            self.assertTrue(self.server.wait_answer(undo)["result"]["structuredContent"]["saved"])
            self.assertTrue(other.wait_answer(rate)["result"]["structuredContent"]["saved"])
        self.assertEqual(self.row(self.first)[0], "12.5000")


class ManyRates(unittest.TestCase):
    def test_any_order_of_rates_and_expenses_ends_as_the_model_says(self):
        books, dice = ledger.small(), random.Random(SEED)
        with Server(books.env()) as server:
            for _ in range(60):
                currency = dice.choice(["EUR", "JPY", "KWD"])
                day = date(2026, 8, 1) + timedelta(days=dice.randrange(40))
                if dice.random() < 0.5:
                    server.ask("set_exchange_rate", {
                        "currency": currency, "date": day.isoformat(),
                        "rate": str(Decimal(dice.randrange(1, 10 ** 6)).scaleb(-5))})
                else:
                    amount = Decimal(dice.randrange(1, 10 ** 6)).scaleb(-EXPONENTS[currency])
                    server.ask("create_expenses", {"allow_duplicate": True, "items": [
                        {"amount": str(amount), "currency": currency, "date": day.isoformat()}]})
        for currency in ("EUR", "JPY", "KWD"):
            rates = rates_of(books, currency)
            for id, (day, amount, base) in stored(books, currency).items():
                self.assertEqual(base, converted(amount, rates, day, 2), f"e{id}, seed {SEED}")

    def test_rate_and_expense_at_the_same_moment_never_miss_each_other(self):
        books = ledger.small()
        days = [date(2025, 1, 1) + timedelta(days=20 * n) for n in range(12)]
        with Server(books.env()) as one, Server(books.env()) as two:
            asked = []
            for day in days:
                asked.append((one, one.start("tools/call", {"name": "create_expenses", "arguments": {
                    "items": [{"amount": "10", "currency": "GBP", "date": day.isoformat()}]}})))
                asked.append((two, two.start("tools/call", {"name": "set_exchange_rate", "arguments": {
                    "currency": "GBP", "rate": "1.5", "date": day.isoformat()}})))
            for server, id in asked:
                self.assertFalse(server.wait_answer(id)["result"].get("isError", False))
        waiting = [day for day, _, base in stored(books, "GBP").values()
                   if base is None and day in days]
        self.assertEqual(waiting, [])


if __name__ == "__main__":
    unittest.main()
