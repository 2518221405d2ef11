"""Files for other programs: they come back row by row, nothing in them runs, and hledger agrees."""
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from xml.etree import ElementTree

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger, mcp_client  # noqa: E402
from support.mcp_client import Server  # noqa: E402

ROWS = """SELECT e.spent_on, trim_scale(e.amount), e.currency, e.kind, coalesce(e.merchant, ''),
    coalesce(e.merchant_folded, ''), coalesce(e.description, ''), coalesce(c.path, ''), coalesce(o.name, ''),
    coalesce((SELECT string_agg(t.name, ';' ORDER BY t.folded) FROM ninepence.expense_tags et
     JOIN ninepence.tags t USING (ledger_id, tag_id)
     WHERE et.ledger_id = e.ledger_id AND et.expense_id = e.expense_id), '')
    FROM ninepence.expenses e LEFT JOIN ninepence.categories c USING (ledger_id, category_id)
    LEFT JOIN ninepence.accounts o USING (ledger_id, account_id)
    WHERE e.deleted_at IS NULL AND e.ledger_id = {ledger}"""


def export(books, *args):
    done = mcp_client.run(["export", *args], env=books.env())
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


class RoundTrip(unittest.TestCase):
    def come_back(self, books, number):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "all.csv")
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(export(books))
            fresh = ledger.empty()
            done = mcp_client.run(["import", path, "--yes"], env=fresh.env())
            self.assertEqual(done.returncode, 0, done.stderr)
            own = fresh.value("SELECT max(ledger_id) FROM ninepence.ledgers")
            self.assertEqual(sorted(fresh.rows(ROWS.format(ledger=own))),
                             sorted(books.rows(ROWS.format(ledger=number))))
            again = mcp_client.run(["import", path, "--yes"], env=fresh.env())
            self.assertNotIn(" new", again.stdout.split("\n", 1)[0])
            name = books.value(f"SELECT name FROM ninepence.ledgers WHERE ledger_id = {number}")
            home = mcp_client.run(["import", path, "--dry-run"],
                                  env=books.env(NINEPENCE_LEDGER=name))
            self.assertNotIn(" new", home.stdout.split("\n", 1)[0])

    def test_sample_ledger_comes_back_row_by_row(self):
        books = ledger.demo()
        self.come_back(books, books.value("SELECT ledger_id FROM ninepence.ledgers WHERE is_demo"))

    def test_traps_come_back_row_by_row(self):
        books = ledger.small()
        with Server(books.env()) as server:
            server.ask("create_expenses", {"create_missing": True, "items": [
                {"amount": "1.00", "merchant": "=HYPERLINK(\"x\")", "description": "+1, \"two\"\nthree"},
                {"amount": "2.00", "merchant": "'=1", "category": "Gifts: Deep", "tags": ["-tag", "Büro"]},
                {"amount": "3.000", "currency": "KWD", "merchant": "@cmd", "account": "=Konto"},
                {"amount": "4.00", "merchant": "Long", "account": "€" * 120}]})
        self.come_back(books, 1)
        for format in ("ofx", "hledger"):  # beancount has no such letters
            self.assertIn("€" * 120, export(books, "--format", format))


class Contents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def test_no_cell_is_a_formula(self):
        books = ledger.small()
        with Server(books.env()) as server:
            server.ask("create_expenses", {"items": [{"amount": "1", "merchant": text} for text in (
                "=1+1", "+1", "-1", "@x", "\t=1", "＝1")]})
        for row in list(csv.reader(io.StringIO(export(books, "--period", "today"))))[1:]:
            for name, cell in zip(("payee", "memo", "category"), (row[3], row[4], row[5])):
                self.assertNotIn(cell[:1], tuple("=+-@\t＝"), name)

    def test_filter_decides_what_is_in_the_file(self):
        rows = list(csv.DictReader(io.StringIO(export(self.books, "merchant=Etsy", "--period",
                                                      "2026-08-01..2026-08-02"))))
        self.assertEqual([(row["date"], row["amount"], row["payee"]) for row in rows],
                         [("2026-08-01", "-10.00", "Etsy"), ("2026-08-02", "-10.01", "Etsy")])

    def test_link_gives_the_same_file_as_the_command(self):
        with Server(self.books.env()) as server:
            for format in ("csv", "ofx", "hledger", "beancount"):
                answer = server.ask("export_expenses", {"format": format, "merchant": "Étsy"})
                contents = server.request("resources/read", {"uri": answer["uri"]})["result"]["contents"]
                self.assertEqual(contents[0]["text"],
                                 export(self.books, "--format", format, "merchant=etsy"))
                self.assertTrue(contents[0]["text"])

    def test_address_that_was_not_given_out_is_refused(self):
        with Server(self.books.env()) as server:
            for uri in ("ninepence://exports/csv/x", "ninepence://exports/csv/%5B%5D",
                        "ninepence://exports/exe/%5B%5D",
                        "ninepence://exports/csv/%5B" + "null%2C" * 10 + "7%5D"):
                with self.subTest(uri=uri):
                    self.assertIn("error", server.request("resources/read", {"uri": uri}))

    @unittest.skipUnless(shutil.which("hledger"), "there is no hledger")
    def test_hledger_adds_up_to_the_same_total(self):
        total = self.books.value("SELECT sum(amount) FROM ninepence.expenses WHERE ledger_id = 1"
                                 " AND deleted_at IS NULL AND currency = 'USD'"
                                 " AND kind IN ('expense', 'refund')")
        said = subprocess.run(["hledger", "-f", "-", "balance", "expenses", "cur:USD", "--depth", "1",
                               "--no-total", "-O", "csv"], capture_output=True, text=True, check=True,
                              input=export(self.books, "--format", "hledger")).stdout
        figure = list(csv.reader(io.StringIO(said)))[1][1]
        self.assertEqual(Decimal(figure.replace("USD", "").replace(",", "").strip()), Decimal(total))


class SampleLedger(unittest.TestCase):
    """Each format, read by others than ninepence: every account and currency comes to what is stored."""

    @classmethod
    def setUpClass(cls):
        cls.books = ledger.demo()
        number = cls.books.value("SELECT ledger_id FROM ninepence.ledgers WHERE is_demo")
        cls.sums, cls.rows = {}, {}
        for account, currency, total, rows in cls.books.rows(
                "SELECT o.name, e.currency, sum(CASE e.kind WHEN 'income' THEN e.amount ELSE -e.amount END), count(*)"
                " FROM ninepence.expenses e JOIN ninepence.accounts o USING (ledger_id, account_id)"
                f" WHERE e.deleted_at IS NULL AND e.ledger_id = {number} GROUP BY 1, 2"):
            cls.sums[account, currency] = Decimal(total)
            cls.rows[account, currency] = int(rows)
        cls.entries = int(cls.books.value(
            "SELECT count(DISTINCT coalesce(receipt_id, expense_id)) FROM ninepence.expenses"
            f" WHERE deleted_at IS NULL AND ledger_id = {number}"))

    def hledger(self, *args):
        return subprocess.run(["hledger", "-f", "-", *args], capture_output=True, text=True, check=True,
                              input=export(self.books, "--format", "hledger")).stdout

    @unittest.skipUnless(shutil.which("hledger"), "there is no hledger")
    def test_hledger_finds_every_account_and_entry(self):
        sums = {}
        for account, balances in list(csv.reader(io.StringIO(self.hledger("balance", "assets", "--no-total", "-O", "csv"))))[1:]:
            for balance in balances.split(", "):
                amount, currency = balance.split()
                sums[account.removeprefix("assets:"), currency] = Decimal(amount)
        self.assertEqual(sums, self.sums)
        # What has no category goes to an account of its own: nothing is lost, and all of it balances.
        self.assertEqual(self.hledger("balance", "--depth", "0", "-O", "csv").splitlines()[-1], '"total","0"')
        count = re.search(r"^Transactions +: (\d+)", self.hledger("stats"), re.MULTILINE).group(1)
        self.assertEqual(int(count), sum(self.rows.values()))
        self.assertGreaterEqual(int(count), self.entries)

    def test_beancount_balances_by_hand(self):
        sums, postings = {}, 0
        text = export(self.books, "--format", "beancount")
        for entry in re.split(r"\n(?=\d{4}-\d\d-\d\d )", text)[1:]:
            lines = re.findall(r"^  ([A-Z][\w:-]*)  (-?[0-9.]+) ([A-Z]{3})$", entry, re.MULTILINE)
            self.assertEqual(sum(Decimal(amount) for _, amount, _ in lines), 0, entry)
            self.assertEqual(len({currency for _, _, currency in lines}), 1, entry)
            for account, amount, currency in lines:
                if account.startswith("Assets:"):
                    key = account.removeprefix("Assets:").replace("-", " "), currency
                    sums[key] = sums.get(key, 0) + Decimal(amount)
                    postings += 1
        self.assertEqual((sums, postings), (self.sums, sum(self.rows.values())))

    def test_ofx_is_xml_with_every_account(self):
        text = export(self.books, "--format", "ofx")
        sums, rows = {}, {}
        for statement in ElementTree.fromstring(text[text.index("<OFX>"):]).iter("STMTRS"):
            key = statement.findtext(".//ACCTID"), statement.findtext("CURDEF")
            self.assertNotIn(key, sums)
            amounts = [Decimal(one.findtext("TRNAMT")) for one in statement.iter("STMTTRN")]
            sums[key], rows[key] = sum(amounts), len(amounts)
            days = [one.findtext("DTPOSTED")[:8] for one in statement.iter("STMTTRN")]
            self.assertEqual(statement.findtext(".//DTSTART"), min(days))
            self.assertGreaterEqual(statement.findtext(".//DTEND"), max(days))
        self.assertEqual((sums, rows), (self.sums, self.rows))


if __name__ == "__main__":
    unittest.main()
