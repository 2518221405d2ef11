/* Reading the rows of one statement. Nothing is copied: texts point into libpq's result. */
#include "db/rows.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

size_t db_rows_count(const struct db_rows *rows)
{
    return rows->count;
}

size_t db_rows_columns(const struct db_rows *rows)
{
    return rows->columns;
}

static bool is_inside(const struct db_rows *rows, size_t row, size_t column)
{
    return row < rows->count && column < rows->columns;
}

const char *db_rows_column_name(const struct db_rows *rows, size_t column)
{
    return column < db_rows_columns(rows) ? PQfname(rows->result, (int)column) : "";
}

bool db_rows_is_null(const struct db_rows *rows, size_t row, size_t column)
{
    return !is_inside(rows, row, column) || PQgetisnull(rows->result, (int)row, (int)column) == 1;
}

const char *db_rows_text(const struct db_rows *rows, size_t row, size_t column)
{
    return is_inside(rows, row, column) ? PQgetvalue(rows->result, (int)row, (int)column) : "";
}

size_t db_rows_length(const struct db_rows *rows, size_t row, size_t column)
{
    return is_inside(rows, row, column) ? (size_t)PQgetlength(rows->result, (int)row, (int)column)
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
    return parse_int(PQcmdTuples(rows->result));
}
