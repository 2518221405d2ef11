#!/usr/bin/python3
"""Lines and JSON-RPC: statements 1 to 27 of checklist.md."""
import json
import os
import signal

from wire import (ERAS, L2, L4, LEGACY, MODERN, SCALE, Server, Wire, base_environment, claim, code_of,
                  text_of, unittest)

PING = {"jsonrpc": "2.0", "id": 7, "method": "ping"}


class Framing(Wire):
    def test_every_line_is_one_value_without_raw_newlines(self):
        nasty = "line\nbreak\r\u2028\u2029\x01\x7f\t\u202e \u0085"
        for era, server in self.in_each_era():
            result = server.call("json_schema_2020_12_tool", {"name": nasty, "email": "x"})
            self.assertEqual(json.loads(text_of(result))["name"], nasty)
            for line in server.lines:
                self.assertNotIn(b"\r", line)
                self.assertTrue(json.loads(line), era)
                for character in ("\u2028", "\u2029", "\u202e", "\x7f", "\u0085"):
                    self.assertNotIn(character, line.decode())

    def test_stdout_carries_messages_only_through_start_error_and_end(self):
        server = self.serve(None)
        self.said(server, "no JSON at all")
        server.terminate()
        self.assertEqual(server.wait_exit(), 0)
        self.assertEqual(server.problems, [])
        self.assertEqual(len(server.lines), 1)

    def test_request_byte_by_byte_is_answered_once(self):
        server = self.serve(L4)
        line = json.dumps({**PING, "id": "slow"}).encode() + b"\n"
        server.asked["str:slow"] = 1
        for i in range(len(line)):
            server.write(line[i:i + 1])
        self.assertEqual(server.wait_answer("slow")["result"], {})
        self.check_alive(server)
        self.assertEqual(len(server.answers["str:slow"]), 1)

    def test_requests_in_one_write_are_all_answered(self):
        server = self.serve(L4)
        lines = b""
        for i in range(100, 150):
            server.asked[f"int:{i}"] = 1
            lines += json.dumps({**PING, "id": i}).encode() + b"\n"
        server.write(lines)
        for i in range(100, 150):
            self.assertEqual(server.wait_answer(i)["result"], {})

    def test_line_ends_of_windows_and_empty_lines_are_accepted(self):
        server = self.serve(L4)
        self.assertEqual(self.said(server, json.dumps({**PING, "id": 1000}) + "\r", [1000])["result"], {})
        server.write(b"\n\r\n\n")
        self.check_alive(server)
        self.assertEqual(server.strangers, [])

    def test_unfinished_last_line_is_not_carried_out(self):
        server = self.serve(L4)
        server.write(json.dumps({**PING, "id": 1001}).encode())
        server.close()
        self.assertNotIn("int:1001", server.answers)

    def test_text_survives_the_round_trip(self):
        text = "Ä é 漢字 😀 \" \\ / \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")
        for era, server in self.in_each_era((LEGACY[0], MODERN)):
            params = {"name": "json_schema_2020_12_tool", "arguments": {"name": text, "email": "e"}}
            meta = {"_meta": claim()} if era == MODERN else {}
            for id, ascii_only in ((501, True), (502, False)):
                line = json.dumps({"jsonrpc": "2.0", "id": id, "method": "tools/call",
                                   "params": {**params, **meta}}, ensure_ascii=ascii_only)
                answer = self.said(server, line, [id])
                self.assertEqual(json.loads(text_of(answer["result"]))["name"], text)

    def test_end_of_input_ends_the_process_within_two_seconds(self):
        for era, server in self.in_each_era((L4, MODERN)):
            server.expect_answers = False
            server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 60000}})
            if era == MODERN:
                server.start("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
                self.notified(server, "notifications/subscriptions/acknowledged")
            self.check_alive(server)
            server.end_input()
            self.assertEqual(server.wait_exit(2.0), 0)
            self.assertEqual(server.problems, [])

    def test_closed_stdout_ends_the_process_without_a_crash(self):
        reading, writing = os.pipe()
        server = Server(env=base_environment(), era=None, args=(), stdout=writing, record=False)
        os.close(writing)
        os.close(reading)
        server.write(json.dumps(PING).encode() + b"\n")
        self.assertEqual(server.wait_exit(), 0)

    def test_broken_json_is_answered_and_the_next_request_works(self):
        for _, server in self.in_each_era():
            for line in ("{", '{"a":}', "nonsense", '{"a":01}', "[1,]", "\ufeff{}", '{"a":1} x'):
                answer = self.said(server, line)
                self.assertEqual(code_of(answer), -32700, line)
                self.assertIsNone(answer["id"])
            self.check_alive(server)

    def test_bytes_that_are_no_utf8_are_answered(self):
        server = self.serve(L4)
        for line in (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', b'\xc0\x80', b'"\xed\xa0\x80"'):
            self.assertEqual(code_of(self.said(server, line)), -32700)
        self.check_alive(server)

    def test_line_at_the_limit_is_served_and_one_beyond_is_answered(self):
        limit = 4 * 1024 * 1024
        server = self.serve(L4)
        head = b'{"jsonrpc":"2.0","id":"big","method":"ping","params":{"x":"'
        tail = b'"}}'
        line = head + b"x" * (limit - len(head) - len(tail)) + tail
        self.assertEqual(self.said(server, line, ["big"])["result"], {})
        answer = self.said(server, line[:-3] + b"x" + tail)
        self.assertEqual(code_of(answer), -32600)
        self.assertIsNone(answer["id"])
        self.check_alive(server)

    def test_two_thousand_nested_arrays_are_answered(self):
        server = self.serve(L4)
        self.assertEqual(code_of(self.said(server, "[" * 2000 + "]" * 2000)), -32700)
        self.check_alive(server)

    def test_refused_text_is_answered_with_the_id(self):
        server = self.serve(L4)
        for line in ('{"jsonrpc":"2.0","id":"q1","method":"ping","params":{"a":"\\u0000"}}',
                     '{"jsonrpc":"2.0","method":"ping","params":{"a":1,"a":2},"id":"q1"}',
                     '{"jsonrpc":"2.0","id":"q1","method":"ping","params":{"a":"\\ud800"}}'):
            server.answers.pop("str:q1", None)
            self.assertEqual(code_of(self.said(server, line, ["q1"])), -32600)
        self.check_alive(server)

    def test_text_beyond_a_limit_is_answered_with_the_id(self):
        """The official SDK for TypeScript writes the id behind the parameters."""
        server = self.serve(L4)
        many = {"a": [0] * 50000}, {str(i): 0 for i in range(1001)}, {"a": [{}] * 60000}
        for id, params in enumerate(many, 910):
            line = json.dumps({"method": "ping", "params": params, "jsonrpc": "2.0", "id": id})
            self.assertEqual(code_of(self.said(server, line, [id])), -32600)
            server.send_line(json.dumps({"method": "nope", "params": params, "jsonrpc": "2.0"}))
            self.check_alive(server)
        self.assertEqual(server.strangers, [])


class Messages(Wire):
    def test_object_that_is_no_message_is_answered_with_its_id(self):
        for _, server in self.in_each_era():
            self.assertEqual(code_of(self.said(server, '{"id":1001}', [1001])), -32600)

    def test_wrong_version_of_jsonrpc_is_refused(self):
        server = self.serve(L4)
        for id, version in ((901, ""), (902, '"jsonrpc":"1.0",'), (903, '"jsonrpc":2.0,')):
            answer = self.said(server, '{%s"id":%d,"method":"ping"}' % (version, id), [id])
            self.assertEqual(code_of(answer), -32600)
        self.check_alive(server)

    def test_method_that_is_no_text_is_refused(self):
        server = self.serve(L4)
        self.assertEqual(code_of(self.said(server, '{"jsonrpc":"2.0","id":901,"method":5}', [901])), -32600)

    def test_id_that_is_no_id_is_refused_with_null(self):
        server = self.serve(L4)
        for id in ("null", "true", "1.5", "{}", "[]", "1e3"):
            answer = self.said(server, '{"jsonrpc":"2.0","id":%s,"method":"ping"}' % id)
            self.assertEqual(code_of(answer), -32600, id)
            self.assertIsNone(answer["id"])

    def test_id_comes_back_with_type_and_value(self):
        server = self.serve(L4)
        for id in (0, -1, 4294967296, "", "1", 9007199254740991, 123456789012345678901234567890,
                   "ü😀\n\"\\", "x" * 5000):
            answer = server.request("ping", id=id)
            self.assertEqual((type(answer["id"]), answer["id"]), (type(id), id))

    def test_ids_one_and_text_one_are_two_requests(self):
        server = self.serve(L4)
        for id in (77, "77"):
            server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 100}}, id=id)
        for id in (77, "77"):
            self.assertEqual(text_of(server.wait_answer(id)["result"]), "finished")

    def test_id_in_flight_is_refused_and_the_first_goes_on(self):
        for _, server in self.in_each_era((L4, MODERN), record=False):
            server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 300}}, id=600)
            server.start("tools/list", id=600)
            answers = server.wait(lambda: server.answers.get("int:600", [])[1:] and
                                  server.answers["int:600"], 20)
            self.assertEqual(code_of(answers[0]), -32600)
            self.assertEqual(text_of(answers[1]["result"]), "finished")

    def test_params_that_are_no_object_are_refused(self):
        for _, server in self.in_each_era():
            for id, params in ((811, "[1]"), (812, '"x"'), (813, "null"), (814, "5")):
                line = '{"jsonrpc":"2.0","id":%d,"method":"tools/list","params":%s}' % (id, params)
                self.assertEqual(code_of(self.said(server, line, [id])), -32602)

    def test_unknown_request_is_refused_and_unknown_notification_is_silent(self):
        for _, server in self.in_each_era():
            answer = server.request("nope/nothing", id="u1")
            self.assertEqual((code_of(answer), answer["id"]), (-32601, "u1"))
            server.notify("notifications/nope")
            server.send_line('{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}')
            server.send_line('{"jsonrpc":"2.0","method":"notifications/cancelled","params":"x"}')
            server.send_line('{"jsonrpc":"2.0","method":"tools/call","params":{"name":"test_simple_text"}}')
            self.check_alive(server)
            self.assertEqual(server.strangers, [])

    def test_refused_notification_is_silent(self):
        """JSON that breaks a rule of ours is no reason to answer what is never answered."""
        server = self.serve(L4)
        for params in ('{"reason":"\\ud83d"}', '{"a":1,"a":2}', '{"reason":"\\u0000"}'):
            server.send_line('{"jsonrpc":"2.0","method":"notifications/cancelled","params":%s}' % params)
            server.send_line('{"params":%s,"method":"notifications/nope","jsonrpc":"2.0"}' % params)
            self.check_alive(server)
        self.assertEqual(server.strangers, [])
        answer = self.said(server, '{"jsonrpc":"2.0","id":null,"method":"ping","params":{"a":1,"a":2}}')
        self.assertEqual((code_of(answer), answer["id"]), (-32600, None))

    def test_stray_response_is_silent(self):
        for _, server in self.in_each_era():
            for line in ('{"jsonrpc":"2.0","id":1,"result":{}}', '{"jsonrpc":"2.0","id":"srv-1","result":{}}',
                         '{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"x"}}',
                         '{"jsonrpc":"2.0","id":"srv-1","result":{"a":1,"a":2}}',
                         '{"jsonrpc":"2.0","error":{"code":-1,"message":"\\ud800"}}'):
                server.send_line(line)
            self.check_alive(server)
            self.assertEqual(server.strangers, [])

    def test_member_names_mind_letter_case(self):
        server = self.serve(L4)
        line = '{"jsonrpc":"2.0","id":950,"Method":"ping"}'
        self.assertEqual(code_of(self.said(server, line, [950])), -32600)
        line = '{"jsonrpc":"2.0","ID":951,"method":"ping"}'
        server.send_line(line)
        self.check_alive(server)

    def test_fast_call_overtakes_ten_slow_ones(self):
        for _, server in self.in_each_era((L2, MODERN)):
            slow = [server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 1000}})
                    for _ in range(10)]
            self.check_alive(server)
            self.assertEqual(text_of(server.call("test_simple_text")),
                             "This is a simple text response for testing.")
            self.assertFalse(any(server.answers.get(f"int:{id}") for id in slow))
            for id in slow:
                self.assertEqual(text_of(server.wait_answer(id)["result"]), "finished")

    def test_errors_have_the_shape_and_codes_of_the_contract(self):
        allowed = {-32700, -32600, -32601, -32602, -32603}
        for era, server in self.in_each_era():
            for method, params in (("nope", {}), ("tools/call", {}), ("tools/call", {"name": "nope"}),
                                   ("resources/read", {}), ("resources/read", {"uri": "test://nope"}),
                                   ("prompts/get", {"name": "nope"}), ("completion/complete", {}),
                                   ("tools/list", {"cursor": "x"})):
                answer = server.request(method, params)
                self.assertNotIn("result", answer)
                self.assertIsInstance(answer["error"]["code"], int)
                self.assertTrue(answer["error"]["message"])
                self.assertIn(answer["error"]["code"],
                              allowed | ({-32021, -32022} if era == MODERN else {-32002}))

    def test_array_outside_of_batches_gives_one_error(self):
        line = json.dumps([PING, {**PING, "id": 8}])
        for era, server in self.in_each_era([era for era in (None, *ERAS) if era != L2]):
            answer = self.said(server, line)
            self.assertEqual((code_of(answer), answer["id"]), (-32600, None))
            if era is not None:
                self.check_alive(server)
            self.assertEqual(len(server.strangers), 1)


class Signals(Wire):
    def test_interrupt_and_terminate_end_the_process_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.serve(L4)
            self.check_alive(server)
            server.signal(number)
            self.assertEqual(server.wait_exit(), 0)


if __name__ == "__main__":
    unittest.main()
