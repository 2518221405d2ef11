"""Which day is today, everywhere on earth: UTC-11 to UTC+14, nights of changing clocks, leap days."""
import datetime
import os
import sys
import unittest
import zoneinfo

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import periods  # noqa: E402
from support import ledger  # noqa: E402
from support.mcp_client import VALGRIND, Server  # noqa: E402

ZONES = ["Pacific/Pago_Pago", "Pacific/Kiritimati", "Europe/Berlin", "America/New_York",
         "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
MOMENTS = [
    "2026-11-22T12:00:00Z",
    "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",  # Berlin sets the clock back
    "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z",  # and forward
    "2026-03-08T06:59:59Z", "2026-11-01T05:30:00Z",  # New York
    "2024-02-28T23:30:00Z", "2024-02-29T23:59:59Z", "2028-02-29T12:00:00Z",  # leap days
    "2026-12-31T10:30:00Z", "2026-12-31T23:00:00Z", "2027-01-01T00:00:00Z",
    "2026-01-31T22:59:59Z", "2026-01-31T23:00:00Z",
]
if VALGRIND:  # each moment is a process of its own
    ZONES, MOMENTS = ZONES[:3], MOMENTS[:3]
NAMES = ["today", "yesterday", "this_week", "last_week", "this_month", "last_month", "mtd",
         "this_quarter", "last_quarter", "this_year", "last_year", "ytd", "last_1_days",
         "last_30_days", "last_4_weeks", "last_12_months", "last_3_years"]


class Today(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = ledger.small()

    def ask_all(self, zone, moment, names, week=1, month=1):
        self.books.execute(
            f"UPDATE ninepence.ledgers SET time_zone = '{zone}', first_day_of_week = {week},"
            f" first_day_of_month = {month} WHERE ledger_id = 1;")
        with Server(self.books.env(NINEPENCE_NOW=moment)) as server:
            return {name: server.ask("summarize_spending", {"period": name})["period"]
                    for name in names}

    @staticmethod
    def day(zone, moment):
        there = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
        return there.astimezone(zoneinfo.ZoneInfo(zone)).date()

    def assert_periods(self, zone, moment, names, week=1, month=1):
        today = self.day(zone, moment)
        calendar = periods.Calendar(today, week, month)
        for name, seen in self.ask_all(zone, moment, names, week, month).items():
            right = calendar.resolve(name)
            with self.subTest(f"{name} in {zone} at {moment}, weeks from {week}, months from {month}"):
                self.assertEqual((seen["today"], seen["from"], seen["to"], seen["timezone"]),
                                 (today.isoformat(), right.start.isoformat(),
                                  right.end.isoformat(), zone))

    def test_today_is_the_day_in_the_ledgers_zone(self):
        for zone in ZONES:
            for moment in MOMENTS:
                self.assert_periods(zone, moment, ["today", "this_month", "last_7_days"])

    def test_every_named_period_at_every_moment(self):
        for moment in MOMENTS:
            self.assert_periods("Europe/Berlin", moment, NAMES)

    def test_weeks_and_months_may_begin_on_any_day(self):
        for week in (1, 6, 7):
            for month in (1, 15, 25, 28):
                self.assert_periods("Europe/Berlin", "2026-11-22T12:00:00Z",
                                    ["today", "this_week", "last_week", "this_month", "last_month",
                                     "mtd", "last_3_months"], week, month)
                self.assert_periods("Europe/Berlin", "2026-03-01T12:00:00Z",
                                    ["this_week", "this_month", "last_month"], week, month)

    def test_expense_of_today_is_stored_on_the_ledgers_day(self):
        moment = "2026-11-22T23:30:00Z"
        for zone, day in (("Pacific/Kiritimati", "2026-11-23"), ("Pacific/Pago_Pago", "2026-11-22"),
                          ("Europe/Berlin", "2026-11-23"), ("America/New_York", "2026-11-22")):
            self.books.execute(f"UPDATE ninepence.ledgers SET time_zone = '{zone}',"
                               " first_day_of_week = 1, first_day_of_month = 1;")
            with self.subTest(zone), Server(self.books.env(NINEPENCE_NOW=moment)) as server:
                answer = server.ask("create_expenses", {"items": [
                    {"amount": "1.00", "date": "today", "merchant": f"Clock {zone}"}]})
                self.assertEqual(answer["rows"][0]["after"]["date"], day)

    def test_comparison_across_month_ends_takes_as_many_days_as_there_are(self):
        for moment, before in (("2026-03-31T12:00:00Z", ("2026-02-01", "2026-02-28")),
                               ("2024-03-30T12:00:00Z", ("2024-02-01", "2024-02-29")),
                               ("2026-05-31T12:00:00Z", ("2026-04-01", "2026-04-30"))):
            self.books.execute("UPDATE ninepence.ledgers SET time_zone = 'UTC',"
                               " first_day_of_week = 1, first_day_of_month = 1;")
            with self.subTest(moment), Server(self.books.env(NINEPENCE_NOW=moment)) as server:
                answer = server.ask("summarize_spending", {"period": "mtd",
                                                           "compare_to": "previous"})
                whole = server.ask("summarize_spending", {"period": f"{before[0]}..{before[1]}"})
                self.assertEqual(answer["before"], whole["total"])

    def test_forecast_ends_with_the_month_of_the_ledgers_day(self):
        self.books.execute("UPDATE ninepence.ledgers SET first_day_of_week = 1,"
                           " first_day_of_month = 1;")
        for zone, moment, first, last in (
                ("Pacific/Pago_Pago", "2026-12-01T10:59:59Z", "2026-11-01", "2026-11-30"),
                ("Pacific/Kiritimati", "2026-11-30T10:00:00Z", "2026-12-01", "2026-12-31"),
                ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-01", "2026-10-31"),
                ("UTC", "2028-02-29T12:00:00Z", "2028-02-01", "2028-02-29"),
                ("UTC", "2026-12-31T23:59:59Z", "2026-12-01", "2026-12-31")):
            self.books.execute(f"UPDATE ninepence.ledgers SET time_zone = '{zone}';")
            with self.subTest(f"{zone} {moment}"), \
                    Server(self.books.env(NINEPENCE_NOW=moment)) as server:
                period = server.ask("forecast_spending", {})["period"]
                self.assertEqual((period["from"], period["to"]), (first, last))


if __name__ == "__main__":
    unittest.main()
