/* transfer_expense: moves expenses to another category, all or none. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>

#include "tools/support/asked.h"
#include "tools/support/change.h"
#include "tools/support/expense.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"
#include "tools/transfer_expense.sql.h"

struct transfer_expense_args {
    struct field_list ids;
    struct name_ref to_category;
    struct field_opt_int expected_count;
};

struct move {
    struct targets_args wanted;
    struct targets targets;
    struct asked asked;
    struct name_question question;
    size_t category; /* its number among the names */
    size_t names_at, compared_at;
};

static const struct field args[] = {
    ARG_IDS(struct transfer_expense_args, ids, id_expense, .flags = FIELD_REQUIRED | FIELD_PLAIN,
            .min = 1, .max = CHANGE_ROWS_MAX, .doc = "The expenses, e.g. e345."),
    ARG_CATEGORY(struct transfer_expense_args, to_category, .flags = FIELD_REQUIRED | FIELD_PLAIN,
                 .doc = "Where they belong."),
    ARG_OPT_INT(struct transfer_expense_args, expected_count, .min = 0, .max = INT32_MAX,
                .flags = FIELD_PLAIN, .doc = "How many they are."),
    ARG_END,
};

static int moved(struct change *change, const struct db_rows *const *rows)
{
    const struct move *move = change_state(change);
    return change_finish_compared(change, rows[move->compared_at]);
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct call *call = change_call(change);
    struct move *move = change_state(change);
    int64_t *ids = NULL;
    char category[24];
    int r = targets_resolved(change, &move->asked, &move->question, rows[move->names_at], &ids);
    if (r == 0)
        r = targets_refuse_archived(change, &move->asked, rows[move->names_at]);
    if (r == 0)
        r = targets_check(change, &move->targets, rows);
    for (size_t i = 0; r == 0 && i < move->targets.count; i++)
        r = targets_refuse_kind(change, &move->asked, rows[move->names_at], move->category,
                                db_rows_text(rows[move->targets.rows_at], i, TARGET_KIND));
    if (r == 0)
        r = change_confirm(change, "Move", move->targets.count, false);
    if (r != 0)
        return r < 0 ? r : 0;
    int64_t id = ids[move->category];
    (void)snprintf(category, sizeof(category), "%lld", (long long)id);
    const char *values[] = {call_ledger(call)->id_text, move->targets.ids_text,
                            id > 0 ? category : NULL, call_now(call)};
    change_keep(change, "expense", move->targets.ids, move->targets.count);
    (void)change_step(change, &sql_apply, values);
    move->compared_at = change_compare(change);
    return change_send(change, moved);
}

static int run(struct change *change)
{
    struct move *move = change_state(change);
    change_open(change);
    int r = targets_resolve_step(change, &move->asked, &move->names_at);
    if (r == 0)
        r = targets_steps(change, &move->targets);
    return r == 0 ? change_send(change, locked) : r;
}

static void summarize(const struct change_story *story, struct buf *text)
{
    const char *category = kept_text(story, story->last - 1, EXPENSE_CATEGORY);
    (void)buf_append_text(text, story->is_saved ? "Moved " : "Would move ");
    sentence_count(text, (long long)story->count, "expense", "expenses");
    (void)buf_append_text(text, " to ");
    sentence_plain_name(text, category ? category : "Uncategorized");
    (void)buf_append_char(text, '.');
}

static const struct change_kind moving = {
    .entity = "expense",
    .run = run,
    .summarize = summarize,
};

static int start(struct call *call)
{
    struct transfer_expense_args *a = call_args(call);
    struct move *move = arena_alloc(call_arena(call), sizeof(*move));
    if (!move)
        return -ENOMEM;
    move->wanted = (struct targets_args){.ids = a->ids, .expected_count = a->expected_count};
    move->targets.args = &move->wanted;
    int r = asked_begin(&move->asked, call);
    if (r != 0)
        return r;
    move->category = asked_add(&move->asked, &a->to_category, "to_category");
    asked_question(&move->asked, &move->question);
    return change_start(call, &moving, move);
}

const struct tool tool_transfer_expense = {
    .name = "transfer_expense",
    .title = "Transfer expense",
    .description = "Put expenses into another category.",
    .flags = TOOL_DESTRUCTIVE | TOOL_ASKS,
    .args = args,
    .args_size = sizeof(struct transfer_expense_args),
    .result = change_result,
    .start = start,
};
