/* Decimal arithmetic on 128-bit integers; every step that could overflow is checked. It does not
 * know currencies (money.c) and never adds amounts up: sums are SQL's. */
#include "tools/support/decimal.h"

#include <errno.h>
#include <string.h>

enum {
    SCALE_MAX = 18
};

static int times_ten(decimal_units *units, int times)
{
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

int decimal_parse(const char *text, struct decimal *ret_number)
{
    struct decimal number = {0};
    bool is_negative = *text == '-';
    text += is_negative || *text == '+' ? 1 : 0;
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

/* The quotient of two integers, half to even; the divisor is positive. */
static decimal_units divide_half_even(decimal_units number, decimal_units divisor)
{
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

int decimal_subtract(struct decimal one, struct decimal other, struct decimal *ret_number)
{
    int scale = one.scale > other.scale ? one.scale : other.scale;
    struct decimal result = {.scale = scale};
    if (times_ten(&one.units, scale - one.scale) != 0 ||
        times_ten(&other.units, scale - other.scale) != 0 ||
        __builtin_sub_overflow(one.units, other.units, &result.units))
        return -ERANGE;
    *ret_number = result;
    return 0;
}

int decimal_sign(struct decimal number)
{
    return (number.units > 0) - (number.units < 0);
}

const char *decimal_format(struct decimal number, char ret_text[DECIMAL_TEXT_SIZE])
{
    char digits[DECIMAL_TEXT_SIZE];
    char *at = digits + sizeof(digits);
    bool is_negative = number.units < 0;
    int written = 0;
    *--at = '\0';
    /* Digits are taken from the signed number, so that the smallest one needs no special case. */
    do {
        int digit = (int)(number.units % 10);
        *--at = (char)('0' + (digit < 0 ? -digit : digit));
        number.units /= 10;
        if (++written == number.scale)
            *--at = '.';
    } while (number.units != 0 || written <= number.scale);
    if (is_negative)
        *--at = '-';
    size_t length = (size_t)(digits + sizeof(digits) - at);
    return memcpy(ret_text, at, length);
}
