"""Budgets: what is moved adds up however many move at once, a change can be taken back, ledgers do not
see each other's."""
import os
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402


class Transfers(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()

    def amounts(self):
        """{category: what holds in November 2026}."""
        return {category: Decimal(amount) for category, amount in self.books.rows(
            "SELECT DISTINCT ON (category_id) category_id, amount FROM ninepence.budgets"
            " WHERE ledger_id = 1 AND (month = '2026-11-01' OR"
            " (month < '2026-11-01' AND applies = 'forward'))"
            " ORDER BY category_id, month DESC, applies DESC")}

    def test_two_assistants_at_once_keep_the_sum_and_the_limit(self):
        with Server(self.books.env()) as one, Server(self.books.env()) as two:
            for category, amount in (("Fuel", 100), ("Taxi", 100), ("Streaming", 100)):
                one.ask("set_budget", {"category": category, "amount": amount})
            names = ["Fuel", "Taxi", "Streaming"]
            asked = [(server, server.start("tools/call", {"name": "transfer_budget", "arguments": {
                "from": names[n % 3], "to": names[(n + 1 + k) % 3], "amount": "37.50"}}))
                for n in range(12) for k, server in enumerate((one, two))]
            refused = [server.wait_answer(id)["result"].get("isError", False)
                       for server, id in asked]
        amounts = self.amounts()
        self.assertEqual(sum(amounts.values()), 300)
        self.assertTrue(all(amount >= 0 for amount in amounts.values()), amounts)
        self.assertEqual(self.books.value("SELECT count(*) FROM ninepence.changes"
                                          " WHERE tool = 'transfer_budget'"),
                         str(refused.count(False)))

    def test_only_one_of_two_can_have_the_last_of_it(self):
        with Server(self.books.env()) as one, Server(self.books.env()) as two:
            one.ask("set_budget", {"category": "Fuel", "amount": 100})
            asked = [(server, server.start("tools/call", {"name": "transfer_budget", "arguments": {
                "from": "Fuel", "to": to, "amount": "60"}}))
                for server, to in ((one, "Taxi"), (two, "Gifts: Other"))]
            answers = [server.wait_answer(id)["result"] for server, id in asked]
        errors = [answer["structuredContent"]["error"]["code"] for answer in answers
                  if answer.get("isError")]
        self.assertEqual(errors, ["too_much"])
        self.assertEqual(sorted(self.amounts().values()), [40, 60])

    def test_transfer_is_taken_back_byte_for_byte(self):
        with Server(self.books.env()) as server:
            server.ask("set_budget", {"category": "Fuel", "amount": 100})
            before = self.books.fingerprint()["ninepence.budgets"]
            moved = server.ask("transfer_budget", {"from": "Fuel", "to": "Taxi", "amount": "60"})
            server.ask("undo_change", {"change_id": moved["change_id"]})
            self.assertEqual(self.books.fingerprint()["ninepence.budgets"], before)

    def test_budget_that_has_the_place_of_one_that_comes_back_is_a_conflict(self):
        month = {"category": "Travel", "month": "2026-03"}
        server = Server(self.books.env())
        self.addCleanup(server.close)
        server.ask("set_budget", {**month, "amount": "100", "apply": "this"})
        forward = server.ask("set_budget", {**month, "amount": "200"})["change_id"]
        server.ask("set_budget", {**month, "amount": "300", "apply": "this"})
        refused = server.call("undo_change", {"change_id": forward})
        self.assertEqual(refused["structuredContent"]["error"]["code"], "changed_since")
        self.assertEqual(self.travel(), [("forward", "200.0000"), ("this", "300.0000")])
        forced = server.ask("undo_change", {"change_id": forward, "force": True})["change_id"]
        self.assertEqual(self.travel(), [("this", "100.0000")])
        server.ask("undo_change", {"change_id": forced})
        self.assertEqual(self.travel(), [("forward", "200.0000"), ("this", "300.0000")])

    def travel(self):
        return self.books.rows("SELECT applies, amount FROM ninepence.budgets JOIN ninepence.categories"
                               " USING (ledger_id, category_id) WHERE path = 'Travel' ORDER BY 1")

    def test_repeated_key_moves_once(self):
        asked = {"from": "Fuel", "to": "Taxi", "amount": "60", "idempotency_key": "once"}
        with Server(self.books.env()) as server:
            server.ask("set_budget", {"category": "Fuel", "amount": 100})
            first = server.ask("transfer_budget", asked)
            again = server.ask("transfer_budget", asked)
        self.assertEqual({**again, "replayed": False}, first)
        self.assertEqual(sorted(self.amounts().values()), [40, 60])

    def test_refused_and_dry_transfers_leave_everything_as_it_was(self):
        with Server(self.books.env()) as server:
            server.ask("set_budget", {"category": "Fuel", "amount": 100})
            before = self.books.fingerprint()
            for more in ({"amount": "100.01"}, {"amount": "1.005"}, {"to": "Nowhere"},
                         {"month": "soon"}, {"to": "Uncategorized"}):
                with self.subTest(more=more):
                    server.refusal("transfer_budget",
                                   {"from": "Fuel", "to": "Taxi", "amount": "1", **more})
            server.ask("transfer_budget",
                       {"from": "Fuel", "to": "Taxi", "amount": "1", "dry_run": True})
        self.assertEqual(self.books.fingerprint(), before)


class Setting(unittest.TestCase):
    def test_other_ledgers_have_budgets_of_their_own(self):
        books = ledger.small()
        with Server(books.env()) as home, Server(books.env(NINEPENCE_LEDGER="neighbours")) as other:
            home.ask("set_budget", {"category": "Food", "amount": 100})
            other.ask("set_budget", {"category": "Food", "amount": "7.50"})
            other.ask("set_budget", {"category": "all", "method": "avg_last_3"})
        self.assertEqual(books.rows("SELECT ledger_id, amount FROM ninepence.budgets"
                                    " ORDER BY ledger_id, amount"),
                         [("1", "100.0000"), ("2", "7.5000"), ("2", "8888.8800")])

    def test_decimals_are_those_of_the_ledgers_currency(self):
        for currency, good, wrong in (("JPY", "5000", "5000.5"), ("KWD", "1.125", "1.1255")):
            with self.subTest(currency=currency):
                books = ledger.empty()
                with Server(books.env(NINEPENCE_CURRENCY=currency)) as server:
                    server.refusal("set_budget", {"category": "Food", "amount": wrong})
                    answer = server.ask("set_budget", {"category": "Food", "amount": good})
                self.assertEqual(answer["rows"][0]["after"]["amount"], good)

    def test_mean_says_what_is_not_in_it_for_want_of_a_rate(self):
        books = ledger.small()
        with Server(books.env()) as server:
            asked = {"category": "Travel", "method": "avg_last_3", "dry_run": True}
            before = server.ask("set_budget", asked)
            server.ask("create_expenses", {"items": [
                {"amount": "80", "currency": "CHF", "date": "2026-10-04", "category": "Travel"}]})
            after = server.ask("set_budget", asked)
        self.assertIn(" 1 expense without an exchange rate is not in that mean.", before["summary"])
        self.assertIn(" 2 expenses without an exchange rate are not in that mean.", after["summary"])
        self.assertEqual(after["rows"], before["rows"])

    def test_rollover_stays_as_it_was_unless_it_is_said(self):
        books = ledger.small()
        with Server(books.env()) as server:
            server.ask("set_budget", {"category": "Fuel", "amount": 1, "rollover": True})
            answer = server.ask("set_budget", {"category": "Fuel", "amount": 2, "month": "2026-12"})
            self.assertTrue(answer["rows"][0]["after"]["rollover"])
            answer = server.ask("set_budget", {"category": "Fuel", "amount": 2, "rollover": False})
            self.assertFalse(answer["rows"][0]["after"]["rollover"])

    def test_removed_budget_is_gone_and_comes_back_byte_for_byte(self):
        books = ledger.small()
        december = {"period": "2026-12", "category": "Groceries"}
        with Server(books.env()) as server:
            server.ask("set_budget", {"category": "Food", "amount": 900})
            server.ask("set_budget", {"category": "Groceries", "amount": 500, "rollover": True})
            server.ask("set_budget", {"category": "Groceries", "amount": 650, "month": "2026-12", "apply": "this"})
            before = books.fingerprint()
            asked = {"category": "Groceries", "method": "remove", "month": "2026-12"}
            self.assertFalse(server.ask("set_budget", {**asked, "dry_run": True})["saved"])
            self.assertEqual(books.fingerprint(), before)
            removed = server.ask("set_budget", {**asked, "idempotency_key": "k"})
            self.assertEqual(removed["summary"], "Food: Groceries has no budget from December 2026 on.")
            again = server.ask("set_budget", {**asked, "idempotency_key": "k"})
            self.assertEqual((again["summary"], again["replayed"]), (removed["summary"], True))
            self.assertEqual([row["category"] for row in server.ask("budget_status", december)["rows"]], ["Food"])
            self.assertIn("there is no budget in December 2026. Nothing was saved.",
                          server.refusal("set_budget", asked))
            self.assertIn("which is less", server.refusal("transfer_budget", {
                "from": "Groceries", "to": "Fuel", "amount": 1, "month": "2027-01"}))
            november = server.ask("budget_status", {**december, "period": "2026-11"})["rows"]
            self.assertEqual([(row["category"], row["budget"]) for row in november], [("Food: Groceries", "500.00")])
            server.ask("undo_change", {"change_id": removed["change_id"]})
        plans = "ninepence.budgets"
        self.assertEqual(books.fingerprint()[plans], before[plans])

    def test_month_without_a_budget_among_others(self):
        books = ledger.small()
        with Server(books.env()) as server:
            server.ask("set_budget", {"category": "Fuel", "amount": 40, "month": "2026-11"})
            answer = server.ask("set_budget", {"category": "Fuel", "method": "remove", "month": "2026-12",
                                               "apply": "this"})
            self.assertEqual(answer["summary"], "Transportation: Fuel has no budget in December 2026.")
            rows = server.ask("budget_status", {"period": "2026-11..2027-01", "category": "Fuel", "detail": True})["rows"]
            self.assertEqual([row["month"] for row in rows], ["2026-11", "2027-01"])
            self.assertIn("rollover", server.refusal("set_budget", {"category": "Fuel", "method": "remove",
                                                                    "rollover": True}))
            self.assertIn("amount", server.refusal("set_budget", {"category": "Fuel", "method": "remove",
                                                                  "amount": 5}))


if __name__ == "__main__":
    unittest.main()
