"""The questions that people ask, the one or two calls that answer each, and what is right: worked out
by the oracle from plain rows (or by hand from what the sample ledger was made of), never by the program.

A question is (text, calls, check): calls are (tool, arguments); check(model, answers, see) calls
see(what, expected, seen) for each figure. Questions about writing bring their own books.
"""
from decimal import Decimal

import oracle
from oracle import ZERO, money

SPENDING = "summarize_spending"


def spent(model, **args):
    return model.summarize(args)


def total(args, field="total"):
    """The answer's total and count are the oracle's."""
    def check(model, answers, see):
        right = model.summarize(args)
        see("total", right["total"], answers[-1][field])
        if field == "total":
            see("count", right["count"], answers[-1]["count"])
    return check


def groups(args, top=None):
    """The rows are the oracle's groups, the largest first."""
    def check(model, answers, see):
        rows = model.summarize(args)["rows"]
        right = {key[0]: row["total"] for key, row in rows.items()}
        seen = {row["group"]: row["total"] for row in answers[-1]["rows"]}
        if args.get("group_by") == "merchant":
            seen = {oracle.fold(key): value for key, value in seen.items()}
        if top:
            largest = sorted(right.values(), key=Decimal, reverse=True)[:top]
            see("largest", largest, [row["total"] for row in answers[-1]["rows"]])
        see("groups", {key: right.get(key) for key in seen}, seen)
        if not answers[-1]["truncated"]:
            see("number of groups", min(len(right), top or len(right)), len(seen))
    return check


def listed(args, order=None, most=None):
    def check(model, answers, see):
        rows = model.read(args)["rows"]
        if order:
            rows = sorted(rows, key=order)
        ids = [f"e{row.id}" for row in rows][:most]
        seen = [row["id"] for row in answers[-1]["rows"]]
        see("rows", ids if order else sorted(ids), seen if order else sorted(seen))
    return check


def usual_transport(model, answers, see):
    args = {"period": "this_month", "category": "Transportation", "compare_to": "avg_12"}
    right = model.summarize(args)
    for name in ("total", "before", "change"):
        see(name, right[name], answers[0][name])


def fairly(model, answers, see):
    right = model.summarize({"period": "this_month", "compare_to": "previous"})
    for name in ("total", "before", "change"):
        see(name, right[name], answers[0][name])


def march(model, answers, see):
    """Difference to February by group: they add up to the whole."""
    one, other = (model.summarize({"period": name})["total"] for name in ("2026-03", "2026-02"))
    change = Decimal(one) - Decimal(other)
    see("change", money(change, "USD"), answers[0]["change"])
    parts = sum((Decimal(row["change"]) for row in answers[0]["rows"]), ZERO)
    rest = answers[0].get("rest", {}).get("change", "0")
    see("sum of the parts", change, parts + Decimal(rest))


def weekends(model, answers, see):
    rows = {row["group"]: row["total"] for row in answers[0]["rows"]}
    right = model.summarize({"period": "this_year", "group_by": "weekday"})["rows"]
    see("days", {key[0]: row["total"] for key, row in right.items()}, rows)
    both = sum(row["exact"] for key, row in right.items() if key[0] in ("Saturday", "Sunday"))
    share = oracle.percent(both, sum(row["exact"] for row in right.values()))
    see("weekends", f" Saturdays and Sundays: {money(both, 'USD')} USD, {share} % of it.",
        answers[0]["summary"][answers[0]["summary"].index(" Saturdays"):])


def october(model, answers, see):
    right = model.month("2026-10")
    for name in ("income", "spending", "net", "savings_rate"):
        see(name, right[name], answers[0][name])


def six_months(model, answers, see):
    for row in answers[0]["months"]:
        right = model.month(row["month"])
        see(row["month"], (right["income"], right["spending"]), (row["income"], row["spending"]))
    see("months", 6, len(answers[0]["months"]))


def savings(model, answers, see):
    income, spending = (Decimal(model.summarize({"period": "ytd", "kind": kind})["total"])
                        for kind in ("income", "expense"))
    see("income", money(income, "USD"), answers[0]["income"])
    see("savings rate", oracle.percent(income - spending, income), answers[0]["savings_rate"])
    see("said", True, f", {answers[0]['savings_rate']} % of it." in answers[0]["summary"])


def twice(model, answers, see):
    """By hand: Best Buy took 89.99 twice eleven days ago; the two coffees of one day are real."""
    pair = {f"e{row.id}" for row in model.rows
            if row.merchant == "Best Buy" and row.amount == Decimal("89.99")}
    see("pair", 2, len(pair))
    evidence = [{one if isinstance(one, str) else one.get("id") for one in row.get("expenses", [])}
                for row in answers[0]["rows"]]
    see("found", True, pair in evidence)


def subscriptions(model, answers, see):
    """By hand, out of schema/demo/monthly.sql: what is charged on a day of the month."""
    names = {row["merchant"] for row in answers[0]["rows"]}
    for name in ("Netflix", "Spotify", "Iron Works Gym", "New York Times"):
        see(f"{name} is there", True, name in names)
    yearly = sum((Decimal(row["yearly"]) for row in answers[0]["rows"]
                  if row.get("currency", "USD") == "USD"), ZERO)
    see("yearly covers its rows", True, Decimal(answers[0]["yearly"]) >= yearly - Decimal("0.10"))


def dearer(model, answers, see):
    """Netflix went from 15.49 to 17.99 in the sample ledger."""
    prices = {row.amount for row in model.rows if row.merchant == "Netflix"}
    see("two prices", {Decimal("15.49"), Decimal("17.99")}, prices)
    seen = [row for row in answers[0]["rows"] if "Netflix" in str(row)]
    see("Netflix is named", True, bool(seen) and "17.99" in str(seen))


def due(model, answers, see):
    """Out of the days of the month: New York Times on the 25th, Red Cross on the 28th."""
    names = {row["merchant"] for row in answers[0]["rows"]}
    see("due", True, {"New York Times", "Red Cross"} <= names)


def cancelled(model, answers, see):
    """From 23 November to 31 December the gym (5th) and Netflix (8th) come once each."""
    last = {}
    for row in sorted(model.rows, key=lambda row: row.day):
        if row.merchant in ("Netflix", "Iron Works Gym"):
            last[row.merchant] = row.amount
    see("saved", money(-sum(last.values()), "USD"), answers[0]["scenario"]["change"])


def wrong_number(model, answers, see):
    right = model.summarize({"period": "2026-10", "category": "Groceries"})
    see("total", right["total"], answers[-1]["total"])
    see("verdict", ("same", True),
        (answers[-1]["figure"]["verdict"], answers[-1]["figure"]["adds_up"]))


def who(model, answers, see):
    rows = model.summarize({"period": "this_year", "category": "Groceries", "group_by": "user"})["rows"]
    see("both", {key[0]: row["total"] for key, row in rows.items()},
        {row["group"]: row["total"] for row in answers[0]["rows"]})


def frequency(model, answers, see):
    """More often and dearer come to the whole difference."""
    ours = answers[0]
    right = (Decimal(model.summarize({"period": "2026-09-01..2026-11-22",
                                      "category": "Restaurants"})["total"]),
             Decimal(model.summarize({"period": "2026-06-10..2026-08-31",
                                      "category": "Restaurants"})["total"]))
    see("change", right[0] - right[1], Decimal(ours["change"]))


def left_for_fun(model, answers, see):
    """150 a month since twelve months, and what is left is carried over (budgets.sql)."""
    months = [model.calendar.resolve(f"{2025 + (11 + n) // 12}-{(11 + n) % 12 + 1:02}")
              for n in range(12)]
    sums = [model.sums({"category": "Fun"}, month)[1] for month in months]
    see("spent", money(sums[-1], "USD"), answers[0]["total"])
    see("left", money(12 * 150 - sum(sums), "USD"), answers[0]["left"])


def blown(model, answers, see):
    """Restaurants has 350, shopping 200 in the sample ledger; both are spent already."""
    for category, budget in (("Food: Restaurants", 350), ("Shopping", 200), ("Transportation", 450)):
        spending = Decimal(model.summarize({"period": "this_month", "category": category})["total"])
        row = [row for row in answers[0]["rows"] if row["category"] == category][0]
        see(category, (money(spending, "USD"), money(budget - spending, "USD"), spending > budget),
            (row["spent"], row["left"], row["status"] == "over"))


def per_day(model, answers, see):
    """5500 for everything; today and eight days more. Rounded down would be cautious too."""
    left = 5500 - Decimal(model.summarize({"period": "this_month"})["total"])
    see("left", money(left, "USD"), answers[0]["left"])
    see("days", 9, answers[0]["days_left"])
    see("a day", True, abs(Decimal(answers[0]["safe_per_day"]) - left / 9) < Decimal("0.01"))


ASKED = [
    ("How much did I spend last month?", [(SPENDING, {"period": "last_month"})],
     total({"period": "last_month"})),
    ("Top five categories this year",
     [(SPENDING, {"period": "this_year", "group_by": "category", "top": 5})],
     groups({"period": "this_year", "group_by": "category"}, top=5)),
    ("What did groceries cost me in July?",
     [("query_expenses_by_category", {"category": "Groceries", "period": "2026-07", "limit": 5})],
     total({"period": "2026-07", "category": "Groceries"})),
    ("Restaurants including coffee shops, last 90 days",
     [(SPENDING, {"period": "last_90_days", "category": ["Restaurants", "Coffee"]})],
     total({"period": "last_90_days", "category": ["Restaurants", "Coffee"]})),
    ("Every Amazon purchase over 50 this quarter",
     [("read_expenses", {"merchant": "amazon", "min_amount": 50, "period": "this_quarter",
                         "limit": 50})],
     listed({"merchant": "amazon", "min_amount": 50, "period": "this_quarter"})),
    ("When did I last pay the dentist?",
     [("read_expenses", {"category": "Dentist", "limit": 1})],
     listed({"category": "Dentist"}, order=lambda row: (-row.day.toordinal(), -int(row.id)), most=1)),
    ("Biggest single purchase this year",
     [("read_expenses", {"period": "this_year", "sort": "-amount", "limit": 1})],
     listed({"period": "this_year"}, order=lambda row: (-row.base, -int(row.id)), most=1)),
    ("Am I spending more than usual on transport?",
     [(SPENDING, {"period": "this_month", "category": "Transportation", "compare_to": "avg_12"})],
     usual_transport),
    ("This month against last month so far, fairly",
     [(SPENDING, {"period": "this_month", "compare_to": "previous"})], fairly),
    ("Why was March so expensive?",
     [("compare_periods", {"a": "2026-03", "b": "2026-02", "like_for_like": False})], march),
    ("Is dining up because I go more often or because it costs more?",
     [("compare_periods", {"a": "2026-09-01..2026-11-22", "b": "2026-06-10..2026-08-31",
                           "category": "Restaurants"})], frequency),
    ("Monthly grocery trend for two years",
     [(SPENDING, {"period": "last_2_years", "category": "Groceries", "group_by": "month"})],
     groups({"period": "last_2_years", "category": "Groceries", "group_by": "month"})),
    ("Do I spend more on weekends?",
     [(SPENDING, {"period": "this_year", "group_by": "weekday"})], weekends),
    ("Which merchants get most of my money?",
     [(SPENDING, {"period": "this_year", "group_by": "merchant", "top": 10})],
     groups({"period": "this_year", "group_by": "merchant"}, top=10)),
    ("How many Ubers in June, and what did they cost?",
     [(SPENDING, {"period": "2026-06", "merchant": "Uber"})],
     total({"period": "2026-06", "merchant": "Uber"})),
    ("A summary of October", [("monthly_summary", {"month": "2026-10"})], october),
    ("The last six months side by side", [("monthly_summary", {"month": "last_month", "months": 6})],
     six_months),
    ("My savings rate this year", [("monthly_summary", {"month": "this_month", "months": 11})], savings),
    ("Was I charged twice anywhere?",
     [("find_unusual", {"kinds": ["duplicate"], "period": "last_30_days"})], twice),
    ("What subscriptions do I have, and what per year?", [("list_recurring", {})], subscriptions),
    ("Which ones went up in price?",
     [("find_unusual", {"kinds": ["price_rise"], "period": "last_12_months"})], dearer),
    ("What is due in the next ten days?", [("list_recurring", {"due_within_days": 10})], due),
    ("How much is left for fun?", [("budget_status", {"category": "Fun"})],
     left_for_fun),
    ("Which budgets will I blow?", [("budget_status", {"period": "this_month"})], blown),
    ("How much can I spend per day until the end of the month?",
     [("budget_status", {"period": "this_month"})], per_day),
    ("If I cancel Netflix and the gym, what do I save by year end?",
     [("forecast_spending", {"until": "this_year", "scenario": [
         {"target": "Netflix", "change": "cancel"}, {"target": "gym", "change": "cancel"}]})],
     cancelled),
    ("What did the Chile trip cost in dollars?",
     [(SPENDING, {"period": "all", "tag": "Chile trip"})],
     total({"period": "all", "tag": "Chile trip"})),
    ("Euros spent in May, in euros", [(SPENDING, {"period": "2026-05", "currency": "EUR"})],
     total({"period": "2026-05", "currency": "EUR"})),
    ("That number looks wrong; show what is in it",
     [(SPENDING, {"period": "2026-10", "category": "Groceries"}),
      ("explain_number", {"tool": SPENDING, "arguments": {"period": "2026-10",
                                                          "category": "Groceries"},
                          "figure": "TOTAL"})], wrong_number),
    ("Who spent more on groceries, Ann or Bob?",
     [(SPENDING, {"period": "this_year", "category": "Groceries", "group_by": "user"})], who),
]


def stored(**wanted):
    """The first row behind the change has these members."""
    def check(books, answers, see):
        after = answers[-1]["rows"][0]["after"]
        see("saved", True, answers[-1]["saved"])
        see("row", wanted, {key: after.get(key) for key in wanted})
    return check


def receipt(books, answers, see):
    rows = [row["after"] for row in answers[0]["rows"]]
    see("lines", [("Food: Groceries", "70.00"), ("Housing: Household", "30.00")],
        [(row["category"], row["amount"]) for row in rows])
    see("one receipt", 1, len({row["receipt"] for row in rows}))


def fuel(books, answers, see):
    other = books.value("SELECT count(*) FROM ninepence.expenses e JOIN ninepence.categories c"
                        " USING (ledger_id, category_id) WHERE merchant_folded = 'shell'"
                        " AND c.path <> 'Transportation: Fuel' AND deleted_at IS NULL")
    without = books.value("SELECT count(*) FROM ninepence.expenses WHERE merchant_folded = 'shell'"
                          " AND category_id IS NULL AND deleted_at IS NULL")
    see("Shell elsewhere", ("0", "0"), (other, without))


def gone(books, answers, see):
    left = books.value("SELECT count(*) FROM ninepence.expenses WHERE description = 'test entry'"
                       " AND deleted_at IS NULL")
    see("left", ("0", 2), (left, answers[-1]["count"]))


def undone(books, answers, see):
    left = books.value("SELECT count(*) FROM ninepence.expenses WHERE merchant = 'Nowhere'"
                       " AND deleted_at IS NULL")
    see("left", ("0", True), (left, answers[-1]["saved"]))


def moved(books, answers, see):
    """Fun has 150 a month and groceries 950 for three months in the sample ledger (budgets.sql)."""
    see("saved", True, answers[0]["saved"])
    see("budgets", {"Entertainment: Fun": "100.00", "Food: Groceries": "1000.00"},
        {row["after"]["category"]: row["after"]["amount"] for row in answers[0]["rows"]})


BANK_FILE = """Date,Description,Amount,Currency
2026-11-18,CORNER BAKERY,-4.50,USD
2026-11-19,CITY MUSEUM,-15.00,USD
"""


def loaded(books, answers, see):
    see("new", 2, answers[0]["verdicts"]["new"])
    see("saved", (False, True), tuple(answer["saved"] for answer in answers))
    rows = books.value("SELECT string_agg(concat_ws(' ', spent_on, amount::numeric(18, 2), currency), ', '"
                       " ORDER BY spent_on)"
                       " FROM ninepence.expenses WHERE deleted_at IS NULL"
                       " AND merchant_folded IN ('corner bakery', 'city museum')")
    see("rows", "2026-11-18 4.50 USD, 2026-11-19 15.00 USD", rows)


def in_two(tool, args):
    """A large change: shown first, then confirmed with what the showing answered."""
    return [(tool, {**args, "dry_run": True}), (tool, {**args, "confirm": "TOKEN"})]


# What changes the books: each on books of its own. LAST stands for the change of the call before,
# TOKEN for its word of confirmation, IMPORT for the file that was shown.
TOLD = [
    ("Lunch 12.50 at Subway today",
     [("create_expenses", {"items": [{"amount": "12.50", "merchant": "Subway", "date": "today",
                                      "category": "Restaurants", "description": "lunch"}]})],
     stored(amount="12.50", merchant="Subway", date="2026-11-22", category="Food: Restaurants")),
    ("I returned the shoes, 60 back",
     [("read_expenses", {"merchant": "Zappos", "text": "shoes", "limit": 1}),
      ("create_expenses", {"items": [{"amount": 60, "kind": "refund", "refund_of": "FOUND"}]})],
     stored(amount="-60.00", kind="refund", merchant="Zappos", category="Shopping: Clothing")),
    ("The Costco bill was 70 food, 30 household",
     [("create_expenses", {"items": [{"merchant": "Costco", "amount": 100, "splits": [
         {"category": "Groceries", "amount": 70}, {"category": "Household", "amount": 30}]}]})],
     receipt),
    ("Change yesterday's taxi to 18",
     [("update_expenses", {"period": "yesterday", "category": "Taxi", "expected_count": 1,
                           "merchant": "Yellow Cab", "set": {"amount": 18}})],
     stored(amount="18.00", merchant="Yellow Cab", date="2026-11-21")),
    ("All Shell purchases are fuel, now and in future",
     in_two("update_expenses", {"merchant": "Shell", "period": "all", "expected_count": "COUNT",
                                "set": {"category": "Fuel"}}), fuel),
    ("Delete the test entries from today",
     in_two("delete_expenses", {"period": "today", "text": "test entry", "expected_count": 2}), gone),
    ("Undo what you just did",
     [("create_expenses", {"items": [{"amount": 60, "merchant": "Nowhere"}]}),
      ("undo_change", {"change_id": "LAST"})], undone),
    ("Set groceries to 600 a month from now on",
     [("set_budget", {"category": "Groceries", "amount": 600, "apply": "forward"})],
     stored(category="Food: Groceries", amount="600.00", apply="forward")),
    ("Move 50 from fun to groceries",
     [("transfer_budget", {"from": "Fun", "to": "Groceries", "amount": 50})], moved),
    ("Here is my bank's file, load only what is new",
     [("import_transactions", {"content": BANK_FILE, "account": "Joint Checking"}),
      ("import_transactions", {"import_id": "IMPORT", "mode": "commit"})], loaded),
]
