/* Finds and locks what a write is about, and refuses when it is not what was expected. */
#include "tools/support/targets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/limits.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.sql.h"

enum {
    IDS_TEXT_MAX = 1024 * 1024,
    MESSAGE_MAX = 1000,
    RESOLVED_ITEM = 0,
    RESOLVED_ID = 1,
    RESOLVED_LABEL = 2,
    RESOLVED_MEANINGS = 3,
    RESOLVED_ARCHIVED = 4,
    RESOLVED_KIND = 5
};

/* --- the arguments --------------------------------------------------------------------------- */

static const struct field filter_fields[] = {ARG_FILTER(struct targets_args, filter, NULL),
                                             ARG_END};

static bool has_any(const cJSON *arguments, const struct field *fields)
{
    for (const struct field *field = fields; field && field->type; field++) {
        bool is_group = field->type->is_group;
        if (is_group ? has_any(arguments, field->fields) : json_get(arguments, field->name) != NULL)
            return true;
    }
    return false;
}

static int names_again(struct call *call)
{
    const struct change_args *args = call_extra_args(call);
    return change_again(args->change);
}

int targets_begin(struct call *call, struct targets *targets, struct targets_args *args)
{
    bool has_filter = has_any(call_json(call), filter_fields);
    targets->args = args;
    targets->by_filter = has_filter;
    if (args->ids.count > 0 && has_filter) {
        (void)change_refuse_argument(call, "ids", "stand alone: give either ids or a filter");
        return 1;
    }
    if (args->ids.count == 0 && !has_filter) {
        (void)change_refuse_argument(call, "ids", "or a filter must say which expenses are meant");
        return 1;
    }
    return has_filter ? filter_begin(call, &args->filter, names_again) : 0;
}

static const char *ids_text(struct arena *arena, const int64_t *ids, size_t count)
{
    OWNED_BUF text = BUF_INIT(IDS_TEXT_MAX);
    (void)buf_append_char(&text, '{');
    for (size_t i = 0; i < count; i++) {
        (void)buf_append_text(&text, i > 0 ? "," : "");
        (void)buf_append_int(&text, ids[i]);
    }
    if (buf_append_char(&text, '}') != 0)
        return NULL;
    return arena_strndup(arena, buf_text(&text), text.length);
}

/* --- the steps ------------------------------------------------------------------------------- */

static int matched_steps(struct change *change, struct targets *targets)
{
    struct call *call = change_call(change);
    struct filter_options options = {.needs_merchant = false};
    int r = filter_values(call, &targets->args->filter, &options, targets->values);
    if (r != 0)
        return r;
    targets->values[FILTER_PARAMS] = arena_printf(call_arena(call), "%d", (int)CHANGE_ROWS_MAX + 1);
    if (!targets->values[FILTER_PARAMS])
        return -ENOMEM;
    targets->names_at = change_step(change, &sql_unknown_names, targets->values);
    targets->rows_at = change_step(change, &sql_lock_matched, targets->values);
    return 0;
}

int targets_steps(struct change *change, struct targets *targets)
{
    struct call *call = change_call(change);
    if (targets->by_filter)
        return matched_steps(change, targets);
    targets->values[0] = call_ledger(call)->id_text;
    targets->values[1] =
        ids_text(call_arena(call), targets->args->ids.items, targets->args->ids.count);
    if (!targets->values[1])
        return -ENOMEM;
    targets->rows_at = change_step(change, &sql_lock_ids, targets->values);
    return 0;
}

/* --- the check ------------------------------------------------------------------------------- */

static bool contains(const struct db_rows *rows, int64_t id)
{
    size_t low = 0;
    size_t high = db_rows_count(rows);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int64_t other = db_rows_int(rows, middle, TARGET_ID);
        if (other == id)
            return true;
        if (other < id)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static int refuse_id(struct change *change, int64_t id, bool is_deleted)
{
    OWNED_BUF text = BUF_INIT(MESSAGE_MAX);
    (void)buf_printf(&text, is_deleted ? "e%lld was deleted." : "there is no expense e%lld.",
                     (long long)id);
    (void)change_refuse(change, is_deleted ? "deleted" : "not_found", "ids", buf_text(&text),
                        is_deleted ? "Undo the deletion first, or leave it out."
                                   : "Look the ids up with read_expenses.");
    return 1;
}

static int check_ids(struct change *change, const struct targets *targets,
                     const struct db_rows *rows)
{
    const int64_t *ids = targets->args->ids.items;
    for (size_t i = 0; i < targets->args->ids.count; i++) {
        if (!contains(rows, ids[i]))
            return refuse_id(change, ids[i], false);
    }
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        if (db_rows_bool(rows, i, TARGET_DELETED))
            return refuse_id(change, db_rows_int(rows, i, TARGET_ID), true);
    }
    return 0;
}

static int refuse_count(struct change *change, const char *code,
                        const struct field_opt_int *expected, size_t count)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    OWNED_BUF to_do = BUF_INIT(MESSAGE_MAX);
    sentence_count(&happened, (long long)count, "expense matches", "expenses match");
    if (expected->given)
        (void)buf_printf(&happened, ", not %lld", (long long)expected->value);
    (void)buf_append_char(&happened, '.');
    (void)buf_printf(&to_do, "If these are the right ones, repeat with expected_count %zu.", count);
    (void)change_refuse(change, code, "expected_count", buf_text(&happened), buf_text(&to_do));
    return 1;
}

static int check_count(struct change *change, const struct targets *targets, size_t count)
{
    const struct field_opt_int *expected = &targets->args->expected_count;
    if (count > CHANGE_ROWS_MAX) {
        (void)change_refuse(change, "too_many", NULL,
                            "More expenses match than one request may change.",
                            "Narrow the filter, for example by period.");
        return 1;
    }
    if (count == 0) {
        (void)change_refuse(change, "not_found", NULL, "No expense matches.",
                            "Look at read_expenses with the same filter.");
        return 1;
    }
    if (expected->given && expected->value != (int64_t)count)
        return refuse_count(change, "count_differs", expected, count);
    bool says_how_many = expected->given || change_args(change)->confirm;
    if (targets->by_filter && !says_how_many && !change_is_dry_run(change))
        return refuse_count(change, "count_missing", expected, count);
    return 0;
}

static int take_ids(struct change *change, struct targets *targets, const struct db_rows *rows)
{
    struct arena *arena = call_arena(change_call(change));
    targets->count = db_rows_count(rows);
    targets->ids = arena_array(arena, targets->count, sizeof(*targets->ids));
    if (!targets->ids)
        return -ENOMEM;
    for (size_t i = 0; i < targets->count; i++)
        targets->ids[i] = db_rows_int(rows, i, TARGET_ID);
    targets->ids_text = ids_text(arena, targets->ids, targets->count);
    return targets->ids_text ? 0 : -ENOMEM;
}

int targets_check(struct change *change, struct targets *targets, const struct db_rows *const *rows)
{
    const struct db_rows *locked = rows[targets->rows_at];
    int r = 0;
    if (targets->by_filter) {
        const char *unknown = db_rows_text(rows[targets->names_at], 0, 0);
        if (unknown[0]) {
            change_roll_back(change);
            r = names_settle(change_call(change), &targets->args->filter.names, unknown);
            return r < 0 ? r : 1;
        }
    } else {
        r = check_ids(change, targets, locked);
    }
    if (r == 0)
        r = check_count(change, targets, db_rows_count(locked));
    return r == 0 ? take_ids(change, targets, locked) : r;
}

/* --- names of a few arguments ---------------------------------------------------------------- */

int targets_resolve_step(struct change *change, const struct asked *asked, size_t *ret_step)
{
    struct call *call = change_call(change);
    const char **values = arena_array(call_arena(call), 4, sizeof(*values));
    int r = values ? asked_values(asked, &values[1], &values[2], &values[3]) : -ENOMEM;
    if (r != 0)
        return r;
    values[0] = call_ledger(call)->id_text;
    *ret_step = change_step(change, &sql_resolve, values);
    return 0;
}

int targets_resolved(struct change *change, const struct asked *asked,
                     struct name_question *question, const struct db_rows *rows, int64_t **ret_ids)
{
    OWNED_BUF unknown = BUF_INIT(IDS_TEXT_MAX);
    int64_t *ids = arena_array(call_arena(change_call(change)), asked->count + 1, sizeof(*ids));
    if (!ids)
        return -ENOMEM;
    int64_t before = 0;
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        int64_t item = db_rows_int(rows, i, RESOLVED_ITEM);
        ids[item] = db_rows_int(rows, i, RESOLVED_ID);
        if (item != before && db_rows_int(rows, i, RESOLVED_MEANINGS) != 1)
            (void)buf_printf(&unknown, "%s%lld", unknown.length > 0 ? "," : "", (long long)item);
        before = item;
    }
    if (unknown.length > 0) {
        int r = change_refuse_names(change, question, buf_text(&unknown));
        return r < 0 ? r : 1;
    }
    *ret_ids = ids;
    return 0;
}

int targets_refuse_archived(struct change *change, const struct asked *asked,
                            const struct db_rows *rows)
{
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        if (!db_rows_bool(rows, i, RESOLVED_ARCHIVED))
            continue;
        int64_t item = db_rows_int(rows, i, RESOLVED_ITEM);
        (void)change_refuse_archived(change, asked->fields[item - 1],
                                     db_rows_text(rows, i, RESOLVED_LABEL));
        return 1;
    }
    return 0;
}

bool targets_kind_fits(const char *category, const char *kind)
{
    return strcmp(category, "expense") == 0 || strcmp(category, kind) == 0;
}

int targets_refuse_kind(struct change *change, const struct asked *asked,
                        const struct db_rows *rows, size_t number, const char *kind)
{
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        if (db_rows_int(rows, i, RESOLVED_ITEM) != (int64_t)number ||
            db_rows_is_null(rows, i, RESOLVED_KIND) ||
            targets_kind_fits(db_rows_text(rows, i, RESOLVED_KIND), kind))
            continue;
        (void)change_refuse_kind(change, asked->fields[number - 1],
                                 db_rows_text(rows, i, RESOLVED_LABEL));
        return 1;
    }
    return 0;
}

size_t targets_reserve_step(struct change *change, size_t count)
{
    static const char *const numbers[] = {"0", "1"};
    struct arena *arena = call_arena(change_call(change));
    const char **values = arena_array(arena, 1, sizeof(*values));
    if (!values)
        return change_step(change, &sql_reserve, numbers);
    values[0] = arena_printf(arena, "%zu", count);
    return change_step(change, &sql_reserve, values);
}
