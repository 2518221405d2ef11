"""forecast_spending on a ledger made for it, where every figure can be worked out on paper: 400 days of
10.00 a day, a rent of 900.00 on the 1st, a subscription of 12.00 on the 25th, an income of 3000.00."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import backtest  # noqa: E402
from support import checks, ledger  # noqa: E402
from support.mcp_client import VALGRIND, Server  # noqa: E402

COLUMNS = ("INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on, amount, currency,"
           " base_amount, merchant, merchant_folded, kind, created_at, updated_at) ")
TIMES = "'2026-01-01', '2026-01-01'"
REGULAR = (
    "DELETE FROM ninepence.expense_tags; UPDATE ninepence.expenses SET refund_of = NULL;"
    "DELETE FROM ninepence.expenses WHERE ledger_id = 1;"
    + COLUMNS + "SELECT 1, 1, 2, date '2026-11-22' - n, 10, 'USD', 10, 'Market ' || n % 2,"
    f" 'market ' || n % 2, 'expense', {TIMES} FROM generate_series(0, 399) n;"
    + COLUMNS + "SELECT 1, 1, 10, (date '2026-11-01' - make_interval(months => n))::date, 900, 'USD',"
    f" 900, 'Landlord', 'landlord', 'expense', {TIMES} FROM generate_series(0, 12) n;"
    + COLUMNS + "SELECT 1, 1, 9, (date '2026-10-25' - make_interval(months => n))::date, 12, 'USD', 12,"
    f" 'Netflix', 'netflix', 'expense', {TIMES} FROM generate_series(0, 11) n;"
    + COLUMNS + "SELECT 1, 1, 21, (date '2026-10-28' - make_interval(months => n))::date, 3000, 'USD',"
    f" 3000, 'Acme', 'acme', 'income', {TIMES} FROM generate_series(0, 12) n;"
    "ANALYZE ninepence.expenses;")


class Regular(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.books.execute(REGULAR)
        cls.server = Server(cls.books.env())
        cls.tools = checks.Tools(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def ask(self, **args):
        result = self.server.call("forecast_spending", args)
        self.tools.check("forecast_spending", result)
        self.assertFalse(result.get("isError"), result["content"])
        return result["structuredContent"]

    def test_month_end_is_what_is_spent_due_and_usual(self):
        # 22 days of 10.00 and the rent; the subscription on the 25th; eight days of 10.00
        answer = self.ask()
        self.assertEqual(answer["parts"], {"spent": "1120.00", "scheduled": "0.00",
                                           "recurring": "12.00", "everything_else": "80.00",
                                           "season_factor": 1})
        self.assertEqual((answer["total"], answer["low"], answer["high"]),
                         ("1212.00", "1212.00", "1212.00"))
        self.assertEqual([(row["merchant"], row["next"], row["times"]) for row in answer["rows"]],
                         [("Netflix", "2026-11-25", 1)])

    def test_year_end_counts_each_payment_that_is_due(self):
        # 39 days of 10.00; rent on 1 December; the subscription twice
        answer = self.ask(until="this_year")
        self.assertEqual((answer["parts"]["recurring"], answer["parts"]["everything_else"]),
                         ("924.00", "390.00"))
        self.assertEqual(answer["total"], "2434.00")

    def test_what_is_scheduled_is_not_counted_twice(self):
        books = ledger.small()
        books.execute(REGULAR + COLUMNS + "VALUES (1, 1, 9, '2026-11-26', 13, 'USD', 13, 'Netflix',"
                                          f" 'netflix', 'expense', {TIMES});")
        with Server(books.env()) as server:
            parts = server.ask("forecast_spending", {})["parts"]
        self.assertEqual((parts["scheduled"], parts["recurring"]), ("13.00", "0.00"))

    def test_scenario_names_nothing_twice(self):
        """Netflix by itself and as part of its category, and two payments by a part of their names."""
        category = self.books.value("SELECT path FROM ninepence.categories WHERE ledger_id = 1"
                                    " AND category_id = 9")
        for items in (["netflix", "Netflix"], ["Netflix", category], [category, "netfl"]):
            with self.subTest(items):
                text = self.server.refusal("forecast_spending", {"scenario": [
                    {"target": target, "change": "cancel"} for target in items]})
                self.assertIn("scenario[1].target", text)
                self.assertIn("scenario[0] changes already, and would count twice", text)
        self.ask(scenario=[{"target": "Netflix", "change": "cancel"},
                           {"target": "Landlord", "change": "cancel"}])

    def test_scenario_effects_are_those_of_the_days_left(self):
        answer = self.ask(until="this_year", scenario=[
            {"target": "netflix", "change": "cancel"},                            # 2 x 12
            {"target": "Landlord", "change": "+50.00"},                           # 1 x 50
            {"target": "Groceries", "change": "-20%", "from": "2026-12-01"}])     # 31 x 2
        self.assertEqual([item["change"] for item in answer["scenario"]["items"]],
                         ["-24.00", "50.00", "-62.00"])
        self.assertEqual((answer["scenario"]["change"], answer["scenario"]["total"]),
                         ("-36.00", "2398.00"))

    def test_scenario_saves_no_more_than_there_is(self):
        answer = self.ask(until="this_year", scenario=[
            {"target": "Netflix", "change": "-50.00"},                            # 2 x 12
            {"target": "Groceries", "change": "-999.00"}])                        # 39 x 10
        self.assertEqual([item["change"] for item in answer["scenario"]["items"]], ["-24.00", "-390.00"])

    def test_purchase_is_held_against_income(self):
        # 3000.00 are usual; 1212.00 will be spent
        for amount, verdict, left in (("1788", "yes", "0.00"), ("1788.01", "no", "-0.01")):
            purchase = self.ask(purchase={"amount": amount})["purchase"]
            self.assertEqual((purchase["affordable"], purchase["left"]), (verdict, left))

    def test_last_day_of_the_horizon_and_one_beyond(self):
        self.ask(until="2029-11-22")
        for until in ("2029-11-23", "2026-11-21", "3026-01-01", "all", "soon"):
            text = self.server.refusal("forecast_spending", {"until": until})
            self.assertIn("between today and 2029-11-22", text, until)

    def test_today_as_horizon_has_nothing_to_come(self):
        answer = self.ask(until="today")
        self.assertEqual((answer["total"], answer["parts"]["everything_else"]), ("1120.00", "0.00"))


class Season(unittest.TestCase):
    def test_month_that_was_double_before_is_dearer_and_drawn_to_one(self):
        books = ledger.small()
        books.execute(
            "DELETE FROM ninepence.expense_tags; UPDATE ninepence.expenses SET refund_of = NULL;"
            "DELETE FROM ninepence.expenses WHERE ledger_id = 1;"
            + COLUMNS + "SELECT 1, 1, 2, d::date, v, 'USD', v, 'Shop ' || extract(doy FROM d) % 2, 'shop '"
            f" || extract(doy FROM d) % 2, 'expense', {TIMES}"
            " FROM generate_series(timestamp '2024-06-01', '2026-11-22', '1 day') d"
            " CROSS JOIN LATERAL (SELECT CASE WHEN extract(month FROM d) = 12 THEN 20 ELSE 10 END AS v) v;"
            "ANALYZE ninepence.expenses;")
        with Server(books.env(NINEPENCE_NOW="2026-11-30T12:00:00Z")) as server:
            answer = server.ask("forecast_spending", {"until": "2026-12-31"})
        # 620 against (334 x 10 + 31 x 20) x 31 / 365 in both years; 2 / 12 of what is above 1
        self.assertEqual(str(answer["parts"]["season_factor"]), "1.141")


class Budgets(unittest.TestCase):
    def test_purchase_beyond_a_budget_is_said_to_be(self):
        books = ledger.small()
        books.execute(REGULAR)
        with Server(books.env()) as server:
            for category, amount in (("Groceries", 300), ("all", 2000)):
                server.ask("set_budget", {"category": category, "amount": amount})
            # 220 of 300 and 1120 of 2000 are spent
            for price, verdict, own, whole in ((80, "yes", "has room for it: 0.00", "800.00 USD would"),
                                               (81, "over_budget", "exceeded by 1.00", "799.00 USD would"),
                                               (881, "over_budget", "exceeded by 801.00",
                                                "everything would be exceeded by 1.00")):
                answer = server.ask("forecast_spending", {
                    "purchase": {"amount": price, "category": "groceries"}})
                self.assertEqual(answer["purchase"]["affordable"], verdict)
                self.assertEqual(answer["purchase"]["category_budget"], {
                    "category": "Food: Groceries", "left": "80.00", "fits": price <= 80})
                self.assertEqual(answer["purchase"]["whole_budget"]["left"], "880.00")
                self.assertIn(own, answer["summary"])
                self.assertIn(whole, answer["summary"])
            for purchase in ({"amount": 100}, {"amount": 100, "category": "Uncategorized"}):
                answer = server.ask("forecast_spending", {"purchase": purchase})
                self.assertNotIn("category_budget", answer["purchase"])
                self.assertEqual(answer["summary"].count("budget of everything"), 1)
            self.assertEqual(answer["purchase"]["affordable"], "yes")
            self.assertIn("no category is called", server.refusal("forecast_spending", {
                "purchase": {"amount": 1, "category": "Aviation"}}))

    def test_purchase_that_is_missing_in_the_worse_case_has_no_sign(self):
        books = ledger.small()
        books.execute(REGULAR)
        with Server(books.env()) as server:
            summary = server.ask("forecast_spending", {"purchase": {"amount": 2000}})["summary"]
        # 3000 less 1212 less 2000
        self.assertIn("about 212.00 USD would be missing, and 212.00 USD if spending is high", summary)


class Missed(unittest.TestCase):
    """The subscription of 25 October did not come: its days of grace ended on the 30th."""

    def parts(self, more="", arguments=None):
        books = ledger.small()
        books.execute(REGULAR + "DELETE FROM ninepence.expenses WHERE merchant = 'Netflix'"
                                " AND spent_on = '2026-10-25';" + more)
        with Server(books.env()) as server:
            if arguments:
                server.ask("manage_recurring", arguments)
            return server.ask("forecast_spending", {})["parts"]

    def test_what_was_left_out_is_expected_on_its_next_day_only(self):
        self.assertEqual(self.parts()["recurring"], "12.00")

    def test_what_was_confirmed_is_expected_still(self):
        self.assertEqual(self.parts(arguments={"op": "confirm", "merchant": "Netflix"})["recurring"], "24.00")

    def test_what_the_books_do_not_reach_may_have_come(self):
        """The last day of grace, and one beyond; the rent of November is missing as well."""
        for end, recurring in (("2026-10-30", "924.00"), ("2026-10-31", "912.00")):
            with self.subTest(end):
                more = f"DELETE FROM ninepence.expenses WHERE spent_on > '{end}';"
                self.assertEqual(self.parts(more)["recurring"], recurring)


class Rare(unittest.TestCase):
    def test_purchase_of_once_a_year_counts_half_in_a_month(self):
        books = ledger.small()
        books.execute(REGULAR + COLUMNS + "VALUES (1, 1, 2, '2026-05-01', 3650, 'USD', 3650, 'Laptops',"
                      f" 'laptops', 'expense', {TIMES});")
        with Server(books.env()) as server:
            answer = server.ask("forecast_spending", {})
        # eight days: 80 in the median window, and 8 x 3650 / 365 more in the mean
        self.assertEqual((answer["parts"]["everything_else"], answer["total"]), ("120.00", "1252.00"))
        # 45 windows do not overlap: wider by 1.3 / 45; the tenth from below is the ordinary 80.00
        self.assertEqual(answer["low"], "1210.84")


class TooLittle(unittest.TestCase):
    def test_books_of_27_days_say_what_is_missing(self):
        for days, is_enough in ((27, False), (28, True)):
            books = ledger.small()
            books.execute(
                "DELETE FROM ninepence.expense_tags; UPDATE ninepence.expenses SET refund_of = NULL;"
                "DELETE FROM ninepence.expenses WHERE ledger_id = 1;"
                + COLUMNS + "SELECT 1, 1, 2, date '2026-11-22' - n, 10, 'USD', 10, NULL, NULL, 'expense',"
                f" {TIMES} FROM generate_series(0, {days - 1}) n;")
            with Server(books.env()) as server:
                result = server.call("forecast_spending", {})
                self.assertEqual(bool(result.get("isError")), not is_enough)
                if not is_enough:
                    self.assertIn("less than 28 days", result["content"][0]["text"])


    def test_empty_books_are_no_forecast_of_nothing(self):
        books = ledger.empty()
        with Server(books.env()) as server:
            self.assertIn("less than 28 days", server.refusal("forecast_spending", {}))
            server.ask("create_expenses", {"items": [{"amount": 10, "kind": "income"},
                                                     {"amount": 10, "date": "2026-11-30"}]})
            self.assertIn("less than 28 days", server.refusal("forecast_spending", {}))


class Sample(unittest.TestCase):
    def test_months_gone_by_are_forecast_better_than_by_the_last_one(self):
        scores = backtest.score(backtest.run(ledger.demo(), most=3 if VALGRIND else 6))
        self.assertLess(scores["ours"], scores["last_month"][1])
        self.assertGreaterEqual(scores["within"], 0.5)


if __name__ == "__main__":
    unittest.main()
