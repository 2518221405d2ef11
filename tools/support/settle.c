/* The fewest payments. n people who are not even need n - k payments, where k is the largest number of
 * groups into which they fall so that each group is even by itself: payments never need to leave such
 * a group, and n people of one group need n - 1. All groups are tried (2^n sets of people). */
#include "tools/support/settle.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    SETS_MAX = 1 << SETTLE_MAX,
    WEIGHT_BITS = 40 /* a total of 19 digits times a weight stays within 127 bits */
};

static decimal_units size_of(decimal_units units)
{
    return units < 0 ? -units : units;
}

/* --- groups that are even by themselves ------------------------------------------------------ */

struct groups {
    const decimal_units *balances;
    size_t count;
    unsigned char most[SETS_MAX]; /* even groups that a set of people falls into */
};

static decimal_units sum_of(const struct groups *groups, unsigned set)
{
    decimal_units sum = 0;
    for (size_t i = 0; i < groups->count; i++)
        sum += (set >> i) & 1 ? groups->balances[i] : 0;
    return sum;
}

static void count_groups(struct groups *groups)
{
    for (unsigned set = 1; set < 1U << groups->count; set++) {
        unsigned char best = 0;
        for (size_t i = 0; i < groups->count; i++) {
            unsigned char without = groups->most[set & ~(1U << i)];
            if ((set >> i) & 1 && without > best)
                best = without;
        }
        groups->most[set] = (unsigned char)(best + (sum_of(groups, set) == 0 ? 1 : 0));
    }
}

/* Takes one even group, which cannot be divided further, out of a set that is even. */
static unsigned take_group(const struct groups *groups, unsigned *set)
{
    unsigned group = 0;
    do {
        unsigned here = *set;
        unsigned wanted = groups->most[here] - (sum_of(groups, here) == 0 ? 1U : 0U);
        for (size_t i = 0; i < groups->count; i++) {
            unsigned without = here & ~(1U << i);
            if (without != here && groups->most[without] == wanted) {
                group |= 1U << i;
                *set = without;
                break;
            }
        }
    } while (sum_of(groups, *set) != 0);
    return group;
}

/* --- payments within one group --------------------------------------------------------------- */

/* The largest debt (sign -1) or claim (1) of the group; count when there is none. */
static size_t largest(const decimal_units *open, size_t count, unsigned group, int sign)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++) {
        bool is_one = (group >> i) & 1 && open[i] * sign > 0;
        if (is_one && (best == count || open[i] * sign > open[best] * sign))
            best = i;
    }
    return best;
}

static size_t pay_group(decimal_units *open, size_t count, unsigned group,
                        struct settlement *settlements)
{
    size_t written = 0;
    for (;;) {
        size_t from = largest(open, count, group, -1);
        size_t to = largest(open, count, group, 1);
        if (from == count || to == count)
            return written;
        decimal_units amount = -open[from] < open[to] ? -open[from] : open[to];
        settlements[written++] = (struct settlement){from, to, amount};
        open[from] += amount;
        open[to] -= amount;
    }
}

static int by_amount(const void *one, const void *other)
{
    const struct settlement *a = one;
    const struct settlement *b = other;
    if (a->amount != b->amount)
        return a->amount > b->amount ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

int settle(const decimal_units *balances, size_t count,
           struct settlement ret_settlements[SETTLE_MAX], size_t *ret_count)
{
    if (count > SETTLE_MAX)
        return -EINVAL;
    struct groups groups = {.balances = balances, .count = count};
    decimal_units open[SETTLE_MAX];
    unsigned everybody = (1U << count) - 1;
    size_t written = 0;
    if (sum_of(&groups, everybody) != 0)
        return -EINVAL;
    for (size_t i = 0; i < count; i++)
        open[i] = balances[i];
    count_groups(&groups);
    while (everybody != 0)
        written +=
            pay_group(open, count, take_group(&groups, &everybody), ret_settlements + written);
    qsort(ret_settlements, written, sizeof(*ret_settlements), by_amount);
    *ret_count = written;
    return 0;
}

/* --- shares ---------------------------------------------------------------------------------- */

int settle_divide(decimal_units total, const decimal_units *weights, size_t count,
                  decimal_units *ret_shares)
{
    decimal_units whole = 0;
    decimal_units left = size_of(total);
    bool taken[SETTLE_MAX] = {false};
    if (count > SETTLE_MAX)
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0 || weights[i] >> WEIGHT_BITS != 0)
            return -ERANGE;
        whole += weights[i];
    }
    if (whole == 0)
        return -EINVAL;
    decimal_units size = left;
    for (size_t i = 0; i < count; i++) {
        ret_shares[i] = size * weights[i] / whole;
        left -= ret_shares[i];
    }
    for (; left > 0; left--) {
        size_t best = count;
        for (size_t i = 0; i < count; i++) {
            if (!taken[i] &&
                (best == count || size * weights[i] % whole > size * weights[best] % whole))
                best = i;
        }
        taken[best] = true;
        ret_shares[best]++;
    }
    for (size_t i = 0; total < 0 && i < count; i++)
        ret_shares[i] = -ret_shares[i];
    return 0;
}
