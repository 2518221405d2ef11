"""A question costs one round trip to the database, or two: what does not need an answer in between is
sent together, and may be answered in any order."""
import contextlib
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server, Timeout, wait_until  # noqa: E402

MOST_TRIPS = 2
TRIES = 5
PURCHASE = {"amount": "100", "category": "Fuel"}
QUESTIONS = [
    ("check_health", {}),
    ("get_context", {"match": "costco"}),
    ("summarize_spending", {"category": "Groceries", "compare_to": "avg_12", "group_by": "month"}),
    ("summarize_spending", {"period": "2026", "group_by": "category"}),
    ("query_expenses_by_category", {"category": "Groceries"}),
    ("read_expenses", {"merchant": "Costco"}),
    ("monthly_summary", {"months": 6}),
    ("monthly_summary", {"user": "Ann"}),
    ("compare_periods", {}),
    ("find_unusual", {}),
    ("list_recurring", {}),
    ("budget_status", {"category": "Groceries", "detail": True}),
    ("forecast_spending", {}),
    ("forecast_spending", {"purchase": {"amount": "100"}}),
    ("forecast_spending", {"purchase": PURCHASE, "scenario": [{"target": "Fuel", "change": "-20%"}]}),
    ("explain_number", {"tool": "summarize_spending", "arguments": {"group_by": "category"},
                        "row": "Food: Groceries"}),
    ("explain_number", {"tool": "monthly_summary", "arguments": {}}),
    ("split_balances", {}),
    ("list_changes", {}),
    ("export_expenses", {}),
]
HISTORY = (
    "INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on, amount, currency,"
    " base_amount, kind, created_at, updated_at)"
    " SELECT 1, 1, 2, date '2026-11-22' - n, 10, 'USD', 10, 'expense', now(), now()"
    " FROM generate_series(0, 99) n;"
    "INSERT INTO ninepence.budgets (ledger_id, budget_id, category_id, month, applies, amount, created_at,"
    " updated_at) SELECT 1, 9000 + n, c, '2026-01-01', 'forward', 500, now(), now()"
    " FROM (VALUES (0, NULL), (1, (SELECT category_id FROM ninepence.categories"
    "                              WHERE ledger_id = 1 AND name = 'Fuel'))) AS v (n, c);")


class Trips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.books.execute("DELETE FROM ninepence.budgets;" + HISTORY)

    def trips(self, tool, args):
        """What is sent while nothing is under way begins one. Over one connection, so that it does not
        matter whether a second one is there already or still being opened."""
        server = Server(self.books.env(NINEPENCE_LOG_TRACE="pool,call", NINEPENCE_POOL_SIZE="1",
                                       NINEPENCE_MAX_OVERFLOW="0"))
        server.ask("get_context", {})
        server.ask(tool, args)
        server.close()
        said = server.stderr()
        said = said[said.index(f" {tool}: new -> bound", said.index("replied")):]
        busy, trips = set(), 0
        for number, before, after in re.findall(r"connection (\d+): (\w+) -> (\w+)", said):
            if after == "busy":
                trips += not busy
                busy.add(number)
            elif before == "busy":
                busy.discard(number)
        return trips

    def test_first_question_opens_one_connection(self):
        """The one over which the layout of the database was looked at answers, too."""
        server = Server(self.books.env(NINEPENCE_LOG_TRACE="pool"))
        server.ask("query_expenses_by_category", {"category": "Groceries"})
        server.close()
        self.assertEqual(server.stderr().count("-> connecting"), 1)

    def test_question_takes_at_most_two_trips(self):
        for tool, args in QUESTIONS:
            with self.subTest(f"{tool} {args}"):
                # A read that a busy machine made slow keeps the next off its connection: then again.
                trips = (self.trips(tool, args) for _ in range(TRIES))
                self.assertTrue(any(count in range(1, MOST_TRIPS + 1) for count in trips),
                                f"more than {MOST_TRIPS} trips, {TRIES} times")

    def test_what_comes_first_waits_for_the_rest(self):
        """A lost connection sends what it had under way again, each read by itself: budgets wait for the
        lock, the months do not."""
        for tool, args, waiting, budgets in (
                ("monthly_summary", {"months": 3}, 1, {"budget", "budgets"}),
                ("forecast_spending", {"purchase": PURCHASE}, 2, {"category_budget", "whole_budget"})):
            with self.subTest(tool), Server(self.books.env(
                    NINEPENCE_LOG_TRACE="pool", NINEPENCE_LOCK_TIMEOUT="15s",
                    NINEPENCE_STATEMENT_TIMEOUT="15s")) as server:
                right = server.ask(tool, args)
                self.assertLessEqual(budgets, set(right) | set(right.get("purchase", {})))
                with self.books.locked("ninepence.budgets") as lock:
                    said = len(server.stderr())
                    asked = server.start("tools/call", {"name": tool, "arguments": args})
                    wait_until(lambda: self.books.value(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                        " AND datname = current_database()") != "0", 10, "the lock to be met")
                    self.books.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                    " WHERE wait_event_type = 'Lock' AND datname = current_database()")
                    if waiting == 1:
                        # What was answered before the loss is not asked again: then nothing comes.
                        with contextlib.suppress(Timeout):
                            wait_until(lambda: "busy -> idle" in server.stderr()[said:], 0.5,
                                       "the months to come")
                    self.books.wait_for_waiting(waiting)
                    lock.release()
                answer = server.wait_answer(asked)["result"]
                self.assertEqual(answer["structuredContent"], right)


if __name__ == "__main__":
    unittest.main()
