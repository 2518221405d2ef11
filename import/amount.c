/* Reads amounts: first what stands around the number (signs, brackets, a currency, Cr or Dr), then
 * the number itself with its grouping, which must be right: 1,23 is no amount with a decimal
 * point. */
#include "import/amount.h"

#include <errno.h>
#include <string.h>

#include "base/own.h"
#include "base/utf8.h"

enum {
    /* Digits, point and sign of the canonical form, with room to find one digit too many. */
    CANONICAL_MAX = IMPORT_AMOUNT_DIGITS_MAX + 2 * IMPORT_AMOUNT_DECIMALS_MAX + 8,
    FRACTION_MAX = 2 * IMPORT_AMOUNT_DECIMALS_MAX /* with zeros that say nothing */
};

/* What is left of the text to be read, and what was read of its signs. */
struct scan {
    const char *at;
    size_t length;
    bool negative;
    bool is_signed;
};

static const char *const blanks[] = {" ", "\t", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89"};
static const char *const minuses[] = {"-", "\xe2\x88\x92", "\xe2\x80\x93", "\xef\xbc\x8d"};

/* Marks between groups of digits beside '.' and ','. */
static const char *const group_marks[] = {" ", "\xc2\xa0",     "\xe2\x80\xaf", "\xe2\x80\x89",
                                          "'", "\xe2\x80\x99", "\xc2\xb4"};

static const struct side_mark {
    const char *text;
    bool negative;
} side_marks[] = {
    {"CR", false}, {"Cr", false}, {"cr", false}, {"Cr.", false}, {"H", false},
    {"DR", true},  {"Dr", true},  {"dr", true},  {"Dr.", true},  {"S", true},
};

/* Length of the one of `texts` that the text begins with, 0 when none. */
static size_t begins_with_any(const char *text, size_t length, const char *const *texts,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(texts[i]);
        if (size <= length && memcmp(text, texts[i], size) == 0)
            return size;
    }
    return 0;
}

static size_t ends_with_any(const char *text, size_t length, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(texts[i]);
        if (size <= length && memcmp(text + length - size, texts[i], size) == 0)
            return size;
    }
    return 0;
}

static void trim(struct scan *scan)
{
    size_t n;
    while ((n = begins_with_any(scan->at, scan->length, blanks, ARRAY_LENGTH(blanks))) > 0) {
        scan->at += n;
        scan->length -= n;
    }
    while ((n = ends_with_any(scan->at, scan->length, blanks, ARRAY_LENGTH(blanks))) > 0)
        scan->length -= n;
}

/* A second sign makes the text no amount. */
static bool take_sign(struct scan *scan, bool negative)
{
    if (scan->is_signed)
        return false;
    scan->is_signed = true;
    scan->negative = negative;
    return true;
}

static bool strip_leading_sign(struct scan *scan)
{
    size_t n = begins_with_any(scan->at, scan->length, minuses, ARRAY_LENGTH(minuses));
    bool plus = scan->length > 0 && scan->at[0] == '+';
    if (n == 0 && !plus)
        return true;
    if (!take_sign(scan, n > 0))
        return false;
    scan->at += plus ? 1 : n;
    scan->length -= plus ? 1 : n;
    trim(scan);
    return true;
}

static bool strip_trailing_sign(struct scan *scan)
{
    size_t n = ends_with_any(scan->at, scan->length, minuses, ARRAY_LENGTH(minuses));
    bool plus = scan->length > 0 && scan->at[scan->length - 1] == '+';
    if (n == 0 && !plus)
        return true;
    if (!take_sign(scan, n > 0))
        return false;
    scan->length -= plus ? 1 : n;
    trim(scan);
    return true;
}

static bool strip_brackets(struct scan *scan)
{
    if (scan->length < 2 || scan->at[0] != '(' || scan->at[scan->length - 1] != ')')
        return true;
    if (!take_sign(scan, true))
        return false;
    scan->at++;
    scan->length -= 2;
    trim(scan);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters and signs before the first digit must be a currency. */
static bool strip_currency_before(struct scan *scan)
{
    size_t n = 0;
    while (n < scan->length && !is_digit(scan->at[n]) && !strchr("+-.,(", scan->at[n]) &&
           begins_with_any(scan->at + n, scan->length - n, blanks, ARRAY_LENGTH(blanks)) == 0)
        n++;
    if (n < scan->length && scan->at[n] == '.' && n > 0 && import_currency_is_sign(scan->at, n + 1))
        n++;
    if (n == 0)
        return true;
    if (!import_currency_is_sign(scan->at, n))
        return false;
    scan->at += n;
    scan->length -= n;
    trim(scan);
    return true;
}

static bool strip_side_mark(struct scan *scan, size_t from)
{
    for (size_t i = 0; i < ARRAY_LENGTH(side_marks); i++) {
        size_t size = strlen(side_marks[i].text);
        if (scan->length - from != size || memcmp(scan->at + from, side_marks[i].text, size) != 0)
            continue;
        scan->length = from;
        trim(scan);
        return take_sign(scan, side_marks[i].negative);
    }
    return false;
}

/* What stands behind the last digit: a currency, or Cr and Dr. */
static bool strip_words_behind(struct scan *scan)
{
    size_t end = scan->length;
    while (end > 0 && !is_digit(scan->at[end - 1]))
        end--;
    size_t from = end;
    while (from < scan->length && strchr(".,-+)", scan->at[from]))
        from++;
    size_t n;
    while (from < scan->length && (n = begins_with_any(scan->at + from, scan->length - from, blanks,
                                                       ARRAY_LENGTH(blanks))) > 0)
        from += n;
    if (from >= scan->length || strchr("-+)", scan->at[from]))
        return true;
    if (import_currency_is_sign(scan->at + from, scan->length - from)) {
        scan->length = from;
        trim(scan);
        return true;
    }
    return strip_side_mark(scan, from);
}

static bool strip_surroundings(struct scan *scan)
{
    return strip_leading_sign(scan) && strip_words_behind(scan) && strip_brackets(scan) &&
           strip_currency_before(scan) && strip_leading_sign(scan) && strip_trailing_sign(scan) &&
           strip_words_behind(scan);
}

/* The digits before the decimal mark, with how they are grouped. */
struct grouping {
    size_t first;  /* digits of the first group */
    size_t groups; /* groups behind it */
    size_t twos;   /* of these, how many have two digits */
    size_t last;   /* digits of the group being read */
    char mark;     /* first byte of the mark, the same throughout */
};

/* One group is over: only the last one is known to be the last, so twos are counted and judged
 * at the end (12,34,567). */
static bool end_group(struct grouping *grouping, char mark)
{
    if (grouping->mark && grouping->mark != mark)
        return false;
    if (grouping->groups == 0)
        grouping->first = grouping->last;
    else if (grouping->last == 2)
        grouping->twos++;
    else if (grouping->last != 3)
        return false;
    grouping->mark = mark;
    grouping->groups++;
    grouping->last = 0;
    return true;
}

static bool grouping_is_right(const struct grouping *grouping, char first_digit)
{
    if (grouping->groups == 0)
        return true;
    if (grouping->last != 3 || grouping->first == 0 || grouping->first > 3 || first_digit == '0')
        return false;
    return grouping->twos == 0 || (grouping->twos == grouping->groups - 1 && grouping->first <= 2);
}

static size_t group_mark(const char *text, size_t length, char group)
{
    if (length > 0 && text[0] == group)
        return 1;
    return begins_with_any(text, length, group_marks, ARRAY_LENGTH(group_marks));
}

/* Digits before the mark into `out`; returns how many bytes were read, or -1. */
static long parse_whole(const struct scan *scan, char point, char *out, size_t *ret_digits)
{
    struct grouping grouping = {0};
    size_t digits = 0;
    size_t at = 0;
    while (at < scan->length && scan->at[at] != point) {
        if (is_digit(scan->at[at])) {
            if (digits >= IMPORT_AMOUNT_DIGITS_MAX + 4)
                return -1;
            out[digits++] = scan->at[at++];
            grouping.last++;
            continue;
        }
        size_t n = group_mark(scan->at + at, scan->length - at, point == '.' ? ',' : '.');
        if (n == 0 || !end_group(&grouping, scan->at[at]))
            return -1;
        at += n;
    }
    if (!grouping_is_right(&grouping, out[0]))
        return -1;
    *ret_digits = digits;
    return (long)at;
}

static int parse_number(const struct scan *scan, char point, struct import_decimal *ret_amount)
{
    char canonical[CANONICAL_MAX + 1] = "-";
    size_t digits = 0;
    long read = parse_whole(scan, point, canonical + 1, &digits);
    if (read < 0)
        return -EINVAL;
    size_t rest = scan->length - (size_t)read;
    if (digits + (rest > 0 ? rest - 1 : 0) == 0)
        return -EINVAL;
    if (rest > FRACTION_MAX)
        return -ERANGE;
    size_t length = 1 + digits;
    if (rest > 0)
        canonical[length++] = '.';
    for (size_t i = 1; i < rest; i++)
        canonical[length++] = scan->at[(size_t)read + i];
    const char *from = scan->negative ? canonical : canonical + 1;
    return import_decimal_parse(from, scan->negative ? length : length - 1, ret_amount);
}

/* "-1234.56", as nearly all amounts are: a sign, digits, and a mark with one or two digits behind it,
 * which can be no grouping. *ret_mark is 0 without one. False for any other text, however right. */
static bool is_simple(const char *text, size_t length, char *ret_mark)
{
    size_t sign = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    size_t whole = sign;
    while (whole < length && is_digit(text[whole]))
        whole++;
    *ret_mark = '\0';
    if (whole == sign || length > IMPORT_AMOUNT_DIGITS_MAX)
        return false;
    if (whole == length)
        return true;
    *ret_mark = text[whole];
    size_t decimals = length - whole - 1;
    return (text[whole] == '.' || text[whole] == ',') && decimals >= 1 && decimals <= 2 &&
           is_digit(text[whole + 1]) && is_digit(text[length - 1]);
}

static int parse_simple(const char *text, size_t length, char mark,
                        struct import_decimal *ret_amount)
{
    char canonical[IMPORT_AMOUNT_DIGITS_MAX];
    if (mark != ',')
        return import_decimal_parse(text, length, ret_amount);
    memcpy(canonical, text, length);
    *(char *)memchr(canonical, ',', length) = '.';
    return import_decimal_parse(canonical, length, ret_amount);
}

int import_amount_parse(const char *text, size_t length, enum import_decimal_mark mark,
                        enum import_amount_style style, struct import_decimal *ret_amount)
{
    char point = mark == IMPORT_MARK_COMMA ? ',' : '.';
    char simple = '\0';
    if (is_simple(text, length, &simple) && (simple == '\0' || simple == point))
        return parse_simple(text, length, simple, ret_amount);
    struct scan scan = {.at = text, .length = length};
    trim(&scan);
    bool ok = style == IMPORT_AMOUNT_PLAIN ? strip_leading_sign(&scan) : strip_surroundings(&scan);
    if (!ok || scan.length == 0)
        return -EINVAL;
    return parse_number(&scan, point, ret_amount);
}

static void keep_example(struct import_mark_evidence *evidence, const char *text, size_t length,
                         uint64_t line)
{
    if (evidence->undecided++ > 0)
        return;
    evidence->line = line;
    size_t size = length < sizeof(evidence->example) ? length : sizeof(evidence->example) - 1;
    size = utf8_valid_length(text, size);
    memcpy(evidence->example, text, size);
    evidence->example[size] = '\0';
}

bool import_mark_see(struct import_mark_evidence *evidence, const char *text, size_t length,
                     enum import_amount_style style, uint64_t line)
{
    struct import_decimal point = {0};
    struct import_decimal comma = {0};
    char simple = '\0';
    if (is_simple(text, length, &simple)) {
        evidence->point += simple == '.' ? 1 : 0;
        evidence->comma += simple == ',' ? 1 : 0;
        return true;
    }
    bool is_point = import_amount_parse(text, length, IMPORT_MARK_POINT, style, &point) == 0;
    bool is_comma = import_amount_parse(text, length, IMPORT_MARK_COMMA, style, &comma) == 0;
    if (is_point && !is_comma)
        evidence->point++;
    else if (is_comma && !is_point)
        evidence->comma++;
    else if (is_point && point.units != comma.units)
        keep_example(evidence, text, length, line);
    return is_point || is_comma;
}

enum import_decimal_mark import_mark_decide(const struct import_mark_evidence *evidence)
{
    if (evidence->point > evidence->comma)
        return IMPORT_MARK_POINT;
    if (evidence->comma > evidence->point)
        return IMPORT_MARK_COMMA;
    return evidence->undecided > 0 || evidence->point > 0 ? IMPORT_MARK_AUTO : IMPORT_MARK_POINT;
}
