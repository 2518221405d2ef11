"""Bank files into the books: nothing twice, all or nothing, and only what lies in the import folder."""
import os
import re
import resource
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger, mcp_client, with_postgres  # noqa: E402
from support.mcp_client import Server  # noqa: E402

HEAD = "Date,Description,Amount,Currency\n"
# More than two statements of rows; NINEPENCE_TEST_ROWS=50000 for a long run.
MANY = int(os.environ.get("NINEPENCE_TEST_ROWS") or (4500 if mcp_client.VALGRIND else 9000))


def csv(*rows):
    return HEAD + "".join(f"{date},{text},{amount},USD\n" for date, text, amount in rows)


class Base(unittest.TestCase):
    def setUp(self):
        self.books = ledger.small()
        self.folder = tempfile.TemporaryDirectory(prefix="np-import-")
        self.addCleanup(self.folder.cleanup)
        self.server = self.start()

    def start(self):
        server = Server(self.books.env(NINEPENCE_IMPORT_FOLDER=self.folder.name))
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def put(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return name

    def ask(self, **arguments):
        return self.server.ask("import_transactions", {"account": "Checking", **arguments})

    def refused(self, **arguments):
        result = self.server.call("import_transactions", {"account": "Checking", **arguments})
        self.assertTrue(result.get("isError"), result)
        return result["structuredContent"]["error"]

    def commit(self, *rows, **more):
        return self.ask(content=csv(*rows), mode="commit", **more)

    def stored(self, where="import_id IS NOT NULL AND deleted_at IS NULL"):
        return int(self.books.value(f"SELECT count(*) FROM ninepence.expenses WHERE {where}"))


class Identity(Base):
    WEEK = [("2026-11-02", "COFFEE BAR", "-3.50"), ("2026-11-02", "COFFEE BAR", "-3.50"),
            ("2026-11-04", "EMPLOYER INC SALARY", "2100.00"), ("2026-11-05", "SHELL 0815", "-52.00")]

    def test_same_file_twice_has_nothing_new(self):
        self.assertEqual(self.commit(*self.WEEK)["count"], 4)
        again = self.commit(*self.WEEK)
        self.assertEqual((again["count"], again["verdicts"]["same"]), (0, 4))
        self.assertEqual(self.stored(), 4)

    def test_overlapping_file_brings_only_what_is_new(self):
        self.commit(*self.WEEK[:3])
        later = self.commit(*self.WEEK[1:], ("2026-11-06", "COFFEE BAR", "-3.50"))
        self.assertEqual((later["count"], later["verdicts"]["same"]), (2, 2))
        self.assertEqual(self.stored(), 5)

    def test_two_equal_rows_of_one_day_stay_two(self):
        self.commit(self.WEEK[0])
        both = self.commit(*self.WEEK[:2])
        self.assertEqual((both["count"], both["verdicts"]["same"]), (1, 1))

    def test_what_was_entered_by_hand_is_joined_and_not_stored_again(self):
        self.server.ask("create_expenses", {"items": [
            {"amount": "52", "date": "2026-11-03", "merchant": "Shell", "category": "Fuel"}]})
        seen = self.ask(content=csv(*self.WEEK))
        likely = [row for row in seen["rows"] if row["verdict"] == "likely"]
        self.assertEqual([row["n"] for row in likely], [4])
        self.assertEqual(self.commit(*self.WEEK)["count"], 3)
        self.assertEqual(self.stored("merchant_folded LIKE 'shell%' AND amount = 52"), 1)
        self.assertEqual(self.commit(*self.WEEK)["verdicts"]["same"], 4)

    def test_a_row_that_looks_alike_can_be_said_to_be_new(self):
        self.server.ask("create_expenses", {"items": [
            {"amount": "52", "date": "2026-11-05", "merchant": "Shell"}]})
        self.assertEqual(self.commit(*self.WEEK, as_new=[4])["count"], 4)
        self.assertEqual(self.stored("amount = 52 AND spent_on = '2026-11-05'"), 2)

    def test_pending_row_is_replaced_by_its_booked_form(self):
        head = "Date,Description,Amount,Currency,Status\n"
        self.ask(content=head + "2026-11-03,Gas Station,-40.00,USD,Pending\n", mode="commit")
        self.assertEqual(self.stored("pending AND amount = 40"), 1)
        booked = self.ask(content=head + "2026-11-05,GAS STATION 17,-40.00,USD,Booked\n", mode="commit")
        self.assertEqual((booked["count"], booked["verdicts"]["booked"]), (0, 1))
        self.assertEqual(self.books.rows(
            "SELECT spent_on, pending FROM ninepence.expenses WHERE amount = 40 AND import_id > 0"),
            [("2026-11-05", "f")])

    def test_deleted_row_does_not_come_back(self):
        self.commit(*self.WEEK)
        number = self.books.value("SELECT expense_id FROM ninepence.expenses WHERE amount = 52"
                                  " AND import_id > 0")
        self.server.ask("delete_expenses", {"ids": [f"e{number}"]})
        self.assertEqual(self.commit(*self.WEEK)["verdicts"]["same"], 4)
        self.assertEqual(self.stored(), 3)

    def test_bank_id_with_another_amount_is_a_conflict_and_is_left_out(self):
        head = "Date,Description,Amount,Currency,Transaction ID\n"
        self.ask(content=head + "2026-11-03,Shop,-10.00,USD,tx-00042-a\n", mode="commit")
        other = self.ask(content=head + "2026-11-03,Shop,-12.00,USD,tx-00042-a\n", mode="commit")
        self.assertEqual((other["count"], other["verdicts"]["conflicting"]), (0, 1))
        self.assertEqual(self.stored(), 1)


class Accounts(Base):
    OFX = ("OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
           "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>"
           "<CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>{number}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>"
           "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261103<TRNAMT>-{amount}<FITID>{number}-{amount}<NAME>SHOP"
           "</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n")

    def bring(self, number, amount):
        seen = self.server.ask("import_transactions", {
            "content": self.OFX.format(number=number, amount=amount), "mode": "commit"})
        return seen["accounts"]

    def test_numbers_that_end_alike_are_two_accounts(self):
        self.assertEqual(self.bring("5088/0194780100888", "1.00"), ["Account 0888"])
        self.assertEqual(self.bring("5088/0194779500888", "2.00"), ["5088/0194779500888"])
        for number, name in (("5088/0194780100888", "Account 0888"), ("5088/0194779500888", "5088/0194779500888")):
            self.assertEqual(self.bring(number, "3.00"), [name])

    def test_two_forms_of_one_number_are_one_account(self):
        for number in ("DE02500105170137075030", "XXXXXX5030", "0137075030"):
            self.assertEqual(self.bring(number, f"{len(number)}.00"), ["Account 5030"])


class Kinds(Base):
    def kinds(self):
        return dict(self.books.rows("SELECT merchant, kind FROM ninepence.expenses"
                                    " WHERE import_id IS NOT NULL AND merchant IS NOT NULL"))

    def test_refund_is_known_by_the_purchase_before_it(self):
        self.commit(("2026-11-02", "SHOE STORE", "-80.00"), ("2026-11-09", "SHOE STORE", "80.00"),
                    ("2026-11-10", "EMPLOYER INC", "2100.00"))
        self.assertEqual(self.books.rows(
            "SELECT kind, trim_scale(amount) FROM ninepence.expenses WHERE import_id IS NOT NULL"
            " ORDER BY expense_id"), [("expense", "80"), ("refund", "-80"), ("income", "2100")])

    def seen(self, *rows):
        return [row["kind"] for row in self.ask(content=csv(*rows))["rows"]]

    def test_refund_is_seen_in_a_preview_before_anything_is_in_the_books(self):
        rows = [("2016-11-02", "SHOE STORE", "-80.00"), ("2016-11-09", "SHOE STORE", "80.00"),
                ("2016-11-10", "EMPLOYER INC", "2100.00")]
        self.assertEqual(self.seen(*rows), ["expense", "refund", "income"])
        self.assertEqual(self.seen(*reversed(rows)), ["income", "refund", "expense"])
        self.assertEqual(self.seen(("2016-11-02", "SHOE STORE", "-79.00"), *rows[1:]),
                         ["expense", "income", "income"])

    def test_refund_of_what_was_bought_half_a_year_before_the_file(self):
        self.server.ask("create_expenses", {"items": [
            {"amount": "80", "date": "2016-05-13", "merchant": "Shoe Store"}]})
        for day, kind in (("2016-11-09", "refund"), ("2016-11-10", "income")):
            self.assertEqual(self.seen((day, "SHOE STORE", "80.00"), (day, "BAR", "-3.00")), [kind, "expense"])

    def test_counts_of_a_preview_are_those_of_its_rows(self):
        rows = [("2016-11-02", "SHOP", "-5.00"), ("2016-11-02", "CARD CHECK", "0.00"),
                ("2016-11-03", "TRANSFER TO SAVINGS", "-50.00"), ("2016-11-04", "EMPLOYER INC", "2100.00")]
        twice = [("2016-11-02", "SHOP", "-5.00"), ("2016-11-02", "CARD CHECK", "0.00")]
        for content in (rows, rows + twice):
            counts = self.ask(content=csv(*content))["verdicts"]
            self.assertEqual(
                [tuple(str(counts[name]) for name in ("new", "empty", "transfers"))],
                self.books.rows("SELECT count(*) FILTER (WHERE verdict = 'new'), count(*) FILTER (WHERE verdict = 'empty'),"
                                " count(*) FILTER (WHERE verdict = 'new' AND found = 'transfer')"
                                " FROM ninepence.import_rows WHERE import_id = (SELECT max(import_id) FROM ninepence.imports)"))
            self.assertEqual(counts.pop("transfers"), 1)
            self.assertEqual(sum(counts.values()), len(content))

    def test_legs_of_a_card_payment_in_two_files_are_transfers(self):
        self.commit(("2026-11-03", "VISA ONLINE", "-250.00"), ("2026-11-03", "LANDLORD", "-900.00"))
        self.assertEqual(set(self.kinds().values()), {"expense"})
        card = self.ask(account="Credit Card", mode="commit", content=csv(
            ("2026-11-04", "PAYMENT THANK YOU", "250.00"), ("2026-11-05", "BOOK SHOP", "-20.00")))
        self.assertEqual((card["count"], card["verdicts"]["transfers"]), (2, 1))
        self.assertEqual(self.books.value("SELECT count(*) || ' ' || trim_scale(sum(amount))"
                                          " FROM ninepence.expenses WHERE kind = 'transfer'"
                                          " AND import_id IS NOT NULL"), "2 0")

    def test_category_is_what_the_merchant_had_last(self):
        row = self.ask(content=csv(("2026-11-16", "COSTCO", "-10.00")))["rows"][0]
        self.assertEqual(row["category"], "Food: Groceries")

    def test_archived_category_gets_nothing_by_rules_or_by_habit(self):
        """The next rule decides (a new one is tried first); without one the row waits for a category."""
        for text, category in (("bar", "Restaurants"), ("coffee", "Coffee Shops")):
            self.server.ask("manage_rules", {"op": "create", "when": {"text": text}, "then": {"category": category}})
        self.server.ask("create_expenses", {"items": [
            {"amount": "40", "merchant": "SHELL", "category": "Fuel", "date": "2026-11-01"}]})
        rows = ("2026-11-02", "COFFEE BAR", "-3.50"), ("2026-11-05", "SHELL", "-52.00")

        def categories():
            return [row.get("category", "") for row in self.ask(content=csv(*rows), mode="preview")["rows"]]

        self.assertEqual(sorted(categories()), ["Food: Restaurants: Coffee Shops", "Transportation: Fuel"])
        for category in ("Coffee Shops", "Fuel"):
            self.server.ask("manage_categories", {"op": "archive", "category": category})
        self.assertEqual(sorted(categories()), ["", "Food: Restaurants"])


class Whole(Base):
    def test_undo_takes_all_back_and_the_file_can_be_imported_again(self):
        if "undo_change" not in {tool["name"] for tool in self.server.request("tools/list")["result"]["tools"]}:
            self.skipTest("there is no undo_change")
        before = self.stored("deleted_at IS NULL")
        done = self.ask(content=csv(*Identity.WEEK), mode="commit", account="New One",
                        create_missing=True)
        self.server.ask("undo_change", {"change_id": done["change_id"]})
        self.assertEqual(self.stored("deleted_at IS NULL"), before)
        again = self.ask(content=csv(*Identity.WEEK), mode="commit", account="New One",
                         create_missing=True)
        self.assertEqual(again["count"], 4)

    def test_no_account_is_made_that_is_called_none_or_like_an_id(self):
        before = self.books.fingerprint()
        for name, words in (("None", "an account cannot be called that"), ("a77", "there is no account")):
            error = self.refused(content=csv(*Identity.WEEK), mode="commit", account=name, create_missing=True)
            self.assertIn(words, error["message"])
        self.assertEqual(self.books.fingerprint(), before)

    def test_import_of_nothing_new_has_nothing_to_take_back(self):
        saved = self.commit(*Identity.WEEK[:1])["summary"]
        self.assertRegex(saved, r"^Saved 1 new transaction of [0-9-]+\. undo_change with ch1 takes all of it back\.$")
        again = self.commit(*Identity.WEEK[:1])["summary"]
        self.assertRegex(again, r"^Saved no new transaction of [0-9-]+; 1 was in the books already\.$")
        seen = self.ask(content=csv(*Identity.WEEK[:1]))["summary"]
        self.assertNotIn("Nothing is saved yet", seen)
        self.assertIn("Nothing is saved yet", self.ask(content=csv(*Identity.WEEK))["summary"])

    def test_dry_run_of_a_commit_is_a_preview(self):
        seen = self.ask(content=csv(*Identity.WEEK), mode="commit", dry_run=True)
        self.assertEqual((seen["saved"], seen["count"]), (False, 4))
        self.assertEqual(self.stored(), 0)

    def test_change_shows_what_it_made_and_what_a_row_was_before_it_was_edited(self):
        done = self.commit(*Identity.WEEK)
        made = self.books.value("SELECT min(expense_id) FROM ninepence.expenses WHERE import_id > 0")
        self.server.ask("update_expenses", {"ids": [f"e{made}"], "set": {"notes": "edited"}})
        (seen,) = self.server.ask("list_changes", {"change_id": done["change_id"]})["rows"]
        rows = [row["after"] for row in seen["rows"]]
        self.assertEqual((seen["count"], len(rows), rows[0]["id"]), (4, 4, f"e{made}"))
        self.assertNotIn("notes", rows[0])
        error = self.server.call("undo_change", {"change_id": done["change_id"]})["structuredContent"]["error"]
        self.assertEqual((error["code"], error["candidates"]), ("changed_since", [f"e{made}"]))

    def test_import_that_was_taken_back_can_be_had_again(self):
        done = self.commit(*Identity.WEEK)
        undone = self.server.ask("undo_change", {"change_id": done["change_id"]})
        self.assertEqual((undone["count"], self.stored()), (4, 0))
        self.server.ask("undo_change", {"change_id": undone["change_id"]})
        self.assertEqual(self.stored(), 4)

    def accounts(self):
        return [name for (name,) in self.books.rows("SELECT name FROM ninepence.accounts WHERE ledger_id = 1 ORDER BY 1")]

    def test_account_that_an_import_made_goes_and_comes_back_with_it(self):
        before = self.accounts()
        new = {"mode": "commit", "account": "New One"}
        first = self.ask(content=csv(*Identity.WEEK[:2]), create_missing=True, **new)
        second = self.ask(content=csv(*Identity.WEEK), **new)
        taken = [self.server.ask("undo_change", {"change_id": done["change_id"]})["change_id"]
                 for done in (second, first)]
        self.assertEqual((self.accounts(), self.stored()), (before, 0))
        self.assertEqual(self.refused(content=csv(*Identity.WEEK), account="New One")["code"], "no_such_account")
        # What the second one brought has no account to come back to, until the first is back.
        error = self.server.call("undo_change", {"change_id": taken[0]})["structuredContent"]["error"]
        self.assertEqual(error["code"], "changed_since")
        for change in taken[::-1]:
            self.server.ask("undo_change", {"change_id": change})
        self.assertIn("New One", self.accounts())
        self.assertEqual(self.stored("import_id > 0 AND deleted_at IS NULL AND account_id ="
                                     " (SELECT account_id FROM ninepence.accounts WHERE name = 'New One')"), 4)
        self.assertEqual(self.ask(content=csv(*Identity.WEEK), **new)["verdicts"]["same"], 4)

    def test_account_that_an_import_made_stays_while_others_use_it(self):
        first = self.ask(content=csv(*Identity.WEEK), mode="commit", account="New One", create_missing=True)
        self.server.ask("create_expenses", {"items": [{"amount": "1", "date": "2026-11-20", "account": "New One"}]})
        self.server.ask("undo_change", {"change_id": first["change_id"]})
        self.assertIn("New One", self.accounts())

    def test_import_is_committed_once(self):
        seen = self.ask(content=csv(*Identity.WEEK))
        self.ask(import_id=seen["import_id"], mode="commit")
        self.assertEqual(self.refused(import_id=seen["import_id"], mode="commit")["code"],
                         "already_imported")

    def test_two_commits_at_once_store_every_row_once(self):
        other = self.start()
        ids = [(server, server.start("tools/call", {"name": "import_transactions", "arguments": {
            "account": "Checking", "content": csv(*Identity.WEEK), "mode": "commit"}}))
            for server in (self.server, other)]
        counts = [server.wait_answer(id)["result"]["structuredContent"]["count"]
                  for server, id in ids]
        self.assertEqual(sorted(counts), [0, 4])

    def test_killed_in_the_middle_of_many_rows_stores_none_or_all(self):
        rows = [(f"2025-{i % 12 + 1:02}-{i % 28 + 1:02}", f"SHOP {chr(97 + i % 26)}{chr(97 + i // 26 % 26)}",
                 f"-{i % 97 + 1}.{i % 100:02}")
                for i in range(MANY)]
        self.put("many.csv", csv(*rows))
        victim = Server(self.books.env(NINEPENCE_IMPORT_FOLDER=self.folder.name))
        victim.start("tools/call", {"name": "import_transactions", "arguments": {
            "account": "Checking", "path": "many.csv", "mode": "commit"}})
        # The books are being written as soon as the change is open: its row waits for COMMIT, so
        # what is seen is the lock on it.
        mcp_client.wait_until(lambda: self.books.value(
            "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE c.relname = 'expenses' AND l.mode = 'RowExclusiveLock'") != "0",
            60, "the saving to begin")
        victim.kill()
        mcp_client.wait_until(lambda: self.books.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()") == "0", 60, "its connections to end")
        self.assertIn(self.stored(), (0, MANY))
        done = self.ask(path="many.csv", mode="commit")
        self.assertEqual(self.stored(), MANY)
        self.assertIn(done["count"], (0, MANY))
        self.assertEqual(self.ask(path="many.csv")["verdicts"]["same"], MANY)


class Hostile(Base):
    def test_paths_that_leave_the_folder_are_refused(self):
        for path in ("../outside.csv", "/etc/passwd", "a/../../outside.csv", "", ".", "..", "/",
                     "nothing.csv", "x" * 300, "sub//many.csv"):
            with self.subTest(path=path):
                self.assertIn(self.refused(path=path)["code"], ("bad_path", "invalid_argument"))

    def test_links_are_not_followed(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            with open(os.path.join(elsewhere, "real.csv"), "w", encoding="ascii") as file:
                file.write(csv(*Identity.WEEK))
            os.symlink(os.path.join(elsewhere, "real.csv"), os.path.join(self.folder.name, "l.csv"))
            os.symlink(elsewhere, os.path.join(self.folder.name, "sub"))
            for path in ("l.csv", "sub/real.csv"):
                with self.subTest(path=path):
                    error = self.refused(path=path)
                    self.assertEqual(error["code"], "bad_path")
                    self.assertIn("link", error["message"])

    def test_link_that_comes_between_is_not_followed(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            secret = os.path.join(elsewhere, "secret.csv")
            with open(secret, "w", encoding="ascii") as file:
                file.write(csv(("2026-11-02", "SECRET", "-66.60")))
            self.put("real.csv", csv(("2026-11-02", "OWN", "-1.00")))
            os.mkdir(os.path.join(self.folder.name, "sub"))
            self.put("sub/real.csv", csv(("2026-11-02", "OWN", "-1.00")))
            inside = lambda name: os.path.join(self.folder.name, name)
            os.symlink(secret, inside("link"))
            os.symlink(elsewhere, inside("folder link"))
            os.link(secret, os.path.join(elsewhere, "real.csv"))
            stop = threading.Event()

            def exchange():  # file and link, folder and link, at one stroke each
                while not stop.is_set():
                    for name, link in (("real.csv", "link"), ("sub", "folder link")):
                        for one, other in ((name, "x"), (link, name), ("x", link)):
                            os.rename(inside(one), inside(other))

            writer = threading.Thread(target=exchange)
            writer.start()
            try:
                seen = [self.server.call("import_transactions", {"account": "Checking", "path": path})
                        for path in ("real.csv", "sub/real.csv") * (5 if mcp_client.VALGRIND else 40)]
            finally:
                stop.set()
                writer.join()
        self.assertNotIn("66.60", str(seen))
        for result in seen:
            if result.get("isError"):
                self.assertEqual(result["structuredContent"]["error"]["code"], "bad_path")
            else:
                self.assertEqual([row["merchant"] for row in result["structuredContent"]["rows"]], ["OWN"])

    def test_devices_pipes_and_folders_are_no_files(self):
        os.mkfifo(os.path.join(self.folder.name, "pipe"))
        os.mkdir(os.path.join(self.folder.name, "folder"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.path.join(self.folder.name, "socket"))
        paths = ["pipe", "folder"]
        try:
            os.mknod(os.path.join(self.folder.name, "device"), stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
            paths.append("device")
        except PermissionError:
            pass
        for path in paths:
            with self.subTest(path=path):
                self.assertIn("no ordinary file", self.refused(path=path)["message"])
        self.assertEqual(self.refused(path="socket")["code"], "bad_path")

    def test_zero_in_a_path_is_no_text(self):
        answer = self.server.request("tools/call", {
            "name": "import_transactions", "arguments": {"account": "Checking", "path": "a\0.csv"}})
        self.assertEqual(answer["error"]["code"], -32600)

    def test_name_with_controls_is_read_and_shown_escaped(self):
        name = self.put("na\x1b[31mme\u202e\n.csv", csv(*Identity.WEEK))
        self.assertEqual(self.ask(path=name)["file"]["name"], name)
        self.refused(path="\x1b[31mnothing\u202e.csv")
        for line in self.server.lines:
            self.assertNotRegex(line.decode(), "[\x00-\x1f\x7f\u202e]")

    @unittest.skipIf(os.geteuid() != 0, "only root can give a file away and read it no more")
    def test_file_that_may_not_be_read_is_named(self):
        owner = with_postgres.server_user()
        self.put("closed.csv", csv(*Identity.WEEK))
        os.chmod(os.path.join(self.folder.name, "closed.csv"), 0)
        os.chmod(self.folder.name, 0o755)
        if subprocess.run(["test", "-x", mcp_client.BIN], preexec_fn=with_postgres.become(owner), check=False).returncode:
            self.skipTest(f"{owner} may not run the program where it lies")
        with Server(self.books.env(NINEPENCE_IMPORT_FOLDER=self.folder.name),
                    preexec=with_postgres.become(owner)) as server:
            error = server.call("import_transactions", {"path": "closed.csv", "account": "Checking"})["structuredContent"]["error"]
        self.assertEqual((error["code"], error["saved"]), ("bad_path", "no"))
        self.assertIn('"closed.csv" may not be read. Nothing was saved.', error["message"])

    def test_account_name_is_cut_to_what_the_books_hold(self):
        head = "Date,Description,Amount,Currency,Account\n"
        for length, name in ((120, "A"), (121, "B"), (121, "é"), (200, "€"), (400, "𝄞")):
            with self.subTest(length=length, name=name):
                rows = "".join(f"2026-11-0{day},SHOP,-{day}.00,USD,{name * length}\n" for day in (2, 3))
                done = self.server.ask("import_transactions", {"content": head + rows, "mode": "commit"})
                self.assertEqual((done["count"], done["accounts"]), (2, [name * 120]))
                again = self.server.ask("import_transactions", {"content": head + rows, "mode": "commit"})
                self.assertEqual((again["count"], again["verdicts"]["same"]), (0, 2))

    def test_file_beyond_the_bound_is_refused_unread(self):
        path = os.path.join(self.folder.name, "huge.csv")
        command = ["import", path, "--account", "Checking", "--dry-run"]
        for size, most, refuse in (
                (50_000_000, "larger than 50 MB", lambda: self.refused(path="huge.csv")["message"]),
                (1_000_000_000, "larger than 1000 MB",
                 lambda: mcp_client.run(command, env=self.books.env()).stderr)):
            for beyond in (0, 1):
                with self.subTest(size=size, beyond=beyond):
                    with open(path, "wb") as file:
                        file.truncate(size + beyond)
                    (self.assertIn if beyond else self.assertNotIn)(most, refuse())

    @unittest.skipIf(mcp_client.VALGRIND, "takes minutes")
    def test_rows_beyond_the_bound_are_refused(self):
        row = "2026-11-02,SHOP,-1.00,USD\n"
        self.put("most.csv", HEAD + row * 200000)
        self.put("more.csv", HEAD + row * 200001)
        verdicts = self.ask(path="most.csv")["verdicts"]
        self.assertEqual(verdicts["new"], 200000)
        error = self.refused(path="more.csv")
        self.assertEqual((error["code"], error["saved"]), ("too_large", "no"))
        self.assertIn("200000", error["message"].replace(",", ""))

    def test_line_without_an_end_and_ten_thousand_columns_are_refused(self):
        self.put("line.csv", HEAD.encode() + b"2026-11-02," + b"x" * 5_000_000)
        self.put("wide.csv", ",".join(f"c{i}" for i in range(10000)) + "\n" + "1," * 9999 + "1\n")
        for name in ("line.csv", "wide.csv"):
            with self.subTest(name=name):
                self.assertEqual(self.refused(path=name)["saved"], "no")

    def test_entities_that_multiply_are_refused(self):
        bomb = ('<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(8)) +
            ']><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
            "<Stmt><Id>&i;</Id></Stmt></BkToCstmrStmt></Document>")
        self.put("bomb.xml", bomb)
        self.assertEqual(self.refused(path="bomb.xml")["saved"], "no")
        start = bomb[:bomb.index("<Document")]
        transaction = ("<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20261102</DTPOSTED><TRNAMT>-1.00</TRNAMT>"
                       "<FITID>1234567</FITID><NAME>&i;&i;</NAME></STMTTRN>")
        self.put("bomb.ofx", start.replace("?>", '?><?OFX OFXHEADER="200" VERSION="211"?>', 1) +
                 "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD</CURDEF><BANKACCTFROM><ACCTID>1</ACCTID></BANKACCTFROM>"
                 f"<BANKTRANLIST>{transaction}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>")
        result = self.server.call("import_transactions", {"path": "bomb.ofx", "account": "Checking"})
        if not result.get("isError"):
            self.assertNotIn("aaaaaaaaaa", str(result["structuredContent"]["rows"]))

    def test_formula_stays_a_text(self):
        self.commit(("2026-11-02", "=cmd|' /C calc'!A0", "-1.00"))
        self.assertEqual(self.stored("description LIKE '=cmd%' OR merchant LIKE '=cmd%'"), 1)

    def test_file_that_grows_while_it_is_read_is_refused(self):
        path = os.path.join(self.folder.name, "live.csv")
        row = "2026-11-02,SHOP,-1.00,USD\n"
        with open(path, "w", encoding="ascii") as file:
            file.write(HEAD + row * 200000)
        stop = threading.Event()

        def grow():
            with open(path, "a", encoding="ascii") as file:
                while not stop.is_set():
                    file.write(row)
                    file.flush()
                    stop.wait(0.001)

        writer = threading.Thread(target=grow)
        writer.start()
        try:
            error = self.refused(path="live.csv", mode="commit")
        finally:
            stop.set()
            writer.join()
        self.assertIn(error["code"], ("unreadable_file", "too_large"))
        self.assertEqual(self.stored(), 0)


class CommandLine(Base):
    def run_import(self, *args):
        return mcp_client.run(["import", *args], env=self.books.env())

    def test_preview_saves_nothing_and_yes_saves(self):
        path = os.path.join(self.folder.name, self.put("week.csv", csv(*Identity.WEEK)))
        seen = self.run_import(path, "--account", "Checking")
        self.assertEqual(seen.returncode, 0)
        self.assertIn("4 new", seen.stdout)
        self.assertIn("Nothing was saved", seen.stdout)
        self.assertEqual(self.stored(), 0)
        self.assertEqual(self.run_import(path, "--account=Checking", "--dry-run", "--yes").returncode, 0)
        self.assertEqual(self.stored(), 0)
        done = self.run_import(path, "--account", "Checking", "--yes")
        self.assertIn("Saved 4 new transactions", done.stdout)
        self.assertEqual(self.stored(), 4)

    def test_undo_takes_an_import_back_and_the_file_is_new_again(self):
        path = os.path.join(self.folder.name, self.put("week.csv", csv(*Identity.WEEK)))
        done = self.run_import(path, "--account", "Checking", "--yes")
        change = re.search(r"ninepence import --undo (ch\d+)", done.stdout).group(1)
        undone = self.run_import("--undo", change)
        self.assertEqual((undone.returncode, self.stored()), (0, 0), undone.stderr)
        self.assertEqual(undone.stdout, f"Took back {change}: 4 rows are as before it.\n")
        self.assertIn("4 new", self.run_import(path, "--account", "Checking", "--dry-run").stdout)

    def test_words_are_those_of_the_shell(self):
        path = os.path.join(self.folder.name, self.put("week.csv", csv(*Identity.WEEK)))
        bad = os.path.join(self.folder.name, self.put("bad.csv", csv(("2026-11-02", "SHOP", "1x"), *Identity.WEEK)))
        unclear = os.path.join(self.folder.name, self.put("unclear.csv", csv(*Questions.UNCLEAR)))
        for args, words in (
                ((path, "--yes"), "does not say which account it is of. Nothing was saved. Import it again with"
                                  " --account NAME, and --create if that is new."),
                ((path, "--account", "Nowhere"), "there is no account \"Nowhere\". Nothing was saved. ninepence call"
                                                 " get_context kind=accounts lists them; --create makes it."),
                ((bad, "--account", "Checking", "--yes"), "1 row of the file could not be read. Nothing was saved. They"
                                                          " are listed above; --skip-bad-rows saves the others."),
                ((unclear, "--account", "Checking"), "Say --mapping date_order=dmy (the day first: 03/04/2026 is"
                                                     " 2026-04-03) or date_order=mdy (")):
            with self.subTest(args=args):
                done = self.run_import(*args)
                self.assertEqual(done.returncode, 65)
                self.assertTrue(done.stderr.startswith(f"ninepence: {args[0]}: "), done.stderr)
                self.assertIn(words, done.stderr)
        seen = self.run_import(bad, "--account", "Checking")
        self.assertIn('Line 2, field "Amount": expected an amount such as -12.50, found "1x".', seen.stdout)
        self.assertNotIn("mode commit", seen.stdout)

    def test_line_of_half_a_gigabyte_takes_no_memory(self):
        path = os.path.join(self.folder.name, "line.csv")
        for start in (HEAD.encode() + b"2026-11-02,", b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:"
                      b"xsd:camt.053.001.08'><BkToCstmrStmt><Stmt><Id>", b"OFXHEADER:100\n\n<OFX><STMTTRN><NAME>"):
            with open(path, "wb") as file:
                file.write(start)
                file.truncate(500_000_000)
            done = self.run_import(path, "--account", "Checking")
            self.assertEqual(done.returncode, 65, done.stdout)
            self.assertIn("Nothing was saved.", done.stderr)
        if not mcp_client.SANITIZED and not mcp_client.VALGRIND:  # which need memory of their own
            self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 200_000)

    def test_what_nobody_stated_is_said(self):
        path = os.path.join(self.folder.name, self.put("plain.csv", "Date,Description,Amount\n2026-11-02,SHOP,-1.00\n"))
        seen = self.run_import(path, "--account", "Girokonto").stdout
        self.assertIn("It names no currency: EUR is assumed.", seen)

    def test_text_of_a_file_does_not_steer_the_terminal(self):
        path = os.path.join(self.folder.name, self.put(
            "esc.csv", csv(("2026-11-02", "\x1b]0;evil\x07SHOP\x1b[31m", "-1.00"), ("2026-11-03", "SHOP", "1\x1b[31mx"))))
        for args in ((path, "--account", "Checking"), (path, "--account", "\x1b[31mred")):
            done = self.run_import(*args)
            self.assertNotRegex(done.stdout + done.stderr, r"[\x00-\x09\x0b-\x1f\x7f]")

    def test_what_cannot_be_read_ends_with_a_sentence(self):
        path = os.path.join(self.folder.name, self.put("no.csv", "hello\n"))
        for args, code in (((path,), 65), (("/no/such/file",), 66), ((), 64)):
            with self.subTest(args=args):
                done = self.run_import(*args)
                self.assertEqual((done.returncode, done.stderr.startswith("ninepence: ")), (code, True))


class Terminal(Base):
    """The same command where a person sits: it asks what the file leaves open, and before it saves."""

    def play(self, args, replies):
        """Types each reply when what it answers was printed; all that was printed, and the exit code."""
        master, slave = os.openpty()
        process = subprocess.Popen(mcp_client.command_line(("import", *args)), env=self.books.env(TERM="dumb"),
                                   stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        said, seen, replies = b"", 0, list(replies)
        while True:
            if not select.select([master], [], [], 20 * mcp_client.SCALE)[0]:
                process.kill()
                self.fail(f"waited for {replies[:1]}, and saw {said.decode()}")
            try:
                piece = os.read(master, 4096)
            except OSError:  # nobody is at the other end any more
                break
            said += piece
            if replies and replies[0][0].encode() in said[seen:]:
                seen = len(said)
                os.write(master, replies.pop(0)[1].encode())
        os.close(master)
        self.assertEqual(replies, [])
        return said.decode().replace("\r\n", "\n"), process.wait(60 * mcp_client.SCALE)

    def card_file(self):
        return os.path.join(self.folder.name, self.put("card.csv", Questions.CARD))

    def test_sign_is_asked_then_whether_to_save(self):
        said, code = self.play([self.card_file(), "--account", "Credit Card"],
                               [("Which? [1-2", "7\n"), ("Which? [1-2", "1\n"), ("Save the new ones?", "y\n")])
        self.assertEqual(code, 0, said)
        self.assertIn("whether 10.00 on line 2 is money out or money in.\n", said)
        self.assertIn("Saved 2 new transactions of 2026-11-13 to 2026-11-14. ninepence import --undo ch", said)
        self.assertEqual(self.books.rows("SELECT kind FROM ninepence.expenses WHERE import_id > 0"), [("expense",)] * 2)
        again, code = self.play([self.card_file(), "--account", "Credit Card"], [])
        self.assertEqual((code, "There is nothing to save." in again), (0, True), again)

    def test_nothing_chosen_or_no_saves_nothing(self):
        said, code = self.play([self.card_file(), "--account", "Credit Card"], [("Which?", "\n")])
        self.assertEqual(code, 65, said)
        self.assertIn("Nothing was saved. Say --mapping sign=positive_out (", said)
        said, code = self.play([self.card_file(), "--account", "Credit Card", "--mapping", "sign=positive_out"],
                               [("Save the new ones?", "n\n")])
        self.assertEqual((code, self.stored()), (0, 0), said)
        self.assertIn("Nothing was saved", said)

    def test_merchants_are_seen_in_eighty_columns(self):
        said, _ = self.play([self.card_file(), "--account", "Credit Card", "--mapping", "sign=positive_out", "--dry-run"], [])
        self.assertIn("SHOP A", said)


class Readme(unittest.TestCase):
    def test_session_goes_as_it_is_shown(self):
        with open(os.path.join(mcp_client.ROOT, "README.md"), encoding="utf-8") as file:
            block = re.search(r"```\n(\$ cat november.csv\n.*?)```", file.read(), re.DOTALL).group(1)
        env = ledger.empty().env()
        with tempfile.TemporaryDirectory() as folder:
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
                words = command.split()
                if words[0] == "cat":
                    with open(os.path.join(folder, words[1]), "w", encoding="ascii") as file:
                        file.write(shown)
                    continue
                done = mcp_client.run(words[1:], env=env, cwd=folder)
                self.assertEqual((done.returncode, re.sub(" +\n", "\n", done.stdout)), (0, shown), done.stderr)


class Questions(Base):
    """What a file leaves open is asked once for a bank and account."""
    UNCLEAR = [("03/04/2026", "SHOP A", "-1.00"), ("05/06/2026", "SHOP B", "-2.00")]
    LATER = [("07/08/2026", "SHOP C", "-3.00")]

    def days(self):
        return [day for (day,) in self.books.rows("SELECT spent_on FROM ninepence.expenses WHERE import_id > 0 ORDER BY 1")]

    def asking(self, **more):
        server = Server(self.books.env(), capabilities={"elicitation": {}}, **more)
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def arguments(self, rows):
        return {"name": "import_transactions",
                "arguments": {"account": "Checking", "content": csv(*rows), "mode": "commit"}}

    def test_form_is_answered_by_the_person_and_remembered(self):
        server = self.asking(era="2025-06-18")
        id = server.start("tools/call", self.arguments(self.UNCLEAR))
        server.wait(lambda: server.requests, what="a question")
        request = server.requests[0]
        self.assertEqual(request["method"], "elicitation/create")
        self.assertIn("date_order", request["params"]["requestedSchema"]["properties"])
        server.send({"jsonrpc": "2.0", "id": request["id"],
                     "result": {"action": "accept", "content": {"date_order": "dmy"}}})
        self.assertEqual(server.wait_answer(id)["result"]["structuredContent"]["count"], 2)
        self.assertEqual(self.days(), ["2026-04-03", "2026-06-05"])
        self.assertEqual(server.request("tools/call", self.arguments(self.LATER))["result"]
                         ["structuredContent"]["count"], 1)
        self.assertEqual((len(server.requests), self.days()[-1]), (1, "2026-08-07"))

    def test_form_that_is_declined_saves_nothing(self):
        server = self.asking(era="2025-06-18")
        id = server.start("tools/call", self.arguments(self.UNCLEAR))
        server.wait(lambda: server.requests, what="a question")
        server.send({"jsonrpc": "2.0", "id": server.requests[0]["id"], "result": {"action": "decline"}})
        result = server.wait_answer(id)["result"]
        self.assertTrue(result["isError"])
        self.assertIn("Nothing was saved", result["structuredContent"]["error"]["message"])
        self.assertEqual(self.stored(), 0)

    def test_modern_client_gets_the_form_as_input_that_is_required(self):
        server = self.asking(era=mcp_client.MODERN)
        first = server.request("tools/call", self.arguments(self.UNCLEAR))["result"]
        self.assertEqual(first["resultType"], "input_required")
        (key,) = first["inputRequests"]
        again = server.request("tools/call", {
            **self.arguments(self.UNCLEAR), "requestState": first["requestState"],
            "inputResponses": {key: {"action": "accept", "content": {"date_order": "mdy"}}}})["result"]
        self.assertEqual(again["structuredContent"]["count"], 2)
        self.assertEqual(self.days(), ["2026-03-04", "2026-05-06"])

    # One column of amounts without a minus: purchases of a card, or money that came in?
    CARD = "Date,Description,Amount,Currency\n2026-11-13,SHOP A,10.00,USD\n2026-11-14,SHOP B,20.00,USD\n"
    CARD_LATER = "Date,Description,Amount,Currency\n2026-11-15,SHOP C,30.00,USD\n"

    def card(self, content, **more):
        return {"name": "import_transactions",
                "arguments": {"account": "Credit Card", "content": content, "mode": "commit", **more}}

    def spent(self):
        return [(kind, amount) for kind, amount in self.books.rows(
            "SELECT kind, trim_scale(amount) FROM ninepence.expenses WHERE import_id > 0 ORDER BY expense_id")]

    OUT = [("expense", "10"), ("expense", "20")]

    def test_unknown_sign_is_asked_in_a_form_and_remembered_for_the_account(self):
        server = self.asking(era="2025-11-25")
        id = server.start("tools/call", self.card(self.CARD))
        server.wait(lambda: server.requests, what="a question")
        params = server.requests[0]["params"]
        sign = params["requestedSchema"]["properties"]["sign"]
        self.assertEqual([option["const"] for option in sign["oneOf"]], ["positive_out", "negative_out"])
        self.assertIn("whether 10.00 on line 2 is money out or money in", params["message"])
        server.send({"jsonrpc": "2.0", "id": server.requests[0]["id"],
                     "result": {"action": "accept", "content": {"sign": "positive_out"}}})
        self.assertEqual(server.wait_answer(id)["result"]["structuredContent"]["count"], 2)
        self.assertEqual(self.spent(), self.OUT)
        later = server.request("tools/call", self.card(self.CARD_LATER))["result"]["structuredContent"]
        self.assertEqual((later["count"], len(server.requests)), (1, 1))
        self.assertEqual(self.spent()[-1], ("expense", "30"))
        # Of another account nothing is known: it is asked again.
        id = server.start("tools/call", {"name": "import_transactions", "arguments": {
            "account": "Checking", "content": self.CARD.replace("SHOP", "EMPLOYER"), "mode": "commit"}})
        server.wait(lambda: len(server.requests) == 2, what="a question")
        server.send({"jsonrpc": "2.0", "id": server.requests[1]["id"],
                     "result": {"action": "accept", "content": {"sign": "negative_out"}}})
        server.wait_answer(id)
        self.assertEqual([row[0] for row in self.spent()[3:]], ["income", "income"])

    def test_unknown_sign_is_required_input_of_a_modern_client(self):
        server = self.asking(era=mcp_client.MODERN)
        first = server.request("tools/call", self.card(self.CARD))["result"]
        self.assertEqual(first["resultType"], "input_required")
        ((key, question),) = first["inputRequests"].items()
        self.assertIn("sign", question["params"]["requestedSchema"]["required"])
        self.assertEqual(self.stored(), 0)
        again = server.request("tools/call", {
            **self.card(self.CARD), "requestState": first["requestState"],
            "inputResponses": {key: {"action": "accept", "content": {"sign": "positive_out"}}}})["result"]
        self.assertEqual(again["structuredContent"]["count"], 2)
        self.assertEqual(self.spent(), self.OUT)

    def test_client_that_cannot_be_asked_says_the_sign_in_the_mapping(self):
        error = self.refused(account="Credit Card", content=self.CARD, mode="commit")
        self.assertEqual((error["code"], error["field"], error["saved"]), ("ambiguous_file", "mapping", "no"))
        self.assertEqual(error["candidates"], ["sign=positive_out", "sign=negative_out"])
        self.assertTrue(error["message"].startswith(
            "mapping: The file does not say whether 10.00 on line 2 is money out or money in. Nothing was saved. "))
        done = self.ask(account="Credit Card", content=self.CARD, mode="commit", mapping=error["candidates"][0])
        self.assertEqual((done["count"], self.spent()), (2, self.OUT))
        self.assertEqual(self.ask(account="Credit Card", content=self.CARD_LATER, mode="commit")["count"], 1)
        self.assertEqual(self.spent()[-1], ("expense", "30"))

    def test_order_and_sign_are_asked_together(self):
        server = self.asking(era="2025-06-18")
        id = server.start("tools/call", self.card(self.CARD.replace("2026-11-13", "03/04/2026").replace("2026-11-14", "05/06/2026")))
        server.wait(lambda: server.requests, what="a question")
        self.assertEqual(set(server.requests[0]["params"]["requestedSchema"]["properties"]), {"date_order", "sign"})
        server.send({"jsonrpc": "2.0", "id": server.requests[0]["id"], "result": {
            "action": "accept", "content": {"date_order": "dmy", "sign": "positive_out"}}})
        self.assertEqual(server.wait_answer(id)["result"]["structuredContent"]["count"], 2)
        self.assertEqual((self.days(), self.spent()), (["2026-04-03", "2026-06-05"], self.OUT))


class Cancel(Base):
    def saving(self):
        return self.books.value("SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                                " WHERE c.relname = 'expenses' AND l.mode = 'RowExclusiveLock'") != "0"

    def setUp(self):
        super().setUp()
        self.put("many.csv", csv(*[(f"2025-{i % 12 + 1:02}-{i % 28 + 1:02}", f"SHOP {i % 50}", f"-{i % 97 + 1}.00")
                                   for i in range(3 * MANY)]))

    def test_cancelled_while_it_saves_stores_nothing(self):
        id = self.server.start("tools/call", {"name": "import_transactions", "arguments": {
            "account": "Checking", "path": "many.csv", "mode": "commit"}})
        mcp_client.wait_until(self.saving, 60, "the saving to begin")
        self.server.notify("notifications/cancelled", {"requestId": id})
        mcp_client.wait_until(lambda: not self.saving(), 60, "the saving to end")
        self.assertEqual(self.stored(), 0)
        self.server.asked[f"int:{id}"] = 0

    def test_interrupted_command_stores_nothing(self):
        path = os.path.join(self.folder.name, "many.csv")
        process = subprocess.Popen(mcp_client.command_line(("import", path, "--account", "Checking", "--yes")),
                                   env=self.books.env(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        mcp_client.wait_until(self.saving, 60, "the saving to begin")
        process.send_signal(signal.SIGINT)
        self.assertNotEqual(process.wait(60 * mcp_client.SCALE), 0)
        mcp_client.wait_until(lambda: not self.saving(), 60, "the saving to end")
        self.assertEqual(self.stored(), 0)


class Chunks(Base):
    """A file of several statements of rows: the next is read while one is stored."""

    def test_every_row_is_kept_in_its_place(self):
        cents = [100 + i * 37 % 9973 for i in range(MANY // 2)]
        self.put("many.csv", csv(*[(f"2026-{i % 10 + 1:02}-{i % 28 + 1:02}", f"SHOP {i}", f"-{c // 100}.{c % 100:02}")
                                   for i, c in enumerate(cents)]))
        seen = self.ask(path="many.csv")
        total = f"{sum(cents) // 100}.{sum(cents) % 100:02}"
        self.assertEqual((seen["verdicts"]["new"], seen["file"]["currencies"][0]["out"]), (len(cents), total))
        self.assertEqual(self.books.value(
            "SELECT concat_ws(' ', count(*), max(n), sum(-amount)::numeric(12,2),"
            " count(*) FILTER (WHERE line <> n + 1 OR original <> 'SHOP ' || n - 1)) FROM ninepence.import_rows"),
            f"{len(cents)} {len(cents)} {total} 0")
        self.assertEqual(self.books.value("SELECT first_day || ' ' || last_day FROM ninepence.imports"),
                         "2026-01-01 2026-10-28")

    def test_keys_are_looked_up_by_their_index(self):
        rows = [("2026-11-02", f"SHOP {i}", "-1.00") for i in range(500)]
        self.commit(*rows)
        self.assertEqual(self.ask(content=csv(*rows))["verdicts"]["same"], len(rows))
        read = ("SELECT sum(%s) FROM pg_stat_user_indexes"
                " WHERE relname = 'expenses' AND indexrelname IN ('expenses_by_external_id', 'expenses_pkey')")
        mcp_client.wait_until(lambda: int(self.books.value(read % "idx_scan")) >= len(rows), 60,
                              "as many looks into the indexes as there are rows")
        self.assertLess(int(self.books.value(read % "idx_tup_read")), 10 * len(rows))

    def test_keys_are_looked_up_by_their_index_when_statistics_are_of_an_empty_table(self):
        self.books.execute("DELETE FROM ninepence.expense_tags;\n"
                           "DELETE FROM ninepence.expenses WHERE expense_id > (SELECT min(expense_id) FROM ninepence.expenses);\nANALYZE ninepence.expenses;\n"
                           "DELETE FROM ninepence.expenses;\nVACUUM ninepence.expenses;\n"
                           "ALTER TABLE ninepence.expenses SET (autovacuum_enabled = off);\n")
        rows = [(f"2026-{i % 10 + 1:02}-{i % 28 + 1:02}", f"SHOP {i % 50}", f"-{i // 100 + 1}.{i % 100:02}")
                for i in range(MANY)]
        rows += [("2026-11-02", f"SHOP {i % 50}", f"{i + 1}.00") for i in range(30)]
        self.assertEqual(self.commit(*rows)["count"], len(rows))
        read = "SELECT sum(idx_tup_read) + (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'expenses')" \
               " FROM pg_stat_user_indexes WHERE relname = 'expenses'"
        scans = "SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE relname = 'expenses'"
        before = int(self.books.value(scans))
        new = [("2026-11-03", f"SHOP {i % 50}", f"{i + 1}.50") for i in range(30)]
        seen = self.ask(content=csv(*rows, *new))["verdicts"]
        self.assertEqual((seen["same"], seen["new"]), (len(rows), len(new)))
        mcp_client.wait_until(lambda: int(self.books.value(scans)) >= before + len(rows), 60,
                              "as many looks into the indexes as there are rows")
        self.assertLess(int(self.books.value(read)), 20 * len(rows))

    @unittest.skipIf(os.environ.get("NINEPENCE_VALGRIND"), "takes minutes under valgrind")
    def test_rows_that_were_just_saved_are_not_read_again(self):
        """Not by each of the three parts in which they are saved; by one look at all of them, maybe."""
        self.books.value("UPDATE ninepence.expenses SET category_id = NULL RETURNING 1")
        self.put("many.csv", csv(*[("2026-11-02", f"SHOP {i}", "-1.00") for i in range(12 * MANY)]))
        rows = self.ask(path="many.csv", mode="commit")["count"]
        stat = "SELECT %s FROM pg_stat_user_tables WHERE relname = 'expenses'"
        mcp_client.wait_until(lambda: int(self.books.value(stat % "n_tup_ins")) >= rows, 60, "the counts of the import")
        read = int(self.books.value(stat % "seq_tup_read")) + int(self.books.value(
            "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'expenses'"))
        self.assertLess(read, rows + MANY)

    def test_what_is_met_far_into_the_file_is_refused_and_leaves_nothing(self):
        rows = [f"2026-11-02,First,SHOP {i},-1.00,USD\n" for i in range(MANY // 2)]
        rows += [f"2026-11-03,Other {i},SHOP,-1.00,USD\n" for i in range(64)]
        head = "Date,Account,Description,Amount,Currency\n"
        for count, is_refused in ((len(rows) - 1, False), (len(rows), True)):
            with self.subTest(count=count):
                self.put("accounts.csv", head + "".join(rows[:count]))
                result = self.server.call("import_transactions", {"path": "accounts.csv"})
                answer = result["structuredContent"]
                self.assertEqual(bool(result.get("isError")), is_refused)
                if is_refused:
                    self.assertEqual((answer["error"]["code"], answer["error"]["saved"]), ("too_large", "no"))
                    self.assertIn("more than 64 accounts", answer["error"]["message"])
                else:
                    self.assertEqual(answer["verdicts"]["new"], count)
                self.assertEqual(self.books.value("SELECT count(*) FROM ninepence.imports"), "1")


class Progress(Base):
    def test_percentage_rises_while_many_rows_are_read(self):
        self.put("rows.csv", csv(*[("2026-01-02", f"SHOP {i}", "-1.00") for i in range(9000)]))
        self.server.request("tools/call", {
            "name": "import_transactions", "_meta": {"progressToken": "p"},
            "arguments": {"account": "Checking", "path": "rows.csv"}})
        seen = [note["params"] for note in self.server.notifications
                if note["method"] == "notifications/progress"]
        self.assertGreaterEqual(len(seen), 2)
        self.assertEqual({note["total"] for note in seen}, {100})
        numbers = [note["progress"] for note in seen]
        self.assertEqual(numbers, sorted(set(numbers)))


if __name__ == "__main__":
    unittest.main()
