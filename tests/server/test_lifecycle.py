"""How the process begins and ends: every kind of stdin, signals, readers that go away."""
import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import (LEGACY, MODERN, SCALE, VALGRIND, VALGRIND_EXIT, Server, claim,  # noqa: E402
                                command_line, processes_with, wait_until)

DISCOVER = {"jsonrpc": "2.0", "id": "d", "method": "server/discover", "params": {"_meta": claim()}}


def question(id, period="2026-10"):
    return {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {
        "name": "summarize_spending", "arguments": {"period": period}, "_meta": claim()}}


def lines(*messages):
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def answers(output):
    found = {}
    for line in output.splitlines():
        message = json.loads(line)
        assert message["id"] not in found, f"answered twice: {message}"
        found[message["id"]] = message
    return found


class EachKindOfInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def feed(self, stdin, preexec=None):
        """Runs the server on a ready descriptor to its end; returns (status, answers, stderr)."""
        env = self.books.env()
        done = subprocess.run(command_line(), stdin=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=env, timeout=30 * SCALE, check=False,
                              preexec_fn=preexec)
        self.assertEqual(processes_with(env["NINEPENCE_TEST_TAG"]), [])
        return done.returncode, answers(done.stdout), done.stderr.decode()

    def test_without_a_command_it_serves_when_input_is_no_terminal(self):
        with Server(self.books.env(), args=()) as server:
            self.assertIn("instructions", server.result("server/discover"))

    def test_stdin_pipe_is_served_until_its_end(self):
        with Server(self.books.env(), era=None) as server:
            server.send(DISCOVER)
            self.assertIn("result", server.wait_answer("d"))

    @unittest.skipIf(VALGRIND, "valgrind is slower than the time that readers have after the end")
    def test_stdin_file_is_served_and_each_request_answered(self):
        with tempfile.TemporaryFile() as file:
            file.write(lines(DISCOVER, *(question(n) for n in range(20))))
            file.seek(0)
            code, found, said = self.feed(file)
        self.assertEqual((code, len(found)), (0, 21), said)
        totals = {json.dumps(found[n]["result"]["structuredContent"]) for n in range(20)}
        self.assertEqual(len(totals), 1)

    def test_stdin_file_without_final_newline_drops_the_last_line(self):
        with tempfile.TemporaryFile() as file:
            file.write(lines(DISCOVER) + lines({**DISCOVER, "id": "cut"}).rstrip(b"\n"))
            file.seek(0)
            code, found, said = self.feed(file)
        self.assertEqual((code, sorted(found)), (0, ["d"]), said)

    def test_stdin_empty_file_ends_at_once(self):
        with tempfile.TemporaryFile() as file:
            self.assertEqual(self.feed(file)[:2], (0, {}))

    def test_stdin_dev_null_ends_at_once(self):
        self.assertEqual(self.feed(subprocess.DEVNULL)[:2], (0, {}))

    def test_stdin_closed_ends_at_once(self):
        code, found, said = self.feed(None, preexec=lambda: os.close(0))
        self.assertEqual((code, found), (0, {}), said)

    def test_all_three_closed_ends_without_a_crash(self):
        def close_all():
            for descriptor in (0, 1, 2):
                os.close(descriptor)
        code, _, _ = self.feed(None, preexec=close_all)
        self.assertGreaterEqual(code, 0)

    def test_stdin_socket_is_served_both_ways(self):
        ours, theirs = socket.socketpair()
        with ours:
            env = self.books.env()
            process = subprocess.Popen(command_line(), stdin=theirs, stdout=theirs,
                                       stderr=subprocess.PIPE, env=env)
            theirs.close()
            ours.settimeout(30 * SCALE)
            ours.sendall(lines(DISCOVER, question(1)))
            got = b""
            while got.count(b"\n") < 2:
                got += ours.recv(65536)
            ours.shutdown(socket.SHUT_WR)
            self.assertEqual(sorted(map(str, answers(got))), ["1", "d"])
            self.assertEqual(process.wait(10 * SCALE), 0)
            process.stderr.close()

    def test_stdout_file_gets_every_answer(self):
        with tempfile.TemporaryFile() as target:
            process = subprocess.Popen(command_line(), stdin=subprocess.PIPE, stdout=target,
                                       env=self.books.env(), stderr=subprocess.DEVNULL)
            with process.stdin as source:  # open until all is there: after its end readers have little time
                source.write(lines(DISCOVER, question(1), question(2)))
                source.flush()
                wait_until(lambda: os.pread(target.fileno(), 1 << 20, 0).count(b"\n") == 3, 30, "three answers")
            self.assertEqual(process.wait(30 * SCALE), 0)
            target.seek(0)
            self.assertEqual(sorted(map(str, answers(target.read()))), ["1", "2", "d"])


class TheEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def assert_gone(self, server):
        self.assertEqual(server.leftovers(), [])
        wait_until(lambda: self.books.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()") == "0", 10, "its connections to go")

    def test_end_of_input_when_idle_ends_with_zero(self):
        server = Server(self.books.env())
        server.ask("summarize_spending", {"period": "2026-10"})
        server.close(0, seconds=2)
        self.assert_gone(server)

    def test_end_of_input_right_after_calls_answers_each_at_most_once(self):
        server = Server(self.books.env(), era=None)
        server.write(lines(*(question(n) for n in range(40))))
        server.end_input()
        with server.lock:
            server.asked = {f"int:{n}": 1 for n in range(40)}
        server.expect_answers = False
        server.check_end(server.wait_exit())
        self.assert_gone(server)

    def test_end_of_input_with_a_call_under_way_ends_with_zero(self):
        with self.books.locked():
            server = Server(self.books.env())
            server.start("tools/call", question(0)["params"], id="slow")
            self.wait_for_lock()
            server.expect_answers = False
            server.close(0, seconds=8)
        self.assert_gone(server)

    def wait_for_lock(self):
        wait_until(lambda: self.books.value(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())") != "0",
            10, "the call to wait for the lock")

    def end_by(self, number, busy):
        server = Server(self.books.env())
        server.ask("summarize_spending", {"period": "2026-10"})
        if busy:
            with self.books.locked():
                server.start("tools/call", question(0)["params"], id="slow")
                self.wait_for_lock()
                server.expect_answers = False
                server.signal(number)
                server.check_end(server.wait_exit(8))
        else:
            server.signal(number)
            server.check_end(server.wait_exit(3))
        self.assert_gone(server)

    def test_sigterm_when_idle_ends_with_zero(self):
        self.end_by(signal.SIGTERM, busy=False)

    def test_sigterm_with_a_call_under_way_ends_with_zero(self):
        self.end_by(signal.SIGTERM, busy=True)

    def test_sigint_when_idle_ends_with_zero(self):
        self.end_by(signal.SIGINT, busy=False)

    def test_sigint_with_a_call_under_way_ends_with_zero(self):
        self.end_by(signal.SIGINT, busy=True)

    def test_sigterm_before_the_first_line_ends_with_zero(self):
        server = Server(self.books.env(), era=None)
        server.send(DISCOVER)
        server.wait_answer("d")
        server.terminate()
        server.check_end(server.wait_exit(3))

    def test_sigpipe_is_no_end_by_signal_when_the_reader_is_gone(self):
        reader, writer = os.pipe()
        server = Server(self.books.env(), era=None, stdout=writer)
        os.close(writer)
        os.close(reader)
        server.write(lines(*(dict(DISCOVER, id=n) for n in range(50))))
        code = server.wait_exit(5)
        self.assertNotEqual(code, VALGRIND_EXIT, server.stderr())
        self.assertGreaterEqual(code, 0, server.stderr())
        self.assert_gone(server)

    def test_reader_gone_with_calls_under_way_ends_without_a_crash(self):
        reader, writer = os.pipe()
        server = Server(self.books.env(), era=None, stdout=writer)
        os.close(writer)
        with self.books.locked():
            server.write(lines(*(question(n) for n in range(10))))
            self.wait_for_lock()
            os.close(reader)
            server.write(lines(DISCOVER))
            code = server.wait_exit(8)
        self.assertNotEqual(code, VALGRIND_EXIT, server.stderr())
        self.assertGreaterEqual(code, 0, server.stderr())
        self.assert_gone(server)

    def test_slow_reader_gets_everything_once(self):
        reader, writer = os.pipe()
        server = Server(self.books.env(), era=None, stdout=writer)
        os.close(writer)
        count = 400
        feeder = subprocess.Popen([sys.executable, "-c", "import sys, shutil\n"
                                   "shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"],
                                  stdin=subprocess.PIPE, stdout=server.process.stdin)
        with feeder:
            feeder.stdin.write(lines(*(dict(DISCOVER, id=n, method="tools/list")
                                       for n in range(count))))
            feeder.stdin.close()
            server.end_input()
            got = b""
            while True:
                chunk = os.read(reader, 7)
                if not chunk:
                    break
                got += chunk + os.read(reader, 1 << 16)
        os.close(reader)
        self.assertEqual(sorted(answers(got)), list(range(count)))
        self.assertEqual(server.wait_exit(), 0, server.stderr())


class BeforeAnyDatabase(unittest.TestCase):
    def setUp(self):
        self.home = ledger.PrivateHome()
        self.addCleanup(self.home.remove)

    def assert_no_trace(self, server):
        self.assertEqual(self.home.files(), [])
        self.assertEqual(server.leftovers(), [])

    def test_discover_is_answered_and_leaves_no_trace(self):
        with Server(self.home.env()) as server:
            result = server.result("server/discover")
            self.assertEqual(result["supportedVersions"], [MODERN])
            self.assert_no_trace(server)
        self.assert_no_trace(server)

    def test_initialize_is_answered_in_each_revision_and_leaves_no_trace(self):
        for revision in LEGACY:
            with self.subTest(revision), Server(self.home.env(), era=revision) as server:
                self.assertEqual(server.handshake["protocolVersion"], revision)
                self.assertEqual(server.result("ping"), {})
                self.assertTrue(server.result("tools/list")["tools"])
                self.assert_no_trace(server)
            self.assert_no_trace(server)

    def test_probe_that_is_killed_leaves_no_trace(self):
        server = Server(self.home.env())
        server.result("server/discover")
        server.kill()
        self.assert_no_trace(server)

    def test_instructions_are_given_without_a_database(self):
        with Server(self.home.env()) as server:
            text = server.result("server/discover")["instructions"]
        self.assertLess(len(text), 1200)
        self.assertIn("2026-11-22", text)


class PrivateCluster(unittest.TestCase):
    def setUp(self):
        self.home = ledger.PrivateHome()
        self.addCleanup(self.home.remove)

    def test_first_call_makes_it_and_the_end_stops_it(self):
        with Server(self.home.env()) as server:
            server.call("check_health")
            self.assertEqual(len(self.home.postmasters()), 1)
        wait_until(lambda: not self.home.postmasters(), 15, "the cluster to stop")
        self.assertEqual(server.leftovers(), [])

    def test_two_servers_share_it_and_the_last_one_stops_it(self):
        first, second = Server(self.home.env()), Server(self.home.env())
        for server in (first, second):
            self.assertFalse(server.call("check_health").get("isError"))
        self.assertEqual(len(self.home.postmasters()), 1)
        first.close()
        self.assertFalse(second.call("get_context").get("isError"))
        self.assertEqual(len(self.home.postmasters()), 1)
        second.close()
        wait_until(lambda: not self.home.postmasters(), 15, "the cluster to stop")

    def test_two_servers_starting_at_once_both_answer(self):
        servers = [Server(self.home.env()) for _ in range(4)]
        ids = [server.start("tools/call", {"name": "check_health"}) for server in servers]
        for server, id in zip(servers, ids):
            result = server.wait_answer(id, 60)["result"]
            self.assertFalse(result.get("isError"), f"{result}\n{server.stderr()}")
        self.assertEqual(len(self.home.postmasters()), 1)
        self.assertEqual(self.home.backups(), [])  # of what another one of them was just making
        for server in servers:
            server.close()
        wait_until(lambda: not self.home.postmasters(), 15, "the cluster to stop")

    def test_killed_server_leaves_a_cluster_that_the_next_one_adopts(self):
        first = Server(self.home.env())
        first.call("check_health")
        before = self.home.postmasters()
        first.kill()
        with Server(self.home.env()) as second:
            self.assertFalse(second.call("check_health").get("isError"))
            self.assertEqual(self.home.postmasters(), before)
        wait_until(lambda: not self.home.postmasters(), 15, "the cluster to stop")

    def test_killed_postmaster_is_started_again(self):
        with Server(self.home.env()) as first:
            first.call("check_health")
            os.kill(self.home.postmasters()[0], signal.SIGKILL)
        with Server(self.home.env()) as second:
            result = second.call("check_health", seconds=60)
            self.assertFalse(result.get("isError"), second.stderr())

    def test_it_does_not_hold_the_pipes_of_the_server(self):
        server = Server(self.home.env())
        server.call("check_health")
        self.assertEqual(len(self.home.postmasters()), 1)
        server.kill()
        # The reader thread sees the end only when no other process holds the pipe.
        wait_until(lambda: server.stdout_ended, 5, "the end of stdout")

    def test_long_home_path_works(self):
        deep = os.path.join(self.home.folder, "d" * 60, "e" * 60)
        os.makedirs(deep)
        with Server(self.home.env(XDG_DATA_HOME=deep, XDG_RUNTIME_DIR=None)) as server:
            self.assertFalse(server.call("check_health", seconds=60).get("isError"),
                             server.stderr())

    @unittest.skipIf(os.geteuid() != 0, "only root can become somebody else")
    def test_ordinary_user_gets_a_cluster_of_his_own(self):
        nobody = pwd.getpwnam("nobody")
        for folder in (self.home.folder, self.home.data_home, self.home.runtime):
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)

        def drop():
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
        with Server(self.home.env(), preexec=drop) as server:
            self.assertFalse(server.call("check_health").get("isError"), server.stderr())

    def test_data_is_not_readable_by_others(self):
        with Server(self.home.env()) as server:
            server.call("check_health")
            found = []
            for base, folders, _ in os.walk(self.home.data_home):
                found += [os.path.join(base, name) for name in folders if name.startswith("pg")]
                break
            top = os.path.join(self.home.data_home, "ninepence")
            cluster = [os.path.join(top, n) for n in os.listdir(top) if n.startswith("pg")]
            self.assertTrue(cluster)
            for folder in cluster:
                if os.path.isdir(folder):
                    self.assertEqual(os.stat(folder).st_mode & 0o077, 0, folder)

    def test_books_survive_a_restart(self):
        item = {"amount": "12.50", "date": "2026-11-22", "merchant": "Subway"}
        with Server(self.home.env()) as server:
            server.ask("create_expenses", {"items": [item]})
        with Server(self.home.env()) as server:
            found = server.ask("read_expenses", {"merchant": "Subway", "period": "today"})
            self.assertEqual([row["amount"] for row in found["rows"]], ["12.50"])


if __name__ == "__main__":
    unittest.main()
