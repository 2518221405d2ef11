/* delete_expenses: takes expenses out of the books. They are only marked as deleted, and the change
 * keeps what they were. */
#include "tools/tool.h"

#include <errno.h>

#include "tools/delete_expenses.sql.h"
#include "tools/support/change.h"
#include "tools/support/limits.h"
#include "tools/support/refund.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"

struct delete_expenses_args {
    struct targets_args targets;
    const char *reason;
};

struct deletion {
    struct delete_expenses_args *args;
    struct targets targets;
};

static const struct field args[] = {
    ARG_TARGETS(struct delete_expenses_args, targets),
    ARG_TEXT(struct delete_expenses_args, reason, .max = DESCRIPTION_MAX_POINTS,
             .flags = FIELD_PLAIN, .doc = "Why, for the history."),
    ARG_END,
};

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct call *call = change_call(change);
    struct deletion *deletion = change_state(change);
    const struct targets *targets = &deletion->targets;
    int r = targets_check(change, &deletion->targets, rows);
    if (r == 0)
        r = change_confirm(change, "Delete", targets->count, targets->by_filter);
    if (r != 0)
        return r < 0 ? r : 0;
    const char *values[] = {call_ledger(call)->id_text, targets->ids_text, call_now(call)};
    change_keep(change, "expense", targets->ids, targets->count);
    (void)change_step(change, &sql_apply, values);
    return change_finish(change);
}

static int run(struct change *change)
{
    struct deletion *deletion = change_state(change);
    change_set_reason(change, deletion->args->reason);
    change_open(change);
    int r = targets_steps(change, &deletion->targets);
    return r == 0 ? change_send(change, locked) : r;
}

static void summarize(const struct change_story *story, struct buf *text)
{
    (void)buf_append_text(text, story->is_saved ? "Deleted " : "Would delete ");
    if (story->count == 1)
        kept_describe(story, story->first, text);
    else
        sentence_count(text, (long long)story->count, "expense", "expenses");
    (void)buf_append_text(text,
                          story->is_saved ? "; undo_change brings back what was deleted." : ".");
    refund_say_left(story, text);
}

static const struct change_kind deleting = {
    .entity = "expense",
    .run = run,
    .summarize = summarize,
};

static int start(struct call *call)
{
    struct deletion *deletion = arena_alloc(call_arena(call), sizeof(*deletion));
    if (!deletion)
        return -ENOMEM;
    deletion->args = call_args(call);
    int r = targets_begin(call, &deletion->targets, &deletion->args->targets);
    if (r == 0)
        r = change_start(call, &deleting, deletion);
    return r < 0 ? r : 0;
}

const struct tool tool_delete_expenses = {
    .name = "delete_expenses",
    .title = "Delete expenses",
    .description = "Remove wrong or test entries; can be undone.",
    .flags = TOOL_DESTRUCTIVE | TOOL_ASKS,
    .args = args,
    .args_size = sizeof(struct delete_expenses_args),
    .result = change_result,
    .start = start,
};
