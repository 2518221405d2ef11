/* Rows of answers, written by the table that also gives their schema: each member names the
 * function that writes it and the column it comes from. */
#ifndef TOOLS_SUPPORT_ROW_H
#define TOOLS_SUPPORT_ROW_H

#include <stddef.h>

#include "db/query.h"
#include "mcp/field.h"
#include "mcp/json_out.h"

enum {
    UNIT_SEPARATOR = 0x1f /* chr(31), between the names of a list in one column */
};

struct row_context {
    struct json_out *out;
    const struct db_rows *rows;
    size_t row;
    size_t column;    /* where the columns of the table begin */
    int exponent;     /* decimals of money in the answer's currency */
    const void *data; /* of the table's own cells */
};

/* Writes the member `key`, or nothing when it is absent. */
typedef void row_cell_write(const struct row_context *row, const struct json_name *key,
                            size_t column);

struct row_cell {
    row_cell_write *write;
    size_t column; /* counted from row_context.column */
    struct json_name key;
};

// clang-format off
#define ROW_CELL(name_, write_, column_)                                                           \
    &(const struct row_cell){(write_), (column_), JSON_NAME(name_)}
/* A member of a table of rows. */
#define OUT_CELL(name_, type_, write_, column_)                                                    \
    {.name = (name_), .type = &(type_), .extra = ROW_CELL(name_, write_, column_)}
// clang-format on

/* Writes one object by its table. */
void row_write(const struct row_context *row, const struct field *fields);

/* The text of a column; NULL for null. */
const char *row_text(const struct row_context *row, size_t column);

/* Cells that several tables use. */
void row_write_text(const struct row_context *row, const struct json_name *key, size_t column);
void row_write_optional(const struct row_context *row, const struct json_name *key, size_t column);
void row_write_int(const struct row_context *row, const struct json_name *key, size_t column);
void row_write_money(const struct row_context *row, const struct json_name *key, size_t column);
void row_write_if_true(const struct row_context *row, const struct json_name *key, size_t column);
/* Names joined by UNIT_SEPARATOR, as a list. */
void row_write_list(const struct row_context *row, const struct json_name *key, size_t column);

/* A member of a row: key and value in one call. */
void row_put_text(const struct row_context *row, const struct json_name *key, const char *text);
void row_put_array(const struct row_context *row, const struct json_name *key);
/* A decimal such as a percentage as a JSON number, null when the text is empty. */
void row_put_number(const struct row_context *row, const struct json_name *key,
                    const char *decimal);

/* The same outside of rows. */
void row_write_number(struct json_out *out, const char *key, const char *decimal);

#endif
