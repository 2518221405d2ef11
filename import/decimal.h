/* Exact decimals: a whole number of 1/10^8 in 128 bits, which holds ten million sums of the largest
 * amount. Never a float. `decimals` remembers how many were written, so that 8.850 stays 8.850. */
#ifndef IMPORT_DECIMAL_H
#define IMPORT_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/own.h"
#include "import/limits.h"

__extension__ typedef __int128 import_units;

struct import_decimal {
    import_units units;
    unsigned char decimals; /* at least this many digits behind the point are written */
};

/* Reads digits with at most one point and at most one leading sign: the canonical form that
 * import_decimal_text() writes, and nothing else. -EINVAL for another text, -ERANGE beyond
 * IMPORT_AMOUNT_DIGITS_MAX or IMPORT_AMOUNT_DECIMALS_MAX. */
MUST_CHECK int import_decimal_parse(const char *text, size_t length,
                                    struct import_decimal *ret_decimal);

/* Writes "-1234.50" into at least IMPORT_AMOUNT_TEXT_MAX bytes. */
void import_decimal_text(struct import_decimal decimal, char *ret_text);

struct import_decimal import_decimal_add(struct import_decimal a, struct import_decimal b);
struct import_decimal import_decimal_negate(struct import_decimal a);

static inline struct import_decimal import_decimal_subtract(struct import_decimal a,
                                                            struct import_decimal b)
{
    return import_decimal_add(a, import_decimal_negate(b));
}

static inline bool import_decimal_is_negative(struct import_decimal a)
{
    return a.units < 0;
}

static inline struct import_decimal import_decimal_absolute(struct import_decimal a)
{
    return a.units < 0 ? import_decimal_negate(a) : a;
}

#endif
