/* One odd thing as people see it: what, against which baseline, how odd, and the expenses that show
 * it. How it is found is in find_unusual.sql. */
#ifndef TOOLS_SUPPORT_FINDING_H
#define TOOLS_SUPPORT_FINDING_H

#include "tools/support/row.h"

/* Columns of a finding, beginning at row_context.column. */
enum finding_column {
    FINDING_KIND,
    FINDING_SUBJECT,
    FINDING_DAY,
    FINDING_AMOUNT,
    FINDING_CURRENCY,
    FINDING_USUAL,
    FINDING_SCORE,
    FINDING_SEEN,
    FINDING_EXTRA, /* days between, payments a year, whether a category is the baseline … */
    FINDING_PROOF,
    FINDING_COLUMNS
};

extern const struct field finding_fields[];

#endif
