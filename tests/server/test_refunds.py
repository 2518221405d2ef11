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


if __name__ == "__main__":
    unittest.main()
