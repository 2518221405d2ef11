/* undo_change: takes one change back, whole: rows become what they were, what was made goes. It is a
 * change itself and can be taken back as well. Rows that somebody changed since are named first. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/change.h"
#include "tools/support/limits.h"
#include "tools/support/names.h"
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
    ROW_WAS_THERE,
    ROW_DIFFERS
};

enum {
    CONFLICTS_SHOWN = 10,
    MESSAGE_MAX = 1000
};

struct undo_change_args {
    int64_t change_id;
    bool force;
};

struct undoing {
    struct undo_change_args *args;
    const char *id; /* of the change that is taken back */
    size_t target_at, rows_at;
};

/* What is locked before anything is compared. */
static const struct db_statement *const locks[] = {
    &sql_lock_categories, &sql_lock_expenses,  &sql_lock_budgets,
    &sql_lock_rates,      &sql_lock_recurring,
};

/* What takes the rows of an entity back, in the order in which it runs: what others refer to comes
 * first and goes last; unique numbers and names are free before they are taken again. */
static const struct {
    const char *entity;
    const struct db_statement *statement;
    bool converts; /* wants the ledger's currency */
} undo_steps[] = {
    {"tag", &sql_restore_tags, false},
    {"user", &sql_restore_users, false},
    {"account", &sql_restore_accounts, false},
    {"category", &sql_restore_categories, false},
    {"expense", &sql_restore_expenses, false},
    {"expense", &sql_convert_expenses, true},
    {"expense", &sql_remove_expenses, false},
    {"expense", &sql_untag, false},
    {"expense", &sql_tag, false},
    {"budget", &sql_remove_budgets, false},
    {"budget", &sql_restore_budgets, false},
    {"recurring", &sql_remove_recurring, false},
    {"recurring", &sql_restore_recurring, false},
    {"rate", &sql_remove_rates, false},
    {"rate", &sql_restore_rates, false},
    {"rate", &sql_convert_after_rates, true},
    {"tag", &sql_remove_tags, false},
    {"user", &sql_remove_users, false},
    {"account", &sql_remove_accounts, false},
    {"category", &sql_remove_categories, false},
};

static const char *const prefixes[][2] = {
    {"expense", "e"}, {"category", "c"},     {"tag", "tag "},   {"user", "u"},
    {"account", "a"}, {"budget", "budget "}, {"rate", "rate "}, {"recurring", "r"}};

static const struct field args[] = {
    ARG_ID(struct undo_change_args, change_id, id_change, .flags = FIELD_REQUIRED | FIELD_PLAIN,
           .doc = "change_id of the answer, or of list_changes."),
    ARG_BOOL(struct undo_change_args, force, .doc = "Lose what was changed since."),
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

/* Names the rows that were changed since. 0, 1 (refused), -ENOMEM. */
static int check_conflicts(struct change *change, const struct undoing *undoing,
                           const struct db_rows *rows)
{
    struct arena *arena = call_arena(change_call(change));
    const char *candidates[CONFLICTS_SHOWN + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        if (!db_rows_bool(rows, i, ROW_DIFFERS) || undoing->args->force)
            continue;
        if (count < CONFLICTS_SHOWN) {
            const char *entity = db_rows_text(rows, i, ROW_ENTITY);
            candidates[count] =
                arena_printf(arena, "%s%s", entity_prefix(entity), db_rows_text(rows, i, ROW_ID));
            if (!candidates[count])
                return -ENOMEM;
        }
        count++;
    }
    if (count == 0)
        return 0;
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    (void)buf_printf(&happened, "%zu of its rows %s changed since: ", count,
                     count == 1 ? "was" : "were");
    for (size_t i = 0; i < CONFLICTS_SHOWN && candidates[i]; i++)
        (void)buf_printf(&happened, "%s%s", i > 0 ? ", " : "", candidates[i]);
    (void)buf_append_text(&happened, count > CONFLICTS_SHOWN ? " …" : ".");
    (void)change_refuse_with(
        change, &(struct call_error){.code = "changed_since", .candidates = candidates},
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

static int apply(struct change *change, const struct undoing *undoing, const struct db_rows *rows,
                 const char *undoes)
{
    struct call *call = change_call(change);
    const struct ledger *ledger = call_ledger(call);
    const char *values[] = {ledger->id_text, undoing->id, call_now(call)};
    const char *converting[] = {ledger->id_text, ledger->currency, change_exponent(change),
                                undoing->id};
    const char *marked[] = {ledger->id_text, undoing->id, change_id(change), undoes};
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        int64_t id = db_rows_int(rows, i, ROW_ID);
        change_keep(change, db_rows_text(rows, i, ROW_ENTITY), &id, 1);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(undo_steps); i++) {
        if (has_entity(rows, undo_steps[i].entity))
            (void)change_step(change, undo_steps[i].statement,
                              undo_steps[i].converts ? converting : values);
    }
    (void)change_step(change, &sql_mark, marked);
    return change_finish(change);
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct undoing *undoing = change_state(change);
    const struct db_rows *target = rows[undoing->target_at];
    const struct db_rows *kept = rows[undoing->rows_at];
    int r = check_target(change, undoing, target);
    if (r == 0)
        r = check_conflicts(change, undoing, kept);
    if (r == 0 && undoing->args->force)
        r = change_confirm(change, "Overwrite", db_rows_count(kept), false);
    if (r != 0)
        return r < 0 ? r : 0;
    return apply(
        change, undoing, kept,
        db_rows_is_null(target, 0, TARGET_UNDOES) ? NULL : db_rows_text(target, 0, TARGET_UNDOES));
}

static int run(struct change *change)
{
    struct undoing *undoing = change_state(change);
    const char *ledger = call_ledger(change_call(change))->id_text;
    const char *values[] = {ledger, undoing->id, change_exponent(change),
                            "{base_amount,version,updated_at}"};
    change_set_undoes(change, undoing->id);
    change_open(change);
    undoing->target_at = change_step(change, &sql_target, values);
    for (size_t i = 0; i < ARRAY_LENGTH(locks); i++)
        (void)change_step(change, locks[i], values);
    undoing->rows_at = change_step(change, &sql_rows, values);
    return change_send(change, locked);
}

static void summarize(const struct change_story *story, struct buf *text)
{
    const struct undoing *undoing = change_state(story->change);
    (void)buf_printf(text, "%s ch%s: ", story->is_saved ? "Took back" : "Would take back",
                     undoing->id);
    sentence_count(text, (long long)story->count, "row is", "rows are");
    (void)buf_append_text(text, " as before it.");
}

static const struct change_kind undo = {
    .run = run,
    .summarize = summarize,
};

static int start(struct call *call)
{
    struct undoing *undoing = arena_alloc(call_arena(call), sizeof(*undoing));
    if (!undoing)
        return -ENOMEM;
    undoing->args = call_args(call);
    undoing->id = arena_printf(call_arena(call), "%lld", (long long)undoing->args->change_id);
    return undoing->id ? change_start(call, &undo, undoing) : -ENOMEM;
}

const struct tool tool_undo_change = {
    .name = "undo_change",
    .title = "Undo change",
    .description = "Take back a change, with all its rows.",
    .flags = TOOL_DESTRUCTIVE,
    .args = args,
    .args_size = sizeof(struct undo_change_args),
    .result = change_result,
    .start = start,
};
