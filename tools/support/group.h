/* One group of a total as people see it: label, sum, count, average, share, and with a comparison
 * what it was before. */
#ifndef TOOLS_SUPPORT_GROUP_H
#define TOOLS_SUPPORT_GROUP_H

#include "tools/support/decimal.h"
#include "tools/support/row.h"

/* The columns of a group, beginning at row_context.column. */
enum group_column {
    GROUP_LABEL,
    GROUP_THEN,
    GROUP_TOTAL,
    GROUP_COUNTED,
    GROUP_BEFORE, /* sum over the periods compared with */
    GROUP_COLUMNS
};

/* row_context.data of a table of groups. */
struct group_context {
    struct decimal hundredth; /* of all groups, for shares: money_hundredth() */
    bool has_then;
    bool has_before;
    const char *before_count; /* periods that GROUP_BEFORE is the sum of; the mean is shown */
};

extern const struct field group_fields[];

/* A number that may be null, in results. */
extern const struct field_type field_number_or_null;

#endif
