/* undo_change: takes one change back, whole: rows become what they were, what was made goes. It is a
 * change itself and can be taken back as well. Rows that somebody changed since are named first. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/change.h"
#include "tools/support/limits.h"
#include "tools/support/names.h"
#include "tools/support/rate.h"
#include "tools/support/refund.h"
#include "tools/support/sentence.h"
#include "tools/undo_change.sql.h"

enum {
    TARGET_TOOL,
    TARGET_UNDONE_BY,
    TARGET_UNDOES
};

enum {
    ROW_ENTITY,
    ROW_ID,
    ROW_DIFFERS,
    ROW_IS_LEFT
};

enum {
    SPAN_RATES,
    SPAN_CURRENCIES,
    SPAN_FIRST,
    SPAN_LAST
};

enum {
    CONFLICTS_SHOWN = 10,
    MESSAGE_MAX = 1000,
    IDS_TEXT_MAX = 8 * 1024 * 1024
};

struct undo_change_args {
    int64_t change_id;
    bool force;
};

struct undoing {
    struct undo_change_args *args;
    const char *id;        /* of the change that is taken back */
    struct rate_span span; /* of its rates; without currencies when it was about none */
    size_t target_at, rows_at, occupants_at, span_at, found_at, misfits_at;
};

/* What is locked before anything is compared. */
static const struct db_statement *const locks[] = {
    &sql_lock_plans, &sql_lock_categories, &sql_lock_expenses, &sql_lock_budgets,
    &sql_lock_rates, &sql_lock_recurring,  &sql_lock_rules,    &sql_lock_reconciliations,
};

/* What a statement is about, beside ledger and change. */
enum undo_values {
    VALUES_NOW,
    VALUES_LEFT,
    VALUES_CONVERTING
};

/* What takes the rows of an entity back, in the order in which it runs: what others refer to comes
 * first and goes last, rates before what they convert; unique numbers and names are free before they
 * are taken again. */
static const struct {
    const char *entity;
    const struct db_statement *statement;
    enum undo_values values;
} undo_steps[] = {
    {"tag", &sql_restore_tags, VALUES_NOW},
    {"user", &sql_restore_users, VALUES_NOW},
    {"account", &sql_restore_accounts, VALUES_NOW},
    {"category", &sql_restore_categories, VALUES_NOW},
    {"rate", &sql_remove_rates, VALUES_NOW},
    {"rate", &sql_restore_rates, VALUES_NOW},
    {"expense", &sql_restore_expenses, VALUES_LEFT},
    {"expense", &sql_convert_expenses, VALUES_CONVERTING},
    {"expense", &sql_remove_expenses, VALUES_NOW},
    {"expense", &sql_untag, VALUES_LEFT},
    {"expense", &sql_tag, VALUES_LEFT},
    {"budget", &sql_remove_budgets, VALUES_NOW},
    {"budget", &sql_restore_budgets, VALUES_NOW},
    {"recurring", &sql_remove_recurring, VALUES_NOW},
    {"recurring", &sql_restore_recurring, VALUES_NOW},
    {"rule", &sql_remove_rules, VALUES_NOW},
    {"rule", &sql_restore_rules, VALUES_NOW},
    {"reconciliation", &sql_remove_reconciliations, VALUES_NOW},
    {"reconciliation", &sql_restore_reconciliations, VALUES_NOW},
    {"tag", &sql_remove_tags, VALUES_NOW},
    {"user", &sql_remove_users, VALUES_NOW},
    {"account", &sql_leave_accounts, VALUES_NOW},
    {"account", &sql_remove_accounts, VALUES_NOW},
    {"category", &sql_remove_categories, VALUES_NOW},
};

static const char *const prefixes[][2] = {
    {"expense", "e"},   {"category", "c"},
    {"tag", "tag "},    {"user", "u"},
    {"account", "a"},   {"budget", "budget "},
    {"rate", "rate "},  {"recurring", "r"},
    {"rule", "rule r"}, {"reconciliation", "checked balance "}};

static const struct field args[] = {
    ARG_ID(struct undo_change_args, change_id, id_change, .flags = FIELD_REQUIRED | FIELD_PLAIN,
           .doc = "change_id of the answer, or of list_changes."),
    ARG_BOOL(struct undo_change_args, force, .doc = "Lose later changes."),
    ARG_END,
};

/* --- may it be taken back? ------------------------------------------------------------------- */

/* 0, 1 (refused). */
static int check_target(struct change *change, const struct undoing *undoing,
                        const struct db_rows *target)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    if (db_rows_count(target) == 0) {
        (void)buf_printf(&happened, "there is no change ch%s.", undoing->id);
        (void)change_refuse(change, "not_found", "change_id", buf_text(&happened),
                            "list_changes shows them.");
        return 1;
    }
    if (db_rows_is_null(target, 0, TARGET_UNDONE_BY))
        return 0;
    (void)buf_printf(&happened, "ch%s was taken back by ch%s.", undoing->id,
                     db_rows_text(target, 0, TARGET_UNDONE_BY));
    (void)change_refuse(change, "already_undone", "change_id", buf_text(&happened),
                        "To have it again, undo that one.");
    return 1;
}

static const char *entity_prefix(const char *entity)
{
    for (size_t i = 0; i < ARRAY_LENGTH(prefixes); i++) {
        if (strcmp(prefixes[i][0], entity) == 0)
            return prefixes[i][1];
    }
    return "";
}

/* Rows that were changed since. */
struct conflicts {
    const char *names[CONFLICTS_SHOWN + 1]; /* the first of them, and NULL */
    size_t count;
};

/* 0 or -ENOMEM. */
static int add_conflicts(struct arena *arena, struct conflicts *conflicts,
                         const struct db_rows *rows)
{
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        if (!db_rows_bool(rows, i, ROW_DIFFERS))
            continue;
        if (conflicts->count < CONFLICTS_SHOWN) {
            const char *entity = db_rows_text(rows, i, ROW_ENTITY);
            const char *name =
                arena_printf(arena, "%s%s", entity_prefix(entity), db_rows_text(rows, i, ROW_ID));
            if (!name)
                return -ENOMEM;
            conflicts->names[conflicts->count] = name;
        }
        conflicts->count++;
    }
    return 0;
}

/* Names the rows that were changed since, or have the place of one. 0, 1 (refused), -ENOMEM. */
static int check_conflicts(struct change *change, const struct undoing *undoing,
                           const struct db_rows *rows, const struct db_rows *occupants)
{
    struct arena *arena = call_arena(change_call(change));
    struct conflicts conflicts = {{NULL}, 0};
    if (undoing->args->force)
        return 0;
    int r = add_conflicts(arena, &conflicts, rows);
    if (r == 0)
        r = add_conflicts(arena, &conflicts, occupants);
    if (r < 0 || conflicts.count == 0)
        return r;
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    (void)buf_printf(&happened, "%zu of its rows %s changed since: ", conflicts.count,
                     conflicts.count == 1 ? "was" : "were");
    for (size_t i = 0; conflicts.names[i]; i++)
        (void)buf_printf(&happened, "%s%s", i > 0 ? ", " : "", conflicts.names[i]);
    (void)buf_append_text(&happened, conflicts.count > CONFLICTS_SHOWN ? " …" : ".");
    (void)change_refuse_with(
        change, &(struct call_error){.code = "changed_since", .candidates = conflicts.names},
        buf_text(&happened), "Undo those changes first, or repeat with force.");
    return 1;
}

/* --- taking it back -------------------------------------------------------------------------- */

static bool has_entity(const struct db_rows *rows, const char *entity)
{
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        if (strcmp(db_rows_text(rows, i, ROW_ENTITY), entity) == 0)
            return true;
    }
    return false;
}

/* The rows of an entity ("": any) for which `column` holds, as an array in the arena. 0 or -ENOMEM. */
static int take_ids(struct change *change, const struct db_rows *rows, const char *entity,
                    size_t column, const char **ret_ids)
{
    OWNED_BUF ids = BUF_INIT(IDS_TEXT_MAX);
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        bool fits = entity[0] == '\0' || strcmp(db_rows_text(rows, i, ROW_ENTITY), entity) == 0;
        if (fits && db_rows_bool(rows, i, column))
            (void)db_array_append(&ids, db_rows_text(rows, i, ROW_ID));
    }
    if (db_array_end(&ids) != 0)
        return -ENOMEM;
    *ret_ids = arena_strdup(call_arena(change_call(change)), buf_text(&ids));
    return *ret_ids ? 0 : -ENOMEM;
}

/* Keeps what is taken back; *ret_left: the rows that are left alone. 0 or -ENOMEM. */
static int keep(struct change *change, const struct db_rows *rows, const char **ret_left)
{
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        int64_t id = db_rows_int(rows, i, ROW_ID);
        if (!db_rows_bool(rows, i, ROW_IS_LEFT))
            change_keep(change, db_rows_text(rows, i, ROW_ENTITY), &id, 1);
    }
    return take_ids(change, rows, "", ROW_IS_LEFT, ret_left);
}

/* With force: what has the place of a row that comes back goes, and is kept; so is what will let go of
 * an account. 0 or -ENOMEM. */
static int make_room(struct change *change, const struct db_rows *occupants)
{
    static const struct {
        const char *entity;
        const struct db_statement *statement;
    } kinds[] = {{"budget", &sql_make_room_for_budgets},
                 {"rate", &sql_make_room_for_rates},
                 {"reconciliation", &sql_make_room_for_reconciliations}};

    struct call *call = change_call(change);
    for (size_t i = 0; i < db_rows_count(occupants); i++) {
        int64_t id = db_rows_int(occupants, i, ROW_ID);
        change_keep(change, db_rows_text(occupants, i, ROW_ENTITY), &id, 1);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(kinds) && db_rows_count(occupants) > 0; i++) {
        const char **values = arena_array(call_arena(call), 2, sizeof(*values));
        if (!values || take_ids(change, occupants, kinds[i].entity, ROW_DIFFERS, &values[1]) < 0)
            return -ENOMEM;
        values[0] = call_ledger(call)->id_text;
        (void)change_step(change, kinds[i].statement, values);
    }
    return 0;
}

/* More than was paid may not come back, unless with force. What waited for a rate that is gone, or uses
 * one that is back, and was not kept yet, is converted. */
static int restored(struct change *change, const struct db_rows *const *rows)
{
    static const struct refund_blame blame = {.otherwise = "repeat with force"};
    const struct undoing *undoing = change_state(change);
    int r = 0;
    if (!undoing->args->force && refund_check(change, rows[undoing->misfits_at], &blame) != 0)
        return 0;
    if (undoing->span.currencies)
        r = rate_convert(change, rows[undoing->found_at]);
    return r == 0 ? change_finish(change) : r;
}

static int apply(struct change *change, struct undoing *undoing, const struct db_rows *const *rows,
                 const char *undoes)
{
    struct call *call = change_call(change);
    const struct ledger *ledger = call_ledger(call);
    const struct db_rows *kept = rows[undoing->rows_at];
    const char *left = NULL;
    int r = keep(change, kept, &left);
    if (r == 0)
        r = make_room(change, rows[undoing->occupants_at]);
    if (r < 0)
        return r;
    const char *values[][5] = {
        [VALUES_NOW] = {ledger->id_text, undoing->id, call_now(call)},
        [VALUES_LEFT] = {ledger->id_text, undoing->id, left},
        [VALUES_CONVERTING] = {ledger->id_text, ledger->currency, change_exponent(change),
                               undoing->id, left},
    };
    const char *marked[] = {ledger->id_text, undoing->id, change_id(change), undoes};
    for (size_t i = 0; i < ARRAY_LENGTH(undo_steps); i++) {
        if (has_entity(kept, undo_steps[i].entity))
            (void)change_step(change, undo_steps[i].statement, values[undo_steps[i].values]);
    }
    (void)change_step(change, &sql_mark, marked);
    undoing->misfits_at = refund_look(change, false);
    if (undoing->span.currencies)
        r = rate_find(change, &undoing->span, &undoing->found_at);
    return r == 0 ? change_send(change, restored) : r;
}

/* 0 or -ENOMEM. */
static int take_span(struct change *change, struct undoing *undoing, const struct db_rows *span)
{
    struct arena *arena = call_arena(change_call(change));
    undoing->span = (struct rate_span){0};
    if (db_rows_int(span, 0, SPAN_RATES) == 0)
        return 0;
    undoing->span.currencies = arena_strdup(arena, db_rows_text(span, 0, SPAN_CURRENCIES));
    undoing->span.first = arena_strdup(arena, db_rows_text(span, 0, SPAN_FIRST));
    undoing->span.last = arena_strdup(arena, db_rows_text(span, 0, SPAN_LAST));
    bool is_whole = undoing->span.currencies && undoing->span.first && undoing->span.last;
    return is_whole ? 0 : -ENOMEM;
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct undoing *undoing = change_state(change);
    const struct db_rows *target = rows[undoing->target_at];
    const struct db_rows *kept = rows[undoing->rows_at];
    int r = take_span(change, undoing, rows[undoing->span_at]);
    if (r == 0)
        r = check_target(change, undoing, target);
    if (r == 0)
        r = check_conflicts(change, undoing, kept, rows[undoing->occupants_at]);
    if (r == 0 && undoing->args->force)
        r = change_confirm(change, "Overwrite", db_rows_count(kept), false);
    if (r != 0)
        return r < 0 ? r : 0;
    return apply(
        change, undoing, rows,
        db_rows_is_null(target, 0, TARGET_UNDOES) ? NULL : db_rows_text(target, 0, TARGET_UNDOES));
}

static int run(struct change *change)
{
    struct undoing *undoing = change_state(change);
    const char *ledger = call_ledger(change_call(change))->id_text;
    const char *values[] = {ledger, undoing->id, change_exponent(change),
                            "{base_amount,version,updated_at,position}"};
    change_set_undoes(change, undoing->id);
    static const char *const patience[] = {"600000"};
    change_open(change);
    (void)change_step(change, &sql_patience, patience);
    undoing->target_at = change_step(change, &sql_target, values);
    (void)change_step(change, &sql_spell_out, values);
    (void)change_step(change, &sql_spelled_out, values);
    for (size_t i = 0; i < ARRAY_LENGTH(locks); i++)
        (void)change_step(change, locks[i], values);
    undoing->rows_at = change_step(change, &sql_rows, values);
    undoing->occupants_at = change_step(change, &sql_occupants, values);
    undoing->span_at = change_step(change, &sql_rate_span, values);
    return change_send(change, locked);
}

static void summarize(const struct change_story *story, struct buf *text)
{
    const struct undoing *undoing = change_state(story->change);
    (void)buf_printf(text, "%s ch%s: ", story->is_saved ? "Took back" : "Would take back",
                     undoing->id);
    sentence_count(text, (long long)story->count, "row is", "rows are");
    (void)buf_append_text(text, " as before it.");
    refund_say_left(story, text);
}

static const struct change_kind undo = {
    .run = run,
    .timeout_ms = IMPORT_MS,
    .summarize = summarize,
};

static int start(struct call *call)
{
    struct undoing *undoing = arena_alloc(call_arena(call), sizeof(*undoing));
    if (!undoing)
        return -ENOMEM;
    call_set_deadline(call, IMPORT_MS);
    undoing->args = call_args(call);
    undoing->id = arena_printf(call_arena(call), "%lld", (long long)undoing->args->change_id);
    return undoing->id ? change_start(call, &undo, undoing) : -ENOMEM;
}

const struct tool tool_undo_change = {
    .name = "undo_change",
    .title = "Undo change",
    .description = "Take back a change, with all its rows.",
    .flags = TOOL_DESTRUCTIVE | TOOL_ASKS,
    .args = args,
    .args_size = sizeof(struct undo_change_args),
    .result = change_result,
    .start = start,
};
