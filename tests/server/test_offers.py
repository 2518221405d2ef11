"""Prompts, resources and completion of the product, in both eras. Figures are those of
ledger_small.sql, added up by hand."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import MODERN, Server, base_environment  # noqa: E402

ERAS = ("2025-06-18", MODERN)
PROMPTS = ("clean_up_uncategorized", "monthly_review", "subscription_audit", "trip_report",
           "weekly_check_in")


class Offers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.servers = {era: Server(cls.books.env(), era=era) for era in ERAS}
        cls.server = cls.servers[MODERN]

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers.values():
            server.close()

    def read(self, uri, server=None):
        contents = (server or self.server).result("resources/read", {"uri": uri})["contents"]
        self.assertEqual([one["uri"] for one in contents], [uri])
        self.assertEqual(contents[0]["mimeType"], "application/json")
        return json.loads(contents[0]["text"])

    def prompt(self, name, arguments=None, server=None):
        result = (server or self.server).result("prompts/get", {"name": name,
                                                                "arguments": arguments or {}})
        self.assertEqual([message["role"] for message in result["messages"]], ["user"])
        return result["messages"][0]["content"]["text"]

    def complete(self, ref, argument, typed, server=None):
        ref = {"type": "ref/resource", "uri": ref} if "://" in ref else \
            {"type": "ref/prompt", "name": ref}
        return (server or self.server).result("completion/complete", {
            "ref": ref, "argument": {"name": argument, "value": typed}})["completion"]

    # --- resources -------------------------------------------------------------------------------

    def test_lists_hold_what_the_product_promises(self):
        for era, server in self.servers.items():
            with self.subTest(era):
                uris = [one["uri"] for one in server.result("resources/list")["resources"]]
                self.assertEqual(uris, ["ninepence://categories", "ninepence://context"])
                found = server.result("resources/templates/list")["resourceTemplates"]
                self.assertEqual([one["uriTemplate"] for one in found],
                                 ["ninepence://expenses/{id}", "ninepence://exports/{format}/{query}",
                                  "ninepence://months/{month}"])
                names = tuple(one["name"] for one in server.result("prompts/list")["prompts"])
                self.assertEqual(names, PROMPTS)

    def test_context_and_categories_say_what_the_tool_says(self):
        for era, server in self.servers.items():
            with self.subTest(era):
                self.assertEqual(self.read("ninepence://context", server),
                                 server.ask("get_context"))
                self.assertEqual(self.read("ninepence://categories", server),
                                 server.ask("get_context", {"kind": "categories", "limit": 200}))

    def test_month_is_its_summary(self):
        for era, server in self.servers.items():
            with self.subTest(era):
                month = self.read("ninepence://months/2026-10", server)
                self.assertEqual(month, server.ask("monthly_summary", {"month": "2026-10"}))
                self.assertEqual(month["period"]["from"], "2026-10-01")

    def test_user_data_may_not_be_shared_or_kept(self):
        result = self.server.result("resources/read", {"uri": "ninepence://context"})
        self.assertEqual((result["cacheScope"], result["ttlMs"]), ("private", 0))

    def test_expense_is_the_row_that_lists_show(self):
        row = self.server.ask("read_expenses", {"period": "2026-10", "limit": 1})["rows"][0]
        for era, server in self.servers.items():
            with self.subTest(era):
                self.assertEqual(self.read(f"ninepence://expenses/{row['id']}", server), row)

    def test_address_of_nothing_is_not_found(self):
        deleted = self.books.value("SELECT 'e' || expense_id FROM ninepence.expenses"
                                   " WHERE ledger_id = 1 AND deleted_at IS NOT NULL LIMIT 1")
        others = self.books.value("SELECT 'e' || min(expense_id) FROM ninepence.expenses"
                                  " WHERE ledger_id = 2")
        for uri in ("ninepence://months/2026-13", "ninepence://months/this_month",
                    "ninepence://months/2026", "ninepence://months/2026-1x",
                    "ninepence://months/%27%3B--", "ninepence://expenses/12",
                    "ninepence://expenses/e0", "ninepence://expenses/e999999",
                    "ninepence://expenses/e9999999999999999999", "ninepence://expenses/c1",
                    f"ninepence://expenses/{deleted}", f"ninepence://expenses/{others}",
                    "ninepence://nothing"):
            for era, server in self.servers.items():
                with self.subTest(f"{uri} {era}"):
                    error = server.request("resources/read", {"uri": uri})["error"]
                    self.assertEqual(error["code"], -32602 if era == MODERN else -32002)
                    self.assertEqual(error["data"], {"uri": uri})

    # --- prompts ---------------------------------------------------------------------------------

    def test_prompts_name_only_tools_that_are_offered(self):
        tools = {tool["name"] for tool in self.server.result("tools/list")["tools"]}
        arguments = {"trip_report": {"tag": "vacation"}}
        for name in PROMPTS:
            with self.subTest(name):
                text = self.prompt(name, arguments.get(name))
                named = set(re.findall(r"^\d+\. (?:When I agree, )?([a-z]+_[a-z_]+)\b", text, re.M))
                self.assertTrue(named)
                self.assertLessEqual(named, tools)
                numbers = [int(n) for n in re.findall(r"^(\d+)\. ", text, re.M)]
                self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_prompts_of_a_reading_server_ask_for_no_writing(self):
        self.assertIn("update_expenses", self.prompt("clean_up_uncategorized"))
        with Server(self.books.env(NINEPENCE_READ_ONLY="1")) as server:
            self.assertNotIn("update_expenses", self.prompt("clean_up_uncategorized",
                                                            server=server))

    def test_review_is_of_last_month_unless_told_otherwise(self):
        self.assertIn("in October 2026", self.prompt("monthly_review"))
        text = self.prompt("monthly_review", {"month": "2026-05", "user": "Ann"})
        self.assertIn('in May 2026, only that of "Ann"', text)
        self.assertIn("2026-05-01..2026-05-31", text)

    def test_trip_has_a_tag_or_a_period(self):
        error = self.server.request("prompts/get", {"name": "trip_report", "arguments": {}})["error"]
        self.assertEqual(error["code"], -32602)
        self.assertIn("tag", error["message"])
        text = self.prompt("trip_report", {"period": "2026-02"})
        self.assertIn("2026-02-01..2026-02-28", text)

    def test_bad_argument_of_a_prompt_is_named(self):
        error = self.server.request("prompts/get", {"name": "monthly_review",
                                                    "arguments": {"month": "October"}})["error"]
        self.assertEqual(error["code"], -32602)
        self.assertIn("month", error["message"])

    # --- completion ------------------------------------------------------------------------------

    def test_what_begins_so_comes_first_then_what_holds_it(self):
        values = self.complete("subscription_audit", "category", "RES")["values"]
        self.assertEqual(values[0], "Food: Restaurants")
        self.assertIn("Food: Restaurants: Coffee Shops", values)
        self.assertEqual(self.complete("subscription_audit", "category", "crè")["values"],
                         ["Crèche"])
        self.assertEqual(self.complete("subscription_audit", "category", "creche")["values"],
                         ["Crèche"])
        self.assertEqual(self.complete("subscription_audit", "category", "taxi")["values"],
                         ["Transportation: Taxi"])

    def test_archived_categories_and_other_ledgers_are_not_proposed(self):
        names = self.complete("subscription_audit", "category", "")["values"]
        self.assertNotIn("Old Hobby", names)
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(self.complete("weekly_check_in", "user", "")["values"].count("Eve"), 0)

    def test_most_used_comes_first(self):
        order = [row[0] for row in self.books.rows(
            "SELECT u.name FROM ninepence.users u LEFT JOIN ninepence.expenses e"
            " ON e.ledger_id = 1 AND e.user_id = u.user_id AND e.deleted_at IS NULL"
            " WHERE u.ledger_id = 1 GROUP BY u.user_id, u.name"
            " ORDER BY count(e.expense_id) DESC, u.name")]
        self.assertEqual(self.complete("weekly_check_in", "user", "")["values"], order)

    def test_merchants_tags_and_months_are_proposed(self):
        whole = self.complete("clean_up_uncategorized", "merchant", "")
        stored = {row[0] for row in self.books.rows(
            "SELECT DISTINCT merchant_folded FROM ninepence.expenses WHERE ledger_id = 1"
            " AND deleted_at IS NULL AND merchant_folded IS NOT NULL")}
        self.assertEqual(len(whole["values"]), len(stored))
        self.assertEqual((whole["total"], whole["hasMore"]), (len(stored), False))
        self.assertEqual(self.complete("trip_report", "tag", "BUR")["values"], ["Büro"])
        months = [row[0] for row in self.books.rows(
            "SELECT DISTINCT to_char(spent_on, 'YYYY-MM') FROM ninepence.expenses"
            " WHERE ledger_id = 1 AND deleted_at IS NULL ORDER BY 1 DESC")]
        for ref in ("monthly_review", "ninepence://months/{month}"):
            self.assertEqual(self.complete(ref, "month", "")["values"], months)
            self.assertEqual(self.complete(ref, "month", "2026-1")["values"],
                             [month for month in months if month.startswith("2026-1")])

    def test_expenses_are_proposed_by_the_beginning_of_their_id(self):
        values = self.complete("ninepence://expenses/{id}", "id", "e1")["values"]
        self.assertTrue(values)
        self.assertTrue(all(value.startswith("e1") for value in values))

    def test_text_that_is_no_name_finds_nothing(self):
        for typed in ("'; DROP TABLE x; --", "%s", "zzzz", "👍" * 200):
            with self.subTest(typed):
                self.assertEqual(self.complete("clean_up_uncategorized", "merchant", typed),
                                 {"values": [], "total": 0, "hasMore": False})

    def test_signs_of_patterns_stand_for_themselves(self):
        for typed in ("%", "_", "\\"):
            with self.subTest(typed):
                self.assertEqual(self.complete("clean_up_uncategorized", "merchant", typed)["values"],
                                 ['100% "quoted" \\back_slash'])

    def test_hundred_values_are_the_most_and_the_total_tells(self):
        books = ledger.small()
        books.execute(
            "INSERT INTO ninepence.expenses (ledger_id, spent_on, amount, currency, base_amount,"
            " merchant, merchant_folded, created_at, updated_at)"
            " SELECT 1, '2020-01-01', 1, 'USD', 1, 'Kiosk ' || n, 'kiosk ' || n, now(), now()"
            " FROM generate_series(1, 120) n")
        with Server(books.env()) as server:
            answer = self.complete("clean_up_uncategorized", "merchant", "KIOSK ", server)
        self.assertEqual((len(answer["values"]), answer["total"], answer["hasMore"]),
                         (100, 120, True))

    def test_argument_without_a_vocabulary_has_no_values(self):
        self.assertEqual(self.complete("trip_report", "start_date", "2026")["values"], [])


class WithoutDatabase(unittest.TestCase):
    def test_lists_are_answered_and_reading_says_why_not(self):
        env = base_environment(DATABASE_URL="postgresql://127.0.0.1:1/none")
        with Server(env) as server:
            self.assertEqual(len(server.result("prompts/list")["prompts"]), len(PROMPTS))
            self.assertEqual(len(server.result("resources/list")["resources"]), 2)
            error = server.request("resources/read", {"uri": "ninepence://context"})["error"]
            self.assertEqual(error["code"], -32603)
            self.assertIn("reach", error["message"])


if __name__ == "__main__":
    unittest.main()
