"""A connection that is lost at COMMIT: settled inside when it can be, and otherwise said to be open."""
import os
import sys
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.join(TESTS, "fault")]
from proxy import Plan, Proxy  # noqa: E402
from support import ledger  # noqa: E402
from support.mcp_client import Server, text_of  # noqa: E402

WHY = "SELECT p.what"  # of the statement `explain`
ITEM = {"items": [{"amount": "7.77", "merchant": "Once"}]}


class OpenEnds(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.proxy = Proxy(os.path.join(self.books.postgres.folder, ".s.PGSQL.5432"))
        self.proxy.start()
        self.addCleanup(self.proxy.stop)
        self.server = Server(self.books.env(
            DATABASE_URL=f"postgresql://postgres@127.0.0.1:{self.proxy.port}/{self.books.name}"))
        self.addCleanup(self.server.kill)
        self.server.ask("get_context", {})

    def count(self):
        return self.books.value("SELECT count(*) FROM ninepence.expenses WHERE merchant = 'Once'")

    def break_commits(self, how, always):
        plan = Plan(commit=how)
        self.proxy.change_all(commit=how)
        if always:
            self.proxy.plan = plan

    def check_open(self, arguments, advice):
        result = self.server.call("create_expenses", arguments)
        error = result["structuredContent"]["error"]
        self.assertEqual((error["code"], error["saved"]), ("outcome_unknown", "unknown"))
        self.assertIn("It is not yet known whether it was saved.", text_of(result))
        self.assertIn(advice, text_of(result))
        return error

    def test_commit_that_went_through_unheard_is_settled_inside(self):
        for key in ({}, {"idempotency_key": "k"}):
            with self.subTest(key=key):
                self.break_commits("after", False)
                answer = self.server.ask("create_expenses", {**ITEM, **key, "allow_duplicate": True})
                self.assertEqual((answer["saved"], answer["replayed"]), (True, False))
        self.assertEqual(self.count(), "2")

    def test_commit_that_never_arrives_is_open_and_the_repeat_stores_once(self):
        self.break_commits("before", True)
        error = self.check_open({**ITEM, "idempotency_key": "k"}, "Repeat it with the same idempotency_key")
        self.assertEqual(error["retry"]["same_key"], True)
        self.proxy.plan = Plan()
        self.proxy.change_all(commit="")
        self.server.ask("create_expenses", {**ITEM, "idempotency_key": "k"})
        self.assertTrue(self.server.ask("create_expenses", {**ITEM, "idempotency_key": "k"})["replayed"])
        self.assertEqual(self.count(), "1")

    def check_late(self, item, hide, show):
        """The first try lies unread before the server while the second one finds the key free and is
        refused, or lost, because of what `hide` hides; then the first one goes through."""
        arguments = {"items": [{**ITEM["items"][0], **item}], "idempotency_key": "late"}
        self.books.execute(hide)
        self.proxy.change_all(commit="late")
        error = self.check_open(arguments, "Repeat it with the same idempotency_key")
        self.assertEqual(error["retry"]["same_key"], True)
        self.books.execute(show)
        self.assertEqual(self.count(), "0")
        self.proxy.deliver()
        self.assertEqual(self.count(), "1", "what was answered before it came could not be certain")
        self.proxy.plans, self.proxy.plan = [], Plan()
        self.assertTrue(self.server.ask("create_expenses", arguments)["replayed"])
        self.assertEqual(self.count(), "1")

    def test_commit_that_comes_late_after_a_refusal_is_open(self):
        self.check_late({"refund_of": "e32", "amount": "0.01"},
                        "UPDATE ninepence.expenses SET deleted_at = now() WHERE expense_id = 32;",
                        "UPDATE ninepence.expenses SET deleted_at = NULL WHERE expense_id = 32;")

    def test_commit_that_comes_late_after_an_unknown_name_is_open(self):
        self.check_late({"category": "Health"},
                        "UPDATE ninepence.categories SET folded = 'x', path_folded = 'x' WHERE category_id = 11;",
                        "UPDATE ninepence.categories SET folded = 'health', path_folded = 'health'"
                        " WHERE category_id = 11;")

    def test_commit_that_comes_late_after_the_database_was_lost_is_open(self):
        """Lost while it is asked why the second try did nothing: that the key is free was heard."""
        self.proxy.plans, self.proxy.plan = [Plan(cut_at=WHY)], Plan(refuse=True)
        self.check_late({"refund_of": "e32", "amount": "0.01"},
                        "UPDATE ninepence.expenses SET deleted_at = now() WHERE expense_id = 32;",
                        "UPDATE ninepence.expenses SET deleted_at = NULL WHERE expense_id = 32;")

    def test_without_a_key_the_history_is_to_be_looked_at(self):
        self.break_commits("before", True)
        self.check_open(ITEM, "Look at list_changes before you repeat it.")
        self.assertEqual(self.count(), "0")


if __name__ == "__main__":
    unittest.main()
