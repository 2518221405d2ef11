#!/usr/bin/python3
"""What a write costs beside the least that it could: create_expenses with its audit rows and its key,
against a bare INSERT in a transaction (pgbench, prepared), on as many connections, in turns within one
run. The ratio is the median of the rounds' ratios.

    writes.py [SECONDS [ROUNDS]]      1 s, 5 rounds; NINEPENCE_BIN names the binary
"""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger, mcp_client  # noqa: E402

BARE = """\\set cents random(1, 99999)
BEGIN;
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on, amount, currency, base_amount, merchant,
    merchant_folded, kind, created_at, updated_at)
VALUES (1, 1, 2, '2026-11-22', :cents / 100.0, 'USD', :cents / 100.0, 'Bare', 'bare', 'expense', now(), now());
COMMIT;
"""
IN_FLIGHT = 4  # calls of the client for each connection


def bare(books, script, connections, seconds):
    done = subprocess.run(
        [os.path.join(ledger.bindir(), "pgbench"), "-n", "-M", "prepared", "-c", str(connections), "-T", str(seconds),
         "-f", script, "-h", books.postgres.folder, "-U", "postgres", books.name],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    return float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))


class Writer:
    def __init__(self, books, connections):
        self.server = mcp_client.Server(books.env(NINEPENCE_NOW=None, NINEPENCE_POOL_SIZE=str(connections),
                                                  NINEPENCE_MAX_OVERFLOW="0"), record=False)
        self.window, self.number = IN_FLIGHT * connections, 0
        self.server.ask("create_expenses", self.item())

    def item(self):
        self.number += 1
        return {"items": [{"amount": f"{self.number % 99999 / 100 + 1:.2f}", "category": "Groceries", "user": "Ann",
                           "merchant": "Bench", "date": "2026-11-22"}], "idempotency_key": f"{os.getpid()}-{self.number}"}

    def rate(self, seconds):
        """Answers a second, with a window of calls under way."""
        open_ids, done, began = [], 0, time.monotonic()
        while time.monotonic() - began < seconds:
            while len(open_ids) < self.window:
                open_ids.append(self.server.start("tools/call", {"name": "create_expenses", "arguments": self.item()}))
            answer = self.server.wait_answer(open_ids.pop(0))
            if answer["result"].get("isError"):
                sys.exit(mcp_client.text_of(answer["result"]))
            done += 1
        for id in open_ids:
            self.server.wait_answer(id)
        return (done + len(open_ids)) / (time.monotonic() - began)


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    ledger.SETTINGS += ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
    books = ledger.small()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(BARE)
        script.flush()
        for connections in (1, 2, 4):
            writer, rates = Writer(books, connections), []
            for _ in range(rounds):
                rates.append((writer.rate(seconds), bare(books, script.name, connections, seconds)))
            writer.server.kill()
            ours, theirs = (statistics.median(column) for column in zip(*rates))
            print(f"{connections} connections: {ours:.0f} writes a second with audit and key, {theirs:.0f} bare inserts,"
                  f" ratio {statistics.median(one / other for one, other in rates):.2f}")


if __name__ == "__main__":
    main()
