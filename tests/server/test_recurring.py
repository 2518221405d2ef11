"""What people say about recurring payments holds, can be taken back, and follows the books."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

LATER = "2026-12-20T12:00:00Z"


def pay(books, merchant, amount, *days):
    """Payments of ledger 1."""
    rows = ",".join(f"(1, '{day}', {amount}, 'USD', {amount}, '{merchant}', '{merchant.lower()}', '{day}', '{day}')"
                    for day in days)
    books.execute("INSERT INTO ninepence.expenses (ledger_id, spent_on, amount, currency, base_amount, merchant,"
                  f" merchant_folded, created_at, updated_at) VALUES {rows};")


def months(day, first=1, last=11):
    return [f"2026-{month:02}-{day:02}" for month in range(first, last + 1)]


class Managing(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        pay(self.books, "Iron Gym", "49.00", *months(5))
        pay(self.books, "Fone", "10.00", *months(3))
        pay(self.books, "Fone", "30.00", *months(17))
        self.server = Server(self.books.env())

    def tearDown(self):
        self.server.close()
        self.books.drop()

    def listed(self, server=None, **args):
        rows = (server or self.server).ask("list_recurring", args)["rows"]
        return {(row["merchant"], row["amount"]): row for row in rows}

    def manage(self, **args):
        return self.server.ask("manage_recurring", args)

    def test_found_payments_stand_in_the_list(self):
        found = self.listed()
        self.assertEqual(set(found), {("Iron Gym", "49.00"), ("Fone", "10.00"), ("Fone", "30.00")})
        gym = found["Iron Gym", "49.00"]
        self.assertEqual((gym["next_date"], gym["yearly"], gym["payments"], gym["status"]),
                         ("2026-12-05", "588.00", 11, "active"))

    def test_confirmed_one_is_certain_until_it_is_taken_back(self):
        before = self.books.fingerprint()["ninepence.recurring"]
        change = self.manage(op="confirm", merchant="iron gym")
        gym = self.listed()["Iron Gym", "49.00"]
        self.assertEqual((gym["confidence"], gym["confirmed"], gym["id"]),
                         (1.0, True, change["rows"][0]["after"]["id"]))
        self.server.ask("undo_change", {"change_id": change["change_id"]})
        self.assertNotIn("id", self.listed()["Iron Gym", "49.00"])
        self.assertEqual(self.books.fingerprint()["ninepence.recurring"], before)

    def test_confirmed_one_that_is_late_for_long_is_due_once(self):
        self.manage(op="confirm", merchant="iron gym")
        # since 5 December, and on 5 March
        with Server(self.books.env(NINEPENCE_NOW="2027-02-20T12:00:00Z")) as later:
            answer = later.ask("list_recurring", {"due_within_days": 20})
            self.assertEqual((answer["total"], answer["rows"][0]["times_due"]), ("98.00", 2))
            forecast = later.ask("forecast_spending", {"until": "2027-03-12"})
            self.assertEqual(forecast["parts"]["recurring"], "98.00")

    def test_ignored_one_is_listed_no_more(self):
        self.manage(op="ignore", merchant="Iron Gym")
        self.assertNotIn(("Iron Gym", "49.00"), self.listed())
        self.assertIn(("Iron Gym", "49.00"), self.listed(status="ignored"))
        # Said again it becomes another, with the same number.
        number = self.listed(status="ignored")["Iron Gym", "49.00"]["id"]
        self.manage(op="confirm", id=number)
        self.assertEqual(self.listed()["Iron Gym", "49.00"]["id"], number)

    def test_one_of_two_at_a_merchant_is_meant_by_its_amount(self):
        text = self.server.refusal("manage_recurring", {"op": "cancel", "merchant": "Fone"})
        self.assertIn("Fone 10.00 USD monthly, Fone 30.00 USD monthly", text)
        self.assertIn("Name the merchant in full, with its amount, or the id.", text)
        text = self.server.refusal("manage_recurring", {"op": "update", "merchant": "Fone", "amount": "31.00"})
        self.assertIn("Name the merchant in full, or the id.", text)
        self.manage(op="cancel", merchant="Fone", amount="30.00")
        self.assertIn(("Fone", "10.00"), self.listed())
        self.assertEqual(set(self.listed(status="cancelled")), {("Fone", "30.00")})

    def test_cancelled_one_that_comes_still_is_said(self):
        self.manage(op="cancel", merchant="Iron Gym")
        self.assertNotIn("comes_still", self.listed(status="cancelled")["Iron Gym", "49.00"])
        pay(self.books, "Iron Gym", "49.00", "2026-12-05")
        with Server(self.books.env(NINEPENCE_NOW=LATER)) as later:
            row = self.listed(later, status="cancelled")["Iron Gym", "49.00"]
            self.assertIs(row["comes_still"], True)

    def test_corrections_win_over_the_books(self):
        self.manage(op="update", merchant="Iron Gym", amount="55.00", next_date="2026-12-10",
                    category="Health")
        gym = self.listed()["Iron Gym", "55.00"]
        self.assertEqual((gym["next_date"], gym["yearly"], gym["category"]),
                         ("2026-12-10", "660.00", "Health"))
        pay(self.books, "Iron Gym", "55.00", "2026-12-10")
        with Server(self.books.env(NINEPENCE_NOW=LATER)) as later:
            self.assertGreater(self.listed(later)["Iron Gym", "55.00"]["next_date"], "2027-01-01")

    def test_new_one_is_known_before_it_comes(self):
        self.manage(op="create", merchant="Piano School", amount="80", cadence="biweekly",
                    next_date="2026-12-01")
        row = self.listed()["Piano School", "80.00"]
        self.assertEqual((row["next_date"], row["yearly"], row["payments"]),
                         ("2026-12-01", "2080.00", 0))
        pay(self.books, "Piano School", "80.00", "2026-12-01", "2026-12-15")
        with Server(self.books.env(NINEPENCE_NOW=LATER)) as later:
            row = self.listed(later)["Piano School", "80.00"]
            self.assertEqual((row["next_date"], row["payments"]), ("2026-12-29", 2))

    def test_one_or_two_digits_beside_a_letter_are_part_of_a_name(self):
        pay(self.books, "Gym", "30.00", *months(5))
        pay(self.books, "Gym3", "30.00", *months(19))
        pay(self.books, "Tunes 12", "7.00", *months(8, 1, 4))
        pay(self.books, "Tunes0042", "7.00", *months(8, 5, 8))
        pay(self.books, "Tunes #7", "7.00", *months(8, 9, 11))
        found = {(row["merchant"], row["cadence"], row["payments"]) for row in
                 self.server.ask("list_recurring")["rows"] if row["merchant"][:3] in ("Gym", "Tun")}
        self.assertEqual(found, {("Gym", "monthly", 11), ("Gym3", "monthly", 11), ("Tunes #7", "monthly", 11)})
        self.manage(op="cancel", merchant="Gym3")
        self.assertIn(("Gym", "30.00"), self.listed())
        self.manage(op="create", merchant="Gym7", amount="30", cadence="monthly", next_date="2026-12-05")

    def test_same_number_of_another_currency_is_another_payment(self):
        new = {"op": "create", "merchant": "Club", "cadence": "monthly", "next_date": "2026-12-05"}
        self.manage(**new, amount="3.00")
        shown = self.manage(**new, amount="3", currency="JPY")
        self.assertEqual(shown["summary"], "Club (3 JPY monthly) is now confirmed.")
        self.assertEqual(shown["rows"][0]["after"]["amount"], "3")
        self.assertIn("the books show a recurring payment", self.server.refusal("manage_recurring", {
            **new, "amount": "3", "currency": "JPY"}))
        self.assertIn("Club 3 JPY monthly, Club 3.00 USD monthly", self.server.refusal(
            "manage_recurring", {"op": "cancel", "merchant": "Club", "amount": "3"}))
        self.assertIn("with its amount and currency, or the id.", self.server.refusal(
            "manage_recurring", {"op": "cancel", "merchant": "Club"}))
        self.assertIn("in full, with its currency, or the id.", self.server.refusal(
            "manage_recurring", {"op": "update", "merchant": "Club", "amount": "4"}))
        self.manage(op="cancel", merchant="Club", currency="JPY")
        self.assertEqual(set(self.listed(status="cancelled")), {("Club", "3")})
        self.assertIn(("Club", "3.00"), self.listed())
        for more in ({"merchant": "Club", "amount": "3"}, {"id": "r1"}):
            self.assertIn(" in KWD is known", self.server.refusal("manage_recurring", {
                "op": "cancel", "currency": "KWD", **more}))

    def test_amounts_have_the_decimals_of_their_currency(self):
        new = {"op": "create", "merchant": "Souq", "cadence": "monthly", "next_date": "2026-12-05"}
        shown = self.manage(**new, amount="12.345", currency="KWD")
        self.assertEqual(shown["summary"], "Souq (12.345 KWD monthly) is now confirmed.")
        self.assertEqual(shown["rows"][0]["after"]["amount"], "12.345")
        self.manage(op="update", merchant="Souq", amount="12.346")
        self.assertIn(("Souq", "12.346"), self.listed())
        self.manage(**{**new, "merchant": "Manga"}, amount="3", currency="JPY")
        self.assertIn("JPY has 0 decimals, got 3.5", self.server.refusal("manage_recurring", {
            "op": "update", "merchant": "Manga", "amount": "3.5"}))

    def test_dry_run_stores_nothing_and_a_key_stores_once(self):
        before = self.books.fingerprint()
        self.assertIs(self.manage(op="cancel", merchant="Iron Gym", dry_run=True)["saved"], False)
        self.assertEqual(self.books.fingerprint(), before)
        once = self.manage(op="cancel", merchant="Iron Gym", idempotency_key="gym-ends")
        again = self.manage(op="cancel", merchant="Iron Gym", idempotency_key="gym-ends")
        self.assertEqual((again["replayed"], again["change_id"]), (True, once["change_id"]))

    def test_missing_payment_is_odd_unless_it_was_cancelled(self):
        self.books.execute("DELETE FROM ninepence.expenses WHERE merchant = 'Iron Gym'"
                           " AND spent_on = '2026-11-05';")
        question = {"kinds": ["missing_recurring"], "period": "this_month"}
        rows = self.server.ask("find_unusual", question)["rows"]
        self.assertEqual([(row["merchant"], row["date"], row["score"]) for row in rows],
                         [("Iron Gym", "2026-11-05", 17)])
        self.manage(op="cancel", merchant="Iron Gym")
        self.assertEqual(self.server.ask("find_unusual", question)["rows"], [])


if __name__ == "__main__":
    unittest.main()
