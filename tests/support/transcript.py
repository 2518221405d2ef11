"""Reads transcripts and compares what came with what was expected (tests/transcripts/README.md)."""
import json
import re

DIRECTIVE = re.compile(r"^(era|ledger|fresh|now|zone):\s*(\S+)$")
MODERN_ENVELOPE = ("resultType", "_meta", "ttlMs", "cacheScope")


class Mismatch(AssertionError):
    """What came is not what was expected."""


class Transcript:
    def __init__(self, path):
        self.path = path
        self.about = []
        self.directives = {"era": "both", "ledger": "small", "fresh": "no"}
        self.steps = []
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                self._take(number, line.rstrip("\n"))
        if not self.about:
            raise ValueError(f"{path}: no comment says what is shown")
        if not any(kind == "<" for kind, _, _ in self.steps):
            raise ValueError(f"{path}: nothing is expected")

    def _take(self, number, line):
        if not line.strip():
            return
        if line.startswith("#"):
            text = line[1:].strip()
            directive = DIRECTIVE.match(text)
            if directive:
                self.directives[directive[1]] = directive[2]
            elif text:
                self.about.append(text)
        elif line[:2] in ("> ", "< "):
            text = line[2:]
            if line[0] == "<" or self.directives["era"] != "raw":
                try:
                    text = json.loads(text)
                except ValueError as error:
                    raise ValueError(f"{self.path}:{number}: {error}") from None
            self.steps.append((line[0], number, text))
        else:
            raise ValueError(f"{self.path}:{number}: begins with none of '> ', '< ', '#'")

    def wants_fresh(self):
        """Books that nothing has happened to."""
        return self.directives["fresh"] == "yes" or self.wants_own()

    def wants_own(self):
        """A server of its own, on another day or in another zone."""
        return "now" in self.directives or "zone" in self.directives

    def eras(self):
        era = self.directives["era"]
        return ("2025-11-25", "2026-07-28") if era == "both" else (era,)


def match(expected, seen, where="answer"):
    """Raises Mismatch with the first place where they differ."""
    if expected == "*":
        return
    if isinstance(expected, str) and expected.startswith("~"):
        if not isinstance(seen, str) or not re.search(expected[1:], seen, re.S):
            raise Mismatch(f"{where}: {_short(seen)} does not match {expected[1:]!r}")
    elif isinstance(expected, dict):
        _match_object(expected, seen, where)
    elif isinstance(expected, list):
        _match_list(expected, seen, where)
    elif type(expected) is not type(seen) and not _both_numbers(expected, seen) or expected != seen:
        raise Mismatch(f"{where}: expected {_short(expected)}, came {_short(seen)}")


def _match_object(expected, seen, where):
    if not isinstance(seen, dict):
        raise Mismatch(f"{where}: expected an object, came {_short(seen)}")
    is_open = expected.get("*") == "*"
    for key, value in expected.items():
        if key == "*":
            continue
        if key not in seen:
            raise Mismatch(f"{where}: no member {key!r} in {_short(seen)}")
        match(value, seen[key], f"{where}.{key}")
    more = sorted(set(seen) - set(expected))
    if more and not is_open:
        raise Mismatch(f"{where}: unexpected members {more}")


def _match_list(expected, seen, where):
    if not isinstance(seen, list):
        raise Mismatch(f"{where}: expected a list, came {_short(seen)}")
    is_open = bool(expected) and expected[-1] == "*"
    wanted = expected[:-1] if is_open else expected
    if len(seen) < len(wanted) or (len(seen) > len(wanted) and not is_open):
        raise Mismatch(f"{where}: expected {len(wanted)} elements, came {len(seen)}: {_short(seen)}")
    for number, (one, other) in enumerate(zip(wanted, seen)):
        match(one, other, f"{where}[{number}]")


def _both_numbers(one, other):
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (one, other))


def _short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else text[:400] + "…"


def match_message(expected, seen):
    """Compares a message, without what the envelope of the era adds unasked."""
    wanted = {"jsonrpc": "2.0", **expected}
    came = dict(seen)
    if isinstance(came.get("result"), dict) and isinstance(wanted.get("result"), dict):
        named = wanted["result"]
        came["result"] = {k: v for k, v in came["result"].items()
                          if k in named or k not in MODERN_ENVELOPE}
    match(wanted, came, "message")
