/* Divides an amount over the lines of a receipt, by amounts or in per cent, so that the lines add up
 * to it exactly: cents that are left over go to the largest remainders (Hamilton's method), to the
 * earlier line when they are equal. Knows no database. */
#ifndef TOOLS_SUPPORT_SPLIT_H
#define TOOLS_SUPPORT_SPLIT_H

#include <stddef.h>

#include "base/arena.h"
#include "tools/support/money.h"

/* What one line asks for: an amount, per cent, or (neither) what is left; at most one may do that. */
struct split_share {
    struct money amount;
    struct money percent;
};

struct split_result {
    struct money *amounts; /* one for each line, in the arena */
    const char *why;       /* static text, when it was refused */
    const char *sum;       /* what the lines come to, when that is why */
};

/* Divides `total`, which may be absent (text NULL) when every line says its amount. `exponent`:
 * decimals of the currency. 0; -ENOMEM; otherwise the result says what is wrong:
 * -EINVAL  shares that contradict each other, or a line of nothing
 * -EDOM    amounts that do not add up to the total
 * -ERANGE  per cent that do not add up to 100 */
MUST_CHECK int split_amounts(struct arena *arena, const struct money *total, int exponent,
                             const struct split_share *shares, size_t count,
                             struct split_result *ret_result);

#endif
