"""Random questions to the server and to the oracle, and every place where the answers differ."""
import random

import oracle
import periods

GROUPINGS = ["none", "category", "parent_category", "merchant", "user", "account", "tag", "currency",
             "kind", "day", "week", "month", "quarter", "year", "weekday"]
PERIODS = ["today", "yesterday", "this_week", "last_week", "this_month", "last_month", "mtd",
           "this_quarter", "last_quarter", "this_year", "last_year", "ytd", "last_7_days",
           "last_30_days", "last_90_days", "last_2_weeks", "last_3_months", "last_6_months",
           "last_12_months", "last_2_years"]
COMPARE = ["previous", "same_last_year", "avg_3", "avg_12"]


class Questions:
    """A stream of arguments, the same for the same seed, about what the ledger holds."""

    def __init__(self, model, seed):
        self.model = model
        self.random = random.Random(seed)
        alive = [row for row in model.rows if not row.deleted]
        self.days = sorted({row.day for row in alive})
        self.merchants = sorted({row.merchant for row in alive if row.merchant})
        self.currencies = sorted({row.currency for row in alive})
        self.words = sorted({word for row in alive if row.description
                             for word in row.description.split() if word.isalnum()})
        self.categories = [model.path(key) for key in model.categories]

    def some(self, values, most=3):
        """One value, or a list of a few."""
        if self.random.random() < 0.6:
            return self.random.choice(values)
        return self.random.sample(values, min(len(values), self.random.randint(1, most)))

    def period(self):
        pick = self.random.random()
        day = self.random.choice(self.days)
        if pick < 0.5:
            return {"period": self.random.choice(PERIODS)}
        if pick < 0.85:
            return {"period": self.random.choice(
                [f"{day.year}", f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}-{day.month:02}",
                 day.isoformat(), "all"])}
        other = self.random.choice(self.days)
        first, last = min(day, other), max(day, other)
        if pick < 0.93:
            return {"period": f"{first}..{last}"}
        return {"start_date": first.isoformat(), "end_date": last.isoformat()}

    def filter(self, chance=0.22):
        maybe = {
            "category": lambda: self.some(self.categories),
            "merchant": lambda: self.some(self.merchants),
            "user": lambda: self.some(list(self.model.users.values()), 2),
            "account": lambda: self.some(list(self.model.accounts.values()), 2),
            "tag": lambda: self.some(list(self.model.tag_names.values()), 2),
            "text": lambda: " ".join(self.random.sample(self.words, self.random.choice([1, 1, 2]))),
            "min_amount": lambda: self.random.choice(["5", "12.50", 20, "100"]),
            "max_amount": lambda: self.random.choice(["100", "150.00", 180, "1000"]),
            "currency": lambda: self.random.choice(self.currencies),
            "kind": lambda: self.random.choice(["expense", "refund", "income", "transfer", "all"]),
        }
        return {name: make() for name, make in maybe.items()
                if getattr(self.model, f"has_{name}", True) and self.random.random() < chance / 2}

    def summary(self):
        args = {**self.period(), **self.filter()}
        first = self.random.choice(GROUPINGS)
        if first != "none":
            args["group_by"] = first
            if self.random.random() < 0.3:
                args["then_by"] = self.random.choice([g for g in GROUPINGS[1:] if g != first])
        if self.random.random() < 0.3 and args.get("period") != "all":
            args["compare_to"] = self.random.choice(COMPARE)
        return args

    def plain(self):
        """What people ask most; the program has a statement of its own for it."""
        args = {**self.period(), "group_by": "category"}
        kinds = [None, "expense", "refund", "income", "transfer", "all"]
        kind = self.random.choice(kinds)
        return {**args, "kind": kind} if kind else args

    def reading(self):
        args = {**self.period(), **self.filter(), "limit": self.random.choice([1, 3, 7, 20, 100])}
        if self.random.random() < 0.4:
            args["status"] = self.random.choice(
                ["any", "uncategorized", "pending", "refund", "split", "deleted"])
        if self.random.random() < 0.6:
            args["sort"] = self.random.choice(["-date", "date", "-amount", "amount"])
        return args

    def category(self):
        args = {**self.period(), "category": self.random.choice(self.categories),
                "limit": self.random.choice([1, 5, 100])}
        if self.random.random() < 0.4:
            args["include_subcategories"] = self.random.random() < 0.5
        return args


def same(problems, what, expected, seen):
    if expected != seen:
        problems.append(f"{what}: the oracle says {expected}, the server {seen}")


def row_key(row, args):
    """Merchants are compared without case and accents: the label is one of several spellings."""
    group, then = row["group"], row.get("then")
    if args.get("group_by") == "merchant":
        group = oracle.fold(group)
    if args.get("then_by") == "merchant":
        then = oracle.fold(then)
    return group, then


def check_period(problems, period, seen):
    if (period.start, period.end) != (periods.FIRST, periods.LAST):
        same(problems, "period", (period.start.isoformat(), period.end.isoformat()),
             (seen["from"], seen["to"]))


def check_basis(problems, expected, seen):
    for name, value in expected.items():
        same(problems, f"basis.{name}", value, seen.get(name))


def summary(model, args, answer):
    """Everything in which a summarize_spending answer differs from the oracle's."""
    problems = []
    right = model.summarize(args)
    check_period(problems, right["period"], answer["period"])
    for name in ("currency", "total", "count", "before", "change", "change_percent", "average",
                 "median"):
        if name in right and name in answer:
            same(problems, name, right[name], answer[name])
    check_basis(problems, right["basis"], answer["basis"])
    if args.get("group_by", "none") == "none":
        return problems
    seen = {row_key(row, args): row for row in answer["rows"]}
    same(problems, "number of distinct rows", len(answer["rows"]), len(seen))
    missing = [key for key in right["rows"] if key not in seen]
    if missing and not answer["truncated"]:
        problems.append(f"no row for {missing[:5]}")
    for key, row in seen.items():
        wanted = right["rows"].get(key)
        if wanted is None:
            if row["total"].strip("-0.") or row["count"]:
                problems.append(f"a row for {key} that has nothing: {row}")
            continue
        for name in ("total", "count", "average", "share", "before", "change", "change_percent"):
            if name in wanted:
                same(problems, f"{key} {name}", wanted[name], row.get(name))
    return problems


def pages(server, tool, args, most=60):
    """All rows of a list by its cursors, and the first page; long lists in long pages."""
    first = answer = server.ask(tool, args)
    if answer["of"] > most * args["limit"]:
        args = {**args, "limit": 100}
        first = answer = server.ask(tool, args)
    rows = list(answer["rows"])
    while "next_cursor" in answer:
        answer = server.ask(tool, {**args, "cursor": answer["next_cursor"]})
        rows += answer["rows"]
        if (answer["total"], answer["count"], answer["of"]) != \
                (first["total"], first["count"], first["of"]):
            raise AssertionError(f"{tool} {args}: a later page has other totals")
    return rows, first


def listing(model, right, rows, answer, args):
    """Differences of a list of expenses that was read to its end."""
    problems = []
    check_period(problems, right["period"], answer["period"])
    same(problems, "total", right["total"], answer["total"])
    same(problems, "count", right["count"], answer["count"])
    same(problems, "of", len(right["rows"]), answer["of"])
    ids = [row["id"] for row in rows]
    wanted = {f"e{row.id}": row for row in right["rows"]}
    same(problems, "repeated rows", [], sorted({id for id in ids if ids.count(id) > 1}))
    same(problems, "rows", sorted(wanted), sorted(ids))
    for row in rows:
        if row["id"] in wanted:
            shape = model.expense(wanted[row["id"]])
            for name, value in shape.items():
                same(problems, f"{row['id']} {name}", value, sorted(row[name])
                     if name == "tags" and name in row else row.get(name))
            for name in ("merchant", "notes", "tags", "account", "refund_of", "receipt"):
                if name not in shape and name in row:
                    problems.append(f"{row['id']} has {name} {row[name]!r}, but none is stored")
    order = args.get("sort", "-date")
    if sorted(ids) == sorted(wanted):
        seen = [wanted[id] for id in ids]
        keys = [row.day if order.endswith("date") else model.value(row, args) for row in seen]
        if None in keys:  # what has no rate comes last
            same(problems, "rows without a rate", True, not any(keys[keys.index(None):]))
            keys = keys[:keys.index(None)]
        same(problems, f"order {order}", sorted(keys, reverse=order[0] == "-"), keys)
    return problems
