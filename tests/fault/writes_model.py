"""What the books must hold: Decimal and dictionaries, written from the promises of the tools and not
from their code. Deeds are what an assistant may ask for; each knows its call and, once it was
acknowledged, what it did."""
import copy
import datetime
import decimal

CATEGORIES = ("Food", "Food: Groceries", "Transportation: Fuel", "Health", "Travel", "Clothing", None)
FIRST_DAY = datetime.date(2025, 1, 1)
DAYS = 400
CURRENCIES = ("CHF", "SEK")  # which the fresh books have neither in rows nor in rates
RATED_DAYS = 40              # the first ones: a rate serves its own day and seven more


def share(total, percents):
    """Cents by largest remainder; among equals the first."""
    cents = int(total * 100)
    exact = [cents * decimal.Decimal(percent) / 100 for percent in percents]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:cents - sum(parts)]:
        parts[i] += 1
    return [decimal.Decimal(part) / 100 for part in parts]


class Model:
    """Rows by their number, the history by the number of the change. Beside the rows the plans: budgets as
    (category, month, applies): (amount, rollover), rates as (currency, day): rate. `spots` are the
    categories and currencies whose plans no deed of the round is about yet."""

    def __init__(self):
        self.rows, self.budgets, self.rates = {}, {}, {}
        self.changes = {}
        self.spots = set()

    def put(self, change, tool, after, undoes=None, plans=()):
        """Rows after a change: {id: row}; plans as (the dictionary's name, key, value or None)."""
        kept = {id: (copy.copy(self.rows.get(id)), row) for id, row in after.items()}
        old = [(name, key, getattr(self, name).get(key), value) for name, key, value in plans]
        self.changes[change] = {"tool": tool, "rows": kept, "plans": old, "undone": False, "undoes": undoes}
        self.rows.update({id: copy.copy(row) for id, row in after.items()})
        for name, key, value in plans:
            getattr(self, name)[key] = value

    def live(self):
        return [id for id, row in self.rows.items() if not row["deleted"]]

    def base(self, row):
        """In the ledger's currency, by the rate of the day or the newest of the seven days before; None
        without one. Whoever came first, rate or row: this must hold."""
        if row["currency"] == "USD":
            return row["amount"]
        day = datetime.date.fromisoformat(row["date"])
        for back in range(8):
            rate = self.rates.get((row["currency"], (day - datetime.timedelta(back)).isoformat()))
            if rate is not None:
                return (row["amount"] * rate).quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_EVEN)
        return None

    def total(self, kinds, category=None):
        return sum((self.base(row) or 0 for row in self.rows.values() if not row["deleted"] and row["kind"] in kinds
                    and (category is None or row["category"] == category)), decimal.Decimal(0))

    def refunded(self, id):
        return -sum((row["amount"] for row in self.rows.values()
                     if row["refund_of"] == id and not row["deleted"]), decimal.Decimal(0))

    def can_undo(self, change):
        one = self.changes[change]
        return (not one["undone"] and all(self.rows[id] == after for id, (_, after) in one["rows"].items())
                and all(getattr(self, name).get(key) == after for name, key, _, after in one["plans"]))


class Deed:
    """One call with a key of its own. `touches` are rows that nobody else may have meanwhile."""
    touches = ()

    def __init__(self, key):
        self.key = key

    def call(self):
        tool, arguments = self.ask()
        return {"name": tool, "arguments": {**arguments, "idempotency_key": self.key}}

    def settle(self, model, answer):
        """After an answer that it is saved: what must be true now."""
        raise NotImplementedError

    def change_of(self, answer):
        return int(answer["change_id"][2:])


def new_row(date, amount, category, merchant, **more):
    return {"date": date, "amount": amount, "currency": "USD", "category": category, "merchant": merchant,
            "notes": None, "kind": "expense", "refund_of": None, "receipt": None, "deleted": False, **more}


def money(random, most=99999):
    return decimal.Decimal(random.randint(1, most)) / 100


def ids_of(answer):
    return [int(row["after"]["id"][1:]) for row in answer["rows"] if "after" in row
            and row["after"].get("id", "").startswith("e")]


class Create(Deed):
    """Purchases, split receipts, a transfer with both its sides, a refund: all in one call or few."""

    def __init__(self, key, random, model, free):
        super().__init__(key)
        self.items, self.wanted, self.receipts = [], [], 0
        for _ in range(random.choice((1, 1, 2, 5))):
            date = (FIRST_DAY + datetime.timedelta(random.randrange(DAYS))).isoformat()
            kind = random.choice(("plain", "plain", "foreign", "split", "transfer", "refund"))
            getattr(self, kind)(random, model, free, date)
        self.touches = tuple(row["refund_of"] for row in self.wanted if row["refund_of"])

    def add(self, item, *rows):
        self.items.append({**item, "merchant": self.key})
        self.wanted += rows

    def plain(self, random, _model, _free, date):
        amount, category = money(random), random.choice(CATEGORIES)
        item = {"amount": str(amount), "date": date}
        self.add({**item, **({"category": category} if category else {})},
                 new_row(date, amount, category, self.key))

    def foreign(self, random, _model, _free, _date):
        amount, currency = money(random), random.choice(CURRENCIES)
        date = (FIRST_DAY + datetime.timedelta(random.randrange(RATED_DAYS))).isoformat()
        self.add({"amount": str(amount), "currency": currency, "date": date},
                 new_row(date, amount, None, self.key, currency=currency))

    def split(self, random, _model, _free, date):
        amount, cut = money(random) + 100, random.randint(1, 99)  # no part comes to nothing
        percents = [cut, 100 - cut] if random.random() < 0.5 else [cut / 2, cut - cut / 2, 100 - cut]
        names = [random.choice(CATEGORIES[:-1]) for _ in percents]
        self.receipts += 1
        parts = share(amount, [str(percent) for percent in percents])
        self.add({"amount": str(amount), "date": date,
                  "splits": [{"percent": str(p), "category": name} for p, name in zip(percents, names)]},
                 *(new_row(date, part, name, self.key, receipt=self.receipts)
                   for part, name in zip(parts, names)))

    def transfer(self, random, _model, _free, date):
        amount = money(random)
        for side in (amount, -amount):
            self.add({"amount": str(side), "date": date, "kind": "transfer", "category": "Transfers"},
                     new_row(date, side, "Transfers", self.key, kind="transfer"))

    def refund(self, random, model, free, date):
        fit = [id for id in free if model.rows[id]["kind"] == "expense" and not model.rows[id]["deleted"]
               and model.rows[id]["currency"] == "USD"
               and model.rows[id]["amount"] - model.refunded(id) > 1]
        if not fit:
            return self.plain(random, model, free, date)
        id = random.choice(fit)
        free.remove(id)
        purchase = model.rows[id]
        amount = min(money(random), purchase["amount"] - model.refunded(id))
        return self.add({"amount": str(amount), "date": date, "refund_of": f"e{id}"},
                        new_row(date, -amount, purchase["category"], self.key, kind="refund", refund_of=id))

    def ask(self):
        return "create_expenses", {"items": self.items}

    def settle(self, model, answer):
        ids = ids_of(answer)
        assert answer["count"] == len(self.wanted) == len(ids), (self.key, answer["count"], len(self.wanted))
        first = {}
        for id, row in zip(ids, self.wanted):
            if row["receipt"]:
                row["receipt"] = first.setdefault(row["receipt"], id)
        model.put(self.change_of(answer), "create_expenses", dict(zip(ids, self.wanted)))


class Entry(Create):
    """One plain purchase, as most calls are."""

    def __init__(self, key, random, model, free):
        Deed.__init__(self, key)
        self.items, self.wanted, self.receipts = [], [], 0
        self.plain(random, model, free, (FIRST_DAY + datetime.timedelta(random.randrange(DAYS))).isoformat())


class OnRows(Deed):
    """A deed on some rows that are there."""
    most = 4

    def __init__(self, key, random, model, free):
        super().__init__(key)
        fit = [id for id in free if not model.rows[id]["deleted"] and self.fits(model, id)]
        self.touches = tuple(sorted(random.sample(fit, min(len(fit), random.randint(1, self.most)))))
        for id in self.touches:
            free.remove(id)
        self.prepare(random, model)

    def fits(self, _model, _id):
        return True

    def prepare(self, random, model):
        pass

    def ids(self):
        return [f"e{id}" for id in self.touches]

    def settle(self, model, answer):
        assert answer["count"] == len(self.touches), (self.key, answer["count"])
        model.put(self.change_of(answer), self.ask()[0],
                  {id: {**model.rows[id], **self.effect()} for id in self.touches})


class Update(OnRows):
    def fits(self, model, id):
        return model.rows[id]["kind"] == "expense" and model.refunded(id) == 0

    def prepare(self, random, _model):
        self.set = {"notes": f"by {self.key}"}
        if random.random() < 0.7:
            self.set["amount"] = str(money(random))
        if random.random() < 0.3:
            self.set["category"] = random.choice(CATEGORIES[:-1])

    def ask(self):
        return "update_expenses", {"ids": self.ids(), "set": self.set}

    def effect(self):
        return {**self.set, **({"amount": decimal.Decimal(self.set["amount"])} if "amount" in self.set else {})}


class Delete(OnRows):
    most = 2

    def fits(self, model, id):
        return model.rows[id]["kind"] != "transfer" and model.refunded(id) == 0

    def ask(self):
        return "delete_expenses", {"ids": self.ids()}

    def effect(self):
        return {"deleted": True}


class Move(OnRows):
    def fits(self, model, id):
        return model.rows[id]["kind"] == "expense"

    def prepare(self, random, model):
        """To where one of them is not yet: what moves nothing makes no change."""
        is_in = {model.rows[id]["category"] for id in self.touches}
        self.category = random.choice([name for name in CATEGORIES[:-1] if is_in != {name}])

    def ask(self):
        return "transfer_expense", {"ids": self.ids(), "to_category": self.category}

    def effect(self):
        return {"category": self.category}


class Undo(Deed):
    """Takes a former change back whose rows are as it left them."""

    def __init__(self, key, random, model, free):
        super().__init__(key)
        fit = [change for change, one in model.changes.items() if set(one["rows"]) <= set(free)
               and self.spots(one) <= model.spots
               and model.can_undo(change) and not any(self.is_needed(model, id) for id in one["rows"])]
        self.target = random.choice(fit[-20:]) if fit else None
        one = model.changes[self.target] if fit else {"rows": {}, "plans": []}
        self.touches = (*one["rows"], *self.spots(one))
        for id in one["rows"]:
            free.remove(id)
        model.spots -= self.spots(one)

    @staticmethod
    def spots(one):
        """The categories and currencies whose plans a change is about."""
        return {key[0] for _, key, _, _ in one["plans"]}

    def is_needed(self, model, id):
        return model.refunded(id) != 0 or model.rows[id]["kind"] == "refund"

    def ask(self):
        return "undo_change", {"change_id": f"ch{self.target}"}

    def settle(self, model, answer):
        one = model.changes[self.target]
        model.put(self.change_of(answer), "undo_change",
                  {id: before if before else {**after, "deleted": True}
                   for id, (before, after) in one["rows"].items()}, undoes=self.target,
                  plans=[(name, key, before) for name, key, before, _ in one["plans"]])
        one["undone"] = True
        if one["undoes"]:
            model.changes[one["undoes"]]["undone"] = False
