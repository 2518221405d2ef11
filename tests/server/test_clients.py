"""Runs tests/clients: the official TypeScript clients against the shipped binary.

Without Node, or when its packages cannot be installed, a line says that this was not run; with
NINEPENCE_REQUIRE_CLIENTS=1 (set it where both must be there) that is a failure.
"""
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger  # noqa: E402
from support.mcp_client import BIN, ROOT, SCALE, VALGRIND  # noqa: E402

FOLDER = os.path.join(ROOT, "tests", "clients")
OLDEST_NODE = 20


def installed():
    """Whether the packages of the lock file are there."""
    ours, theirs = (os.path.join(FOLDER, name) for name in
                    ("package-lock.json", "node_modules/.package-lock.json"))
    return os.path.exists(theirs) and os.path.getmtime(theirs) >= os.path.getmtime(ours)


def why_not():
    """Makes ready what the clients need; a reason when that is impossible."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        return "node is not installed"
    version = subprocess.run([node, "--version"], stdout=subprocess.PIPE, check=False).stdout.decode()
    major = re.match(r"v(\d+)", version)
    if not major or int(major[1]) < OLDEST_NODE:
        return f"node {version.strip()} is older than {OLDEST_NODE}"
    if installed():
        return None
    if npm is None:
        return "npm is not installed"
    done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return None if done.returncode == 0 else "npm could not install the packages of tests/clients"


class Clients(unittest.TestCase):
    def test_official_clients_work_with_the_server(self):
        reason = "valgrind runs the server alone" if VALGRIND else why_not()
        if reason is not None:
            print(f"not run: the official clients, because {reason}", file=sys.stderr)
            if os.environ.get("NINEPENCE_REQUIRE_CLIENTS") == "1" and not VALGRIND:
                self.fail(reason)
            self.skipTest(reason)
        env = ledger.small().env(NINEPENCE_BIN=BIN)
        for name in ("NINEPENCE_TRACE", "NINEPENCE_TEST_TIMEOUT_MULTIPLIER"):
            if name in os.environ:
                env[name] = os.environ[name]
        if "NINEPENCE_TRACE" in env:
            os.makedirs(env["NINEPENCE_TRACE"], exist_ok=True)
        files = sorted(name for name in os.listdir(FOLDER) if name.endswith(".test.mjs"))
        done = subprocess.run(["node", "--test", *files], cwd=FOLDER, env=env, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=240 * SCALE)
        output = done.stdout.decode("utf-8", "replace")
        self.assertEqual(done.returncode, 0, output)
        passed = re.search(r"^(?:#|ℹ) pass (\d+)$", output, re.M)
        self.assertIsNotNone(passed, output)
        self.assertGreaterEqual(int(passed[1]), 9, output)


if __name__ == "__main__":
    unittest.main()
