/* Exact decimals: a 128-bit integer and the number of its decimals. For what is left to do with sums
 * of rows that came from SQL: rounding, shares, averages, differences, adding up a few of them.
 * Nothing here is ever a binary fraction. Functions return 0, -EINVAL (no decimal) or -ERANGE (more
 * than about 37 digits). */
#ifndef TOOLS_SUPPORT_DECIMAL_H
#define TOOLS_SUPPORT_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/own.h"

__extension__ typedef __int128 decimal_units;

struct decimal {
    decimal_units units;
    int scale; /* value = units / 10^scale; 0 to 18 */
};

enum {
    DECIMAL_TEXT_SIZE = 48 /* room for any decimal as text */
};

/* Digits with an optional sign and point, as PostgreSQL prints numeric; no exponent, no blanks. */
MUST_CHECK int decimal_parse(const char *text, struct decimal *ret_number);

/* Half to even. More decimals than the number has are zeros. */
MUST_CHECK int decimal_round(struct decimal number, int scale, struct decimal *ret_number);

/* number / divisor rounded half to even to `scale` decimals, once and exactly. -EINVAL when the
 * divisor is zero. */
MUST_CHECK int decimal_divide(struct decimal number, struct decimal divisor, int scale,
                              struct decimal *ret_number);

/* The same number without zeros behind its decimals: 99.9 of 99.9000. */
struct decimal decimal_trim(struct decimal number);

MUST_CHECK int decimal_add(struct decimal one, struct decimal other, struct decimal *ret_number);
MUST_CHECK int decimal_subtract(struct decimal one, struct decimal other,
                                struct decimal *ret_number);

/* -1, 0 or 1. */
int decimal_sign(struct decimal number);

static inline struct decimal decimal_from_int(long long number)
{
    return (struct decimal){.units = number};
}

/* Writes it with exactly its scale's decimals: "-0.50". Zero has no sign. Returns `ret_text`. */
const char *decimal_format(struct decimal number, char ret_text[DECIMAL_TEXT_SIZE]);

#endif
