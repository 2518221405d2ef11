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

int import_decimal_parse(const char *text, size_t length, struct import_decimal *ret_decimal)
{
    bool negative = length > 0 && text[0] == '-';
    size_t at = negative || (length > 0 && text[0] == '+') ? 1 : 0;
    struct import_decimal decimal = {0};
    size_t digits = 0;
    size_t whole = 0;
    for (; at < length && is_digit(text[at]); at++) {
        digits++;
        if (whole > 0 || text[at] != '0')
            whole++;
        if (whole > IMPORT_AMOUNT_DIGITS_MAX)
            return -ERANGE;
        decimal.units = decimal.units * 10 + (text[at] - '0');
    }
    bool has_point = at < length && text[at] == '.';
    if (has_point)
        at++;
    digits += length - at;
    if (digits == 0 || (!has_point && at < length))
        return -EINVAL;
    int r = parse_fraction(text + at, length - at, &decimal);
    if (r < 0)
        return r;
    if (negative)
        decimal.units = -decimal.units;
    *ret_decimal = decimal;
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
