/* An hledger journal: a transaction of two postings for each row. Texts are kept to one line and away
 * from what has a meaning in a journal; the exact ones are what CSV is for. */
#include <string.h>

#include "import/export_private.h"

int export_hledger_begin(struct import_export *export)
{
    return buf_append_text(export->out, "; written by ninepence\ndecimal-mark .\n\n");
}

/* A text on one line: line breaks and `avoided` signs become blanks, runs of blanks one. */
static int write_plain(struct buf *out, const char *text, size_t length, const char *avoided)
{
    bool gap = false;
    bool begun = false;
    int r = 0;
    for (size_t i = 0; i < length && r == 0; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || strchr(avoided, c)) {
            gap = begun;
            continue;
        }
        if (gap)
            r = buf_append_char(out, ' ');
        if (r == 0)
            r = buf_append_char(out, text[i]);
        gap = false;
        begun = true;
    }
    return r;
}

/* "expenses:Food:Groceries": no part may be empty. */
static int write_account(struct buf *out, const char *root, const char *name, const char *otherwise)
{
    size_t length = 0;
    size_t before = out->length;
    int r = buf_append_text(out, root);
    const char *part;
    while (r == 0 && (part = export_next_part(&name, &length))) {
        size_t at = out->length;
        r = buf_append_char(out, ':');
        if (r == 0)
            r = write_plain(out, part, length, ";()[]|\"");
        if (r == 0 && out->length == at + 1)
            export_cut(out, at); /* nothing of it was left */
    }
    if (r == 0 && out->length == before + strlen(root))
        r = buf_append_text(out, otherwise);
    return r;
}

static int write_posting(struct buf *out, const char *root, const char *name, const char *otherwise,
                         const char *amount, const char *currency)
{
    int r = buf_append_text(out, "    ");
    if (r == 0)
        r = write_account(out, root, name, otherwise);
    return r < 0 ? r : buf_printf(out, "  %s%s%s\n", amount, currency[0] ? " " : "", currency);
}

static int write_comment(struct buf *out, const char *name, const char *text)
{
    if (!text[0])
        return 0;
    int r = buf_printf(out, "    ; %s: ", name);
    if (r == 0)
        r = write_plain(out, text, strlen(text), ",");
    return r < 0 ? r : buf_append_char(out, '\n');
}

int export_hledger_entry(struct import_export *export, const struct import_export_row *row)
{
    struct buf *out = export->out;
    char other[IMPORT_AMOUNT_TEXT_MAX];
    export_negated(row->amount, other);
    int r = buf_printf(out, "%s ", row->date);
    if (r == 0)
        r = write_plain(out, row->payee, strlen(row->payee), ";|()*!");
    if (r == 0 && row->memo[0])
        r = buf_append_text(out, " | ");
    if (r == 0)
        r = write_plain(out, row->memo, strlen(row->memo), ";|");
    if (r == 0)
        r = buf_append_char(out, '\n');
    if (r == 0)
        r = write_comment(out, "id", row->id);
    if (r == 0)
        r = write_comment(out, "kind", import_kind_name(row->kind));
    if (r == 0)
        r = write_comment(out, "tags", row->tags);
    if (r == 0)
        r = write_posting(out, export_root(row, false), row->category, ":other", other,
                          row->currency);
    if (r == 0)
        r = write_posting(out, "assets", row->account, ":account", row->amount, row->currency);
    return r < 0 ? r : buf_append_char(out, '\n');
}
