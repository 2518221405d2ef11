/* Groups by category, out of sums by category and kind and the names of all categories: joined, added up
 * and put into order here, which the database would do with a plan that takes longer to set up. */
#ifndef TOOLS_SUPPORT_CATEGORY_GROUPS_H
#define TOOLS_SUPPORT_CATEGORY_GROUPS_H

#include "base/arena.h"
#include "db/query.h"

/* The columns of summarize_spending.by_category. In its one row without a kind, the columns of the category
 * and of the rate are how many deleted rows match, and ids and names of all categories: "id name" joined
 * by the unit separator. */
enum category_sum_column {
    CATEGORY_SUM_CATEGORY, /* null: without one */
    CATEGORY_SUM_KIND      /* from here on enum kind_sum_column */
};

/* Rows for an answer: the basis first, then the groups that count something (enum group_column), the
 * largest first, equal ones by name. `kinds` are those that count. 0; -ENOMEM; -ERANGE or -EINVAL when it
 * cannot be told from this: a sum has too many digits, or a category has no name. */
MUST_CHECK int category_groups(struct arena *arena, const struct db_rows *rows,
                               const char *const kinds[2], const struct db_rows **ret_rows);

#endif
