"""Anything on stdin gets the answer of the protocol, and the next request is served: statements 1 to
27 of the project's protocol checklist, each test named by its number."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import LEGACY, MODERN, Server, claim, wait_until  # noqa: E402

PARSE, INVALID, NO_METHOD, BAD_PARAMS = -32700, -32600, -32601, -32602
LONGEST_LINE = 4 * 1024 * 1024
DEEPEST = 64


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def setUp(self):
        self.server = Server(self.books.env(), era=None)
        self.addCleanup(self.server.kill)

    def tearDown(self):
        """Whatever came before, the next request is served and the process ends well."""
        self.assert_serves(self.server)
        self.server.close()

    def assert_serves(self, server):
        id = f"next {server.fresh_id()}"
        server.send({"jsonrpc": "2.0", "id": id, "method": "server/discover",
                     "params": {"_meta": claim()}})
        self.assertIn("result", server.wait_answer(id))

    def assert_stranger(self, line, codes):
        """The line is answered by one error with id null."""
        before = len(self.server.strangers)
        self.server.send_line(line)
        error = self.server.wait_stranger(before + 1)["error"]
        self.assertIn(error["code"], codes, f"{line[:80]!r}: {error}")
        self.assert_serves(self.server)
        self.assertEqual(len(self.server.strangers), before + 1)

    def error_of(self, message):
        self.server.send(message)
        answer = self.server.wait_answer(message["id"])
        self.assertIn("error", answer)
        return answer["error"]["code"]


def list_request(id, **params):
    return {"jsonrpc": "2.0", "id": id, "method": "tools/list",
            "params": {"_meta": claim(), **params}}


def find(id, text):
    return {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {
        "name": "read_expenses", "arguments": {"text": text, "period": "all"}, "_meta": claim()}}


class Lines(Case):
    def test_01_each_line_is_one_json_value(self):
        for n in range(3):
            self.server.send(list_request(n))
        for n in range(3):
            self.server.wait_answer(n)
        for line in self.server.lines:
            json.loads(line)

    def test_02_no_raw_newline_or_control_in_a_line(self):
        for n, text in enumerate(("two", "esreve", "zero")):
            self.server.send(find(n, text))
            self.assertIn("result", self.server.wait_answer(n))
        for line in self.server.lines:
            self.assertFalse(any(byte < 0x20 for byte in line), line[:200])
            for hidden in ("\u202e", "\u2028", "\u200b", "\U000e0041", "\x7f"):
                self.assertNotIn(hidden.encode(), line)

    def test_03_nothing_but_messages_on_stdout_from_start_to_end(self):
        self.server.send_line("{broken")
        self.server.wait_stranger()
        self.assert_serves(self.server)
        for line in self.server.lines:
            self.assertEqual(json.loads(line)["jsonrpc"], "2.0")

    def test_04_a_request_byte_by_byte_is_answered_once(self):
        line = json.dumps(list_request("slow")).encode() + b"\n"
        self.server.asked["str:slow"] = 1
        for n in range(len(line)):
            self.server.write(line[n:n + 1])
        self.assertIn("result", self.server.wait_answer("slow"))
        self.assert_serves(self.server)
        self.assertEqual(len(self.server.answers["str:slow"]), 1)

    def test_05_several_requests_in_one_write_are_all_answered(self):
        data = b"".join(json.dumps(list_request(n)).encode() + b"\n" for n in range(30))
        self.server.asked.update((f"int:{n}", 1) for n in range(30))
        self.server.write(data)
        for n in range(30):
            self.assertIn("result", self.server.wait_answer(n))

    def test_06_carriage_returns_and_empty_lines_are_fine(self):
        self.server.write(b"\n\r\n\n")
        self.server.asked["int:1"] = 1
        self.server.write(json.dumps(list_request(1)).encode() + b"\r\n\r\n")
        self.assertIn("result", self.server.wait_answer(1))
        self.assert_serves(self.server)
        self.assertEqual(self.server.strangers, [])

    def test_07_text_of_all_scripts_survives(self):
        for id in ("ключ", "日本語", "😀", "e\u0301", "שלום"):
            self.server.send(list_request(id))
            self.assertIn("result", self.server.wait_answer(id))
        self.server.asked["str:😀"] = 1
        self.server.write(b'{"jsonrpc":"2.0","id":"\\ud83d\\ude00","method":"nope"}\n')
        self.server.wait(lambda: len(self.server.answers["str:😀"]) == 2)

    def test_10_broken_json_is_a_parse_error(self):
        for line in ("{", "}", "nope", '{"jsonrpc":"2.0","id":1,"method":"ping"',
                     '{"jsonrpc":"2.0","id":1,"method":"ping"} x', "'single'", "{'a':1}",
                     '{"a":1,}', "[1,]", '{"a":01}', '{"a":1.}', '{"a":.5}', '{"a":+1}',
                     '{"a":NaN}', '{"a":Infinity}', '{"a":"\t"}', '{"a":"\\x41"}', '{"a":"\\u12G4"}', '{"a":"\\u"}', '{"a":"\\"}',
                     "\ufeff{}", "// comment", '"unclosed', "\x00"):
            with self.subTest(line):
                self.assert_stranger(line, (PARSE,))

    def test_10_repeated_keys_nul_and_half_characters_are_refused(self):
        for n, line in enumerate(('{"jsonrpc":"2.0","id":%d,"method":"ping","method":"ping"}',
                                  '{"jsonrpc":"2.0","id":%d,"method":"ping","params":{"a":1,"a":2}}',
                                  '{"jsonrpc":"2.0","id":%d,"method":"ping","params":{"a":"\\u0000"}}',
                                  '{"jsonrpc":"2.0","id":%d,"method":"ping","params":{"a":"\\ud800"}}')):
            with self.subTest(line):
                self.server.send_line(line % n, [n])
                self.server.wait(lambda: self.server.strangers or
                                 self.server.answers.get(f"int:{n}"))
                answer = (self.server.strangers or self.server.answers[f"int:{n}"])[-1]
                self.assertIn(answer["error"]["code"], (PARSE, INVALID))
                self.assertNotIn("\0", answer["error"]["message"])
                self.server.asked.clear()
                self.server.strangers.clear()
                self.server.answers.clear()

    def test_10_an_id_that_comes_twice_is_refused(self):
        self.server.send_line('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', [1, 2])
        self.server.wait(lambda: self.server.strangers or self.server.answers)
        for answer in self.server.strangers + sum(self.server.answers.values(), []):
            self.assertIn(answer["error"]["code"], (PARSE, INVALID))
        self.assert_serves(self.server)
        self.server.asked.clear()

    def test_11_invalid_utf8_is_a_parse_error(self):
        for piece in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3",
                      b"\x80", b"\xe2\x82"):
            with self.subTest(piece):
                self.assert_stranger(b'{"jsonrpc":"2.0","id":1,"method":"' + piece + b'"}', (PARSE,))

    def test_11_overlong_line_is_refused_and_the_next_is_served(self):
        padding = "x" * LONGEST_LINE
        self.assert_stranger('{"jsonrpc":"2.0","id":1,"method":"' + padding + '"}',
                             (PARSE, INVALID))

    def test_11_longest_line_is_served_and_one_byte_more_is_not(self):
        def line(length):
            text = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "nope",
                               "params": {"pad": ""}}, separators=(",", ":"))
            return text.replace('""', '"' + "x" * (length - len(text)) + '"')
        self.server.send_line(line(LONGEST_LINE), [1])
        self.assertIn("error", self.server.wait_answer(1))
        self.assertEqual(self.server.strangers, [])
        self.assert_stranger(line(LONGEST_LINE + 1), (PARSE, INVALID))

    def test_12_deep_nesting_is_an_error_and_no_crash(self):
        for depth in (DEEPEST + 1, 2000, 200000):
            with self.subTest(depth):
                self.assert_stranger("[" * depth + "]" * depth, (PARSE, INVALID))
                self.assert_stranger("[" * depth, (PARSE,))
                self.assert_stranger('{"a":' * depth + "1" + "}" * depth, (PARSE, INVALID))

    def test_12_many_values_and_keys_are_an_error_and_no_crash(self):
        many = json.dumps({"jsonrpc": "2.0", "id": 5, "method": "nope",
                           "params": {"a": [0] * 60000}})
        self.server.send_line(many, [5])
        self.server.wait(lambda: self.server.strangers or self.server.answers.get("int:5"))
        self.server.asked["int:5"] = 0
        self.assert_serves(self.server)


class Messages(Case):
    def test_13_object_with_an_id_only_is_invalid(self):
        self.server.send_line('{"id":1}', [1])
        self.assertEqual(self.server.wait_answer(1)["error"]["code"], INVALID)

    def test_14_wrong_or_missing_version_of_jsonrpc_is_invalid(self):
        for n, version in enumerate(("", '"jsonrpc":"1.0",', '"jsonrpc":2,', '"jsonrpc":2.0,',
                                     '"jsonrpc":null,')):
            with self.subTest(version):
                self.server.send_line("{%s\"id\":%d,\"method\":\"ping\"}" % (version, n), [n])
                self.assertEqual(self.server.wait_answer(n)["error"]["code"], INVALID)

    def test_15_method_that_is_no_string_is_invalid(self):
        for n, method in enumerate((5, None, True, [], {})):
            with self.subTest(method):
                self.assertEqual(self.error_of({"jsonrpc": "2.0", "id": n, "method": method}),
                                 INVALID)

    def test_16_id_of_a_wrong_kind_is_invalid_with_id_null(self):
        for id in ("null", "true", "1.5", "{}", "[]", "1e3", "-0.5"):
            with self.subTest(id):
                self.assert_stranger('{"jsonrpc":"2.0","id":%s,"method":"ping"}' % id, (INVALID,))

    def test_17_ids_come_back_with_equal_type_and_value(self):
        for id in (0, -1, 4294967296, "", "1", 9007199254740991, 9007199254740993,
                   -9223372036854775808, "x" * 1000, 'quote " and \\ and /'):
            with self.subTest(id):
                self.server.send(list_request(id))
                self.assertEqual(self.server.wait_answer(id)["id"], id)

    def test_18_one_and_its_text_can_be_in_flight_together(self):
        with self.books.locked():
            self.server.send(find(1, "flat"))
            self.server.send(find("1", "salary"))
        one, text = self.server.wait_answer(1), self.server.wait_answer("1")
        self.assertIs(type(one["id"]), int)
        self.assertNotEqual(one["result"]["content"], text["result"]["content"])

    def test_18_id_in_flight_is_refused_and_the_first_goes_on(self):
        with self.books.locked():
            self.server.send(find(7, "flat"))
            self.server.send(find(7, "flat"))
            first = self.server.wait_answer(7)
            self.assertEqual(first["error"]["code"], INVALID)
        self.server.wait(lambda: len(self.server.answers["int:7"]) == 2)
        self.assertIn("result", self.server.answers["int:7"][1])

    def test_19_params_that_are_no_object_are_bad_params(self):
        for n, params in enumerate(([], ["a"], "text", 5, True)):
            with self.subTest(params):
                self.assertEqual(self.error_of({"jsonrpc": "2.0", "id": n, "method": "tools/list",
                                                "params": params}), BAD_PARAMS)

    def test_20_unknown_method_is_named_by_its_code(self):
        for n, method in enumerate(("nope", "", "tools/", "Tools/list", "tasks/list", "x" * 5000)):
            with self.subTest(method):
                self.assertEqual(self.error_of({"jsonrpc": "2.0", "id": n, "method": method,
                                                "params": {"_meta": claim()}}), NO_METHOD)

    def test_20_21_notifications_are_never_answered(self):
        for text in ('{"jsonrpc":"2.0","method":"nope"}',
                     '{"jsonrpc":"2.0","method":"notifications/whatever","params":{}}',
                     '{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}',
                     '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}',
                     '{"jsonrpc":"2.0","method":"notifications/cancelled","params":"x"}',
                     '{"jsonrpc":"2.0","method":"notifications/cancelled",'
                     '"params":{"requestId":{}}}',
                     '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"check_health"}}',
                     '{"jsonrpc":"2.0","method":"notifications/initialized","params":7}'):
            self.server.send_line(text)
        self.assert_serves(self.server)
        self.assertEqual(len(self.server.lines), 1)

    def test_22_stray_responses_are_ignored(self):
        for text in ('{"jsonrpc":"2.0","id":1,"result":{}}',
                     '{"jsonrpc":"2.0","id":"srv-1","error":{"code":1,"message":"x"}}',
                     '{"jsonrpc":"2.0","id":99,"result":null}'):
            self.server.send_line(text)
        self.assert_serves(self.server)
        self.assertEqual(len(self.server.lines), 1)

    def test_23_member_names_are_case_sensitive(self):
        self.server.send_line('{"jsonrpc":"2.0","id":1,"Method":"ping"}', [1])
        self.assertEqual(self.server.wait_answer(1)["error"]["code"], INVALID)
        self.assert_stranger('{"jsonrpc":"2.0","ID":2,"id":null,"method":"ping"}', (INVALID,))
        self.server.send({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {
            "name": "summarize_spending", "arguments": {"PERIOD": "2026-10"}, "_meta": claim()}})
        self.assertTrue(self.server.wait_answer(3)["result"]["isError"])

    def test_24_a_fast_request_overtakes_slow_calls(self):
        with self.books.locked():
            for n in range(10):
                self.server.send(find(n, "flat"))
            self.server.send(list_request("fast"))
            self.server.wait_answer("fast")
            self.assertEqual([key for key in self.server.answers if key.startswith("int:")], [])
        for n in range(10):
            self.assertIn("result", self.server.wait_answer(n))

    def test_25_26_errors_have_integer_code_and_text_and_known_codes(self):
        wrong = [("server/discover", {}), ("tools/list", {}), ("tools/call", {"_meta": claim()}),
                 ("tools/call", {"_meta": claim(), "name": "no_such_tool"}),
                 ("tools/call", {"_meta": claim(), "name": 5}),
                 ("tools/call", {"_meta": claim(), "name": "check_health", "arguments": []}),
                 ("tools/call", {"_meta": claim(), "name": "check_health", "arguments": "x"}),
                 ("tools/call", {"_meta": claim(), "name": "check_health", "arguments": None}),
                 ("tools/list", {"_meta": claim(), "cursor": 5}),
                 ("tools/list", {"_meta": claim(), "cursor": ""}),
                 ("tools/list", {"_meta": claim(), "cursor": "AAAA"}),
                 ("tools/list", {"_meta": claim("1900-01-01")}),
                 ("ping", {"_meta": claim()}), ("initialize", {"_meta": claim()}),
                 ("resources/read", {"_meta": claim(), "uri": "nope://x"}),
                 ("prompts/get", {"_meta": claim(), "name": "nope"})]
        for n, (method, params) in enumerate(wrong):
            with self.subTest(f"{method} {params}"):
                self.server.send({"jsonrpc": "2.0", "id": n, "method": method, "params": params})
                answer = self.server.wait_answer(n)
                self.assertNotIn("result", answer)
                error = answer["error"]
                self.assertIs(type(error["code"]), int)
                self.assertTrue(error["message"].strip())
                self.assertIn(error["code"], (PARSE, INVALID, NO_METHOD, BAD_PARAMS, -32022))

    def test_27_an_array_line_is_one_error_before_any_session(self):
        for line in ("[]", "[1]", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'):
            with self.subTest(line):
                self.assert_stranger(line, (INVALID,))

    def test_27_a_bare_value_is_invalid(self):
        for line in ("1", "true", "null", '"text"', "1.5"):
            with self.subTest(line):
                self.assert_stranger(line, (INVALID,))


class Sessions(unittest.TestCase):
    """The same in a legacy session, where arrays differ."""

    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def test_27_an_array_line_is_one_error_in_sessions_without_batches(self):
        for revision in set(LEGACY) - {"2025-03-26"}:
            with self.subTest(revision), Server(self.books.env(), era=revision) as server:
                server.send_line('[{"jsonrpc":"2.0","id":1,"method":"ping"},'
                                 '{"jsonrpc":"2.0","id":2,"method":"ping"}]')
                self.assertEqual(server.wait_stranger()["error"]["code"], INVALID)
                self.assertEqual(server.result("ping"), {})
                self.assertEqual(len(server.strangers), 1)

    def test_08_end_of_input_ends_each_era_with_zero(self):
        for era in (*LEGACY, MODERN):
            with self.subTest(era):
                server = Server(self.books.env(), era=era)
                server.ask("check_health") if era > "2025-04" else server.call("check_health")
                server.close(0, seconds=2)

    def test_49_a_modern_request_inside_a_session_is_served_by_its_own_rules(self):
        with Server(self.books.env(), era="2025-11-25") as server:
            self.assertNotIn("resultType", server.result("tools/list"))
            modern = server.result("tools/list", meta=claim())
            self.assertEqual(modern["resultType"], "complete")
            self.assertNotIn("resultType", server.result("tools/list"))
            self.assertEqual(server.result("ping"), {})

    def test_44_45_before_the_handshake_ping_is_answered_and_a_list_is_not(self):
        with Server(self.books.env(), era=None, record=False) as server:
            self.assertEqual(server.result("ping"), {})
            self.assertEqual(server.request("tools/list")["error"]["code"], BAD_PARAMS)

    def test_43_a_second_handshake_is_refused_and_the_session_goes_on(self):
        with Server(self.books.env(), era="2025-06-18") as server:
            again = server.request("initialize", {"protocolVersion": "2025-06-18",
                                                  "capabilities": {},
                                                  "clientInfo": {"name": "x", "version": "1"}})
            self.assertEqual(again["error"]["code"], INVALID)
            self.assertEqual(server.result("ping"), {})

    def test_41_an_unknown_revision_is_answered_with_the_newest_of_the_handshake(self):
        for wish in ("2026-07-28", "2099-01-01", "x", ""):
            with self.subTest(wish), Server(self.books.env(), era=None) as server:
                result = server.result("initialize", {
                    "protocolVersion": wish, "capabilities": {},
                    "clientInfo": {"name": "x", "version": "1"}})
                self.assertEqual(result["protocolVersion"], "2025-11-25")

    def test_85_a_hundred_calls_at_once_are_each_answered_with_their_own_data(self):
        with Server(self.books.env()) as server:
            days = [f"2026-{month:02}-{day:02}" for month in (10, 11) for day in range(1, 31)]
            periods = (days * 2)[:100]
            ids = [server.start("tools/call", {"name": "summarize_spending",
                                               "arguments": {"period": period}})
                   for period in periods]
            for id, period in zip(ids, periods):
                seen = server.wait_answer(id, 60)["result"]["structuredContent"]
                self.assertEqual(seen["period"]["from"], period)
            self.assertEqual(len(server.answers), 100)

    def test_100_a_cancelled_call_is_not_answered(self):
        env = self.books.env(NINEPENCE_LOG_TRACE="call")
        with Server(env) as server, self.books.locked() as lock:
            id = server.start("tools/call", {"name": "read_expenses", "arguments": {}})
            wait_until(lambda: self.waiting() != "0", 10, "the call to wait for the lock")
            server.notify("notifications/cancelled", {"requestId": id, "reason": "too\nslow"})
            wait_until(lambda: self.waiting() == "0", 5, "its statement to be cancelled")
            lock.release()
            server.result("tools/list")
            self.assertNotIn(f"int:{id}", server.answers)
            self.assertIn("cancelled by the client: too slow\n", server.stderr())
            server.asked[f"int:{id}"] = 0

    def waiting(self):
        return self.books.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
                                " (SELECT oid FROM pg_database WHERE datname = current_database())")


if __name__ == "__main__":
    unittest.main()
