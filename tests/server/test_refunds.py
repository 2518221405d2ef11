"""No more comes back of a purchase than it cost, whoever asks at the same time and whatever is taken
back. In the small ledger 60 of the 120 for the shoes (e36) came back (e47)."""
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

LEFT = ("SELECT coalesce(sum(amount), 0) FROM ninepence.expenses"
        " WHERE 36 IN (expense_id, refund_of) AND deleted_at IS NULL")


def refund(amount, **more):
    return "create_expenses", {"items": [{"amount": amount, "refund_of": "e36", **more}], "allow_duplicate": True}


def correction(id, amount):
    return "update_expenses", {"ids": [id], "set": {"amount": amount}}


class AtOnce(unittest.TestCase):
    def check_one_of_two(self, *calls):
        """The first one is under way when the second one begins; only one of them fits."""
        books = ledger.small()
        refused = []

        def ask(server, tool, arguments):
            result = server.call(tool, arguments)
            refused.append(result["structuredContent"]["error"]["code"] if result.get("isError") else None)
        threads = []
        for call in calls:
            server = Server(books.env(NINEPENCE_LOCK_TIMEOUT="30s"))
            self.addCleanup(server.close)
            server.ask("get_context", {})
            threads.append(threading.Thread(target=ask, args=(server, *call)))
        # The first one has looked at the books when it waits for its foreign key.
        with books.locked("ninepence.ledgers", "EXCLUSIVE"):
            for count, thread in enumerate(threads, 1):
                thread.start()
                books.wait_for_waiting(count)
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(refused, key=str), [None, "bad_refund"])
        self.assertGreaterEqual(float(books.value(LEFT)), 0)

    def test_two_refunds_that_fit_alone(self):
        self.check_one_of_two(refund("40"), refund("41"))

    def test_refund_while_its_purchase_gets_cheaper(self):
        self.check_one_of_two(refund("40"), correction("e36", "99.99"))

    def test_refund_while_another_grows(self):
        self.check_one_of_two(refund("40"), correction("e47", "80.01"))


class Undo(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.close)

    def check_undo_is_refused(self, change, words):
        before = self.books.fingerprint()
        text = self.server.refusal("undo_change", {"change_id": change})
        self.assertIn(words, text)
        self.assertIn("or repeat with force", text)
        self.assertEqual(self.books.fingerprint(), before)
        self.server.ask("undo_change", {"change_id": change, "force": True})

    def test_purchase_does_not_get_cheaper_than_what_came_back_since(self):
        dearer = self.server.ask(*correction("e36", "200"))["change_id"]
        self.server.ask(*refund("100"))
        self.check_undo_is_refused(dearer, "the refunds are larger than what would be left of e36")

    def test_refund_does_not_come_back_where_another_took_its_place(self):
        deleted = self.server.ask("delete_expenses", {"ids": ["e47"]})["change_id"]
        self.server.ask(*refund("60.01"))
        self.check_undo_is_refused(deleted, "the refund is larger than what is left of e36")

    def test_what_still_fits_comes_back(self):
        deleted = self.server.ask("delete_expenses", {"ids": ["e47"]})["change_id"]
        self.server.ask(*refund("60"))
        self.server.ask("undo_change", {"change_id": deleted})
        self.assertEqual(self.books.value(LEFT), "0.0000")


class TooLargeAlready(unittest.TestCase):
    """A bank booked 30 of the 40 that were pending, when 39 had come back: 9 too much. What does not
    make it more is taken."""

    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.close)
        self.bank("-40.00,USD,Pending")
        self.purchase = "e" + self.books.value("SELECT max(expense_id) FROM ninepence.expenses")
        self.server.ask("create_expenses", {"items": [{"amount": "39", "refund_of": self.purchase}],
                                            "allow_duplicate": True})
        self.refund = "e" + self.books.value("SELECT max(expense_id) FROM ninepence.expenses")
        self.booked = self.bank("-30.00,USD,Booked")
        self.assertEqual(self.left(), "-9.0000")

    def bank(self, row, id="TX77"):
        return self.server.ask("import_transactions", {
            "account": "Checking", "mode": "commit", "content":
            "Date,Description,Amount,Currency,State,Transaction ID\n2026-11-03,Gas Station," + row + f",{id}\n"})

    def left(self):
        return self.books.value("SELECT sum(amount) FROM ninepence.expenses WHERE deleted_at IS NULL"
                                f" AND {self.purchase[1:]} IN (expense_id, refund_of)")

    def set(self, *ids, **members):
        return self.server.ask("update_expenses", {"ids": list(ids), "set": members})

    def undo(self, *changes):
        for change in changes:
            self.server.ask("undo_change", {"change_id": change["change_id"]})

    def check_refused(self, tool, arguments, words):
        before = self.books.fingerprint()
        self.assertIn(words, self.server.refusal(tool, arguments))
        self.assertEqual(self.books.fingerprint(), before)

    def test_corrections_of_other_things_are_taken_back(self):
        self.undo(self.set(self.purchase, category="Food"))
        self.undo(self.set(self.refund, notes="by card"))
        self.undo(self.set(self.purchase, self.refund, tags=["family"]))
        self.assertEqual(self.left(), "-9.0000")

    def test_it_may_become_less(self):
        smaller = self.set(self.refund, amount="35")
        self.assertEqual(self.left(), "-5.0000")
        self.set(self.purchase, amount="38")
        self.check_refused("undo_change", {"change_id": smaller["change_id"]}, "what is left of " + self.purchase)
        self.set(self.purchase, self.refund, currency="EUR")
        self.set(self.refund, amount="38")
        self.assertEqual(self.left(), "0.0000")

    def test_it_does_not_become_more(self):
        for id, amount, words in ((self.refund, "39.01", "what is left of "), (self.purchase, "29.99", "left of ")):
            self.check_refused(*correction(id, amount), words + self.purchase)
        self.check_refused(*correction(self.purchase, "0.01"), "left of " + self.purchase)
        self.check_refused("update_expenses", {"ids": ["e44"], "set": {
            "kind": "refund", "amount": "0.01", "refund_of": self.purchase}}, "what is left of " + self.purchase)
        self.check_refused("update_expenses", {"ids": [self.purchase], "set": {"kind": "income"}}, "has refunds")
        self.check_refused("create_expenses", {"items": [{"amount": "0.01", "refund_of": self.purchase}]},
                           "what is left of " + self.purchase)

    def test_what_is_so_already_is_no_change(self):
        for id, members in ((self.purchase, {"amount": "30"}), (self.purchase, {"currency": "USD"}),
                            (self.purchase, {"kind": "expense"}), (self.refund, {"amount": "39.00"}),
                            (self.refund, {"refund_of": self.purchase})):
            with self.subTest(members):
                self.assertIn("Nothing was to change", self.set(id, **members)["summary"])

    def test_who_imports_is_told(self):
        self.assertIn(f" More came back of {self.purchase} than was booked, so totals are too low: correct its"
                      " refunds.", self.booked["summary"])
        self.undo(self.booked)
        self.assertNotIn("came back", self.bank("-39.00,USD,Booked")["summary"])

    def test_who_imports_is_told_of_many(self):
        self.undo(self.booked)
        self.bank("-20.00,USD,Pending", "TX78")
        self.server.ask("create_expenses", {"allow_duplicate": True, "items": [{
            "amount": "20", "refund_of": "e" + self.books.value("SELECT max(expense_id) FROM ninepence.expenses")}]})
        both = self.bank("-30.00,USD,Booked,TX77\n2026-11-03,Gas Station,-19.99,USD,Booked", "TX78")
        self.assertIn(f" More came back of {self.purchase} and 1 other than was booked, so totals are too low:"
                      " correct their refunds.", both["summary"])

    def test_what_was_deleted_or_booked_comes_back(self):
        self.undo(self.server.ask("delete_expenses", {"ids": [self.purchase]}))
        self.assertEqual(self.left(), "-9.0000")
        self.undo(self.booked)
        self.assertEqual(self.left(), "1.0000")

    def test_what_is_no_purchase_any_more_can_become_one(self):
        other = self.server.ask("update_expenses", {"ids": [self.refund], "set": {"currency": "EUR"}})
        self.set(self.purchase, amount="31")
        self.check_refused("undo_change", {"change_id": other["change_id"]}, "what is left of " + self.purchase)
        self.books.execute(f"UPDATE ninepence.expenses SET kind = 'income' WHERE expense_id = {self.purchase[1:]}")
        self.set(self.refund, amount="38")
        self.check_refused(*correction(self.refund, "38.01"), self.purchase + " is no purchase")
        self.set(self.purchase, kind="expense")


if __name__ == "__main__":
    unittest.main()
