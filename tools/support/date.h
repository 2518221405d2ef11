/* Civil dates of the Gregorian calendar as day numbers (0 = 1970-01-01), 1900 to 2999, and the field
 * type `date`. No clock, no time zone: "today" is told. ISO 8601. */
#ifndef TOOLS_SUPPORT_DATE_H
#define TOOLS_SUPPORT_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"
#include "mcp/field.h"

typedef int32_t date_day;

enum {
    DATE_FIRST = -25567, /* 1900-01-01 */
    DATE_LAST = 376199,  /* 2999-12-31 */
    DATE_TEXT_SIZE = 16
};

date_day date_from_civil(int year, int month, int day);
void date_to_civil(date_day date, int *ret_year, int *ret_month, int *ret_day);
int date_days_in_month(int year, int month);

/* 1 Monday … 7 Sunday. */
int date_weekday(date_day date);

/* The same day `months` later (or earlier), at most the last day of that month; kept in range. */
date_day date_add_months(date_day date, int months);

/* Exactly YYYY-MM-DD: 0, -EINVAL (form), -ERANGE (no such day, or out of 1900–2999). */
MUST_CHECK int date_parse(const char *text, date_day *ret_date);

/* "2026-10-03". Returns `ret_text`. */
const char *date_format(date_day date, char ret_text[DATE_TEXT_SIZE]);

/* "October"; 1 to 12. */
const char *date_month_name(int month);

/* A date as it was asked for: a day, or one relative to today, which is known only when the ledger
 * is open (date_resolve(), called by the frame before a tool starts). */
struct date_arg {
    bool given;
    bool is_relative;
    date_day day;              /* relative: 0 today, -1 yesterday; after resolving the day */
    char text[DATE_TEXT_SIZE]; /* after resolving: fit for $n::date */
};

void date_resolve(struct date_arg *date, date_day today);

/* The text of $n::date, NULL when absent. */
static inline const char *date_arg_value(const struct date_arg *date)
{
    return date->given ? date->text : NULL;
}

/* struct date_arg: YYYY-MM-DD, today, yesterday. */
extern const struct field_type field_date;

// clang-format off
#define ARG_DATE(S, member, ...) FIELD_ROW(S, member, struct date_arg, field_date, __VA_ARGS__)
// clang-format on

#endif
