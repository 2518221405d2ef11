/* What the tools about recurring payments share: the words for cadences, and one series as people see
 * it. How they are found is in recurring.sql. */
#ifndef TOOLS_SUPPORT_RECURRING_H
#define TOOLS_SUPPORT_RECURRING_H

#include "tools/support/row.h"

/* NULL-terminated, as in recurring_limits.sql. */
extern const char *const recurring_cadences[];

/* Columns of a series, beginning at row_context.column. */
enum series_column {
    SERIES_ID,
    SERIES_LABEL,
    SERIES_STATUS,
    SERIES_CADENCE,
    SERIES_EXPECTED,
    SERIES_CURRENCY,
    SERIES_NEXT,
    SERIES_YEARLY,
    SERIES_TIMES,
    SERIES_FIRST,
    SERIES_LAST,
    SERIES_LAST_AMOUNT,
    SERIES_PAID,
    SERIES_CONFIDENCE,
    SERIES_IS_CONFIRMED,
    SERIES_VARIES,
    SERIES_COMES_STILL,
    SERIES_CATEGORY,
    SERIES_PRICES,
    SERIES_PROOF,
    SERIES_COLUMNS
};

extern const struct field series_fields[];

#endif
