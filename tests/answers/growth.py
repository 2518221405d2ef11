"""What an answer costs the database when the ledger grows but the period asked for does not: blocks that
its statements touch, by EXPLAIN as PostgreSQL itself logs it (auto_explain), for ledgers of 1e3, 1e4 and
1e5 expenses of which 100 lie in the month asked for. Tools without a period are shown beside them."""
import argparse
import json
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

SIZES = (1000, 10000, 100000)
INSIDE = 100
MONTH = "2026-10"
# What is bounded by a period, each with another filter or grouping.
BOUNDED = [
    ("summarize_spending", {"period": MONTH}),
    ("summarize_spending", {"period": MONTH, "group_by": "category"}),
    ("summarize_spending", {"period": MONTH, "group_by": "merchant", "compare_to": "previous"}),
    ("summarize_spending", {"period": MONTH, "text": "weekly"}),
    ("summarize_spending", {"period": MONTH, "merchant": "Shop Dao"}),
    ("read_expenses", {"period": MONTH}),
    ("read_expenses", {"period": MONTH, "sort": "-amount", "min_amount": 20}),
    ("query_expenses_by_category", {"category": "Groceries", "period": MONTH}),
    ("split_balances", {"period": MONTH}),
    ("explain_number", {"tool": "summarize_spending", "arguments": {"period": MONTH}}),
    ("compare_periods", {"a": MONTH, "b": "2026-09"}),
]
# What looks at the time before by design: the usual month at twelve months, what recurs at 1,200 days.
UNBOUNDED = [("monthly_summary", {"month": MONTH}), ("budget_status", {"period": MONTH}),
             ("list_recurring", {}), ("find_unusual", {"period": MONTH}), ("forecast_spending", {}),
             ("get_context", {})]
LOOKS = 50
GROWS = 1.5  # the largest ledger may cost so much more than the smallest …
DEEPER = INSIDE + 40  # … and so many blocks: one for each row, and indexes that are a level deeper

FILL = """
DELETE FROM ninepence.expense_tags; UPDATE ninepence.expenses SET refund_of = NULL;
DELETE FROM ninepence.expenses;
INSERT INTO ninepence.expenses (ledger_id, user_id, category_id, account_id, spent_on, amount, currency,
    base_amount, merchant, merchant_folded, description, created_at, updated_at)
SELECT 1, 1 + n % 2, CASE n % 5 WHEN 0 THEN 2 WHEN 1 THEN 6 WHEN 2 THEN 9 WHEN 3 THEN 10 ELSE 14 END, 1,
       CASE WHEN n % ({size} / {inside}) = 0 THEN date '2026-10-01' + n / ({size} / {inside}) % 31
            WHEN n % 25 = 0 THEN date '2026-09-05' - make_interval(months => n / 25 % 100)
            ELSE date '2016-09-01' + (abs(hashint4(n)::bigint) % 3600)::integer END,
       v.amount, 'USD', v.amount, v.shop, lower(v.shop), 'weekly shop', '2026-01-01', '2026-01-01'
FROM generate_series(1, {size}) n
CROSS JOIN LATERAL (
    -- Few shops have most of the purchases, and one in 25 is a bill that comes on the 5th.
    SELECT CASE WHEN n % 25 = 0 THEN 'Bill ' || chr(65 + n / 2500) || 'x'
                ELSE 'Shop ' || chr(65 + k % 26) || chr(97 + k / 26) || 'o' END AS shop,
           CASE WHEN n % 25 = 0 THEN 20 + n / 2500
                ELSE 5 + abs(hashint4(-n)::bigint) % 9000 / 100.0 END AS amount
    FROM (SELECT n * 31 % (1 + n % 300) AS k) s) v;
VACUUM ANALYZE ninepence.expenses;
"""


class Explained:
    """A database in which every statement of the server is explained in the log."""

    def __init__(self, size):
        self.books = ledger.small()
        name = self.books.name
        self.books.execute(
            f"ALTER DATABASE {name} SET session_preload_libraries = 'auto_explain';"
            f"ALTER DATABASE {name} SET auto_explain.log_min_duration = 0;"
            f"ALTER DATABASE {name} SET auto_explain.log_analyze = on;"
            f"ALTER DATABASE {name} SET auto_explain.log_timing = off;"
            f"ALTER DATABASE {name} SET auto_explain.log_buffers = on;"
            f"ALTER DATABASE {name} SET auto_explain.log_format = json;")
        # VACUUM takes no row for visible whose commit is not on the disk yet, and index-only scans would
        # look at each in the table, as they do nowhere for long.
        self.books.execute(f"ALTER DATABASE {name} SET synchronous_commit = on;")
        for statement in FILL.format(size=size, inside=INSIDE).split(";"):
            if statement.strip():
                self.books.execute(statement + ";")

    def blocks(self, begin):
        """Blocks of all plans that were logged since."""
        with open(self.books.postgres.log, encoding="utf-8", errors="replace") as log:
            log.seek(begin)
            text = log.read()
        total = 0
        for match in re.finditer(r"plan:\n\t?(\{.*?\n\t?\})\n", text, re.DOTALL):
            plan = json.loads(match.group(1).replace("\n\t", "\n"))["Plan"]
            total += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        return total

    def settled(self, begin):
        """The same, when the log is complete: an answer may be here before its plan is written."""
        found = None
        for _ in range(LOOKS):
            before, found = found, self.blocks(begin)
            if found and found == before:
                break
            self.books.value("SELECT 1")
        return found

    def measure(self, server, tool, args):
        """(blocks, milliseconds) of the second call: the first one warms up."""
        begin = os.path.getsize(self.books.postgres.log)
        server.ask(tool, args)
        self.settled(begin)
        begin = os.path.getsize(self.books.postgres.log)
        start = time.monotonic()
        server.ask(tool, args)
        elapsed = 1000 * (time.monotonic() - start)
        return self.settled(begin), elapsed


def run(sizes=SIZES, questions=tuple(BOUNDED + UNBOUNDED)):
    """{number of the question: [(blocks, ms) of each size, None where it was refused]}."""
    found = {number: [] for number in range(len(questions))}
    for size in sizes:
        explained = Explained(size)
        with Server(explained.books.env()) as server:
            for number, (tool, args) in enumerate(questions):
                try:
                    found[number].append(explained.measure(server, tool, args))
                except AssertionError as why:
                    if (tool, args) in BOUNDED:
                        raise
                    print(f"{size:,}: {why}", file=sys.stderr)
                    found[number].append(None)
    return found


def grows(measured):
    first, last = measured[0][0], measured[-1][0]
    return last > GROWS * first + DEEPER


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    questions = BOUNDED + UNBOUNDED
    found = run(sizes, questions)
    print("| question | " + " | ".join(f"{size:,}: blocks / ms" for size in sizes) + " | |")
    print("|---|" + "---|" * (len(sizes) + 1))
    bad = []
    for number, (tool, args) in enumerate(questions):
        is_bad = number < len(BOUNDED) and grows(found[number])
        word = "not bounded" if number >= len(BOUNDED) else "GROWS" if is_bad else "bounded"
        cells = [f"{one[0]:,} / {one[1]:.0f}" if one else "refused" for one in found[number]]
        print(f"| {tool} {json.dumps(args)} | " + " | ".join(cells) + f" | {word} |")
        bad += [tool] if is_bad else []
    sys.exit(f"grow with what lies outside their period: {', '.join(bad)}" if bad else 0)


if __name__ == "__main__":
    main()
