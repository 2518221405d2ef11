"""A wrong argument gets a text that names the field, what came and what is allowed, and nothing is
stored. A lenient one (number as text, one value for a list, other letter case) is accepted."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import checks, ledger  # noqa: E402
from support.mcp_client import Server, text_of  # noqa: E402

LONG = "x" * 121
ITEM = {"amount": "1.00", "date": "2026-11-22"}


def item(**more):
    return {"items": [{**ITEM, **more}]}


# What every tool with the shared filter refuses: arguments, words that the text must hold.
FILTER = [
    ({"period": "next month"}, ["period", "next month"]),
    ({"period": "2026-13"}, ["period", "2026-13"]),
    ({"period": "2026-02-30"}, ["period", "2026-02-30"]),
    ({"period": "05/11/2026"}, ["period", "05/11/2026"]),
    ({"period": "2026-Q5"}, ["period", "2026-Q5"]),
    ({"period": "last_0_days"}, ["period", "last_0_days"]),
    ({"period": "last_99999999999999999999_days"}, ["period"]),
    ({"period": "2026-11-05..2026-11-01"}, ["period"]),
    ({"period": ""}, ["period"]),
    ({"period": 5}, ["period", "5"]),
    ({"period": ["2026"]}, ["period"]),
    ({"period": "2026-10", "start_date": "2026-10-01", "end_date": "2026-10-02"}, ["start_date"]),
    ({"start_date": "2026-10-05", "end_date": "2026-10-01"}, ["end_date", "2026-10-01"]),
    ({"start_date": "5 Oct 2026", "end_date": "2026-10-07"}, ["start_date", "5 Oct 2026"]),
    ({"category": "Other"}, ["category", "Household: Other", "Gifts: Other"]),
    ({"category": "Zzyzx Quux"}, ["category", "Zzyzx Quux"]),
    ({"category": "c999999"}, ["category", "c999999"]),
    ({"category": 12}, ["category", "12"]),
    ({"category": "Food: Taxi"}, ["category", "Food: Taxi"]),
    ({"category": ["Groceries", "Zzyzx Quux"]}, ["category", "Zzyzx Quux"]),
    ({"merchant": "Zzyzx Quux"}, ["merchant", "Zzyzx Quux"]),
    ({"user": "Zzyzx Quux"}, ["user", "Zzyzx Quux"]),
    ({"user": "u3"}, ["user", "u3"]),
    ({"tag": "Zzyzx Quux"}, ["tag", "Zzyzx Quux"]),
    ({"account": "Zzyzx Quux"}, ["account", "Zzyzx Quux"]),
    ({"account": "a4"}, ["account", "a4"]),
    ({"min_amount": "1,000"}, ["min_amount", "1,000"]),
    ({"min_amount": "$5"}, ["min_amount", "$5"]),
    ({"max_amount": "1e3"}, ["max_amount", "1e3"]),
    ({"max_amount": "NaN"}, ["max_amount", "NaN"]),
    ({"max_amount": "1234567890123"}, ["max_amount"]),
    ({"max_amount": True}, ["max_amount", "true"]),
    ({"currency": "EURO"}, ["currency", "EURO"]),
    ({"kind": "purchases"}, ["kind", "purchases", "refund", "income", "transfer", "all"]),
    ({"periode": "2026-10"}, ["periode", "period"]),
    ({"sql": "SELECT 1"}, ["sql"]),
]

READS = {
    "get_context": [
        ({"kind": "merchant_list"}, ["kind", "merchant_list", "merchants"]),
        ({"limit": 0}, ["limit", "0"]),
        ({"limit": "many"}, ["limit", "many"]),
        ({"matches": "x"}, ["matches", "match"]),
    ],
    "summarize_spending": [
        ({"group_by": "kategory"}, ["group_by", "kategory", "category"]),
        ({"then_by": "hour"}, ["then_by", "hour"]),
        ({"compare_to": "last"}, ["compare_to", "last", "previous"]),
        ({"top": 0}, ["top", "0"]),
        ({"top": 1.5}, ["top", "1.5"]),
        ({"include_zero": "perhaps"}, ["include_zero", "perhaps"]),
    ],
    "query_expenses_by_category": [
        ({}, ["category"]),
        ({"category": None}, ["category"]),
        ({"category": "Groceries", "limit": 0}, ["limit", "0"]),
        ({"category": "Groceries", "limit": 101}, ["limit", "101", "100"]),
        ({"category": "Groceries", "sort": "size"}, ["sort", "size"]),
        ({"category": "Groceries", "cursor": "garbage"}, ["cursor"]),
        ({"category": "Other"}, ["category", "Household: Other", "Gifts: Other"]),
        ({"category": "Groceries", "period": "soon"}, ["period", "soon"]),
    ],
    "read_expenses": [
        ({"status": "lost"}, ["status", "lost", "pending"]),
        ({"sort": "random"}, ["sort", "random"]),
        ({"limit": 101}, ["limit", "101", "100"]),
        ({"limit": -1}, ["limit", "-1"]),
        ({"cursor": "garbage"}, ["cursor"]),
        ({"cursor": 5}, ["cursor"]),
    ],
    "monthly_summary": [
        ({"month": "October"}, ["month", "October"]),
        ({"month": "2026-13"}, ["month", "2026-13"]),
        ({"months": 0}, ["months", "0"]),
        ({"months": 1000000}, ["months", "1000000"]),
        ({"user": "Zzyzx Quux"}, ["user", "Zzyzx Quux"]),
    ],
    "check_health": [({"verbose": True}, ["verbose"])],
}
FILTERED = ("summarize_spending", "read_expenses")

WRITES = {
    "create_expenses": [
        ({}, ["items"]),
        ({"items": []}, ["items"]),
        ({"items": [ITEM] * 501}, ["items", "500"]),
        ({"items": "lunch"}, ["items"]),
        ({"items": [{"date": "2026-11-22"}]}, ["items[0].amount"]),
        (item(amount="12.345"), ["items[0].amount", "12.345"]),
        (item(amount="12.5", currency="JPY"), ["items[0].amount", "12.5"]),
        (item(amount="1.2345", currency="KWD"), ["items[0].amount", "1.2345"]),
        (item(amount="1,000.00"), ["items[0].amount", "1,000.00"]),
        (item(amount="€5"), ["items[0].amount"]),
        (item(amount="1e3"), ["items[0].amount", "1e3"]),
        (item(amount="NaN"), ["items[0].amount", "NaN"]),
        (item(amount="Infinity"), ["items[0].amount"]),
        (item(amount="1234567890123"), ["items[0].amount"]),
        (item(amount=""), ["items[0].amount"]),
        (item(amount=None), ["items[0].amount"]),
        (item(amount={}), ["items[0].amount"]),
        (item(date="22.11.2026"), ["items[0].date", "22.11.2026"]),
        (item(date="2026-02-30"), ["items[0].date", "2026-02-30"]),
        (item(date="2026-11-31"), ["items[0].date", "2026-11-31"]),
        (item(date="tomorrow"), ["items[0].date", "tomorrow"]),
        (item(date="0000-00-00"), ["items[0].date", "0000-00-00"]),
        (item(date=20261122), ["items[0].date"]),
        (item(currency="US"), ["items[0].currency", "US"]),
        (item(currency="dollars"), ["items[0].currency", "dollars"]),
        (item(kind="gift"), ["items[0].kind", "gift"]),
        (item(category="Zzyzx Quux"), ["items[0].category", "Zzyzx Quux"]),
        (item(category="Other"), ["items[0].category", "Household: Other", "Gifts: Other"]),
        (item(category="Grocereis"), ["items[0].category", "Grocereis", "Groceries"]),
        (item(user="Carol"), ["items[0].user", "Carol"]),
        (item(account="Zzyzx"), ["items[0].account", "Zzyzx"]),
        (item(refund_of="e999999", kind="refund"), ["items[0].refund_of", "e999999"]),
        (item(refund_of=36, kind="refund"), ["items[0].refund_of"]),
        (item(merchant=LONG), ["items[0].merchant", "120"]),
        (item(description="x" * 501), ["items[0].description", "500"]),
        (item(notes="x" * 2001), ["items[0].notes", "2000"]),
        (item(amout="1"), ["items[0].amout", "amount"]),
        ({"items": [ITEM, {**ITEM, "amount": "2.00"}, {**ITEM, "amount": "x"}]},
         ["items[2].amount", "x"]),
    ],
    "update_expenses": [
        ({"ids": ["e32"]}, ["set"]),
        ({"ids": ["e32"], "set": {}}, ["set"]),
        ({"set": {"amount": "1.00"}}, ["ids"]),
        ({"ids": ["32"], "set": {"amount": "1.00"}}, ["ids", "32"]),
        ({"ids": [32], "set": {"amount": "1.00"}}, ["ids", "32"]),
        ({"ids": ["e999999"], "set": {"amount": "1.00"}}, ["e999999"]),
        ({"ids": ["e101"], "set": {"amount": "1.00"}}, ["e101"]),
        ({"ids": ["e32", "e999999"], "set": {"amount": "1.00"}}, ["e999999"]),
        ({"ids": ["c2"], "set": {"amount": "1.00"}}, ["ids", "c2"]),
        ({"ids": ["e32"], "set": {"amount": "1.005"}}, ["set.amount", "1.005"]),
        ({"ids": ["e32"], "set": {"date": "soon"}}, ["set.date", "soon"]),
        ({"ids": ["e32"], "set": {"category": "Zzyzx Quux"}}, ["set.category", "Zzyzx Quux"]),
        ({"ids": ["e32"], "set": {"colour": "red"}}, ["set.colour"]),
        ({"category": "Groceries", "period": "2026-10", "expected_count": 99,
          "set": {"notes": "x"}}, ["expected_count", "99", "2"]),
    ],
    "delete_expenses": [
        ({}, ["ids"]),
        ({"ids": []}, ["ids"]),
        ({"ids": ["345"]}, ["ids", "345"]),
        ({"ids": ["e999999"]}, ["e999999"]),
        ({"ids": ["e42"]}, ["e42"]),
        ({"ids": ["e32", "e102"]}, ["e102"]),
        ({"category": "Groceries", "period": "2026-10"}, ["expected_count"]),
        ({"category": "Groceries", "period": "2026-10", "expected_count": 3},
         ["expected_count", "3", "2"]),
    ],
    "transfer_expense": [
        ({}, ["ids"]),
        ({"ids": ["e32"]}, ["to_category"]),
        ({"ids": ["e32"], "to_category": "Zzyzx Quux"}, ["to_category", "Zzyzx Quux"]),
        ({"ids": ["e32"], "to_category": "Other"},
         ["to_category", "Household: Other", "Gifts: Other"]),
        ({"ids": ["e999999"], "to_category": "Fuel"}, ["e999999"]),
        ({"ids": ["e32", "e999999"], "to_category": "Fuel"}, ["e999999"]),
        ({"ids": [32], "to_category": "Fuel"}, ["ids", "32"]),
        ({"ids": ["e32", "e34"], "to_category": "Fuel", "expected_count": 3},
         ["expected_count", "3", "2"]),
    ],
}


class Refused(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.server = Server(cls.books.env())
        cls.tools = checks.Tools(cls.server)
        cls.before = cls.books.fingerprint()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def tearDown(self):
        """Nothing whatever was stored."""
        self.assertEqual(self.books.fingerprint(), self.before)

    def assert_refused(self, tool, arguments, words):
        shown = json.dumps(arguments, ensure_ascii=False)[:200]
        with self.subTest(f"{tool} {shown}"):
            result = self.server.call(tool, arguments)
            text = text_of(result)
            self.assertTrue(result.get("isError"), f"accepted: {text[:300]}")
            self.tools.check(tool, result)
            for word in words:
                self.assertIn(word, text)
            if not self.tools.is_read_only(tool) and "structuredContent" in result:
                self.assertEqual(result["structuredContent"]["error"]["saved"], "no")
                self.assertIn(". Nothing was saved.", text)

    def test_questions_with_wrong_arguments_are_refused(self):
        for tool, cases in READS.items():
            for arguments, words in cases:
                self.assert_refused(tool, arguments, words)

    def test_shared_filter_with_wrong_values_is_refused_by_every_tool(self):
        for tool in FILTERED:
            for arguments, words in FILTER:
                self.assert_refused(tool, arguments, words)

    def test_writes_with_wrong_arguments_are_refused(self):
        for tool, cases in WRITES.items():
            for arguments, words in cases:
                self.assert_refused(tool, arguments, words)

    def test_one_bad_item_of_a_hundred_is_named_and_nothing_stored(self):
        for index in (0, 57, 99):
            items = [{**ITEM, "amount": f"{n}.00", "merchant": f"shop {n}"} for n in range(1, 101)]
            items[index]["amount"] = "1.001"
            self.assert_refused("create_expenses", {"items": items}, [f"items[{index}].amount"])

    def test_every_tool_refuses_an_unknown_field_by_name(self):
        for tool in self.tools.names():
            self.assert_refused(tool, {"no_such_field": 1}, ["no_such_field"])

    def test_every_tool_answers_nonsense_of_each_type_for_each_field(self):
        nonsense = [None, True, -1, 1.5, 10 ** 30, "", "x" * 5000, "\u202e\u0007", [], [[]], {},
                    {"a": {}}, ["a", 1, None], "'; DROP TABLE expenses; --"]
        for tool in self.tools.names():
            for field in self.tools.tools[tool]["inputSchema"].get("properties", {}):
                for value in nonsense:
                    result = self.server.call(tool, {field: value, "no_such_field": 1})
                    self.assertTrue(result["isError"])
                    self.tools.check(tool, result)

    def test_questions_answer_nonsense_without_an_inner_failure(self):
        nonsense = [None, -1, 1.5, 10 ** 30, "", "x" * 5000, "\u202e", [], {}, ["a", 1],
                    "'; DROP TABLE expenses; --", "%", "\\", "_", "(", "🍕"]
        for tool in filter(self.tools.is_read_only, self.tools.names()):
            for field in self.tools.tools[tool]["inputSchema"].get("properties", {}):
                for value in nonsense:
                    with self.subTest(f"{tool} {field}={value!r:.60}"):
                        answer = self.server.request("tools/call", {
                            "name": tool, "arguments": {field: value}})
                        self.assertIn("result", answer)
                        self.tools.check(tool, answer["result"])


class Lenient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.server = Server(cls.books.env())

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def assert_same(self, tool, one, other):
        with self.subTest(f"{tool} {other}"):
            first, second = self.server.ask(tool, one), self.server.ask(tool, other)
            self.assertEqual({k: v for k, v in first.items() if k != "summary"},
                             {k: v for k, v in second.items() if k != "summary"})
            self.assertGreater(first.get("count", 1), 0)

    def test_spelling_that_cannot_be_mistaken_is_accepted(self):
        plain = {"period": "2026-10", "category": "Groceries"}
        for other in ({"category": "groceries"}, {"category": "Food: Groceries"},
                      {"category": "FOOD: GROCERIES"}, {"category": ["Groceries"]},
                      {"category": "c2"}, {"category": "Grocereis"}, {"period": ["2026-10"][0]},
                      {"kind": "EXPENSE"}, {"kind": "Expense"}):
            self.assert_same("summarize_spending", plain, {**plain, **other})

    def test_accents_may_be_left_out_or_added(self):
        for one, other in (("Crèche", "creche"), ("Crèche", "CRÈCHE")):
            self.assert_same("summarize_spending", {"period": "2026-08", "category": one},
                             {"period": "2026-08", "category": other})
        self.assert_same("read_expenses", {"merchant": "Chez René", "period": "all"},
                         {"merchant": "chez rene", "period": "all"})
        self.assert_same("read_expenses", {"tag": "Büro", "period": "all"},
                         {"tag": "buro", "period": "all"})

    def test_numbers_and_truths_may_come_as_text(self):
        self.assert_same("read_expenses", {"period": "2026-10", "limit": 3},
                         {"period": "2026-10", "limit": "3"})
        self.assert_same("read_expenses", {"period": "2026-10", "min_amount": 20},
                         {"period": "2026-10", "min_amount": "20.00"})
        self.assert_same("summarize_spending",
                         {"period": "2026-10", "group_by": "day", "include_zero": True},
                         {"period": "2026-10", "group_by": "day", "include_zero": "true"})

    def test_list_of_names_means_any_of_them(self):
        one = self.server.ask("summarize_spending", {"period": "2026-06", "category": "Taxi"})
        two = self.server.ask("summarize_spending", {"period": "2026-06",
                                                     "category": ["Taxi", "Fuel"]})
        self.assertEqual(one["total"], two["total"])


if __name__ == "__main__":
    unittest.main()
