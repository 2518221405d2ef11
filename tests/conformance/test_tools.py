#!/usr/bin/python3
"""tools/call: statements 72 to 85, 145 and 146 of checklist.md. Needs Debian's python3-jsonschema."""
import base64
import json

import jsonschema

from wire import ERAS, L1, L2, L3, L4, LEGACY, MODERN, Wire, code_of, text_of, unittest

CONTENT_TOOLS = ("test_simple_text", "test_image_content", "test_audio_content", "test_embedded_resource",
                 "test_multiple_content_types", "test_resource_link", "test_app", "test_error_handling")


class Arguments(Wire):
    def test_absent_arguments_are_an_empty_object(self):
        for _, server in self.in_each_era():
            self.assertEqual(server.call("test_simple_text"), server.call("test_simple_text", {}))
            self.assertEqual(text_of(server.call("test_structured_output")),
                             '{"total":3.75,"currency":"EUR","count":2}')

    def test_calls_that_name_no_tool_or_no_object_are_errors(self):
        for _, server in self.in_each_era():
            for params in ({"name": "nope"}, {}, {"name": 5}, {"name": None}, {"name": ""},
                           {"name": "TEST_SIMPLE_TEXT"},
                           *({"name": "test_simple_text", "arguments": bad} for bad in ([], "x", None, 5, [{}]))):
                self.assertEqual(code_of(server.request("tools/call", params)), -32602, params)

    def test_violations_of_the_schema_are_results_that_name_the_argument(self):
        for _, server in self.in_each_era():
            for tool, arguments, name in (("test_slow", {"ms": "soon"}, "ms"), ("test_slow", {"ms": 60001}, "ms"),
                                          ("test_slow", {"ms": -1}, "ms"), ("test_slow", {"ms": 1.5}, "ms"),
                                          ("test_slow", {"ms": []}, "ms"), ("test_slow", {"sm": 1}, "sm"),
                                          ("test_elicitation", {}, "message"),
                                          ("test_structured_output", {"amounts": ["x"]}, "amounts[0]"),
                                          ("test_simple_text", {"extra": 1}, "extra")):
                result = server.call(tool, arguments)
                self.assertTrue(result["isError"])
                self.assertTrue(text_of(result).startswith(f"{name}: "), text_of(result))
                self.assertNotIn("structuredContent", result)

    def test_task_parameter_is_ignored_and_tasks_are_unknown(self):
        for _, server in self.in_each_era():
            result = server.result("tools/call", {"name": "test_simple_text", "task": {"ttl": 1000}})
            self.assertEqual(text_of(result), "This is a simple text response for testing.")
            for method in ("tasks/list", "tasks/get", "tasks/cancel", "tasks/result"):
                self.assertEqual(code_of(server.request(method, {"taskId": "x"})), -32601)


class Results(Wire):
    def test_content_is_an_array_in_every_result(self):
        for _, server in self.in_each_era():
            for tool in CONTENT_TOOLS:
                result = server.call(tool)
                self.assertIsInstance(result["content"], list)
                self.assertTrue(result["content"])
                self.assertEqual(result.get("isError", False), tool == "test_error_handling")

    def test_failure_of_the_tool_is_a_result(self):
        for _, server in self.in_each_era():
            result = server.call("test_error_handling")
            self.assertTrue(result["isError"])
            self.assertEqual(text_of(result), "This tool intentionally returns an error for testing")
            self.assertNotIn("structuredContent", result)
            self.check_alive(server)

    def test_structured_content_validates_and_equals_its_text(self):
        for era, server in self.in_each_era((L3, L4, MODERN)):
            schemas = {tool["name"]: tool["outputSchema"] for tool in server.result("tools/list")["tools"]
                       if "outputSchema" in tool}
            self.assertEqual(sorted(schemas), ["test_structured_array", "test_structured_output"])
            for tool, arguments in (("test_structured_output", {"amounts": [0.1, 0.2, -5]}),
                                    ("test_structured_output", {"amounts": []}), ("test_structured_array", {})):
                result = server.call(tool, arguments)
                jsonschema.Draft202012Validator(schemas[tool]).validate(result["structuredContent"])
                value = result["structuredContent"]
                wrapped = tool == "test_structured_array" and era != MODERN
                self.assertEqual(json.loads(text_of(result)), value["result"] if wrapped else value)

    def test_old_revisions_get_the_text_only(self):
        for _, server in self.in_each_era((L1, L2)):
            for tool in ("test_structured_output", "test_structured_array"):
                result = server.call(tool)
                self.assertNotIn("structuredContent", result)
                self.assertTrue(json.loads(text_of(result)))

    def test_structured_content_is_an_object_before_the_modern_revision(self):
        for era, server in self.in_each_era((L3, L4, MODERN)):
            value = server.call("test_structured_array")["structuredContent"]
            self.assertEqual(value, ["a", "b"] if era == MODERN else {"result": ["a", "b"]})

    def test_old_revisions_get_no_blocks_they_do_not_know(self):
        for era, server in self.in_each_era():
            audio = server.call("test_audio_content")["content"]
            self.assertEqual([block["type"] for block in audio], ["audio" if era >= L2 else "text"])
            link = server.call("test_resource_link")["content"]
            self.assertEqual([block["type"] for block in link], ["resource_link" if era >= L3 else "text"])
            self.assertIn("test://static-text", json.dumps(link))

    def test_binary_content_is_base64_with_a_type(self):
        for era, server in self.in_each_era():
            blocks = [server.call("test_image_content")["content"][0],
                      server.call("test_multiple_content_types")["content"][1]]
            if era >= L2:
                blocks.append(server.call("test_audio_content")["content"][0])
            for block in blocks:
                self.assertIn(block["mimeType"], ("image/png", "audio/wav"))
                self.assertTrue(base64.b64decode(block["data"], validate=True))
            contents = server.result("resources/read", {"uri": "test://static-binary"})["contents"][0]
            self.assertEqual(base64.b64decode(contents["blob"], validate=True)[:4], b"\x89PNG")


class Load(Wire):
    def test_a_hundred_parallel_calls_get_their_own_answers(self):
        for _, server in self.in_each_era((L1, MODERN)):
            ids = {server.start("tools/call", {"name": "test_structured_output",
                                               "arguments": {"amounts": [i, 0.5]}}): i for i in range(100)}
            slow = [server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 20}})
                    for _ in range(100)]
            for id, i in ids.items():
                answer = json.loads(text_of(server.wait_answer(id)["result"]))
                self.assertEqual(answer, {"total": i + 0.5, "currency": "EUR", "count": 2})
            for id in slow:
                self.assertEqual(text_of(server.wait_answer(id)["result"]), "finished")

    def test_flood_is_throttled_and_the_server_stays_responsive(self):
        server = self.serve(L4)
        ids = [server.start("tools/call", {"name": "test_slow", "arguments": {"ms": 30}})
               for _ in range(600)]
        self.assertEqual(server.result("ping", seconds=5), {})
        for id in ids:
            self.assertEqual(text_of(server.wait_answer(id)["result"]), "finished")

    def test_writes_beyond_the_rate_are_refused_with_a_time_to_wait(self):
        server = self.serve(L4)
        ids = [server.start("tools/call", {"name": "test_trigger_resource_update"}) for _ in range(2001)]
        results = [server.wait_answer(id)["result"] for id in ids]
        self.assertEqual([bool(result.get("isError")) for result in results], [False] * 2000 + [True])
        self.assertRegex(text_of(results[-1]), r"Nothing was saved\. Repeat in \d+ s\.")
        self.assertEqual(text_of(server.call("test_simple_text")),
                         "This is a simple text response for testing.")


if __name__ == "__main__":
    unittest.main()
