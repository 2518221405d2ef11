"""A question that one process has asked may be answered in another: they share a key, which lies in
the data folder of the user and is made on first use."""
import os
import stat
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import MODERN, Server, wait_until  # noqa: E402

ROWS = 40
FORM = {"elicitation": {}}
DELETION = {"period": "2019-03", "expected_count": ROWS}


class StateKey(unittest.TestCase):
    def setUp(self):
        self.home = ledger.PrivateHome()
        self.addCleanup(self.home.remove)
        self.books = ledger.small()
        self.books.execute(
            "INSERT INTO ninepence.expenses (ledger_id, spent_on, amount, currency, base_amount,"
            " created_at, updated_at) SELECT 1, '2019-03-04', n, 'USD', n, now(), now()"
            f" FROM generate_series(1, {ROWS}) n")
        self.path = os.path.join(self.home.data_home, "ninepence", "state-key")

    def server(self, books=None, **env):
        return Server(self.home.env(DATABASE_URL=(books or self.books).url, **env), era=MODERN,
                      capabilities=FORM)

    def ask(self, server, arguments=None):
        answer = server.result("tools/call", {"name": "delete_expenses",
                                              "arguments": arguments or DELETION})
        self.assertEqual(answer["resultType"], "input_required")
        return answer

    def answer(self, server, question, arguments=None):
        (key,) = question["inputRequests"]
        return server.request("tools/call", {
            "name": "delete_expenses", "arguments": arguments or DELETION,
            "requestState": question["requestState"],
            "inputResponses": {key: {"action": "accept", "content": {"sure": True}}}})

    def test_question_of_one_process_is_answered_in_another_and_acts_once(self):
        with self.server() as one:
            question = self.ask(one)
        with self.server() as other:
            done = self.answer(other, question)["result"]
            self.assertEqual(done["structuredContent"]["count"], ROWS)
            again = self.answer(other, question)["result"]
            self.assertTrue(again["isError"])

    def test_key_is_made_on_first_use_and_for_its_owner_alone(self):
        with self.server() as server:
            server.result("tools/list")
            server.ask("summarize_spending", {"period": "2019"})
            self.assertFalse(os.path.exists(self.path))
            self.ask(server)
        about = os.stat(self.path)
        self.assertEqual((stat.S_IMODE(about.st_mode), about.st_size, about.st_uid),
                         (0o600, 32, os.geteuid()))
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["state-key"])

    def test_processes_that_begin_at_once_get_one_key(self):
        servers = [self.server() for _ in range(4)]
        questions = [None] * len(servers)

        def run(index):
            questions[index] = self.ask(servers[index])
        threads = [threading.Thread(target=run, args=(index,)) for index in range(len(servers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        before = self.books.fingerprint()
        declined = {"action": "decline"}
        for question in questions:
            (key,) = question["inputRequests"]
            for server in servers:
                answer = server.request("tools/call", {
                    "name": "delete_expenses", "arguments": DELETION,
                    "requestState": question["requestState"], "inputResponses": {key: declined}})
                self.assertIn("did not agree", answer["result"]["content"][0]["text"])
        for server in servers:
            server.close()
        self.assertEqual(self.books.fingerprint(), before)
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["state-key"])

    def test_question_of_other_books_or_another_speaker_is_refused(self):
        with self.server() as one:
            question = self.ask(one)
        with self.server(ledger.small()) as other:
            self.assertEqual(self.answer(other, question)["error"]["code"], -32602)
        with self.server(NINEPENCE_USER="Bob") as other:
            self.assertEqual(self.answer(other, question)["error"]["code"], -32602)

    def test_key_that_others_could_read_is_not_used(self):
        with self.server() as one:
            question = self.ask(one)
        os.chmod(self.path, 0o644)
        with self.server() as other:
            self.assertEqual(self.answer(other, question)["error"]["code"], -32602)
            wait_until(lambda: "no lasting key" in other.stderr(), what="the warning")

    def test_question_without_a_data_folder_is_answered_in_its_own_process(self):
        os.rmdir(self.home.data_home)
        with open(self.home.data_home, "w", encoding="ascii") as file:
            file.write("no folder")
        with self.server() as server:
            question = self.ask(server)
            done = self.answer(server, question)["result"]
            self.assertEqual(done["structuredContent"]["count"], ROWS)
            wait_until(lambda: "no lasting key" in server.stderr(), what="the warning")


if __name__ == "__main__":
    unittest.main()
