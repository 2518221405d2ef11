/* The members of an expense. Absent when empty: merchant, tags, notes, account, refund_of, receipt,
 * pending, paid_by. */
#include "tools/support/expense.h"

#include <errno.h>
#include <string.h>

#include "tools/support/currency.h"
#include "tools/support/date.h"
#include "tools/support/money.h"

enum {
    ID_ROOM = 32
};

static void write_id(const struct row_context *row, const struct json_name *key, size_t column)
{
    char id[ID_ROOM] = "e";
    const char *number = row_text(row, column);
    size_t length = number ? strlen(number) : 0;
    if (length == 0 || length + 1 >= sizeof(id))
        return;
    memcpy(id + 1, number, length + 1);
    row_put_text(row, key, id);
}

/* In the expense's own currency. */
static void write_amount(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *currency = row_text(row, EXPENSE_CURRENCY);
    const char *amount = row_text(row, column);
    int exponent = currency_exponent(currency ? currency : "");
    row_put_text(row, key, money_format(amount ? amount : "0", exponent < 0 ? 2 : exponent, text));
}

static void write_category(const struct row_context *row, const struct json_name *key,
                           size_t column)
{
    const char *path = row_text(row, column);
    row_put_text(row, key, path ? path : "Uncategorized");
}

static void write_date(const struct row_context *row, const struct json_name *key, size_t column)
{
    char day[DATE_TEXT_SIZE];
    if (row->data)
        row_put_text(
            row, key,
            date_format((date_day)db_rows_int(row->rows, row->row, row->column + column), day));
    else
        row_write_text(row, key, column);
}

/* --- people and accounts --------------------------------------------------------------------- */

/* Finds the name that follows `id` in a list of struct expense_names; -ENOENT. */
static int find_name(const char *list, const char *id, const char **ret_name, size_t *ret_length)
{
    for (const char *at = list; *at != '\0';) {
        size_t same = 0;
        while (id[same] != '\0' && at[same] == id[same])
            same++;
        const char *end = strchrnul(at + same, UNIT_SEPARATOR);
        if (id[same] == '\0' && at[same] == ' ') {
            *ret_name = at + same + 1;
            *ret_length = (size_t)(end - *ret_name);
            return 0;
        }
        at = *end == '\0' ? end : end + 1;
    }
    return -ENOENT;
}

/* The name, or `otherwise`; nothing when that is NULL, too. */
static void write_name(const struct row_context *row, const struct json_name *key, size_t column,
                       const char *list, const char *otherwise)
{
    const char *text = row_text(row, column);
    const char *name = text ? text : otherwise;
    size_t length = name ? strlen(name) : 0;
    if (text && list && find_name(list, text, &name, &length) < 0)
        name = otherwise;
    if (!name)
        return;
    json_name(row->out, key);
    json_text_n(row->out, name, length);
}

static void write_user(const struct row_context *row, const struct json_name *key, size_t column)
{
    const struct expense_names *names = row->data;
    write_name(row, key, column, names ? names->users : NULL, "(none)");
}

static void write_payer(const struct row_context *row, const struct json_name *key, size_t column)
{
    const struct expense_names *names = row->data;
    write_name(row, key, column, names ? names->users : NULL, NULL);
}

static void write_account(const struct row_context *row, const struct json_name *key, size_t column)
{
    const struct expense_names *names = row->data;
    write_name(row, key, column, names ? names->accounts : NULL, NULL);
}

static void write_tags_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "array");
}

static const struct field_type field_tags_out = {.name = "list", .schema = write_tags_schema};

const struct field expense_fields[] = {
    OUT_CELL("id", field_text, write_id, EXPENSE_ID),
    OUT_CELL("date", field_text, write_date, EXPENSE_DATE),
    OUT_CELL("amount", field_text, write_amount, EXPENSE_AMOUNT),
    OUT_CELL("currency", field_text, row_write_text, EXPENSE_CURRENCY),
    OUT_CELL("category", field_text, write_category, EXPENSE_CATEGORY),
    OUT_CELL("merchant", field_text, row_write_optional, EXPENSE_MERCHANT),
    OUT_CELL("description", field_text, row_write_text, EXPENSE_DESCRIPTION),
    OUT_CELL("user", field_text, write_user, EXPENSE_USER),
    OUT_CELL("kind", field_text, row_write_text, EXPENSE_KIND),
    OUT_CELL("tags", field_tags_out, row_write_list, EXPENSE_TAGS),
    OUT_CELL("notes", field_text, row_write_optional, EXPENSE_NOTES),
    OUT_CELL("account", field_text, write_account, EXPENSE_ACCOUNT),
    OUT_CELL("refund_of", field_text, write_id, EXPENSE_REFUND_OF),
    OUT_CELL("receipt", field_text, write_id, EXPENSE_RECEIPT),
    OUT_CELL("pending", field_bool, row_write_if_true, EXPENSE_PENDING),
    OUT_CELL("paid_by", field_text, write_payer, EXPENSE_PAID_BY),
    OUT_END,
};

void expense_write(struct json_out *out, const struct db_rows *rows, size_t row, size_t column,
                   bool is_draft)
{
    const struct row_context context = {.out = out, .rows = rows, .row = row, .column = column};
    if (!is_draft) {
        row_write(&context, expense_fields);
        return;
    }
    json_object(out);
    for (const struct field *field = expense_fields; field->type; field++) {
        const struct row_cell *cell = field->extra;
        if (cell->column != EXPENSE_ID && cell->column != EXPENSE_RECEIPT)
            cell->write(&context, &cell->key, cell->column);
    }
    json_end_object(out);
}
