/* ISO 4217 currencies and how many decimals each has. */
#ifndef TOOLS_SUPPORT_CURRENCY_H
#define TOOLS_SUPPORT_CURRENCY_H

#include <stddef.h>

#include "mcp/field.h"

/* Decimals of a currency (USD 2, JPY 0, KWD 3), -ENOENT for an unknown code. Any letter case. */
int currency_exponent(const char *code);

/* The code in capitals, a constant; NULL for an unknown one. */
const char *currency_find(const char *code, size_t length);

/* const char *: the code in capitals, any letter case accepted. */
extern const struct field_type field_currency;

// clang-format off
#define ARG_CURRENCY(S, member, ...) FIELD_ROW(S, member, const char *, field_currency, __VA_ARGS__)
// clang-format on

#endif
