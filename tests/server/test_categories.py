"""Categories: paths follow, budgets add up in every month, what was merged can be parted again, two at
once cannot make a circle."""
import os
import random
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

SEED = 4
TABLES = ("ninepence.categories", "ninepence.expenses", "ninepence.budgets",
          "ninepence.expense_tags", "ninepence.recurring")


def broken_paths(books):
    """Categories whose path, root or parent do not agree."""
    return books.rows(
        "WITH RECURSIVE tree AS (SELECT category_id, name AS path, folded AS path_folded,"
        " category_id AS root FROM ninepence.categories WHERE ledger_id = 1 AND parent_id IS NULL"
        " UNION ALL SELECT c.category_id, t.path || ': ' || c.name, t.path_folded || ': ' || c.folded,"
        " t.root FROM tree t JOIN ninepence.categories c ON c.ledger_id = 1 AND c.parent_id ="
        " t.category_id) SELECT c.path FROM ninepence.categories c LEFT JOIN tree t USING (category_id)"
        " WHERE c.ledger_id = 1 AND (t.path, t.path_folded, t.root) IS DISTINCT FROM"
        " (c.path, c.path_folded, c.root_id)")


def merge(server, **asked):
    """A merge is confirmed by what its dry run returned."""
    asked = {"op": "merge", **asked}
    dry = server.ask("manage_categories", {**asked, "dry_run": True})
    return server.ask("manage_categories", {**asked, "confirm": dry["confirm"]})


class Tree(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.close)

    def manage(self, op, category, **more):
        return self.server.ask("manage_categories", {"op": op, "category": category, **more})

    def tables(self):
        whole = self.books.fingerprint()
        return {name: whole[name] for name in TABLES}

    def test_any_renaming_and_moving_leaves_a_tree_and_can_be_taken_back(self):
        dice = random.Random(SEED)
        before, changes = self.tables(), []
        for step in range(40):
            ids = [row[0] for row in self.books.rows(
                "SELECT category_id FROM ninepence.categories WHERE ledger_id = 1")]
            one, other = (f"c{dice.choice(ids)}" for _ in range(2))
            asked = dice.choice([{"op": "rename", "category": one, "into": f"Name {step}"},
                                 {"op": "move", "category": one, "parent": other},
                                 {"op": "move", "category": one, "parent": "none"},
                                 {"op": "create", "category": f"New {step}", "parent": other}])
            result = self.server.call("manage_categories", asked)
            if not result.get("isError"):
                changes.append(result["structuredContent"]["change_id"])
            self.assertEqual(broken_paths(self.books), [], f"{asked}, seed {SEED}")
        self.assertGreater(len(changes), 15)
        for change in reversed(changes):
            self.server.ask("undo_change", {"change_id": change})
        self.assertEqual(self.tables(), before)

    def test_two_moves_at_once_make_no_circle(self):
        with Server(self.books.env()) as other:
            asked = [(server, server.start("tools/call", {"name": "manage_categories", "arguments": {
                "op": "move", "category": one, "parent": below}}))
                for server, one, below in ((self.server, "Travel", "Household"),
                                           (other, "Household", "Travel"))]
            refused = [server.wait_answer(id)["result"].get("isError", False)
                       for server, id in asked]
        self.assertEqual(sorted(refused), [False, True])
        self.assertEqual(broken_paths(self.books), [])

    def test_merge_moves_everything_and_is_taken_back_byte_for_byte(self):
        self.server.ask("set_budget", {"category": "Restaurants", "amount": 100})
        self.server.ask("set_budget", {"category": "Household", "amount": 50, "month": "2026-12"})
        self.books.execute("INSERT INTO ninepence.recurring (ledger_id, name, merchant_key, currency,"
                           " at_amount, status, since, category_id, created_at, updated_at) VALUES"
                           " (1, 'Mensa', 'mensa', 'USD', 5, 'confirmed', '2026-01-01', 3, now(), now());")
        before = self.tables()
        total = self.server.ask("summarize_spending", {"period": "all", "group_by": "category"})
        merged = merge(self.server, category="Restaurants", into="Household")
        after = self.server.ask("summarize_spending", {"period": "all", "group_by": "category"})
        sums = {row["group"]: Decimal(row["total"]) for row in total["rows"]}
        now = {row["group"]: Decimal(row["total"]) for row in after["rows"]}
        self.assertEqual(after["total"], total["total"])
        self.assertEqual(now["Household"], sums["Household"] + sums["Food: Restaurants"])
        self.assertEqual(now["Household: Coffee Shops"],
                         sums["Food: Restaurants: Coffee Shops"])
        self.assertNotIn("Food: Restaurants", now)
        # The deleted one goes along: it could be wanted back.
        self.assertEqual(self.books.value("SELECT category_id FROM ninepence.expenses"
                                          " WHERE expense_id = 65"), "14")
        self.assertEqual(self.books.value("SELECT category_id FROM ninepence.recurring"), "14")
        self.assertEqual(self.books.rows(
            "SELECT month, amount FROM ninepence.budgets WHERE category_id = 14 ORDER BY month"),
            [("2026-11-01", "100.0000"), ("2026-12-01", "150.0000")])
        self.assertEqual(broken_paths(self.books), [])
        self.server.ask("undo_change", {"change_id": merged["change_id"]})
        self.assertEqual(self.tables(), before)

    def test_merged_budgets_are_in_each_month_what_both_had(self):
        dice = random.Random(SEED)
        held = {"Fuel": {}, "Gifts": {}}
        months = [f"2026-{month:02}" for month in range(6, 13)]

        def holds(said, month):
            if (month, "this") in said:
                return said[month, "this"]
            earlier = [m for m, applies in said if applies == "forward" and m <= month]
            return said[max(earlier), "forward"] if earlier else None

        for turn in range(20):
            name, month = dice.choice(list(held)), dice.choice(months)
            applies, amount = dice.choice(["this", "forward"]), dice.randrange(1, 500)
            if turn > 8 and holds(held[name], month):
                amount = None  # no budget any more
            self.server.ask("set_budget", {"category": name, "month": month, "apply": applies,
                                           **({"amount": amount} if amount else {"method": "remove"})})
            if applies == "forward":
                held[name].pop((month, "this"), None)
            held[name][month, applies] = amount

        merge(self.server, category="Fuel", into="Gifts")
        for month in months:
            rows = self.server.ask("budget_status", {"period": month})["rows"]
            parts = [part for part in (holds(said, month) for said in held.values()) if part]
            self.assertEqual({row["category"]: Decimal(row["budget"]) for row in rows}.get("Gifts"),
                             sum(parts) if parts else None, month)

    def test_part_of_a_budget_is_not_added_to_the_whole(self):
        self.server.ask("set_budget", {"category": "Food", "amount": 500})
        self.server.ask("set_budget", {"category": "Groceries", "amount": 300})
        merge(self.server, category="Groceries", into="Food")
        rows = self.server.ask("budget_status", {})["rows"]
        self.assertEqual([(row["category"], row["budget"]) for row in rows], [("Food", "500.00")])

    def test_merge_without_a_confirmation_is_not_done(self):
        before = self.tables()
        said = self.server.refusal("manage_categories",
                                   {"op": "merge", "category": "Taxi", "into": "Fuel"})
        self.assertIn("confirm", said)
        self.assertEqual(self.tables(), before)

    def test_names_at_their_longest_are_kept_and_one_more_refused(self):
        self.manage("create", "x" * 120)
        self.server.refusal("manage_categories", {"op": "create", "category": "y" * 121})
        # 120 + 2 + 120 + 2 + 120 = 364; with 34 more and their colon 400.
        self.manage("create", "y" * 120, parent="x" * 120)
        self.manage("create", "z" * 120, parent="y" * 120)
        self.manage("create", "a" * 34, parent="z" * 120)
        said = self.server.refusal("manage_categories", {"op": "create", "category": "b" * 35,
                                                         "parent": "z" * 120})
        self.assertIn("400", said)

    def test_archived_category_stays_in_the_history(self):
        asked = {"category": "Taxi", "period": "all"}
        before = self.server.ask("query_expenses_by_category", asked)["total"]
        self.manage("archive", "Taxi")
        self.assertEqual(self.server.ask("query_expenses_by_category", asked)["total"], before)
        self.manage("create", "Transportation: taxi")
        self.assertEqual(self.books.rows("SELECT archived FROM ninepence.categories"
                                         " WHERE category_id = 7"), [("f",)])

    def test_archived_category_takes_no_entries_whoever_makes_them(self):
        self.server.ask("manage_rules", {"op": "create", "when": {"merchant": "Uber"}, "then": {"category": "Taxi"}})
        self.manage("archive", "Transportation")
        before = self.books.fingerprint()
        refused = (
            ("create_expenses", {"items": [{"amount": 1}, {"amount": 2, "category": "Taxi"}]}, "items[1].category"),
            ("create_expenses", {"items": [{"amount": 2, "category": "c7", "user": "Bob"}]}, "items[0].category"),
            ("create_expenses", {"items": [{"amount": 2, "category": "Taxi", "currency": "EUR"}]}, "items[0].category"),
            ("create_expenses", {"items": [{"amount": 2, "category": "Taxi", "tags": ["new"]}], "create_missing": True},
             "items[0].category"),
            ("create_expenses", {"items": [{"amount": 2, "splits": [{"percent": 50, "category": "Food"}, {
                "percent": 50, "category": "Taxi"}]}]}, "items[0].splits"),
            ("update_expenses", {"ids": ["e32"], "set": {"category": "Taxi"}}, "set.category"),
            ("update_expenses", {"ids": ["e32"], "set": {"splits": [{"percent": 50, "category": "Food"}, {
                "percent": 50, "category": "Taxi"}]}}, "set.splits.category"),
            ("transfer_expense", {"ids": ["e32"], "to_category": "Taxi"}, "to_category"),
            ("manage_rules", {"op": "create", "when": {"text": "cab"}, "then": {"category": "Taxi"}}, "then.category"),
            ("manage_rules", {"op": "apply", "rule_id": "r1", "overwrite": True}, "rule_id"),
            ("manage_categories", {"op": "merge", "category": "Gifts", "into": "Taxi"}, "into"),
        )
        for tool, arguments, field in refused:
            with self.subTest(tool=tool, arguments=str(arguments)):
                said = self.server.refusal(tool, arguments)
                self.assertIn(f'{field}: "Transportation: Taxi" is archived and takes no entries. Nothing was saved.', said)
                self.assertEqual(self.books.fingerprint(), before)
        rules = self.server.ask("manage_rules", {"op": "list"})["rules"]
        self.assertEqual([rule.get("archived") for rule in rules], [True])

    def test_dry_runs_and_refusals_leave_everything_as_it_was(self):
        before = self.books.fingerprint()
        for asked in ({"op": "rename", "category": "Food", "into": "Eating"},
                      {"op": "move", "category": "Taxi", "parent": "Food"},
                      {"op": "create", "category": "Cats"}, {"op": "archive", "category": "Food"},
                      {"op": "recolor", "category": "Food", "color": "#000000"}):
            answer = self.server.ask("manage_categories", {**asked, "dry_run": True})
            self.assertFalse(answer["saved"])
        self.assertEqual(self.books.fingerprint(), before)

    def test_other_ledgers_keep_their_trees(self):
        with Server(self.books.env(NINEPENCE_LEDGER="Neighbours")) as other:
            self.manage("rename", "Food", into="Eating")
            other.refusal("manage_categories", {"op": "rename", "category": "c2", "into": "Mine"})
            answer = other.ask("query_expenses_by_category", {"category": "Food", "period": "all"})
        self.assertEqual(answer["count"], 2)


if __name__ == "__main__":
    unittest.main()
