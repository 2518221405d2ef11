/* Exact decimals. Reads and writes only the canonical form; what banks write is amount.c's. */
#include "import/decimal.h"

#include <errno.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits behind the point; zeros beyond the last place that is kept say nothing and are dropped. */
static int parse_fraction(const char *text, size_t length, struct import_decimal *decimal)
{
    size_t places = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return -EINVAL;
        if (places < IMPORT_AMOUNT_DECIMALS_MAX) {
            decimal->units = decimal->units * 10 + (text[i] - '0');
            places++;
        } else if (text[i] != '0') {
            return -ERANGE;
        }
    }
    decimal->decimals = (unsigned char)places;
    for (; places < IMPORT_AMOUNT_DECIMALS_MAX; places++)
        decimal->units *= 10;
    return 0;
}

/* Digits before the point; returns how many bytes they are, or -ERANGE. */
static long parse_whole(const char *text, size_t length, struct import_decimal *decimal)
{
    size_t at = 0;
    size_t counted = 0; /* without leading zeros */
    for (; at < length && is_digit(text[at]); at++) {
        counted += counted > 0 || text[at] != '0' ? 1 : 0;
        if (counted > IMPORT_AMOUNT_DIGITS_MAX)
            return -ERANGE;
        decimal->units = decimal->units * 10 + (text[at] - '0');
    }
    return (long)at;
}

int import_decimal_parse(const char *text, size_t length, struct import_decimal *ret_decimal)
{
    bool negative = length > 0 && text[0] == '-';
    size_t sign = negative || (length > 0 && text[0] == '+') ? 1 : 0;
    struct import_decimal decimal = {0};
    long whole = parse_whole(text + sign, length - sign, &decimal);
    if (whole < 0)
        return (int)whole;
    size_t at = sign + (size_t)whole;
    bool has_point = at < length && text[at] == '.';
    at += has_point ? 1 : 0;
    if ((size_t)whole + length - at == 0 || (!has_point && at < length))
        return -EINVAL;
    int r = parse_fraction(text + at, length - at, &decimal);
    if (r < 0)
        return r;
    *ret_decimal = negative ? import_decimal_negate(decimal) : decimal;
    return 0;
}

void import_decimal_text(struct import_decimal decimal, char *ret_text)
{
    char digits[IMPORT_AMOUNT_TEXT_MAX];
    char *at = digits + sizeof(digits);
    *--at = '\0';
    import_units rest = decimal.units < 0 ? -decimal.units : decimal.units;
    bool writing = false;
    for (unsigned int place = IMPORT_AMOUNT_DECIMALS_MAX; place > 0; place--) {
        char digit = (char)('0' + (int)(rest % 10));
        rest /= 10;
        writing = writing || digit != '0' || place <= decimal.decimals;
        if (writing)
            *--at = digit;
    }
    if (writing)
        *--at = '.';
    do {
        *--at = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest > 0);
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
