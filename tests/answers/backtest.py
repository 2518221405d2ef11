"""Forecasts of months that are over, made with what was known the evening before they began, against
what was spent then and against three naive forecasts: last month, the same month a year before, the
mean of the last twelve. These know what ours knows: the same expenses, less refunds, at the same worth
in the currency of the ledger, up to the same evening. Everything later is deleted from the copy before a forecast is made. On the
sample ledger, or with --households N [--seed S] on made-up ones."""
import argparse
import datetime
import os
import random
import sys
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import households  # noqa: E402
from support import ledger  # noqa: E402
from support.mcp_client import Server  # noqa: E402

NAIVE = ("last_month", "same_month_last_year", "mean_of_12")
LEAST_MONTHS = 3
SIGNS = 20000


def month_before(month, count=1):
    number = month.year * 12 + month.month - 1 - count
    return datetime.date(number // 12, number % 12 + 1, 1)


class Months:
    """What was spent in each month, by plain addition."""

    def __init__(self, books, number):
        self.sums = {}
        for day, base in books.rows(
                "SELECT spent_on, base_amount FROM ninepence.expenses"
                f" WHERE ledger_id = {number} AND deleted_at IS NULL AND base_amount IS NOT NULL"
                " AND kind IN ('expense', 'refund')"):
            month = datetime.date.fromisoformat(day).replace(day=1)
            self.sums[month] = self.sums.get(month, Decimal(0)) + Decimal(base)
        self.first = min(self.sums)

    def naive(self, month):
        """The naive forecasts that the books allow for a month."""
        known = [self.sums.get(month_before(month, n), Decimal(0)) for n in range(1, 13)
                 if month_before(month, n) >= self.first]
        found = {"last_month": known[0], "mean_of_12": sum(known) / len(known)}
        if month_before(month, 12) >= self.first:
            found["same_month_last_year"] = self.sums.get(month_before(month, 12), Decimal(0))
        return found


def ask(books, month, **more):
    """(low, expected, high) of a month, seen from the evening before it."""
    eve = month - datetime.timedelta(days=1)
    last = month_before(month, -1) - datetime.timedelta(days=1)
    with Server(books.env(NINEPENCE_NOW=f"{eve}T18:00:00Z", **more)) as server:
        answer = server.ask("forecast_spending", {"until": last.isoformat()})
    spent = Decimal(answer["parts"]["spent"])
    return tuple(Decimal(answer[name]) - spent for name in ("low", "total", "high"))


def run(books, number=1, today=ledger.TODAY, most=None, **more):
    """One row per month: month, truth, (low, expected, high), naive forecasts. Empties the books."""
    months = Months(books, number)
    month = month_before(datetime.date.fromisoformat(today).replace(day=1))
    found = []
    while month_before(month, LEAST_MONTHS) > months.first and len(found) != most:
        books.execute(f"DELETE FROM ninepence.expense_tags WHERE ledger_id = {number};"
                      "UPDATE ninepence.expenses SET refund_of = NULL WHERE refund_of IS NOT NULL;"
                      f"DELETE FROM ninepence.expenses WHERE spent_on >= '{month}';"
                      "ANALYZE ninepence.expenses;")
        found.append((month, months.sums.get(month, Decimal(0)), ask(books, month, **more),
                      months.naive(month)))
        month = month_before(month)
    return found


def score(found):
    """Mean absolute errors, ours over the same months as each naive one, and the share of truths within
    the band."""
    def error(rows, value):
        return sum(abs(value(row) - row[1]) for row in rows) / len(rows) if rows else None
    out = {"months": len(found), "ours": error(found, lambda row: row[2][1]),
           "within": sum(row[2][0] <= row[1] <= row[2][2] for row in found) / len(found)}
    for name in NAIVE:
        rows = [row for row in found if name in row[3]]
        out[name] = (len(rows), error(rows, lambda row: row[3][name]),
                     error(rows, lambda row: row[2][1]))
    return out


def chance(differences):
    """How often a mean as far from nothing comes out when each month's sign is left to a coin (R. A.
    Fisher, The Design of Experiments, 1935)."""
    pick, far = random.Random(1), abs(sum(differences))
    hits = sum(abs(sum(one if pick.random() < 0.5 else -one for one in differences)) >= far
               for _ in range(SIGNS))
    return hits / SIGNS


def report(found, say=print):
    say("| month | spent | forecast | band | last month | a year before | mean of 12 |")
    say("|---|---|---|---|---|---|---|")
    for month, truth, (low, expected, high), naive in reversed(found):
        cells = [f"{naive[name]:.2f}" if name in naive else "–"
                 for name in ("last_month", "same_month_last_year", "mean_of_12")]
        mark = "" if low <= truth <= high else " (missed)"
        say(f"| {month:%Y-%m} | {truth:.2f} | {expected:.2f} | {low:.2f} to {high:.2f}{mark} | "
            + " | ".join(cells) + " |")
    scores = score(found)
    say(f"\nmean absolute error: ours {scores['ours']:.2f} over {scores['months']} months; "
        f"{100 * scores['within']:.0f} % of the truths lie within the 80 % band")
    for name in NAIVE:
        count, naive, ours = scores[name]
        if count:
            worse = [abs(row[2][1] - row[1]) - abs(row[3][name] - row[1])
                     for row in found if name in row[3]]
            say(f"  {name}: {naive:.2f} over {count} months, ours there {ours:.2f}; nearer in "
                f"{sum(one < 0 for one in worse)}; by chance alone as different: {chance(worse):.2f}")


def run_households(seed, count, months=16):
    """The rows of all households together."""
    books, found, next_id = ledger.empty(), [], 1
    for number in range(1, count + 1):
        house = households.Spender(f"{seed}/{number}")
        books.execute("\n".join(house.statements(number, next_id)) + "\n")
        next_id += len(house.expenses)
        found += run(books, number, most=months, NINEPENCE_LEDGER=f"House {number}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=0, metavar="N")
    parser.add_argument("--seed", default="f1")
    options = parser.parse_args()
    if options.households:
        report(run_households(options.seed, options.households))
    else:
        report(run(ledger.demo()))


if __name__ == "__main__":
    main()
