/* Periods: the words of people (`last_month`, `2026-W41`, `2026-10-01..2026-10-31`), or start_date
 * with end_date, both inclusive. Binding parses; the days are known when the ledger is open
 * (period_resolve(), called by the frame before a tool starts). */
#ifndef TOOLS_SUPPORT_PERIOD_H
#define TOOLS_SUPPORT_PERIOD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mcp/field.h"
#include "tools/support/date.h"

/* How a ledger counts its time. */
struct calendar {
    date_day today;
    int first_day_of_week;  /* 1 Monday … 7 Sunday */
    int first_day_of_month; /* 1 to 28: a month runs from that day to the day before it in the next
                               month, and is named after the month it begins in; years and quarters
                               are made of such months */
};

struct period_range {
    date_day from, to; /* inclusive */
};

enum period_kind {
    PERIOD_NONE,
    PERIOD_ALL,
    PERIOD_DAYS,   /* `days`: a number of days */
    PERIOD_MONTHS, /* `months` whole calendar months, perhaps cut at today (mtd, ytd) */
};

/* The text of `period` before the ledger is open. */
struct period_word {
    const char *text; /* as given, small letters; NULL: absent */
};

struct period {
    struct period_word period;
    struct date_arg start_date, end_date;

    /* After period_resolve(): */
    enum period_kind kind;
    int months;                /* of PERIOD_MONTHS */
    struct period_range range; /* PERIOD_ALL: the whole calendar */
    bool is_weeks;             /* asked for as whole weeks */
    bool is_running;           /* today lies in it, before its last day; or it ends today by
                                  definition (mtd, ytd) */
    bool is_cut;               /* mtd, ytd: ends before its calendar unit does */
    int days_so_far;           /* of a running period: days up to and with today */
    const char *label;         /* what was asked, for the answer */
    char from[DATE_TEXT_SIZE]; /* fit for $n::date */
    char to[DATE_TEXT_SIZE];
};

/* 0; -EINVAL when the text is no period (only possible for text that was not bound); -ENOMEM. */
MUST_CHECK int period_resolve(struct period *period, const struct calendar *calendar,
                              struct arena *arena);

/* Whether the text is a period at all: 0, -EINVAL (form), -ERANGE (end before start, count or year
 * out of range). */
MUST_CHECK int period_check_word(const char *text);

/* Makes a resolved period of a word. */
MUST_CHECK int period_from_word(const char *word, const struct calendar *calendar,
                                struct arena *arena, struct period *ret_period);

/* The like period `steps` before it (for a running period with as many days as have passed); for
 * months whole calendar months, otherwise the same number of days. */
struct period_range period_before(const struct period *period, const struct calendar *calendar,
                                  int steps);

/* The same months or dates a year before; for weeks 52 weeks before, so that the weekdays fit. */
struct period_range period_last_year(const struct period *period, const struct calendar *calendar);

/* First day of the ledger's month that holds `date`. */
date_day calendar_month_start(const struct calendar *calendar, date_day date);

/* For sentences: "in October 2026", "in 2026", "in the third quarter of 2026", "on 3 October 2026",
 * "from 1 to 22 November 2026", "from 28 December 2025 to 3 January 2026". */
void period_range_phrase(struct period_range range, const struct calendar *calendar,
                         struct buf *text);

/* The same for a period, with "in all" for all days. */
void period_phrase(const struct period *period, const struct calendar *calendar, struct buf *text);

/* struct period: flat members period, start_date, end_date. */
extern const struct field_type field_period;
extern const struct field_type field_period_word;

/* struct period_word: this_month, last_month or YYYY-MM; `.extra` is the default word. */
extern const struct field_type field_month;

// clang-format off
/* The members of a period; `default_` is a word or NULL (absent: PERIOD_NONE). */
#define PERIOD_FIELDS(default_)                                                                    \
    (const struct field[]){                                                                        \
        FIELD_ROW(struct period, period, struct period_word, field_period_word,                    \
                  .doc = "last_90_days, 2026-Q3, A..B",                                            \
                  .extra = (default_)),                                                            \
        ARG_DATE(struct period, start_date, .flags = FIELD_PLAIN, .doc = "Or with end_date."),     \
        ARG_DATE(struct period, end_date, .flags = FIELD_PLAIN, .doc = "Inclusive."),              \
        ARG_END,                                                                                   \
    }
#define ARG_MONTH(S, member, default_, ...)                                                        \
    FIELD_ROW(S, member, struct period_word, field_month, .extra = (default_), __VA_ARGS__)
#define ARG_PERIOD(S, member, default_, ...)                                                       \
    FIELD_ROW(S, member, struct period, field_period, .fields = PERIOD_FIELDS(default_),           \
              .doc = "The days that count.", __VA_ARGS__)
// clang-format on

#endif
