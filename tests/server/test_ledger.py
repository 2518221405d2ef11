"""Which ledger a server works on: the first one is made once, samples are left alone, a name that
does not exist is refused, another process's changes and midnight are seen."""
import os
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support import mcp_client  # noqa: E402
from support.mcp_client import Server  # noqa: E402

FIRST_CATEGORIES = ["Entertainment", "Food", "Transportation", "Utilities"]


class FirstLedger(unittest.TestCase):
    def setUp(self):
        self.books = ledger.empty()

    def ledgers(self):
        return self.books.rows("SELECT name, base_currency, time_zone, is_demo"
                               " FROM ninepence.ledgers ORDER BY ledger_id")

    def test_first_question_makes_a_ledger_of_the_settings(self):
        with Server(self.books.env(NINEPENCE_CURRENCY="EUR",
                                   NINEPENCE_TIME_ZONE="America/New_York")) as server:
            context = server.ask("get_context", {"kind": "categories"})
        self.assertEqual((context["ledger"], context["currency"], context["timezone"]),
                         ("Household", "EUR", "America/New_York"))
        self.assertEqual(sorted(row["name"] for row in context["rows"]), FIRST_CATEGORIES)
        self.assertEqual(self.ledgers(), [("Household", "EUR", "America/New_York", "f")])

    def test_two_servers_at_once_make_one_ledger(self):
        with Server(self.books.env()) as one, Server(self.books.env()) as two:
            asked = [(server, server.start("tools/call", {"name": "get_context", "arguments": {}}))
                     for server in (one, two) for _ in range(8)]
            for server, id in asked:
                self.assertFalse(server.wait_answer(id)["result"].get("isError", False))
        self.assertEqual([row[0] for row in self.ledgers()], ["Household"])
        self.assertEqual(self.books.value("SELECT count(*) FROM ninepence.categories"), "4")

    def test_chosen_name_is_the_name_of_the_first_ledger(self):
        with Server(self.books.env(NINEPENCE_LEDGER="Família Öz")) as server:
            self.assertEqual(server.ask("get_context", {})["ledger"], "Família Öz")
        with Server(self.books.env(NINEPENCE_LEDGER="familia oz")) as server:
            self.assertEqual(server.ask("get_context", {})["ledger"], "Família Öz")
        self.assertEqual(len(self.ledgers()), 1)

    def test_name_that_does_not_exist_is_refused_with_the_names_there_are(self):
        with Server(self.books.env()) as server:
            server.ask("get_context", {})
        with Server(self.books.env(NINEPENCE_LEDGER="Hosehold")) as server:
            result = server.call("summarize_spending", {})
        error = result["structuredContent"]["error"]
        self.assertEqual((error["code"], error["candidates"]), ("no_such_ledger", ["Household"]))
        self.assertEqual(len(self.ledgers()), 1)


class SeveralLedgers(unittest.TestCase):
    def setUp(self):
        self.books = ledger.empty()

    def make(self, *args):
        return mcp_client.run(["ledger", "create", *args], env=self.books.env())

    def test_another_ledger_is_made_beside_the_first_and_listed(self):
        with Server(self.books.env()) as server:
            server.ask("get_context", {})
        done = self.make("Grandma's house", "--currency", "JPY")
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = mcp_client.run(["ledger", "list"], env=self.books.env())
        self.assertEqual([line.split()[0] for line in listed.stdout.splitlines()],
                         ["Household", "Grandma's"])
        with Server(self.books.env(NINEPENCE_LEDGER="grandma's HOUSE")) as server:
            context = server.ask("get_context", {"kind": "categories"})
        self.assertEqual((context["ledger"], context["currency"]), ("Grandma's house", "JPY"))
        self.assertEqual(sorted(row["name"] for row in context["rows"]), FIRST_CATEGORIES)

    def test_name_that_is_taken_or_empty_is_refused(self):
        self.make("Home")
        before = self.books.fingerprint()
        for name, code in (("HOME", 65), ("", 65), ("x" * 121, 65)):
            with self.subTest(name=name):
                done = self.make(name)
                self.assertEqual((done.returncode, done.stdout), (code, ""))
        self.assertEqual(mcp_client.run(["ledger", "create"], env=self.books.env()).returncode, 64)
        self.assertEqual(mcp_client.run(["ledger", "sell"], env=self.books.env()).returncode, 64)
        self.assertEqual(self.books.fingerprint(), before)

    def test_totals_budgets_rates_and_histories_never_cross(self):
        for name in ("One", "Two"):
            self.make(name)
        amounts = {"One": "10.00", "Two": "200.00"}
        changes = {}
        for name, amount in amounts.items():
            with Server(self.books.env(NINEPENCE_LEDGER=name)) as server:
                server.ask("create_expenses", {"create_missing": True, "items": [
                    {"amount": amount, "category": "Food", "merchant": "Shop", "user": "Ann",
                     "tags": ["same"]}, {"amount": "5", "currency": "GBP", "category": "Food"}]})
                server.ask("set_budget", {"category": "Food", "amount": amount})
                changes[name] = server.ask("set_exchange_rate", {
                    "currency": "GBP", "rate": "2" if name == "One" else "3"})["change_id"]
        expected = {"One": Decimal("20.00"), "Two": Decimal("215.00")}
        for name in amounts:
            other = "Two" if name == "One" else "One"
            with Server(self.books.env(NINEPENCE_LEDGER=name)) as server:
                for tool, asked in (("summarize_spending", {"period": "all"}),
                                    ("query_expenses_by_category", {"category": "Food"}),
                                    ("read_expenses", {"text": "shop"}),
                                    ("monthly_summary", {}), ("budget_status", {})):
                    total = Decimal(server.ask(tool, asked)["total"])
                    self.assertEqual(total, Decimal(amounts[name]) if tool == "read_expenses"
                                     else expected[name], tool)
                self.assertEqual(server.ask("budget_status", {})["budget"], amounts[name])
                self.assertEqual(server.refusal("undo_change", {"change_id": changes[other]})
                                 .count("no change"), 1)


class SampleLedger(unittest.TestCase):
    def test_sample_is_shown_until_there_is_a_ledger_of_ones_own(self):
        books = ledger.demo()
        names = [row[0] for row in books.rows("SELECT name FROM ninepence.ledgers WHERE is_demo")]
        with Server(books.env()) as server:
            self.assertEqual([server.ask("get_context", {})["ledger"]], names)
        books.execute("INSERT INTO ninepence.ledgers (name, folded, base_currency, time_zone,"
                      " created_at) VALUES ('Own', 'own', 'USD', 'UTC', now());")
        with Server(books.env()) as server:
            self.assertEqual(server.ask("get_context", {})["ledger"], "Own")

    def test_rules_are_listed_and_tested_where_other_questions_are_asked(self):
        books = ledger.demo()
        rule = {"op": "create", "when": {"merchant": "Corner Bakery"}, "then": {"category": "Food"}}
        with Server(books.env(NINEPENCE_LEDGER="Demo")) as server:
            tested_id = server.ask("manage_rules", rule)["rules"][0]["id"]
            tested = server.ask("manage_rules", {**rule, "op": "test"})
        with Server(books.env()) as server:
            for _ in "first", "again":
                self.assertEqual([one["merchant"] for one in server.ask("manage_rules", {})["rules"]],
                                 ["Corner Bakery"])
                self.assertEqual(server.ask("manage_rules", {**rule, "op": "test"}), tested)
                self.assertEqual(books.value("SELECT count(*) FROM ninepence.ledgers"), "1")
                context = server.ask("get_context", {"kind": "rules"})
                self.assertEqual((context["ledger"], context["rows"]), ("Demo", [
                    {"kind": "rule", "id": tested_id, "name": "Corner Bakery", "detail": "into Food"}]))
                self.assertNotIn("no rules", context["summary"])
                self.assertEqual(server.ask("get_context", {"match": "bakery"})["rows"][0]["kind"], "rule")
            made = server.ask("manage_rules", {**rule, "when": {"merchant": "My Own"}})
            self.assertEqual([one["merchant"] for one in made["rules"]], ["My Own"])
            self.assertEqual(server.ask("manage_rules", {})["rules"], made["rules"])

    def test_what_is_only_tried_leaves_the_sample_in_place(self):
        books = ledger.demo()
        lunch = {"items": [{"amount": 12, "category": "Food"}]}
        with Server(books.env()) as server:
            for tool, args in (("manage_rules", {"op": "create", "dry_run": True, "when": {"text": "x"},
                                                  "then": {"category": "Food"}}),
                               ("create_expenses", {**lunch, "dry_run": True})):
                with self.subTest(tool):
                    server.ask(tool, args)
                    self.assertEqual(server.ask("get_context", {})["ledger"], "Demo")
            server.refusal("create_expenses", {"items": [{"amount": 12, "category": "Aviation"}]})
            self.assertEqual(server.ask("get_context", {})["ledger"], "Demo")
            server.ask("create_expenses", lunch)
            self.assertEqual(server.ask("get_context", {})["ledger"], "Household")
            self.assertEqual(server.ask("summarize_spending", {"period": "today"})["total"], "12.00")
        with Server(books.env()) as server:
            self.assertEqual(server.ask("get_context", {})["ledger"], "Household")

    def test_ledger_that_somebody_chose_or_made_is_asked_though_it_is_empty(self):
        books = ledger.demo()
        with Server(books.env()) as server:
            server.ask("create_expenses", {"items": [{"amount": 12, "category": "Food"}], "dry_run": True})
        with Server(books.env(NINEPENCE_LEDGER="household")) as server:
            self.assertEqual([server.ask("get_context", {})["ledger"] for _ in range(2)],
                             ["Household", "Household"])
        mcp_client.run(["ledger", "create", "Home"], env=books.env())
        with Server(books.env()) as server:
            self.assertEqual(server.ask("get_context", {})["ledger"], "Home")
            server.ask("create_expenses", {"items": [{"amount": 12, "category": "Food"}]})
            self.assertEqual(server.ask("get_context", {})["ledger"], "Home")


class Freshness(unittest.TestCase):
    def last_entered(self, server):
        context = server.ask("get_context", {"kind": "users"})
        self.assertIn(f"last added to on {context['data']['last_entered']}.", context["summary"])
        return context["data"]["last_entered"]

    def test_books_were_last_added_to_when_the_newest_entry_they_hold_was_made(self):
        books = ledger.empty()
        ids, changes = [], []
        for day in "2026-11-20", "2026-11-21", "2026-11-22":
            with Server(books.env(NINEPENCE_NOW=f"{day}T12:00:00Z")) as server:
                # Old as it is, it was entered on this day.
                made = server.ask("create_expenses", {
                    "items": [{"amount": 1, "date": "2024-01-02", "category": "Food",
                               "merchant": f"on {day}"}]})
                self.assertEqual(self.last_entered(server), day)
                ids.append(made["rows"][0]["after"]["id"])
                changes.append(made["change_id"])
        with Server(books.env()) as server:
            server.ask("undo_change", {"change_id": changes[2]})
            self.assertEqual(self.last_entered(server), "2026-11-21")
            deleted = server.ask("delete_expenses", {"ids": [ids[1]]})
            self.assertEqual(self.last_entered(server), "2026-11-20")
            server.ask("undo_change", {"change_id": deleted["change_id"]})
            self.assertEqual(self.last_entered(server), "2026-11-21")

    def test_newest_entry_of_the_sample_is_not_the_one_that_was_written_last(self):
        books = ledger.demo()
        newest = books.value("SELECT max(created_at AT TIME ZONE 'UTC')::date FROM ninepence.expenses"
                             " WHERE deleted_at IS NULL")
        with Server(books.env()) as server:
            self.assertEqual(self.last_entered(server), newest)


class Changes(unittest.TestCase):
    def test_what_somebody_else_changed_is_seen_within_a_second(self):
        books = ledger.small()
        with Server(books.env()) as server:
            self.assertEqual(server.ask("get_context", {})["currency"], "USD")
            books.execute("UPDATE ninepence.ledgers SET time_zone = 'Asia/Tokyo'"
                          " WHERE ledger_id = 1;")
            server.wait(lambda: server.ask("summarize_spending", {})["period"]["timezone"] ==
                        "Asia/Tokyo", 5, "the new zone")

    def test_today_changes_at_midnight_of_the_ledger(self):
        books = ledger.small()
        for now, today in (("2026-11-22T22:59:59.9Z", "2026-11-22"),
                           ("2026-11-22T23:00:00Z", "2026-11-23")):
            with Server(books.env(NINEPENCE_NOW=now)) as server:
                self.assertEqual(server.ask("summarize_spending", {})["period"]["today"], today)


if __name__ == "__main__":
    unittest.main()
