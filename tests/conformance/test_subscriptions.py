#!/usr/bin/python3
"""Subscriptions of the modern era and batches of 2025-03-26: statements 129 to 141 of checklist.md."""
import json

from wire import (ERAS, L1, L2, L4, LEGACY, META_SUBSCRIPTION, MODERN, Wire, claim, code_of, text_of, unittest)

WATCHED = "test://watched-resource"
ACK = "notifications/subscriptions/acknowledged"
UPDATED = "notifications/resources/updated"
TOOLS_CHANGED = "notifications/tools/list_changed"
PROMPTS_CHANGED = "notifications/prompts/list_changed"
PING = {"jsonrpc": "2.0", "method": "ping"}


class Subscriptions(Wire):
    def listen(self, server, filter, id=None):
        server.expect_answers = False
        before = len(self.notifications(server, ACK))
        id = server.start("subscriptions/listen", {"notifications": filter}, id=id)
        return id, self.notified(server, ACK, before + 1)[before]["params"]

    def news(self, server, method):
        return [(one["params"].get("_meta", {}).get(META_SUBSCRIPTION), one["params"].get("uri"))
                for one in self.notifications(server, method)]

    def test_acknowledgement_comes_first_with_what_is_honored(self):
        server = self.serve(MODERN)
        id, ack = self.listen(server, {"toolsListChanged": True, "promptsListChanged": False,
                                       "resourceSubscriptions": [WATCHED, "test://nope", WATCHED],
                                       "somethingNew": 5})
        self.assertEqual(ack["notifications"], {"toolsListChanged": True, "resourceSubscriptions": [WATCHED]})
        self.assertEqual(ack["_meta"], {META_SUBSCRIPTION: id})
        self.assertIn(ACK.encode(), server.lines[0])

    def test_listen_id_comes_back_with_its_type(self):
        server = self.serve(MODERN)
        for id in ("listen:1", "7", 7, 0):
            _, ack = self.listen(server, {"toolsListChanged": True}, id=id)
            seen = ack["_meta"][META_SUBSCRIPTION]
            self.assertEqual((type(seen), seen), (type(id), id))

    def test_change_gives_one_notification_to_each_that_asked(self):
        server = self.serve(MODERN)
        for id, filter in (("a", {"toolsListChanged": True}),
                           ("b", {"toolsListChanged": True, "resourceSubscriptions": [WATCHED]}),
                           ("c", {"promptsListChanged": True}),
                           ("d", {"resourceSubscriptions": ["test://static-text"]})):
            self.listen(server, filter, id=id)
        server.call("test_trigger_tool_change")
        server.call("test_trigger_resource_update")
        server.call("test_trigger_prompt_change")
        self.check_alive(server)
        self.assertEqual(self.news(server, TOOLS_CHANGED), [("a", None), ("b", None)])
        self.assertEqual(self.news(server, UPDATED), [("b", WATCHED)])
        self.assertEqual(self.news(server, PROMPTS_CHANGED), [("c", None)])

    def test_nobody_listens_nothing_is_sent(self):
        server = self.serve(MODERN)
        for tool in ("test_trigger_tool_change", "test_trigger_resource_update", "test_trigger_prompt_change"):
            server.call(tool)
        self.check_alive(server)
        self.assertEqual(server.notifications, [])

    def test_filter_of_the_wrong_shape_is_refused(self):
        server = self.serve(MODERN)
        self.assertEqual(code_of(server.request("subscriptions/listen")), -32602)
        for filter in (None, [], "x", 5, {"toolsListChanged": 1}, {"toolsListChanged": None},
                       {"promptsListChanged": "true"}, {"resourceSubscriptions": WATCHED},
                       {"resourceSubscriptions": [5]}, {"resourceSubscriptions": {}},
                       {"resourceSubscriptions": None}):
            answer = server.request("subscriptions/listen", {"notifications": filter})
            self.assertEqual(code_of(answer), -32602, filter)
        self.assertEqual(server.notifications, [])

    def test_filter_with_nothing_supported_ends_at_once(self):
        server = self.serve(MODERN)
        for filter in ({}, {"toolsListChanged": False}, {"somethingNew": True},
                       {"resourceSubscriptions": ["test://nope"]}):
            id = server.start("subscriptions/listen", {"notifications": filter})
            result = server.wait_answer(id)["result"]
            self.assertEqual(result["resultType"], "complete")
            self.assertEqual(result["_meta"][META_SUBSCRIPTION], id)
            ack = self.notifications(server, ACK)[-1]["params"]
            self.assertEqual((ack["notifications"], ack["_meta"]), ({}, {META_SUBSCRIPTION: id}))
            self.assertIn(ACK.encode(), server.lines[-2])

    def test_cancelled_subscription_is_silent_for_good(self):
        server = self.serve(MODERN)
        id, _ = self.listen(server, {"toolsListChanged": True, "resourceSubscriptions": [WATCHED]})
        server.notify("notifications/cancelled", {"requestId": id})
        server.call("test_trigger_tool_change")
        server.call("test_trigger_resource_update")
        self.check_alive(server)
        self.assertNotIn(f"int:{id}", server.answers)
        self.assertEqual(len(server.notifications), 1)

    def test_terminate_gives_each_open_subscription_its_result(self):
        server = self.serve(MODERN)
        ids = [self.listen(server, {"toolsListChanged": True}, id=id)[0] for id in ("x", 5)]
        server.terminate()
        self.assertEqual(server.wait_exit(), 0)
        for id in ids:
            result = server.answers[f"{type(id).__name__}:{id}"][0]["result"]
            self.assertEqual(result["resultType"], "complete")
            self.assertEqual(result["_meta"][META_SUBSCRIPTION], id)
        ended = [one["params"]["requestId"] for one in self.notifications(server, "notifications/cancelled")]
        self.assertEqual(ended, ids)

    def test_subscriptions_and_calls_interleave(self):
        server = self.serve(MODERN)
        self.listen(server, {"resourceSubscriptions": [WATCHED]}, id="one")
        self.listen(server, {"resourceSubscriptions": [WATCHED], "promptsListChanged": True}, id="two")
        ids = [server.start("tools/call", {"name": name, "arguments": arguments})
               for name, arguments in (("test_slow", {"ms": 50}), ("test_trigger_resource_update", {}),
                                       ("test_simple_text", {}), ("test_trigger_prompt_change", {}))]
        for id in ids:
            self.assertIn("result", server.wait_answer(id))
        self.assertEqual(self.news(server, UPDATED), [("one", WATCHED), ("two", WATCHED)])
        self.assertEqual(self.news(server, PROMPTS_CHANGED), [("two", None)])

    def test_open_subscription_keeps_its_id(self):
        server = self.serve(MODERN)
        self.listen(server, {"toolsListChanged": True}, id=70)
        self.assertEqual(code_of(server.request("tools/list", id=70)), -32600)

    def test_subscriptions_at_the_limit_and_one_beyond(self):
        server = self.serve(MODERN)
        for i in range(64):
            self.listen(server, {"toolsListChanged": True}, id=f"s{i}")
        more = {"notifications": {"toolsListChanged": True}}
        self.assertEqual(code_of(server.request("subscriptions/listen", more)), -32603)
        server.notify("notifications/cancelled", {"requestId": "s3"})
        self.listen(server, {"toolsListChanged": True}, id="again")

    def test_uris_of_a_subscription_at_the_limit_and_one_beyond(self):
        server = self.serve(MODERN)
        uris = [f"test://template/{i}/data" for i in range(1001)]
        answer = server.request("subscriptions/listen", {"notifications": {"resourceSubscriptions": uris}})
        self.assertEqual(code_of(answer), -32603)
        _, ack = self.listen(server, {"resourceSubscriptions": uris[:1000]})
        self.assertEqual(len(ack["notifications"]["resourceSubscriptions"]), 1000)


class LegacyNews(Wire):
    def test_list_changes_go_to_everybody_once_initialized(self):
        for _, server in self.in_each_era(LEGACY):
            server.call("test_trigger_tool_change")
            server.call("test_trigger_prompt_change")
            self.assertEqual([(one["method"], one.get("params", {})) for one in server.notifications],
                             [(TOOLS_CHANGED, {}), (PROMPTS_CHANGED, {})])


class Batches(Wire):
    def batch(self, server, messages, ids=()):
        before = len(server.lines)
        server.send_line(json.dumps(messages), ids)
        for id in ids:
            server.wait_answer(id)
        return [json.loads(line) for line in server.lines[before:]]

    def test_batch_is_answered_by_one_array(self):
        server = self.serve(L2)
        lines = self.batch(server, [
            {**PING, "id": 800}, {"jsonrpc": "2.0", "method": "notifications/nope"},
            {"jsonrpc": "2.0", "id": "b", "method": "nope"}, {"jsonrpc": "2.0", "id": 9, "result": {}},
            {"jsonrpc": "2.0", "id": 801, "method": "tools/call",
             "params": {"name": "test_slow", "arguments": {"ms": 50}}}], [800, "b", 801])
        self.assertEqual(len(lines), 1)
        by_id = {one["id"]: one for one in lines[0]}
        self.assertEqual(sorted(map(str, by_id)), ["800", "801", "b"])
        self.assertEqual(by_id[800]["result"], {})
        self.assertEqual(code_of(by_id["b"]), -32601)
        self.assertEqual(text_of(by_id[801]["result"]), "finished")

    def test_batch_of_notifications_is_not_answered(self):
        server = self.serve(L2)
        before = len(server.lines)
        server.send_line(json.dumps([{"jsonrpc": "2.0", "method": "notifications/nope"}] * 3))
        self.check_alive(server)
        self.assertEqual(len(server.lines), before + 1)

    def test_empty_broken_and_initializing_batches(self):
        server = self.serve(L2, record=False)
        answer = self.said(server, "[]")
        self.assertEqual((code_of(answer), answer["id"]), (-32600, None))
        lines = self.batch(server, [5, {**PING, "id": 810}, {"id": 811}, {**PING, "id": None}, [],
                                    {"jsonrpc": "2.0", "id": 812, "method": "initialize", "params": {
                                        "protocolVersion": L2, "capabilities": {},
                                        "clientInfo": {"name": "x", "version": "1"}}}], [810, 811, 812])
        self.assertEqual(len(lines), 1)
        codes = sorted((str(one["id"]), code_of(one)) for one in lines[0])
        self.assertEqual(codes, [("810", None), ("811", -32600), ("812", -32600),
                                 ("None", -32600), ("None", -32600), ("None", -32600)])
        self.check_alive(server)

    def test_cancelled_member_is_missing(self):
        server = self.serve(L2)
        server.expect_answers = False
        server.send_line(json.dumps([
            {"jsonrpc": "2.0", "id": 820, "method": "tools/call", "params": {"name": "test_slow"}},
            {**PING, "id": 821}]), [820, 821])
        server.notify("notifications/cancelled", {"requestId": 820})
        self.assertEqual(server.wait_answer(821)["result"], {})
        self.assertEqual([one["id"] for one in json.loads(server.lines[-1])], [821])
        before = len(server.lines)
        server.send_line(json.dumps([{"jsonrpc": "2.0", "id": 822, "method": "tools/call",
                                      "params": {"name": "test_slow"}}]), [822])
        server.notify("notifications/cancelled", {"requestId": 822})
        self.check_alive(server)
        self.assertEqual(len(server.lines), before + 1)

    def test_modern_claim_inside_a_batch_is_served_by_its_rules(self):
        server = self.serve(L2)
        lines = self.batch(server, [{"jsonrpc": "2.0", "id": 830, "method": "tools/call", "params": {
            "name": "test_simple_text", "_meta": claim()}}], [830])
        self.assertEqual(lines[0][0]["result"]["resultType"], "complete")

    def test_answers_that_are_too_many_for_one_line_are_errors(self):
        server = self.serve(L2, record=False)
        size = len(json.dumps(server.request("tools/list")))
        ids = list(range(2000, 2000 + 9 * 1024 * 1024 // size))
        lines = self.batch(server, [{"jsonrpc": "2.0", "id": id, "method": "tools/list"} for id in ids],
                           ids)
        self.assertEqual(len(lines), 1)
        self.assertLess(max(map(len, server.lines)), 10 * 1024 * 1024)
        codes = [code_of(one) for one in lines[0]]
        self.assertEqual(sorted(one["id"] for one in lines[0]), ids)
        self.assertEqual(set(codes), {None, -32603})
        self.assertGreater(codes.count(None), len(ids) // 2)
        self.check_alive(server)

    def test_subscription_inside_a_batch_is_refused(self):
        """It would keep the answers of its neighbours for as long as it is open."""
        server = self.serve(L2)
        lines = self.batch(server, [
            {**PING, "id": 840},
            {"jsonrpc": "2.0", "id": 841, "method": "subscriptions/listen", "params": {
                "notifications": {"toolsListChanged": True}, "_meta": claim()}}], [840, 841])
        by_id = {one["id"]: one for one in lines[0]}
        self.assertEqual(by_id[840]["result"], {})
        self.assertEqual(code_of(by_id[841]), -32600)
        self.assertEqual(server.notifications, [])
        self.check_alive(server)


if __name__ == "__main__":
    unittest.main()
