"""Periods as product.md means them, in plain calendar arithmetic: what a name covers, and what it is
compared with. Independent of the program; both ends are inclusive."""
import calendar
import datetime
import re

DAY = datetime.timedelta(days=1)
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2999, 12, 31)


def month_start(day, first=1):
    """First day of the (shifted) month that holds `day`."""
    if day.day >= first:
        return day.replace(day=first)
    return add_months(day.replace(day=1), -1).replace(day=first)


def add_months(day, months):
    """The same day of another month, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Period:
    """unit: how it steps ("day", "week", "month", "quarter", "year"); size: how many of them."""

    def __init__(self, start, end, unit="day", size=None):
        self.start, self.end, self.unit = start, end, unit
        self.size = (end - start).days + 1 if size is None else size

    def __repr__(self):
        return f"{self.start}..{self.end}"

    def shifted(self, steps):
        """The whole period `steps` of its own length later (negative: earlier)."""
        if self.unit == "day":
            move = DAY * self.size * steps
            return Period(self.start + move, self.end + move, "day", self.size)
        if self.unit == "week":
            move = DAY * 7 * self.size * steps
            return Period(self.start + move, self.end + move, "week", self.size)
        months = self.size * {"month": 1, "quarter": 3, "year": 12}[self.unit]
        return Period(add_months(self.start, months * steps),
                      add_months(self.end + DAY, months * steps) - DAY, self.unit, self.size)

    def a_year_before(self):
        """The same dates of the year before; of whole weeks the same weekdays (52 weeks before)."""
        if self.unit == "week" or (self.unit == "day" and self.days() % 7 == 0):
            return Period(self.start - DAY * 364, self.end - DAY * 364, self.unit, self.size)
        if self.unit in ("month", "quarter", "year"):
            return Period(add_months(self.start, -12), add_months(self.end + DAY, -12) - DAY,
                          self.unit, self.size)
        return Period(add_months(self.start, -12), add_months(self.end, -12), "day")

    def days(self):
        return (self.end - self.start).days + 1

    def cut(self, days):
        """At most the first `days` days."""
        return Period(self.start, min(self.end, self.start + DAY * (days - 1)), "day")


class Calendar:
    def __init__(self, today, first_day_of_week=1, first_day_of_month=1):
        self.today = today
        self.week_starts = first_day_of_week
        self.month_starts = first_day_of_month

    def week(self, day):
        start = day - DAY * ((day.isoweekday() - self.week_starts) % 7)
        return Period(start, start + DAY * 6, "week", 1)

    def months(self, day, count, unit):
        """The month, quarter or year (`count` months) that holds `day`."""
        start = month_start(day, self.month_starts)
        if count > 1:
            start = start.replace(month=(start.month - 1) // count * count + 1)
        return Period(start, add_months(start, count) - DAY, unit, 1)

    def unit(self, name, day):
        if name == "day":
            return Period(day, day, "day", 1)
        if name == "week":
            return self.week(day)
        return self.months(day, {"month": 1, "quarter": 3, "year": 12}[name], name)

    def resolve(self, name):
        """The period of a name; ValueError for what product.md does not list."""
        today = self.today
        if name == "today":
            return self.unit("day", today)
        if name == "yesterday":
            return self.unit("day", today - DAY)
        match = re.fullmatch(r"(this|last)_(week|month|quarter|year)", name)
        if match:
            return self.unit(match[2], today).shifted(-1 if match[1] == "last" else 0)
        if name in ("mtd", "ytd"):
            whole = self.unit("month" if name == "mtd" else "year", today)
            return ToDate(whole, today)
        match = re.fullmatch(r"last_(\d+)_(days|weeks|months|years)", name)
        if match:
            return self.last(int(match[1]), match[2][:-1])
        return self.literal(name)

    def last(self, count, unit):
        if unit == "day":
            return Period(self.today - DAY * (count - 1), self.today, "day", count)
        newest = self.unit(unit, self.today).shifted(-1)
        return Period(newest.shifted(1 - count).start, newest.end, unit, count)

    def between(self, start, end):
        """Two dates; whole months are months, however they were written."""
        after = end + DAY
        if start.day == after.day == self.month_starts:
            months = (after.year - start.year) * 12 + after.month - start.month
            return Period(start, end, "month", months)
        return Period(start, end)

    def literal(self, name):
        if name == "all":
            return Period(FIRST, LAST)
        match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", name)
        if match:
            return self.between(*map(datetime.date.fromisoformat, match.groups()))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
            return self.unit("day", datetime.date.fromisoformat(name))
        match = re.fullmatch(r"(\d{4})(?:-(Q[1-4]|\d{2}))?", name)
        if not match:
            raise ValueError(name)
        year, part = int(match[1]), match[2]
        first = self.month_starts
        if part is None:
            return self.unit("year", datetime.date(year, 1, first))
        if part[0] == "Q":
            return self.unit("quarter", datetime.date(year, int(part[1]) * 3 - 2, first))
        return self.unit("month", datetime.date(year, int(part), first))

    def others(self, period, compare_to):
        """The periods that `period` is compared with: as many days as have passed of it."""
        if compare_to == "same_last_year":
            found = [period.a_year_before()]
        else:
            steps = {"previous": 1, "avg_3": 3, "avg_12": 12}[compare_to]
            found = [period.shifted(-step) for step in range(1, steps + 1)]
        if period.start <= self.today < period.end:
            passed = (self.today - period.start).days + 1
            found = [other.cut(passed) for other in found]
        return found


class ToDate(Period):
    """A running unit up to today: compared with the same days of another whole unit."""

    def __init__(self, whole, today):
        super().__init__(whole.start, today, whole.unit, 1)
        self.whole = whole

    def shifted(self, steps):
        return self.whole.shifted(steps).cut(self.days())

    def a_year_before(self):
        return self.whole.a_year_before().cut(self.days())


def label(grouping, day):
    """The name of the group that a day falls into."""
    if grouping == "day":
        return day.isoformat()
    if grouping == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if grouping == "month":
        return f"{day.year:04}-{day.month:02}"
    if grouping == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if grouping == "year":
        return f"{day.year:04}"
    return calendar.day_name[day.weekday()]
