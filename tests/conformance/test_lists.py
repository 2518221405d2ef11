#!/usr/bin/python3
"""Envelopes, caching, lists and their pages: statements 54 to 71 of checklist.md. Needs Debian's
python3-jsonschema."""
import json
import random

import jsonschema

from wire import (APP_TYPE, ERAS, L1, L2, L3, L4, LEGACY, META_SERVER, MODERN, Wire, code_of, text_of,
                  unittest)

LISTS = {"tools/list": ("tools", "name"), "prompts/list": ("prompts", "name"),
         "resources/list": ("resources", "uri"),
         "resources/templates/list": ("resourceTemplates", "uriTemplate")}
CACHED = {**{method: {} for method in LISTS}, "server/discover": {},
          "resources/read": {"uri": "test://static-text"}}
UNCACHED = {"tools/call": {"name": "test_simple_text"}, "prompts/get": {"name": "test_simple_prompt"},
            "completion/complete": {"ref": {"type": "ref/resource", "uri": "test://template/{id}/data"},
                                    "argument": {"name": "id", "value": "1"}}}


def pages(server, method):
    """All pages of a list."""
    found = [server.result(method)]
    while "nextCursor" in found[-1]:
        found.append(server.result(method, {"cursor": found[-1]["nextCursor"]}))
    return found


class Envelope(Wire):
    def test_every_modern_result_has_a_type_and_names_the_server(self):
        server = self.serve(MODERN)
        for method, params in {**CACHED, **UNCACHED}.items():
            result = server.result(method, params)
            self.assertEqual(result["resultType"], "complete", method)
            self.assertEqual(result["_meta"][META_SERVER]["name"], "fixture", method)
            self.assertEqual(result["_meta"][META_SERVER]["title"], "Fixture", method)

    def test_cacheable_results_say_how_long_and_for_whom(self):
        server = self.serve(MODERN)
        for method, params in CACHED.items():
            result = server.result(method, params)
            self.assertIs(type(result["ttlMs"]), int, method)
            self.assertGreaterEqual(result["ttlMs"], 0)
            self.assertIn(result["cacheScope"], ("public", "private"))

    def test_other_results_say_nothing_about_keeping(self):
        server = self.serve(MODERN)
        for method, params in UNCACHED.items():
            result = server.result(method, params)
            self.assertNotIn("ttlMs", result)
            self.assertNotIn("cacheScope", result)

    def test_pages_of_a_list_share_one_scope_and_user_data_is_private(self):
        server = self.serve(MODERN, FIXTURE_PAGE="2")
        for method in LISTS:
            self.assertEqual(len({page["cacheScope"] for page in pages(server, method)}), 1)
        private = server.result("resources/read", {"uri": "test://watched-resource"})
        self.assertEqual((private["cacheScope"], private["ttlMs"]), ("private", 0))
        public = server.result("resources/read", {"uri": "test://static-text"})
        self.assertEqual((public["cacheScope"], public["ttlMs"]), ("public", 60000))

    def test_question_says_nothing_about_keeping(self):
        server = self.serve(MODERN, capabilities={"elicitation": {}})
        result = server.result("tools/call", {"name": "test_input_required_result_elicitation"})
        self.assertEqual(result["resultType"], "input_required")
        self.assertEqual(result["_meta"][META_SERVER]["name"], "fixture")
        self.assertNotIn("ttlMs", result)
        self.assertNotIn("cacheScope", result)


class Pages(Wire):
    def test_pages_hold_each_entry_once_in_one_order(self):
        for era, server in self.in_each_era(FIXTURE_PAGE="3"):
            whole = self.serve(era)
            for method, (member, key) in LISTS.items():
                found = pages(server, method)
                names = [entry[key] for page in found for entry in page[member]]
                self.assertEqual(names, sorted(set(names)))
                self.assertEqual(names, [entry[key] for entry in whole.result(method)[member]])
                self.assertEqual(names, [entry[key] for page in pages(server, method)
                                         for entry in page[member]])
                self.assertTrue(all(len(page[member]) == 3 for page in found[:-1]))
                self.assertNotIn("nextCursor", found[-1])
                for page in found:
                    self.assertIsNotNone(page.get("nextCursor", ""))

    def test_cursor_that_this_list_has_not_given_is_refused(self):
        for _, server in self.in_each_era((L1, MODERN), FIXTURE_PAGE="2"):
            mine = server.result("tools/list")["nextCursor"]
            foreign = server.result("prompts/list")["nextCursor"]
            dice = random.Random(5)
            damaged = [mine[:i] + dice.choice("ABCxyz09-_") + mine[i + 1:] for i in range(len(mine))]
            for cursor in (foreign, "", "x", mine[:-1], mine + "A", mine + "=", mine + " ", "tools",
                           "😀", "A" * 5000, *(one for one in damaged if one != mine), 5, True, {}, [mine]):
                answer = server.request("tools/list", {"cursor": cursor})
                self.assertEqual(code_of(answer), -32602, cursor)
            self.assertEqual(code_of(server.request("tools/list", {"cursor": None})), -32602)

    def test_cursor_stays_good_and_gives_the_same_page(self):
        for _, server in self.in_each_era(FIXTURE_PAGE="2"):
            first = server.result("tools/list")
            second = server.result("tools/list", {"cursor": first["nextCursor"]})
            for _ in range(20):
                server.result("prompts/list")
                self.assertEqual(server.result("tools/list", {"cursor": first["nextCursor"]}), second)
            other = self.serve(server.era, FIXTURE_PAGE="2")
            self.assertEqual(other.result("tools/list", {"cursor": first["nextCursor"]}), second)


class Looks(Wire):
    def test_tools_have_unique_names_descriptions_and_object_schemas(self):
        for _, server in self.in_each_era():
            tools = server.result("tools/list")["tools"]
            names = [tool["name"] for tool in tools]
            self.assertEqual(len(names), len(set(names)))
            for tool in tools:
                self.assertRegex(tool["name"], r"^[A-Za-z0-9_.-]{1,128}$")
                self.assertTrue(tool["description"])
                self.assertEqual(tool["inputSchema"]["type"], "object")

    def test_schemas_compile_and_refer_to_nothing_outside(self):
        for _, server in self.in_each_era((L4, MODERN)):
            for tool in server.result("tools/list")["tools"]:
                for key in ("inputSchema", "outputSchema"):
                    if key in tool:
                        jsonschema.Draft202012Validator.check_schema(tool[key])
                        self.assertNotRegex(json.dumps(tool[key]), r'"\$ref": "(?!#)')

    def test_keywords_of_json_schema_arrive_unchanged(self):
        wanted = json.loads(
            '{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","$defs":{"address":'
            '{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":'
            '{"type":"string"}}}},"properties":{"name":{"type":"string"},"address":{"$ref":'
            '"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},"phone":'
            '{"type":"string"},"email":{"type":"string"}},"allOf":[{"anyOf":[{"required":["phone"]},'
            '{"required":["email"]}]}],"if":{"properties":{"contactMethod":{"const":"phone"}},"required":'
            '["contactMethod"]},"then":{"required":["phone"]},"else":{"required":["email"]},'
            '"additionalProperties":false}')
        for _, server in self.in_each_era():
            tools = {tool["name"]: tool for tool in server.result("tools/list")["tools"]}
            self.assertEqual(tools["json_schema_2020_12_tool"]["inputSchema"], wanted)

    def test_older_revisions_see_no_later_fields(self):
        for era, server in self.in_each_era():
            tools = {tool["name"]: tool for tool in server.result("tools/list")["tools"]}
            structured, app = tools["test_structured_output"], tools["test_app"]
            self.assertEqual("annotations" in structured, era >= L2)
            for key in ("title", "outputSchema"):
                self.assertEqual(key in structured, era >= L3)
            self.assertEqual("_meta" in app, era >= L3)
            self.assertEqual("icons" in app, era >= L4)
            prompts = {prompt["name"]: prompt for prompt in server.result("prompts/list")["prompts"]}
            self.assertEqual("title" in prompts["test_prompt_with_arguments"], era >= L3)
            if era >= L2:
                self.assertEqual(structured["annotations"], {"readOnlyHint": True, "openWorldHint": False})

    def test_output_schemas_of_the_handshake_era_have_object_roots(self):
        wrapped = {"type": "object", "properties": {"result": {"type": "array", "items": {"type": "string"}}},
                   "required": ["result"]}
        for era, server in self.in_each_era((L3, L4, MODERN)):
            tools = {tool["name"]: tool for tool in server.result("tools/list")["tools"]}
            array = tools["test_structured_array"]["outputSchema"]
            if era == MODERN:
                self.assertEqual(array, wrapped["properties"]["result"])
                continue
            self.assertEqual(array, wrapped)
            for tool in tools.values():
                self.assertEqual(tool.get("outputSchema", {"type": "object"})["type"], "object")


class Apps(Wire):
    def test_app_of_a_tool_is_listed_and_readable(self):
        for _, server in self.in_each_era((L3, L4, MODERN)):
            tools = {tool["name"]: tool for tool in server.result("tools/list")["tools"]}
            meta = tools["test_app"]["_meta"]
            uri = meta["ui"]["resourceUri"]
            self.assertTrue(uri.startswith("ui://"))
            self.assertEqual(meta["ui/resourceUri"], uri)
            listed = {entry["uri"]: entry for entry in server.result("resources/list")["resources"]}
            self.assertEqual(listed[uri]["mimeType"], APP_TYPE)
            contents = server.result("resources/read", {"uri": uri})["contents"]
            self.assertEqual(contents[0]["mimeType"], APP_TYPE)
            self.assertEqual(contents[0]["_meta"], {"ui": {"prefersBorder": True}})

    def test_app_tool_answers_in_full_without_apps(self):
        for _, server in self.in_each_era():
            self.assertEqual(text_of(server.call("test_app")),
                             "This is a simple text response for testing.")


if __name__ == "__main__":
    unittest.main()
