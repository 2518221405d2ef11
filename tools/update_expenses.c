/* update_expenses: corrects expenses, one or many alike; may divide one into a receipt. */
#include "tools/tool.h"

#include <errno.h>
#include <string.h>

#include "tools/support/change.h"
#include "tools/support/correction.h"
#include "tools/support/draft.h"
#include "tools/support/expense.h"
#include "tools/support/missing.h"
#include "tools/support/rate.h"
#include "tools/support/refund.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"
#include "tools/update_expenses.sql.h"

struct update_expenses_args {
    struct targets_args targets;
    struct correction_args set;
    bool create_missing;
    bool learn_rule;
};

struct update {
    struct update_expenses_args *args;
    struct targets targets;
    struct correction correction;
    size_t missing_at, names_at, reserved_at, purchase_at, misfits_at, compared_at;
    const char *purchase; /* that it is a refund of from now on, as an array; NULL: nothing said */
    const char *first_id; /* of the expense that is divided */
};

static const struct field set_fields[] = {
    ARG_MONEY(struct correction_args, amount, .flags = FIELD_PLAIN, .doc = "e.g. 18.00."),
    ARG_DATE(struct correction_args, date, .flags = FIELD_PLAIN, .doc = "When."),
    ARG_TEXT(struct correction_args, merchant, .max = NAME_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "\"\" removes it."),
    ARG_TEXT(struct correction_args, description, .max = DESCRIPTION_MAX_POINTS,
             .flags = FIELD_PLAIN, .doc = "\"\" removes it."),
    ARG_CATEGORY(struct correction_args, category, .flags = FIELD_PLAIN,
                 .doc = "Or Uncategorized."),
    ARG_CURRENCY(struct correction_args, currency, .flags = FIELD_PLAIN,
                 .doc = "The amount stays."),
    ARG_CHOICE(struct correction_args, kind, .choices = expense_kinds, .flags = FIELD_PLAIN,
               .doc = "What it is."),
    ARG_ID(struct correction_args, refund_of, id_expense, .flags = FIELD_PLAIN,
           .doc = "The purchase."),
    ARG_USER(struct correction_args, user, .flags = FIELD_PLAIN, .doc = "Or (none)."),
    ARG_USER(struct correction_args, paid_by, .flags = FIELD_PLAIN,
             .doc = "If not user; transfer: the giver."),
    ARG_ACCOUNT(struct correction_args, account, .flags = FIELD_PLAIN, .doc = "Or (none)."),
    ARG_TEXT(struct correction_args, notes, .max = NOTES_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "\"\" removes them."),
    ARG_TAGS(struct correction_args, tags, .max = TAGS_MAX, .flags = FIELD_PLAIN,
             .doc = "Instead of all it has."),
    ARG_TAGS(struct correction_args, add_tags, .max = TAGS_MAX, .flags = FIELD_PLAIN,
             .doc = "In addition."),
    ARG_TAGS(struct correction_args, remove_tags, .max = TAGS_MAX, .flags = FIELD_PLAIN,
             .doc = "These no more."),
    ARG_LIST(struct correction_args, splits, .item = &field_object, .fields = draft_split_fields,
             .size = sizeof(struct draft_split), .min = 2, .max = SPLITS_MAX, .flags = FIELD_PLAIN,
             .doc = "Divides one expense into parts."),
    ARG_END,
};

static const struct field args[] = {
    ARG_TARGETS(struct update_expenses_args, targets),
    ARG_OBJECT(struct update_expenses_args, set, struct correction_args, .flags = FIELD_REQUIRED,
               .fields = set_fields, .size = sizeof(struct correction_args),
               .doc = "The rest stays; \"\" removes."),
    ARG_BOOL(struct update_expenses_args, create_missing, .flags = FIELD_PLAIN,
             .doc = "Make names that do not exist."),
    ARG_BOOL(struct update_expenses_args, learn_rule, .doc = "For imports of this merchant."),
    ARG_END,
};

/* --- second trip ----------------------------------------------------------------------------- */

static void tag_steps(struct change *change, const struct update *update, const int64_t *names)
{
    struct arena *arena = call_arena(change_call(change));
    const struct correction *correction = &update->correction;
    const char *ledger = call_ledger(change_call(change))->id_text;
    const char *ids = update->targets.ids_text;

    const struct {
        const struct correction_tags *tags;
        bool removes, keeps_only, adds;
    } acts[] = {
        {&correction->tags, true, true, true},
        {&correction->removed, true, false, false},
        {&correction->added, false, false, true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(acts); i++) {
        const char **values = arena_array(arena, 4, sizeof(*values));
        const char *tags = correction_tag_ids(arena, acts[i].tags, names);
        if (!acts[i].tags->given)
            continue;
        if (!values || !tags) {
            change_fail(change, -ENOMEM);
            return;
        }
        values[0] = ledger;
        values[1] = ids;
        values[2] = tags;
        values[3] = acts[i].keeps_only ? "t" : "f";
        if (acts[i].removes)
            (void)change_step(change, &sql_untag, values);
        if (acts[i].adds)
            (void)change_step(change, &sql_tag, values);
    }
}

/* The further lines of the receipt. */
static int divide_steps(struct change *change, struct update *update, const int64_t *names,
                        const struct db_rows *const *rows, const char *const *common)
{
    struct arena *arena = call_arena(change_call(change));
    struct correction *correction = &update->correction;
    const char **values = arena_array(arena, 6, sizeof(*values));
    const char **copied = arena_array(arena, 3, sizeof(*copied));
    struct correction_lines lines;
    if (!values || !copied)
        return -ENOMEM;
    int r = correction_lines(correction, arena, names, rows[update->targets.rows_at],
                             rows[update->reserved_at], &lines);
    if (r != 0)
        return r;
    memcpy(values, common, 6 * sizeof(*values));
    values[3] = update->first_id;
    values[4] = lines.json;
    copied[0] = common[0];
    copied[1] = update->first_id;
    copied[2] = lines.ids_text;
    change_keep(change, "expense", lines.ids, lines.count);
    (void)change_step(change, &sql_divide, values);
    (void)change_step(change, &sql_copy_tags, copied);
    return 0;
}

/* What the merchants of these expenses are from now on, for what is imported. */
static int learn_steps(struct change *change, const struct update *update, const int64_t *names)
{
    struct call *call = change_call(change);
    struct arena *arena = call_arena(call);
    const char **values = arena_array(arena, 5, sizeof(*values));
    const char **kept = arena_array(arena, 3, sizeof(*kept));
    if (!values || !kept)
        return -ENOMEM;
    kept[0] = values[0] = call_ledger(call)->id_text;
    kept[1] = values[1] = update->targets.ids_text;
    values[2] = arena_printf(arena, "%lld", (long long)names[update->correction.category]);
    values[3] = call_now(call);
    kept[2] = values[4] = change_id(change);
    (void)change_step(change, &sql_learn_kept, kept);
    (void)change_step(change, &sql_learn_again, values);
    (void)change_step(change, &sql_learn_room, values);
    (void)change_step(change, &sql_learn, values);
    return values[2] ? 0 : -ENOMEM;
}

/* The argument that may make a purchase less than its refunds; NULL: none was given. */
static const char *what_purchases_mind(const struct correction_args *set)
{
    if (set->amount.text)
        return "set.amount";
    if (set->splits.count > 0)
        return "set.splits";
    if (set->kind)
        return "set.kind";
    return set->currency ? "set.currency" : NULL;
}

static int applied(struct change *change, const struct db_rows *const *rows)
{
    struct update *update = change_state(change);
    const char *purchase = what_purchases_mind(&update->args->set);
    const struct refund_blame blame = {
        .refund = update->purchase ? "set.refund_of" : purchase,
        .purchase = purchase,
        .otherwise = update->purchase ? REFUND_OTHERWISE : NULL,
        .divides = update->args->set.splits.count > 0,
    };
    bool may_misfit = update->purchase || purchase;
    if (may_misfit && refund_check(change, rows[update->misfits_at], &blame) != 0)
        return 0;
    return change_finish_compared(change, rows[update->compared_at]);
}

static int apply(struct change *change, struct update *update, const int64_t *names,
                 const struct db_rows *const *rows)
{
    struct call *call = change_call(change);
    const struct ledger *ledger = call_ledger(call);
    struct correction *correction = &update->correction;
    bool divides = correction->args->splits.count > 0;
    const char *set =
        correction_json(correction, call_arena(call), names, divides ? update->targets.ids : NULL);
    const char *values[] = {
        ledger->id_text, ledger->currency, change_exponent(change), update->targets.ids_text, set,
        call_now(call)};
    if (!set)
        return -ENOMEM;
    bool may_misfit = update->purchase || what_purchases_mind(correction->args);
    change_keep(change, "expense", update->targets.ids, update->targets.count);
    if (may_misfit)
        (void)refund_lock(change, update->purchase, update->targets.ids_text);
    (void)change_step(change, &sql_apply, values);
    tag_steps(change, update, names);
    int r = 0;
    if (divides)
        r = divide_steps(change, update, names, rows, values);
    if (r == 0 && update->args->learn_rule && names[update->correction.category] > 0)
        r = learn_steps(change, update, names);
    if (may_misfit)
        update->misfits_at = refund_look(change, update->purchase != NULL);
    update->compared_at = change_compare(change);
    return r == 0 ? change_send(change, applied) : r;
}

/* --- first trip ------------------------------------------------------------------------------ */

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct update *update = change_state(change);
    int64_t *names = NULL;
    if (update->args->create_missing)
        missing_keep(change, rows, update->missing_at);
    int r = targets_resolved(change, &update->correction.asked, &update->correction.question,
                             rows[update->names_at], &names);
    if (r == 0)
        r = targets_refuse_archived(change, &update->correction.asked, rows[update->names_at]);
    if (r == 0)
        r = targets_check(change, &update->targets, rows);
    if (r == 0)
        r = correction_check(change, &update->correction, names, rows[update->names_at],
                             rows[update->targets.rows_at]);
    if (r == 0 && update->purchase && db_rows_count(rows[update->purchase_at]) == 0) {
        (void)refund_refuse(change, "set.refund_of", "missing", update->args->set.refund_of);
        r = 1;
    }
    if (r == 0)
        r = change_confirm(change, "Change", update->targets.count, false);
    if (r != 0)
        return r < 0 ? r : 0;
    update->first_id =
        arena_printf(call_arena(change_call(change)), "%lld", (long long)update->targets.ids[0]);
    return update->first_id ? apply(change, update, names, rows) : -ENOMEM;
}

static int run(struct change *change)
{
    struct update *update = change_state(change);
    size_t splits = update->correction.args->splits.count;
    int r = 0;
    change_open(change);
    rate_share(change);
    if (update->args->create_missing)
        r = missing_steps(change, &update->correction.asked, &update->missing_at);
    if (r == 0)
        r = targets_resolve_step(change, &update->correction.asked, &update->names_at);
    if (r == 0)
        r = targets_steps(change, &update->targets);
    if (splits > 0)
        update->reserved_at = targets_reserve_step(change, splits - 1);
    if (update->purchase)
        update->purchase_at = refund_lock(change, update->purchase, NULL);
    return r == 0 ? change_send(change, locked) : r;
}

/* --- the sentence ---------------------------------------------------------------------------- */

/* Behind the last row of an expense: learned rules come last. */
static size_t end_of_expenses(const struct change_story *story)
{
    size_t end = story->last;
    while (end > 2 && strcmp(db_rows_text(story->rows, end - 1, KEPT_ENTITY), "expense") != 0)
        end--;
    return end;
}

static void summarize(const struct change_story *story, struct buf *text)
{
    OWNED_BUF before = BUF_INIT(1000);
    OWNED_BUF after = BUF_INIT(1000);
    size_t end = end_of_expenses(story);
    (void)buf_append_text(text, story->is_saved ? "Changed " : "Would change ");
    if (story->count != 1) {
        sentence_count(text, (long long)story->count, "expense", "expenses");
        (void)buf_append_char(text, '.');
        kept_say_waiting(story, text);
        return;
    }
    kept_describe(story, end - 2, &before);
    kept_describe(story, end - 1, &after);
    (void)buf_append_text(text, buf_text(&before));
    if (strcmp(buf_text(&before), buf_text(&after)) != 0)
        (void)buf_printf(text, ": now %s", buf_text(&after));
    (void)buf_append_char(text, '.');
    kept_say_waiting(story, text);
}

static const struct change_kind updating = {
    .entity = "expense",
    .run = run,
    .summarize = summarize,
};

static int start(struct call *call)
{
    struct update *update = arena_alloc(call_arena(call), sizeof(*update));
    if (!update)
        return -ENOMEM;
    update->args = call_args(call);
    if (update->args->learn_rule && !update->args->set.category.text)
        return change_refuse_argument(call, "learn_rule",
                                      "needs a category in set, to know what to learn");
    int64_t purchase = update->args->set.refund_of;
    update->purchase =
        purchase > 0 ? arena_printf(call_arena(call), "{%lld}", (long long)purchase) : NULL;
    if (purchase > 0 && !update->purchase)
        return -ENOMEM;
    int r = targets_begin(call, &update->targets, &update->args->targets);
    if (r == 0)
        r = correction_begin(call, &update->correction, &update->args->set);
    if (r == 0)
        r = change_start(call, &updating, update);
    return r < 0 ? r : 0;
}

const struct tool tool_update_expenses = {
    .name = "update_expenses",
    .title = "Update expenses",
    .description = "Correct entries: one, or all that match a filter.",
    .flags = TOOL_DESTRUCTIVE | TOOL_ASKS,
    .args = args,
    .args_size = sizeof(struct update_expenses_args),
    .result = change_result,
    .start = start,
};
