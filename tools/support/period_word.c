/* Parser of period words. Days come from period.c. */
#include "tools/support/period_word.h"

#include <errno.h>
#include <string.h>

#include "tools/support/limits.h"

static const struct {
    const char *word;
    struct period_spec spec;
} fixed[] = {
    {"all", {.form = FORM_ALL}},
    {"today", {FORM_UNITS, UNIT_DAY, 1, .with_running = true}},
    {"yesterday", {FORM_UNITS, UNIT_DAY, 1, .with_running = false}},
    {"this_week", {FORM_UNITS, UNIT_WEEK, 1, .with_running = true}},
    {"this_month", {FORM_UNITS, UNIT_MONTH, 1, .with_running = true}},
    {"this_quarter", {FORM_UNITS, UNIT_QUARTER, 1, .with_running = true}},
    {"this_year", {FORM_UNITS, UNIT_YEAR, 1, .with_running = true}},
    {"last_week", {FORM_UNITS, UNIT_WEEK, 1, .with_running = false}},
    {"last_month", {FORM_UNITS, UNIT_MONTH, 1, .with_running = false}},
    {"last_quarter", {FORM_UNITS, UNIT_QUARTER, 1, .with_running = false}},
    {"last_year", {FORM_UNITS, UNIT_YEAR, 1, .with_running = false}},
    {"mtd", {FORM_TO_DATE, UNIT_MONTH, 1, .with_running = true}},
    {"ytd", {FORM_TO_DATE, UNIT_YEAR, 1, .with_running = true}},
};

static const struct {
    const char *word;
    enum period_unit unit;
} counted[] = {
    {"day", UNIT_DAY},
    {"week", UNIT_WEEK},
    {"month", UNIT_MONTH},
    {"year", UNIT_YEAR},
};

/* Digits at *at, at most `most` of them; -EINVAL without any. */
static int take_number(const char **at, size_t most, int *ret_number)
{
    int number = 0;
    size_t count = 0;
    for (; **at >= '0' && **at <= '9' && count < most; (*at)++, count++)
        number = number * 10 + (**at - '0');
    if (count == 0)
        return -EINVAL;
    *ret_number = number;
    return 0;
}

/* last_N_days and its like; days end today, the other units before the running one. */
static int parse_counted(const char *word, struct period_spec *ret_spec)
{
    static const char prefix[] = "last_";
    if (strncmp(word, prefix, sizeof(prefix) - 1) != 0)
        return -EINVAL;
    const char *at = word + sizeof(prefix) - 1;
    int count = 0;
    if (take_number(&at, 6, &count) != 0 || *at++ != '_')
        return -EINVAL;
    for (size_t i = 0; i < ARRAY_LENGTH(counted); i++) {
        size_t length = strlen(counted[i].word);
        if (strncmp(at, counted[i].word, length) != 0)
            continue;
        const char *end = at + length + (at[length] == 's' ? 1 : 0);
        if (*end != '\0')
            return -EINVAL;
        if (count < 1 || count > PERIOD_MAX_COUNT)
            return -ERANGE;
        enum period_unit unit = counted[i].unit;
        *ret_spec = (struct period_spec){FORM_UNITS, unit, count, .with_running = unit == UNIT_DAY};
        return 0;
    }
    return -EINVAL;
}

static int take_day(const char **at, struct period_point *point)
{
    char text[11] = "";
    if (strlen(*at) < sizeof(text) - 1)
        return -EINVAL;
    memcpy(text, *at, sizeof(text) - 1);
    int r = date_parse(text, &point->day);
    if (r == 0) {
        point->unit = UNIT_DAY;
        *at += sizeof(text) - 1;
    }
    return r;
}

static bool take_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* -Qn at *at. */
static int take_quarter(const char **at, struct period_point *point)
{
    int quarter = 0;
    *at += strlen("-q");
    if (take_number(at, 1, &quarter) != 0 || quarter < 1 || quarter > 4)
        return -ERANGE;
    point->unit = UNIT_QUARTER;
    point->month = quarter * 3 - 2;
    return 0;
}

/* The Monday of the first ISO week of a year: the week that has 4 January. */
static date_day first_monday(int year)
{
    date_day fourth = date_from_civil(year, 1, 4);
    return fourth - (date_weekday(fourth) - 1);
}

/* -Www at *at; exactly two digits. */
static int take_week(const char **at, struct period_point *point)
{
    int week = 0;
    *at += strlen("-w");
    const char *digits = *at;
    if (take_number(at, 2, &week) != 0 || *at - digits != 2)
        return -EINVAL;
    point->unit = UNIT_WEEK;
    point->day = first_monday(point->year) + (week - 1) * 7;
    return week >= 1 && point->day < first_monday(point->year + 1) ? 0 : -ERANGE;
}

/* -MM at *at; exactly two digits. */
static int take_month(const char **at, struct period_point *point)
{
    const char *digits = ++*at;
    if (take_number(at, 2, &point->month) != 0 || *at - digits != 2)
        return -EINVAL;
    if (point->month < 1 || point->month > 12)
        return -ERANGE;
    point->unit = UNIT_MONTH;
    return 0;
}

static int take_part_of_year(const char **at, struct period_point *point)
{
    switch ((*at)[1]) {
    case 'q':
        return take_quarter(at, point);
    case 'w':
        return take_week(at, point);
    default:
        return take_month(at, point);
    }
}

/* YYYY, YYYY-Qn, YYYY-MM, YYYY-Www, YYYY-MM-DD; moves *at behind it. */
static int take_calendar_point(const char **at, struct period_point *ret_point)
{
    struct period_point point = {.unit = UNIT_YEAR, .month = 1};
    const char *start = *at;
    int r = 0;
    if (take_number(at, 4, &point.year) != 0 || *at - start != 4)
        return -EINVAL;
    if (point.year < 1900 || point.year > 2999)
        return -ERANGE;
    if (**at == '-')
        r = take_part_of_year(at, &point);
    if (r == 0 && point.unit == UNIT_MONTH && **at == '-') {
        *at = start;
        r = take_day(at, &point);
    }
    if (r == 0)
        *ret_point = point;
    return r;
}

/* A point of the calendar, today or yesterday. */
static int take_point(const char **at, struct period_point *ret_point)
{
    bool is_yesterday = take_word(at, "yesterday");
    if (is_yesterday || take_word(at, "today")) {
        *ret_point = (struct period_point){UNIT_DAY, .is_relative = true, -(date_day)is_yesterday};
        return 0;
    }
    return take_calendar_point(at, ret_point);
}

static int parse_span(const char *word, struct period_spec *ret_spec)
{
    struct period_spec spec = {.form = FORM_SPAN};
    const char *at = word;
    int r = take_point(&at, &spec.first);
    if (r != 0)
        return r;
    spec.last = spec.first;
    if (take_word(&at, "..")) {
        r = take_point(&at, &spec.last);
        if (r != 0)
            return r;
    }
    if (*at != '\0')
        return -EINVAL;
    *ret_spec = spec;
    return 0;
}

int period_word_parse(const char *word, struct period_spec *ret_spec)
{
    for (size_t i = 0; i < ARRAY_LENGTH(fixed); i++) {
        if (strcmp(word, fixed[i].word) == 0) {
            *ret_spec = fixed[i].spec;
            return 0;
        }
    }
    int r = parse_counted(word, ret_spec);
    return r == -EINVAL ? parse_span(word, ret_spec) : r;
}
