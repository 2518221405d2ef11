/* A page of expenses in an answer: rows, how many there are, and the cursor of the next page. */
#ifndef TOOLS_SUPPORT_EXPENSE_PAGE_H
#define TOOLS_SUPPORT_EXPENSE_PAGE_H

#include "tools/support/answer.h"
#include "tools/support/expense.h"
#include "tools/support/limits.h"
#include "tools/support/page.h"

/* Columns of statements with a page: the totals, the sort keys of the row, the expense. */
enum expense_page_column {
    PAGE_KEY = BASIS_COLUMNS,
    PAGE_ID_KEY,
    PAGE_EXPENSE,
    PAGE_COLUMNS = PAGE_EXPENSE + EXPENSE_COLUMNS
};

/* The argument `limit`: rows wanted. */
static inline int64_t expense_page_limit(const struct field_opt_int *limit)
{
    return limit->given ? limit->value : ROWS_DEFAULT;
}

/* Writes rows, returned, of, truncated, next_cursor. The statement was asked for one row more than
 * `wanted`, which tells whether there is a next page. */
void expense_page_write(struct answer *answer, int64_t wanted, uint64_t question);

#endif
