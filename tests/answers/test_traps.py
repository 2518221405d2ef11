"""The traps that made other products give wrong sums, one test each, with figures added up by hand
from tests/support/ledger_small.sql."""
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
from oracle import Decimal  # noqa: E402
from support import checks, ledger  # noqa: E402
from support.mcp_client import Server, text_of  # noqa: E402

# 88.40 + 4.72 + 48.75 + 33.50 + 120.00 + 0.16 + 15.49 + 63.00 + 22.22 + 35.00 - 8.00
OCTOBER = ("423.24", 11)
# 54.60 - 60.00 + 70.00 + 30.00 + 15.49 + 20.79 + 3.50 + 3.50 + 45.00 + 12.34, and 90.00 on the 28th
NOVEMBER_TO_DATE = ("195.22", 10)
NOVEMBER = ("285.22", 11)


class Trap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.server = Server(cls.books.env())

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def spending(self, period, **more):
        return self.server.ask("summarize_spending", {"period": period, **more})

    def figures(self, period, **more):
        answer = self.spending(period, **more)
        return answer["total"], answer["count"]

    def groups(self, period, by, **more):
        answer = self.spending(period, group_by=by, **more)
        self.assertFalse(answer["truncated"])
        return {row["group"]: row["total"] for row in answer["rows"]}


class Sums(Trap):
    def test_01_sum_does_not_stop_at_a_page(self):
        books = ledger.small()
        books.execute(
            "INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on, amount,"
            " currency, base_amount, merchant, merchant_folded, created_at, updated_at)"
            " SELECT 1, 1, 10, date '2025-03-01' + n % 20, 1.01, 'USD', 1.01, 'Meter', 'meter',"
            " '2026-01-01', '2026-01-01' FROM generate_series(1, 2500) n;")
        with Server(books.env()) as server:
            ask = {"period": "2025-03", "category": "Utilities"}
            whole = server.ask("summarize_spending", ask)
            self.assertEqual((whole["total"], whole["count"]), ("2525.00", 2500))
            self.assertEqual(server.ask("summarize_spending", {
                "period": "2025-03", "merchant": "Meter"})["total"], "2525.00")
            listed = server.ask("read_expenses", {**ask, "limit": 5})
            self.assertEqual((listed["total"], listed["of"], listed["returned"],
                              listed["truncated"]), ("2525.00", 2500, 5, True))
            by_day = server.ask("summarize_spending", {**ask, "group_by": "day"})
            self.assertEqual(sum(Decimal(row["total"]) for row in by_day["rows"]),
                             Decimal("2525.00"))

    def test_02_no_tenfold_and_no_sign_error(self):
        self.assertEqual(self.figures("2026-10"), OCTOBER)
        self.assertEqual(self.figures("this_month"), NOVEMBER)
        self.assertEqual(self.figures("mtd"), NOVEMBER_TO_DATE)
        self.assertEqual(self.figures("2026-10-06", currency="JPY"), ("5000", 1))
        self.assertEqual(self.figures("2026-09-02", currency="KWD"), ("12.345", 1))

    def test_03_split_receipt_is_counted_once(self):
        self.assertEqual(self.figures("2026-11-07"), ("100.00", 2))
        self.assertEqual(self.groups("2026-11-07", "category"),
                         {"Food: Groceries": "70.00", "Household": "30.00"})

    def test_03_parent_category_counts_its_children_once(self):
        self.assertEqual(self.figures("2026-10", category="Food"), ("156.28", 4))
        self.assertEqual(self.groups("2026-10", "category", category="Food"),
                         {"Food: Groceries": "93.12", "Food: Restaurants": "63.00",
                          "Food: Restaurants: Coffee Shops": "0.16"})
        self.assertEqual(self.groups("2026-10", "parent_category")["Food"], "156.28")
        both = self.figures("2026-10", category=["Food", "Groceries"])
        self.assertEqual(both, ("156.28", 4))

    def test_03_without_subcategories_only_the_parent_itself(self):
        answer = self.server.ask("query_expenses_by_category", {
            "category": "Restaurants", "period": "2026-10", "include_subcategories": False})
        self.assertEqual((answer["total"], answer["count"]), ("63.00", 1))
        answer = self.server.ask("query_expenses_by_category", {
            "category": "Restaurants", "period": "2026-10"})
        self.assertEqual((answer["total"], answer["count"]), ("63.16", 2))

    def test_03_pending_is_counted_once_and_named(self):
        answer = self.spending("2026-11-21..2026-11-22")
        self.assertEqual((answer["total"], answer["count"]), ("57.34", 2))
        self.assertEqual(answer["basis"]["pending"], 2)

    def test_04_two_equal_coffees_are_two(self):
        self.assertEqual(self.figures("2026-11-20"), ("7.00", 2))
        rows = self.server.ask("read_expenses", {"period": "2026-11-20"})["rows"]
        self.assertEqual([row["amount"] for row in rows], ["3.50", "3.50"])

    def test_05_refund_nets_in_its_category_and_month(self):
        self.assertEqual(self.figures("2026-11", category="Clothing"), ("-60.00", 1))
        self.assertEqual(self.figures("2026-10-01..2026-11-30",
                                      category="Clothing"), ("60.00", 2))
        self.assertEqual(self.spending("2026-11")["basis"]["refunds"], "-60.00")
        self.assertEqual(self.figures("2026-10", category="Household"), ("27.00", 2))
        self.assertEqual(self.figures("2026-11", kind="refund"), ("-60.00", 1))

    def test_05_transfers_and_income_are_no_spending(self):
        answer = self.spending("2026-11")
        self.assertEqual((answer["basis"]["transfers_excluded"],
                          answer["basis"]["income_excluded"]), (2, 1))
        self.assertEqual(self.figures("2026-11", kind="transfer"), ("0.00", 2))
        self.assertEqual(self.figures("2026-11", kind="income"), ("3000.00", 1))
        self.assertEqual(self.figures("2026-10", kind="income"), ("3550.00", 2))
        self.assertEqual(self.figures("2026-11-05"), ("0.00", 0))

    def test_06_currencies_are_converted_at_the_rate_of_the_day(self):
        self.assertEqual(self.figures("2026-10-03", merchant="Rewe"), ("4.72", 1))
        self.assertEqual(self.figures("2026-05"), ("72.66", 3))
        self.assertEqual(self.figures("2026-02"), ("270.21", 3))

    def test_06_missing_rate_is_never_one(self):
        answer = self.spending("2026-05")
        self.assertEqual(answer["basis"]["rates_missing"], 1)
        self.assertIn("EUR", answer["summary"])
        self.assertEqual(self.figures("2026-09-05"), ("0.00", 0))
        self.assertEqual(self.spending("2026-09-05")["basis"]["rates_missing"], 1)
        self.assertIn("30.00", json.dumps(self.spending("2026-09-05")))

    def test_06_asked_in_its_own_currency_nothing_is_converted(self):
        answer = self.spending("2026-05", currency="EUR")
        self.assertEqual((answer["currency"], answer["total"], answer["count"]),
                         ("EUR", "75.83", 4))
        self.assertEqual(self.figures("2026-02", currency="CLP"), ("57345", 2))

    def test_07_unreadable_date_is_refused_and_not_ignored(self):
        for period in ("last fortnight", "10/2026", "2026-02-29", "2025-02-29"):
            text = self.server.refusal("summarize_spending", {"period": period})
            self.assertIn(period, text)

    def test_07_month_ends_and_leap_day_belong_to_their_month(self):
        self.assertEqual(self.figures("2026-10-31"), ("35.00", 1))
        self.assertEqual(self.figures("2026-11-01"), ("54.60", 1))
        self.assertEqual(self.figures("2024-02"), ("29.00", 1))
        self.assertEqual(self.figures("2024-02-29"), ("29.00", 1))
        self.assertEqual(self.figures("2026-02-28..2026-03-01"), ("262.10", 2))

    def test_07_weeks_across_years_have_the_year_of_their_thursday(self):
        weeks = self.groups("2024-12-01..2026-01-31", "week")
        self.assertEqual(weeks["2025-W01"], "30.00")  # 30 Dec 2024 and 1 Jan 2025
        self.assertEqual(weeks["2026-W01"], "120.00")  # 31 Dec 2025 and 1 Jan 2026

    def test_08_month_to_date_is_compared_with_as_many_days(self):
        # October 1 to 22: all but the 24th and the 31st
        for period in ("mtd", "this_month"):
            self.assertEqual(self.spending(period, compare_to="previous")["before"], "366.02")
        full = self.spending("last_month", compare_to="previous")
        self.assertEqual(full["before"], "53.78")  # 40.12 + 6.66 + 1 + 2 + 4 of September

    def test_08_last_n_months_are_whole_ones_before_this(self):
        answer = self.spending("last_3_months")
        self.assertEqual((answer["period"]["from"], answer["period"]["to"]),
                         ("2026-08-01", "2026-10-31"))
        days = self.spending("last_7_days")["period"]
        self.assertEqual((days["from"], days["to"]), ("2026-11-16", "2026-11-22"))

    def test_09_what_was_left_out_is_said(self):
        self.assertEqual(self.spending("2026-11")["basis"], {
            **self.spending("2026-11")["basis"], "refunds": "-60.00", "transfers_excluded": 2,
            "income_excluded": 1, "pending": 2, "rates_missing": 1, "deleted_excluded": 1})

    def test_09_doubted_number_is_taken_apart(self):
        why = self.server.ask("explain_number", {
            "tool": "summarize_spending", "arguments": {"period": "2026-11"}, "list": "excluded"})
        self.assertEqual({(one["reason"], one["currency"]): one["count"]
                          for one in why["filter"]["excluded"]},
                         {("deleted", "USD"): 1, ("income", "USD"): 1, ("transfer", "USD"): 2,
                          ("no_rate", "EUR"): 1})
        self.assertTrue(why["figure"]["adds_up"])

    def test_08_like_is_compared_with_like_by_default(self):
        # 22 days of November against the first 22 of October
        answer = self.server.ask("compare_periods", {"a": "this_month", "b": "last_month"})
        self.assertEqual(answer["before"], "366.02")

    def test_05_card_payment_is_no_debt_between_users(self):
        answer = self.server.ask("split_balances", {"period": "2026-11-05"})
        self.assertEqual((answer["total"], answer["settlements"]), ("0.00", []))

    def test_11_answers_stay_small_and_say_what_is_cut(self):
        for tool, args in (("read_expenses", {"period": "all"}), ("get_context", {}),
                           ("monthly_summary", {"month": "2026-10"}),
                           ("explain_number", {"tool": "read_expenses",
                                               "arguments": {"period": "all"}}),
                           ("compare_periods", {"a": "2026-10", "b": "2026-09"}),
                           ("split_balances", {"period": "all"}), ("forecast_spending", {}),
                           ("list_recurring", {}), ("find_unusual", {"period": "last_90_days"}),
                           ("summarize_spending", {"period": "all", "group_by": "day"})):
            with self.subTest(tool):
                self.assertLess(len(text_of(self.server.call(tool, args)).encode()), 8192)
        answer = self.server.ask("read_expenses", {"period": "all", "limit": 2})
        self.assertEqual((answer["returned"], answer["truncated"]), (2, True))
        self.assertGreater(answer["of"], 50)
        self.assertTrue(answer["next_cursor"])

    def test_12_every_output_schema_is_of_an_object(self):
        for tool in checks.Tools(self.server).tools.values():
            self.assertEqual(tool["outputSchema"]["type"], "object", tool["name"])
            self.assertEqual(tool["inputSchema"]["type"], "object", tool["name"])
            self.assertNotIn("oneOf", tool["inputSchema"], tool["name"])

    def test_averages_and_shares_are_rounded_half_to_even_at_the_end(self):
        answer = self.spending("2026-08-01..2026-08-09", group_by="category")
        self.assertEqual({row["group"]: row["average"] for row in answer["rows"]},
                         {"Gifts": "10.00", "Gifts: Other": "10.02"})
        answer = self.spending("2026-08-10", group_by="category")
        self.assertEqual({row["group"]: row["share"] for row in answer["rows"]},
                         {"Household: Other": 12.2, "Crèche": 87.8})

    def test_neighbours_books_are_never_seen(self):
        self.assertEqual(self.figures("2026-11-20", merchant="Costco"), ("0.00", 0))
        self.assertNotIn("7777", json.dumps(self.server.ask("read_expenses", {"period": "all",
                                                                              "limit": 100})))
        self.assertIn("e101", self.server.refusal("delete_expenses", {"ids": ["e101"]}))

    def test_amount_filter_compares_size_in_the_rows_own_currency(self):
        rows = self.server.ask("read_expenses", {"period": "2026-10", "min_amount": "4000"})["rows"]
        self.assertEqual([row["id"] for row in rows], ["e35"])
        rows = self.server.ask("read_expenses", {"period": "2026-11", "min_amount": "60"})["rows"]
        self.assertEqual([row["id"] for row in rows], ["e59", "e50", "e47"])


class Writes(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.kill)

    def tearDown(self):
        self.server.close()

    def stored(self, id):
        return self.books.rows(
            "SELECT spent_on, amount, currency, base_amount, kind, category_id, merchant, user_id,"
            f" deleted_at IS NOT NULL FROM ninepence.expenses WHERE expense_id = {id[1:]}")[0]

    def create(self, **item):
        answer = self.server.ask("create_expenses", {"items": [item]})
        self.assertTrue(answer["saved"])
        return answer["rows"][0]["after"]["id"]

    def test_10_saved_means_that_the_row_is_there(self):
        id = self.create(amount="12.50", date="today", merchant="Subway", category="Restaurants",
                         user="Bob")
        self.assertEqual(self.stored(id), ("2026-11-22", "12.5000", "USD", "12.5000", "expense",
                                           "3", "Subway", "2", "f"))

    def test_02_refund_with_either_sign_is_stored_negative(self):
        for amount in ("60", "-60"):
            id = self.create(amount=amount, date="2026-11-21", kind="refund", category="Clothing",
                             merchant=f"Shop {amount}")
            self.assertEqual(self.stored(id)[1], "-60.0000")

    def test_06_base_amount_is_rounded_half_to_even_at_the_rate_of_the_day(self):
        # 0.15 x 1.1 = 0.165 and 0.25 x 1.1 = 0.275; 4.20 x 1.125 = 4.725
        for amount, day, base in (("0.15", "2026-10-15", "0.1600"), ("0.25", "2026-10-15", "0.2800"),
                                  ("4.20", "2026-10-01", "4.7200"), ("10", "2026-10-22", "11.0000"),
                                  ("10", "2026-10-23", None), ("10", "2026-05-18", "11.2000"),
                                  ("10", "2026-05-19", None)):
            with self.subTest(f"{amount} EUR on {day}"):
                id = self.create(amount=amount, date=day, currency="EUR")
                self.assertEqual(self.stored(id)[3], base)

    def test_04_two_equal_items_of_one_call_are_two(self):
        coffee = {"amount": "4.00", "date": "2026-11-21", "merchant": "Kiosk",
                  "category": "Coffee Shops"}
        answer = self.server.ask("create_expenses", {"items": [coffee, coffee]})
        self.assertEqual(answer["count"], 2)
        total = self.server.ask("summarize_spending", {"period": "2026-11-21", "merchant": "Kiosk"})
        self.assertEqual((total["total"], total["count"]), ("8.00", 2))

    def test_04_retry_with_its_key_is_stored_once(self):
        item = {"amount": "9.99", "date": "2026-11-19", "merchant": "Kiosk"}
        first, second = (self.server.ask("create_expenses", {"items": [item],
                                                             "idempotency_key": "retry"})
                         for _ in range(2))
        self.assertEqual((first["replayed"], second["replayed"]), (False, True))
        total = self.server.ask("summarize_spending", {"period": "2026-11-19", "merchant": "Kiosk"})
        self.assertEqual((total["total"], total["count"]), ("9.99", 1))

    def test_10_bulk_change_is_taken_back_as_a_whole(self):
        before = self.server.ask("summarize_spending", {"period": "2026-10", "group_by": "category"})
        change = self.server.ask("update_expenses", {
            "period": "2026-10", "category": "Food", "expected_count": 4,
            "set": {"category": "Household"}})
        self.assertEqual(change["count"], 4)
        self.server.ask("undo_change", {"change_id": change["change_id"]})
        after = self.server.ask("summarize_spending", {"period": "2026-10", "group_by": "category"})
        self.assertEqual(after["rows"], before["rows"])

    def test_03_splitting_among_users_changes_no_sum(self):
        self.server.ask("update_expenses", {"ids": ["e41"], "set": {"splits": [
            {"user": "Ann", "percent": "33.3333"}, {"user": "Bob"}]}})
        answer = self.server.ask("summarize_spending", {"period": "2026-10-17"})
        self.assertEqual((answer["total"], answer["count"]), ("63.00", 2))

    def test_12_amounts_as_numbers_and_as_text_are_the_same(self):
        for amount in ("12.5", 12.5, "12.50"):
            id = self.create(amount=amount, date="2026-11-20", merchant=f"Shop {amount!r}")
            self.assertEqual(self.stored(id)[1], "12.5000")

    def test_10_deleted_rows_leave_every_sum_and_are_kept(self):
        before = self.server.ask("summarize_spending", {"period": "2026-10"})["total"]
        self.server.ask("delete_expenses", {"ids": ["e32"], "reason": "test"})
        self.assertEqual(self.stored("e32")[8], "t")
        after = self.server.ask("summarize_spending", {"period": "2026-10"})
        self.assertEqual(Decimal(before) - Decimal(after["total"]), Decimal("88.40"))
        self.assertEqual(after["basis"]["deleted_excluded"], 2)

    def test_12_lists_that_arrive_as_text_are_lists(self):
        for category in (["Food", "Household"], '["Food","Household"]'):
            answer = self.server.ask("summarize_spending", {"period": "2026-10",
                                                            "category": category})
            self.assertEqual(answer["total"], "183.28")  # 156.28 and 27.00

    def test_moved_expenses_change_their_category_and_no_sum(self):
        before = self.server.ask("summarize_spending", {"period": "2026-06"})["total"]
        self.server.ask("transfer_expense", {"ids": ["e19", "e20"], "to_category": "Fuel"})
        answer = self.server.ask("summarize_spending", {"period": "2026-06", "group_by": "category"})
        self.assertEqual(answer["total"], before)
        self.assertEqual({row["group"]: row["total"] for row in answer["rows"]},
                         {"Transportation: Fuel": "27.50", "Transportation: Taxi": "9.25"})

    def test_changed_amount_changes_what_it_is_worth(self):
        self.server.ask("update_expenses", {"ids": ["e15"], "set": {"amount": "30.00"}})
        self.assertEqual(self.stored("e15")[1:4], ("30.0000", "EUR", "33.0000"))
        self.server.ask("update_expenses", {"ids": ["e15"], "set": {"date": "2026-05-19"}})
        self.assertIsNone(self.stored("e15")[3])


if __name__ == "__main__":
    unittest.main()
