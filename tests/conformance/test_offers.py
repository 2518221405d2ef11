#!/usr/bin/python3
"""Resources, prompts and completion: statements 86 to 95 of checklist.md."""
import re

from wire import ERAS, L1, L2, L3, LEGACY, MODERN, Wire, code_of, unittest

TEMPLATE = "test://template/{id}/data"
PROMPT = "test_prompt_with_arguments"
WATCHED = "test://watched-resource"
UPDATED = "notifications/resources/updated"


class Resources(Wire):
    def test_each_listed_resource_can_be_read(self):
        for _, server in self.in_each_era():
            for resource in server.result("resources/list")["resources"]:
                contents = server.result("resources/read", {"uri": resource["uri"]})["contents"]
                self.assertTrue(contents)
                for part in contents:
                    self.assertTrue(part["uri"].startswith(resource["uri"]))
                    self.assertEqual(part["mimeType"], resource["mimeType"])
                    self.assertEqual(("text" in part) + ("blob" in part), 1)
                    self.assertNotIn("annotations", part)

    def test_unknown_uri_is_not_found_in_the_words_of_the_era(self):
        for era, server in self.in_each_era():
            for uri in ("test://nope", "test://template/gone/data", "", "x", "test://static-text2"):
                error = server.request("resources/read", {"uri": uri})["error"]
                self.assertEqual(error["code"], -32602 if era == MODERN else -32002)
                self.assertEqual(error["data"], {"uri": uri})

    def test_uri_that_is_no_uri_of_ours_stays_outside(self):
        for _, server in self.in_each_era((LEGACY[0], MODERN)):
            for params in ({}, {"uri": 5}, {"uri": None}, {"uri": ["x"]}):
                error = server.request("resources/read", params)["error"]
                self.assertEqual(error["code"], -32602)
                self.assertNotIn("data", error)
            for uri in ("file:///etc/passwd", "test://template/../data", "test://template/a/b/data",
                        "test://template//data", "test://template/%2e%2e%2f/data/x", "test://template/%00/data",
                        "test://template/%zz/data", "test://template/%ff/data", "../../etc/passwd",
                        "test://template/" + "x" * 5000 + "/data"):
                answer = server.request("resources/read", {"uri": uri})
                if "result" in answer:
                    self.assertEqual(uri, "test://template/../data")
                    self.assertIn('"id":".."', answer["result"]["contents"][0]["text"])
                else:
                    self.assertIn(code_of(answer), (-32002, -32602))

    def test_filled_in_template_reads(self):
        for _, server in self.in_each_era():
            template = server.result("resources/templates/list")["resourceTemplates"][0]
            self.assertEqual(template["uriTemplate"], TEMPLATE)
            self.assertRegex(template["uriTemplate"], r"^[^{}]*(\{[A-Za-z0-9_]+\}[^{}]*)+$")
            for id, text in (("123", "123"), ("a%20b%C3%A4", "a bä"), ("%22", '\\"')):
                uri = re.sub(r"\{.*?\}", id, TEMPLATE)
                contents = server.result("resources/read", {"uri": uri})["contents"]
                self.assertEqual(contents[0]["uri"], uri)
                self.assertEqual(contents[0]["text"],
                                 f'{{"id":"{text}","templateTest":true,"data":"Data for ID: {text}"}}')

    def test_subscribing_is_idempotent_and_news_follow_it(self):
        for _, server in self.in_each_era(LEGACY):
            for _ in range(2):
                self.assertEqual(server.result("resources/unsubscribe", {"uri": WATCHED}), {})
            server.call("test_trigger_resource_update")
            self.assertEqual(self.notifications(server, UPDATED), [])
            for _ in range(2):
                self.assertEqual(server.result("resources/subscribe", {"uri": WATCHED}), {})
                self.assertEqual(server.result("resources/subscribe", {"uri": "test://static-text"}), {})
            server.call("test_trigger_resource_update")
            news = self.notified(server, UPDATED)
            self.assertEqual([one["params"] for one in news], [{"uri": WATCHED}])
            self.assertEqual(server.result("resources/unsubscribe", {"uri": WATCHED}), {})
            server.call("test_trigger_resource_update")
            self.check_alive(server)
            self.assertEqual(len(self.notifications(server, UPDATED)), 1)
            self.assertEqual(code_of(server.request("resources/subscribe", {"uri": "test://nope"})), -32002)
            self.assertEqual(code_of(server.request("resources/subscribe", {})), -32602)

    def test_subscriptions_of_a_session_at_the_limit_and_one_beyond(self):
        server = self.serve(L3)
        for i in range(1000):
            server.result("resources/subscribe", {"uri": f"test://template/{i}/data"})
        self.assertEqual(code_of(server.request("resources/subscribe", {"uri": WATCHED})), -32603)
        server.result("resources/unsubscribe", {"uri": "test://template/7/data"})
        self.assertEqual(server.result("resources/subscribe", {"uri": WATCHED}), {})


class Prompts(Wire):
    def test_each_prompt_can_be_got(self):
        for era, server in self.in_each_era(capabilities={"elicitation": {}}):
            for prompt in server.result("prompts/list")["prompts"]:
                if prompt["name"].startswith("test_input_required"):
                    continue
                arguments = {one["name"]: "value" for one in prompt.get("arguments", []) if one.get("required")}
                result = server.result("prompts/get", {"name": prompt["name"], "arguments": arguments})
                self.assertTrue(result["messages"])
                for message in result["messages"]:
                    self.assertIn(message["role"], ("user", "assistant"))
                    self.assertIsInstance(message["content"], dict)
                    self.assertIn(message["content"]["type"], ("text", "image", "resource"))
            result = server.result("prompts/get", {"name": PROMPT, "arguments": {"arg1": "a", "arg2": "b'"}})
            self.assertEqual(result["messages"][0]["content"]["text"],
                             "Prompt with arguments: arg1='a', arg2='b''")

    def test_wrong_prompts_and_arguments_are_errors(self):
        for _, server in self.in_each_era():
            for params in ({"name": "nope"}, {}, {"name": 5}, {"name": PROMPT},
                           {"name": PROMPT, "arguments": {"arg1": "x"}},
                           {"name": PROMPT, "arguments": {"arg1": "x", "arg2": 5}},
                           {"name": PROMPT, "arguments": {"arg1": "x", "arg2": None}},
                           {"name": PROMPT, "arguments": {"arg1": "x", "arg2": "y", "arg3": "z"}},
                           {"name": PROMPT, "arguments": []}, {"name": PROMPT, "arguments": None}):
                self.assertEqual(code_of(server.request("prompts/get", params)), -32602, params)


class Completion(Wire):
    def complete(self, server, ref, name, value, context=None):
        params = {"ref": ref, "argument": {"name": name, "value": value}}
        if context is not None:
            params["context"] = {"arguments": context}
        return server.request("completion/complete", params)

    def test_values_are_at_most_a_hundred_and_none_is_no_error(self):
        template = {"type": "ref/resource", "uri": TEMPLATE}
        for _, server in self.in_each_era():
            all_of_them = self.complete(server, template, "id", "")["result"]["completion"]
            self.assertEqual((len(all_of_them["values"]), all_of_them["total"], all_of_them["hasMore"]),
                             (100, 150, True))
            some = self.complete(server, template, "id", "01")["result"]["completion"]
            self.assertEqual(some, {"values": [f"01{i}" for i in range(10)], "total": 10, "hasMore": False})
            none = self.complete(server, template, "id", "x")["result"]["completion"]
            self.assertEqual(none, {"values": [], "total": 0, "hasMore": False})
            prompt = self.complete(server, {"type": "ref/prompt", "name": PROMPT}, "arg1", "pa")
            self.assertEqual(prompt["result"]["completion"]["values"], ["paris", "park", "party"])
            plain = {"type": "ref/prompt", "name": "test_prompt_with_embedded_resource"}
            self.assertEqual(self.complete(server, plain, "resourceUri", "x")["result"]["completion"]["values"], [])

    def test_unknown_references_and_arguments_are_errors(self):
        prompt = {"type": "ref/prompt", "name": PROMPT}
        for _, server in self.in_each_era():
            for ref, name in (({"type": "ref/prompt", "name": "nope"}, "arg1"), (prompt, "nope"),
                              ({"type": "ref/resource", "uri": "test://nope/{id}"}, "id"),
                              ({"type": "ref/resource", "uri": TEMPLATE}, "nope"),
                              ({"type": "ref/resource", "uri": "test://static-text"}, "id"),
                              ({"type": "ref/else"}, "x"), ({}, "x"), (None, "x"), (prompt, 5)):
                self.assertEqual(code_of(self.complete(server, ref, name, "")), -32602, (ref, name))
            for params in ({"ref": prompt}, {"ref": prompt, "argument": {"name": "arg1"}},
                           {"argument": {"name": "arg1", "value": ""}}):
                self.assertEqual(code_of(server.request("completion/complete", params)), -32602)

    def test_context_narrows_where_the_revision_knows_it(self):
        prompt = {"type": "ref/prompt", "name": PROMPT}
        for era, server in self.in_each_era():
            values = self.complete(server, prompt, "arg1", "p", {"arg2": "texas"})["result"]["completion"]["values"]
            self.assertEqual(values, ["paris", "park", "party"] if era < L3 else ["park", "party"])


if __name__ == "__main__":
    unittest.main()
