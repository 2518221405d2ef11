/* Amounts as banks and people write them: 1.234,56 · 1,234.56 · 1 234,56 · 1'234.56 · 12,34,567.89 ·
 * (12.50) · 12.50- · $1,036.47 · PKR 236,429.54 · 2,48,750.00 Cr. One value often cannot tell its
 * decimal mark (1.000), a file nearly always can: see every value, then decide. */
#ifndef IMPORT_AMOUNT_H
#define IMPORT_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/decimal.h"
#include "import/import.h"

enum import_amount_style {
    IMPORT_AMOUNT_FREE, /* with currency signs, brackets, trailing signs, Cr and Dr */
    IMPORT_AMOUNT_PLAIN /* a sign, digits, marks and grouping only */
};

/* Reads the text with the given mark (not AUTO). Blanks around it do not count. -EINVAL when it is
 * no amount, -ERANGE when it has too many digits. */
MUST_CHECK int import_amount_parse(const char *text, size_t length, enum import_decimal_mark mark,
                                   enum import_amount_style style,
                                   struct import_decimal *ret_amount);

/* What the values of a file tell about its decimal mark. */
struct import_mark_evidence {
    uint64_t point;     /* values that are amounts only with a decimal point */
    uint64_t comma;     /* only with a comma */
    uint64_t undecided; /* with both, and they differ */
    uint64_t line;      /* of the first undecided value */
    char example[32];
};

/* Whether the text is an amount at all; counts it. */
bool import_mark_see(struct import_mark_evidence *evidence, const char *text, size_t length,
                     enum import_amount_style style, uint64_t line);

/* The mark, or IMPORT_MARK_AUTO when the values leave it open. */
enum import_decimal_mark import_mark_decide(const struct import_mark_evidence *evidence);

/* The ISO 4217 code of the currency that a text such as "Amount (EUR)", "12,50 €" or "CAD$" names,
 * into ret_code; false when there is none, or a sign that several countries use ("$", "kr"). */
bool import_currency_find(const char *text, size_t length, char ret_code[4]);

/* Whether the whole text is a currency's code or sign, even one that several currencies share. */
bool import_currency_is_sign(const char *text, size_t length);

/* Whether three letters are a currency of ISO 4217 or one that it once had. */
bool import_currency_is_known(const char *code);

#endif
