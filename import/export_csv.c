/* CSV by RFC 4180, one header row, every text cell neutralised: what a spreadsheet would run gets an
 * apostrophe in front, which the reader of this very header takes off again. */
#include <string.h>

#include "import/export_private.h"

bool import_cell_is_live(const char *text, size_t length)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    size_t at = 0;
    while (at < length && text[at] == '\'')
        at++;
    if (at == length)
        return false;
    if (text[at] && strchr("=+-@\t\r\n", text[at]))
        return true;
    for (size_t i = 0; i < ARRAY_LENGTH(wide); i++) {
        if (length - at >= 3 && memcmp(text + at, wide[i], 3) == 0)
            return true;
    }
    return false;
}

int export_csv_begin(struct import_export *export)
{
    return buf_append_text(export->out, "date,amount,currency,payee,memo,category,kind,account,"
                                        "tags,ninepence_id\r\n");
}

/* The text between quotes, behind an apostrophe when it is live. */
static int write_quoted(struct buf *out, const char *text, size_t length)
{
    bool is_live = import_cell_is_live(text, length);
    int r = buf_append_text(out, is_live ? "\"'" : "\"");
    while (r == 0 && length > 0) {
        const char *quote = memchr(text, '"', length);
        size_t n = quote ? (size_t)(quote - text) + 1 : length;
        r = buf_append(out, text, n);
        if (r == 0 && quote)
            r = buf_append_char(out, '"');
        text += n;
        length -= n;
    }
    return r < 0 ? r : buf_append_char(out, '"');
}

static int write_cell(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    int r = buf_append_char(out, ',');
    bool is_plain = strcspn(text, "\",;\r\n\t '") == length && !import_cell_is_live(text, length);
    if (r < 0)
        return r;
    return is_plain ? buf_append(out, text, length) : write_quoted(out, text, length);
}

int export_csv_entry(struct import_export *export, const struct import_export_row *row)
{
    const char *cells[] = {
        row->currency, row->payee, row->memo, row->category, import_kind_name(row->kind),
        row->account,  row->tags,  row->id};
    struct buf *out = export->out;
    int r = buf_printf(out, "%s,%s", row->date, row->amount);
    for (size_t i = 0; i < ARRAY_LENGTH(cells) && r == 0; i++)
        r = write_cell(out, cells[i]);
    return r < 0 ? r : buf_append_text(out, "\r\n");
}
