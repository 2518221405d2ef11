/* Names that are made on the way. Ids ("c12") and the words for "none" are never made. */
#include "tools/support/missing.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "tools/support/fold.h"
#include "tools/support/missing.sql.h"

enum {
    MISSING_ARRAY_MAX = 4 * 1024 * 1024,
    COLUMNS = 6
};

/* The arrays of missing.sql, $3 to $8. */
struct columns {
    struct buf buf[COLUMNS];
};

/* "Food :  Groceries" is "Food" and "Groceries", cut at the last colon. */
struct parts {
    const char *parent; /* NULL: none */
    const char *name;
};

static const char *trimmed(struct arena *arena, const char *text, size_t length)
{
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return arena_strndup(arena, text, length);
}

static int split_path(struct arena *arena, const struct name_ref *name, struct parts *ret_parts)
{
    const char *colon = name->kind == &name_category ? strrchr(name->text, ':') : NULL;
    struct parts parts = {.name = name->text};
    if (colon) {
        parts.parent = trimmed(arena, name->text, (size_t)(colon - name->text));
        parts.name = trimmed(arena, colon + 1, strlen(colon + 1));
        if (!parts.parent || !parts.name)
            return -ENOMEM;
        if (!parts.parent[0] || !parts.name[0] || id_parse(parts.name, name->kind->id_prefix) > 0)
            return -EINVAL;
    }
    *ret_parts = parts;
    return 0;
}

static int append_name(struct columns *columns, struct arena *arena, const struct asked *asked,
                       size_t i)
{
    const struct name_ref *name = asked->names[i];
    struct parts parts;
    int r = split_path(arena, name, &parts);
    if (r != 0)
        return r == -EINVAL ? 0 : r;
    const char *parent_folded = parts.parent ? fold_text(arena, parts.parent) : NULL;
    const char *folded = fold_text(arena, parts.name);
    if (!folded || (parts.parent && !parent_folded))
        return -ENOMEM;
    const char *const cells[COLUMNS] = {name->kind->code, parts.parent, parent_folded,
                                        parts.name,       folded,       asked->purposes[i]};
    for (size_t c = 0; r == 0 && c < COLUMNS; c++)
        r = db_array_append(&columns->buf[c], cells[c]);
    return r;
}

static bool can_be_made(const struct name_ref *name)
{
    return name->folded && name->id == 0 && !name_reserved_part(name->kind, name->folded);
}

static int fill(struct columns *columns, struct arena *arena, const struct asked *asked,
                const char **ret_texts)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < asked->count; i++) {
        if (can_be_made(asked->names[i]))
            r = append_name(columns, arena, asked, i);
    }
    for (size_t c = 0; r == 0 && c < COLUMNS; c++) {
        r = db_array_end(&columns->buf[c]);
        ret_texts[c] = arena_strndup(arena, buf_text(&columns->buf[c]), columns->buf[c].length);
        if (!ret_texts[c])
            r = -ENOMEM;
    }
    return r;
}

int missing_steps(struct change *change, const struct asked *asked, size_t *ret_first)
{
    struct call *call = change_call(change);
    struct arena *arena = call_arena(call);
    const struct ledger *ledger = call_ledger(call);
    struct columns columns;
    const char **values = arena_array(arena, 9, sizeof(*values));
    if (!values)
        return -ENOMEM;
    for (size_t c = 0; c < COLUMNS; c++)
        buf_init(&columns.buf[c], MISSING_ARRAY_MAX);
    int r = fill(&columns, arena, asked, values + 2);
    for (size_t c = 0; c < COLUMNS; c++)
        buf_free(&columns.buf[c]);
    if (r != 0)
        return r;
    values[0] = ledger->id_text;
    values[1] = call_now(call);
    values[8] = ledger->currency;
    *ret_first = change_step(change, &sql_make_roots, values);
    (void)change_step(change, &sql_make_children, values);
    (void)change_step(change, &sql_make_others, values);
    return 0;
}

void missing_keep(struct change *change, const struct db_rows *const *rows, size_t first)
{
    for (size_t step = first; step < first + 2; step++) {
        for (size_t i = 0; i < db_rows_count(rows[step]); i++)
            change_keep_new(change, "category", db_rows_int(rows[step], i, 0));
    }
    const struct db_rows *others = rows[first + 2];
    for (size_t i = 0; i < db_rows_count(others); i++)
        change_keep_new(change, db_rows_text(others, i, 0), db_rows_int(others, i, 1));
}
