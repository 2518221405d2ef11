/* Who pays whom so that everybody is even, with as few payments as can be. Knows no database. */
#ifndef TOOLS_SUPPORT_SETTLE_H
#define TOOLS_SUPPORT_SETTLE_H

#include <stddef.h>

#include "base/own.h"
#include "tools/support/decimal.h"

enum {
    SETTLE_MAX = 12 /* people; the work doubles with each */
};

struct settlement {
    size_t from, to; /* numbers of people */
    decimal_units amount;
};

/* `balances` (positive: is owed) add up to zero, `count` is at most SETTLE_MAX. Fills at most
 * count - 1 payments, the largest first. 0; -EINVAL when they do not add up or are too many. */
MUST_CHECK int settle(const decimal_units *balances, size_t count,
                      struct settlement ret_settlements[SETTLE_MAX], size_t *ret_count);

/* Divides `total` by weights (not all 0, none negative) to the unit: what is left over goes to the
 * largest remainders (Hamilton's method), to the earlier one when they are equal. A negative total
 * is divided like its size. 0; -EINVAL when all weights are 0; -ERANGE. */
MUST_CHECK int settle_divide(decimal_units total, const decimal_units *weights, size_t count,
                             decimal_units *ret_shares);

#endif
