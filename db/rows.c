/* Reading the rows of one statement. Nothing is copied: texts point into libpq's result, or are the
 * program's own. */
#include "db/rows.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

const struct db_rows *db_rows_of_cells(struct arena *arena, const char *const *cells, size_t count,
                                       size_t columns)
{
    struct db_rows *rows = arena_alloc(arena, sizeof(*rows));
    if (rows)
        *rows = (struct db_rows){.count = count,
                                 .columns = columns,
                                 .cells = cells,
                                 .cell_rows = count,
                                 .cell_columns = columns};
    return rows;
}

const struct db_rows *db_rows_with_first(struct arena *arena, const struct db_rows *rows,
                                         const char *const *cells, size_t columns)
{
    struct db_rows *made = arena_alloc(arena, sizeof(*made));
    if (made) {
        *made = *rows;
        made->cells = cells;
        made->cell_rows = 1;
        made->cell_columns = columns;
    }
    return made;
}

size_t db_rows_count(const struct db_rows *rows)
{
    return rows->count;
}

size_t db_rows_columns(const struct db_rows *rows)
{
    return rows->columns;
}

const char *db_rows_column_name(const struct db_rows *rows, size_t column)
{
    return rows->result && column < rows->columns ? PQfname(rows->result, (int)column) : "";
}

/* The cell, where the row has any; NULL for null. */
static const char *cell_of(const struct db_rows *rows, size_t row, size_t column)
{
    return column < rows->cell_columns ? rows->cells[row * rows->cell_columns + column] : NULL;
}

static bool is_in_result(const struct db_rows *rows, size_t row, size_t column)
{
    return row < rows->count && column < rows->columns;
}

bool db_rows_is_null(const struct db_rows *rows, size_t row, size_t column)
{
    if (row < rows->cell_rows)
        return !cell_of(rows, row, column);
    return !is_in_result(rows, row, column) ||
           PQgetisnull(rows->result, (int)row, (int)column) == 1;
}

const char *db_rows_text(const struct db_rows *rows, size_t row, size_t column)
{
    if (row < rows->cell_rows) {
        const char *cell = cell_of(rows, row, column);
        return cell ? cell : "";
    }
    return is_in_result(rows, row, column) ? PQgetvalue(rows->result, (int)row, (int)column) : "";
}

size_t db_rows_length(const struct db_rows *rows, size_t row, size_t column)
{
    if (row < rows->cell_rows)
        return strlen(db_rows_text(rows, row, column));
    return is_in_result(rows, row, column)
               ? (size_t)PQgetlength(rows->result, (int)row, (int)column)
               : 0;
}

/* Digits that no integer overflows with; most have fewer. */
enum {
    SHORT_DIGITS = 18
};

static int64_t parse_int(const char *text)
{
    int64_t number = 0;
    size_t digits = 0;
    for (; digits < SHORT_DIGITS && text[digits] >= '0' && text[digits] <= '9'; digits++)
        number = 10 * number + (text[digits] - '0');
    if (text[digits] == '\0')
        return number;
    if (digits == 0 && *text != '-')
        return 0;
    char *end;
    errno = 0;
    long long any = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? (int64_t)any : 0;
}

int64_t db_rows_int(const struct db_rows *rows, size_t row, size_t column)
{
    return parse_int(db_rows_text(rows, row, column));
}

bool db_rows_bool(const struct db_rows *rows, size_t row, size_t column)
{
    return db_rows_text(rows, row, column)[0] == 't';
}

int64_t db_rows_affected(const struct db_rows *rows)
{
    return rows->result ? parse_int(PQcmdTuples(rows->result)) : 0;
}
