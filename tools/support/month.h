/* One month beside others: income, spending and what is left. */
#ifndef TOOLS_SUPPORT_MONTH_H
#define TOOLS_SUPPORT_MONTH_H

#include "tools/support/group.h"

/* The columns of a month, beginning at row_context.column: those of a group, whose total is the
 * spending, and one more. */
enum month_column {
    MONTH_EARNED = GROUP_COLUMNS,
    MONTH_COLUMNS
};

extern const struct field month_fields[];

#endif
