/* Amounts as people and programs write them: plain decimal text, never a float. An amount is bound
 * before its currency is known, so binding checks the form and money_check() the decimals. */
#ifndef TOOLS_SUPPORT_MONEY_H
#define TOOLS_SUPPORT_MONEY_H

#include <stdbool.h>

#include "base/arena.h"
#include "mcp/field.h"
#include "tools/support/decimal.h"

struct money {
    const char *text; /* canonical, such as "-60" or "12.5": no plus, no needless zeros before the
                         point; fit for $n::numeric. NULL: absent */
    int decimals;     /* trailing zeros aside, but for a text of a request: as written */
    const char *said; /* that text, where it has such zeros; else NULL */
};

/* What to name it by when it is refused. */
static inline const char *money_said(const struct money *money)
{
    return money->said ? money->said : money->text;
}

/* Understands "12.50", "-60", "0.5", at most MONEY_MAX_DIGITS before the point and
 * MONEY_MAX_DECIMALS after it. 0, -EINVAL (form), -ERANGE (too many digits), -ENOMEM. */
MUST_CHECK int money_parse(struct arena *arena, const char *text, struct money *ret_money);

/* Whether the currency has as many decimals as the amount: 0, -ERANGE, -ENOENT (unknown). */
MUST_CHECK int money_check(const struct money *money, const char *currency);

bool money_is_negative(const struct money *money);

/* Numeric text from SQL with exactly `exponent` decimals, half to even; "0.00" for no number (a
 * defect of ours that must not take the process down). Returns `ret_text`. */
const char *money_format(const char *numeric, int exponent, char ret_text[DECIMAL_TEXT_SIZE]);

/* total / count with `exponent` decimals, half to even; "" when count is 0. */
const char *money_average(const char *total, const char *count, int exponent,
                          char ret_text[DECIMAL_TEXT_SIZE]);

/* A hundredth of a whole that many shares are of. */
struct decimal money_hundredth(const char *whole);

/* part / hundredth with one decimal, half to even; "" when that is 0. */
const char *money_share(const char *part, struct decimal hundredth,
                        char ret_text[DECIMAL_TEXT_SIZE]);

/* The same of one share: 100 * part / whole. */
const char *money_percent(const char *part, const char *whole, char ret_text[DECIMAL_TEXT_SIZE]);

/* one - other with `exponent` decimals. */
const char *money_difference(const char *one, const char *other, int exponent,
                             char ret_text[DECIMAL_TEXT_SIZE]);

/* one + other, the same. */
const char *money_sum(const char *one, const char *other, int exponent,
                      char ret_text[DECIMAL_TEXT_SIZE]);

/* Sign of numeric text: -1, 0, 1. */
int money_sign(const char *numeric);

/* Whether one amount is less than the other; not when one of them is absent (NULL). */
bool money_is_below(const char *one, const char *other);

/* struct money: a number or a string. */
extern const struct field_type field_money;

// clang-format off
#define ARG_MONEY(S, member, ...) FIELD_ROW(S, member, struct money, field_money, __VA_ARGS__)
// clang-format on

#endif
