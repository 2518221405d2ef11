/* create_expenses: stores one or many expenses, refunds, income and transfers, all or none; receipts
 * may be split. An entry that looks like one of the last ten minutes is reported instead. */
#include "tools/tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/create_expenses.sql.h"
#include "tools/support/change.h"
#include "tools/support/creation.h"
#include "tools/support/draft.h"
#include "tools/support/expense.h"
#include "tools/support/missing.h"
#include "tools/support/rate.h"
#include "tools/support/refund.h"
#include "tools/support/sentence.h"

enum {
    COLUMN_WHAT,
    COLUMN_N,
    COLUMN_DETAIL
};

struct create_expenses_args {
    struct field_list items; /* of struct draft_item */
    bool create_missing;
    bool allow_duplicate;
};

static const struct field item_fields[] = {
    ARG_MONEY(struct draft_item, amount, .doc = "e.g. 12.50."),
    ARG_DATE(struct draft_item, date, .flags = FIELD_PLAIN, .doc = "Default today."),
    ARG_TEXT(struct draft_item, merchant, .max = NAME_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "Shop or payee."),
    ARG_TEXT(struct draft_item, description, .max = DESCRIPTION_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "What it was."),
    ARG_CATEGORY(struct draft_item, category, .flags = FIELD_PLAIN, .doc = "Name, path or id."),
    ARG_CURRENCY(struct draft_item, currency, .flags = FIELD_PLAIN,
                 .doc = "Default: the purchase's or ledger's."),
    ARG_CHOICE(struct draft_item, kind, .choices = expense_kinds, .flags = FIELD_PLAIN,
               .doc = "Default expense."),
    ARG_ID(struct draft_item, refund_of, id_expense, .flags = FIELD_PLAIN, .doc = "e.g. e345."),
    ARG_USER(struct draft_item, user, .flags = FIELD_PLAIN, .doc = "Who spent it."),
    ARG_USER(struct draft_item, paid_by, .doc = "If not user; transfer: the giver."),
    ARG_TAGS(struct draft_item, tags, .max = TAGS_MAX, .flags = FIELD_PLAIN, .doc = "Labels."),
    ARG_ACCOUNT(struct draft_item, account, .flags = FIELD_PLAIN, .doc = "Paid from."),
    ARG_TEXT(struct draft_item, notes, .max = NOTES_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "Anything else."),
    ARG_LIST(struct draft_item, splits, .item = &field_object, .fields = draft_split_fields,
             .size = sizeof(struct draft_split), .max = SPLITS_MAX,
             .doc = "One part may take the rest."),
    ARG_END,
};

static const struct field args[] = {
    ARG_LIST(struct create_expenses_args, items, .flags = FIELD_REQUIRED | FIELD_PLAIN,
             .item = &field_object, .fields = item_fields, .size = sizeof(struct draft_item),
             .min = 1, .max = CREATE_ITEMS_MAX, .doc = "One or many; all are stored or none."),
    ARG_BOOL(struct create_expenses_args, create_missing, .flags = FIELD_PLAIN,
             .doc = "Make names that do not exist."),
    ARG_BOOL(struct create_expenses_args, allow_duplicate, .flags = FIELD_PLAIN,
             .doc = "Although an equal one was just entered."),
    ARG_END,
};

/* --- the change ------------------------------------------------------------------------------ */

/* A key says that the request is meant once, however often it comes. */
static void set_duplicates(struct change *change, struct creation *creation)
{
    bool is_welcome = creation->allow_duplicate || change_has_key(change);
    creation->values[7] = is_welcome ? "t" : "f";
}

static int explained(struct change *change, const struct db_rows *rows);

static int explained_within(struct change *change, const struct db_rows *const *rows)
{
    return explained(change, rows[0]);
}

/* Why not, is asked within the transaction, which knows the names that were made. */
static int stored(struct change *change, const struct db_rows *const *rows)
{
    struct creation *creation = change_state(change);
    if (db_rows_count(rows[0]) > 0)
        return change_finish(change);
    (void)change_step(change, &sql_explain, creation->values);
    return change_send(change, explained_within);
}

/* Behind the trip that made the missing names. */
static int made(struct change *change, const struct db_rows *const *rows)
{
    struct creation *creation = change_state(change);
    missing_keep(change, rows, creation->missing_at);
    creation->values[12] = change_id(change);
    (void)change_step(change, &sql_insert, creation->values);
    return change_send(change, stored);
}

static int insert(struct change *change, struct creation *creation)
{
    if (!creation->is_one) {
        (void)change_step(change, &sql_insert, creation->values);
        return 0;
    }
    const char *const *values = creation_one_values(change, creation);
    if (!values)
        return -ENOMEM;
    if (creation->values[7][0] == 't')
        change_share(change);
    (void)change_step(change, &sql_insert_one, values);
    return 0;
}

static int run(struct change *change)
{
    struct creation *creation = change_state(change);
    bool is_foreign = creation_converts(change_call(change), creation);
    set_duplicates(change, creation);
    creation->values[2] = change_exponent(change);
    creation->values[9] = change_key(change);
    creation->values[10] = change_arguments(change);
    creation->values[12] = NULL;
    if (creation->create_missing) {
        change_open(change);
        if (is_foreign)
            rate_share(change);
        if (creation->purchases)
            (void)refund_lock(change, creation->purchases, NULL);
        int r = missing_steps(change, &creation->asked, &creation->missing_at);
        return r == 0 ? change_send(change, made) : r;
    }
    change_prelude(change);
    if (is_foreign)
        rate_share(change);
    if (creation->values[7][0] == 'f')
        (void)change_step(change, &sql_queue, creation->queue);
    if (creation->purchases)
        (void)refund_lock(change, creation->purchases, NULL);
    int r = insert(change, creation);
    return r == 0 ? change_send_whole(change) : r;
}

/* --- why nothing was stored ------------------------------------------------------------------ */

static int refuse_duplicate(struct change *change, const char *item, const char *id)
{
    const char *happened =
        arena_printf(call_arena(change_call(change)),
                     "this looks like e%s, which was entered within the last ten minutes.", id);
    const char *known = arena_printf(call_arena(change_call(change)), "e%s", id);
    const char *const candidates[] = {known, NULL};
    if (!happened || !known)
        return -ENOMEM;
    return change_refuse_with(
        change,
        &(struct call_error){.code = "possible_duplicate", .field = item, .candidates = candidates},
        happened, "If it is another purchase, repeat with allow_duplicate.");
}

static int explained(struct change *change, const struct db_rows *rows)
{
    struct creation *creation = change_state(change);
    if (db_rows_count(rows) == 0) {
        creation->is_one = false;
        return change_again(change);
    }
    const char *what = db_rows_text(rows, 0, COLUMN_WHAT);
    const char *detail = db_rows_text(rows, 0, COLUMN_DETAIL);
    if (strcmp(what, "names") == 0)
        return change_refuse_names(change, &creation->question, detail);
    size_t row = (size_t)db_rows_int(rows, 0, COLUMN_N);
    size_t number = creation_item_of(creation, row);
    const struct draft_item *item = (const struct draft_item *)creation->items->items + number;
    const char *member = strcmp(what, "refund") == 0      ? ".refund_of"
                         : strcmp(what, "self") == 0      ? ".paid_by"
                         : strcmp(what, "duplicate") == 0 ? ""
                         : item->splits.count == 0        ? ".category"
                                                          : ".splits";
    const char *field =
        arena_printf(call_arena(change_call(change)), "items[%zu]%s", number, member);
    if (!field)
        return -ENOMEM;
    if (strcmp(what, "archived") == 0)
        return change_refuse_archived(change, field, detail);
    if (strcmp(what, "kind") == 0)
        return change_refuse_kind(change, field, detail);
    if (strcmp(what, "self") == 0)
        return change_refuse_self(change, field);
    return strcmp(what, "refund") == 0 ? refund_refuse(change, field, detail, item->refund_of)
                                       : refuse_duplicate(change, field, detail);
}

static int explained_after(struct call *call, const struct db_rows *rows, void *data)
{
    (void)call;
    return explained(data, rows);
}

static int explain(struct change *change)
{
    struct creation *creation = change_state(change);
    return tool_read_with(change_call(change), &sql_explain, creation->values, explained_after,
                          change);
}

/* --- the sentence ---------------------------------------------------------------------------- */

static void summarize(const struct change_story *story, struct buf *text)
{
    size_t made_names = 0;
    size_t first = story->last;
    for (size_t i = story->last; i > story->first; i--) {
        bool is_expense = strcmp(db_rows_text(story->rows, i - 1, KEPT_ENTITY), "expense") == 0;
        first = is_expense ? i - 1 : first;
        made_names += is_expense ? 0 : 1;
    }
    (void)buf_append_text(text, story->is_saved ? "Saved " : "Would save ");
    if (story->count == 1)
        kept_describe(story, first, text);
    else
        sentence_count(text, (long long)story->count, "expense", "expenses");
    (void)buf_append_char(text, '.');
    if (made_names > 0) {
        (void)buf_append_text(text, story->is_saved ? " Made " : " Would make ");
        sentence_count(text, (long long)made_names, "new name for it", "new names for it");
        (void)buf_append_char(text, '.');
    }
    kept_say_waiting(story, text);
}

static const struct change_kind creating = {
    .entity = "expense",
    .run = run,
    .summarize = summarize,
    .explain = explain,
    .plans_once = true,
};

static int begin(struct call *call, struct creation *creation)
{
    int r = creation_begin(call, creation);
    asked_question(&creation->asked, &creation->question);
    if (r == 0)
        r = change_start(call, &creating, creation);
    return r < 0 ? r : 0;
}

static int currencies_known(struct call *call, const struct db_rows *rows, void *data)
{
    struct creation *creation = data;
    int r = creation_take_currencies(call, creation, rows);
    return r == 0 ? begin(call, creation) : r;
}

static int start(struct call *call)
{
    struct creation *creation = arena_alloc(call_arena(call), sizeof(*creation));
    if (!creation)
        return -ENOMEM;
    const struct create_expenses_args *given = call_args(call);
    *creation = (struct creation){
        .items = &given->items,
        .create_missing = given->create_missing,
        .allow_duplicate = given->allow_duplicate,
    };
    const char *values[] = {call_ledger(call)->id_text, NULL};
    int r = creation_asks_currencies(call, creation, &values[1]);
    if (r != 0)
        return r;
    return values[1] ? tool_read_with(call, &sql_currencies, values, currencies_known, creation)
                     : begin(call, creation);
}

const struct tool tool_create_expenses = {
    .name = "create_expenses",
    .title = "Create expenses",
    .description = "Enter purchases, refunds, income or transfers.",
    .args = args,
    .args_size = sizeof(struct create_expenses_args),
    .result = change_result,
    .start = start,
};
