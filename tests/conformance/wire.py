"""What the tests of the wire contract share: servers in each era, and short ways to say things.

Environment: NINEPENCE_BIN is the fixture server (mcp-fixture) here; see support/mcp_client.py.
"""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
os.environ.setdefault("NINEPENCE_BIN", os.path.join(ROOT, "build", "dev", "mcp-fixture"))

from support.mcp_client import (CLIENT, LEGACY, META_CAPABILITIES, META_CLIENT, META_SERVER,  # noqa: E402
                                META_VERSION, MODERN, SCALE, Server, base_environment, claim, text_of)

L1, L2, L3, L4 = LEGACY
ERAS = (*LEGACY, MODERN)
META_SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
META_LEVEL = "io.modelcontextprotocol/logLevel"
APP_TYPE = "text/html;profile=mcp-app"
STATE_KEY = "07" * 32
ALL_ABILITIES = {"elicitation": {}, "sampling": {}, "roots": {}}

__all__ = ["ALL_ABILITIES", "APP_TYPE", "CLIENT", "ERAS", "HERE", "L1", "L2", "L3", "L4", "LEGACY",
           "META_CAPABILITIES", "META_CLIENT", "META_LEVEL", "META_SERVER", "META_SUBSCRIPTION",
           "META_VERSION", "MODERN", "ROOT", "SCALE", "STATE_KEY", "Server", "Wire", "base_environment", "claim",
           "code_of", "text_of", "unittest"]


def code_of(answer):
    """The code of an error answer, None for a result."""
    return answer["error"]["code"] if "error" in answer else None


class Wire(unittest.TestCase):
    """Servers are ended, with everything that must hold of an ended one, after each test."""

    def serve(self, era=MODERN, capabilities=None, record=True, **environment):
        """record=False where the trace checker, which judges by ids, would be misled."""
        environment.setdefault("FIXTURE_STATE_KEY", STATE_KEY)
        server = Server(env=base_environment(**environment), era=era, args=(), record=record,
                        capabilities=capabilities)
        self.addCleanup(self.end, server)
        return server

    def in_each_era(self, eras=ERAS, **more):
        """(era, server) for each, as a sub-test."""
        for era in eras:
            with self.subTest(era=era):
                yield era, self.serve(era, **more)

    @staticmethod
    def end(server):
        if server.process.poll() is None:
            server.close()
        else:
            server._finish()

    def said(self, server, line, answers=(None,), seconds=10):
        """Sends a line as it is and gives the answer that comes, whatever its id."""
        wanted = [answer for answer in answers if answer is not None]
        before = len(server.strangers)
        server.send_line(line, wanted)
        if wanted:
            return server.wait_answer(wanted[0], seconds)
        return server.wait_stranger(before + 1, seconds)

    def check_alive(self, server):
        """The next request is answered, and nothing else came for what was said before."""
        answer = server.request("tools/list")
        self.assertIn("tools", answer["result"])
        return answer

    def notified(self, server, method, count=1, seconds=10):
        """The notifications of this method, once there are so many."""
        def found():
            matching = [one for one in server.notifications if one["method"] == method]
            return matching if len(matching) >= count else None
        return server.wait(found, seconds, f"{count} of {method}")

    @staticmethod
    def notifications(server, method):
        with server.lock:
            return [one for one in server.notifications if one["method"] == method]

    def answered_all(self, server, count=1, seconds=10):
        """Requests of the server to the client, once there are so many."""
        return server.wait(lambda: server.requests if len(server.requests) >= count else None, seconds,
                           f"{count} requests of the server")
