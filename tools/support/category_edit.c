/* Operations on categories. Which names are meant is found before; arguments are manage_categories's. */
#include "tools/support/category_edit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "tools/support/category_edit.sql.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"

enum {
    MESSAGE_MAX = 2000
};

enum {
    PLAN_KIND,
    PLAN_PATH,
    PLAN_NEW_PATH,
    PLAN_NEW_FOLDED,
    PLAN_PARENT,
    PLAN_PARENT_KIND,
    PLAN_IS_CYCLE,
    PLAN_TAKEN,
    PLAN_TAKEN_PATH,
    PLAN_TAKEN_ARCHIVED,
    PLAN_NEW_ID
};

enum {
    MERGE_KIND,
    MERGE_PATH,
    MERGE_INTO_KIND,
    MERGE_INTO_PATH,
    MERGE_IS_CYCLE,
    MERGE_IS_BELOW,
    MERGE_CLASH,
    MERGE_INTO_ARCHIVED
};

/* --- refusals -------------------------------------------------------------------------------- */

static int refuse(struct change *change, const char *field, const char *to_do, const char *format,
                  ...) PRINTF_LIKE(4, 5);

static int refuse(struct change *change, const char *field, const char *to_do, const char *format,
                  ...)
{
    char text[MESSAGE_MAX];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    return change_refuse(change, "invalid_argument", field, text, to_do);
}

/* A name in quotes, readable, in the arena. */
static const char *quoted(struct change *change, const char *name)
{
    OWNED_BUF text = BUF_INIT(MESSAGE_MAX);
    sentence_name(&text, name);
    const char *copy = arena_strdup(call_arena(change_call(change)), buf_text(&text));
    return copy ? copy : "it";
}

/* Somebody has the name already: 0 or 1. */
static int check_taken(struct change *change, const struct managing *managing,
                       const struct db_rows *plan)
{
    const char *field = managing->into > 0 || managing->args->into.text ? "into" : "category";
    if (db_rows_is_null(plan, 0, PLAN_TAKEN))
        return 0;
    (void)refuse(
        change, field, "Take another name, or merge the two.", "there is %s already (c%s%s).",
        quoted(change, db_rows_text(plan, 0, PLAN_TAKEN_PATH)), db_rows_text(plan, 0, PLAN_TAKEN),
        db_rows_bool(plan, 0, PLAN_TAKEN_ARCHIVED) ? ", archived" : "");
    return 1;
}

static int check_length(struct change *change, const struct db_rows *plan)
{
    const char *path = db_rows_text(plan, 0, PLAN_NEW_PATH);
    if (utf8_count(path, strlen(path)) <= PATH_MAX_POINTS)
        return 0;
    (void)refuse(change, "category", "Take a shorter name, or a place further up.",
                 "the whole name would have more than %d characters.", (int)PATH_MAX_POINTS);
    return 1;
}

/* --- steps that several share ---------------------------------------------------------------- */

static const char **new_values(struct change *change, size_t count)
{
    const char **values = arena_array(call_arena(change_call(change)), count, sizeof(*values));
    if (!values) {
        change_fail(change, -ENOMEM);
        return NULL;
    }
    values[0] = call_ledger(change_call(change))->id_text;
    return values;
}

static int plan_place(struct change *change, struct managing *managing)
{
    const char **values = new_values(change, 5);
    if (!values)
        return -ENOMEM;
    values[1] = managing->category_text;
    values[2] = managing->parent_text;
    values[3] = managing->name;
    values[4] = managing->folded;
    managing->plan_at = change_step(change, &sql_plan, values);
    return 0;
}

static int plan_subtree(struct change *change, struct managing *managing)
{
    const char **values = new_values(change, 2);
    if (!values)
        return -ENOMEM;
    values[1] = managing->category_text;
    managing->subtree_at = change_step(change, &sql_subtree, values);
    return 0;
}

static int plan_relocation(struct change *change, struct managing *managing)
{
    int r = plan_place(change, managing);
    return r == 0 ? plan_subtree(change, managing) : r;
}

/* Keeps what rows of ids name. */
static int keep_rows(struct change *change, const char *entity, const struct db_rows *rows)
{
    size_t count = db_rows_count(rows);
    int64_t *ids = arena_array(call_arena(change_call(change)), count + 1, sizeof(*ids));
    if (!ids)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        ids[i] = db_rows_int(rows, i, 0);
    change_keep(change, entity, ids, count);
    return 0;
}

/* The texts of a row live until the next trip is sent, but not longer. */
static const char *kept_copy(struct change *change, const struct db_rows *rows, size_t column)
{
    const char *text = arena_strdup(call_arena(change_call(change)), db_rows_text(rows, 0, column));
    if (!text)
        change_fail(change, -ENOMEM);
    return text;
}

/* --- create ---------------------------------------------------------------------------------- */

/* A category of that name was archived: it comes back. */
static int bring_back(struct change *change, const struct managing *managing,
                      const struct db_rows *plan)
{
    const char **values = new_values(change, 4);
    const char **paint = new_values(change, 3);
    int64_t id = db_rows_int(plan, 0, PLAN_TAKEN);
    if (!values || !paint)
        return -ENOMEM;
    values[1] = paint[1] = kept_copy(change, plan, PLAN_TAKEN);
    values[2] = values[3] = "f";
    paint[2] = managing->color;
    change_keep(change, "category", &id, 1);
    (void)change_step(change, &sql_archive, values);
    if (managing->color)
        (void)change_step(change, &sql_paint, paint);
    return change_finish(change);
}

static int create(struct change *change, struct managing *managing,
                  const struct db_rows *const *rows)
{
    const struct db_rows *plan = rows[managing->plan_at];
    const char *asked_kind = managing->args->kind;
    bool has_parent = !db_rows_is_null(plan, 0, PLAN_PARENT_KIND);
    const char *kind = has_parent ? kept_copy(change, plan, PLAN_PARENT_KIND) : "expense";
    if (has_parent && asked_kind && kind && strcmp(kind, asked_kind) != 0)
        return refuse(change, "kind", "Leave kind out, or choose another parent.",
                      "the category above is of kind %s.", kind);
    if (db_rows_bool(plan, 0, PLAN_TAKEN_ARCHIVED))
        return bring_back(change, managing, plan);
    int r = check_taken(change, managing, plan);
    if (r == 0)
        r = check_length(change, plan);
    if (r != 0)
        return 0;
    const char **values = new_values(change, 10);
    int64_t id = db_rows_int(plan, 0, PLAN_NEW_ID);
    if (!values)
        return -ENOMEM;
    values[1] = kept_copy(change, plan, PLAN_NEW_ID);
    values[2] = kept_copy(change, plan, PLAN_PARENT);
    values[3] = managing->name;
    values[4] = managing->folded;
    values[5] = kept_copy(change, plan, PLAN_NEW_PATH);
    values[6] = kept_copy(change, plan, PLAN_NEW_FOLDED);
    values[7] = managing->color;
    values[8] = asked_kind ? asked_kind : kind;
    values[9] = call_now(change_call(change));
    change_keep(change, "category", &id, 1);
    (void)change_step(change, &sql_insert_category, values);
    return change_finish(change);
}

/* --- rename, move ---------------------------------------------------------------------------- */

static int relocate(struct change *change, struct managing *managing,
                    const struct db_rows *const *rows)
{
    const struct db_rows *plan = rows[managing->plan_at];
    bool has_parent = !db_rows_is_null(plan, 0, PLAN_PARENT_KIND);
    if (db_rows_bool(plan, 0, PLAN_IS_CYCLE))
        return refuse(change, "parent", "Choose a category that is not below it.",
                      "%s would lie below itself.",
                      quoted(change, db_rows_text(plan, 0, PLAN_PATH)));
    if (has_parent &&
        strcmp(db_rows_text(plan, 0, PLAN_PARENT_KIND), db_rows_text(plan, 0, PLAN_KIND)) != 0)
        return refuse(change, "parent", "Choose a parent of the same kind.",
                      "a category of kind %s cannot lie below one of kind %s.",
                      db_rows_text(plan, 0, PLAN_KIND), db_rows_text(plan, 0, PLAN_PARENT_KIND));
    int r = check_taken(change, managing, plan);
    if (r == 0)
        r = check_length(change, plan);
    if (r != 0)
        return 0;
    r = change_confirm(change, "Change", db_rows_count(rows[managing->subtree_at]), false);
    if (r != 0)
        return r < 0 ? r : 0;
    const char **values = new_values(change, 7);
    r = keep_rows(change, "category", rows[managing->subtree_at]);
    if (!values || r != 0)
        return -ENOMEM;
    values[1] = managing->category_text;
    values[2] = kept_copy(change, plan, PLAN_PARENT);
    values[3] = managing->name;
    values[4] = managing->folded;
    values[5] = kept_copy(change, plan, PLAN_NEW_PATH);
    values[6] = kept_copy(change, plan, PLAN_NEW_FOLDED);
    (void)change_step(change, &sql_relocate, values);
    return change_finish(change);
}

/* --- recolor, archive ------------------------------------------------------------------------ */

static int recolor(struct change *change, struct managing *managing,
                   const struct db_rows *const *rows)
{
    const char **values = new_values(change, 3);
    (void)rows;
    if (!values)
        return -ENOMEM;
    values[1] = managing->category_text;
    values[2] = managing->color;
    change_keep(change, "category", &managing->category_id, 1);
    (void)change_step(change, &sql_paint, values);
    return change_finish(change);
}

static int put_away(struct change *change, const struct managing *managing,
                    const struct db_rows *const *rows, bool is_archived)
{
    const char **values = new_values(change, 4);
    int r = change_confirm(change, is_archived ? "Archive" : "Bring back",
                           db_rows_count(rows[managing->subtree_at]), false);
    if (r != 0)
        return r < 0 ? r : 0;
    r = keep_rows(change, "category", rows[managing->subtree_at]);
    if (!values || r != 0)
        return -ENOMEM;
    values[1] = managing->category_text;
    values[2] = is_archived ? "t" : "f";
    values[3] = "t";
    (void)change_step(change, &sql_archive, values);
    return change_finish(change);
}

static int archive(struct change *change, struct managing *managing,
                   const struct db_rows *const *rows)
{
    return put_away(change, managing, rows, true);
}

static int unarchive(struct change *change, struct managing *managing,
                     const struct db_rows *const *rows)
{
    enum {
        SUBTREE_ARCHIVED = 1
    };

    const struct db_rows *subtree = rows[managing->subtree_at];
    for (size_t i = 0; i < db_rows_count(subtree); i++) {
        if (db_rows_bool(subtree, i, SUBTREE_ARCHIVED))
            return put_away(change, managing, rows, false);
    }
    return refuse(change, "category", "It takes entries as it is.", "is not archived.");
}

/* --- merge ----------------------------------------------------------------------------------- */

static int plan_merge(struct change *change, struct managing *managing)
{
    const char **values = new_values(change, 3);
    int r = plan_subtree(change, managing);
    if (!values || r != 0)
        return -ENOMEM;
    values[1] = managing->category_text;
    values[2] = managing->into_text;
    managing->plan_at = change_step(change, &sql_merge_plan, values);
    managing->expenses_at = change_step(change, &sql_lock_expenses, values);
    managing->budgets_at = change_step(change, &sql_lock_budgets_of, values);
    managing->recurring_at = change_step(change, &sql_lock_recurring_of, values);
    return 0;
}

/* 0, 1 (refused). */
static int check_merge(struct change *change, const struct managing *managing,
                       const struct db_rows *plan)
{
    const char *path = db_rows_text(plan, 0, MERGE_PATH);
    if (managing->category_id == managing->into_id) {
        (void)refuse(change, "into", "Name two categories.", "is the same category.");
        return 1;
    }
    if (db_rows_bool(plan, 0, MERGE_INTO_ARCHIVED)) {
        (void)change_refuse_archived(change, "into", db_rows_text(plan, 0, MERGE_INTO_PATH));
        return 1;
    }
    if (db_rows_bool(plan, 0, MERGE_IS_CYCLE)) {
        (void)refuse(change, "into", "Move that one out of it first.", "lies below %s.",
                     quoted(change, path));
        return 1;
    }
    if (strcmp(db_rows_text(plan, 0, MERGE_KIND), db_rows_text(plan, 0, MERGE_INTO_KIND)) != 0) {
        (void)refuse(change, "into", "Choose one of the same kind.",
                     "is of kind %s, and %s of kind %s.", db_rows_text(plan, 0, MERGE_INTO_KIND),
                     quoted(change, path), db_rows_text(plan, 0, MERGE_KIND));
        return 1;
    }
    if (!db_rows_is_null(plan, 0, MERGE_CLASH)) {
        (void)refuse(change, "category", "Merge those two first.",
                     "both categories have one called %s below them.",
                     quoted(change, db_rows_text(plan, 0, MERGE_CLASH)));
        return 1;
    }
    return 0;
}

static int merge_steps(struct change *change, struct managing *managing, bool is_below)
{
    const char **keep = new_values(change, 4);
    const char **move = new_values(change, 4);
    const char **budgets = new_values(change, 5);
    if (!keep || !move || !budgets)
        return -ENOMEM;
    keep[1] = change_id(change);
    keep[2] = change_exponent(change);
    keep[3] = move[1] = budgets[1] = managing->category_text;
    move[2] = budgets[2] = managing->into_text;
    move[3] = budgets[4] = call_now(change_call(change));
    budgets[3] = is_below ? "t" : "f";
    (void)change_step(change, &sql_keep_expenses, keep);
    (void)change_step(change, &sql_move_expenses, move);
    (void)change_step(change, &sql_move_recurring, move);
    (void)change_step(change, &sql_keep_rules, keep);
    (void)change_step(change, &sql_move_rules, move);
    (void)change_step(change, &sql_merge_budgets, budgets);
    (void)change_step(change, &sql_move_children, move);
    (void)change_step(change, &sql_retire, move);
    return 0;
}

static int merge(struct change *change, struct managing *managing,
                 const struct db_rows *const *rows)
{
    const struct db_rows *plan = rows[managing->plan_at];
    if (check_merge(change, managing, plan) != 0)
        return 0;
    bool is_below = db_rows_bool(plan, 0, MERGE_IS_BELOW);
    size_t touched = db_rows_count(rows[managing->subtree_at]) +
                     db_rows_count(rows[managing->expenses_at]) +
                     db_rows_count(rows[managing->budgets_at]);
    int r = change_confirm(change, "Merge", touched, true);
    if (r != 0)
        return r < 0 ? r : 0;
    r = keep_rows(change, "category", rows[managing->subtree_at]);
    if (r == 0)
        r = keep_rows(change, "budget", rows[managing->budgets_at]);
    if (r == 0)
        r = keep_rows(change, "recurring", rows[managing->recurring_at]);
    if (r == 0)
        r = merge_steps(change, managing, is_below);
    return r == 0 ? change_finish(change) : r;
}

/* --- the table ------------------------------------------------------------------------------- */

const struct operation category_operations[] = {
    {"create", plan_place, create, "Made", "Would make"},
    {"rename", plan_relocation, relocate, "Renamed", "Would rename"},
    {"move", plan_relocation, relocate, "Moved", "Would move"},
    {"recolor", plan_subtree, recolor, "Recoloured", "Would recolour"},
    {"merge", plan_merge, merge, "Merged", "Would merge"},
    {"archive", plan_subtree, archive, "Archived", "Would archive"},
    {"unarchive", plan_subtree, unarchive, "Brought back", "Would bring back"},
};

const size_t category_operation_count = ARRAY_LENGTH(category_operations);

void category_lock(struct change *change)
{
    (void)change_step(change, &sql_lock_tree, new_values(change, 1));
}
