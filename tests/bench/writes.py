#!/usr/bin/python3
"""What a write costs beside the least that it could: create_expenses with its audit rows and its key,
against a bare INSERT in a transaction (pgbench, prepared), on as many connections, in turns within one
run. The ratio is the median of the rounds' ratios. The third side is the floor: the three INSERTs that
a write with audit and key needs whatever asks for it, sent by pgbench as one round trip, with no look-up
of a name, no check for duplicates and nothing to answer. Four calls are under way for each connection;
those that wait for one at the same time may be saved by one COMMIT, while pgbench sends one for each.

    writes.py [SECONDS [ROUNDS]]      of pgbench, 1 s; 5 rounds. NINEPENCE_BIN names the binary, whose
                                      build (-DNINEPENCE_BENCH=ON) has the load generator
"""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import ledger, mcp_client  # noqa: E402

BARE = """\\set cents random(1, 99999)
BEGIN;
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, spent_on, amount, currency, base_amount, merchant,
    merchant_folded, kind, created_at, updated_at)
VALUES (1, 1, 2, '2026-11-22', :cents / 100.0, 'USD', :cents / 100.0, 'Bare', 'bare', 'expense', now(), now());
COMMIT;
"""
FLOOR = """\\set cents random(1, 99999)
\\set key random(1, 1000000000000)
\\set change random(1, 1000000000000)
\\startpipeline
BEGIN;
INSERT INTO ninepence.changes (ledger_id, made_at, client, tool, key, arguments_hash)
VALUES (1, now(), 'floor', 'create_expenses', 'floor-' || :key,
    '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef')
ON CONFLICT (ledger_id, key) DO NOTHING;
""" + BARE.split("\n", 2)[2].replace("COMMIT;\n", "") + """
INSERT INTO ninepence.change_rows (ledger_id, change_id, position, entity, entity_id, after)
VALUES (1, :change, 1, 'expense', 1, '{"row": {"kind": "expense", "notes": null, "amount": 12.5000, "paid_by": null,
    "pending": false, "user_id": 1, "version": 1, "currency": "USD", "merchant": "Bare", "spent_on": "2026-11-22",
    "import_id": null, "ledger_id": 1, "refund_of": null, "account_id": null, "created_at": "2026-11-22T12",
    "deleted_at": null, "expense_id": 1000000, "receipt_id": null, "updated_at": "2026-11-22T12", "base_amount": 12.5000,
    "category_id": 2, "description": null, "external_id": null, "merchant_folded": "bare"}, "tags": [],
    "show": {"tags": [], "user": "Ann", "account": null, "paid_by": null, "category": "Food: Groceries"}}');
COMMIT;
\\endpipeline
"""
IN_FLIGHT = 4  # calls of the client for each connection
WARM_UP_MS = 100
WRITES_PER_MINUTE = 2000  # of one server (mcp/limits.h)
COUNT = 1400  # leaves room for the warm-up


class Bench:
    def __init__(self, books, folder, seconds):
        self.books, self.folder, self.seconds, self.sent = books, folder, seconds, 0
        self.load = os.path.join(os.path.dirname(os.path.abspath(mcp_client.BIN)), "tests", "bench", "load")
        for name, text in (("bare", BARE), ("floor", FLOOR)):
            with open(self._path(name), "w", encoding="ascii") as script:
                script.write(text)

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _run(self, *command, env=None):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=False, env=env)
        if done.returncode:
            sys.exit(f"writes: {' '.join(command)}:\n{done.stderr}")
        return done.stdout

    def pgbench(self, script, connections):
        said = self._run(os.path.join(ledger.bindir(), "pgbench"), "-n", "-M", "prepared", "-c", str(connections),
                         "-T", str(self.seconds), "-f", self._path(script), "-h", self.books.postgres.folder,
                         "-U", "postgres", self.books.name)
        return {"rate": float(re.search(r"tps = ([\d.]+)", said).group(1))}

    def _requests(self):
        """A workload in which every key is new."""
        with open(self._path("workload"), "w", encoding="ascii") as file:
            for _ in range(WRITES_PER_MINUTE):
                self.sent += 1
                arguments = {
                    "items": [{"amount": f"{self.sent % 99999 / 100 + 1:.2f}", "category": "Groceries", "user": "Ann",
                               "merchant": "Bench", "date": "2026-11-22"}], "idempotency_key": f"bench-{self.sent}"}
                call = json.dumps({"name": "create_expenses", "arguments": arguments}, separators=(",", ":"))
                file.write(f"result tools/call {call}\n")
        return self._path("workload")

    def ours(self, connections):
        env = self.books.env(NINEPENCE_NOW=None, NINEPENCE_POOL_SIZE=str(connections), NINEPENCE_MAX_OVERFLOW="0")
        said = self._run(self.load, "-k", str(IN_FLIGHT * connections), "-w", str(WARM_UP_MS), "-n", str(COUNT),
                         "-p", str(self.books.postgres.process.pid), "-f", self._requests(),
                         "--", mcp_client.BIN, "serve", env=env)
        figures = json.loads(said)
        bad = sum(figure for kind, figure in figures.items() if kind in ("wrong", "strange", "unanswered", "exit"))
        if bad:
            sys.exit(f"writes: {bad} writes were not answered as they should be: {said}")
        return figures


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    ledger.SETTINGS += ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(ledger.small(), folder, seconds)
        for connections in (1, 2, 4):
            turns = [(bench.ours(connections), bench.pgbench("bare", connections),
                      bench.pgbench("floor", connections)) for _ in range(rounds)]

            def middle(key, side=0):
                return statistics.median(turn[side][key] for turn in turns)

            def ratio(side):
                return statistics.median(turn[side]["rate"] / turn[1]["rate"] for turn in turns)

            print(f"{connections} connections: {middle('rate'):.0f} writes a second with audit and key,"
                  f" {middle('rate', 1):.0f} bare inserts, ratio {ratio(0):.2f}, floor {ratio(2):.2f}; a write takes"
                  f" {middle('database_cpu_us'):.0f} us of the database's CPU and {middle('server_cpu_us'):.0f} us"
                  " of ours", flush=True)


if __name__ == "__main__":
    main()
