#!/usr/bin/python3
"""Which era a request belongs to, and the two ways in: statements 28 to 52 of checklist.md."""
import json

from wire import (CLIENT, ERAS, L1, L2, L3, L4, LEGACY, META_CAPABILITIES, META_CLIENT, META_SERVER,
                  META_VERSION, MODERN, Wire, claim, code_of, text_of, unittest)

DISCOVER_CODES = {"tools/list": {}, "prompts/list": {}, "resources/list": {},
                  "resources/templates/list": {}, "resources/read": {"uri": "test://static-text"},
                  "prompts/get": {"name": "test_simple_prompt"},
                  "tools/call": {"name": "test_simple_text"}, "server/discover": {},
                  "completion/complete": {"ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
                                          "argument": {"name": "arg1", "value": "pa"}}}
SHAKE = {"protocolVersion": L4, "capabilities": {}, "clientInfo": CLIENT}


def without(key):
    meta = claim()
    del meta[key]
    return meta


class Modern(Wire):
    def ask(self, server, meta, method="tools/list"):
        """A request with exactly this `_meta`."""
        id = server.fresh_id()
        server.send({"jsonrpc": "2.0", "id": id, "method": method, "params": {"_meta": meta}})
        return server.wait_answer(id)

    def test_each_method_works_as_the_first_line_of_a_process(self):
        for method, params in DISCOVER_CODES.items():
            with self.subTest(method=method):
                server = self.serve(MODERN)
                self.assertEqual(server.result(method, params)["resultType"], "complete")

    def test_discover_says_all_it_must(self):
        result = self.serve(MODERN).result("server/discover")
        self.assertEqual(result["supportedVersions"], [MODERN])
        self.assertEqual(result["resultType"], "complete")
        self.assertIsInstance(result["ttlMs"], int)
        self.assertIn(result["cacheScope"], ("public", "private"))
        self.assertEqual(result["instructions"], "Fixture server for protocol tests.")
        info = result["_meta"][META_SERVER]
        self.assertEqual((info["name"], info["version"]), ("fixture", "1.0.0"))
        self.assertEqual(sorted(result["capabilities"]),
                         ["completions", "extensions", "logging", "prompts", "resources", "tools"])

    def test_no_claim_before_any_handshake_is_refused(self):
        server = self.serve(None)
        for method in ("server/discover", "tools/list", "tools/call", "logging/setLevel"):
            for params in (None, {}, {"_meta": {}}, {"_meta": {"progressToken": 1, "traceparent": "x"}}):
                answer = server.request(method, params)
                self.assertEqual(code_of(answer), -32602, (method, params))
                self.assertIn("initialize", answer["error"]["message"])
                self.assertIn(META_VERSION, answer["error"]["message"])

    def test_incomplete_claims_are_refused(self):
        server = self.serve(None)
        for meta in (without(META_VERSION), without(META_CAPABILITIES), claim(version=5),
                     claim(version=None), {**claim(), META_CAPABILITIES: None},
                     {**claim(), META_CAPABILITIES: []}, {**claim(), META_CAPABILITIES: "x"},
                     {META_CLIENT: CLIENT}):
            self.assertEqual(code_of(self.ask(server, meta)), -32602, meta)

    def test_client_may_stay_unnamed_but_not_be_named_badly(self):
        server = self.serve(None)
        self.assertIn("result", self.ask(server, without(META_CLIENT)))
        for client in ({}, {"name": "x"}, {"version": "1"}, {"name": 1, "version": "1"}, "x", []):
            self.assertEqual(code_of(self.ask(server, {**claim(), META_CLIENT: client})), -32602)

    def test_unserved_version_is_refused_with_what_is_served(self):
        server = self.serve(None)
        for version in ("1900-01-01", "v999.0.0", "2025-11-25", "", "2026-07-280"):
            error = self.ask(server, claim(version=version))["error"]
            self.assertEqual(error["code"], -32022)
            self.assertEqual(error["data"], {"supported": [MODERN], "requested": version})
            supported = self.ask(server, claim(), "server/discover")["result"]["supportedVersions"]
            self.assertLessEqual(set(error["data"]["supported"]), set(supported))

    def test_unserved_version_is_refused_on_the_hundredth_request_too(self):
        server = self.serve(None)
        for _ in range(99):
            self.assertIn("result", self.ask(server, claim()))
        self.assertEqual(code_of(self.ask(server, claim(version="1900-01-01"))), -32022)

    def test_methods_of_the_handshake_era_are_gone(self):
        server = self.serve(MODERN)
        for method, params in (("initialize", SHAKE), ("ping", {}), ("logging/setLevel", {"level": "info"}),
                               ("resources/subscribe", {"uri": "test://static-text"}),
                               ("resources/unsubscribe", {"uri": "test://static-text"})):
            self.assertEqual(code_of(server.request(method, params)), -32601, method)

    def test_capabilities_of_one_request_do_not_last(self):
        server = self.serve(MODERN)
        able = server.request("tools/call", {"name": "test_missing_capability"},
                              meta={META_CAPABILITIES: {"sampling": {}}})
        self.assertEqual(able["result"]["resultType"], "input_required")
        self.assertEqual(code_of(server.request("tools/call", {"name": "test_missing_capability"})), -32021)

    def test_interleaved_clients_get_their_own_answers(self):
        server = self.serve(MODERN)
        ids = []
        for i in range(20):
            client = {"name": f"client-{i % 2}", "version": "1"}
            ids.append((i, server.start("tools/call", {"name": "json_schema_2020_12_tool",
                                                       "arguments": {"name": str(i), "email": "e"}},
                                        meta={META_CLIENT: client})))
        for i, id in ids:
            self.assertEqual(json.loads(text_of(server.wait_answer(id)["result"]))["name"], str(i))


class Legacy(Wire):
    def test_initialize_answers_each_legacy_revision(self):
        for revision, server in self.in_each_era(LEGACY):
            self.assertEqual(server.handshake["protocolVersion"], revision)

    def test_initialize_with_another_version_answers_the_newest_legacy_one(self):
        for version in (MODERN, "2099-01-01", "x", ""):
            server = self.serve(None)
            result = server.result("initialize", {**SHAKE, "protocolVersion": version})
            self.assertEqual(result["protocolVersion"], L4)

    def test_initialize_without_its_parameters_is_refused(self):
        server = self.serve(None)
        for params in (None, {}, *({k: v for k, v in SHAKE.items() if k != gone} for gone in SHAKE),
                       {**SHAKE, "clientInfo": {"name": "x"}}, {**SHAKE, "capabilities": None},
                       {**SHAKE, "protocolVersion": 5}):
            self.assertEqual(code_of(server.request("initialize", params)), -32602, params)
        self.assertIn("result", server.request("initialize", SHAKE))

    def test_second_initialize_is_refused_and_the_session_goes_on(self):
        for revision, server in self.in_each_era(LEGACY):
            self.assertEqual(code_of(server.request("initialize", SHAKE)), -32600)
            self.check_alive(server)

    def test_ping_answers_an_empty_object_before_and_after_the_handshake(self):
        server = self.serve(None, record=False)
        self.assertEqual(server.result("ping"), {})
        self.assertEqual(server.result("ping", {}), {})
        server.result("initialize", SHAKE)
        self.assertEqual(server.result("ping"), {})

    def test_lists_before_initialize_are_refused(self):
        server = self.serve(None)
        self.assertEqual(code_of(server.request("tools/list")), -32602)

    def test_request_before_initialized_is_answered(self):
        server = self.serve(None)
        server.result("initialize", SHAKE)
        self.assertIn("tools", server.result("tools/list"))

    def test_nothing_of_our_own_leaves_before_initialized(self):
        server = self.serve(None)
        server.result("initialize", {**SHAKE, "capabilities": {"elicitation": {}}})
        question = server.start("tools/call", {"name": "test_elicitation", "arguments": {"message": "?"}})
        server.result("resources/subscribe", {"uri": "test://watched-resource"})
        for tool in ("test_trigger_tool_change", "test_trigger_resource_update"):
            server.call(tool)
        server.result("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": 1}})
        self.assertEqual((server.requests, server.notifications), ([], []))
        server.notify("notifications/initialized")
        request = self.answered_all(server)[0]
        self.assertEqual(request["method"], "elicitation/create")
        self.notified(server, "notifications/tools/list_changed")
        self.notified(server, "notifications/resources/updated")
        server.send({"jsonrpc": "2.0", "id": request["id"], "result": {"action": "decline"}})
        self.assertIn("action=decline", text_of(server.wait_answer(question)["result"]))

    def test_methods_of_the_modern_era_are_unknown_in_a_session(self):
        for _, server in self.in_each_era(LEGACY):
            for method in ("server/discover", "subscriptions/listen"):
                self.assertEqual(code_of(server.request(method, {"notifications": {}})), -32601)

    def test_eras_alternate_on_one_process(self):
        for _, server in self.in_each_era(LEGACY):
            for _ in range(3):
                old = server.result("tools/list")
                new = server.result("tools/list", meta=claim())
                self.assertNotIn("resultType", old)
                self.assertEqual(new["resultType"], "complete")
                self.assertEqual(server.result("ping"), {})
                self.assertEqual(code_of(server.request("ping", meta=claim())), -32601)
                self.assertEqual(code_of(server.request("initialize", SHAKE, meta=claim())), -32601)

    def test_results_carry_no_modern_envelope(self):
        for _, server in self.in_each_era(LEGACY):
            for method, params in {**DISCOVER_CODES, "ping": {}}.items():
                if method == "server/discover":
                    continue
                result = server.result(method, params)
                for key in ("resultType", "ttlMs", "cacheScope", "_meta"):
                    self.assertNotIn(key, result, method)
            self.assertNotIn("extensions", server.handshake["capabilities"])

    def test_server_info_shows_what_the_revision_knows(self):
        for revision, server in self.in_each_era(LEGACY):
            info = server.handshake["serverInfo"]
            self.assertEqual("title" in info, revision >= L3)
            self.assertEqual("description" in info, revision >= L4)
            self.assertEqual("websiteUrl" in info, revision >= L4)
            self.assertEqual("completions" in server.handshake["capabilities"], revision >= L2)

    def test_declared_capabilities_have_working_lists(self):
        for era, server in self.in_each_era():
            declared = server.handshake["capabilities"] if era != MODERN else \
                server.result("server/discover")["capabilities"]
            self.assertEqual(declared["tools"], {"listChanged": True})
            self.assertEqual(declared["prompts"], {"listChanged": True})
            self.assertEqual(declared["resources"], {"subscribe": True, "listChanged": True})
            for kind in ("tools", "prompts", "resources"):
                self.assertTrue(server.result(f"{kind}/list")[kind])
            for method in ("tasks/list", "tasks/get", "roots/list", "sampling/createMessage",
                           "elicitation/create"):
                self.assertEqual(code_of(server.request(method)), -32601)

    def test_initialize_cannot_be_cancelled(self):
        server = self.serve(None)
        server.asked["str:i"] = 1
        server.write(json.dumps({"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": SHAKE}).encode()
                     + b'\n{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"i"}}\n')
        self.assertEqual(server.wait_answer("i")["result"]["protocolVersion"], L4)


class Undeclared(Wire):
    """The server of mcp/README.md offers tools and nothing else."""

    def test_methods_of_undeclared_capabilities_are_unknown(self):
        import os
        from support import mcp_client
        readme = os.environ.get("MCP_README")
        if not readme:
            self.skipTest("MCP_README names no server")
        fixture = mcp_client.BIN
        mcp_client.BIN = readme
        self.addCleanup(setattr, mcp_client, "BIN", fixture)
        for era, server in self.in_each_era():
            declared = server.handshake["capabilities"] if era != MODERN else \
                server.result("server/discover")["capabilities"]
            self.assertEqual(sorted(declared), ["logging", "tools"])
            for method in ("prompts/list", "prompts/get", "resources/list", "resources/read",
                           "resources/templates/list", "resources/subscribe", "completion/complete"):
                self.assertEqual(code_of(server.request(method)), -32601, method)
            self.assertEqual(text_of(server.call("greet", {"name": "Ann"})),
                             '{"text":"Hi Ann!"}')
            self.assertIn('did you mean "name"', text_of(server.call("greet", {"nmae": "Ann"})))


if __name__ == "__main__":
    unittest.main()
