/* The writer of rows and the cells that several tables share. */
#include "tools/support/row.h"

#include <string.h>

#include "tools/support/money.h"

void row_write(const struct row_context *row, const struct field *fields)
{
    json_object(row->out);
    for (const struct field *field = fields; field->type; field++) {
        const struct row_cell *cell = field->extra;
        cell->write(row, &cell->key, cell->column);
    }
    json_end_object(row->out);
}

const char *row_text(const struct row_context *row, size_t column)
{
    const char *text = db_rows_text(row->rows, row->row, row->column + column);
    if (text[0] == '\0' && db_rows_is_null(row->rows, row->row, row->column + column))
        return NULL;
    return text;
}

void row_put_text(const struct row_context *row, const struct json_name *key, const char *text)
{
    json_name(row->out, key);
    json_text(row->out, text);
}

static void row_put_int(const struct row_context *row, const struct json_name *key, int64_t number)
{
    json_name(row->out, key);
    json_int(row->out, number);
}

static void row_put_bool(const struct row_context *row, const struct json_name *key, bool truth)
{
    json_name(row->out, key);
    json_bool(row->out, truth);
}

void row_put_array(const struct row_context *row, const struct json_name *key)
{
    json_name(row->out, key);
    json_array(row->out);
}

void row_write_text(const struct row_context *row, const struct json_name *key, size_t column)
{
    size_t at = row->column + column;
    json_name(row->out, key);
    json_text_n(row->out, db_rows_text(row->rows, row->row, at),
                db_rows_length(row->rows, row->row, at));
}

void row_write_optional(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (db_rows_length(row->rows, row->row, row->column + column) > 0)
        row_write_text(row, key, column);
}

void row_write_int(const struct row_context *row, const struct json_name *key, size_t column)
{
    row_put_int(row, key, db_rows_int(row->rows, row->row, row->column + column));
}

void row_write_money(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *numeric = row_text(row, column);
    row_put_text(row, key, money_format(numeric ? numeric : "0", row->exponent, text));
}

void row_write_if_true(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (db_rows_bool(row->rows, row->row, row->column + column))
        row_put_bool(row, key, true);
}

void row_write_list(const struct row_context *row, const struct json_name *key, size_t column)
{
    const char *text = row_text(row, column);
    if (!text || text[0] == '\0')
        return;
    row_put_array(row, key);
    for (;;) {
        const char *end = strchrnul(text, UNIT_SEPARATOR);
        json_text_n(row->out, text, (size_t)(end - text));
        if (*end == '\0')
            break;
        text = end + 1;
    }
    json_end_array(row->out);
}

static void number_or_null(struct json_out *out, const char *decimal)
{
    if (decimal[0] == '\0')
        json_null(out);
    else
        json_raw(out, decimal, strlen(decimal));
}

void row_write_number(struct json_out *out, const char *key, const char *decimal)
{
    json_key(out, key);
    number_or_null(out, decimal);
}

void row_put_number(const struct row_context *row, const struct json_name *key, const char *decimal)
{
    json_name(row->out, key);
    number_or_null(row->out, decimal);
}
