#!/usr/bin/python3
"""The official conformance suite over stdio, in three revisions and with one process per request, and
every line of it against the official schemas; the official clients in all their modes: statements 142
to 144, 147 and 148 of checklist.md.

Needs Node 22.19 or newer and the packages of this folder and of ../clients (npm ci); where they are
absent, a line says that this was not run (a failure with NINEPENCE_REQUIRE_CLIENTS=1).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from wire import HERE, ROOT, STATE_KEY, base_environment, unittest

SHARED = os.environ.get("NINEPENCE_SHARED") or os.path.join(os.path.dirname(ROOT), "shared")
SCHEMAS = os.path.join(SHARED, "mcp-schema")
CLIENTS = os.path.join(ROOT, "tests", "clients")
FIXTURE = os.environ["NINEPENCE_BIN"]
PER_REQUEST = ["--spec", "2026-07-28", "--bridge-arg", "--modern", "--bridge-arg", "per-request",
               "--allow", "sep-2575-server-sends-prompts-list-changed-on-subscription",
               "--allow", "sep-2575-server-sends-tools-list-changed-on-subscription"]


def node():
    """A Node that is new enough, None when there is none."""
    own = os.path.join(HERE, "node_modules", ".bin", "node")
    for path in (own, shutil.which("node")):
        if not path or not os.path.exists(path):
            continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"v(\d+)\.(\d+)", said)
        if version and (int(version[1]), int(version[2])) >= (22, 19):
            return path
    return None


def what_is_missing():
    if node() is None:
        return "Node 22.19 or newer is not installed"
    if not os.path.isdir(os.path.join(HERE, "node_modules", "@modelcontextprotocol", "conformance")):
        return "the packages of tests/conformance are not installed (npm ci)"
    if not os.path.isdir(os.path.join(CLIENTS, "node_modules", "@modelcontextprotocol")):
        return "the packages of tests/clients are not installed (npm ci)"
    return None


class Suite(unittest.TestCase):
    def run_suite(self, *options):
        with tempfile.TemporaryDirectory(prefix="ninepence-suite-") as out:
            done = subprocess.run([node(), os.path.join(HERE, "run.mjs"), "--port", "0", "--out", out, *options,
                                   "--", FIXTURE], env=base_environment(FIXTURE_STATE_KEY=STATE_KEY),
                                  capture_output=True, text=True, timeout=600, check=False)
            print(done.stdout, file=sys.stderr)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r"[1-9]\d* checks passed, 0 failed, 0 warnings")
            self.check_lines(os.path.join(out, "trace.jsonl"))

    def check_lines(self, trace):
        if not os.path.isdir(SCHEMAS):
            print("not run: the lines of the suite against the official schemas, which are not here",
                  file=sys.stderr)
            return
        done = subprocess.run([node(), os.path.join(HERE, "check-trace.mjs"), "--schemas", SCHEMAS, trace],
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_suite_passes_in_three_revisions(self):
        self.run_suite()

    def test_suite_passes_with_one_process_per_request(self):
        self.run_suite(*PER_REQUEST)

    def test_official_clients_work_in_all_their_modes(self):
        done = subprocess.run([node(), "--test", os.path.join(HERE, "clients.mjs")],
                              env={**base_environment(FIXTURE_STATE_KEY=STATE_KEY), "NINEPENCE_BIN": FIXTURE},
                              capture_output=True, text=True, timeout=600, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("# pass 10", done.stdout)


if __name__ == "__main__":
    absent = what_is_missing()
    if absent:
        print(f"not run: the official conformance suite, because {absent}")
        sys.exit(1 if os.environ.get("NINEPENCE_REQUIRE_CLIENTS") == "1" else 77)
    unittest.main()
