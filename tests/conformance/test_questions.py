#!/usr/bin/python3
"""Asking the person or the client in the middle of a call: statements 111 to 128 of checklist.md."""
import base64
import hashlib
import hmac
import json
import os
import time

from wire import (ALL_ABILITIES, ERAS, L1, L2, L3, L4, LEGACY, META_CAPABILITIES, MODERN, STATE_KEY, Wire,
                  code_of, text_of, unittest)

FORM = {"elicitation": {}}
ASKS = "test_input_required_result_"
HELLO = ASKS + "elicitation"


def name_is(name):
    return {"user_name": {"action": "accept", "content": {"name": name}}}


class Legacy(Wire):
    def ask(self, server, tool="test_elicitation", arguments=None):
        """A call that asks: its id and the request that came for it."""
        before = len(server.requests)
        arguments = {"message": "Who?"} if tool == "test_elicitation" else arguments or {}
        id = server.start("tools/call", {"name": tool, "arguments": arguments})
        return id, self.answered_all(server, before + 1)[before]

    @staticmethod
    def reply(server, request, **answer):
        server.send({"jsonrpc": "2.0", "id": request["id"], **answer})

    def test_form_is_asked_and_three_answers_differ(self):
        for revision, server in self.in_each_era((L3, L4), capabilities=FORM):
            ids, texts = set(), []
            for action, content in (("accept", {"username": "ann", "email": "a@b"}), ("decline", None),
                                    ("cancel", None)):
                id, request = self.ask(server)
                self.assertEqual(request["method"], "elicitation/create")
                self.assertEqual("mode" in request["params"], revision == L4)
                self.assertEqual(request["params"]["message"], "Who?")
                schema = request["params"]["requestedSchema"]
                self.assertEqual(schema["type"], "object")
                self.assertTrue(all(one["type"] == "string" for one in schema["properties"].values()))
                ids.add(request["id"])
                result = {"action": action, **({"content": content} if content else {})}
                self.reply(server, request, result=result)
                texts.append(text_of(server.wait_answer(id)["result"]))
            self.assertEqual(len(ids), 3)
            self.assertEqual(texts[0], 'User response: action=accept, content={"username":"ann","email":"a@b"}')
            self.assertEqual(texts[1:], ["User response: action=decline, content={}",
                                         "User response: action=cancel, content={}"])

    def test_answer_of_the_wrong_shape_changes_nothing(self):
        for _, server in self.in_each_era((L3, L4), capabilities=FORM):
            for answer in ({"result": {}}, {"result": []}, {"result": "x"}, {"result": None},
                           {"result": {"action": "yes"}}, {"result": {"action": "accept"}},
                           {"result": {"action": "accept", "content": {"name": 5}}},
                           {"result": {"action": "accept", "content": []}},
                           {"result": {"action": "accept", "content": {"nom": "x"}}},
                           {"error": {"code": -1, "message": "no"}}, {"error": "x"}):
                id, request = self.ask(server, HELLO)
                self.reply(server, request, **answer)
                result = server.wait_answer(id)["result"]
                self.assertTrue(result["isError"], answer)
                self.assertEqual(text_of(result), "Nothing was done: cancelled.")

    def test_answer_that_breaks_the_rules_of_json_changes_nothing(self):
        """Half a character is what is left of an emoji that a field was too short for."""
        server = self.serve(L4, capabilities=FORM)
        for content in ('{"name":"\\ud83d"}', '{"name":"a","name":"b"}', '{"name":"\\u0000"}'):
            id, request = self.ask(server, HELLO)
            server.send_line('{"jsonrpc":"2.0","id":"%s","result":{"action":"accept","content":%s}}' %
                             (request["id"], content))
            result = server.wait_answer(id)["result"]
            self.assertTrue(result["isError"], content)
            self.assertEqual(text_of(result), "Nothing was done: cancelled.")
        self.assertEqual(server.strangers, [])

    def test_no_answer_in_time_changes_nothing(self):
        server = self.serve(L4, capabilities=FORM, FIXTURE_ASK_MS="100")
        id, request = self.ask(server, HELLO)
        self.assertTrue(server.wait_answer(id)["result"]["isError"])
        withdrawn = self.notified(server, "notifications/cancelled")[0]
        self.assertEqual(withdrawn["params"]["requestId"], request["id"])
        self.reply(server, request, result=name_is("late")["user_name"])
        self.check_alive(server)

    def test_client_that_cannot_be_asked_is_told(self):
        cases = [(L1, FORM), (L2, FORM), (L3, {}), (L4, {}), (L4, {"elicitation": {"url": {}}}),
                 (L4, {"sampling": {}})]
        for revision, capabilities in cases:
            with self.subTest(revision=revision, capabilities=capabilities):
                server = self.serve(revision, capabilities=capabilities)
                result = server.call(HELLO)
                self.assertTrue(result["isError"])
                self.assertIn("elicitation", text_of(result))
                self.assertEqual(server.requests, [])

    def test_form_of_the_first_revision_with_forms_is_simple(self):
        server = self.serve(L3, capabilities=FORM)
        id, request = self.ask(server, "test_elicitation_sep1034_defaults")
        schema = request["params"]["requestedSchema"]
        for one in schema["properties"].values():
            self.assertNotIn("oneOf", one)
            self.assertNotEqual(one["type"], "array")
            if one["type"] != "boolean":
                self.assertNotIn("default", one)
        self.assertIs(schema["properties"]["verified"]["default"], True)
        self.reply(server, request, result={"action": "accept", "content": {"age": 31, "score": 1.5}})
        self.assertIn('{"age":31,"score":1.5}', text_of(server.wait_answer(id)["result"]))
        result = server.call("test_elicitation_sep1330_enums")
        self.assertIn("action=cancel", text_of(result))

    def test_newer_form_has_defaults_and_choices(self):
        server = self.serve(L4, capabilities=FORM)
        id, request = self.ask(server, "test_elicitation_sep1330_enums")
        properties = request["params"]["requestedSchema"]["properties"]
        self.assertEqual(properties["titledSingle"]["oneOf"][0], {"const": "value1", "title": "First Option"})
        self.assertEqual(properties["untitledMulti"]["type"], "array")
        content = {"untitledSingle": "option2", "titledSingle": "value3", "legacyEnum": "opt1",
                   "untitledMulti": ["option1", "option3"], "titledMulti": []}
        self.reply(server, request, result={"action": "accept", "content": content})
        self.assertIn(json.dumps(content, separators=(",", ":")), text_of(server.wait_answer(id)["result"]))
        for key, wrong in (("untitledSingle", "value1"), ("titledSingle", "option1"), ("legacyEnum", "x"),
                           ("untitledMulti", ["option9"]), ("titledMulti", "value1"), ("titledMulti", [1])):
            id, request = self.ask(server, "test_elicitation_sep1330_enums")
            self.reply(server, request, result={"action": "accept", "content": {**content, key: wrong}})
            self.assertIn("action=cancel", text_of(server.wait_answer(id)["result"]))

    def test_cancelling_the_call_ends_the_question(self):
        for _, server in self.in_each_era((L3, L4), capabilities=FORM):
            server.expect_answers = False
            id, request = self.ask(server, HELLO)
            server.notify("notifications/cancelled", {"requestId": id})
            withdrawn = self.notified(server, "notifications/cancelled")[0]
            self.assertEqual(withdrawn["params"]["requestId"], request["id"])
            self.reply(server, request, result=name_is("late")["user_name"])
            self.check_alive(server)
            self.assertNotIn(f"int:{id}", server.answers)

    def test_several_questions_and_rounds_go_on_with_the_same_call(self):
        server = self.serve(L4, capabilities=ALL_ABILITIES)
        id = server.start("tools/call", {"name": ASKS + "multiple_inputs"})
        requests = {one["method"]: one for one in self.answered_all(server, 3)}
        self.reply(server, requests["roots/list"], result={"roots": []})
        self.reply(server, requests["sampling/createMessage"], result={
            "role": "assistant", "model": "m", "content": {"type": "text", "text": "Hi"}})
        self.assertNotIn(f"int:{id}", server.answers)
        self.reply(server, requests["elicitation/create"], result=name_is("Ann")["user_name"])
        self.assertEqual(text_of(server.wait_answer(id)["result"]), "Hi Ann")
        id, first = self.ask(server, ASKS + "multi_round")
        self.reply(server, first, result={"action": "accept", "content": {"name": "Ann"}})
        second = self.answered_all(server, 5)[4]
        self.reply(server, second, result={"action": "accept", "content": {"color": "red"}})
        self.assertEqual(text_of(server.wait_answer(id)["result"]), "Ann likes red")


class Modern(Wire):
    def start(self, server, tool=HELLO, **params):
        return server.request("tools/call", {"name": tool, "arguments": {}, **params})

    def asked(self, answer):
        self.assertEqual(answer["result"]["resultType"], "input_required", answer)
        self.assertTrue(answer["result"].keys() & {"inputRequests", "requestState"})
        return answer["result"]

    def test_no_request_is_ever_written(self):
        server = self.serve(MODERN, capabilities=ALL_ABILITIES)
        for tool in server.result("tools/list")["tools"]:
            if tool["name"] != "test_slow":
                server.request("tools/call", {"name": tool["name"], "arguments": {"message": "m", "prompt": "p"}
                                              if tool["name"] in ("test_elicitation", "test_sampling") else {}})
        self.assertEqual(server.requests, [])

    def test_question_has_method_and_parameters_only(self):
        server = self.serve(MODERN, capabilities=ALL_ABILITIES)
        result = self.asked(self.start(server, ASKS + "multiple_inputs"))
        self.assertEqual(sorted(result["inputRequests"]), ["client_roots", "greeting", "user_name"])
        for one in result["inputRequests"].values():
            self.assertEqual(sorted(one), ["method", "params"])
        self.assertEqual(result["inputRequests"]["user_name"]["params"], {
            "mode": "form", "message": "What is your name?", "requestedSchema": {
                "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}})

    def test_accepted_answer_completes_under_a_new_id(self):
        server = self.serve(MODERN, capabilities=FORM)
        state = self.asked(self.start(server))["requestState"]
        answer = self.start(server, inputResponses=name_is("Ann"), requestState=state)
        self.assertEqual(text_of(answer["result"]), "Hello, Ann!")
        self.assertEqual(answer["result"]["resultType"], "complete")

    def test_declined_and_cancelled_answers_change_nothing_and_are_final(self):
        server = self.serve(MODERN, capabilities=FORM)
        for action in ("decline", "cancel"):
            state = self.asked(self.start(server))["requestState"]
            answer = self.start(server, inputResponses={"user_name": {"action": action}}, requestState=state)
            self.assertEqual(answer["result"]["resultType"], "complete")
            self.assertTrue(answer["result"]["isError"])
            self.assertTrue(text_of(answer["result"]).startswith("Nothing was done"))

    def test_missing_and_extra_keys(self):
        server = self.serve(MODERN, capabilities=FORM)
        for responses in ({}, {"other": name_is("x")["user_name"]}):
            self.asked(self.start(server, inputResponses=responses))
        answer = self.start(server, inputResponses={**name_is("Ann"), "extra": {"action": "accept"}, "more": 5})
        self.assertEqual(text_of(answer["result"]), "Hello, Ann!")

    def test_responses_of_the_wrong_shape_never_complete(self):
        server = self.serve(MODERN, capabilities=FORM)
        for responses in (None, [], 5, "x", True):
            self.assertEqual(code_of(self.start(server, inputResponses=responses)), -32602)
        for response in (5, None, "x", [], {}, {"action": 5}, {"action": "yes"}, {"action": "accept"}):
            self.asked(self.start(server, inputResponses={"user_name": response}))

    def test_content_that_violates_the_schema_is_asked_again(self):
        server = self.serve(MODERN, capabilities=FORM)
        for content in ({}, {"name": 5}, {"name": None}, {"name": ["x"]}, {"nom": "x"}, [], "x", None):
            self.asked(self.start(server, inputResponses={"user_name": {"action": "accept", "content": content}}))

    def test_changed_state_is_refused(self):
        server = self.serve(MODERN, capabilities=FORM)
        tool = ASKS + "request_state"
        ok = {"confirm": {"action": "accept", "content": {"ok": True}}}
        state = self.asked(self.start(server, tool))["requestState"]
        positions = [*range(0, len(state), 7), len(state) - 1]
        changed = [state[:i] + ("A" if state[i] != "A" else "B") + state[i + 1:] for i in positions]
        for bad in (*changed, state[:-1], state[1:], state + "A", state + "-TAMPERED", "", "v1..", "x",
                    state.replace(".", ""), state * 2, 5, None, {}):
            answer = self.start(server, tool, inputResponses=ok, requestState=bad)
            self.assertEqual(code_of(answer), -32602, bad)
            self.assertEqual(code_of(self.start(server, tool, requestState=bad)), -32602, bad)
        answer = self.start(server, tool, inputResponses=ok, requestState=state)
        self.assertEqual(text_of(answer["result"]), "state-ok")

    def test_state_of_another_call_is_refused(self):
        server = self.serve(MODERN, capabilities=ALL_ABILITIES)
        ok = {"confirm": {"action": "accept", "content": {"ok": True}}}
        state = self.asked(self.start(server, ASKS + "request_state"))["requestState"]
        self.assertEqual(code_of(self.start(server, ASKS + "tampered_state", inputResponses=ok,
                                            requestState=state)), -32602)
        first = self.asked(server.request("tools/call", {"name": "test_elicitation",
                                                         "arguments": {"message": "one"}}))
        for arguments in ({"message": "two"}, {"message": "one", "x": 1}, {}):
            answer = server.request("tools/call", {"name": "test_elicitation", "arguments": arguments,
                                                   "inputResponses": {}, "requestState": first["requestState"]})
            self.assertEqual(code_of(answer), -32602, arguments)
        prompt = server.result("prompts/get", {"name": "test_input_required_result_prompt"})
        self.assertEqual(code_of(self.start(server, HELLO, inputResponses=name_is("x"),
                                            requestState=prompt["requestState"])), -32602)

    def sealed(self, tool, until):
        """A state as the library makes it, to show that age is what it is refused for."""
        def text(value):
            return value.encode() + b"\0"

        payload = json.dumps({"until": until, "nonce": "x", "rounds": 1, "answers": {},
                              "kept": {"shown": tool}}, separators=(",", ":")).encode()
        digest = hashlib.sha256(b"{}").digest()
        tag = hmac.new(bytes.fromhex(STATE_KEY), text("mcp requestState v1") + text("tools/call") + text(tool)
                       + text("") + text("") + digest + payload, hashlib.sha256).digest()
        parts = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (payload, tag)]
        return ".".join(["v1", *parts])

    def test_state_that_is_too_old_is_refused(self):
        server = self.serve(MODERN, capabilities=FORM)
        tool = ASKS + "request_state"
        ok = {"confirm": {"action": "accept", "content": {"ok": True}}}
        now = int(time.time() * 1000)
        fresh = self.start(server, tool, inputResponses=ok, requestState=self.sealed(tool, now + 60000))
        self.assertEqual(text_of(fresh["result"]), "state-ok")
        old = self.start(server, tool, inputResponses=ok, requestState=self.sealed(tool, now - 1000))
        self.assertEqual(code_of(old), -32602)

    def test_state_is_good_in_another_process_with_the_same_key_only(self):
        one, other = (self.serve(MODERN, capabilities=FORM) for _ in range(2))
        stranger = self.serve(MODERN, capabilities=FORM, FIXTURE_STATE_KEY="08" * 32)
        first = self.asked(self.start(one, ASKS + "multi_round"))
        step1 = {"step1": {"action": "accept", "content": {"name": "Ann"}}}
        step2 = {"step2": {"action": "accept", "content": {"color": "red"}}}
        second = self.asked(self.start(other, ASKS + "multi_round", inputResponses=step1,
                                       requestState=first["requestState"]))
        self.assertEqual(sorted(second["inputRequests"]), ["step2"])
        self.assertNotEqual(first["requestState"], second["requestState"])
        done = self.start(one, ASKS + "multi_round", inputResponses=step2, requestState=second["requestState"])
        self.assertEqual(text_of(done["result"]), "Ann likes red")
        self.assertEqual(code_of(self.start(stranger, ASKS + "multi_round", inputResponses=step2,
                                            requestState=second["requestState"])), -32602)

    def test_lists_and_completions_never_ask(self):
        server = self.serve(MODERN, capabilities=ALL_ABILITIES)
        for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
            result = server.result(method, {"inputResponses": name_is("x"), "requestState": "junk"})
            self.assertEqual(result["resultType"], "complete")
        result = server.result("completion/complete", {
            "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
            "argument": {"name": "arg1", "value": ""}, "requestState": 5})
        self.assertEqual(result["resultType"], "complete")

    def test_client_without_the_capability_is_told_which(self):
        for capabilities in ({}, {"elicitation": {"url": {}}}, {"sampling": {}}, {"elicitation": None}):
            server = self.serve(MODERN, capabilities=capabilities)
            error = self.start(server)["error"]
            self.assertEqual(error["code"], -32021)
            self.assertEqual(error["data"], {"requiredCapabilities": {"elicitation": {}}})
        for capabilities in ({"elicitation": {}}, {"elicitation": {"form": {}}},
                             {"elicitation": {"form": {}, "url": {}}}):
            self.asked(self.start(self.serve(MODERN, capabilities=capabilities)))
        error = self.start(self.serve(MODERN), ASKS + "multiple_inputs")["error"]
        self.assertEqual(error["data"]["requiredCapabilities"], {"elicitation": {}, "sampling": {}, "roots": {}})

    def test_only_declared_kinds_are_asked(self):
        server = self.serve(MODERN)
        for ability, key in (("elicitation", "user_name"), ("sampling", "greeting"), ("roots", "client_roots")):
            answer = server.request("tools/call", {"name": ASKS + "capabilities"},
                                    meta={META_CAPABILITIES: {ability: {}}})
            self.assertEqual(sorted(self.asked(answer)["inputRequests"]), [key])
        self.assertEqual(text_of(server.call(ASKS + "capabilities")), "no capability")

    def test_prompt_may_ask_too(self):
        server = self.serve(MODERN, capabilities=FORM)
        params = {"name": "test_input_required_result_prompt"}
        first = self.asked(server.request("prompts/get", params))
        context = {"user_context": {"action": "accept", "content": {"context": "winter"}}}
        result = server.result("prompts/get", {**params, "inputResponses": context,
                                               "requestState": first["requestState"]})
        self.assertEqual(result["messages"][0]["content"]["text"], "Context: winter")


if __name__ == "__main__":
    unittest.main()
