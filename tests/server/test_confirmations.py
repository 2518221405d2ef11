"""Large changes are confirmed, and a server that may only read cannot write."""
import json
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import MODERN, Server, text_of  # noqa: E402

LEGACY_WITH_FORMS = "2025-06-18"
FORM = {"elicitation": {}}
LATER = "2026-11-22T12:04:59Z"
TOO_LATE = "2026-11-22T12:05:01Z"
WRITES = ("create_expenses", "update_expenses", "delete_expenses", "transfer_expense", "undo_change")


def ids(count):
    return [f"e{number}" for number in range(5001, 5001 + count)]


def many(count=40):
    """A ledger with further expenses e5001 … in a month of their own."""
    books = ledger.small()
    books.execute("INSERT INTO ninepence.expenses (ledger_id, expense_id, spent_on, amount, currency, base_amount,"
                  " merchant, merchant_folded, created_at, updated_at)"
                  f" SELECT 1, 5000 + n, '2019-03-04', n, 'EUR', n, 'Bulk', 'bulk', now(), now()"
                  f" FROM generate_series(1, {count}) n")
    return books


class Tokens(unittest.TestCase):
    def test_rows_within_the_radius_need_none_and_one_more_does(self):
        books = many()
        with Server(books.env()) as server:
            self.assertNotIn("confirm", server.ask("delete_expenses", {"ids": ids(25), "dry_run": True}))
            server.ask("update_expenses", {"ids": ids(25), "set": {"notes": "x"}})
            server.ask("transfer_expense", {"ids": ids(25), "to_category": "Food"})
            before = books.fingerprint()
            for tool, arguments in (("update_expenses", {"set": {"notes": "y"}}), ("delete_expenses", {}),
                                    ("transfer_expense", {"to_category": "Fuel"})):
                text = server.refusal(tool, {"ids": ids(26), **arguments})
                self.assertIn("26 rows: that has to be confirmed", text)
                self.assertIn("Nothing was saved", text)
            self.assertEqual(books.fingerprint(), before)

    def test_token_is_looked_at_where_none_is_needed(self):
        books = many()
        with Server(books.env()) as server:
            token = server.ask("delete_expenses", {"period": "2026-10", "dry_run": True})["confirm"]
            before = books.fingerprint()
            for tool, arguments in (
                    ("update_expenses", {"period": "2026-10", "set": {"notes": "x"}, "confirm": token}),
                    ("update_expenses", {"merchant": "Shell", "set": {"notes": "x"}, "confirm": "abc"}),
                    ("transfer_expense", {"ids": ["e34"], "to_category": "Food", "confirm": "abc"}),
                    ("delete_expenses", {"ids": ["e34"], "confirm": token})):
                self.assertIn("this token is not one of this request", server.refusal(tool, arguments))
            self.assertEqual(books.fingerprint(), before)

    def test_token_of_the_dry_run_is_good_once_in_any_process(self):
        books = many()
        wanted = {"period": "2019-03", "reason": "old"}
        with Server(books.env()) as server:
            dry = server.ask("delete_expenses", {**wanted, "dry_run": True})
            self.assertIn("within five minutes", dry["summary"])
            self.assertFalse(dry["saved"])
        deletion = {**wanted, "confirm": dry["confirm"]}
        with Server(books.env(NINEPENCE_NOW=LATER)) as server:
            self.assertEqual(server.ask("delete_expenses", deletion)["count"], 40)
            self.assertIn("Nothing was saved", server.refusal("delete_expenses", deletion))
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.confirmations"), "0")
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.expenses WHERE merchant = 'Bulk'"
                                     " AND deleted_at IS NULL"), "0")

    def test_token_is_kept_as_a_hash_alone(self):
        books = many()
        with Server(books.env()) as server:
            token = server.ask("delete_expenses", {"period": "2019-03", "dry_run": True})["confirm"]
        self.assertNotIn(token, str(books.fingerprint()))

    def test_token_for_anything_else_is_refused_and_stays_good(self):
        books = many()
        with Server(books.env()) as server:
            token = server.ask("delete_expenses", {"ids": ids(30), "dry_run": True})["confirm"]
            before = books.fingerprint()
            flipped = ("0" if token[0] != "0" else "1") + token[1:]
            for tool, arguments, confirm in (
                    ("delete_expenses", {"ids": ids(31)}, token),
                    ("delete_expenses", {"ids": ids(29)}, token),
                    ("delete_expenses", {"ids": ids(30), "reason": "other"}, token),
                    ("update_expenses", {"ids": ids(30), "set": {"notes": "x"}}, token),
                    ("delete_expenses", {"period": "2019-03"}, token),
                    ("delete_expenses", {"ids": ids(30)}, flipped),
                    ("delete_expenses", {"ids": ids(30)}, "x")):
                self.assertIn("Nothing was saved", server.refusal(tool, {**arguments, "confirm": confirm}))
                self.assertEqual(books.fingerprint(), before)
        with Server(books.env(NINEPENCE_NOW=TOO_LATE)) as server:
            self.assertIn("five minutes", server.refusal("delete_expenses", {"ids": ids(30), "confirm": token}))
        with Server(books.env()) as server:
            server.ask("delete_expenses", {"ids": ids(30), "confirm": token})

    def test_token_of_a_filter_that_matches_others_now_is_refused(self):
        books = many()
        with Server(books.env()) as server:
            token = server.ask("delete_expenses", {"merchant": "Bulk", "dry_run": True})["confirm"]
            server.ask("create_expenses", {"items": [{"amount": "1", "merchant": "Bulk"}]})
            text = server.refusal("delete_expenses", {"merchant": "Bulk", "confirm": token})
            self.assertIn("it stands for 40 rows, and now there are 41", text)
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.expenses WHERE deleted_at IS NOT NULL"
                                     " AND merchant = 'Bulk'"), "0")

    def test_token_that_two_use_at_once_is_good_for_one(self):
        books = many()
        with Server(books.env()) as server:
            token = server.ask("update_expenses", {"ids": ids(30), "set": {"notes": "x"}, "dry_run": True})["confirm"]
        outcomes = []

        def use(server):
            result = server.call("update_expenses", {"ids": ids(30), "set": {"notes": "x"}, "confirm": token})
            outcomes.append(bool(result.get("isError")))
        servers = [Server(books.env()) for _ in range(4)]
        threads = [threading.Thread(target=use, args=(server,)) for server in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for server in servers:
            server.close()
        self.assertEqual(sorted(outcomes), [False, True, True, True])

    def test_key_and_token_together_replay(self):
        books = many()
        with Server(books.env()) as server:
            token = server.ask("delete_expenses", {"ids": ids(30), "dry_run": True})["confirm"]
            deletion = {"ids": ids(30), "confirm": token, "idempotency_key": "k"}
            first = server.ask("delete_expenses", deletion)
            second = server.ask("delete_expenses", deletion)
        self.assertEqual((first["replayed"], second["replayed"]), (False, True))
        self.assertEqual(first["change_id"], second["change_id"])


class Questions(unittest.TestCase):
    """A client that can ask its person is asked instead."""

    def ask_legacy(self, server, answer, arguments):
        before = len(server.requests)
        id = server.start("tools/call", {"name": "delete_expenses", "arguments": arguments})
        server.wait(lambda: len(server.requests) > before, what="a question")
        request = server.requests[before]
        self.assertEqual(request["method"], "elicitation/create")
        server.send({"jsonrpc": "2.0", "id": request["id"], "result": answer})
        return request["params"], id

    def test_person_who_agrees_lets_it_happen(self):
        books = many()
        with Server(books.env(), era=LEGACY_WITH_FORMS, capabilities=FORM) as server:
            asked, id = self.ask_legacy(server, {"action": "accept", "content": {"sure": True}},
                                        {"ids": ids(30), "idempotency_key": "k"})
            self.assertIn("Delete 30 rows of the books?", asked["message"])
            answer = server.wait_answer(id)["result"]
            self.assertEqual(answer["structuredContent"]["count"], 30)

    def test_person_who_does_not_agree_keeps_the_books(self):
        books = many()
        before = books.fingerprint()
        with Server(books.env(), era=LEGACY_WITH_FORMS, capabilities=FORM) as server:
            for answer in ({"action": "decline"}, {"action": "cancel"}, {"action": "accept", "content": {}},
                           {"action": "accept", "content": {"sure": False}}):
                with self.subTest(answer=answer):
                    _, id = self.ask_legacy(server, answer, {"ids": ids(30)})
                    result = server.wait_answer(id)["result"]
                    self.assertTrue(result["isError"])
                    self.assertIn("Nothing was saved", text_of(result))
        self.assertEqual(books.fingerprint(), before)

    def test_other_rows_by_the_time_of_the_answer_are_another_question(self):
        books = many()
        with Server(books.env(), era=LEGACY_WITH_FORMS, capabilities=FORM) as server:
            id = server.start("tools/call", {"name": "delete_expenses", "arguments": {
                "period": "2019-03", "expected_count": 40}})
            server.wait(lambda: server.requests, what="a question")
            books.execute("UPDATE ninepence.expenses SET deleted_at = now() WHERE expense_id = 5001")
            server.send({"jsonrpc": "2.0", "id": server.requests[0]["id"],
                         "result": {"action": "accept", "content": {"sure": True}}})
            result = server.wait_answer(id)["result"]
            self.assertIn("39 expenses match, not 40", text_of(result))

    def test_modern_client_is_asked_by_an_answer(self):
        books = many()
        with Server(books.env(), era=MODERN, capabilities=FORM) as server:
            arguments = {"period": "2019-03", "expected_count": 40}
            first = server.result("tools/call", {"name": "delete_expenses", "arguments": arguments})
            self.assertEqual(first["resultType"], "input_required")
            (key,) = first["inputRequests"]
            self.assertIn("Delete 40 rows", json.dumps(first["inputRequests"]))
            self.assertEqual(books.value("SELECT count(*) FROM ninepence.changes"), "0")
            second = server.result("tools/call", {
                "name": "delete_expenses", "arguments": arguments, "requestState": first["requestState"],
                "inputResponses": {key: {"action": "accept", "content": {"sure": True}}}})
            self.assertEqual(second["structuredContent"]["count"], 40)


class ReadOnly(unittest.TestCase):
    def test_write_tools_are_not_there_and_the_rest_works(self):
        books = many()
        before = books.fingerprint()
        with Server(books.env(NINEPENCE_READ_ONLY="yes")) as server:
            offered = {tool["name"] for tool in server.result("tools/list")["tools"]}
            self.assertFalse(offered & set(WRITES))
            self.assertIn("list_changes", offered)
            server.ask("summarize_spending", {"period": "2019-03"})
            for tool in WRITES:
                answer = server.request("tools/call", {"name": tool, "arguments": {"ids": ["e5001"]}})
                self.assertIn("error", answer)
        self.assertEqual(books.fingerprint(), before)

    def test_empty_database_stays_empty(self):
        books = ledger.blank()
        with Server(books.env(NINEPENCE_READ_ONLY="1")) as server:
            self.assertIn("Start it once without", server.refusal("summarize_spending", {}))
        self.assertEqual(books.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'ninepence'"), "0")
        books = ledger.empty()
        with Server(books.env(NINEPENCE_READ_ONLY="1")) as server:
            self.assertIn("Start it once without", server.refusal("summarize_spending", {}))
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.ledgers"), "0")


if __name__ == "__main__":
    unittest.main()
