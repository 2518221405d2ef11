"""Made-up households with known truth, to score what finds recurring payments and odd ones.

A Household is three years of one family's expenses: everyday purchases, bills and subscriptions with
all their irregularities, things planted that ought to be found, and distractors that must not be. It
knows nothing of how the program looks for them: what is true is written down while it is planted.
Everything comes from one seed.
"""
import datetime
import random
from decimal import Decimal

TODAY = datetime.date(2026, 11, 22)
BEGIN = datetime.date(2023, 11, 1)
EXAMINED = (datetime.date(2026, 8, 1), TODAY)  # where oddities are planted
DAY = datetime.timedelta(days=1)
CENT = Decimal("0.01")

FIRST = ["Amber", "Birch", "Cobalt", "Delta", "Ember", "Falcon", "Granite", "Harbor", "Indigo", "Juniper",
         "Kestrel", "Lumen", "Maple", "Nimbus", "Onyx", "Piper", "Quartz", "Raven", "Sable", "Tundra",
         "Umber", "Velvet", "Willow", "Xenon", "Yarrow", "Zephyr", "Aster", "Basalt", "Cedar", "Dahlia",
         "Elder", "Fennel", "Garnet", "Hazel", "Iris", "Jasper", "Koala", "Lotus", "Mango", "Nectar",
         "Opal", "Plover", "Quince", "Ruby", "Saffron", "Teal", "Ursa", "Viola", "Walnut", "Yucca"]
SECOND = ["Media", "Energy", "Fitness", "Cloud", "Insurance", "Mobile", "Water", "Music", "Storage",
          "Security", "Gardens", "Academy", "Press", "Games", "Telecom", "Dental", "Laundry", "Tutoring",
          "Charity", "Theatre"]
SHOP = ["Market", "Bistro", "Books", "Garage", "Pharmacy", "Shoes", "Bakery", "Hardware", "Outlet",
        "Diner", "Florist", "Optics", "Toys", "Electronics", "Kitchen", "Sports"]
FEES = ["Overdraft fee", "ATM withdrawal fee", "Foreign transaction fee", "Late payment fee",
        "Account maintenance fee", "Interest charge", "Returned payment fee", "Card replacement fee"]
NOT_FEES = ["Coffee Fellows", "Feeney Books", "Pinterest Ads", "Toffee House", "Atmosphere Lounge"]
PERIODS = {"weekly": 7, "biweekly": 14}
MONTHS = {"monthly": 1, "bimonthly": 2, "quarterly": 3, "half-yearly": 6, "yearly": 12}


def add_months(day, months):
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    last = (datetime.date(year + month // 11, (month + 1) % 12 + 1, 1) - DAY).day
    return datetime.date(year, month + 1, min(day.day, last))


def money(value):
    return Decimal(value).quantize(CENT)


class Expense:
    def __init__(self, day, merchant, amount, category, **more):
        self.day, self.merchant, self.amount, self.category = day, merchant, money(amount), category
        self.kind = more.get("kind", "expense")
        self.refund_of = more.get("refund_of")  # another Expense
        self.receipt = more.get("receipt")      # anything that its lines share
        self.description = more.get("description")
        self.id = None


class Series:
    """A truth about recurring payments."""

    def __init__(self, who, cadence, shape, is_active):
        self.who, self.cadence, self.shape, self.is_active = who, cadence, shape, is_active
        self.spellings = set()


class Oddity:
    """A truth about oddities: `what` is an Expense, a merchant's name or a category."""

    def __init__(self, kind, what, note=""):
        self.kind, self.what, self.note = kind, what, note


class Household:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.expenses, self.series, self.oddities = [], [], []
        self.either = []  # (kind, merchant, day): may be found or not; it was left out, as often there
        names = [f"{one} {two}" for one in FIRST for two in SECOND]
        self.random.shuffle(names)
        self.names = iter(names)
        shops = [f"{one} {two}" for one in FIRST for two in SHOP]
        self.random.shuffle(shops)
        self.shops = iter(shops)
        self.everyday()
        self.rare_shops()
        self.recurring()
        self.look_alikes()
        self.plant()
        self.expenses.sort(key=lambda one: one.day)

    # --- small help ------------------------------------------------------------------------------

    def put(self, day, merchant, amount, category, **more):
        one = Expense(day, merchant, amount, category, **more)
        self.expenses.append(one)
        return one

    def price(self, low, high):
        return money(self.random.randint(low * 4, high * 4)) / 4 - self.random.choice([0, 0, CENT])

    def around(self, middle, spread):
        """Lognormal around a middle, as amounts of purchases are."""
        return max(money(float(middle) * self.random.lognormvariate(0, spread)), CENT)

    def days(self, begin, end, mean):
        """Days at random, `mean` apart."""
        day = begin + DAY * self.random.randint(0, int(mean))
        while day <= end:
            yield day
            day += DAY * max(1, round(self.random.expovariate(1 / mean)))

    def examined(self, margin=6):
        first, last = EXAMINED
        return first + DAY * self.random.randint(margin, (last - first).days - margin)

    # --- what is normal --------------------------------------------------------------------------

    def everyday(self):
        """Habits: many purchases, equal ones among them, none of them a bill."""
        pick = self.random
        self.known = []  # (merchant, category, middle, spread) with a history
        for mean, middle, spread, category, count in (
                (4, 60, 0.35, "Groceries", 3), (9, 38, 0.35, "Restaurants", 5), (17, 45, 0.3, "Fuel", 2),
                (24, 30, 0.5, "Household", 4), (30, 55, 0.5, "Clothing", 3), (21, 24, 0.45, "Health", 3)):
            for _ in range(count):
                shop = next(self.shops)
                scale = middle * pick.uniform(0.7, 1.4)
                self.known.append((shop, category, scale, spread))
                for day in self.days(BEGIN, TODAY, mean * pick.uniform(0.8, 1.3)):
                    self.put(day, shop, self.around(scale, spread), category)
        # A saturday shop nearly every week: a habit, of any amount.
        shop = next(self.shops)
        for week in range((TODAY - BEGIN).days // 7):
            if pick.random() < 0.9:
                self.put(BEGIN + DAY * (7 * week + 3), shop, self.around(90, 0.35), "Groceries")
        # Coffee and tickets have few prices, and two on one day are two.
        for prices, category, mean in ((("3.50", "4.20", "5.10"), "Coffee", 2.5),
                                       (("2.90", "2.90", "5.80"), "Transport", 2.0)):
            shop = next(self.shops)
            for day in self.days(BEGIN, TODAY, mean):
                price = pick.choice(prices)
                for _ in range(pick.choice((1, 1, 1, 2))):
                    self.put(day, shop, price, category)
        # A marketplace: everything, often.
        self.market = next(self.shops)
        for day in self.days(BEGIN, TODAY, 5):
            self.put(day, self.market, self.around(28, 0.9), "Shopping")
        # Gifts in December, school things in September: every year.
        for year in (2023, 2024, 2025, 2026):
            for month, category, shop in ((12, "Gifts", "Gift Corner"), (9, "School", "School Supplies")):
                for _ in range(8):
                    day = datetime.date(year, month, pick.randint(1, 28))
                    if BEGIN <= day <= TODAY:
                        self.put(day, shop, self.around(40, 0.3), category)
        for day in self.days(BEGIN, TODAY, 20):
            self.put(day, "School Supplies", self.around(12, 0.3), "School")

    def rare_shops(self):
        """Shops seen once to four times; those first seen in the examined days are truly new."""
        for _ in range(60):
            shop, category = next(self.shops), self.random.choice(["Shopping", "Leisure", "Restaurants"])
            days = sorted(BEGIN + DAY * self.random.randint(0, (EXAMINED[0] - BEGIN).days - 1)
                          for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 4))))
            middle = self.random.uniform(10, 80)
            for day in days:
                self.put(day, shop, self.around(middle, 0.4), category)
        for shop in NOT_FEES:
            for day in self.days(BEGIN, TODAY, 60):
                self.put(day, shop, self.around(14, 0.3), "Leisure")

    # --- bills and subscriptions -----------------------------------------------------------------

    def due_days(self, cadence, begin, end):
        if cadence in PERIODS:
            day = begin
            while day <= end:
                yield day
                day += DAY * PERIODS[cadence]
        else:
            number = 0
            while add_months(begin, number * MONTHS[cadence]) <= end:
                yield add_months(begin, number * MONTHS[cadence])
                number += 1

    def shift(self, day, cadence):
        """Weekends, holidays and slow banks."""
        if cadence == "weekly":
            return day + DAY * self.random.choice((0, 0, 0, 0, 0, 1))
        return day + DAY * self.random.choice((0, 0, 0, 0, 1, 1, 2, -1, 3 if cadence in MONTHS else 0))

    def spelled(self, who):
        one = who.split(" ")[0]
        return self.random.choice([who.upper(), f"{who} Inc", f"{one}.com {self.random.randint(1000, 9999)}",
                                   f"{who} *{self.random.randint(100000, 999999)}", f"PAYPAL *{who.upper()}",
                                   f"{who}, Dublin"])

    def pay(self, cadence, shape, who=None, begin=None, end=TODAY, amount=None, **more):
        """One series. Returns (Series, its Expenses)."""
        pick = self.random
        who = who or next(self.names)
        step = PERIODS.get(cadence) or 30 * MONTHS[cadence]
        longest = (TODAY - BEGIN).days
        least = {"weekly": 8, "biweekly": 6, "monthly": 5, "bimonthly": 5, "quarterly": 4, "half-yearly": 4,
                 "yearly": 3}[cadence]
        begin = begin or BEGIN + DAY * pick.randint(0, max(0, min(longest - step * least, 500)))
        amount = amount or self.price(*{"weekly": (12, 60), "biweekly": (15, 90), "monthly": (3, 120)}
                                      .get(cadence, (20, 400)))
        category = more.get("category", "Bills")
        days = list(self.due_days(cadence, begin, end))
        series = Series(who, cadence, shape, end >= TODAY)
        names, found = [who], []
        rise = pick.randint(len(days) // 3, len(days) * 2 // 3) if shape == "price changes" else None
        respelled = pick.randint(len(days) // 3, len(days) * 2 // 3) if shape == "spelling changes" else None
        for number, day in enumerate(days):
            inner = 0 < number < len(days) - 1
            if shape == "skips" and inner and pick.random() < 0.12:
                self.either.append(("missing_recurring", who, day))
                continue
            if number == rise:
                amount = money(amount * Decimal(pick.choice(["1.05", "1.1", "1.15", "1.25", "0.85"])))
            if number == respelled:
                names.append(self.spelled(who))
            paid = amount
            if shape == "varies":
                season = Decimal(str(round(1 + 0.25 * ((day.month - 6) ** 2 - 9) / 27, 3)))
                paid = money(amount * season * Decimal(str(round(pick.uniform(0.88, 1.12), 3))))
            when = self.shift(day, cadence) if shape in ("shifts", "skips", "varies") else day
            if when <= TODAY:
                found.append(self.put(when, names[-1], paid, category))
        series.spellings = set(names)
        self.series.append(series)
        return series, found

    def recurring(self):
        pick = self.random
        for cadence, shape in (
                ("weekly", "plain"), ("weekly", "skips"), ("biweekly", "plain"), ("biweekly", "shifts"),
                ("monthly", "plain"), ("monthly", "plain"), ("monthly", "shifts"), ("monthly", "skips"),
                ("monthly", "varies"), ("monthly", "varies"), ("monthly", "price changes"),
                ("monthly", "price changes"), ("monthly", "spelling changes"), ("monthly", "spelling changes"),
                ("bimonthly", "varies"), ("quarterly", "plain"), ("quarterly", "varies"),
                ("quarterly", "price changes"), ("half-yearly", "plain"), ("yearly", "plain"),
                ("yearly", "shifts"), ("yearly", "price changes")):
            self.pay(cadence, shape)
        # Two at one merchant, and one at the marketplace.
        who = next(self.names)
        first = self.pay("monthly", "two at one", who, begin=BEGIN + DAY * 4, amount=money("2.99"))[0]
        self.pay("monthly", "two at one", who, begin=BEGIN + DAY * 16, amount=money("9.99"))
        first.spellings = {who}
        self.pay("monthly", "among purchases", self.market, begin=BEGIN + DAY * 9, amount=money("8.99"),
                 category="Shopping")
        # Begun lately, and ended.
        self.pay("monthly", "young", begin=add_months(TODAY, -4) - DAY * pick.randint(0, 20))
        for _ in range(3):
            self.pay("monthly", "ended", end=add_months(TODAY, -pick.randint(6, 14)))

    def look_alikes(self):
        """Regular at a glance, and nobody's bill."""
        pick = self.random
        for _ in range(4):  # a haircut: one price, any day
            shop, price, day = next(self.shops), self.price(20, 60), BEGIN + DAY * pick.randint(0, 40)
            while day <= TODAY:
                self.put(day, shop, price, "Care")
                day += DAY * pick.randint(20, 75)
        for _ in range(4):  # about monthly, any amount
            shop, middle = next(self.shops), pick.uniform(15, 90)
            for day in self.days(BEGIN, TODAY, 30):
                self.put(day, shop, self.around(middle, 0.5), "Leisure")
        for _ in range(3):  # three to five visits, any day, like amounts
            shop, middle = next(self.shops), pick.uniform(15, 90)
            for _ in range(pick.randint(3, 5)):
                day = BEGIN + DAY * pick.randint(0, (EXAMINED[0] - BEGIN).days - 1)
                self.put(day, shop, self.around(middle, 0.15), "Leisure")

    # --- oddities --------------------------------------------------------------------------------

    def odd(self, kind, what, note=""):
        self.oddities.append(Oddity(kind, what, note))

    def plant(self):
        self.plant_outliers()
        self.plant_duplicates()
        self.plant_new_merchants()
        self.plant_series_oddities()
        self.plant_spikes()
        self.plant_fees()

    def plant_outliers(self):
        shops = [one for one in self.known if one[3] <= 0.45]
        for shop, category, middle, spread in self.random.sample(shops, 5):
            times = self.random.uniform(5, 12) if spread > 0.36 else self.random.uniform(4, 9)
            self.odd("outlier", self.put(self.examined(), shop, money(middle * times), category))
        for shop, category, middle, _ in self.random.sample(shops, 4):  # dearer, and that is all
            self.put(self.examined(), shop, money(middle * 1.4), category)

    def plant_duplicates(self):
        pick = self.random
        taken = []
        for shop, category, middle, spread in pick.sample(self.known, 5):
            day, amount = self.examined(), self.around(middle, spread / 2)
            first = self.put(day, shop, amount, category)
            second = self.put(day + DAY * pick.choice((0, 0, 1, 2)), shop, amount, category)
            self.odd("duplicate", (first, second))
            taken.append(shop)
        _, paid = self.pay("monthly", "charged twice")
        first = pick.choice([one for one in paid if EXAMINED[0] + DAY * 3 <= one.day <= TODAY - DAY * 3])
        self.odd("duplicate", (first, self.put(first.day + DAY * pick.choice((0, 1, 2)), first.merchant,
                                               first.amount, first.category)))
        rest = [one for one in self.known if one[0] not in taken]
        shop, category, middle, spread = pick.choice(rest)  # already given back
        day, amount = self.examined(12), self.around(middle, 0.2)
        self.put(day, shop, amount, category)
        second = self.put(day, shop, amount, category)
        self.put(day + DAY * 4, shop, -amount, category, kind="refund", refund_of=second)
        shop, category, middle, spread = pick.choice(rest)  # two lines of one receipt
        day, amount = self.examined(), self.around(middle, 0.2)
        for _ in range(2):
            self.put(day, shop, amount, category, receipt="halves")
        shop, category, middle, spread = pick.choice(rest)  # a week apart
        day, amount = self.examined(12), self.around(middle, 0.2)
        self.put(day, shop, amount, category)
        self.put(day + DAY * 8, shop, amount, category)

    def plant_new_merchants(self):
        pick = self.random
        for _ in range(5):
            shop, day = next(self.shops), self.examined()
            one = self.put(day, shop, self.around(60, 0.5), pick.choice(["Shopping", "Leisure"]))
            self.odd("new_merchant", one)
        # Known ones under another spelling, and one not seen for a year.
        for shop, category, middle, _ in pick.sample(self.known, 2):
            self.put(self.examined(), f"{shop.upper()} #{pick.randint(10, 999)}", self.around(middle, 0.2), category)
        shop = next(self.shops)
        self.put(TODAY - DAY * 480, shop, self.around(40, 0.3), "Leisure")
        self.put(self.examined(), shop, self.around(40, 0.3), "Leisure")

    def plant_series_oddities(self):
        pick = self.random
        first, last = EXAMINED
        for _ in range(4):  # dearer since a day in the examined ones
            series, paid = self.pay("monthly", "rises", begin=add_months(BEGIN, pick.randint(0, 12)))
            days = [one for one in paid if one.day >= first + DAY * 3]
            since = pick.choice(days)
            factor = Decimal(pick.choice(["1.05", "1.08", "1.12", "1.2", "1.35"]))
            for one in paid:
                if one.day >= since.day:
                    one.amount = money(one.amount * factor)
            self.odd("price_rise", since, series.who)
        self.pay("monthly", "plain", begin=add_months(BEGIN, 3))
        _, paid = self.pay("monthly", "falls", begin=add_months(BEGIN, 5))
        for one in paid:
            if one.day >= add_months(first, 1):
                one.amount = money(one.amount * Decimal("0.9"))
        for number in range(4):  # one did not come
            series, paid = self.pay("monthly", "misses", begin=add_months(BEGIN, pick.randint(0, 12)) + DAY * pick.randint(0, 9))
            days = [one for one in paid if first + DAY * 5 <= one.day <= last - DAY * 8]
            gone = pick.choice(days)
            self.expenses.remove(gone)
            self.odd("missing_recurring", series.who, gone.day.isoformat())

    def plant_spikes(self):
        """Many purchases of the usual size where there are few."""
        pick = self.random
        for number, month in enumerate(pick.sample((8, 9, 10), 2)):
            category = ("Hobby", "Garden")[number]
            shop = next(self.shops)
            for start in range((TODAY.year - BEGIN.year) * 12 + TODAY.month - BEGIN.month + 1):
                begin = add_months(BEGIN, start)
                for _ in range(pick.randint(2, 4)):
                    day = begin + DAY * pick.randint(0, 27)
                    if day <= TODAY:
                        self.put(day, shop, self.around(25, 0.3), category)
            for _ in range(12):
                self.put(datetime.date(2026, month, pick.randint(1, 28)), shop, self.around(25, 0.3), category)
            self.odd("category_spike", category, f"2026-{month:02}")

    def plant_fees(self):
        for name in self.random.sample(FEES, 4):
            self.odd("fee", self.put(self.examined(), name, self.price(3, 40), "Bank"))

    # --- into a database -------------------------------------------------------------------------

    def statements(self, number, first_id):
        """SQL that stores the household as ledger `number`; ids of expenses from first_id on."""
        categories = sorted({one.category for one in self.expenses})
        ids = {name: number * 1000 + at for at, name in enumerate(categories)}
        for at, one in enumerate(self.expenses):
            one.id = first_id + at
        receipts = {}
        for one in self.expenses:
            if one.receipt is not None:
                receipts.setdefault(one.receipt, one.id)
        yield ("INSERT INTO ninepence.ledgers (ledger_id, name, folded, base_currency, time_zone, created_at)"
               f" VALUES ({number}, 'House {number}', 'house {number}', 'USD', 'UTC', '2023-01-01');")
        for name, one in ids.items():
            yield ("INSERT INTO ninepence.categories (ledger_id, category_id, root_id, name, folded, path,"
                   f" path_folded, created_at) VALUES ({number}, {one}, {one}, '{name}', '{name.lower()}',"
                   f" '{name}', '{name.lower()}', '2023-01-01');")
        yield ("COPY ninepence.expenses (ledger_id, expense_id, category_id, spent_on, amount, currency,"
               " base_amount, merchant, merchant_folded, kind, refund_of, receipt_id, created_at, updated_at)"
               " FROM stdin;")
        for one in self.expenses:
            cells = (number, one.id, ids[one.category], one.day, one.amount, "USD", one.amount, one.merchant,
                     one.merchant.lower(), one.kind, one.refund_of.id if one.refund_of else "\\N",
                     receipts[one.receipt] if one.receipt is not None else "\\N",
                     f"{one.day} 12:00:00+00", f"{one.day} 12:00:00+00")
            yield "\t".join(str(cell) for cell in cells)
        yield "\\."


class Spender(Household):
    """A household without planted oddities that travels in summer and buys large things now and then:
    for forecasts."""

    def plant(self):
        pick = self.random
        for day in self.days(BEGIN, TODAY, pick.uniform(40, 90)):
            self.put(day, next(self.shops), self.around(pick.uniform(250, 450), 0.8), "Large")
        for year in (2024, 2025, 2026):
            begin = datetime.date(year, pick.choice((7, 8)), pick.randint(1, 20))
            for _ in range(10):
                self.put(begin + DAY * pick.randint(0, 10), next(self.shops), self.around(130, 0.6), "Travel")
