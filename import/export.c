/* The one door to the writers, with what they share. */
#include <errno.h>
#include <string.h>

#include "import/date.h"
#include "import/export_private.h"

static const struct writer {
    const char *type;
    const char *suffix;
    int (*begin)(struct import_export *export);
    int (*entry)(struct import_export *export, const struct import_export_row *row);
    int (*end)(struct import_export *export);
} writers[] = {
    [IMPORT_EXPORT_CSV] = {"text/csv", "csv", export_csv_begin, export_csv_entry, NULL},
    [IMPORT_EXPORT_OFX] = {"application/x-ofx", "ofx", export_ofx_begin, export_ofx_entry,
                           export_ofx_end},
    [IMPORT_EXPORT_HLEDGER] = {"text/plain", "journal", export_hledger_begin, export_hledger_entry,
                               NULL},
    [IMPORT_EXPORT_BEANCOUNT] = {"text/plain", "beancount", export_beancount_begin,
                                 export_beancount_entry, NULL},
};

const char *import_export_type(enum import_export_format format)
{
    return writers[format].type;
}

const char *import_export_suffix(enum import_export_format format)
{
    return writers[format].suffix;
}

int import_export_begin(struct import_export *export, enum import_export_format format,
                        struct buf *out, const char *written)
{
    if ((size_t)format >= ARRAY_LENGTH(writers) || strlen(written) >= sizeof(export->written) ||
        strspn(written, "0123456789") != strlen(written))
        return -EINVAL;
    *export = (struct import_export){.format = format, .out = out};
    memcpy(export->written, written, strlen(written) + 1);
    return writers[format].begin(export);
}

int import_export_entry(struct import_export *export, const struct import_export_row *row)
{
    struct import_decimal amount;
    struct import_day day;
    if (import_decimal_parse(row->amount, strlen(row->amount), &amount) < 0 ||
        strlen(row->date) != 10 || import_date_parse(row->date, 10, IMPORT_DATE_YMD, &day) < 0)
        return -EINVAL;
    export->count++;
    return writers[export->format].entry(export, row);
}

int import_export_end(struct import_export *export)
{
    return writers[export->format].end ? writers[export->format].end(export) : 0;
}

const char *export_root(const struct import_export_row *row, bool upper_case)
{
    static const char *const roots[][2] = {
        [IMPORT_KIND_PURCHASE] = {"expenses", "Expenses"},
        [IMPORT_KIND_REFUND] = {"expenses", "Expenses"},
        [IMPORT_KIND_INCOME] = {"income", "Income"},
        [IMPORT_KIND_TRANSFER] = {"equity:transfers", "Equity:Transfers"},
        [IMPORT_KIND_FEE] = {"expenses", "Expenses"},
        [IMPORT_KIND_CASH] = {"assets:cash", "Assets:Cash"},
    };
    return roots[row->kind][upper_case ? 1 : 0];
}

void export_negated(const char *amount, char *ret_text)
{
    struct import_decimal decimal = {0};
    if (import_decimal_parse(amount, strlen(amount), &decimal) == 0)
        decimal = import_decimal_negate(decimal);
    import_decimal_text(decimal, ret_text);
}

void export_cut(struct buf *out, size_t length)
{
    out->length = length;
    out->data[length] = '\0';
}

const char *export_next_part(const char **at, size_t *ret_length)
{
    const char *from = *at + strspn(*at, " :");
    if (*from == '\0')
        return NULL;
    size_t length = strcspn(from, ":");
    *at = from + length;
    while (length > 0 && from[length - 1] == ' ')
        length--;
    *ret_length = length;
    return from;
}
