/* From words to days: resolving against a calendar, and the periods to compare with. The grammar is
 * period_word.c, the sentences are period_text.c, the arguments period_field.c. */
#include "tools/support/period.h"

#include <errno.h>

#include "tools/support/period_word.h"

enum {
    MONTHS_IN_QUARTER = 3,
    MONTHS_IN_YEAR = 12,
    DAYS_IN_WEEK = 7,
    MONTH_FIRST = 1900 * 12, /* number of January 1900 */
    MONTH_END = 3000 * 12
};

/* Number of the ledger's month that holds the date: 12 a year. */
static int month_number(const struct calendar *calendar, date_day date)
{
    int year;
    int month;
    int day;
    /* Shifted so that the ledger's month begins where the calendar's does. */
    date_to_civil(date - (calendar->first_day_of_month - 1), &year, &month, &day);
    return year * MONTHS_IN_YEAR + month - 1;
}

static date_day month_start(const struct calendar *calendar, int number)
{
    if (number < MONTH_FIRST)
        return DATE_FIRST;
    if (number >= MONTH_END)
        return DATE_LAST + 1;
    return date_from_civil(number / MONTHS_IN_YEAR, number % MONTHS_IN_YEAR + 1,
                           calendar->first_day_of_month);
}

date_day calendar_month_start(const struct calendar *calendar, date_day date)
{
    return month_start(calendar, month_number(calendar, date));
}

static date_day week_start(const struct calendar *calendar, date_day date)
{
    int since = date_weekday(date) - calendar->first_day_of_week;
    return date - (since < 0 ? since + DAYS_IN_WEEK : since);
}

static int unit_months(enum period_unit unit)
{
    if (unit == UNIT_YEAR)
        return MONTHS_IN_YEAR;
    return unit == UNIT_QUARTER ? MONTHS_IN_QUARTER : 1;
}

static struct period_range months_range(const struct calendar *calendar, int number, int months)
{
    return (struct period_range){month_start(calendar, number),
                                 month_start(calendar, number + months) - 1};
}

static void resolve_units(struct period *period, const struct period_spec *spec,
                          const struct calendar *calendar)
{
    int count = spec->count;
    date_day today = calendar->today;
    if (spec->unit == UNIT_DAY) {
        date_day to = spec->with_running ? today : today - 1;
        period->range = (struct period_range){to - count + 1, to};
        period->kind = PERIOD_DAYS;
        return;
    }
    if (spec->unit == UNIT_WEEK) {
        date_day week = week_start(calendar, today);
        date_day from = spec->with_running ? week : week - DAYS_IN_WEEK * count;
        period->range = (struct period_range){from, from + DAYS_IN_WEEK * count - 1};
        period->kind = PERIOD_DAYS;
        period->is_weeks = true;
        return;
    }
    int months = unit_months(spec->unit);
    int number = month_number(calendar, today);
    number -= number % months;
    if (!spec->with_running)
        number -= months * count;
    period->kind = PERIOD_MONTHS;
    period->months = months * count;
    period->range = months_range(calendar, number, period->months);
    if (spec->form == FORM_TO_DATE) {
        period->range.to = today;
        period->is_cut = true;
    }
}

/* The ledger's week whose fourth day lies in the ISO week that begins on this Monday. */
static struct period_range week_range(const struct calendar *calendar, date_day monday)
{
    date_day fourth = monday + (calendar->first_day_of_week + 2) % DAYS_IN_WEEK;
    return (struct period_range){fourth - 3, fourth + 3};
}

static struct period_range point_range(const struct period_point *point,
                                       const struct calendar *calendar)
{
    if (point->unit == UNIT_WEEK)
        return week_range(calendar, point->day);
    if (point->unit == UNIT_DAY) {
        date_day day = point->day + (point->is_relative ? calendar->today : 0);
        return (struct period_range){day, day};
    }
    return months_range(calendar, point->year * MONTHS_IN_YEAR + point->month - 1,
                        unit_months(point->unit));
}

/* Whole months of the ledger are compared as months. */
static void set_span(struct period *period, struct period_range range,
                     const struct calendar *calendar)
{
    period->range = range;
    if (period->is_weeks) {
        period->kind = PERIOD_DAYS;
        return;
    }
    int first = month_number(calendar, range.from);
    int end = month_number(calendar, range.to + 1);
    bool is_whole = month_start(calendar, first) == range.from && end > first &&
                    month_start(calendar, end) == range.to + 1;
    period->kind = is_whole ? PERIOD_MONTHS : PERIOD_DAYS;
    period->months = is_whole ? end - first : 0;
}

static int resolve_word(struct period *period, const char *word, const struct calendar *calendar)
{
    struct period_spec spec;
    int r = period_word_parse(word, &spec);
    if (r != 0)
        return r;
    if (spec.form == FORM_ALL) {
        period->kind = PERIOD_ALL;
        period->range = (struct period_range){DATE_FIRST, DATE_LAST};
    } else if (spec.form == FORM_SPAN) {
        struct period_range first = point_range(&spec.first, calendar);
        struct period_range last = point_range(&spec.last, calendar);
        if (last.to < first.from)
            return -ERANGE;
        period->is_weeks = spec.first.unit == UNIT_WEEK && spec.last.unit == UNIT_WEEK;
        set_span(period, (struct period_range){first.from, last.to}, calendar);
    } else {
        resolve_units(period, &spec, calendar);
    }
    return 0;
}

static void finish_range(struct period *period, const struct calendar *calendar)
{
    struct period_range *range = &period->range;
    range->from = range->from < DATE_FIRST ? DATE_FIRST : range->from;
    range->to = range->to > DATE_LAST ? DATE_LAST : range->to;
    range->to = range->to < range->from ? range->from : range->to;
    date_format(range->from, period->from);
    date_format(range->to, period->to);
    if (period->kind == PERIOD_ALL)
        return;
    date_day today = calendar->today;
    period->is_running = period->is_cut || (range->from <= today && today < range->to);
    period->days_so_far = period->is_running ? today - range->from + 1 : 0;
}

/* The word as answers write it: 2026-W41, 2026-Q4. NULL when out of memory. */
static const char *label_of(const char *word, struct arena *arena)
{
    char *label = arena_strdup(arena, word);
    for (char *c = label; c && *c != '\0'; c++) {
        if (c[0] == '-' && (c[1] == 'q' || c[1] == 'w'))
            c[1] = c[1] == 'q' ? 'Q' : 'W';
    }
    return label;
}

int period_resolve(struct period *period, const struct calendar *calendar, struct arena *arena)
{
    date_resolve(&period->start_date, calendar->today);
    date_resolve(&period->end_date, calendar->today);
    if (period->start_date.given && period->end_date.given) {
        struct period_range range = {period->start_date.day, period->end_date.day};
        if (range.to < range.from)
            return -ERANGE;
        set_span(period, range, calendar);
        finish_range(period, calendar);
        period->label = arena_printf(arena, "%s..%s", period->from, period->to);
        return period->label ? 0 : -ENOMEM;
    }
    if (!period->period.text)
        return 0;
    int r = resolve_word(period, period->period.text, calendar);
    if (r != 0)
        return r;
    period->label = label_of(period->period.text, arena);
    finish_range(period, calendar);
    return period->label ? 0 : -ENOMEM;
}

int period_from_word(const char *word, const struct calendar *calendar, struct arena *arena,
                     struct period *ret_period)
{
    struct period period = {.period.text = word};
    int r = period_resolve(&period, calendar, arena);
    if (r == 0)
        *ret_period = period;
    return r;
}

static struct period_range cut(const struct period *period, struct period_range range)
{
    if (period->is_running && range.to - range.from + 1 > period->days_so_far)
        range.to = range.from + period->days_so_far - 1;
    range.from = range.from < DATE_FIRST ? DATE_FIRST : range.from;
    range.to = range.to < range.from ? range.from : range.to;
    return range;
}

struct period_range period_before(const struct period *period, const struct calendar *calendar,
                                  int steps)
{
    struct period_range range = period->range;
    if (period->kind == PERIOD_MONTHS) {
        int number = month_number(calendar, range.from) - steps * period->months;
        return cut(period, months_range(calendar, number, period->months));
    }
    int days = range.to - range.from + 1;
    date_day from = range.from - steps * days;
    return cut(period, (struct period_range){from, from + days - 1});
}

struct period_range period_last_year(const struct period *period, const struct calendar *calendar)
{
    struct period_range range = period->range;
    if (period->kind == PERIOD_MONTHS) {
        int number = month_number(calendar, range.from) - MONTHS_IN_YEAR;
        return cut(period, months_range(calendar, number, period->months));
    }
    if (period->is_weeks) {
        int days = 52 * DAYS_IN_WEEK;
        return cut(period, (struct period_range){range.from - days, range.to - days});
    }
    return cut(period, (struct period_range){date_add_months(range.from, -MONTHS_IN_YEAR),
                                             date_add_months(range.to, -MONTHS_IN_YEAR)});
}

int period_check_word(const char *text)
{
    struct period_spec spec;
    int r = period_word_parse(text, &spec);
    if (r != 0 || spec.form != FORM_SPAN)
        return r;
    /* Ends that depend neither on today nor on where the ledger's weeks and months begin can be
     * compared at once. */
    static const struct calendar plain = {.first_day_of_week = 1, .first_day_of_month = 1};
    if (spec.first.is_relative || spec.last.is_relative || spec.first.unit != spec.last.unit)
        return 0;
    return point_range(&spec.last, &plain).to < point_range(&spec.first, &plain).from ? -ERANGE : 0;
}
