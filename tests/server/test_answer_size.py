"""Answers stay small: rows are cut, totals never, and the pages of a cut list reach its end."""
import json
import os
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server, base_environment, text_of  # noqa: E402

DEFAULT_BYTES, LARGEST_BYTES = 8 * 1024, 32 * 1024
ROWS = 120
HOSTILE = "chr(917569)"  # U+E0041, a tag character: twelve bytes when written \uXXXX\uXXXX


class Sizes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.books.execute(
            "INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on, amount,"
            " currency, base_amount, merchant, merchant_folded, notes, created_at, updated_at)"
            f" SELECT 1, 1, 10, date '2023-03-01' + n % 9, n, 'USD', n, 'Meter ' || n,"
            " 'meter ' || n, repeat('long ', 400), '2026-01-01', '2026-01-01'"
            f" FROM generate_series(1, {ROWS}) n;"
            "INSERT INTO ninepence.expenses (ledger_id, spent_on, amount, currency, base_amount,"
            " notes, created_at, updated_at)"
            f" SELECT 1, '2023-04-01', n, 'USD', n, repeat({HOSTILE}, 2000), now(), now()"
            " FROM generate_series(1, 2) n;")
        cls.server = Server(cls.books.env())

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def size(self, tool, args):
        return len(text_of(self.server.call(tool, args)).encode())

    def pages(self, tool, args):
        rows, pages = [], 0
        answer = self.server.ask(tool, args)
        while True:
            rows += [row["id"] for row in answer["rows"]]
            pages += 1
            self.assertGreater(answer["returned"], 0)
            self.assertEqual(answer["truncated"], answer["returned"] < answer["of"])
            if "next_cursor" not in answer:
                return rows, pages, answer
            answer = self.server.ask(tool, {**args, "cursor": answer["next_cursor"]})

    def test_long_rows_are_cut_at_the_default_and_at_the_largest_size(self):
        for tool, more in (("read_expenses", {}), ("query_expenses_by_category",
                                                   {"category": "Utilities"})):
            args = {"period": "2023-03", **more}
            with self.subTest(tool):
                self.assertLess(self.size(tool, args), DEFAULT_BYTES)
                largest = self.size(tool, {**args, "limit": 100})
                self.assertGreater(largest, DEFAULT_BYTES)
                self.assertLess(largest, LARGEST_BYTES)

    def test_pages_of_cut_lists_reach_the_end_without_a_repeat(self):
        for sort in ("-date", "date", "-amount", "amount"):
            for tool, more in (("read_expenses", {}), ("query_expenses_by_category",
                                                       {"category": "Utilities"})):
                with self.subTest(f"{tool} {sort}"):
                    rows, pages, last = self.pages(tool, {"period": "2023-03", "sort": sort,
                                                          "limit": 50, **more})
                    self.assertEqual((len(rows), len(set(rows))), (ROWS, ROWS))
                    self.assertGreater(pages, ROWS // 50 + 1)
                    self.assertEqual((last["total"], last["of"]),
                                     (f"{ROWS * (ROWS + 1) // 2}.00", ROWS))

    def test_row_larger_than_a_page_is_shown_alone(self):
        rows, pages, _ = self.pages("read_expenses", {"period": "2023-04"})
        self.assertEqual((len(rows), pages), (2, 2))

    def test_groups_that_are_cut_still_add_up(self):
        answer = self.server.ask("summarize_spending", {"period": "2023-03",
                                                        "group_by": "merchant"})
        shown = sum(Decimal(row["total"]) for row in answer["rows"])
        self.assertEqual(answer["of"], ROWS)
        self.assertTrue(answer["truncated"])
        self.assertEqual(answer["rest"]["groups"], ROWS - answer["returned"])
        self.assertEqual(shown + Decimal(answer["rest"]["total"]), Decimal(answer["total"]))
        self.assertEqual(sum(row["count"] for row in answer["rows"]) + answer["rest"]["count"],
                         answer["count"])

    def test_pages_of_a_misspelled_name_go_on(self):
        for tool in ("query_expenses_by_category", "read_expenses"):
            with self.subTest(tool):
                right, _, _ = self.pages(tool, {"category": "Utilities", "period": "2023-03", "limit": 50})
                rows, pages, _ = self.pages(tool, {"category": "Utilitis", "period": "2023-03", "limit": 50})
                self.assertEqual(rows, right)
                self.assertGreater(pages, 1)

    def test_cursor_of_another_question_is_refused(self):
        first = self.server.ask("read_expenses", {"period": "2023-03", "limit": 5})
        for args in ({"period": "2023-04", "limit": 5}, {"period": "2023-03", "sort": "date"},
                     {"period": "2023-03", "user": "Ann"}):
            with self.subTest(str(args)):
                text = self.server.refusal("read_expenses", {**args,
                                                             "cursor": first["next_cursor"]})
                self.assertIn("cursor: belongs to another question", text)
        text = self.server.refusal("query_expenses_by_category", {
            "category": "Utilities", "period": "2023-03", "cursor": first["next_cursor"]})
        self.assertIn("cursor: belongs to another question", text)


class ToolList(unittest.TestCase):
    """What a model has to read before it does anything."""

    # The budget, in bytes of the answer's whole line: without output schemas, and with them.
    MOST_TOOLS, MOST_BARE, MOST_WHOLE = 28, 20_000, 36_000
    ASKING = {"delete_expenses", "manage_categories", "transfer_expense", "undo_change", "update_expenses"}

    @staticmethod
    def tools(**more):
        with Server(base_environment(DATABASE_URL="postgresql://127.0.0.1:1/none",
                                     **more)) as server:
            return {tool["name"]: tool for tool in server.result("tools/list")["tools"]}

    def test_list_of_tools_keeps_to_its_budget(self):
        def size(value):
            return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        with Server(base_environment(DATABASE_URL="postgresql://127.0.0.1:1/none",
                                     NINEPENCE_FULL_SCHEMAS=None)) as server:
            line = server.request("tools/list")
        tools = line["result"]["tools"]
        whole = size(line)
        for tool in tools:
            tool.pop("outputSchema", None)
        bare = size(line)
        sizes = f"{len(tools)} tools, {whole} bytes, {bare} without output schemas"
        self.assertLessEqual(len(tools), self.MOST_TOOLS, sizes)
        self.assertLess(bare, self.MOST_BARE, sizes)
        self.assertLess(whole, self.MOST_WHOLE, sizes)

    def test_only_tools_that_ask_take_a_confirmation(self):
        tools = self.tools(NINEPENCE_FULL_SCHEMAS=None)
        self.assertEqual({name for name, tool in tools.items()
                          if "confirm" in tool["inputSchema"].get("properties", {})}, self.ASKING)

    def test_default_that_is_not_said_is_the_first_choice(self):
        """As the instructions say."""
        brief, full = self.tools(NINEPENCE_FULL_SCHEMAS=None), self.tools(NINEPENCE_FULL_SCHEMAS="1")
        unsaid = 0
        for name, tool in brief.items():
            for key, short in tool["inputSchema"].get("properties", {}).items():
                whole = full[name]["inputSchema"]["properties"][key]
                if short.get("default") == whole.get("default"):
                    continue
                unsaid += 1
                self.assertNotIn("default", short)
                self.assertEqual(whole["default"], whole.get("enum", [False])[0], f"{name} {key}")
        self.assertGreater(unsaid, 20)

    def test_full_schemas_say_the_same_with_limits_and_columns(self):
        brief, full = self.tools(NINEPENCE_FULL_SCHEMAS=None), self.tools(NINEPENCE_FULL_SCHEMAS="1")
        self.assertEqual(list(brief), list(full))
        for name, tool in brief.items():
            for schema in ("inputSchema", "outputSchema"):
                short, whole = (tools[name].get(schema, {}) for tools in (brief, full))
                self.assertEqual(list(short.get("properties", {})), list(whole.get("properties", {})))
                self.assertEqual(short.get("required"), whole.get("required"))
                for key, value in short.get("properties", {}).items():
                    self.assertEqual(value.get("type"), whole["properties"][key].get("type"))
            self.assertFalse(full[name]["inputSchema"]["additionalProperties"])
        rows = full["read_expenses"]["outputSchema"]["properties"]["rows"]
        self.assertIn("merchant", rows["items"]["properties"])
        self.assertEqual(full["read_expenses"]["inputSchema"]["properties"]["text"]["maxLength"], 200)


if __name__ == "__main__":
    unittest.main()
