"""Checks every line that the server wrote during the suite against the official schema of its
revision: trace_check.py FOLDER, the folder that NINEPENCE_TRACE named.

The schemas are not part of this repository; where they, the trace checker or Node are absent, a
line says that this was not run (a failure with NINEPENCE_REQUIRE_CLIENTS=1).
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.path.join(os.path.dirname(ROOT), "shared")


def first(*paths):
    return next((path for path in paths if os.path.exists(path)), None)


def what_is_missing(checker, schemas):
    if checker is None:
        return "the trace checker is not here"
    if not os.path.isdir(schemas):
        return "the official schemas are not here"
    if shutil.which("node") is None:
        return "node is not installed"
    if first(*(os.path.join(path, "ajv") for path in modules())) is None:
        return "the packages of tests/clients are not installed"
    return None


def modules():
    return [os.path.join(ROOT, "tests", part, "node_modules") for part in ("conformance", "clients")]


def is_message(record):
    """Lines of the tests that are no messages at all mean nothing to the checker."""
    if record["dir"] == "out":
        return True
    try:
        value = json.loads(record["line"])
    except (ValueError, RecursionError):
        return False
    return all(isinstance(one, dict) for one in (value if isinstance(value, list) else [value]))


def main(folder):
    checker = first(os.path.join(ROOT, "tests", "conformance", "check-trace.mjs"),
                    os.path.join(SHARED, "conformance", "check-trace.mjs"))
    schemas = os.path.join(SHARED, "mcp-schema")
    missing = what_is_missing(checker, schemas)
    files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    if missing is None and not files:
        missing = "no lines were recorded"
    if missing is not None:
        print(f"not run: the lines of the suite against the official schemas, because {missing}")
        return 1 if os.environ.get("NINEPENCE_REQUIRE_CLIENTS") == "1" else 0
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as all_lines:
        for name in files:
            with open(os.path.join(folder, name), encoding="utf-8") as part:
                all_lines.writelines(line for line in part if is_message(json.loads(line)))
        all_lines.flush()
        env = {**os.environ, "NODE_PATH": os.pathsep.join(modules())}
        return subprocess.run(["node", checker, "--schemas", schemas, all_lines.name], env=env,
                              check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
