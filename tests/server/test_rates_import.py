"""ninepence rates import: the central bank's table becomes rates of the ledger, whatever its currency;
what waited is converted; a table that is not right is refused as a whole."""
import decimal
import os
import sys
import tempfile
import unittest
from datetime import date, timedelta
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger, mcp_client  # noqa: E402

decimal.getcontext().prec = 60
HEADER = "Date,USD,JPY,GBP,ZZZ,KWD,"
DAYS = {  # newest first, as the bank writes it
    "2026-11-18": ("1.1500", "170.00", "0.8700", "N/A", "0.35000"),
    "2026-11-10": ("1.1402", "169.37", "0.8653", "N/A", "0.34871"),
    "2026-09-04": ("1.1250", "165.10", "0.8600", "N/A", "N/A"),
    "2026-09-03": ("N/A", "165.00", "0.8601", "0.4293", "0.34000"),
    "2015-01-02": ("1.2043", "145.21", "0.7789", "N/A", "N/A"),
}
TABLE = HEADER + "\r\n" + "".join(f"{day},{','.join(cells)},\r\n" for day, cells in DAYS.items())
# ZZZ is none that the books know.
CURRENCIES = HEADER.strip(",").split(",")[1:]


def cross(own, since):
    """The model: {(currency, day): rate}, twelve decimals."""
    rates = {}
    for day, cells in DAYS.items():
        euro = {name: Decimal(cell) for name, cell in zip(CURRENCIES, cells)
                if cell != "N/A" and name != "ZZZ"}
        euro["EUR"] = Decimal(1)
        if day < since or own not in euro:
            continue
        for name, cost in euro.items():
            if name != own:
                rates[name, day] = (euro[own] / cost).quantize(
                    Decimal("1e-12"), rounding=decimal.ROUND_HALF_UP)
    return rates


class Table(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "eurofxref-hist.csv")

    def write(self, text=TABLE):
        with open(self.path, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def run_import(self, *more, **env):
        return mcp_client.run(["rates", "import", self.path, *more], env=self.books.env(**env))

    def stored(self, ledger_id=1):
        return {(currency, day): Decimal(rate) for currency, day, rate in self.books.rows(
            "SELECT currency, on_day, rate FROM ninepence.rates"
            f" WHERE ledger_id = {ledger_id} AND source = 'ecb'")}

    def refused(self, text, words):
        self.write(text)
        before = self.books.fingerprint()
        done = self.run_import()
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertIn("Nothing was saved", done.stderr)
        self.assertEqual(self.books.fingerprint(), before)

    def test_rates_of_a_dollar_ledger_are_crossed_by_the_euro(self):
        self.write()
        done = self.run_import()
        self.assertEqual(done.returncode, 0, done.stderr)
        # The books begin on 2024-02-29: what is older than a week before that is not needed.
        self.assertEqual(self.stored(), cross("USD", "2024-02-22"))
        self.assertIn("3 rates from before 2024-02-22 were left out", done.stdout)

    def test_what_waited_is_converted_and_said(self):
        self.write()
        done = self.run_import()
        base = dict(self.books.rows("SELECT expense_id, base_amount FROM ninepence.expenses"
                                    " WHERE expense_id IN (31, 53, 54)"))
        # 30 GBP x 1.1250/0.8600 = 39.2441..; 18 EUR x 1.1500; 7 EUR x 1.1402 = 7.9814
        self.assertEqual(base, {"31": "39.2400", "53": "20.7000", "54": "7.9800"})
        self.assertIn("3 expenses converted anew, 2 of which had waited", done.stdout)

    def test_other_currencies_can_be_the_ledgers_own(self):
        for own in ("EUR", "JPY", "KWD"):
            with self.subTest(own=own):
                books = self.books = ledger.empty()
                self.write()
                done = self.run_import("--since", "2015-01-01", NINEPENCE_CURRENCY=own)
                self.assertEqual(done.returncode, 0, done.stderr)
                number = books.value("SELECT ledger_id FROM ninepence.ledgers")
                self.assertEqual(self.stored(number), cross(own, "2015-01-01"))

    def test_second_time_is_no_change(self):
        self.write()
        self.run_import()
        before = self.books.fingerprint()
        done = self.run_import()
        self.assertEqual((done.returncode, done.stdout.split(".")[0]), (0, "No rate is new"))
        self.assertEqual(self.books.fingerprint(), before)

    def test_what_a_person_said_stays_unless_it_is_to_be_replaced(self):
        self.books.execute("INSERT INTO ninepence.rates (ledger_id, currency, on_day, rate) VALUES"
                           " (1, 'GBP', '2026-09-04', 1.5);")
        self.write()
        self.run_import()
        asked = ("SELECT rate FROM ninepence.rates WHERE ledger_id = 1 AND currency = 'GBP'"
                 " AND on_day = '2026-09-04'")
        self.assertEqual(self.books.value(asked), "1.500000000000")
        self.run_import("--replace")
        self.assertEqual(self.books.value(asked), "1.308139534884")

    def test_dry_run_stores_nothing(self):
        self.write()
        before = self.books.fingerprint()
        done = self.run_import("--dry-run")
        self.assertIn("Would store 11 rates", done.stdout)
        self.assertEqual(self.books.fingerprint(), before)

    def test_whole_import_can_be_taken_back(self):
        self.write()
        tables = ("ninepence.expenses", "ninepence.rates")
        before = self.books.fingerprint()
        self.run_import()
        number = self.books.value("SELECT max(change_id) FROM ninepence.changes")
        with mcp_client.Server(self.books.env()) as server:
            server.ask("undo_change", {"change_id": f"ch{number}"})
        after = self.books.fingerprint()
        self.assertEqual({t: after[t] for t in tables}, {t: before[t] for t in tables})

    def test_many_days_go_in_portions_and_none_is_lost(self):
        first = date(2000, 1, 1)
        names = ["USD", "JPY", "GBP", "CHF", "SEK"]
        lines = [f"{first + timedelta(days=n)},1.1,120.5,0.8{n % 10},1.{n % 7}1,10.{n % 90 + 10},"
                 for n in range(1100)]
        self.write("Date," + ",".join(names) + ",\n" + "\n".join(reversed(lines)) + "\n")
        done = self.run_import("--since", "2000-01-01")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Stored 5500 rates, from 2000-01-01 to 2003-01-04", done.stdout)
        self.assertEqual(len(self.stored()), 5500)
        self.assertEqual(self.books.value("SELECT count(*) FROM ninepence.changes"), "2")

    def test_tables_that_are_not_right_are_refused_as_a_whole(self):
        line = "2026-11-18,1.15,170,0.87,N/A,0.35,\n"
        for text, words in (
                ("", "empty"), ("a,b\n1,2\n", "Line 1 is not the header"),
                ("Date,USD,euro,\n", "Line 1 must name a currency"),
                (HEADER + "\n" + line + "2026-02-30,1,1,1,1,1,\n", "Line 3 must begin with a day"),
                (HEADER + "\n2026-11-17,1e1,1,1,1,1,\n", "Line 2 must hold a plain number"),
                (HEADER + "\n2026-11-17,0.00,1,1,1,1,\n", "Line 2 must hold a plain number"),
                (HEADER + "\n2026-11-17,-1,1,1,1,1,\n", "Line 2 must hold a plain number"),
                (HEADER + "\n2026-11-17,1,1,1,1,1,1,1\n", "more columns"),
                ("Date,JPY,\n2026-11-17,170,\n", "no rates of USD"),
                ("PK\x03\x04", "zip")):
            with self.subTest(text=text):
                self.refused(text, words)

    def test_file_that_is_not_there_is_named(self):
        done = mcp_client.run(["rates", "import", "/nowhere.csv"], env=self.books.env())
        self.assertEqual(done.returncode, 66)
        self.assertIn("/nowhere.csv", done.stderr)

    def test_wrong_command_lines_are_explained(self):
        for args in (["rates"], ["rates", "import"], ["rates", "export", "x"],
                     ["rates", "import", "x", "--since", "soon"], ["rates", "import", "x", "--sinse"]):
            with self.subTest(args=args):
                done = mcp_client.run(args, env=self.books.env())
                self.assertEqual(done.returncode, 64, done.stderr)


if __name__ == "__main__":
    unittest.main()
