"""budget_status against a model of its own in Python: which budget holds in a month, what is carried
over, what is left, whatever order things were said in. Decimal, seeded."""
import os
import random
import sys
import unittest
from datetime import date, timedelta
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

SEED = 9
MONTHS = [(2026, month) for month in range(4, 13)]
PATHS = {1: "Food", 2: "Food: Groceries", 3: "Food: Restaurants", 5: "Transportation",
         6: "Transportation: Fuel"}
NAMES = {path: id for id, path in PATHS.items()}


def label(month):
    return f"{month[0]}-{month[1]:02}"


def month_of(day, first_day):
    """The ledger's month that a day belongs to: it is named after the month it begins in."""
    moved = day - timedelta(days=first_day - 1)
    return moved.year, moved.month


class Model:
    """What was said, and what follows from it."""

    def __init__(self, first_day):
        self.first_day = first_day
        self.said = {}  # (path, month, "this"/"forward"): (amount, rollover); an amount of None: no budget
        self.expenses = []  # (category, day, amount)

    def holds(self, path, month):
        if (path, month, "this") in self.said:
            return self.said[path, month, "this"]
        earlier = [m for p, m, applies in self.said if p == path and applies == "forward" and m <= month]
        return self.said[path, max(earlier), "forward"] if earlier else None

    def set(self, path, month, applies, amount, rollover):
        known = self.holds(path, month)
        if rollover is None:
            rollover = known[1] if known else False
        if applies == "forward":
            self.said.pop((path, month, "this"), None)
        self.said[path, month, applies] = (amount, rollover)

    def move(self, source, target, month, amount):
        for path, delta in ((source, -amount), (target, amount)):
            known = self.holds(path, month) or (None, False)
            self.said[path, month, "this"] = ((known[0] or Decimal(0)) + delta, known[1])

    def spent(self, path, month):
        return sum((amount for category, day, amount in self.expenses
                    if month_of(day, self.first_day) == month and
                    (path == "all" or PATHS[category] == path or
                     PATHS[category].startswith(path + ": "))), Decimal(0))

    def lines(self):
        """{(path, month): (budget, carried, spent, left)}, month by month from the first one."""
        result = {}
        for path in {p for p, _, _ in self.said}:
            carried = Decimal(0)
            for month in MONTHS:
                budget = self.holds(path, month)
                spent = self.spent(path, month)
                if budget is None or budget[0] is None:
                    carried = Decimal(0)
                    continue
                left = budget[0] + carried - spent
                result[path, label(month)] = (budget[0], carried, spent, left)
                carried = left if budget[1] else Decimal(0)
        return result


class AgainstTheModel(unittest.TestCase):
    def play(self, dice, first_day, steps):
        books = ledger.small()
        books.execute("DELETE FROM ninepence.expense_tags WHERE ledger_id = 1;"
                      "DELETE FROM ninepence.expenses WHERE ledger_id = 1;"
                      f"UPDATE ninepence.ledgers SET first_day_of_month = {first_day}"
                      " WHERE ledger_id = 1;")
        model = Model(first_day)
        for _ in range(40):
            model.expenses.append((dice.choice(list(PATHS)),
                                   date(2026, 3, 20) + timedelta(days=dice.randrange(300)),
                                   Decimal(dice.randrange(-2000, 20000)).scaleb(-2)))
        values = ",".join(
            f"(1, {category}, '{day}', {amount}, 'USD', {amount},"
            f" '{'refund' if amount < 0 else 'expense'}', now(), now())"
            for category, day, amount in model.expenses)
        books.execute("INSERT INTO ninepence.expenses (ledger_id, category_id, spent_on, amount,"
                      f" currency, base_amount, kind, created_at, updated_at) VALUES {values};")
        with Server(books.env()) as server:
            for _ in range(steps):
                self.step(dice, server, model)
            rows = {}
            for period in ("2026-04..2026-08", "2026-09..2026-12"):
                answer = server.ask("budget_status", {"period": period, "detail": True})
                self.assertFalse(answer["truncated"])
                for row in answer["rows"]:
                    rows[row["category"], row["month"]] = tuple(
                        Decimal(row.get(key, "0")) for key in ("budget", "carried", "spent", "left"))
        books.drop()
        self.assertEqual(rows, model.lines(), f"seed {SEED}, first day {first_day}")

    def step(self, dice, server, model):
        month = dice.choice(MONTHS)
        amount = Decimal(dice.randrange(0, 30000)).scaleb(-2)
        if dice.random() < 0.3:
            source, target = dice.sample(sorted(NAMES), 2)
            server.ask("transfer_budget", {"from": source, "to": target, "amount": str(amount + 1),
                                           "month": label(month), "allow_negative": True})
            model.move(source, target, month, amount + 1)
            return
        path = dice.choice([*sorted(NAMES), "all"])
        applies = dice.choice(["this", "forward"])
        if dice.random() < 0.3:
            asked = {"category": path, "method": "remove", "month": label(month), "apply": applies}
            if (model.holds(path, month) or (None,))[0] is None:
                self.assertIn("there is no budget in", server.refusal("set_budget", asked))
                return
            server.ask("set_budget", asked)
            model.set(path, month, applies, None, False)
            return
        rollover = dice.choice([None, True, True, False])
        asked = {"category": path, "amount": str(amount), "month": label(month), "apply": applies}
        if rollover is not None:
            asked["rollover"] = rollover
        server.ask("set_budget", asked)
        model.set(path, month, applies, amount, rollover)

    def test_what_is_carried_over_and_left_is_what_the_model_says(self):
        dice = random.Random(SEED)
        for first_day in (1, 25, 1):
            with self.subTest(first_day=first_day):
                self.play(dice, first_day, 18)


class Figures(unittest.TestCase):
    """Worked out by hand; today is 22 November 2026, nine days of the month are left."""

    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.close)

    def status(self, **asked):
        answer = self.server.ask("budget_status", asked)
        return answer, {row["category"]: row for row in answer["rows"]}

    def set(self, category, amount, **more):
        self.server.ask("set_budget", {"category": category, "amount": amount, **more})

    def test_pace_and_safe_per_day_of_a_running_month(self):
        # 54.60 + 70 + 20.79 = 145.39 of 300; even pace: 300 x 22/30 = 220; 154.61 / 9 = 17.178…
        self.set("Groceries", "300")
        row = self.status()[1]["Food: Groceries"]
        self.assertEqual([row[key] for key in ("spent", "left", "used_percent", "pace",
                                               "safe_per_day", "status")],
                         ["145.39", "154.61", 48.5, "-74.61", "17.17", "on_track"])

    def test_projection_takes_what_usually_comes_late_in_a_month(self):
        # After the 22nd of August, September and October: nothing; 22.22 (the 24th), 35 (the 31st).
        # By today 54.60 - 60 + 70 + 30 + 15.49 + 20.79 + 7 + 45 + 12.34 = 195.22; 57.22 / 3 = 19.07,
        # but 90 is dated ahead: 285.22.
        self.set("all", "285.21")
        answer, rows = self.status()
        self.assertEqual([rows["all"][key] for key in ("spent", "projected", "projected_left",
                                                       "status")],
                         ["285.22", "285.22", "-0.01", "over"])
        # Household by today 30; late in October 35: a third of 35 is 11.67.
        self.set("Household", "41")
        row = self.status()[1]["Household"]
        self.assertEqual([row[key] for key in ("projected", "projected_left", "status")],
                         ["41.67", "-0.67", "likely_over"])

    def test_on_the_last_day_nothing_comes_any_more(self):
        # October went on for a day, with 35. By the end of November 285.22, Household 30.
        self.set("all", "300")
        self.set("Household", "41")
        with Server(self.books.env(NINEPENCE_NOW="2026-11-30T12:00:00Z")) as server:
            rows = {row["category"]: row for row in server.ask("budget_status", {})["rows"]}
            forecast = server.ask("forecast_spending", {})
        self.assertEqual([rows["all"][key] for key in ("spent", "projected", "status")], ["285.22", "285.22", "on_track"])
        self.assertEqual([rows["Household"][key] for key in ("spent", "projected")], ["30.00", "30.00"])
        self.assertEqual([forecast[key] for key in ("low", "total", "high")], ["285.22"] * 3)
        self.assertNotIn("in four of five cases", forecast["summary"])

    def test_without_a_past_the_running_month_is_extended_evenly(self):
        books = ledger.empty()
        with Server(books.env()) as server:
            server.ask("create_expenses", {"items": [{"amount": 44, "category": "Food",
                                                      "date": "2026-11-10"}]})
            server.ask("set_budget", {"category": "Food", "amount": 50})
            row = server.ask("budget_status", {})["rows"][0]
        self.assertEqual((row["projected"], row["status"]), ("60.00", "likely_over"))  # 44 / 22 x 30

    def test_parts_of_a_budget_are_not_added_to_it(self):
        self.set("Food", "500")
        self.set("Groceries", "300")
        self.set("Taxi", "20")
        answer, rows = self.status()
        # Food: 145.39 + 7 + 45 = 197.39; taxi 12.34
        self.assertEqual([rows[name]["spent"] for name in ("Food", "Food: Groceries",
                                                           "Transportation: Taxi")],
                         ["197.39", "145.39", "12.34"])
        self.assertEqual((answer["budget"], answer["total"], answer["left"]),
                         ("520.00", "209.73", "310.27"))
        # 285.22 - 209.73
        self.assertEqual(answer["unbudgeted"], "75.49")
        self.assertEqual(answer["basis"]["rates_missing"], 1)

    def test_safe_per_day_never_adds_up_to_more_than_is_left(self):
        self.set("Health", "10")
        answer, rows = self.status()
        self.assertEqual((rows["Health"]["safe_per_day"], answer["safe_per_day"]), ("1.11", "1.11"))

    def test_who_spent_it_is_shown_beside_what_is_left(self):
        self.set("Groceries", "300")
        row = self.status(user="Bob")[1]["Food: Groceries"]
        self.assertEqual((row["by_user"], row["left"]), ("20.79", "154.61"))

    def test_budget_above_answers_for_what_has_none(self):
        self.set("Restaurants", "40")
        answer, rows = self.status(category="Coffee Shops")
        self.assertEqual(list(rows), ["Food: Restaurants"])
        answer, rows = self.status(category="Fuel")
        self.assertEqual(rows, {})
        self.assertIn("no budget", answer["summary"])

    def test_months_before_and_after_have_no_pace(self):
        self.set("Fuel", "50", month="2026-10")
        row = self.status(period="2026-10")[1]["Transportation: Fuel"]
        self.assertEqual((row["left"], "pace" in row, "safe_per_day" in row), ("1.25", False, False))
        row = self.status(period="2026-12")[1]["Transportation: Fuel"]
        self.assertEqual((row["left"], "pace" in row, row["safe_per_day"]), ("50.00", False, "1.61"))

    def test_periods_that_are_no_months_are_refused(self):
        for period in ("last_30_days", "all", "2026-11-03", "this_week", "2020-01..2022-01"):
            with self.subTest(period=period):
                self.assertIn("whole months", self.server.refusal("budget_status",
                                                                  {"period": period}))
        self.server.ask("budget_status", {"period": "2020-01..2021-12"})
        self.server.ask("budget_status", {"period": "ytd"})

    def test_currencies_without_decimals_have_none_here(self):
        books = ledger.empty()
        with Server(books.env(NINEPENCE_CURRENCY="JPY")) as server:
            server.ask("create_expenses", {"items": [{"amount": 1000, "category": "Food"}]})
            server.ask("set_budget", {"category": "Food", "amount": 5000})
            row = server.ask("budget_status", {})["rows"][0]
        self.assertEqual([row[key] for key in ("budget", "spent", "left", "safe_per_day")],
                         ["5000", "1000", "4000", "444"])


if __name__ == "__main__":
    unittest.main()
