/* Decimal arithmetic on 128-bit integers; every step that could overflow is checked. What fits into
 * 64 bits, as nearly all amounts do, takes a shorter way. It does not know currencies (money.c) and
 * never adds up rows: those sums are SQL's. */
#include "tools/support/decimal.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

enum {
    SCALE_MAX = 18,
    SHORT_DIGITS = 18 /* any number of so many digits fits into 64 bits */
};

static const int64_t powers[] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

static bool is_short(decimal_units units)
{
    return units >= INT64_MIN && units <= INT64_MAX;
}

static int times_ten(decimal_units *units, int times)
{
    if (times >= 0 && times <= SHORT_DIGITS && is_short(*units)) {
        *units *= powers[times]; /* at most 126 bits */
        return 0;
    }
    for (; times > 0; times--) {
        if (__builtin_mul_overflow(*units, (decimal_units)10, units))
            return -ERANGE;
    }
    return 0;
}

/* Appends a digit; beyond SCALE_MAX decimals only zeros are let go. */
static int take_digit(struct decimal *number, int digit, bool is_decimal)
{
    if (is_decimal && number->scale == SCALE_MAX)
        return digit == 0 ? 0 : -ERANGE;
    if (times_ten(&number->units, 1) != 0 ||
        __builtin_add_overflow(number->units, (decimal_units)digit, &number->units))
        return -ERANGE;
    number->scale += is_decimal ? 1 : 0;
    return 0;
}

/* Takes the digits at *at and moves behind them; -EINVAL when there are none. */
static int take_digits(const char **at, struct decimal *number, bool is_decimal)
{
    const char *begin = *at;
    int r = 0;
    for (; r == 0 && **at >= '0' && **at <= '9'; (*at)++)
        r = take_digit(number, **at - '0', is_decimal);
    return r == 0 && *at == begin ? -EINVAL : r;
}

/* Adds digits to `units`, which wraps around when they are too many; returns where they end. */
static const char *add_digits(const char *text, uint64_t *units)
{
    uint64_t sum = *units;
    for (unsigned digit; (digit = (unsigned)*text - '0') <= 9; text++)
        sum = 10 * sum + digit;
    *units = sum;
    return text;
}

/* Up to SHORT_DIGITS digits with a point somewhere in between; false for anything else. */
static bool parse_short(const char *text, struct decimal *ret_number)
{
    uint64_t units = 0;
    const char *point = add_digits(text, &units);
    const char *end = *point == '.' ? add_digits(point + 1, &units) : point;
    bool has_point = end != point;
    if (*end != '\0' || point == text || end == point + 1 ||
        end - text > SHORT_DIGITS + (has_point ? 1 : 0))
        return false;
    *ret_number =
        (struct decimal){.units = (int64_t)units, .scale = has_point ? (int)(end - point) - 1 : 0};
    return true;
}

int decimal_parse(const char *text, struct decimal *ret_number)
{
    struct decimal number = {0};
    bool is_negative = *text == '-';
    text += is_negative || *text == '+' ? 1 : 0;
    if (parse_short(text, &number)) {
        number.units = is_negative ? -number.units : number.units;
        *ret_number = number;
        return 0;
    }
    int r = take_digits(&text, &number, false);
    if (r == 0 && *text == '.') {
        text++;
        r = take_digits(&text, &number, true);
    }
    if (r == 0 && *text != '\0')
        r = -EINVAL;
    if (r != 0)
        return r;
    if (is_negative)
        number.units = -number.units;
    *ret_number = number;
    return 0;
}

/* The quotients of two integers, half to even; the divisor is positive. */
static int64_t divide_short(int64_t number, int64_t divisor)
{
    int64_t quotient = number / divisor;
    int64_t rest = number % divisor;
    if (rest < 0)
        rest = -rest;
    int64_t to_next = divisor - rest;
    if (rest > to_next || (rest == to_next && quotient % 2 != 0))
        quotient += number < 0 ? -1 : 1;
    return quotient;
}

static decimal_units divide_half_even(decimal_units number, decimal_units divisor)
{
    if (is_short(number) && is_short(divisor))
        return divide_short((int64_t)number, (int64_t)divisor);
    decimal_units quotient = number / divisor;
    decimal_units rest = number % divisor;
    if (rest < 0)
        rest = -rest;
    decimal_units to_next = divisor - rest;
    if (rest > to_next || (rest == to_next && quotient % 2 != 0))
        quotient += number < 0 ? -1 : 1;
    return quotient;
}

int decimal_round(struct decimal number, int scale, struct decimal *ret_number)
{
    return decimal_divide(number, decimal_from_int(1), scale, ret_number);
}

int decimal_divide(struct decimal number, struct decimal divisor, int scale,
                   struct decimal *ret_number)
{
    if (divisor.units == 0 || scale < 0 || scale > SCALE_MAX)
        return -EINVAL;
    /* number / 10^a : divisor / 10^b, times 10^scale, is number * 10^(scale + b - a) : divisor. */
    int shift = scale + divisor.scale - number.scale;
    int r = shift >= 0 ? times_ten(&number.units, shift) : times_ten(&divisor.units, -shift);
    if (r != 0)
        return r;
    if (divisor.units < 0) {
        divisor.units = -divisor.units;
        number.units = -number.units;
    }
    *ret_number = (struct decimal){divide_half_even(number.units, divisor.units), scale};
    return 0;
}

struct decimal decimal_trim(struct decimal number)
{
    for (; number.scale > 0 && number.units % 10 == 0; number.scale--)
        number.units /= 10;
    return number;
}

/* Gives both as many decimals as the one that has more. */
static inline int align(struct decimal *one, struct decimal *other)
{
    if (one->scale == other->scale)
        return 0;
    int scale = one->scale > other->scale ? one->scale : other->scale;
    if (times_ten(&one->units, scale - one->scale) != 0 ||
        times_ten(&other->units, scale - other->scale) != 0)
        return -ERANGE;
    one->scale = scale;
    other->scale = scale;
    return 0;
}

int decimal_add(struct decimal one, struct decimal other, struct decimal *ret_number)
{
    struct decimal result;
    if (align(&one, &other) != 0 || __builtin_add_overflow(one.units, other.units, &result.units))
        return -ERANGE;
    result.scale = one.scale;
    *ret_number = result;
    return 0;
}

int decimal_subtract(struct decimal one, struct decimal other, struct decimal *ret_number)
{
    struct decimal result;
    if (align(&one, &other) != 0 || __builtin_sub_overflow(one.units, other.units, &result.units))
        return -ERANGE;
    result.scale = one.scale;
    *ret_number = result;
    return 0;
}

int decimal_sign(struct decimal number)
{
    return (number.units > 0) - (number.units < 0);
}

/* Writes digits and point in front of `at`; returns where they begin. */
static char *format_short(uint64_t size, int scale, char *at)
{
    for (int i = 0; i < scale; i++) {
        *--at = (char)('0' + size % 10);
        size /= 10;
    }
    if (scale > 0)
        *--at = '.';
    do {
        *--at = (char)('0' + size % 10);
        size /= 10;
    } while (size != 0);
    return at;
}

static char *format_long(decimal_units units, int scale, char *at)
{
    int written = 0;
    /* Digits are taken from the signed number, so that the smallest one needs no special case. */
    do {
        int digit = (int)(units % 10);
        *--at = (char)('0' + (digit < 0 ? -digit : digit));
        units /= 10;
        if (++written == scale)
            *--at = '.';
    } while (units != 0 || written <= scale);
    return at;
}

const char *decimal_format(struct decimal number, char ret_text[DECIMAL_TEXT_SIZE])
{
    char digits[DECIMAL_TEXT_SIZE];
    char *at = digits + sizeof(digits);
    bool is_negative = number.units < 0;
    *--at = '\0';
    if (is_short(number.units)) {
        uint64_t units = (uint64_t)(int64_t)number.units;
        at = format_short(is_negative ? 0 - units : units, number.scale, at);
    } else {
        at = format_long(number.units, number.scale, at);
    }
    if (is_negative)
        *--at = '-';
    size_t length = (size_t)(digits + sizeof(digits) - at);
    return memcpy(ret_text, at, length);
}
