"""A balance that is marked as checked is a change: listed, taken back, tried first, repeated by its key."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402


class Marks(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.server = self.start()

    def start(self):
        server = Server(self.books.env())
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def arguments(self, balance="1000.00", **more):
        return {"account": "Girokonto", "statement_date": "2026-11-10", "balance": balance, "mode": "mark",
                "accept_difference": True, **more}

    def mark(self, *args, **more):
        return self.server.ask("reconcile_account", self.arguments(*args, **more))

    def refused(self, tool, arguments):
        result = self.server.call(tool, arguments)
        self.assertTrue(result.get("isError"), result)
        return result["structuredContent"]["error"]

    def marks(self):
        return self.books.rows("SELECT on_day, currency, trim_scale(balance) FROM ninepence.reconciliations ORDER BY 1, 3")

    def undo(self, change):
        return self.server.ask("undo_change", {"change_id": change})["change_id"]

    def test_it_is_listed_and_taken_back_and_had_again(self):
        done = self.mark()
        self.assertEqual((done["saved"], done["replayed"]), (True, False))
        (seen,) = self.server.ask("list_changes", {"change_id": done["change_id"]})["rows"]
        self.assertEqual((seen["tool"], seen["count"]), ("reconcile_account", 1))
        after = seen["rows"][0]["after"]
        self.assertEqual((after["account"], after["date"], after["balance"], after["currency"]),
                         ("Girokonto", "2026-11-10", "1000", "EUR"))
        self.assertNotIn("before", seen["rows"][0])
        undone = self.undo(done["change_id"])
        self.assertEqual(self.marks(), [])
        later = {"account": "Girokonto", "statement_date": "2026-11-20", "balance": "1000"}
        self.assertNotIn("2026-11-10", str(self.server.ask("reconcile_account", later)["since"]))
        self.undo(undone)
        self.assertEqual(self.marks(), [("2026-11-10", "EUR", "1000")])
        self.assertEqual(self.server.ask("reconcile_account", later)["since"]["date"], "2026-11-10")

    def test_mark_of_the_same_day_is_changed_and_comes_back(self):
        first, second = self.mark(), self.mark("990.00")
        (row,) = self.server.ask("list_changes", {"change_id": second["change_id"]})["rows"][0]["rows"]
        self.assertEqual((row["before"]["balance"], row["after"]["balance"]), ("1000", "990"))
        error = self.refused("undo_change", {"change_id": first["change_id"]})
        self.assertEqual(error["code"], "changed_since")
        self.assertIn("checked balance ", error["message"])
        self.undo(second["change_id"])
        self.assertEqual(self.marks(), [("2026-11-10", "EUR", "1000")])

    def test_mark_that_took_the_place_of_another_is_named(self):
        undone = self.undo(self.mark()["change_id"])
        self.mark("990.00")
        self.assertEqual(self.refused("undo_change", {"change_id": undone})["code"], "changed_since")
        self.assertEqual(self.marks(), [("2026-11-10", "EUR", "990")])

    def test_dry_run_and_refusals_save_nothing(self):
        before = self.books.fingerprint()
        tried = self.mark(dry_run=True)
        self.assertEqual((tried["saved"], "change_id" in tried), (False, False))
        self.assertEqual(self.refused("reconcile_account", self.arguments(accept_difference=False))["saved"], "no")
        self.assertEqual(self.refused("reconcile_account", self.arguments(account="Nowhere"))["field"], "account")
        self.assertEqual(self.books.fingerprint(), before)

    def test_balance_that_the_currency_cannot_have_is_refused(self):
        before = self.books.fingerprint()
        for mode in ("check", "mark"):
            error = self.refused("reconcile_account", self.arguments("1000.005", mode=mode))
            self.assertEqual((error["field"], error["saved"]), ("balance", "no"))
            self.assertIn("more decimals than EUR has, got 1000.005. Nothing was saved.", error["message"])
        self.assertEqual(self.books.fingerprint(), before)

    def test_same_key_gives_the_same_answer_whatever_happened_since(self):
        first = self.mark(idempotency_key="november")
        self.server.ask("create_expenses", {"items": [
            {"amount": "7.50", "currency": "EUR", "date": "2026-11-09", "merchant": "Kiosk", "account": "Girokonto"}]})
        again = self.mark(idempotency_key="november")
        self.assertEqual((again["replayed"], again["change_id"], len(self.marks())), (True, first["change_id"], 1))
        for member in ("summary", "saved", "statement", "books", "difference", "agrees"):
            self.assertEqual(again[member], first[member], member)
        error = self.refused("reconcile_account", self.arguments("1.00", idempotency_key="november"))
        self.assertEqual(error["field"], "idempotency_key")

    def test_two_at_once_are_two_changes_of_one_mark(self):
        other = self.start()
        with self.books.locked("ninepence.accounts", "EXCLUSIVE"):
            ids = [(server, server.start("tools/call", {"name": "reconcile_account", "arguments": self.arguments(balance)}))
                   for server, balance in ((self.server, "1.00"), (other, "2.00"))]
            self.books.wait_for_waiting(2)
        done = [server.wait_answer(id)["result"]["structuredContent"] for server, id in ids]
        self.assertEqual(len({one["change_id"] for one in done}), 2)
        self.assertEqual(len(self.marks()), 1)
        # The later one first; which that is, the mark says.
        last = self.marks()[0][2] + ".00"
        for one in sorted(done, key=lambda one: one["statement"] != last):
            self.undo(one["change_id"])
        self.assertEqual(self.marks(), [])


if __name__ == "__main__":
    unittest.main()
