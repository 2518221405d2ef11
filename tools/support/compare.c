/* Ranges for comparisons. A running period is only ever compared with as many days (period.c). */
#include "tools/support/compare.h"

#include <string.h>

const char *const compare_choices[] = {"none",  "previous", "same_last_year",
                                       "avg_3", "avg_12",   NULL};

static size_t periods_of(const char *to)
{
    if (strcmp(to, "none") == 0)
        return 0;
    if (strcmp(to, "avg_3") == 0)
        return 3;
    return strcmp(to, "avg_12") == 0 ? COMPARE_MAX_PERIODS : 1;
}

bool comparison_begin(struct call *call, const struct period *period, const char *to,
                      struct comparison *ret_comparison)
{
    const struct calendar *calendar = &call_ledger(call)->calendar;
    struct comparison comparison = {.to = to, .count = periods_of(to)};
    if (comparison.count > 0 && (period->kind == PERIOD_ALL || period->kind == PERIOD_NONE)) {
        (void)call_refuse(call, "compare_to",
                          "needs a period with a beginning, such as last_month; nothing lies "
                          "before all days");
        return false;
    }
    for (size_t i = 0; i < comparison.count; i++)
        comparison.ranges[i] = period_before(period, calendar, (int)i + 1);
    if (strcmp(to, "same_last_year") == 0)
        comparison.ranges[0] = period_last_year(period, calendar);
    comparison.counted = comparison.count;
    *ret_comparison = comparison;
    return true;
}

void comparison_reach(struct comparison *comparison, const char *books_begin)
{
    date_day begin;
    if (date_parse(books_begin, &begin) != 0)
        return;
    while (comparison->counted > 1 && comparison->ranges[comparison->counted - 1].to < begin)
        comparison->counted--;
    if (comparison->count > 0 && comparison->ranges[comparison->counted - 1].from < begin)
        comparison->begin = begin;
}

bool comparison_is_empty(const struct comparison *comparison)
{
    return comparison->count > 0 && comparison->ranges[0].to < comparison->begin;
}

void comparison_say_empty(date_day books_begin, const struct calendar *calendar, struct buf *text)
{
    (void)buf_append_text(text, " The books begin ");
    period_range_phrase((struct period_range){books_begin, books_begin}, calendar, text);
    (void)buf_append_text(text, ", so there is nothing to compare with.");
}

void comparison_say_ahead(struct buf *text)
{
    (void)buf_append_text(text, " That period has not begun, so there is nothing to compare.");
}

static const char *unit_of(const struct period *period)
{
    int days = period->range.to - period->range.from + 1;
    if (period->kind == PERIOD_MONTHS && (period->months == 1 || period->months == 12))
        return period->months == 1 ? "month" : "year";
    if (period->kind == PERIOD_DAYS && (days == 1 || days == 7))
        return days == 1 ? "day" : "week";
    return "period";
}

static void describe_mean(const struct comparison *comparison, const struct period *period,
                          struct buf *text)
{
    const char *unit = unit_of(period);
    if (comparison->counted == 1)
        (void)buf_printf(text, "in the one %s before that the books reach", unit);
    else
        (void)buf_printf(text, "the average of the %zu %ss before", comparison->counted, unit);
    if (period->is_running)
        (void)buf_append_text(text, " over as many days");
}

void comparison_describe(const struct comparison *comparison, const struct period *period,
                         const struct calendar *calendar, struct buf *text)
{
    if (comparison->count < 2)
        period_range_phrase(comparison->ranges[0], calendar, text);
    else
        describe_mean(comparison, period, text);
    if (comparison->begin == 0)
        return;
    (void)buf_append_text(text, ", though the books begin ");
    period_range_phrase((struct period_range){comparison->begin, comparison->begin}, calendar,
                        text);
}
