/* Exact decimals. Reads and writes only the canonical form; what banks write is amount.c's. */
#include "import/decimal.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

enum {
    ONE = 100000000 /* units of 1: ten to the power of IMPORT_AMOUNT_DECIMALS_MAX */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits behind the point; zeros beyond the last place that is kept say nothing and are dropped. */
static int parse_fraction(const char *text, size_t length, uint64_t *ret_fraction,
                          unsigned char *ret_places)
{
    uint64_t fraction = 0;
    size_t places = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return -EINVAL;
        if (places < IMPORT_AMOUNT_DECIMALS_MAX) {
            fraction = fraction * 10 + (uint64_t)(text[i] - '0');
            places++;
        } else if (text[i] != '0') {
            return -ERANGE;
        }
    }
    *ret_places = (unsigned char)places;
    for (; places < IMPORT_AMOUNT_DECIMALS_MAX; places++)
        fraction *= 10;
    *ret_fraction = fraction;
    return 0;
}

/* Digits before the point; returns how many bytes they are, or -ERANGE. */
static long parse_whole(const char *text, size_t length, uint64_t *ret_whole)
{
    size_t at = 0;
    size_t counted = 0; /* without leading zeros */
    uint64_t whole = 0;
    for (; at < length && is_digit(text[at]); at++) {
        counted += counted > 0 || text[at] != '0' ? 1 : 0;
        if (counted > IMPORT_AMOUNT_DIGITS_MAX)
            return -ERANGE;
        whole = whole * 10 + (uint64_t)(text[at] - '0');
    }
    *ret_whole = whole;
    return (long)at;
}

int import_decimal_parse(const char *text, size_t length, struct import_decimal *ret_decimal)
{
    bool negative = length > 0 && text[0] == '-';
    size_t sign = negative || (length > 0 && text[0] == '+') ? 1 : 0;
    uint64_t whole = 0;
    uint64_t fraction = 0;
    unsigned char places = 0;
    long digits = parse_whole(text + sign, length - sign, &whole);
    if (digits < 0)
        return (int)digits;
    size_t at = sign + (size_t)digits;
    bool has_point = at < length && text[at] == '.';
    at += has_point ? 1 : 0;
    if ((size_t)digits + length - at == 0 || (!has_point && at < length))
        return -EINVAL;
    int r = parse_fraction(text + at, length - at, &fraction, &places);
    if (r < 0)
        return r;
    import_units units = (import_units)whole * ONE + (import_units)fraction;
    *ret_decimal = (struct import_decimal){.units = negative ? -units : units, .decimals = places};
    return 0;
}

static char *write_fraction(char *at, uint64_t fraction, unsigned int decimals)
{
    char *end = at;
    for (unsigned int place = IMPORT_AMOUNT_DECIMALS_MAX; place > 0; place--) {
        char digit = (char)('0' + (int)(fraction % 10));
        fraction /= 10;
        if (at != end || digit != '0' || place <= decimals)
            *--at = digit;
    }
    if (at != end)
        *--at = '.';
    return at;
}

void import_decimal_text(struct import_decimal decimal, char *ret_text)
{
    char digits[IMPORT_AMOUNT_TEXT_MAX];
    char *at = digits + sizeof(digits);
    *--at = '\0';
    import_units all = decimal.units < 0 ? -decimal.units : decimal.units;
    at = write_fraction(at, (uint64_t)(all % ONE), decimal.decimals);
    import_units rest = all / ONE;
    for (; rest > UINT64_MAX; rest /= 10)
        *--at = (char)('0' + (int)(rest % 10));
    uint64_t whole = (uint64_t)rest;
    do {
        *--at = (char)('0' + (int)(whole % 10));
        whole /= 10;
    } while (whole > 0);
    if (decimal.units < 0)
        *--at = '-';
    memcpy(ret_text, at, (size_t)(digits + sizeof(digits) - at));
}

struct import_decimal import_decimal_add(struct import_decimal a, struct import_decimal b)
{
    return (struct import_decimal){
        .units = a.units + b.units,
        .decimals = a.decimals > b.decimals ? a.decimals : b.decimals,
    };
}

struct import_decimal import_decimal_negate(struct import_decimal a)
{
    return (struct import_decimal){.units = -a.units, .decimals = a.decimals};
}
