"""What is asked of the servers. The two questions that are compared have arguments that ours and
the peer understand; the books are those of data.sql."""
LEDGER = "Household 7"
YEARS = range(2017, 2026)
CATEGORIES = ["Food: Groceries", "Food: Restaurants", "Transport: Fuel", "Home: Supplies",
              "Food: Coffee", "Leisure: Streaming", "Transport: Taxi", "Health: Pharmacy",
              "Transport: Parking", "Health: Dentist", "Shopping: Books"]
ALL_TIME = {"start_date": "2016-01-01", "end_date": "2026-12-31"}


def call(tool, arguments, expected="result"):
    return (expected, "tools/call", {"name": tool, "arguments": arguments})


def summary():
    """One year by category: about 100 rows in, 24 groups out."""
    return [call("summarize_spending", {"start_date": f"{year}-01-01", "end_date": f"{year}-12-31",
                                        "group_by": "category"}) for year in YEARS]


def newest_10():
    """Total of a category over ten years, and its newest 10 expenses."""
    return [call("query_expenses_by_category", {"category": category, "limit": 10, **ALL_TIME})
            for category in CATEGORIES]


def rows_100():
    """The same with 100 rows: the commonest category, up to the end of some month."""
    return [call("query_expenses_by_category",
                 {"category": CATEGORIES[0], "limit": 100, "start_date": "2016-01-01",
                  "end_date": f"2026-{month:02}-28"}) for month in range(2, 13)]


def mixed():
    """Everything that reads, and what is refused."""
    some = [
        call("get_context", {}),
        call("check_health", {}),
        call("monthly_summary", {"month": "2025-10"}),
        call("read_expenses", {"period": "2025", "limit": 20}),
        call("read_expenses", {"merchant": "Merchant 1-1", "period": "all", "sort": "-amount"}),
        call("summarize_spending", {"period": "2025", "group_by": "month",
                                    "then_by": "parent_category", "compare_to": "previous"}),
        call("summarize_spending", {"period": "last_12_months", "group_by": "merchant", "top": 5}),
        call("query_expenses_by_category", {"category": "Food", "period": "2025"}),
        call("query_expenses_by_category", {"category": "Grocries", "period": "2025"}),
        call("query_expenses_by_category", {"category": "Groceries", "limit": 500}, "refusal"),
        call("summarize_spending", {"period": "the day before"}, "refusal"),
        ("error", "no/such/method", {}),
        ("error", "tools/call", {"name": "no_such_tool", "arguments": {}}),
        ("result", "tools/list", {}),
    ]
    return some + summary() + newest_10()[:5] + rows_100()[:2]


PING = [("result", "ping", {})]
LIST = [("result", "tools/list", {})]
ECHO = [call("echo", {"message": "hello"})]
# Unknown method, a missing and (for us, not for every peer) a superfluous argument.
INVALID = [("error", "no/such/method", {}), call("echo", {"msg": "hello"}, "refusal")]
INVALID_PRODUCT = [("error", "no/such/method", {}),
                   call("summarize_spending", {"group": "category"}, "refusal")]
