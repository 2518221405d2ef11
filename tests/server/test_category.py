"""Rows of one category in ledgers with few tagged expenses and with many, which are read in two ways."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

FEW = 100  # tagged expenses of a ledger that are listed once; see tools/support/category_rows.sql


class Tags(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.server = Server(self.books.env())
        self.addCleanup(self.server.kill)
        self.books.execute("""
            DELETE FROM ninepence.expense_tags;
            INSERT INTO ninepence.tags (ledger_id, tag_id, name, folded)
            VALUES (1, 900, 'odd', 'odd'), (1, 901, 'Alpha', 'alpha');
            INSERT INTO ninepence.expenses (ledger_id, expense_id, user_id, category_id, account_id, spent_on,
                                            amount, currency, base_amount, created_at, updated_at)
            SELECT 1, 9000 + n, 1 + n % 2, 18, CASE WHEN n % 3 > 0 THEN n % 3 END, '2025-03-01', n, 'USD', n,
                   '2025-03-01', '2025-03-01'
            FROM generate_series(1, 99) n;
            INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
            SELECT 1, 9000 + n, 900 FROM generate_series(1, 99, 2) n""")

    def tag(self, count):
        """Others, until the ledger has `count`."""
        self.books.execute(f"""
            INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id)
            SELECT 1, e.expense_id, t.tag_id FROM ninepence.expenses e, (VALUES (900), (901)) AS t (tag_id)
            WHERE e.ledger_id = 1 AND e.expense_id < 9000
            ORDER BY e.expense_id, t.tag_id LIMIT {count} - 50""")

    def rows(self):
        answer = self.server.ask("query_expenses_by_category",
                                 {"category": "Crèche", "period": "2025-03", "limit": 100})
        self.assertEqual((answer["count"], answer["total"]), (99, "4950.00"))  # 1 + 2 + … + 99
        return answer["rows"]

    def check(self):
        users = dict(line.split("|") for line in self.books.value(
            "SELECT string_agg(user_id || '|' || name, chr(10)) FROM ninepence.users WHERE ledger_id = 1"
        ).split("\n"))
        accounts = dict(line.split("|") for line in self.books.value(
            "SELECT string_agg(account_id || '|' || name, chr(10)) FROM ninepence.accounts WHERE ledger_id = 1"
        ).split("\n"))
        rows = self.rows()
        self.assertEqual([row["id"] for row in rows], [f"e{9000 + n}" for n in range(99, 0, -1)])
        for row in rows:
            n = int(row["id"][1:]) - 9000
            self.assertEqual(row.get("tags"), ["odd"] if n % 2 else None, row)
            self.assertEqual((row["date"], row["amount"]), ("2025-03-01", f"{n}.00"))
            self.assertEqual(row["user"], users[str(1 + n % 2)])
            self.assertEqual(row.get("account"), accounts[str(n % 3)] if n % 3 else None)

    def test_as_many_as_are_listed(self):
        self.tag(FEW)
        self.assertEqual(self.books.value("SELECT count(*) FROM ninepence.expense_tags WHERE ledger_id = 1"), str(FEW))
        self.check()

    def test_one_more(self):
        self.tag(FEW + 1)
        self.check()

    def test_tags_stand_in_the_order_of_their_names(self):
        self.books.execute("INSERT INTO ninepence.expense_tags (ledger_id, expense_id, tag_id) VALUES (1, 9099, 901)")
        self.assertEqual(self.rows()[0]["tags"], ["Alpha", "odd"])


if __name__ == "__main__":
    unittest.main()
