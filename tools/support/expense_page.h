/* A page of expenses in an answer: rows, how many there are, and the cursor of the next page. */
#ifndef TOOLS_SUPPORT_EXPENSE_PAGE_H
#define TOOLS_SUPPORT_EXPENSE_PAGE_H

#include "tools/support/answer.h"
#include "tools/support/expense.h"
#include "tools/support/limits.h"
#include "tools/support/page.h"

/* The columns of a row of the page: its sort keys, the expense. */
enum expense_page_column {
    PAGE_KEY,
    PAGE_ID_KEY,
    PAGE_EXPENSE
};

/* Where the page stands in the rows of the statement, and what it is. */
struct expense_page {
    size_t first;                      /* its first row: 1 behind the basis, or 0 beside it */
    size_t column;                     /* where enum expense_page_column begins */
    int64_t wanted;                    /* most rows; the statement was asked for one more */
    const struct expense_names *names; /* of rows that hold ids and numbers, or NULL */
    uint64_t question;                 /* what its cursor is bound to */
};

/* The argument `limit`: rows wanted. */
static inline int64_t expense_page_limit(const struct field_opt_int *limit)
{
    return limit->given ? limit->value : ROWS_DEFAULT;
}

/* Writes rows, returned, of, truncated, next_cursor. */
void expense_page_write(struct answer *answer, const struct expense_page *page);

#endif
