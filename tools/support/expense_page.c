/* Writes pages of expenses. The order and the keys of their rows are the statements'. */
#include "tools/support/expense_page.h"

/* Rows of the page, and perhaps one more, which tells that there is a next page. */
static size_t count_rows(const struct db_rows *rows, const struct expense_page *page)
{
    size_t count = db_rows_count(rows);
    if (count <= page->first || db_rows_is_null(rows, page->first, page->column + PAGE_EXPENSE))
        return 0;
    return count - page->first;
}

void expense_page_write(struct answer *answer, const struct expense_page *page)
{
    OWNED_BUF cursor = BUF_INIT(CURSOR_MAX_BYTES);
    const struct db_rows *rows = answer->rows;
    size_t found = count_rows(rows, page);
    struct answer_list list = {
        .key = "rows",
        .fields = expense_fields,
        .first = page->first,
        .count = found < (size_t)page->wanted ? found : (size_t)page->wanted,
        .column = page->column + PAGE_EXPENSE,
        .data = page->names,
    };
    size_t returned = answer_rows(answer, &list);
    if (returned > 0 && returned < found) {
        size_t last = page->first + returned - 1;
        (void)page_cursor_write(&cursor, page->question,
                                db_rows_text(rows, last, page->column + PAGE_KEY),
                                db_rows_text(rows, last, page->column + PAGE_ID_KEY));
    }
    answer_listing(answer, returned, db_rows_int(rows, 0, BASIS_LISTED),
                   cursor.length > 0 ? buf_text(&cursor) : NULL);
}
