/* One expense as people see it: the table of its members and the one place that writes it. */
#ifndef TOOLS_SUPPORT_EXPENSE_H
#define TOOLS_SUPPORT_EXPENSE_H

#include "tools/support/row.h"

/* The columns of expense.sql. */
enum expense_column {
    EXPENSE_ID,
    EXPENSE_DATE,
    EXPENSE_AMOUNT,
    EXPENSE_CURRENCY,
    EXPENSE_CATEGORY,
    EXPENSE_MERCHANT,
    EXPENSE_DESCRIPTION,
    EXPENSE_USER,
    EXPENSE_KIND,
    EXPENSE_TAGS,
    EXPENSE_NOTES,
    EXPENSE_ACCOUNT,
    EXPENSE_REFUND_OF,
    EXPENSE_RECEIPT,
    EXPENSE_PENDING,
    EXPENSE_PAID_BY,
    EXPENSE_COLUMNS
};

/* Rows may name people and accounts by id, and the day by its number, which is less work for the
 * database where there are many: then row_context.data is this. Lists of "id name" joined by the unit
 * separator; otherwise it is NULL. */
struct expense_names {
    const char *users;
    const char *accounts;
};

/* The members, for OUT_ROWS(…, expense_fields) and row_write(). */
extern const struct field expense_fields[];

/* Writes one expense whose columns begin at `column`. One that is not there yet (`is_draft`) has no id, and
 * its receipt neither. */
void expense_write(struct json_out *out, const struct db_rows *rows, size_t row, size_t column,
                   bool is_draft);

#endif
