"""What must hold of every tool result, whoever asked for it. Needs Debian's python3-jsonschema."""
import json
import re

import jsonschema

from support.mcp_client import text_of

LARGEST_ANSWER = 32 * 1024
STORED_FORM = re.compile(r"(?<![\w.])\d+\.\d{3,}(?![\w.]*\d| ms)")
SENTENCE_END = re.compile(r"""(?<=[\w"')\]])[.!?](?=\s+[A-Z"'(]|\s*$)""")


class Tools:
    """The tool list of one server, with compiled schemas."""

    def __init__(self, server):
        self.tools = {}
        cursor = None
        while True:
            page = server.result("tools/list", {"cursor": cursor} if cursor is not None else {})
            self.tools.update((tool["name"], tool) for tool in page["tools"])
            if "nextCursor" not in page:
                break
            cursor = page["nextCursor"]
        self.output = {}
        for name, tool in self.tools.items():
            for key in ("inputSchema", "outputSchema"):
                if key in tool:
                    jsonschema.Draft202012Validator.check_schema(tool[key])
            if "outputSchema" in tool:
                self.output[name] = jsonschema.Draft202012Validator(tool["outputSchema"])

    def names(self):
        return sorted(self.tools)

    def is_read_only(self, name):
        return self.tools[name].get("annotations", {}).get("readOnlyHint", False)

    def check(self, name, result):
        """Raises AssertionError when the result breaks a rule of all tools."""
        text = text_of(result)
        assert isinstance(result["content"], list) and result["content"], f"{name}: no content"
        assert len(text.encode("utf-8")) <= LARGEST_ANSWER, f"{name}: {len(text)} characters"
        if result.get("isError"):
            check_refusal(name, text)
        elif name in self.output and "structuredContent" in result:
            assert json.loads(text) == result["structuredContent"], f"{name}: the mirror differs"
        if name in self.output and "structuredContent" in result:
            self.check_schema(name, result["structuredContent"])
            check_summary(name, result["structuredContent"])

    def check_schema(self, name, value):
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
                  for e in self.output[name].iter_errors(value)]
        assert not errors, f"{name}: structuredContent does not fit outputSchema: {errors[:3]}"


def check_summary(name, value):
    """An amount with more decimals than most currencies have stands in the figures as well; otherwise it
    is how the database keeps it, or no amount at all."""
    figures = json.dumps({key: part for key, part in value.items() if key != "summary"}, ensure_ascii=False)
    for amount in STORED_FORM.findall(value.get("summary", "")):
        assert amount in figures, f"{name}: {amount} stands in the sentence alone: {value['summary']}"


def check_refusal(name, text):
    """One to three sentences, nothing of the inside."""
    assert text.strip(), f"{name}: refused without a word"
    sentences = SENTENCE_END.findall(text.strip().rstrip(".!?")) + ["."]
    assert len(sentences) <= 3, f"{name}: {len(sentences)} sentences: {text}"
    for inside in ("SELECT ", "INSERT ", "UPDATE ", "sqlstate", "SQLSTATE", "libpq", "cJSON", "/tmp/",
                   "/dev/shm/", "pg_", "ninepence.", "PQ"):
        assert inside not in text, f"{name}: shows {inside!r}: {text}"
