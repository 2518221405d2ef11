"""Changes: undo restores every byte, keys store once however often they come, refusals store nothing."""
import os
import re
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server, wait_until  # noqa: E402

BOOKS = ("ninepence.expenses", "ninepence.expense_tags", "ninepence.categories", "ninepence.tags",
         "ninepence.users", "ninepence.accounts", "ninepence.rates", "ninepence.budgets",
         "ninepence.reconciliations")
AT_ONCE = 50
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def books_of(database):
    """The books without the history of changes."""
    return {table: rows for table, rows in database.fingerprint().items() if table in BOOKS}


class Undo(unittest.TestCase):
    def check_undo(self, tool, arguments):
        books = ledger.small()
        before = books_of(books)
        with Server(books.env()) as server:
            if "expected_count" in arguments:
                arguments["confirm"] = server.ask(tool, {**arguments, "dry_run": True})["confirm"]
            change = server.ask(tool, arguments)["change_id"]
            self.assertNotEqual(books_of(books), before)
            server.ask("undo_change", {"change_id": change})
        self.assertEqual(books_of(books), before)

    def test_undo_of_a_deletion_restores_every_byte(self):
        self.check_undo("delete_expenses", {"period": "2026-10", "kind": "all", "expected_count": 13})

    def test_undo_of_a_correction_restores_every_byte(self):
        self.check_undo("update_expenses", {
            "ids": ["e16", "e32", "e35", "e50"],
            "set": {"date": "2026-05-12", "description": "", "notes": "n", "category": "Travel",
                    "merchant": "Elsewhere", "user": "Bob", "tags": ["Büro"], "account": "(none)"}})

    def test_undo_of_kind_amount_and_currency_restores_every_byte(self):
        self.check_undo("update_expenses", {"ids": ["e44", "e45"], "set": {
            "amount": "3", "currency": "JPY", "kind": "income"}})

    def test_undo_of_a_move_restores_every_byte(self):
        self.check_undo("transfer_expense", {"ids": ["e32", "e43"], "to_category": "Fuel"})

    def test_undo_of_an_undo_restores_every_byte(self):
        books = ledger.small()
        with Server(books.env()) as server:
            first = server.ask("transfer_expense", {"ids": ["e32"], "to_category": "Fuel"})
            after = books_of(books)
            second = server.ask("undo_change", {"change_id": first["change_id"]})
            server.ask("undo_change", {"change_id": second["change_id"]})
        self.assertEqual(books_of(books), after)

    def test_undo_of_new_expenses_leaves_no_total_and_no_name(self):
        books = ledger.small()
        before = books_of(books)
        with Server(books.env()) as server:
            change = server.ask("create_expenses", {"create_missing": True, "items": [
                {"amount": "5", "tags": ["brand new"], "category": "Food"}]})["change_id"]
            server.ask("undo_change", {"change_id": change})
        after = books_of(books)
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.expenses WHERE ledger_id = 1"
                                     " AND deleted_at IS NULL AND expense_id > 1000"), "0")
        for table in ("ninepence.tags", "ninepence.categories", "ninepence.expense_tags"):
            self.assertEqual(after[table], before[table], table)

    def test_undo_of_a_new_branch_puts_it_aside_as_a_whole(self):
        """The expense stays behind as deleted, in its category: so what is above that stays as well."""
        books = ledger.small()
        with Server(books.env()) as server:
            made = server.ask("create_expenses", {"create_missing": True, "items": [
                {"amount": "5", "category": "Pets: Dogs"}]})
            undone = server.ask("undo_change", {"change_id": made["change_id"]})
            self.assertEqual(books.rows("SELECT path FROM ninepence.categories WHERE path LIKE 'Pets%'"
                                        " AND NOT archived"), [])
            self.assertIn("archived", server.refusal("create_expenses", {"items": [
                {"amount": "6", "category": "Pets: Dogs"}]}))
            server.ask("undo_change", {"change_id": undone["change_id"]})
            later = server.ask("create_expenses", {"items": [{"amount": "6", "category": "Pets: Dogs"}]})
            self.assertEqual(later["rows"][0]["after"]["category"], "Pets: Dogs")

    def test_undo_of_a_new_category_that_a_payment_uses_puts_it_aside(self):
        books = ledger.small()
        with Server(books.env()) as server:
            made = server.ask("manage_categories", {"op": "create", "category": "Sports"})
            server.ask("manage_recurring", {"op": "create", "merchant": "Gym", "amount": "30", "cadence": "monthly",
                                            "next_date": "2026-12-01", "category": "Sports"})
            server.ask("undo_change", {"change_id": made["change_id"]})
        self.assertEqual(books.rows("SELECT archived FROM ninepence.categories WHERE path = 'Sports'"), [("t",)])


# What a tool could do to each entity: (entity, table, column of its number, statement).
DEEDS = (
    ("category", "categories", "category_id", "UPDATE ninepence.categories SET name = 'Zoo', folded = 'zoo',"
     " path = 'Zoo', path_folded = 'zoo', color = '#010203', archived = true WHERE category_id = 5"),
    ("tag", "tags", "tag_id", "UPDATE ninepence.tags SET name = name || 's', folded = folded || 's'"
     " WHERE ledger_id = 1"),
    ("user", "users", "user_id", "UPDATE ninepence.users SET name = name || '!', email = NULL"
     " WHERE ledger_id = 1"),
    ("account", "accounts", "account_id", "UPDATE ninepence.accounts SET archived = true, currency = 'JPY'"
     " WHERE ledger_id = 1"),
    ("budget", "budgets", "budget_id", "UPDATE ninepence.budgets SET amount = amount + 1, rollover = true,"
     " updated_at = '2026-11-22'; DELETE FROM ninepence.budgets WHERE budget_id = 9001;"
     " INSERT INTO ninepence.budgets VALUES (1, 9003, NULL, '2031-01-01', 'this', 7, false, now(), now())"),
    ("reconciliation", "reconciliations", "reconciliation_id", "DELETE FROM ninepence.reconciliations WHERE account_id = 2;"
     " UPDATE ninepence.reconciliations SET balance = 7, difference = 1 WHERE account_id = 1; INSERT INTO"
     " ninepence.reconciliations VALUES (1, 3, '2026-10-31', 'EUR', 5, 0, '2026-11-22', 9103)"),
    ("rate", "rates", "rate_id", "DELETE FROM ninepence.rates WHERE ledger_id = 1 AND currency = 'USD';"
     " UPDATE ninepence.rates SET rate = 2 WHERE ledger_id = 1; INSERT INTO ninepence.rates VALUES (1, 'CHF', '2026-01-01', 1)"),
)


class UndoOfEntities(unittest.TestCase):
    """Tools of later days write other entities: an undo goes by the rows alone."""

    def write(self, books, entity, table, number, statement):
        """Does `statement` as a change would, and keeps the rows."""
        row = f"jsonb_build_object('row', to_jsonb(t)) FROM ninepence.{table} t"
        books.execute(f"""
            BEGIN;
            INSERT INTO ninepence.changes (ledger_id, change_id, made_at, tool, key)
            VALUES (1, 501, now(), 'any_tool', 'k');
            CREATE TEMP TABLE old ON COMMIT DROP AS SELECT t.{number} AS id, {row} WHERE ledger_id = 1;
            {statement};
            CREATE TEMP TABLE new ON COMMIT DROP AS SELECT t.{number} AS id, {row} WHERE ledger_id = 1;
            INSERT INTO ninepence.change_rows
            SELECT 1, 501, row_number() OVER (), '{entity}', id, old.jsonb_build_object, new.jsonb_build_object
            FROM old FULL JOIN new USING (id)
            WHERE old.jsonb_build_object IS DISTINCT FROM new.jsonb_build_object;
            COMMIT;""")

    def ledger(self):
        books = ledger.small()
        books.execute("INSERT INTO ninepence.budgets VALUES"
                      " (1, 9001, 5, '2030-01-01', 'this', 100, false, '2026-01-01', '2026-01-02'),"
                      " (1, 9002, NULL, '2030-01-01', 'forward', 50, true, '2026-01-01', '2026-01-02');"
                      "INSERT INTO ninepence.reconciliations VALUES"
                      " (1, 1, '2026-10-31', 'USD', 100, 0, '2026-11-01', 9101),"
                      " (1, 2, '2026-10-31', 'USD', -50, 0, '2026-11-01', 9102)")
        return books

    def test_undo_restores_the_rows_of_every_entity(self):
        for entity, table, number, statement in DEEDS:
            with self.subTest(entity=entity):
                books = self.ledger()
                before = books_of(books)
                self.write(books, entity, table, number, statement)
                changed = books_of(books)[f"ninepence.{table}"]
                self.assertNotEqual(changed, before[f"ninepence.{table}"])
                with Server(books.env()) as server:
                    undo = server.ask("undo_change", {"change_id": "ch501"})["change_id"]
                    self.assertEqual(books_of(books), before)
                    server.ask("undo_change", {"change_id": undo})
                self.assertEqual(books_of(books)[f"ninepence.{table}"], changed)

    def test_row_changed_since_is_named_whatever_it_is(self):
        for entity, table, number, statement in (DEEDS[0], DEEDS[-1]):
            with self.subTest(entity=entity):
                books = self.ledger()
                self.write(books, entity, table, number, statement)
                books.execute(f"DELETE FROM ninepence.{table} WHERE ctid = (SELECT min(t.ctid) FROM"
                              f" ninepence.{table} t JOIN ninepence.change_rows r ON r.entity_id = t.{number}"
                              " WHERE r.entity = 'rate')"
                              if entity == "rate" else
                              f"UPDATE ninepence.{table} SET folded = folded || 'x' WHERE {number} ="
                              " (SELECT min(entity_id) FROM ninepence.change_rows)")
                before = books.fingerprint()
                with Server(books.env()) as server:
                    text = server.refusal("undo_change", {"change_id": "ch501"})
                    self.assertIn("1 of its rows was changed since", text)
                    self.assertEqual(books.fingerprint(), before)
                    server.ask("undo_change", {"change_id": "ch501", "force": True})

    def test_every_column_is_restored(self):
        books = ledger.small()
        with open(os.path.join(ROOT, "tools", "undo_change.sql"), encoding="utf-8") as file:
            statements = dict(part.split("\n", 1) for part in re.split(r"^-- name: ", file.read(),
                                                                       flags=re.MULTILINE)[1:])
        for table in [name[len("restore_"):] for name in statements if name.startswith("restore_")]:
            with self.subTest(table=table):
                own = (table[:-3] + "y" if table.endswith("ies") else table.removesuffix("s")) + "_id"
                columns = {row[0] for row in books.rows(
                    "SELECT column_name FROM information_schema.columns"
                    f" WHERE table_schema = 'ninepence' AND table_name = '{table}'")}
                self.assertGreater(len(columns), 3)
                restored = set(re.findall(r"(\w+) = (?:excluded|p)\.\1\b", statements[f"restore_{table}"]))
                self.assertEqual(columns - restored, {"ledger_id", own})


class Keys(unittest.TestCase):
    def test_same_key_many_times_at_once_is_stored_once(self):
        books = ledger.small()
        arguments = {"items": [{"amount": "7.77", "merchant": "Once"}], "idempotency_key": "at-once"}
        answers = []

        def ask(server):
            for _ in range(AT_ONCE // 5):
                answers.append(server.ask("create_expenses", arguments))
        servers = [Server(books.env(NINEPENCE_POOL_SIZE="4")) for _ in range(5)]
        threads = [threading.Thread(target=ask, args=(server,)) for server in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for server in servers:
            server.close()
        self.assertEqual(len(answers), AT_ONCE)
        self.assertEqual(len({answer["change_id"] for answer in answers}), 1)
        self.assertEqual([answer["replayed"] for answer in answers].count(False), 1)
        self.assertEqual(books.value(
            "SELECT count(*) FROM ninepence.expenses WHERE merchant = 'Once'"), "1")

    def test_entries_at_once_share_a_commit_and_each_is_answered_for_itself(self):
        books = ledger.small()

        def entry(number, key, **item):
            return {"items": [{"amount": f"{number}.50", "merchant": "Shared", **item}], "idempotency_key": key}
        calls = [entry(number, f"share-{number}") for number in range(1, 10)]
        calls += [entry(3, "share-3"), entry(3, "share-4"), entry(20, "share-20", category="No such category")]
        with Server(books.env(NINEPENCE_POOL_SIZE="1", NINEPENCE_MAX_OVERFLOW="0")) as server:
            with books.locked("ninepence.ledgers", "EXCLUSIVE"):  # the first one waits, the others for it
                ids = [server.start("tools/call", {"name": "create_expenses", "arguments": call})
                       for call in calls[:-3]]
                books.wait_for_waiting(1)
                ids += [server.start("tools/call", {"name": "create_expenses", "arguments": call})
                        for call in calls[-3:]]
            answers = [server.wait_answer(id)["result"] for id in ids]
        saved = [answer["structuredContent"] for answer in answers[:-2]]
        self.assertEqual([answer["rows"][0]["after"]["amount"] for answer in saved],
                         [f"{number}.50" for number in (*range(1, 10), 3)])
        self.assertEqual([answer["replayed"] for answer in saved], [False] * 9 + [True])
        self.assertIn("this key was used before", answers[-2]["content"][0]["text"])
        self.assertIn("No such category", answers[-1]["content"][0]["text"])
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.expenses WHERE merchant = 'Shared'"), "9")
        commits = int(books.value("SELECT count(DISTINCT xmin::text) FROM ninepence.expenses"
                                  " WHERE merchant = 'Shared'"))
        self.assertLess(commits, 5)

    def test_same_key_again_after_the_server_was_killed_is_stored_once(self):
        books = ledger.small()
        arguments = {"items": [{"amount": "7.77", "merchant": "Once"}], "idempotency_key": "killed"}
        for _ in range(5):
            server = Server(books.env())
            server.start("tools/call", {"name": "create_expenses", "arguments": arguments})
            server.kill()
        with Server(books.env()) as server:
            server.ask("create_expenses", arguments)
            self.assertTrue(server.ask("create_expenses", arguments)["replayed"])
        self.assertEqual(books.value(
            "SELECT count(*) FROM ninepence.expenses WHERE merchant = 'Once'"), "1")

    def test_same_entry_without_a_key_many_times_at_once_is_stored_once(self):
        books = ledger.small()
        arguments = {"items": [{"amount": "7.77", "merchant": "Once", "category": "Food"}]}
        stored = []

        def ask(server):
            result = server.call("create_expenses", arguments)
            stored.append(not result.get("isError"))
        servers = [Server(books.env(NINEPENCE_LOCK_TIMEOUT="30s")) for _ in range(6)]
        threads = [threading.Thread(target=ask, args=(server,)) for server in servers]
        for server in servers:
            server.ask("get_context", {})
        # Who has entered it waits for its foreign key; nobody else may get as far as that meanwhile.
        with books.locked("ninepence.ledgers", "EXCLUSIVE"):
            for thread in threads:
                thread.start()
            wait_until(lambda: books.value("SELECT count(*) FROM pg_stat_activity"
                                           " WHERE wait_event_type = 'Lock'") == "6", 20, "all to wait")
        for thread in threads:
            thread.join()
        for server in servers:
            server.close()
        self.assertEqual(stored.count(True), 1)
        self.assertEqual(books.value(
            "SELECT count(*) FROM ninepence.expenses WHERE merchant = 'Once'"), "1")


class Refusals(unittest.TestCase):
    def test_every_refusal_leaves_the_books_as_they_were(self):
        books = ledger.small()
        before = books.fingerprint()
        refused = (
            ("create_expenses", {"items": [{"amount": "1"}] * 99 + [{"amount": "1", "category": "Nix"}]}),
            ("create_expenses", {"items": [{"amount": "1", "category": "New", "refund_of": "e9999"}],
                                 "create_missing": True}),
            ("create_expenses", {"items": [{"amount": "1", "splits": [{"percent": 30}, {"percent": 60}]}]}),
            ("create_expenses", {"items": [{"amount": "1"}] * 501}),
            ("update_expenses", {"ids": ["e32", "e9999"], "set": {"amount": "1"}}),
            ("update_expenses", {"ids": ["e32"], "set": {"add_tags": ["brand new"], "category": "Other"},
                                 "create_missing": True}),
            ("update_expenses", {"merchant": "Uber", "set": {"notes": "x"}, "expected_count": 1}),
            ("delete_expenses", {"ids": ["e32", "e42"]}),
            ("delete_expenses", {"merchant": "Uber"}),
            ("transfer_expense", {"ids": ["e32"], "to_category": "Nix"}),
            ("undo_change", {"change_id": "ch1"}),
        )
        with Server(books.env()) as server:
            for tool, arguments in refused[1:]:
                with self.subTest(tool=tool, arguments=str(arguments)[:80]):
                    server.refusal(tool, arguments)
                    after = books.fingerprint()
                    self.assertEqual({t for t in after if after[t] != before[t]}, set())
            text = server.refusal(*refused[0])
            self.assertIn("items[99].category", text)
            self.assertEqual(books.fingerprint(), before)

    def test_item_at_the_limit_is_stored_and_one_beyond_is_refused(self):
        books = ledger.small()
        items = [{"amount": "1.00", "date": "2020-01-01", "merchant": f"m{n}"} for n in range(501)]
        with Server(books.env()) as server:
            server.refusal("create_expenses", {"items": items})
            answer = server.ask("create_expenses", {"items": items[:500]})
            self.assertEqual(answer["count"], 500)
            self.assertTrue(answer["truncated"])
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.expenses"
                                     " WHERE spent_on = '2020-01-01'"), "500")

    def test_names_of_one_call_at_the_limit_and_one_beyond(self):
        """A thousand, of which the speaker is one."""
        books = ledger.small()
        tags = [f"t{n}" for n in range(1000)]
        items = [{"amount": "1", "date": "2020-01-01", "tags": tags[first:first + 20]} for first in range(0, 1000, 20)]
        with Server(books.env()) as server:
            text = server.refusal("create_expenses", {"items": items, "create_missing": True})
            self.assertIn("1000 different names", text)
            items[-1]["tags"].pop()
            answer = server.ask("create_expenses", {"items": items, "create_missing": True})
            self.assertEqual(answer["count"], 50)
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.tags WHERE name ~ '^t[0-9]+$'"), "999")
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.expense_tags g JOIN ninepence.expenses e"
                                     " USING (ledger_id, expense_id) WHERE spent_on = '2020-01-01'"), "999")

    def test_leaf_of_a_path_will_do_where_only_one_has_it(self):
        """Household: Other and Gifts: Other; Food: Groceries."""
        books = ledger.small()
        with Server(books.env()) as server:
            for name, path in (("Groceries", "Food: Groceries"), ("food: GROCERIES", "Food: Groceries"),
                               ("Gifts: Other", "Gifts: Other"), ("c16", "Household: Other"),
                               ("uncategorized", "Uncategorized"), ("Food", "Food")):
                arguments = {"items": [{"amount": "7", "category": name, "notes": "n"}], "idempotency_key": name.replace(" ", "")}
                answer = server.ask("create_expenses", arguments)
                self.assertEqual(answer["rows"][0]["after"].get("category"), path)
                again = server.ask("create_expenses", arguments)
                self.assertEqual((again.pop("replayed"), answer.pop("replayed")), (True, False))
                self.assertEqual(again, answer)
            self.assertIn("Gifts: Other", server.refusal("create_expenses", {
                "items": [{"amount": "7", "category": "Other"}]}))


class Rules(unittest.TestCase):
    """What is done to rules is a change like any other."""

    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.close)
        self.made = self.rule(op="create", when={"merchant": "Uber"}, then={"category": "Travel"})

    def rule(self, **arguments):
        return self.server.ask("manage_rules", arguments)

    def stored(self):
        """Merchant and category of each."""
        return self.books.rows(
            "SELECT u.merchant, c.path FROM ninepence.rules u JOIN ninepence.categories c USING (ledger_id, category_id)"
            " WHERE u.ledger_id = 1 ORDER BY u.position, u.rule_id")

    def take_back(self, answer):
        return self.server.ask("undo_change", {"change_id": answer["change_id"]})

    def test_each_step_is_taken_back_to_what_it_was(self):
        id = self.made["rules"][0]["id"]
        updated = self.rule(op="update", rule_id=id, then={"category": "Fuel"})
        before = self.books.rows("SELECT * FROM ninepence.rules")
        deleted = self.rule(op="delete", rule_id=id)
        self.assertEqual(self.stored(), [])
        undone = self.take_back(deleted)
        self.assertEqual(self.books.rows("SELECT * FROM ninepence.rules"), before)
        again = self.take_back(undone)
        self.assertEqual(self.stored(), [])
        self.take_back(again)
        self.take_back(updated)
        self.assertEqual(self.stored(), [("Uber", "Travel")])
        self.take_back(self.made)
        self.assertEqual(self.stored(), [])

    def test_dry_run_saves_nothing_and_says_so(self):
        answer = self.rule(op="create", when={"merchant": "Shell"}, then={"category": "Fuel"}, dry_run=True)
        self.assertEqual((answer["saved"], len(answer["rules"])), (False, 2))
        self.assertIn("nothing was saved", answer["summary"])
        self.assertEqual(self.stored(), [("Uber", "Travel")])

    def test_repeated_key_makes_one_rule_and_says_by_which_change(self):
        asked = {"op": "create", "when": {"text": "rent"}, "then": {"category": "Household"}, "idempotency_key": "rent"}
        first, again = self.rule(**asked), self.rule(**asked)
        self.assertEqual((first["change_id"], False, True), (again["change_id"], first["replayed"], again["replayed"]))
        self.assertEqual(len(self.stored()), 2)

    def test_merged_category_hands_its_rules_over_and_gets_them_back(self):
        merge = {"op": "merge", "category": "Travel", "into": "Clothing"}
        token = self.server.ask("manage_categories", {**merge, "dry_run": True})["confirm"]
        merged = self.server.ask("manage_categories", {**merge, "confirm": token})
        self.assertEqual(self.stored(), [("Uber", "Clothing")])
        self.take_back(merged)
        self.assertEqual(self.stored(), [("Uber", "Travel")])

    def test_what_was_learned_goes_with_its_correction(self):
        first = self.server.ask("update_expenses", {"ids": ["e32"], "set": {"category": "Travel"}, "learn_rule": True})
        self.assertEqual((first["count"], self.stored()), (1, [("Costco", "Travel"), ("Uber", "Travel")]))
        self.assertRegex(first["summary"], r"^Changed 88\.40 USD at Costco on 2026-10-03 in .*: now 88\.40 USD at Costco")
        second = self.server.ask("update_expenses", {"ids": ["e32"], "set": {"category": "Fuel"}, "learn_rule": True})
        self.assertEqual(self.stored()[0], ("Costco", "Transportation: Fuel"))
        self.take_back(second)
        self.assertEqual(self.stored()[0], ("Costco", "Travel"))
        self.take_back(first)
        self.assertEqual(self.stored(), [("Uber", "Travel")])


class Batch(unittest.TestCase):
    def statements(self, server, tool, arguments):
        before = len(server.stderr())
        server.ask(tool, arguments)
        wait_until(lambda: re.search(rf" {tool}: \w+ -> replied", server.stderr()[before:]), 10, "its log")
        return re.findall(r" info sql connection \d+: ([\w.]+):", server.stderr()[before:])

    def test_five_hundred_rows_take_the_statements_of_two(self):
        """Nothing is sent row by row. One plain entry has a statement of its own in their place."""
        books = ledger.small()
        seen = {}
        with Server(books.env(NINEPENCE_ECHO="yes", NINEPENCE_LOG_TRACE="call")) as server:
            self.statements(server, "get_context", {})
            for first, count in ((1001, 1), (1002, 2), (1004, 500)):
                items = [{"amount": "1.00", "date": "2020-01-01", "merchant": f"m{n}"} for n in range(count)]
                ids = [f"e{n}" for n in range(first, first + count)]
                change = {"set": {"notes": "x", "add_tags": ["family"]}, "ids": ids}
                confirm = {}
                said = self.statements(server, "create_expenses", {"items": items, "allow_duplicate": True})
                if count > 25:
                    confirm["confirm"] = server.ask("update_expenses", {**change, "dry_run": True})["confirm"]
                    self.statements(server, "get_context", {})
                said += self.statements(server, "update_expenses", {**change, **confirm})
                seen[count] = [name for name in said if name not in ("change.take_token", "ledger.open")]
        self.assertGreater(len(seen[2]), 3)
        self.assertEqual(seen[500], seen[2])
        self.assertEqual(len(seen[2]), len(seen[1]))


class Audit(unittest.TestCase):
    def test_every_write_has_exactly_one_change_with_its_rows(self):
        books = ledger.small()
        writes = (
            ("create_expenses", {"items": [{"amount": "1"}, {"amount": "2"}]}, 2),
            ("update_expenses", {"ids": ["e32", "e34"], "set": {"notes": "x"}}, 2),
            ("transfer_expense", {"ids": ["e32"], "to_category": "Fuel"}, 1),
            ("delete_expenses", {"ids": ["e32"]}, 1),
        )
        with Server(books.env(NINEPENCE_USER="Bob")) as server:
            for tool, arguments, rows in writes:
                change = server.ask(tool, arguments)["change_id"][2:]
                self.assertEqual(books.rows(
                    "SELECT c.tool, c.client, u.name, count(r.*) FROM ninepence.changes c"
                    " LEFT JOIN ninepence.users u USING (ledger_id, user_id)"
                    " LEFT JOIN ninepence.change_rows r USING (ledger_id, change_id)"
                    f" WHERE c.change_id = {change} GROUP BY 1, 2, 3"),
                    [(tool, "ninepence-tests", "Bob", str(rows))])
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.changes"), str(len(writes)))

    def test_speaker_that_the_ledger_does_not_know_is_introduced(self):
        books = ledger.small()
        with Server(books.env(NINEPENCE_USER="Cleo")) as server:
            answer = server.ask("create_expenses", {"items": [{"amount": "1"}]})
            self.assertEqual(answer["rows"][0]["after"]["user"], "Cleo")
            again = server.ask("create_expenses", {"items": [{"amount": "2", "user": "Ann"}]})
            self.assertEqual(again["rows"][0]["after"]["user"], "Ann")
        self.assertEqual(books.value("SELECT count(*) FROM ninepence.users WHERE name = 'Cleo'"), "1")


if __name__ == "__main__":
    unittest.main()
