"""What the right answers are, worked out outside the program.

A Model reads the plain rows of one ledger by psql (no sums, no joins) and adds them up with Decimal,
by the rules of the product's documentation alone. It never looks at the program's statements.
"""
import datetime
import functools
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

import periods

ZERO = Decimal(0)
EXPONENT = {"JPY": 0, "CLP": 0, "KRW": 0, "KWD": 3, "BHD": 3}
SPENDING = ("expense", "refund")
TIME = ("day", "week", "month", "quarter", "year", "weekday")
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@functools.cache
def fold(text):
    """Without case and accents; the same names are asked for some million times."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return plain.casefold()


def money(value, currency):
    """A decimal string with the decimals of the currency, half to even."""
    places = Decimal(1).scaleb(-EXPONENT.get(currency, 2))
    with localcontext(Context(prec=60)):
        value = value.quantize(places, ROUND_HALF_EVEN)
    return f"{abs(value) if value == 0 else value:f}"


def percent(part, whole):
    """Per cent with one decimal, half to even; None where the whole is nothing."""
    if whole == 0:
        return None
    with localcontext(Context(prec=60)):
        value = (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return float(value) + 0.0


def divide(total, count):
    with localcontext(Context(prec=60)):
        return total / count


class Row:
    """One stored expense."""

    def __init__(self, cells):
        (self.id, self.user, self.category, self.account, day, amount, self.currency, base,
         self.merchant, self.merchant_folded, self.description, self.notes, self.kind, pending,
         self.refund_of, self.receipt, deleted) = cells
        self.day = datetime.date.fromisoformat(day)
        self.amount = Decimal(amount)
        self.base = None if base is None else Decimal(base)
        self.pending = pending == "t"
        self.deleted = deleted is not None
        self.tags = []


class Model:
    def __init__(self, database, ledger_id, today):
        self.database = database
        self.today = today
        one = database.rows("SELECT base_currency, first_day_of_week, first_day_of_month"
                            f" FROM ninepence.ledgers WHERE ledger_id = {ledger_id}")[0]
        self.currency = one[0]
        self.calendar = periods.Calendar(today, int(one[1]), int(one[2]))
        where = f"WHERE ledger_id = {ledger_id}"
        self.users = dict(database.rows(f"SELECT user_id, name FROM ninepence.users {where}"))
        self.accounts = dict(database.rows(f"SELECT account_id, name FROM ninepence.accounts {where}"))
        self.tag_names = dict(database.rows(f"SELECT tag_id, name FROM ninepence.tags {where}"))
        self.categories = {}
        for cells in database.rows("SELECT category_id, parent_id, name, kind"
                                   f" FROM ninepence.categories {where}"):
            self.categories[cells[0]] = {"parent": cells[1], "name": cells[2], "kind": cells[3]}
        self.rows = [Row(cells) for cells in database.rows(
            "SELECT expense_id, user_id, category_id, account_id, spent_on, amount, currency,"
            " base_amount, merchant, merchant_folded, description, notes, kind, pending, refund_of,"
            f" receipt_id, deleted_at FROM ninepence.expenses {where}")]
        by_id = {row.id: row for row in self.rows}
        for expense, tag in database.rows("SELECT expense_id, tag_id FROM ninepence.expense_tags "
                                          + where):
            by_id[expense].tags.append(self.tag_names[tag])

    # --- names -----------------------------------------------------------------------------------

    def path(self, category):
        if category is None:
            return "Uncategorized"
        one = self.categories[category]
        return one["name"] if one["parent"] is None else f"{self.path(one['parent'])}: {one['name']}"

    def root(self, category):
        while category is not None and self.categories[category]["parent"] is not None:
            category = self.categories[category]["parent"]
        return self.path(category)

    def below(self, category):
        """The category and everything under it."""
        found = {category}
        for key in self.categories:
            up = key
            while up is not None:
                if up == category:
                    found.add(key)
                up = self.categories[up]["parent"]
        return found

    def find_category(self, text):
        """By id ("c12"), full path or name."""
        if text[1:].isdigit() and text[0] == "c":
            return text[1:]
        hits = [key for key in self.categories if fold(self.path(key)) == fold(text)]
        hits = hits or [key for key, one in self.categories.items() if fold(one["name"]) == fold(text)]
        if len(hits) != 1:
            raise ValueError(f"{text}: {len(hits)} categories")
        return hits[0]

    def find_id(self, names, text):
        hits = [key for key, name in names.items() if fold(name) == fold(text)]
        if len(hits) != 1:
            raise ValueError(text)
        return hits[0]

    # --- filter ----------------------------------------------------------------------------------

    def period(self, args, default):
        if "start_date" in args or "end_date" in args:
            return self.calendar.between(datetime.date.fromisoformat(args["start_date"]),
                                         datetime.date.fromisoformat(args["end_date"]))
        return self.calendar.resolve(args.get("period", default))

    def matches(self, row, args, subcategories=True):
        """Every part of the filter but period, kind and deletion."""
        return all(self._one(row, name, value, subcategories) for name, value in args.items()
                   if name in ("category", "merchant", "user", "tag", "account", "text",
                               "min_amount", "max_amount", "currency"))

    def _one(self, row, name, value, subcategories):
        values = value if isinstance(value, list) else [value]
        if name == "category":
            wanted = set()
            for text in values:
                key = self.find_category(text)
                wanted |= self.below(key) if subcategories else {key}
            return row.category in wanted
        if name == "merchant":
            return row.merchant_folded in [fold(text) for text in values]
        if name == "user":
            return row.user in [self.find_id(self.users, text) for text in values]
        if name == "account":
            return row.account in [self.find_id(self.accounts, text) for text in values]
        if name == "tag":
            return any(fold(tag) in [fold(text) for text in values] for tag in row.tags)
        if name == "text":
            parts = [fold(part) for part in (row.merchant, row.description, row.notes) if part]
            return all(any(word in part for part in parts) for word in fold(value).split())
        if name == "currency":
            return row.currency == value
        if name == "min_amount":
            return abs(row.amount) >= Decimal(str(value))
        return abs(row.amount) <= Decimal(str(value))

    @staticmethod
    def of_kind(row, kind):
        return kind == "all" or row.kind == kind or (kind == "expense" and row.kind in SPENDING)

    def within(self, args, period, subcategories=True):
        """Rows of the period that pass the filter, whatever their kind, deleted ones too."""
        return [row for row in self.rows if period.start <= row.day <= period.end
                and self.matches(row, args, subcategories)]

    def value(self, row, args):
        """What the row adds to a sum; None while its rate is missing."""
        return row.amount if "currency" in args else row.base

    def counted(self, args, period, subcategories=True):
        """(rows that enter the total, rows without a rate)."""
        kind = args.get("kind", "expense")
        rows = [row for row in self.within(args, period, subcategories)
                if not row.deleted and self.of_kind(row, kind)]
        return ([row for row in rows if self.value(row, args) is not None],
                [row for row in rows if self.value(row, args) is None])

    def basis(self, args, period, subcategories=True):
        kind = args.get("kind", "expense")
        rows = self.within(args, period, subcategories)
        alive = [row for row in rows if not row.deleted]
        inside, missing = self.counted(args, period, subcategories)
        refunds = [self.value(row, args) for row in inside if row.kind == "refund"]

        def left_out(which):
            return 0 if self.of_kind(Kind(which), kind) else \
                sum(1 for row in alive if row.kind == which)
        return {"refunds": money(sum(refunds, ZERO), args.get("currency", self.currency)),
                "transfers_excluded": left_out("transfer"), "income_excluded": left_out("income"),
                "pending": sum(1 for row in inside if row.pending),
                "rates_missing": len(missing),
                "deleted_excluded": sum(1 for row in rows
                                        if row.deleted and self.of_kind(row, kind))}

    # --- summarize_spending ----------------------------------------------------------------------

    def group(self, row, grouping):
        """The label of the group that a row belongs to: one, so that no group counts it again."""
        if grouping in TIME:
            return periods.label(grouping, row.day)
        if grouping == "category":
            return self.path(row.category)
        if grouping == "parent_category":
            return self.root(row.category)
        if grouping == "merchant":
            return row.merchant_folded or "(none)"
        if grouping == "user":
            return self.users.get(row.user, "(none)")
        if grouping == "account":
            return self.accounts.get(row.account, "(none)")
        if grouping == "tag":
            return " + ".join(sorted(row.tags, key=fold)) or "(none)"
        return {"currency": row.currency, "kind": row.kind}[grouping]

    def sums(self, args, period):
        """{(group, then): [total, count]} and the whole total and count."""
        groups = {}
        inside, _ = self.counted(args, period)
        first, second = args.get("group_by", "none"), args.get("then_by", "none")
        for row in inside if first != "none" else []:
            key = (self.group(row, first), None if second == "none" else self.group(row, second))
            entry = groups.setdefault(key, [ZERO, 0])
            entry[0] += self.value(row, args)
            entry[1] += 1
        return groups, sum((self.value(row, args) for row in inside), ZERO), len(inside)

    def summarize(self, args, default_period="this_month"):
        period = self.period(args, default_period)
        currency = args.get("currency", self.currency)
        groups, total, count = self.sums(args, period)
        before = None
        compare = args.get("compare_to", "none")
        if compare != "none":
            before = self.before(args, period, compare)
        rows = {}
        for key, (amount, number) in groups.items():
            row = {"total": money(amount, currency), "count": number,
                   "average": money(divide(amount, number), currency),
                   "share": percent(amount, total), "exact": amount}
            if before is not None:
                row.update(self.change(amount, before[0].get(key, ZERO), currency))
            rows[key] = row
        answer = {"period": period, "currency": currency, "total": money(total, currency),
                  "count": count, "rows": rows, "basis": self.basis(args, period)}
        if before is not None:
            answer.update(self.change(total, before[1], currency))
        if count:
            answer["average"] = money(divide(total, count), currency)
            answer["median"] = money(self.median(args, period), currency)
        return answer

    def median(self, args, period):
        values = sorted(self.value(row, args) for row in self.counted(args, period)[0])
        middle = len(values) // 2
        if len(values) % 2:
            return values[middle]
        return divide(values[middle - 1] + values[middle], 2)

    def before(self, args, period, compare):
        """Sums of the periods that it is compared with, as their mean; those that ended before the
        books began are no part of it."""
        others = self.calendar.others(period, compare)
        began = min(row.day for row in self.rows if not row.deleted)
        others = [other for other in others if other.end >= began] or others[:1]
        found, whole = {}, ZERO
        for other in others:
            groups, total, _ = self.sums(args, other)
            whole += total
            for key, (amount, _) in groups.items():
                found[key] = found.get(key, ZERO) + amount
        return {key: divide(amount, len(others)) for key, amount in found.items()}, \
            divide(whole, len(others))

    @staticmethod
    def change(now, before, currency):
        """What is shown adds up: the mean is rounded, the difference is taken from it."""
        before = Decimal(money(before, currency))
        return {"before": money(before, currency), "change": money(now - before, currency),
                "change_percent": percent(now - before, before)}

    # --- lists -----------------------------------------------------------------------------------

    def expense(self, row):
        """The shape in which every tool shows an expense."""
        shown = {"id": f"e{row.id}", "date": row.day.isoformat(),
                 "amount": money(row.amount, row.currency), "currency": row.currency,
                 "category": self.path(row.category), "kind": row.kind,
                 "description": row.description or "", "user": self.users.get(row.user, "(none)")}
        optional = {"merchant": row.merchant, "notes": row.notes,
                    "account": self.accounts.get(row.account),
                    "refund_of": row.refund_of and f"e{row.refund_of}",
                    "receipt": row.receipt and f"e{row.receipt}",
                    "tags": sorted(row.tags)}
        shown.update((key, value) for key, value in optional.items() if value)
        return shown

    def by_category(self, args, default_period="this_month"):
        """Of a category of income or transfers it is those that count."""
        period = self.period(args, default_period)
        kind = self.categories[self.find_category(args["category"])]["kind"]
        args = {**args, "kind": kind}
        inside, missing = self.counted(args, period, args.get("include_subcategories", True))
        total = sum((self.value(row, args) for row in inside), ZERO)
        return {"period": period, "total": money(total, args.get("currency", self.currency)),
                "count": len(inside), "rows": inside + missing}

    def read(self, args, default_period="all"):
        """The rows of a list, and what they add up to."""
        period = self.period(args, default_period)
        status = args.get("status", "any")
        kind = args.get("kind", "expense")
        test = {"any": lambda row: True, "uncategorized": lambda row: row.category is None,
                "pending": lambda row: row.pending, "refund": lambda row: row.kind == "refund",
                "split": lambda row: row.receipt is not None, "deleted": lambda row: True}[status]
        rows = [row for row in self.within(args, period) if row.deleted == (status == "deleted")
                and test(row) and self.of_kind(row, kind)]
        values = [self.value(row, args) for row in rows]
        total = sum((value for value in values if value is not None), ZERO)
        return {"period": period, "rows": rows, "total": money(total, args.get("currency", self.currency)),
                "count": sum(1 for value in values if value is not None)}

    # --- monthly_summary -------------------------------------------------------------------------

    def month(self, name, user=None):
        """Income, spending and what is left of one month."""
        args = {} if user is None else {"user": user}
        period = self.calendar.resolve(name)
        _, spending, _ = self.sums({**args, "kind": "expense"}, period)
        _, income, _ = self.sums({**args, "kind": "income"}, period)
        groups, _, _ = self.sums({**args, "group_by": "category"}, period)
        return {"period": period, "income": money(income, self.currency),
                "spending": money(spending, self.currency),
                "net": money(income - spending, self.currency),
                "savings_rate": percent(income - spending, income),
                "categories": {key[0]: money(entry[0], self.currency)
                               for key, entry in groups.items()}}


class Kind:
    """A stand-in for a row of which only the kind counts."""

    def __init__(self, kind):
        self.kind = kind
