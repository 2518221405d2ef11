/* Reads dates: splits a text into three parts with what is between them, then tries an order. */
#include "import/date.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "import/months.h"

enum {
    DATE_PARTS = 3,
    DATE_TEXT_MOST = 40 /* a longer text is prose */
};

struct date_part {
    unsigned int value;
    size_t digits; /* 0: a month's name */
};

struct date_parts {
    struct date_part parts[DATE_PARTS];
    bool has_points;     /* 30.04.2026: day first, all over the world */
    bool has_apostrophe; /* 1/1'10: this century, in Quicken's files */
    bool has_name;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool import_day_is_real(unsigned int year, unsigned int month, unsigned int day)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < IMPORT_YEAR_FIRST || year > IMPORT_YEAR_LAST || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

static int make_day(unsigned int year, unsigned int month, unsigned int day,
                    struct import_day *ret_day)
{
    if (!import_day_is_real(year, month, day))
        return -ERANGE;
    *ret_day =
        (struct import_day){.year = (uint16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    return 0;
}

void import_day_text(struct import_day day, char ret_text[11])
{
    ret_text[0] = '\0';
    if (day.year == 0)
        return;
    const unsigned int pairs[] = {day.year / 100U % 100, day.year % 100U, day.month, day.day};
    static const unsigned char places[] = {0, 2, 5, 8};
    for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
        ret_text[places[i]] = (char)('0' + pairs[i] / 10 % 10);
        ret_text[places[i] + 1] = (char)('0' + pairs[i] % 10);
    }
    ret_text[4] = '-';
    ret_text[7] = '-';
    ret_text[10] = '\0';
}

int import_day_compare(struct import_day a, struct import_day b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    if (a.month != b.month)
        return a.month < b.month ? -1 : 1;
    return (a.day > b.day) - (a.day < b.day);
}

static unsigned int number(const char *text, size_t digits)
{
    unsigned int value = 0;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (unsigned int)(text[i] - '0');
    return value;
}

static unsigned int century(unsigned int two_digits)
{
    return two_digits + (two_digits >= IMPORT_YEAR_PIVOT ? 1900 : 2000);
}

static size_t count_digits(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && is_digit(text[n]))
        n++;
    return n;
}

int import_date_digits(const char *text, size_t length, size_t digits, struct import_day *ret_day)
{
    if (count_digits(text, length < digits ? length : digits) < digits)
        return -EINVAL;
    size_t year_digits = digits - 4;
    unsigned int year = number(text, year_digits);
    if (year_digits == 2)
        year = century(year);
    return make_day(year, number(text + year_digits, 2), number(text + year_digits + 2, 2),
                    ret_day);
}

static size_t skip_blanks(const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && text[n] == ' ')
        n++;
    return n;
}

/* One part: up to four digits, or a month's name. Returns its length, 0 when it is neither. */
static size_t read_part(const char *text, size_t length, struct date_part *part)
{
    size_t n = count_digits(text, length);
    if (n > 0) {
        *part = (struct date_part){.value = number(text, n <= 4 ? n : 0), .digits = n};
        return n <= 4 && n != 3 ? n : 0;
    }
    while (n < length && ((text[n] >= 'A' && text[n] <= 'Z') ||
                          (text[n] >= 'a' && text[n] <= 'z') || (text[n] & 0x80)))
        n++;
    *part = (struct date_part){.value = n > 0 ? import_month_by_name(text, n) : 0};
    return part->value > 0 ? n : 0;
}

/* What stands between two parts: a blank, or one of / - . ' , with blanks around. */
static size_t read_separator(const char *text, size_t length, struct date_parts *parts)
{
    size_t n = skip_blanks(text, length);
    if (n < length && strchr("/-.',", text[n]) && text[n]) {
        parts->has_points = parts->has_points || text[n] == '.';
        parts->has_apostrophe = parts->has_apostrophe || text[n] == '\'';
        n++;
        n += skip_blanks(text + n, length - n);
    }
    return n;
}

/* Behind the date only a time may stand: "T12…", " 12:…", "-11.57…", or a point. */
static bool is_time(const char *text, size_t length)
{
    size_t n = 0;
    if (n < length && text[n] == '.')
        n++;
    n += skip_blanks(text + n, length - n);
    if (n == length)
        return true;
    if (text[n] == 'T' || text[n] == '-' || text[n] == ',')
        n++;
    else if (n == 0 || text[n - 1] != ' ')
        return false;
    n += skip_blanks(text + n, length - n);
    size_t digits = count_digits(text + n, length - n);
    return digits >= 1 && digits <= 2 && n + digits < length && strchr(":.hZ", text[n + digits]);
}

static bool split(const char *text, size_t length, struct date_parts *ret_parts)
{
    struct date_parts parts = {0};
    size_t at = 0;
    for (size_t i = 0; i < DATE_PARTS; i++) {
        size_t n = i == 0 ? 0 : read_separator(text + at, length - at, &parts);
        if (i > 0 && n == 0)
            return false;
        at += n;
        n = read_part(text + at, length - at, &parts.parts[i]);
        if (n == 0)
            return false;
        at += n;
        if (parts.parts[i].digits == 0) {
            if (parts.has_name)
                return false;
            parts.has_name = true;
        }
    }
    if (!is_time(text + at, length - at))
        return false;
    *ret_parts = parts;
    return true;
}

static bool year_of(const struct date_part *part, bool this_century, unsigned int *ret_year)
{
    if (part->digits == 4)
        *ret_year = part->value;
    else if (part->digits == 2)
        *ret_year = this_century ? 2000 + part->value : century(part->value);
    return part->digits == 4 || part->digits == 2;
}

/* A month by its name: the year is the part with four digits, or else the last. */
static int day_by_name(const struct date_parts *parts, struct import_day *ret_day)
{
    const struct date_part *p = parts->parts;
    bool year_first = p[0].digits == 4;
    const struct date_part *year_part = year_first ? &p[0] : &p[2];
    unsigned int year = 0;
    if (p[2].digits == 0 || !year_of(year_part, parts->has_apostrophe, &year))
        return -EINVAL;
    const struct date_part *month = p[0].digits == 0 ? &p[0] : &p[1];
    const struct date_part *day = year_first ? &p[2] : &p[month == &p[0] ? 1 : 0];
    if (day->digits > 2 || month->digits > 0)
        return -EINVAL;
    return make_day(year, month->value, day->value, ret_day);
}

static int day_by_order(const struct date_parts *parts, enum import_date_order order,
                        struct import_day *ret_day)
{
    const struct date_part *p = parts->parts;
    if (parts->has_name)
        return day_by_name(parts, ret_day);
    if (p[0].digits == 4)
        order = IMPORT_DATE_YMD;
    else if (order == IMPORT_DATE_YMD && p[2].digits == 4)
        return -EINVAL;
    size_t first = order == IMPORT_DATE_YMD ? 1 : 0;
    const struct date_part *year_part = order == IMPORT_DATE_YMD ? &p[0] : &p[2];
    unsigned int year = 0;
    if (!year_of(year_part, parts->has_apostrophe, &year) || p[first].digits > 2 ||
        p[first + 1].digits > 2)
        return -EINVAL;
    bool day_first = order == IMPORT_DATE_DMY;
    return make_day(year, p[first + (day_first ? 1 : 0)].value,
                    p[first + (day_first ? 0 : 1)].value, ret_day);
}

/* Eight digits in a row: the year in front wherever that is a date. */
static int day_by_digits(const char *text, enum import_date_order order, struct import_day *ret_day)
{
    if (import_date_digits(text, 8, 8, ret_day) == 0)
        return 0;
    unsigned int first = number(text, 2);
    unsigned int second = number(text + 2, 2);
    bool day_first = order == IMPORT_DATE_DMY;
    if (order == IMPORT_DATE_YMD)
        return -ERANGE;
    return make_day(number(text + 4, 4), day_first ? second : first, day_first ? first : second,
                    ret_day);
}

static bool is_compact(const char *text, size_t length)
{
    size_t digits = count_digits(text, length);
    if (digits == 14 || digits == 12)
        return digits == length;
    return digits == 8 && is_time(text + digits, length - digits);
}

static void trim(const char **text, size_t *length)
{
    size_t n = skip_blanks(*text, *length);
    *text += n;
    *length -= n;
    while (*length > 0 && strchr(" \t", (*text)[*length - 1]))
        (*length)--;
}

int import_date_parse(const char *text, size_t length, enum import_date_order order,
                      struct import_day *ret_day)
{
    trim(&text, &length);
    if (length < 6 || length > DATE_TEXT_MOST)
        return -EINVAL;
    if (is_compact(text, length))
        return day_by_digits(text, order, ret_day);
    struct date_parts parts;
    if (!split(text, length, &parts))
        return -EINVAL;
    return day_by_order(&parts, order, ret_day);
}

static bool fits_order(const struct date_parts *parts, enum import_date_order order,
                       struct import_day *ret_day)
{
    /* A year of two digits in front, and points with the month in front, are written by nobody:
     * only a caller who knows better reads them so. */
    if (!parts->has_name && order == IMPORT_DATE_YMD && parts->parts[0].digits != 4)
        return false;
    if (!parts->has_name && order == IMPORT_DATE_MDY && parts->has_points)
        return false;
    return day_by_order(parts, order, ret_day) == 0;
}

/* The day in each order; returns how many orders give one. */
static size_t read_all(const char *text, size_t length, struct import_day days[4])
{
    trim(&text, &length);
    if (length < 6 || length > DATE_TEXT_MOST)
        return 0;
    bool compact = is_compact(text, length);
    struct date_parts parts;
    if (!compact && !split(text, length, &parts))
        return 0;
    size_t count = 0;
    for (unsigned int order = IMPORT_DATE_YMD; order <= IMPORT_DATE_MDY; order++) {
        bool fits = compact ? day_by_digits(text, (enum import_date_order)order, &days[order]) == 0
                            : fits_order(&parts, (enum import_date_order)order, &days[order]);
        count += fits ? 1 : 0;
    }
    return count;
}

bool import_order_see(struct import_order_evidence *evidence, const char *text, size_t length,
                      uint64_t line)
{
    struct import_day days[4] = {{0}};
    if (read_all(text, length, days) == 0)
        return false;
    evidence->seen++;
    for (size_t order = IMPORT_DATE_YMD; order <= IMPORT_DATE_MDY; order++)
        evidence->fits[order] += days[order].year > 0 ? 1 : 0;
    struct import_day dmy = days[IMPORT_DATE_DMY];
    struct import_day mdy = days[IMPORT_DATE_MDY];
    if (dmy.year == 0 || mdy.year == 0 || import_day_compare(dmy, mdy) == 0)
        return true;
    if (evidence->differs++ == 0) {
        evidence->line = line;
        trim(&text, &length);
        size_t size = length < sizeof(evidence->example) ? length : sizeof(evidence->example) - 1;
        size = utf8_valid_length(text, size);
        memcpy(evidence->example, text, size);
        evidence->example[size] = '\0';
    }
    return true;
}

enum import_date_order import_order_decide(const struct import_order_evidence *evidence)
{
    uint64_t dmy = evidence->fits[IMPORT_DATE_DMY];
    uint64_t mdy = evidence->fits[IMPORT_DATE_MDY];
    uint64_t ymd = evidence->fits[IMPORT_DATE_YMD];
    if (ymd >= dmy && ymd >= mdy)
        return IMPORT_DATE_YMD;
    if (dmy > mdy)
        return IMPORT_DATE_DMY;
    if (mdy > dmy)
        return IMPORT_DATE_MDY;
    return evidence->differs > 0 ? IMPORT_DATE_AUTO : IMPORT_DATE_DMY;
}
