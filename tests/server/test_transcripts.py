"""Plays every file of tests/transcripts against the shipped binary."""
import contextlib
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import checks, ledger, transcript  # noqa: E402
from support.mcp_client import Server  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "transcripts")
ONLY = os.environ.get("NINEPENCE_TRANSCRIPT", "")

servers = {}
clean_servers = {}
books = {}
tool_lists = {}
outcomes = {}


def paths():
    found = [os.path.join(base, name) for base, _, files in os.walk(FOLDER)
             for name in files if name.endswith(".jsonl")]
    return sorted(path for path in found if ONLY in path)


def make_ledger(name):
    return {"small": ledger.small, "demo": ledger.demo, "empty": ledger.empty}[name]()


def shared_server(name, era):
    if (name, era) not in servers:
        if name not in books:
            books[name] = make_ledger(name)
        servers[name, era] = Server(books[name].env(), era=era)
    return servers[name, era]


@contextlib.contextmanager
def clean_server(name, era):
    """A server on books that nothing has happened to: the same for one file after the other, and the
    books are put back."""
    if (name, era) in clean_servers:
        own, server = clean_servers[name, era]
        own.restore()
    else:
        own = make_ledger(name)
        own.keep()
        server = Server(own.env(), era=era)
        clean_servers[name, era] = own, server
    try:
        yield server
    except AssertionError:
        del clean_servers[name, era]  # whatever it still answers is not for the next file
        server.kill()
        raise


def forget_answers(server):
    """The next file uses the same ids again."""
    with server.lock:
        server.answers.clear()
        server.strangers.clear()
        server.notifications.clear()


def tools_of(server, era):
    if era not in tool_lists:
        tool_lists[era] = checks.Tools(server)
    return tool_lists[era]


def play(file, server, era):
    """Runs the steps; returns {tool: set of "succeeded"/"refused"}."""
    expected, calls, seen = [], {}, {}
    for kind, number, message in file.steps:
        if kind == "<":
            expected.append((number, message))
            continue
        settle(file, server, expected, calls, seen, era)
        if isinstance(message, str):
            server.send_line(message, _ids_of_line(message))
            continue
        message = {"jsonrpc": "2.0", **message}
        if "id" in message and "method" in message:
            message["params"] = server._with_claim(message.get("params"), None)
            if message["params"] is None:
                del message["params"]
            if message["method"] == "tools/call":
                calls[repr(message["id"])] = message["params"].get("name")
        server.send(message)
    settle(file, server, expected, calls, seen, era)
    return seen


def _ids_of_line(line):
    try:
        message = transcript.json.loads(line)
    except ValueError:
        return []
    return [one["id"] for one in (message if isinstance(message, list) else [message])
            if isinstance(one, dict) and "method" in one and isinstance(one.get("id"), (int, str))]


def settle(file, server, expected, calls, seen, era):
    """Waits for everything expected so far and compares it."""
    strangers = 0
    for number, message in expected:
        try:
            if "id" not in message:
                came = server.wait(lambda: [n for n in server.notifications
                                            if n["method"] == message["method"]],
                                   10, f"a {message['method']}")[0]
                server.notifications.remove(came)
            elif message["id"] is None:
                strangers += 1
                came = server.wait_stranger(strangers)
            else:
                came = server.wait_answer(message["id"], 60)
            transcript.match_message(message, came)
            name = calls.get(repr(message.get("id")))
            if name and "result" in came and era != "raw":
                tools_of(server, era).check(name, came["result"])
            if name and "result" in came:
                refused = came["result"].get("isError", False)
                seen.setdefault(name, set()).add("refused" if refused else "succeeded")
        except AssertionError as error:
            raise AssertionError(f"{os.path.relpath(file.path, FOLDER)}:{number} ({era}): {error}") \
                from None
    expected.clear()


def outcome(path, era, file):
    """Plays one file once in one era."""
    if (path, era) in outcomes:
        return outcomes[path, era]
    outcomes[path, era] = None
    spoken = None if era == "raw" else era
    if file.wants_own() or (era == "raw" and file.wants_fresh()):
        own = make_ledger(file.directives["ledger"])
        if "zone" in file.directives:
            own.execute(f"UPDATE ninepence.ledgers SET time_zone = '{file.directives['zone']}'")
        now = file.directives.get("now", ledger.NOW)
        with Server(own.env(NINEPENCE_NOW=now), era=spoken) as server:
            seen = play(file, server, era)
        own.drop()
    elif era == "raw":
        if file.directives["ledger"] not in books:
            books[file.directives["ledger"]] = make_ledger(file.directives["ledger"])
        with Server(books[file.directives["ledger"]].env(), era=None) as server:
            seen = play(file, server, era)
    elif file.wants_fresh():
        with clean_server(file.directives["ledger"], era) as server:
            seen = play(file, server, era)
            forget_answers(server)
    else:
        server = shared_server(file.directives["ledger"], era)
        seen = play(file, server, era)
        forget_answers(server)
    outcomes[path, era] = seen
    return seen


class Transcripts(unittest.TestCase):
    """One test per file and era is added below."""

    def test_zz_each_tool_has_a_transcript_that_succeeds_and_one_refused(self):
        if ONLY:
            self.skipTest("only some transcripts are played")
        server = shared_server("small", "2025-11-25")
        names = tools_of(server, "2025-11-25").names()
        seen = {name: set() for name in names}
        for result in outcomes.values():
            for name, kinds in (result or {}).items():
                seen.setdefault(name, set()).update(kinds)
        missing = {name: sorted({"succeeded", "refused"} - kinds) for name, kinds in seen.items()
                   if len(kinds) < 2}
        self.assertEqual(missing, {}, "tools without such a transcript")


def add_tests():
    for path in paths():
        name = os.path.relpath(path, FOLDER)[:-len(".jsonl")].replace(os.sep, "__")
        try:
            file = transcript.Transcript(path)
        except ValueError as error:
            def broken(self, error=error):
                self.fail(str(error))
            setattr(Transcripts, f"test_{name}", broken)
            continue
        for era in file.eras():
            def test(self, path=path, era=era, file=file):
                outcome(path, era, file)
            setattr(Transcripts, f"test_{name}__{era}", test)


def tearDownModule():
    for server in [*servers.values(), *(server for _, server in clean_servers.values())]:
        server.close()


add_tests()

if __name__ == "__main__":
    unittest.main()
