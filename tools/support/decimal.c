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

int decimal_parse(const char *text, struct decimal *ret_number)
{
    struct decimal number = {0};
    bool is_negative = *text == '-';
    bool has_digit = false;
    bool has_point = false;
    if (*text == '-' || *text == '+')
        text++;
    for (; *text != '\0'; text++) {
        if (*text == '.' && !has_point && has_digit) {
            has_point = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            return -EINVAL;
        has_digit = true;
        if (has_point && number.scale == SCALE_MAX) {
            if (*text != '0')
                return -ERANGE;
            continue;
        }
        if (times_ten(&number.units, 1) != 0 ||
            __builtin_add_overflow(number.units, (decimal_units)(*text - '0'), &number.units))
            return -ERANGE;
        number.scale += has_point ? 1 : 0;
    }
    if (!has_digit || (has_point && number.scale == 0))
        return -EINVAL;
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
