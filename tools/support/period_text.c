/* Periods as a person says them. */
#include <string.h>

#include "tools/support/period.h"

struct civil {
    int year, month, day;
};

static struct civil civil_of(date_day date)
{
    struct civil civil;
    date_to_civil(date, &civil.year, &civil.month, &civil.day);
    return civil;
}

static bool is_month_end(struct civil civil)
{
    return civil.day == date_days_in_month(civil.year, civil.month);
}

static void describe_months(struct civil from, struct civil to, struct buf *text)
{
    static const char *const ordinals[] = {"first", "second", "third", "fourth"};
    int months = (to.year - from.year) * 12 + to.month - from.month + 1;
    if (from.month == 1 && to.month == 12) {
        buf_append_int(text, from.year);
        if (to.year != from.year)
            buf_printf(text, " to %d", to.year);
    } else if (months == 3 && from.month % 3 == 1) {
        buf_printf(text, "the %s quarter of %d", ordinals[from.month / 3], from.year);
    } else if (months == 1) {
        buf_printf(text, "%s %d", date_month_name(from.month), from.year);
    } else if (from.year == to.year) {
        buf_printf(text, "%s to %s %d", date_month_name(from.month), date_month_name(to.month),
                   to.year);
    } else {
        buf_printf(text, "%s %d to %s %d", date_month_name(from.month), from.year,
                   date_month_name(to.month), to.year);
    }
}

static void describe_days(struct civil from, struct civil to, struct buf *text)
{
    bool is_same_year = from.year == to.year;
    bool is_same_month = is_same_year && from.month == to.month;
    if (is_same_month && from.day == to.day) {
        buf_printf(text, "%d %s %d", to.day, date_month_name(to.month), to.year);
        return;
    }
    buf_append_int(text, from.day);
    if (!is_same_month)
        buf_printf(text, " %s", date_month_name(from.month));
    if (!is_same_year)
        buf_printf(text, " %d", from.year);
    buf_printf(text, " to %d %s %d", to.day, date_month_name(to.month), to.year);
}

static bool is_calendar_months(struct period_range range)
{
    return civil_of(range.from).day == 1 && is_month_end(civil_of(range.to));
}

/* Several months that are neither one quarter nor whole years need a "from" before their "to". */
static bool is_span_of_months(struct period_range range)
{
    struct civil from = civil_of(range.from);
    struct civil to = civil_of(range.to);
    int months = (to.year - from.year) * 12 + to.month - from.month + 1;
    bool is_years = from.month == 1 && to.month == 12;
    bool is_quarter = months == 3 && from.month % 3 == 1;
    return months > 1 && !is_quarter && !(is_years && from.year == to.year);
}

static void describe(struct period_range range, const struct calendar *calendar, struct buf *text)
{
    struct civil from = civil_of(range.from);
    struct civil to = civil_of(range.to);
    if (calendar->first_day_of_month == 1 && is_calendar_months(range))
        describe_months(from, to, text);
    else
        describe_days(from, to, text);
}

void period_range_phrase(struct period_range range, const struct calendar *calendar,
                         struct buf *text)
{
    if (calendar->first_day_of_month == 1 && is_calendar_months(range))
        buf_append_text(text, is_span_of_months(range) ? "from " : "in ");
    else
        buf_append_text(text, range.from == range.to ? "on " : "from ");
    describe(range, calendar, text);
}

void period_phrase(const struct period *period, const struct calendar *calendar, struct buf *text)
{
    if (period->kind == PERIOD_ALL || period->kind == PERIOD_NONE)
        buf_append_text(text, "in all");
    else
        period_range_phrase(period->range, calendar, text);
}
