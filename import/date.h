/* Dates as banks and people write them: 2026-04-30 · 30.04.26 · 4/30/2026 · 30 Apr 2026 · 30. avril
 * 2026 · 1/ 1/10 · 1/1'10 · 20260430 · 2026-04-30T12:00:00Z. A time behind the date is left out, and
 * the date is not moved by its zone: it is the day that the bank wrote. One value often cannot tell
 * day from month (03/04), a file nearly always can: see every value, then decide. */
#ifndef IMPORT_DATE_H
#define IMPORT_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"
#include "import/import.h"

struct import_day {
    uint16_t year; /* 0: no day */
    uint8_t month;
    uint8_t day;
};

enum {
    IMPORT_YEAR_FIRST = 1900,
    IMPORT_YEAR_LAST = 2199,
    IMPORT_YEAR_PIVOT = 70 /* two digits from here on are of the last century */
};

bool import_day_is_real(unsigned int year, unsigned int month, unsigned int day);

/* Writes "2026-04-30", or "" for no day. */
void import_day_text(struct import_day day, char ret_text[11]);

/* Before, equal, after: negative, 0, positive. */
int import_day_compare(struct import_day a, struct import_day b);

/* Reads a date in the given order (not AUTO). A month by its name, or a year in front, overrules
 * the order. -EINVAL when it is no date, -ERANGE when there is no such day. */
MUST_CHECK int import_date_parse(const char *text, size_t length, enum import_date_order order,
                                 struct import_day *ret_day);

/* Reads the eight or six digits of OFX and SWIFT: YYYYMMDD or YYMMDD at the beginning of the text. */
MUST_CHECK int import_date_digits(const char *text, size_t length, size_t digits,
                                  struct import_day *ret_day);

/* What the values of a file tell about their order. */
struct import_order_evidence {
    uint64_t seen;    /* values that are dates in some order */
    uint64_t fits[4]; /* by enum import_date_order: values that are dates in this one */
    uint64_t differs; /* values that are two different days */
    uint64_t line;    /* of the first of these */
    char example[24];
};

/* Whether the text is a date at all; counts it. */
bool import_order_see(struct import_order_evidence *evidence, const char *text, size_t length,
                      uint64_t line);

/* The order, or IMPORT_DATE_AUTO when the values leave it open. */
enum import_date_order import_order_decide(const struct import_order_evidence *evidence);

#endif
