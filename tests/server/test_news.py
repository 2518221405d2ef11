"""Who listens to a month or an expense hears of every change to it, whichever process wrote, with and
without announcements of the database; and nothing else."""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import MODERN, Server, base_environment  # noqa: E402

LEGACY = "2025-06-18"
MONTH = "ninepence://months/"
UPDATED = "notifications/resources/updated"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
POOLED = {"NINEPENCE_TRANSACTION_POOLER": "yes"}


class Listener:
    """A server with one subscription in its era, and what it has said so far."""

    def __init__(self, books, era, uris, **env):
        self.server = Server(books.env(**env), era=era)
        self.era = era
        if era == MODERN:
            self.id = self.server.start("subscriptions/listen", {
                "notifications": {"resourceSubscriptions": uris}})
            self.server.wait(lambda: any(n["method"] == ACKNOWLEDGED
                                         for n in self.server.notifications), 60, "the word")
        else:
            for uri in uris:
                self.server.result("resources/subscribe", {"uri": uri}, seconds=60)

    def heard(self):
        news = [n["params"] for n in self.server.notifications if n["method"] == UPDATED]
        for one in news:
            if self.era == MODERN:
                assert one["_meta"] == {SUBSCRIPTION: self.id}, one
            else:
                assert "_meta" not in one, one
        return [one["uri"] for one in news]

    def wait(self, *uris):
        """Waits until each was heard, and forgets; fails when others were heard as well."""
        self.server.wait(lambda: set(uris) <= set(self.heard()), 30, f"news of {uris}")
        with self.server.lock:
            seen = set(self.heard())
            self.server.notifications.clear()
        assert seen == set(uris), seen

    def close(self):
        self.server.expect_answers = False
        self.server.close()


def create(server, **item):
    item = {"amount": "3.50", "date": "2026-11-03", "category": "Groceries", **item}
    return server.ask("create_expenses", {"items": [item], "allow_duplicate": True}
                      )["rows"][0]["after"]["id"]


class TwoProcesses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()
        cls.writer = Server(cls.books.env(), era=LEGACY)

    @classmethod
    def tearDownClass(cls):
        cls.writer.close()

    def listen(self, era, uris, **env):
        listener = Listener(self.books, era, uris, **env)
        self.addCleanup(listener.close)
        return listener

    def test_change_of_another_process_is_heard_by_month_and_expense(self):
        one = create(self.writer)
        expense = f"ninepence://expenses/{one}"
        for amount, era in (("4.00", LEGACY), ("5.00", MODERN)):
            with self.subTest(era):
                listener = self.listen(era, [MONTH + "2026-11", MONTH + "2026-10", expense])
                create(self.writer)
                listener.wait(MONTH + "2026-11")
                self.writer.ask("update_expenses", {"ids": [one], "set": {"amount": amount}})
                listener.wait(MONTH + "2026-11", expense)
                self.writer.ask("update_expenses", {"ids": [one], "set": {"date": "2026-10-20"}})
                listener.wait(MONTH + "2026-11", MONTH + "2026-10", expense)
                self.writer.ask("update_expenses", {"ids": [one], "set": {"date": "2026-11-03"}})
                listener.wait(MONTH + "2026-11", MONTH + "2026-10", expense)

    def test_own_change_is_heard_once_too(self):
        for era in (LEGACY, MODERN):
            with self.subTest(era):
                listener = self.listen(era, [MONTH + "2026-11"])
                create(listener.server)
                listener.wait(MONTH + "2026-11")

    def test_changes_made_at_once_are_all_heard_though_the_writer_goes(self):
        months = [f"2025-{month:02}" for month in range(1, 13)]
        listener = self.listen(LEGACY, [MONTH + month for month in months])
        with Server(self.books.env(), era=LEGACY) as writer:
            calls = [writer.start("tools/call", {"name": "create_expenses", "arguments": {"items": [
                {"amount": "1.50", "date": f"{month}-05", "category": "Groceries"}]}}) for month in months]
            for call in calls:
                self.assertNotIn("isError", writer.wait_answer(call)["result"])
        listener.wait(*(MONTH + month for month in months))

    def test_deleting_is_heard(self):
        one = create(self.writer, date="2026-09-09")
        listener = self.listen(LEGACY, [MONTH + "2026-09", f"ninepence://expenses/{one}"])
        self.writer.ask("delete_expenses", {"ids": [one]})
        listener.wait(MONTH + "2026-09", f"ninepence://expenses/{one}")

    def test_other_months_rehearsals_and_refusals_are_not_heard(self):
        listener = self.listen(LEGACY, [MONTH + "2026-07"])
        create(self.writer, date="2026-08-01")
        self.writer.ask("create_expenses", {"dry_run": True, "items": [
            {"amount": "1", "date": "2026-07-01", "category": "Groceries"}]})
        self.writer.refusal("create_expenses", {"items": [
            {"amount": "1", "date": "2026-07-01", "category": "Nothing of the kind"}]})
        create(self.writer, date="2026-07-02")
        listener.wait(MONTH + "2026-07")

    def test_nothing_is_heard_after_unsubscribing(self):
        listener = self.listen(LEGACY, [MONTH + "2026-06", MONTH + "2026-04"])
        listener.server.result("resources/unsubscribe", {"uri": MONTH + "2026-06"})
        create(self.writer, date="2026-06-05")
        create(self.writer, date="2026-04-05")
        listener.wait(MONTH + "2026-04")

    def test_context_and_categories_change_with_everything(self):
        listener = self.listen(MODERN, ["ninepence://context", "ninepence://categories"])
        create(self.writer)
        listener.wait("ninepence://context", "ninepence://categories")

    def test_months_are_those_of_the_ledger(self):
        books = ledger.small()
        books.execute("UPDATE ninepence.ledgers SET first_day_of_month = 15")
        listener = Listener(books, LEGACY, [MONTH + "2026-09", MONTH + "2026-10"])
        self.addCleanup(listener.close)
        with Server(books.env()) as writer:
            create(writer, date="2026-10-14")
            listener.wait(MONTH + "2026-09")
            create(writer, date="2026-10-15")
            listener.wait(MONTH + "2026-10")

    def test_listener_behind_a_pooler_looks_from_time_to_time(self):
        for era in (LEGACY, MODERN):
            with self.subTest(era):
                listener = self.listen(era, [MONTH + "2026-03"], NINEPENCE_WATCH_INTERVAL="1",
                                       **POOLED)
                create(self.writer, date="2026-03-03")
                listener.wait(MONTH + "2026-03")
                create(listener.server, date="2026-03-04")
                listener.wait(MONTH + "2026-03")

    def test_lost_connection_costs_time_but_no_news(self):
        listener = self.listen(LEGACY, [MONTH + "2026-02"], NINEPENCE_WATCH_INTERVAL="1")
        create(self.writer, date="2026-02-01")
        listener.wait(MONTH + "2026-02")
        self.books.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        f" WHERE datname = '{self.books.name}' AND query ILIKE 'LISTEN%'")
        create(self.writer, date="2026-02-02")
        listener.wait(MONTH + "2026-02")

    def test_first_ledger_of_a_database_is_heard_of(self):
        books = ledger.empty()
        listener = Listener(books, LEGACY, [MONTH + "2026-11"])
        self.addCleanup(listener.close)
        with Server(books.env()) as writer:
            writer.ask("create_expenses", {"items": [
                {"amount": "1", "date": "2026-11-01", "category": "Food"}]})
            listener.wait(MONTH + "2026-11")

    def test_announcement_holds_the_number_of_the_ledger_only(self):
        heard = Psql(self.books)
        self.addCleanup(heard.close)
        create(self.writer, description="secret words", merchant="Secret Shop")
        self.assertEqual(heard.next(), '"ninepence_changes" with payload "1"')


class Psql:
    """Somebody who listens without being one of us."""

    def __init__(self, books):
        self.process = subprocess.Popen(
            [os.path.join(ledger.bindir(), "psql"), "-X", "-q", "-A", "-t", "-d", books.url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.say("LISTEN ninepence_changes; SELECT 'ready';")
        assert self.process.stdout.readline() == b"ready\n"

    def say(self, sql):
        self.process.stdin.write(sql.encode() + b"\n")

    def next(self):
        self.say("SELECT 1;")
        assert self.process.stdout.readline() == b"1\n"
        line = self.process.stdout.readline().decode()
        return line.removeprefix("Asynchronous notification ").split(" received")[0]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Honest(unittest.TestCase):
    """What cannot be kept is not promised."""

    def refuses(self, env):
        with Server(env, era=LEGACY) as server:
            self.assertNotIn("subscribe", server.handshake["capabilities"]["resources"])
            error = server.request("resources/subscribe", {"uri": MONTH + "2026-10"})["error"]
            self.assertEqual(error["code"], -32601)
        with Server(env, era=MODERN) as server:
            capabilities = server.result("server/discover")["capabilities"]
            self.assertNotIn("subscribe", capabilities["resources"])

    def test_neither_announcements_nor_looking_means_no_subscriptions(self):
        self.refuses(base_environment(DATABASE_URL="postgresql://127.0.0.1:1/none",
                                      NINEPENCE_WATCH_INTERVAL="0", **POOLED))

    def test_settings_that_cannot_be_read_mean_no_subscriptions(self):
        self.refuses(base_environment(DATABASE_URL="mysql://127.0.0.1/none"))

    def test_subscription_without_a_database_is_answered_all_the_same(self):
        env = base_environment(DATABASE_URL="postgresql://127.0.0.1:1/none")
        with Server(env, era=LEGACY) as server:
            self.assertEqual(server.handshake["capabilities"]["resources"]["subscribe"], True)
            self.assertEqual(server.result("resources/subscribe", {"uri": MONTH + "2026-10"},
                                           seconds=60), {})


if __name__ == "__main__":
    unittest.main()
