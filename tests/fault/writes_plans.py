"""Deeds on plans: budgets, parts of them moved, exchange rates. And the dice for a round of deeds."""
import datetime
import decimal

from writes_model import (CATEGORIES, CURRENCIES, FIRST_DAY, RATED_DAYS, Create, Deed, Delete, Entry, Move, Undo, Update,
                          money)

ENTRIES = 16  # at once, so that several share a COMMIT
MONTHS = ("2026-01", "2026-02", "2026-03")


def holding(model, category, month):
    """(amount, rollover) of a category in a month: the newest, and that of the month alone first."""
    fit = [(at, applies) for (name, at, applies), plan in model.budgets.items()
           if plan and name == category and (at == month or (at < month and applies == "forward"))]
    return model.budgets[category, *max(fit)] if fit else None  # "this" is behind "forward"


def amount_of(model, category, month):
    return (holding(model, category, month) or (None,))[0]


class SetBudget(Deed):
    def __init__(self, key, random, model, _free):
        super().__init__(key)
        names = sorted(model.spots & set(CATEGORIES[:-1]))
        self.touches = tuple(random.sample(names, min(len(names), 1)))
        model.spots -= set(self.touches)
        self.month, self.applies = random.choice(MONTHS), random.choice(("this", "forward"))
        self.amount, self.rollover = money(random), random.choice((None, True, False))

    def ask(self):
        return "set_budget", {"category": self.touches[0], "amount": str(self.amount), "month": self.month,
                              "apply": self.applies,
                              **({} if self.rollover is None else {"rollover": self.rollover})}

    def settle(self, model, answer):
        name, rollover = self.touches[0], self.rollover
        if rollover is None:
            rollover = (holding(model, name, self.month) or (None, False))[1]
        plans = [("budgets", (name, self.month, self.applies), (self.amount, rollover))]
        alone = name, self.month, "this"
        if self.applies == "forward" and model.budgets.get(alone):
            plans.append(("budgets", alone, None))
        model.put(self.change_of(answer), "set_budget", {}, plans=plans)


class RemoveBudget(Deed):
    """From the month on or in it alone there is none: an amount of None."""

    def __init__(self, key, random, model, _free):
        super().__init__(key)
        self.month, self.applies = random.choice(MONTHS), random.choice(("this", "forward"))
        fit = sorted(name for name in model.spots & set(CATEGORIES[:-1]) if amount_of(model, name, self.month) is not None)
        self.touches = tuple(random.sample(fit, min(len(fit), 1)))
        model.spots -= set(self.touches)

    def ask(self):
        return "set_budget", {"category": self.touches[0], "method": "remove", "month": self.month,
                              "apply": self.applies}

    def settle(self, model, answer):
        plans = [("budgets", (self.touches[0], self.month, self.applies), (None, False))]
        alone = self.touches[0], self.month, "this"
        if self.applies == "forward" and model.budgets.get(alone):
            plans.append(("budgets", alone, None))
        model.put(self.change_of(answer), "set_budget", {}, plans=plans)


class TransferBudget(Deed):
    """Two budgets of a month; what one loses the other gets."""

    def __init__(self, key, random, model, _free):
        super().__init__(key)
        self.month = random.choice(MONTHS)
        fit = sorted(name for name in model.spots & set(CATEGORIES[:-1])
                     if amount_of(model, name, self.month) is not None)
        if len(fit) < 2:
            return
        self.touches = tuple(random.sample(fit, 2))
        model.spots -= set(self.touches)
        most = holding(model, self.touches[0], self.month)[0]
        self.is_allowed = most < decimal.Decimal("0.01") or random.random() < 0.2
        self.amount = money(random) if self.is_allowed else money(random, int(most * 100))

    def ask(self):
        giver, taker = self.touches
        return "transfer_budget", {"from": giver, "to": taker, "amount": str(self.amount), "month": self.month,
                                   "allow_negative": self.is_allowed}

    def settle(self, model, answer):
        plans = []
        for name, part in zip(self.touches, (-self.amount, self.amount)):
            amount, rollover = holding(model, name, self.month)
            plans.append(("budgets", (name, self.month, "this"), (amount + part, rollover)))
        model.put(self.change_of(answer), "transfer_budget", {}, plans=plans)


class SetRate(Deed):
    """At once with purchases in that currency, and with undoing them."""

    def __init__(self, key, random, model, _free):
        super().__init__(key)
        names = sorted(model.spots & set(CURRENCIES))
        self.touches = tuple(random.sample(names, min(len(names), 1)))
        model.spots -= set(self.touches)
        self.day = (FIRST_DAY + datetime.timedelta(random.randrange(0, RATED_DAYS, 5))).isoformat()
        self.rate = decimal.Decimal(random.randint(1, 3 * 10**6)) / 10**6

    def ask(self):
        return "set_exchange_rate", {"currency": self.touches[0], "rate": str(self.rate), "date": self.day}

    def settle(self, model, answer):
        model.put(self.change_of(answer), "set_exchange_rate", {},
                  plans=[("rates", (self.touches[0], self.day), self.rate)])


def deeds(random, model, prefix, count):
    """Some deeds that do not get in each other's way."""
    free = model.live()
    model.spots = set(CATEGORIES[:-1]) | set(CURRENCIES)
    made = []
    for n in range(count):
        kind = random.choice((Create, Create, Create, Create, Update, Update, Move, Delete, Undo, Undo, SetBudget,
                              RemoveBudget, TransferBudget, SetRate))
        deed = kind(f"{prefix}-{n}", random, model, free)
        if kind is Create or deed.touches:
            made.append(deed)
    if random.random() < 0.6:
        made += [Entry(f"{prefix}-one{n}", random, model, free) for n in range(ENTRIES)]
    return made
