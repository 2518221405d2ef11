"""Sentences of answers say what their figures say, above all where nothing or little is known: no zero
that looks like an answer, no "more" that is less, one thing in the singular."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import checks, ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402


class Sentences(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.demo()
        cls.server = Server(cls.books.env(NINEPENCE_LEDGER="Demo"))
        cls.tools = checks.Tools(cls.server)
        cls.server.ask("create_expenses", {"items": [
            {"amount": 50, "currency": "GBP", "date": "2026-11-20", "merchant": "Harrods"},
            {"amount": 30, "currency": "GBP", "date": "2026-11-21", "merchant": "Harrods"},
            {"amount": "12.50", "date": "2026-11-25", "merchant": "Cinema"}], "create_missing": True})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def said(self, asked, **args):
        result = self.server.call(asked, args)
        self.tools.check(asked, result)
        self.assertFalse(result.get("isError"), result["content"])
        return result["structuredContent"]["summary"]

    # --- what nothing is known of ----------------------------------------------------------------

    def test_what_has_no_rate_at_all_is_not_said_to_be_zero(self):
        end = " Left out for want of an exchange rate: 80.00 GBP."
        self.assertEqual(self.said("summarize_spending", merchant="Harrods", period="this_month",
                                   compare_to="previous"),
                         "What was spent at Harrods in November 2026 so far is not known in USD." + end)
        self.assertEqual(self.said("read_expenses", merchant="Harrods"),
                         "What was spent at Harrods is not known in USD." + end)
        self.assertEqual(self.said("compare_periods", a="this_month", b="last_month", merchant="Harrods"),
                         "What was spent at Harrods from 1 to 22 November 2026 is not known in USD." + end)
        self.assertEqual(self.said("explain_number", tool="summarize_spending",
                                   arguments={"merchant": "Harrods"}).count("0.00 USD"), 0)

    def test_what_lies_outside_of_the_books_is_not_less_than_something(self):
        begin = "The books begin on 1 June 2025, so there is nothing to compare with."
        self.assertEqual(self.said("compare_periods", a="2024-10", b="2026-10"),
                         "There are no expenses in October 2024. The books reach from 2025-06-01 to"
                         " 2026-11-25. " + begin)
        ahead = " That period has not begun, so there is nothing to compare."
        self.assertTrue(self.said("compare_periods", a="2027-01", b="2026-10").endswith(ahead))
        summary = self.said("summarize_spending", period="2026-12", compare_to="previous")
        self.assertTrue(summary.endswith(ahead), summary)
        self.assertNotIn("%", summary)
        summary = self.said("compare_periods", b="2027-01")
        self.assertTrue(summary.endswith(ahead), summary)

    def test_nothing_before_and_nothing_now_is_the_same(self):
        self.assertIn(" from 9 to 15 November 2026, the same as from 2 to 8 November 2026.",
                      self.said("summarize_spending", period="last_week", compare_to="previous",
                                category="Flights"))

    def test_nothing_in_all_days_is_plainly_nothing(self):
        self.assertTrue(self.said("read_expenses", text="zeppelin").startswith(
            'There are no expenses with the words "zeppelin". The books'))

    # --- refunds ---------------------------------------------------------------------------------

    def test_fewer_refunds_are_not_more(self):
        # 71.91 came back in October, 120.00 in September
        self.assertIn(" (1 entry), 40.1 % less than in September 2026.",
                      self.said("summarize_spending", period="2026-10", kind="refund",
                                compare_to="previous"))
        summary = self.said("compare_periods", a="2026-10", b="2026-09", kind="refund",
                            like_for_like=False)
        self.assertIn("40.1 % less than in September 2026 (120.00 USD, 1 entry).", summary)

    # --- one and several -------------------------------------------------------------------------

    def test_one_expense_is_not_some(self):
        self.assertIn("(1 expense, dated after today)",
                      self.said("summarize_spending", merchant="Cinema", period="this_month"))
        self.assertIn("expenses, some dated after today)",
                      self.said("summarize_spending", period="this_month"))

    def test_days_to_come_are_counted_in_words(self):
        # the New York Times on the 25th
        with Server(self.books.env(NINEPENCE_LEDGER="Demo",
                                   NINEPENCE_NOW="2026-11-24T12:00:00Z")) as server:
            self.assertIn("1 recurring payment is due by tomorrow: 17.00 USD.",
                          server.ask("list_recurring", {"due_within_days": 1})["summary"])
            self.assertEqual(server.ask("list_recurring", {"due_within_days": 0})["summary"],
                             "No recurring payment is due today. Ask for more days to see what comes.")
        self.assertIn("2 recurring payments are due in the next 7 days: 42.00 USD.",
                      self.said("list_recurring", due_within_days=7))

    # --- what is due -----------------------------------------------------------------------------

    def test_what_has_ended_is_not_due(self):
        every = self.server.ask("list_recurring", {"due_within_days": 30, "status": "all"})
        self.assertNotIn("Disney+", [row["merchant"] for row in every["rows"]])
        self.assertEqual(every["total"],
                         self.server.ask("list_recurring", {"due_within_days": 30})["total"])
        ended = self.server.ask("list_recurring", {"due_within_days": 30, "status": "ended"})
        self.assertEqual((ended["total"], ended["count"]), ("0.00", 0))
        self.assertEqual(self.server.ask("list_recurring", {"status": "ended"})["count"], 1)

    def test_recurring_payments_are_called_what_they_are(self):
        self.assertEqual(self.said("list_recurring", status="paused"),
                         "No paused recurring payment is known. Ask with the status all to see what is.")
        self.assertIn("1 ended monthly recurring payment of 167.88 USD a year.",
                      self.said("list_recurring", status="ended", cadence="monthly"))
        self.assertRegex(self.said("list_recurring", status="all"),
                         r"^\d+ recurring payments, whether they go on or not, of [0-9.]+ USD a year\.")

    def test_what_has_no_category_is_not_spent_on_something(self):
        for asked in ({"category": "Uncategorized"}, {"category": "Uncategorized", "user": "Bob"}):
            summary = self.said("summarize_spending", period="2026-10", **asked)
            self.assertIn(" USD without a category in October 2026", summary)
        self.assertIn(" on Food and Uncategorized in ",
                      self.said("summarize_spending", period="2026-10", category=["Food", "Uncategorized"]))

    # --- income ----------------------------------------------------------------------------------

    def test_income_is_not_received_on_things_nor_at_shops(self):
        self.assertIn(" USD as Income: Salary from Northwind Design into Joint Checking in October 2026",
                      self.said("summarize_spending", kind="income", period="2026-10", category="Salary",
                                merchant="Northwind Design", account="Joint Checking"))

    # --- budgets and shares ----------------------------------------------------------------------

    def test_what_is_over_is_over_a_budget(self):
        self.server.ask("set_budget", {"category": "Coffee", "amount": "1", "month": "2026-10",
                                       "apply": "this"})
        self.assertIn(" USD more than the budget of 1.00 USD was spent for Food: Coffee.",
                      self.said("budget_status", category="Coffee", period="2026-10"))

    def test_per_cent_are_written_as_short_as_they_are(self):
        lines = [{"category": "Food", "percent": 70}, {"category": "Health", "percent": "29.9"}]
        self.assertIn("they come to 99.9 per cent.", self.server.refusal(
            "create_expenses", {"items": [{"amount": 100, "splits": lines}]}))
        self.assertIn("must add up to 100, got 99.9", self.server.refusal(
            "split_balances", {"users": ["Ann", "Bob"], "percent": [70, "29.9"]}))

    # --- comparisons -----------------------------------------------------------------------------

    def test_parts_of_a_difference_say_what_they_are_for(self):
        summary = self.said("compare_periods", a="2026-10", b="2026-09")
        self.assertRegex(summary, r" less than in September 2026 \([0-9.]+ USD, \d+ expenses\)\.")
        self.assertRegex(summary, r" Of the difference of [+-][0-9.]+, [+-][0-9.]+ is for how often something"
                                  r" was bought, [+-][0-9.]+ for what a purchase costs\.")
        self.assertTrue(summary.endswith(" Compared are the first 30 days of each."), summary)

    # --- explanations ----------------------------------------------------------------------------

    def test_things_found_are_not_explained_as_expenses(self):
        why = self.server.ask("explain_number", {"tool": "find_unusual",
                                                 "arguments": {"period": "2026-10"}})
        self.assertNotIn("adds_up", why["figure"])
        self.assertIn("how many things stand out", why["figure"]["formula"])

    def test_row_that_is_explained_is_no_whole_period(self):
        asked = {"period": "2026", "group_by": "month"}
        self.assertIn(" Only 2026-03: You spent 7862.69 USD in 2026 so far (78 expenses,",
                      self.said("explain_number", tool="summarize_spending", arguments=asked,
                                row="2026-03"))
        self.assertNotIn("Only", self.said("explain_number", tool="budget_status",
                                           arguments={"period": "2026-10"}, row="Food: Groceries"))

    def test_figures_and_rates_are_counted_in_words(self):
        self.assertIn("9 is the number of days left", self.said("explain_number", tool="budget_status", figure="9"))
        one = self.said("explain_number", tool="summarize_spending",
                        arguments={"period": "2026-10", "currency": "USD"})
        self.assertNotIn("converted", one)
        self.assertIn(" 1 row was converted at the rate of its day.", self.said(
            "explain_number", tool="summarize_spending", arguments={"period": "2026-10", "merchant": "Hetzner"}))

    def test_formulas_are_those_of_their_figures(self):
        for tool, args, more, formula in (
                ("forecast_spending", {}, {"row": "Red Cross"}, "expected payment x how often it is due"),
                ("forecast_spending", {"until": "this_year", "scenario": [
                    {"target": "Netflix", "change": "cancel"}]}, {"figure": "-17.99"},
                 "what the scenario adds or takes away"),
                ("list_recurring", {"due_within_days": 10}, {}, "times due where days are asked for")):
            why = self.server.ask("explain_number", {"tool": tool, "arguments": args, **more})
            self.assertIn(formula, why["figure"]["formula"])

    def test_loose_status_says_what_it_means(self):
        self.assertIn("again after a week, a month or a year, habits too; list_recurring knows the bills",
                      self.said("read_expenses", status="recurring", period="2026-10"))


class States(unittest.TestCase):
    """What read_expenses says of a state is true of the rows in it."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(ledger.empty().env())
        items = [{"amount": 10, "category": "Food"}, {"amount": 4, "kind": "refund", "category": "Food"},
                 {"amount": 100, "kind": "income"}, {"amount": 20, "kind": "transfer"}]
        gone = cls.server.ask("create_expenses", {"items": items})
        cls.server.ask("delete_expenses", {"ids": [row["after"]["id"] for row in gone["rows"]]})
        cls.server.ask("create_expenses", {"items": [{"amount": 7}, {"amount": 3, "kind": "refund"}],
                                           "allow_duplicate": True})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def expect(self, status, expected):
        for kind, sentence in expected.items():
            with self.subTest(status=status, kind=kind):
                asked = {"status": status, "kind": kind}
                said = self.server.ask("read_expenses", asked)["summary"]
                self.assertEqual(said.split(" The books reach")[0], sentence)
                if not sentence.startswith("There"):
                    why = self.server.ask("explain_number", {"tool": "read_expenses", "arguments": asked})
                    self.assertIn(sentence, why["summary"])

    def test_deleted_rows_are_neither_spent_nor_received(self):
        self.expect("deleted", {
            "expense": "Deleted: expenses of 6.00 USD in all (2 expenses, refunds of 4.00 USD taken off).",
            "refund": "Deleted: refunds of 4.00 USD in all (1 entry).",
            "income": "Deleted: income of 100.00 USD in all (1 entry).",
            "transfer": "Deleted: transfers of 20.00 USD in all (1 entry).",
            "all": "Deleted: spending of 6.00 USD, income of 100.00 USD and transfers of 20.00 USD in all"
                   " (4 entries)."})
        said = self.server.ask("read_expenses", {"status": "deleted", "max_amount": 5})["summary"]
        self.assertIn("Deleted: refunds that exceed the expenses by 4.00 USD", said)

    def test_refunds_are_refunds_whatever_kinds_may_come(self):
        came = "You got refunds of 3.00 USD in all (1 entry)."
        self.expect("refund", {"expense": came, "refund": came, "all": came,
                               "income": "There is no refunded income.",
                               "transfer": "There are no refunded transfers."})

    def test_what_is_in_a_state_is_said_to_be_only_that(self):
        self.expect("uncategorized", {
            "expense": "Only what has no category: You spent 4.00 USD in all (2 expenses, refunds of"
                       " 3.00 USD taken off).",
            "income": "There is no uncategorized income."})
        self.expect("pending", {"expense": "There are no pending expenses.",
                                "all": "There are no pending entries."})
        self.expect("split", {"refund": "There are no split refunds."})
        self.expect("recurring", {"transfer": "There are no recurring transfers."})
        self.expect("any", {"income": "There is no income.", "transfer": "There are no transfers."})


class Persons(unittest.TestCase):
    def test_sums_of_all_kinds_say_whose_they_are(self):
        books = ledger.small()
        with Server(books.env()) as server:
            for kind, expected in (("all", " by Ann "), ("transfer", "Transfers by Ann add up to "),
                                   ("expense", "Ann spent ")):
                self.assertIn(expected, server.ask("summarize_spending", {
                    "kind": kind, "user": "Ann", "period": "all"})["summary"])


class FewBooks(unittest.TestCase):
    def test_first_entries_are_told_as_they_are(self):
        books = ledger.empty()
        with Server(books.env()) as server:
            server.ask("create_expenses", {"items": [{"amount": 10, "kind": "income"}]})
            self.assertIn(" hold 1 entry from ", server.ask("get_context", {})["summary"])
            server.ask("create_expenses", {"items": [{"amount": 7, "currency": "EUR"}]})
            self.assertIn(" hold 2 entries from ", server.ask("get_context", {})["summary"])
            self.assertEqual(server.ask("monthly_summary", {})["summary"],
                             "What was spent in November 2026 so far is not known in USD. Income was"
                             " 10.00 USD. Left out for want of an exchange rate: 7.00 EUR.")
            self.assertNotIn("more days", server.ask("list_recurring", {"due_within_days": 9})["summary"])


if __name__ == "__main__":
    unittest.main()
