/* The grammar of period words, before any calendar: `last_3_months`, `2026-Q3`, `2026-05..today`. */
#ifndef TOOLS_SUPPORT_PERIOD_WORD_H
#define TOOLS_SUPPORT_PERIOD_WORD_H

#include <stdbool.h>

#include "tools/support/date.h"

enum period_unit {
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR
};

/* One end of A..B, or a period named by the calendar. */
struct period_point {
    enum period_unit unit;
    bool is_relative; /* `day` counts from today */
    date_day day;     /* of a week: the Monday of the ISO week whose name it has */
    int year;
    int month; /* 1 to 12, the first of the unit */
};

enum period_form {
    FORM_ALL,
    FORM_UNITS,   /* `count` whole units: with the running one, or the ones before it */
    FORM_TO_DATE, /* the running unit up to today */
    FORM_SPAN     /* from the first day of `first` to the last day of `last` */
};

struct period_spec {
    enum period_form form;
    enum period_unit unit;
    int count;
    bool with_running;
    struct period_point first, last;
};

/* `word` in small letters. 0, -EINVAL (no period), -ERANGE (a count or year that is too large, no
 * such day). */
MUST_CHECK int period_word_parse(const char *word, struct period_spec *ret_spec);

#endif
