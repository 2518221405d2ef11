#!/usr/bin/env python3
"""Asks the sample ledger questions over MCP, as an assistant would, and prints question, tool call and
answer. A complete MCP client in a few lines: JSON-RPC, one message a line, on the pipes of a child.

    script/ask_demo.py path/to/ninepence [--raw]
"""
import json
import os
import shutil
import subprocess
import sys
import textwrap

# What a person asks, and the call by which an assistant answers it.
QUESTIONS = [
    ("How much did I spend last month?",
     "summarize_spending", {"period": "last_month", "compare_to": "previous"}),
    ("What are our top five categories this year?",
     "summarize_spending", {"period": "ytd", "group_by": "category", "top": 5}),
    ("What did groceries cost us last month?",
     "query_expenses_by_category", {"category": "Groceries", "period": "last_month", "limit": 3}),
    ("Restaurants including coffee shops, last 90 days, by merchant?",
     "summarize_spending", {"period": "last_90_days", "category": ["restaurants", "coffee"],
                            "group_by": "merchant", "top": 5}),
    ("Who spent more on groceries in the last six months, Ann or Bob?",
     "summarize_spending", {"period": "last_6_months", "category": "Groceries", "group_by": "user"}),
    ("When did I last pay the dentist?",
     "read_expenses", {"category": "dentist", "period": "all", "sort": "-date", "limit": 1}),
    ("What were the three biggest purchases for electronics and clothing in the last twelve months?",
     "read_expenses", {"period": "last_12_months", "category": ["electronics", "clothing"],
                       "sort": "-amount", "limit": 3}),
    ("Give me a summary of last month.",
     "monthly_summary", {"month": "last_month"}),
    ("Lunch 12.50 at Subway today. (Only try it: dry_run.)",
     "create_expenses", {"items": [{"amount": "12.50", "date": "today", "merchant": "Subway",
                                    "category": "Restaurants", "description": "lunch"}],
                         "dry_run": True}),
]
MOST_ROWS = 5
BAR = 20


class Client:
    """One server process and the requests to it, one after the other."""

    def __init__(self, command):
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0

    def request(self, method, params):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        for line in self.server.stdout:
            message = json.loads(line)
            if message.get("id") == self.number and "method" not in message:
                if "error" in message:
                    raise SystemExit(f"{method} was refused: {message['error']['message']}")
                return message["result"]
        raise SystemExit("the server ended without an answer")

    def send(self, message):
        self.server.stdin.write(json.dumps(message).encode() + b"\n")
        self.server.stdin.flush()

    def open(self):
        result = self.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                             "clientInfo": {"name": "demo", "version": "1"}})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return result["serverInfo"]

    def close(self):
        self.server.stdin.close()
        return self.server.wait()


def data_home():
    """A folder of the demo's own, so that nothing here ever meets a person's real books. PostgreSQL
    does not run as root, and root's home is closed to the user who runs it then."""
    if os.geteuid() == 0:
        return "/var/lib/ninepence-demo"
    base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(base, "ninepence-demo")


def use_private_database():
    """Whatever database the caller's settings name, the demo's own is meant."""
    for name in list(os.environ):
        if name != "NINEPENCE_PG_BINDIR" and (name.startswith(("PG", "NINEPENCE_")) or name == "DATABASE_URL"):
            del os.environ[name]
    os.environ["NINEPENCE_DATA_HOME"] = data_home()


def make_ledger(binary):
    """The sample ledger, dates relative to today. A folder that another version left is made anew."""
    run = subprocess.run([binary, "demo"], check=False, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0 and os.path.isdir(data_home()):
        subprocess.run([binary, "db", "stop"], check=False, capture_output=True)
        shutil.rmtree(data_home())
        run = subprocess.run([binary, "demo"], check=False, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise SystemExit(run.stderr.strip())


def label_of(row):
    """What a row is about: a group, an expense, a created expense."""
    row = row.get("after", row)
    if "group" in row:
        return row["group"]
    return "  ".join(part for part in (row.get("date"), row.get("merchant") or row.get("description"),
                                       row.get("category")) if part)


def print_rows(answer):
    rows = [row for row in answer.get("rows") or [] if isinstance(row, dict)][:MOST_ROWS]
    totals = [abs(float(row["total"])) for row in rows if row.get("total")]  # lengths of bars only
    width = max((len(label_of(row)) for row in rows), default=0)
    for row in rows:
        inner = row.get("after", row)
        amount = inner.get("total") or inner.get("amount") or ""
        bar = ""
        if row.get("total") and max(totals) > 0:
            bar = "  " + "▇" * max(1, round(BAR * abs(float(row["total"])) / max(totals)))
        currency = inner.get("currency", answer.get("currency", ""))
        print(f"          {label_of(row):<{width}}  {amount:>10} {currency}{bar}".rstrip())


def print_answer(result):
    answer = result.get("structuredContent") or {}
    text = answer.get("summary") or "\n".join(part.get("text", "") for part in result.get("content", []))
    print(textwrap.fill(text, 100, initial_indent="Answer    ", subsequent_indent=" " * 10))
    print_rows(answer)


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    use_private_database()
    make_ledger(binary)
    client = Client([binary, "--ledger", "Demo", "serve"])
    server = client.open()
    print(f"{server['name']} {server['version']}, over MCP. The ledger is Ann and Bob's, invented, 18 months long.\n")
    offered = {tool["name"] for tool in client.request("tools/list", {})["tools"]}
    failed = 0
    for question, tool, arguments in QUESTIONS:
        if tool not in offered:
            continue
        print("Question  " + question)
        print(f"Tool call {tool} {json.dumps(arguments, ensure_ascii=False)}")
        result = client.request("tools/call", {"name": tool, "arguments": arguments})
        print_answer(result)
        if "--raw" in sys.argv[2:]:
            print(json.dumps(result, indent=1, ensure_ascii=False))
        failed += bool(result.get("isError"))
        print(flush=True)
    status = client.close()
    near = os.path.relpath(binary)
    shown = binary if near.startswith("..") else near
    print(f"Keep this ledger beside your own:  {shown} demo   (and {shown} demo --remove)")
    print(f"Ask it yourself:  {shown} --ledger Demo call summarize_spending period=last_month group_by=category")
    raise SystemExit(1 if failed or status else 0)


main()
