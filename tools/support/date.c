/* Calendar arithmetic on day numbers, counted in eras of 400 years that begin on 1 March, and the
 * field type `date`. Periods are period.c's. */
#include "tools/support/date.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    DAYS_PER_ERA = 146097,
    YEARS_PER_ERA = 400,
    ERA_OFFSET = 719468, /* days from 0000-03-01 to 1970-01-01 */
    YEAR_FIRST = 1900,
    YEAR_LAST = 2999
};

date_day date_from_civil(int year, int month, int day)
{
    /* A year that begins in March has its leap day at its end. */
    int shifted_year = month > 2 ? year : year - 1;
    int era = shifted_year / YEARS_PER_ERA;
    int year_of_era = shifted_year % YEARS_PER_ERA;
    int months_since_march = (month + 9) % 12;
    int day_of_year = (153 * months_since_march + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - ERA_OFFSET;
}

void date_to_civil(date_day date, int *ret_year, int *ret_month, int *ret_day)
{
    int days = date + ERA_OFFSET;
    int era = days / DAYS_PER_ERA;
    int day_of_era = days % DAYS_PER_ERA;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int months_since_march = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    *ret_month = months_since_march < 10 ? months_since_march + 3 : months_since_march - 9;
    *ret_year = era * YEARS_PER_ERA + year_of_era + (*ret_month <= 2 ? 1 : 0);
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

int date_weekday(date_day date)
{
    /* 1970-01-01 was a Thursday; the offset is a multiple of 7 that keeps the sum positive. */
    return (date + 3 + 7 * 10000) % 7 + 1;
}

date_day date_add_months(date_day date, int months)
{
    int year;
    int month;
    int day;
    date_to_civil(date, &year, &month, &day);
    int index = year * 12 + month - 1 + months;
    if (index < YEAR_FIRST * 12)
        return DATE_FIRST;
    if (index >= (YEAR_LAST + 1) * 12)
        return DATE_LAST;
    year = index / 12;
    month = index % 12 + 1;
    int last = date_days_in_month(year, month);
    return date_from_civil(year, month, day < last ? day : last);
}

int date_parse(const char *text, date_day *ret_date)
{
    static const char form[] = "dddd-dd-dd";
    size_t length = sizeof(form) - 1;
    if (strlen(text) != length)
        return -EINVAL;
    for (size_t i = 0; i < length; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == 'd' ? !is_digit : text[i] != '-')
            return -EINVAL;
    }
    int year =
        (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
    int month = (text[5] - '0') * 10 + text[6] - '0';
    int day = (text[8] - '0') * 10 + text[9] - '0';
    if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day < 1 ||
        day > date_days_in_month(year, month))
        return -ERANGE;
    *ret_date = date_from_civil(year, month, day);
    return 0;
}

/* A page of rows has a hundred days: no printf(). */
static char *put_digits(char *to, int number, int count)
{
    for (int i = count - 1; i >= 0; i--, number /= 10)
        to[i] = (char)('0' + number % 10);
    return to + count;
}

const char *date_format(date_day date, char ret_text[DATE_TEXT_SIZE])
{
    int year;
    int month;
    int day;
    date_to_civil(date, &year, &month, &day);
    char *at = put_digits(ret_text, year, 4);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    *put_digits(at, day, 2) = '\0';
    return ret_text;
}

const char *date_month_name(int month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    return names[month - 1];
}

void date_resolve(struct date_arg *date, date_day today)
{
    if (!date->given)
        return;
    if (date->is_relative) {
        date->day += today;
        date->is_relative = false;
    }
    date_format(date->day, date->text);
}

static void date_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "string");
}

static int date_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    (void)field;
    struct date_arg date = {.given = true};
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    int r = 0;
    if (strcasecmp(text, "today") == 0) {
        date.is_relative = true;
    } else if (strcasecmp(text, "yesterday") == 0) {
        date.is_relative = true;
        date.day = -1;
    } else {
        r = date_parse(text, &date.day);
    }
    if (r == -ERANGE)
        return bind_fail(bind, "is no day of the calendar between 1900 and 2999, got %s",
                         bind_show(bind, value));
    if (r != 0)
        return bind_fail(bind, "must be YYYY-MM-DD, today or yesterday, got %s",
                         bind_show(bind, value));
    *(struct date_arg *)target = date;
    return 0;
}

const struct field_type field_date = {
    .name = "date",
    .schema = date_schema,
    .bind = date_bind,
};
