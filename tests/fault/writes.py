#!/usr/bin/python3
"""Writes under fire: two servers on one ledger get calls of all write tools, while servers, backends
and the postmaster are killed, connections cut at COMMIT or anywhere, calls cancelled. After every
round each call that was not answered is repeated under its key, on either server, until it is; then
the books must be what an independent model says, to the cent.

    writes.py ROUNDS [SEED]      seeds SEED, SEED + 1, … of 25 rounds with fresh books each

A failure prints its seed and round; the same seed makes the same calls and faults again (moments
differ by what the machine does meanwhile).
"""
import collections
import decimal
import random
import sys
import time

from bench import pause
from writes_model import CURRENCIES, Model, new_row
from writes_plans import deeds
from writes_rig import Broken, Rig

ROUNDS_OF_A_SEED = 25
DEEDS_OF_A_ROUND = 7
REPEATS_MAX = 40
ASKED = (None, "Health", "Travel", "Clothing")
STORED = """SELECT e.expense_id, e.spent_on, e.amount::numeric(19, 2), e.currency, c.path, e.merchant, e.notes, e.kind,
    e.refund_of, e.receipt_id, e.deleted_at IS NOT NULL
    FROM ninepence.expenses e LEFT JOIN ninepence.categories c USING (ledger_id, category_id)
    WHERE e.ledger_id = 1 AND e.expense_id > 1000"""
BUDGETS = """SELECT c.path, to_char(b.month, 'YYYY-MM'), b.applies, b.amount::numeric(19, 2), b.rollover
    FROM ninepence.budgets b JOIN ninepence.categories c USING (ledger_id, category_id) WHERE b.ledger_id = 1"""
FOREIGN = tuple(f"'{currency}'" for currency in CURRENCIES)
RATES = f"SELECT currency, on_day, rate FROM ninepence.rates WHERE ledger_id = 1 AND currency IN ({', '.join(FOREIGN)})"
BASES = f"""SELECT expense_id, base_amount FROM ninepence.expenses
    WHERE ledger_id = 1 AND deleted_at IS NULL AND currency IN ({', '.join(FOREIGN)})"""
FAULTS = ("nothing", "cut_before", "cut_before", "cut_after", "cut_after", "cut_bytes", "kill_server", "kill_server",
          "kill_both", "terminate", "cancel", "end_input", "stop", "same_key_twice", "kill_backend", "kill_postmaster")


def stored_rows(look):
    rows = {}
    for id, date, amount, currency, path, merchant, notes, kind, refund_of, receipt, deleted in look.rows(STORED):
        rows[int(id)] = new_row(date, decimal.Decimal(amount), path, merchant, currency=currency, notes=notes, kind=kind,
                                refund_of=refund_of and int(refund_of), receipt=receipt and int(receipt),
                                deleted=deleted == "t")
    return rows


def stored_budgets(look):
    return {(path, month, applies): (amount and decimal.Decimal(amount), rollover == "t")
            for path, month, applies, amount, rollover in look.rows(BUDGETS)}


def stored_rates(look):
    return {(currency, day): decimal.Decimal(rate) for currency, day, rate in look.rows(RATES)}


def known(plans):
    return {key: value for key, value in plans.items() if value is not None}


class Campaign:
    def __init__(self, seed, counts):
        self.random = random.Random(seed)
        self.seed, self.counts = seed, counts
        self.model, self.acknowledged = Model(), 0
        self.rig = Rig()
        self.model.budgets = stored_budgets(self.rig.look)
        self.first_sums = self.sums()

    def round(self, number):
        fault = self.random.choice(FAULTS)
        self.counts[fault] += 1
        todo = deeds(self.random, self.model, f"s{self.seed}r{number}", DEEDS_OF_A_ROUND)
        moment = self.random.uniform(0, 0.03)
        self.before(fault)
        sent = []
        for deed in todo:
            index = self.random.randrange(2)
            sent.append((deed, self.rig.servers[index], self.rig.send(index, deed.call())))
            if fault == "same_key_twice":
                other = self.rig.send(1 - index, deed.call())
                sent.append((None, self.rig.servers[1 - index], other))
        self.strike(fault, moment, sent)
        open_deeds = []
        for deed, server, id in sent:
            result = None if fault == "cancel" else self.rig.answer(server, id)
            if deed and not self.take(deed, result):
                open_deeds.append(deed)
        self.after(fault)
        self.check_halves(open_deeds)
        for deed in open_deeds:
            self.repeat(deed)
        self.check()

    # --- the fault -------------------------------------------------------------------------------------

    def before(self, fault):
        reset = self.random.random() < 0.5
        if fault in ("cut_before", "cut_after"):
            self.rig.break_commits(fault[4:], reset)
        if fault == "cut_bytes":
            self.rig.break_bytes(self.random.choice(("cut_up", "cut_down")), self.random.randrange(20000))

    def strike(self, fault, moment, sent):
        index = self.random.randrange(2)
        pause(moment if fault not in ("nothing", "cut_before", "cut_after", "cut_bytes") else 0)
        if fault in ("kill_server", "kill_both"):
            self.rig.kill_server(index)
        if fault == "kill_both":
            self.rig.kill_server(1 - index)
        if fault == "terminate":
            self.rig.terminate_backends()
        if fault == "kill_backend":
            self.rig.kill_backend(self.random)
        if fault == "kill_postmaster":
            self.rig.kill_postmaster()
        if fault == "stop":
            self.rig.stop_server(index, 0.05)
        if fault == "end_input":
            self.rig.end_input(index)
        if fault == "cancel":
            for _, server, id in sent:
                server.notify("notifications/cancelled", {"requestId": id})

    def after(self, fault):
        self.rig.mend()
        for index, server in enumerate(self.rig.servers):
            if fault in ("kill_server", "kill_both", "end_input") and (server.process.poll() is not None
                                                                       or server.process.stdin.closed):
                self.rig.replace(index)
            elif server.process.poll() is not None:
                raise Broken(f"a server ended by itself: {server.stderr()}")
            if server.problems:
                raise Broken("; ".join(server.problems))

    # --- answers ---------------------------------------------------------------------------------------

    def take(self, deed, result):
        """True when the outcome is known."""
        if result is None:
            self.counts["unanswered"] += 1
            return False
        if not result.get("isError"):
            answer = result["structuredContent"]
            if answer["saved"] is not True:
                raise Broken(f"{deed.key}: neither an error nor saved: {answer['summary']}")
            self.counts["replayed"] += answer["replayed"]
            self.counts["acknowledged"] += 1
            self.acknowledged += 1
            deed.settle(self.model, answer)
            return True
        error = result["structuredContent"]["error"]
        self.counts[f"error {error['code']}, saved {error['saved']}"] += 1
        if error["saved"] == "unknown":
            return False
        if not error.get("retry", {}).get("safe"):
            raise Broken(f"{deed.key}: refused: {error['message']}")
        stored = self.rig.look.value(f"SELECT count(*) FROM ninepence.changes WHERE key = '{deed.key}'")
        if stored != "0" and error["saved"] == "no":
            raise Broken(f"{deed.key}: said to be not saved, and is: {error['message']}")
        return False

    def repeat(self, deed):
        for _ in range(REPEATS_MAX):
            index = self.random.randrange(2)
            id = self.rig.send(index, deed.call())
            if self.take(deed, self.rig.answer(self.rig.servers[index], id)):
                return
            pause(0.05)
        raise Broken(f"{deed.key}: never came to an end")

    # --- the books -------------------------------------------------------------------------------------

    def check_halves(self, open_deeds):
        """Not answered: all of it or nothing."""
        if not open_deeds:
            return
        self.rig.wait_until_quiet()
        for deed in open_deeds:
            wanted = getattr(deed, "wanted", None)
            if wanted is None:
                continue
            count = self.rig.look.value("SELECT count(*) FROM ninepence.expenses WHERE ledger_id = 1 AND merchant ="
                                        f" '{deed.key}'")
            if count not in ("0", str(len(wanted))):
                raise Broken(f"{deed.key}: {count} of {len(wanted)} rows are there")

    def check(self):
        self.rig.wait_until_quiet()
        rows = stored_rows(self.rig.look)
        for id in sorted(set(rows) | set(self.model.rows)):
            if rows.get(id) != self.model.rows.get(id):
                raise Broken(f"e{id} is {rows.get(id)}, not {self.model.rows.get(id)}")
        self.check_plans()
        changes, keys, kept = self.rig.look.rows(
            "SELECT count(*), count(DISTINCT key), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM ninepence.change_rows r"
            " WHERE r.ledger_id = c.ledger_id AND r.change_id = c.change_id)) FROM ninepence.changes c")[0]
        if not changes == keys == kept == str(self.acknowledged):
            raise Broken(f"{self.acknowledged} were acknowledged; {changes} changes, {keys} keys, {kept} with rows")
        if self.model.total(("transfer",)) != 0:
            raise Broken("transfers do not add up to zero")

    def check_plans(self):
        for what, found, wanted in (("budgets", stored_budgets(self.rig.look), known(self.model.budgets)),
                                    ("rates", stored_rates(self.rig.look), known(self.model.rates))):
            for key in set(found) | set(wanted):
                if found.get(key) != wanted.get(key):
                    raise Broken(f"{what} {key}: {found.get(key)}, not {wanted.get(key)}")
        for id, stored in self.rig.look.rows(BASES):
            stored, wanted = stored and decimal.Decimal(stored), self.model.base(self.model.rows[int(id)])
            if stored != wanted:
                raise Broken(f"e{id} comes to {stored} in the ledger's currency, not to {wanted}")
            self.counts["converted rows checked"] += wanted is not None

    def sums(self):
        """What the tools say about it all."""
        asked = ({"period": "2025-01-01..2026-12-31", **({"category": category} if category else {})}
                 for category in ASKED)
        return [decimal.Decimal(self.rig.servers[0].ask("summarize_spending", one)["total"]) for one in asked]

    def check_sums(self):
        """The sums are those of the fresh books and what the model has beyond."""
        for category, first, now in zip(ASKED, self.first_sums, self.sums()):
            wanted = first + self.model.total(("expense", "refund"), category)
            if now != wanted:
                raise Broken(f"{category}: the sum is {now}, not {wanted}")

    def close(self):
        self.rig.close()


def run(seed, rounds, counts):
    campaign = Campaign(seed, counts)
    number = 0
    try:
        for number in range(rounds):
            campaign.round(number)
        campaign.check_sums()
    except (Broken, AssertionError) as error:
        sys.exit(f"FAILED: seed {seed}, round {number}: {error}")
    finally:
        campaign.close()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    rounds, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    counts, began = collections.Counter(), time.monotonic()
    for first in range(0, rounds, ROUNDS_OF_A_SEED):
        run(seed + first // ROUNDS_OF_A_SEED, min(ROUNDS_OF_A_SEED, rounds - first), counts)
    print(f"writes: {rounds} rounds from seed {seed} in {time.monotonic() - began:.0f} s: nothing lost, nothing doubled")
    for name, count in sorted(counts.items()):
        print(f"  {count:6} {name}")


if __name__ == "__main__":
    main()
