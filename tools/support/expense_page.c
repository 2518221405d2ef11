/* Writes pages of expenses. The order and the keys of their rows are the statements'. */
#include "tools/support/expense_page.h"

void expense_page_write(struct answer *answer, int64_t wanted, uint64_t question)
{
    OWNED_BUF cursor = BUF_INIT(CURSOR_MAX_BYTES);
    const struct db_rows *rows = answer->rows;
    size_t found = db_rows_is_null(rows, 0, PAGE_EXPENSE) ? 0 : db_rows_count(rows);
    struct answer_list list = {
        .key = "rows",
        .fields = expense_fields,
        .count = found < (size_t)wanted ? found : (size_t)wanted,
        .column = PAGE_EXPENSE,
    };
    size_t returned = answer_rows(answer, &list);
    if (returned > 0 && returned < found) {
        (void)page_cursor_write(&cursor, question, db_rows_text(rows, returned - 1, PAGE_KEY),
                                db_rows_text(rows, returned - 1, PAGE_ID_KEY));
    }
    answer_listing(answer, returned, db_rows_int(rows, 0, BASIS_LISTED),
                   cursor.length > 0 ? buf_text(&cursor) : NULL);
}
