/* Exact division of a receipt. All arithmetic is on integers: units of the currency, and hundredths
 * of a per cent of a per cent. */
#include "tools/support/split.h"

#include <errno.h>
#include <stdbool.h>

#include "tools/support/decimal.h"
#include "tools/support/limits.h"

enum {
    PERCENT_SCALE = 4
};

static const decimal_units percent_whole = 1000000; /* 100 per cent at that scale */

/* A split under way. */
struct split {
    struct arena *arena;
    int exponent;
    const struct split_share *shares;
    size_t count;
    bool has_total;
    decimal_units total;
    bool by_percent;
    size_t rest;          /* the line that takes what is left, or count */
    decimal_units *asked; /* units or per cent of each line */
    decimal_units *units; /* the result */
    const char *why;
    const char *sum;
};

static int units_of(const struct money *money, int scale, decimal_units *ret_units)
{
    struct decimal number;
    if (money->decimals > scale)
        return -ERANGE;
    int r = decimal_parse(money->text, &number);
    if (r == 0)
        r = decimal_round(number, scale, &number);
    if (r == 0)
        *ret_units = number.units;
    return r;
}

static const char *text_of(struct arena *arena, decimal_units units, int scale)
{
    char text[DECIMAL_TEXT_SIZE];
    return arena_strdup(arena, decimal_format((struct decimal){units, scale}, text));
}

static int refuse(struct split *split, int error, const char *why)
{
    split->why = why;
    return error;
}

/* Reads what one line asks for. */
static int read_share(struct split *split, size_t i)
{
    const struct split_share *share = &split->shares[i];
    const struct money *said = share->percent.text ? &share->percent : &share->amount;
    if (share->percent.text && share->amount.text)
        return refuse(split, -EINVAL, "each split has an amount or a percent, not both");
    if (!said->text) {
        if (split->rest != split->count)
            return refuse(split, -EINVAL, "only one split may leave out amount and percent");
        split->rest = i;
        return 0;
    }
    int r = units_of(said, share->percent.text ? PERCENT_SCALE : split->exponent, &split->asked[i]);
    if (r == -ERANGE)
        return refuse(split, -EINVAL, "a split has more decimals than its currency");
    if (r != 0 || split->asked[i] <= 0)
        return refuse(split, -EINVAL, "each split must be above 0");
    return 0;
}

/* Whether the lines agree on how they are meant. */
static int read_shares(struct split *split)
{
    size_t amounts = 0;
    size_t percents = 0;
    int r = 0;
    split->rest = split->count;
    for (size_t i = 0; r == 0 && i < split->count; i++) {
        r = read_share(split, i);
        amounts += split->shares[i].amount.text ? 1 : 0;
        percents += split->shares[i].percent.text ? 1 : 0;
    }
    if (r != 0)
        return r;
    if (amounts > 0 && percents > 0)
        return refuse(split, -EINVAL, "splits are all by amount or all by percent");
    if (!split->has_total && (percents > 0 || split->rest != split->count))
        return refuse(split, -EINVAL, "the amount of the whole is missing");
    split->by_percent = percents > 0;
    return 0;
}

/* Gives the rest to the line that asked for it, and checks that everything adds up to `whole`. */
static int complete(struct split *split, decimal_units whole, int scale, int error)
{
    decimal_units sum = 0;
    for (size_t i = 0; i < split->count; i++)
        sum += split->asked[i];
    if (split->rest != split->count && sum < whole) {
        split->asked[split->rest] = whole - sum;
        return 0;
    }
    if (sum == whole && split->rest == split->count)
        return 0;
    /* Per cent are not written with all the decimals that they may have. */
    struct decimal shown = {sum, scale};
    if (split->by_percent)
        shown = decimal_trim(shown);
    split->sum = text_of(split->arena, shown.units, shown.scale);
    if (!split->sum)
        return -ENOMEM;
    if (split->rest != split->count)
        return refuse(split, error, "nothing is left for the split without amount and percent");
    return refuse(split, error, "the splits do not add up to the whole");
}

/* Per cent to units: whole units first, then one more to the largest remainders. */
static int distribute(struct split *split)
{
    decimal_units *remainders = arena_array(split->arena, split->count, sizeof(*remainders));
    if (!remainders)
        return -ENOMEM;
    decimal_units left = split->total;
    for (size_t i = 0; i < split->count; i++) {
        decimal_units product = split->total * split->asked[i];
        split->units[i] = product / percent_whole;
        remainders[i] = product % percent_whole;
        left -= split->units[i];
    }
    for (; left > 0; left--) {
        size_t best = 0;
        for (size_t i = 1; i < split->count; i++) {
            if (remainders[i] > remainders[best])
                best = i;
        }
        split->units[best]++;
        remainders[best] = -1;
    }
    for (size_t i = 0; i < split->count; i++) {
        if (split->units[i] == 0)
            return refuse(split, -EINVAL, "a split comes to nothing");
    }
    return 0;
}

static int divide(struct split *split)
{
    int r = read_shares(split);
    if (r != 0)
        return r;
    if (split->by_percent) {
        r = complete(split, percent_whole, PERCENT_SCALE, -ERANGE);
        return r != 0 ? r : distribute(split);
    }
    if (split->has_total)
        r = complete(split, split->total, split->exponent, -EDOM);
    for (size_t i = 0; r == 0 && i < split->count; i++)
        split->units[i] = split->asked[i];
    return r;
}

static int write_amounts(const struct split *split, struct split_result *ret_result)
{
    struct money *amounts = arena_array(split->arena, split->count, sizeof(*amounts));
    int r = amounts ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < split->count; i++) {
        const char *text = text_of(split->arena, split->units[i], split->exponent);
        r = text ? money_parse(split->arena, text, &amounts[i]) : -ENOMEM;
    }
    if (r == 0)
        ret_result->amounts = amounts;
    return r;
}

int split_amounts(struct arena *arena, const struct money *total, int exponent,
                  const struct split_share *shares, size_t count, struct split_result *ret_result)
{
    struct split split = {
        .arena = arena,
        .exponent = exponent,
        .shares = shares,
        .count = count,
        .has_total = total->text != NULL,
        .asked = arena_array(arena, count, sizeof(decimal_units)),
        .units = arena_array(arena, count, sizeof(decimal_units)),
    };
    if (!split.asked || !split.units)
        return -ENOMEM;
    int r = 0;
    if (split.has_total && (units_of(total, exponent, &split.total) != 0 || split.total <= 0))
        r = refuse(&split, -EINVAL, "the whole must be above 0");
    if (r == 0)
        r = divide(&split);
    ret_result->why = split.why;
    ret_result->sum = split.sum;
    return r == 0 ? write_amounts(&split, ret_result) : r;
}
