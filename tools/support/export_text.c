/* Rows of export.sql to the writers of import/export.h, and back from an address to its rows. */
#include "tools/support/export_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcp/json.h"
#include "mcp/limits.h"
#include "tools/support/currency.h"
#include "tools/support/export.sql.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"

enum {
    COLUMN_ID,
    COLUMN_DATE,
    COLUMN_AMOUNT,
    COLUMN_CURRENCY,
    COLUMN_MERCHANT,
    COLUMN_DESCRIPTION,
    COLUMN_CATEGORY,
    COLUMN_KIND,
    COLUMN_ACCOUNT,
    COLUMN_TAGS,
    COLUMN_UNKNOWN
};

enum {
    AMOUNT_MAX = 64,
    WRITTEN_MAX = 16,
    QUERY_MAX = 4096
};

const char *const export_formats[] = {"csv", "ofx", "hledger", "beancount", NULL};

enum import_export_format export_format_of(const char *name)
{
    static const enum import_export_format formats[] = {
        IMPORT_EXPORT_CSV, IMPORT_EXPORT_OFX, IMPORT_EXPORT_HLEDGER, IMPORT_EXPORT_BEANCOUNT};

    for (size_t i = 0; export_formats[i]; i++) {
        if (strcmp(export_formats[i], name) == 0)
            return formats[i];
    }
    return IMPORT_EXPORT_CSV;
}

int export_read(struct call *call, const char *values[EXPORT_PARAMS], tool_rows_done *done)
{
    /* One more than there may be tells that there are too many. */
    values[FILTER_PARAMS] = arena_printf(call_arena(call), "%d", (int)EXPORT_ROWS_MAX + 1);
    return values[FILTER_PARAMS] ? tool_read(call, &sql_rows, values, done) : -ENOMEM;
}

const char *export_unknown(const struct db_rows *rows)
{
    return db_rows_count(rows) > 0 ? db_rows_text(rows, 0, COLUMN_UNKNOWN) : "";
}

/* Without a match there is one row, which says only what is unknown. */
size_t export_count(const struct db_rows *rows)
{
    size_t count = db_rows_count(rows);
    return count == 1 && db_rows_is_null(rows, 0, COLUMN_ID) ? 0 : count;
}

/* --- the file -------------------------------------------------------------------------------- */

static enum import_kind kind_of(const char *kind)
{
    static const struct {
        const char *name;
        enum import_kind kind;
    } kinds[] = {{"refund", IMPORT_KIND_REFUND},
                 {"income", IMPORT_KIND_INCOME},
                 {"transfer", IMPORT_KIND_TRANSFER}};

    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (strcmp(kinds[i].name, kind) == 0)
            return kinds[i].kind;
    }
    return IMPORT_KIND_PURCHASE;
}

/* All decimals that the amount has, and at least those of its currency. */
static void write_amount(const char *amount, const char *currency, char ret_text[AMOUNT_MAX])
{
    const char *point = strchr(amount, '.');
    int has = point ? (int)strlen(point + 1) : 0;
    int wants = currency_exponent(currency);
    (void)snprintf(ret_text, AMOUNT_MAX, "%s%s%.*s", amount, point || wants <= 0 ? "" : ".",
                   wants > has ? wants - has : 0, "0000");
}

/* Digits of the ledger's today: when the file was written, as far as it matters. */
static void write_moment(struct call *call, char ret_text[WRITTEN_MAX])
{
    const char *today = call_ledger(call)->today;
    (void)snprintf(ret_text, WRITTEN_MAX, "%.4s%.2s%.2s120000", today, today + 5, today + 8);
}

static int write_row(struct import_export *export, const struct db_rows *rows, size_t row)
{
    char amount[AMOUNT_MAX];
    const char *currency = db_rows_text(rows, row, COLUMN_CURRENCY);
    write_amount(db_rows_text(rows, row, COLUMN_AMOUNT), currency, amount);
    const struct import_export_row entry = {
        .date = db_rows_text(rows, row, COLUMN_DATE),
        .amount = amount,
        .currency = currency,
        .payee = db_rows_text(rows, row, COLUMN_MERCHANT),
        .memo = db_rows_text(rows, row, COLUMN_DESCRIPTION),
        .category = db_rows_text(rows, row, COLUMN_CATEGORY),
        .kind = kind_of(db_rows_text(rows, row, COLUMN_KIND)),
        .account = db_rows_text(rows, row, COLUMN_ACCOUNT),
        .tags = db_rows_text(rows, row, COLUMN_TAGS),
        .id = db_rows_text(rows, row, COLUMN_ID),
    };
    return import_export_entry(export, &entry);
}

int export_write(struct call *call, const struct db_rows *rows, enum import_export_format format,
                 struct buf *out)
{
    struct import_export export;
    char moment[WRITTEN_MAX];
    write_moment(call, moment);
    int r = import_export_begin(&export, format, out, moment);
    for (size_t i = 0; r == 0 && i < export_count(rows); i++)
        r = write_row(&export, rows, i);
    return r == 0 ? import_export_end(&export) : r;
}

/* --- the address ----------------------------------------------------------------------------- */

static void percent_encode(const char *text, struct buf *out)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (is_plain)
            (void)buf_append_char(out, (char)c);
        else
            (void)buf_printf(out, "%%%02X", c);
    }
}

const char *export_uri(struct call *call, const char *format, const char *const *values)
{
    OWNED_BUF query = BUF_INIT(QUERY_MAX);
    OWNED_BUF uri = BUF_INIT(MCP_URI_MAX);
    struct json_out out;
    json_out_init(&out, &query);
    json_array(&out);
    for (size_t i = EXPORT_FIRST_KEPT; i < FILTER_PARAMS; i++)
        json_text(&out, values[i]);
    json_end_array(&out);
    if (json_out_error(&out) != 0)
        return NULL;
    (void)buf_printf(&uri, "ninepence://exports/%s/", format);
    percent_encode(buf_text(&query), &uri);
    return uri.error == 0 ? arena_strdup(call_arena(call), buf_text(&uri)) : NULL;
}
