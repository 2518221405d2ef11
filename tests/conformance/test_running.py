#!/usr/bin/python3
"""Progress, cancellation and log messages: statements 96 to 110 of checklist.md."""
import json

from wire import (ERAS, L1, L2, L3, L4, LEGACY, META_LEVEL, MODERN, SCALE, Wire, claim, code_of, text_of, unittest)

PROGRESS = "notifications/progress"
MESSAGE = "notifications/message"
LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")


class Progress(Wire):
    def test_no_progress_without_a_token(self):
        for _, server in self.in_each_era():
            server.call("test_tool_with_progress")
            server.result("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": 1.5}})
            server.result("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": True}})
            self.check_alive(server)
            self.assertEqual(self.notifications(server, PROGRESS), [])

    def test_progress_carries_the_token_and_rises(self):
        for era, server in self.in_each_era():
            for token in ("a token", "5", 5, 0, -7):
                server.notifications.clear()
                server.result("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": token}})
                news = [one["params"] for one in self.notifications(server, PROGRESS)]
                self.assertEqual([one["progress"] for one in news], [0, 50, 100])
                for one in news:
                    self.assertEqual((type(one["progressToken"]), one["progressToken"]), (type(token), token))
                    self.assertEqual(one["total"], 100)
                    self.assertEqual("message" in one, era >= L2)

    def test_no_progress_after_answer_or_cancellation(self):
        for _, server in self.in_each_era((L4, MODERN)):
            server.expect_answers = False
            id = server.start("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": "p"}})
            self.notified(server, PROGRESS, 1)
            server.notify("notifications/cancelled", {"requestId": id})
            server.result("tools/call", {"name": "test_slow", "arguments": {"ms": 300}})
            self.assertLess(len(self.notifications(server, PROGRESS)), 3)
            self.assertNotIn(f"int:{id}", server.answers)
            position = [line for line in server.lines if b"progress" in line or b'"result"' in line]
            self.assertIn(b'"result"', position[-1])


class Cancellation(Wire):
    def test_cancelled_call_is_never_answered(self):
        for _, server in self.in_each_era():
            server.expect_answers = False
            ms = 300 if SCALE == 1 else 1500  # long enough to be cancelled on a slow machine
            id = server.start("tools/call", {"name": "test_slow", "arguments": {"ms": ms}})
            self.check_alive(server)
            server.notify("notifications/cancelled", {"requestId": id, "reason": "enough"})
            server.call("test_slow", {"ms": ms + 400})
            self.assertNotIn(f"int:{id}", server.answers)

    def test_waiting_call_can_be_cancelled(self):
        server = self.serve(L4)
        server.expect_answers = False
        ids = [server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 600}}) for _ in range(70)]
        server.notify("notifications/cancelled", {"requestId": ids[69]})
        for id in ids[:69]:
            server.wait_answer(id)
        self.check_alive(server)
        self.assertNotIn(f"int:{ids[69]}", server.answers)

    def test_cancel_whose_reason_breaks_the_rules_of_json_holds(self):
        """Half a character is what is left of an emoji that a reason was cut within."""
        broken = ('{"requestId":%s,"reason":"no \\ud83d"}', '{"reason":"\\u0000","requestId":%s}',
                  '{"requestId":%s,"reason":"a","reason":"b"}')
        for _, server in self.in_each_era():
            for params in broken:
                id = server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 2000}})
                server.send_line('{"jsonrpc":"2.0","method":"notifications\\/cancelled","params":%s}' %
                                 params.replace("%s", str(id)))
                server.asked[f"int:{id}"] = 0
                self.assertEqual(text_of(server.call("test_simple_text", id=id)),
                                 "This is a simple text response for testing.")
            self.assertEqual(server.strangers, [])

    def test_broken_cancel_that_names_two_calls_cancels_neither(self):
        server = self.serve(L4)
        ids = [server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 100}}) for _ in "ab"]
        server.send_line('{"jsonrpc":"2.0","method":"notifications/cancelled",'
                         '"params":{"requestId":%d,"requestId":%d}}' % tuple(ids))
        for id in ids:
            self.assertEqual(text_of(server.wait_answer(id)["result"]), "finished")

    def test_cancelling_nothing_is_silent(self):
        for _, server in self.in_each_era():
            done = server.start("tools/list")
            server.wait_answer(done)
            for params in ({"requestId": 12345}, {"requestId": done}, {"requestId": done}, {}, None,
                           {"requestId": None}, {"requestId": {}}, {"requestId": [1]}, {"requestId": True},
                           {"requestId": 1.5}, {"reason": "x"}):
                server.notify("notifications/cancelled", params)
            self.check_alive(server)
            self.assertEqual(server.strangers, [])
            self.assertEqual(len(server.answers[f"int:{done}"]), 1)

    def test_cancel_in_the_same_write_leaves_no_half_answer(self):
        for era, server in self.in_each_era((L1, MODERN)):
            server.expect_answers = False
            meta = {"_meta": claim()} if era == MODERN else {}
            for tool in ("test_slow", "test_simple_text"):
                id = server.fresh_id()
                server.asked[f"int:{id}"] = 1
                server.write((json.dumps({"jsonrpc": "2.0", "id": id, "method": "tools/call",
                                          "params": {"name": tool, **meta}}) + "\n" + json.dumps(
                    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})
                    + "\n").encode())
                self.check_alive(server)
                self.assertEqual(f"int:{id}" in server.answers, tool == "test_simple_text")

    def test_id_can_be_used_again_after_cancellation(self):
        for _, server in self.in_each_era((L4, MODERN)):
            server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 200}}, id=50)
            server.notify("notifications/cancelled", {"requestId": 50})
            server.asked["int:50"] = 0
            self.assertEqual(text_of(server.call("test_simple_text", id=50)),
                             "This is a simple text response for testing.")
            server.call("test_slow", {"ms": 400})
            self.assertEqual(len(server.answers["int:50"]), 1)

    def test_text_five_does_not_cancel_number_five(self):
        for _, server in self.in_each_era((L4, MODERN)):
            id = server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 100}})
            server.notify("notifications/cancelled", {"requestId": str(id)})
            self.assertEqual(text_of(server.wait_answer(id)["result"]), "finished")


class Logs(Wire):
    def test_level_is_set_for_each_of_eight_and_no_other(self):
        for _, server in self.in_each_era(LEGACY):
            for level in LEVELS:
                self.assertEqual(server.result("logging/setLevel", {"level": level}), {})
            for level in ("loud", "", "INFO", None, 3, "warn"):
                self.assertEqual(code_of(server.request("logging/setLevel", {"level": level})), -32602)
            self.assertEqual(code_of(server.request("logging/setLevel", {})), -32602)

    def test_messages_below_the_level_are_not_sent(self):
        for _, server in self.in_each_era(LEGACY):
            server.call("test_tool_with_logging")
            self.assertEqual(self.notifications(server, MESSAGE), [])
            server.result("logging/setLevel", {"level": "info"})
            server.call("test_logging_tool")
            news = [one["params"] for one in self.notifications(server, MESSAGE)]
            self.assertEqual(news, [{"level": "info", "data": "test_logging_tool ran"}])
            server.result("logging/setLevel", {"level": "debug"})
            server.call("test_logging_tool")
            self.assertEqual(len(self.notifications(server, MESSAGE)), 3)
            server.result("logging/setLevel", {"level": "error"})
            server.call("test_tool_with_logging")
            self.assertEqual(len(self.notifications(server, MESSAGE)), 3)

    def test_level_change_acts_on_running_calls(self):
        server = self.serve(L4)
        server.result("logging/setLevel", {"level": "debug"})
        id = server.start("tools/call", {"name": "test_tool_with_logging"})
        self.notified(server, MESSAGE, 1)
        server.result("logging/setLevel", {"level": "emergency"})
        server.wait_answer(id)
        self.assertLess(len(self.notifications(server, MESSAGE)), 3)

    def test_modern_messages_come_only_to_requests_that_ask(self):
        server = self.serve(MODERN)
        server.call("test_tool_with_logging")
        server.call("test_tool_with_logging", meta={META_LEVEL: "debug"})
        self.assertEqual(len(self.notifications(server, MESSAGE)), 3)
        server.call("test_tool_with_logging")
        self.assertEqual(len(self.notifications(server, MESSAGE)), 3)

    def test_modern_messages_respect_the_level_and_precede_the_answer(self):
        server = self.serve(MODERN)
        id = server.start("tools/call", {"name": "test_logging_tool"}, meta={META_LEVEL: "info"})
        server.wait_answer(id)
        news = [one["params"]["data"] for one in self.notifications(server, MESSAGE)]
        self.assertEqual(news, ["test_logging_tool ran"])
        self.assertIn(b"notifications/message", server.lines[-2])
        self.assertIn(b'"result"', server.lines[-1])

    def test_modern_level_that_is_none_is_refused(self):
        server = self.serve(MODERN)
        for level in ("loud", "", 5, None, "Info"):
            answer = server.request("tools/call", {"name": "test_simple_text"}, meta={META_LEVEL: level})
            self.assertEqual(code_of(answer), -32602)


if __name__ == "__main__":
    unittest.main()
