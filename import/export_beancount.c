/* A beancount ledger: accounts open themselves by a plug-in, names become what beancount allows in
 * them. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "import/export_private.h"
#include "import/fold.h"

enum {
    PART_MAX = 64
};

int export_beancount_begin(struct import_export *export)
{
    return buf_append_text(export->out, "; written by ninepence\n"
                                        "plugin \"beancount.plugins.auto_accounts\"\n\n");
}

static int write_string(struct buf *out, const char *text)
{
    int r = buf_append_char(out, '"');
    for (; *text && r == 0; text++) {
        if (*text == '"' || *text == '\\')
            r = buf_append_char(out, '\\');
        if (r == 0)
            r = (unsigned char)*text < ' ' ? buf_append_char(out, ' ')
                                           : buf_append_char(out, *text);
    }
    return r < 0 ? r : buf_append_char(out, '"');
}

/* A letter of another script than Latin, which beancount knows by version only, by its number. */
static int write_point(struct buf *out, const char *text, size_t length, size_t *ret_used)
{
    uint32_t point = 0;
    size_t n = utf8_decode(text, length, &point);
    *ret_used = n > 0 ? n : 1;
    return n > 0 ? buf_printf(out, "U%04X", (unsigned int)point) : 0;
}

/* One part of an account: Latin letters without marks and digits, the first one upper case, all else
 * one "-". */
static int write_part(struct buf *out, const char *text, size_t length)
{
    char folded[PART_MAX];
    size_t size = import_fold(text, length, folded, sizeof(folded));
    bool is_first = true;
    int r = buf_append_char(out, ':');
    for (size_t at = 0; at < size && r == 0;) {
        char c = folded[at];
        size_t used = 1;
        if (c & 0x80)
            r = write_point(out, folded + at, size - at, &used);
        else if (is_first && c >= 'a' && c <= 'z')
            r = buf_append_char(out, (char)(c - 'a' + 'A'));
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            r = buf_append_char(out, c);
        else if (!is_first)
            r = buf_append_char(out, '-');
        is_first = c == ' ' || (is_first && strchr("#%*+$", c));
        at += used;
    }
    return r;
}

static int write_account(struct buf *out, const char *root, const char *name, const char *otherwise)
{
    size_t length = 0;
    int r = buf_append_text(out, root);
    size_t root_end = out->length;
    const char *part;
    while (r == 0 && (part = export_next_part(&name, &length))) {
        size_t at = out->length;
        r = write_part(out, part, length);
        if (r == 0 && out->length == at + 1)
            export_cut(out, at); /* nothing of it was left */
    }
    if (r == 0 && out->length == root_end)
        r = buf_append_text(out, otherwise);
    return r;
}

static int write_posting(struct buf *out, const char *root, const char *name, const char *otherwise,
                         const char *amount, const char *currency)
{
    int r = buf_append_text(out, "  ");
    if (r == 0)
        r = write_account(out, root, name, otherwise);
    return r < 0 ? r : buf_printf(out, "  %s %s\n", amount, currency[0] ? currency : "XXX");
}

static int write_tags(struct buf *out, const char *tags)
{
    int r = 0;
    while (*tags && r == 0) {
        size_t length = strcspn(tags, ";");
        char folded[PART_MAX];
        size_t size = import_fold(tags, length, folded, sizeof(folded));
        for (size_t i = 0; i < size; i++) {
            if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789", folded[i]))
                folded[i] = '-';
        }
        if (size > 0)
            r = buf_printf(out, " #%s", folded);
        tags += length + (tags[length] ? 1 : 0);
    }
    return r;
}

int export_beancount_entry(struct import_export *export, const struct import_export_row *row)
{
    struct buf *out = export->out;
    char other[IMPORT_AMOUNT_TEXT_MAX];
    export_negated(row->amount, other);
    int r = buf_printf(out, "%s * ", row->date);
    if (r == 0)
        r = write_string(out, row->payee);
    if (r == 0)
        r = buf_append_char(out, ' ');
    if (r == 0)
        r = write_string(out, row->memo);
    if (r == 0)
        r = write_tags(out, row->tags);
    if (r == 0)
        r = buf_printf(out, "\n  kind: \"%s\"\n", import_kind_name(row->kind));
    if (r == 0 && row->id[0]) {
        r = buf_append_text(out, "  id: ");
        if (r == 0)
            r = write_string(out, row->id);
        if (r == 0)
            r = buf_append_char(out, '\n');
    }
    if (r == 0)
        r = write_posting(out, export_root(row, true), row->category, ":Other", other,
                          row->currency);
    if (r == 0)
        r = write_posting(out, "Assets", row->account, ":Account", row->amount, row->currency);
    return r < 0 ? r : buf_append_char(out, '\n');
}
