"""Log messages to a client that asked for them: the database is away, it is back, a question is asked
again. Few, before the answer, and to nobody who did not ask."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import Server, wait_until  # noqa: E402

LEVEL = "io.modelcontextprotocol/logLevel"
AWAY = ("warning", "The database cannot be reached; it is tried again.")
BACK = ("notice", "The database can be reached again.")
AGAIN = ("info", "The connection to the database was lost; what was asked over it is asked again.")


def logs(server):
    with server.lock:
        return [(one["params"]["level"], one["params"]["data"]) for one in server.notifications
                if one["method"] == "notifications/message"]


class Logs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def lose_a_connection(self, server, **more):
        """A read whose connection is cut while it waits; its answer."""
        with self.books.locked() as lock:
            id = server.start("tools/call", {"name": "read_expenses", "arguments": {}}, **more)
            self.books.wait_for_waiting(1)
            self.books.value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                             " WHERE datname = current_database() AND wait_event_type = 'Lock'")
            wait_until(lambda: self.books.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'") == "1", 10, "the read to be run again")
            lock.release()
        return server.wait_answer(id)["result"]

    def test_question_that_is_asked_again_is_told_before_its_answer(self):
        with Server(self.books.env()) as server:
            self.assertNotIn("isError", self.lose_a_connection(server, meta={LEVEL: "info"}))
            self.assertEqual(logs(server), [AGAIN])
            self.assertIn(b"notifications/message", server.lines[-2])

    def test_nothing_is_told_to_those_who_did_not_ask_for_the_level(self):
        with Server(self.books.env()) as server:
            self.assertNotIn("isError", self.lose_a_connection(server))
            self.assertNotIn("isError", self.lose_a_connection(server, meta={LEVEL: "notice"}))
            self.assertEqual(logs(server), [])
        with Server(self.books.env(), era="2025-11-25") as server:
            self.assertNotIn("isError", self.lose_a_connection(server))
            self.assertEqual(logs(server), [])
        with Server(self.books.env(), era="2025-11-25") as server:
            server.result("logging/setLevel", {"level": "debug"})
            self.assertNotIn("isError", self.lose_a_connection(server))
            self.assertEqual(logs(server), [AGAIN])

    def test_database_that_goes_and_comes_is_told_once_each(self):
        postgres = ledger.postgres()
        with Server(self.books.env(), era="2025-11-25") as plain, \
                Server(self.books.env(), era="2025-11-25") as server:
            server.result("logging/setLevel", {"level": "notice"})
            for one in plain, server:
                one.ask("get_context")
            postgres.stop()
            try:
                for one in plain, server:
                    for _ in "first", "again":
                        self.assertIn("not reachable", one.refusal("get_context", {}))
                    self.assertEqual(logs(one), [AWAY])
            finally:
                postgres.start()
            for one in plain, server:
                wait_until(lambda one=one: not one.call("get_context").get("isError"), 20,
                           "the database to be found")
            self.assertEqual(logs(server), [AWAY, BACK])
            self.assertEqual(logs(plain), [AWAY])


if __name__ == "__main__":
    unittest.main()
