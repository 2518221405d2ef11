/* transfer_budget: moves a part of one category's budget of a month to another category's. Both rows
 * change together or not at all, so the sum of the budgets stays what it was. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/asked.h"
#include "tools/support/budget.h"
#include "tools/support/decimal.h"
#include "tools/support/money.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"

struct transfer_budget_args {
    struct name_ref from;
    struct name_ref to;
    struct money amount;
    struct period_word month;
    bool allow_negative;
};

struct transfer {
    struct transfer_budget_args *args;
    struct asked asked;
    struct name_question question;
    size_t from, to; /* their numbers among the names */
    size_t names_at, found_at;
    char month[DATE_TEXT_SIZE];
};

static const struct field args[] = {
    ARG_CATEGORY(struct transfer_budget_args, from, .flags = FIELD_REQUIRED | FIELD_PLAIN,
                 .doc = "The category that gives."),
    ARG_CATEGORY(struct transfer_budget_args, to, .flags = FIELD_REQUIRED | FIELD_PLAIN,
                 .doc = "The one that gets."),
    ARG_MONEY(struct transfer_budget_args, amount, .flags = FIELD_REQUIRED | FIELD_PLAIN,
              .doc = "How much."),
    ARG_MONTH(struct transfer_budget_args, month, "this_month", .doc = "Or last_month, YYYY-MM."),
    ARG_BOOL(struct transfer_budget_args, allow_negative, .flags = FIELD_PLAIN,
             .doc = "Let the giving budget go below 0."),
    ARG_END,
};

static const struct field balance_fields[] = {
    OUT_TEXT("category"),
    OUT_TEXT("before"),
    OUT_TEXT("after"),
    OUT_END,
};

static const struct field result[] = {CHANGE_RESULT, OUT_ROWS("balances", balance_fields), OUT_END};

/* --- the change ------------------------------------------------------------------------------ */

static int refuse_amount(struct change *change, const struct budget *from, const char *month)
{
    OWNED_BUF text = BUF_INIT(1000);
    const struct ledger *ledger = call_ledger(change_call(change));
    char amount[DECIMAL_TEXT_SIZE];
    (void)buf_append_text(&text, "the budget of ");
    budget_say_category(&text, from->path);
    (void)buf_append_text(&text, " in ");
    budget_say_month(&text, month);
    (void)buf_printf(&text, " is %s %s, which is less.",
                     money_format(from->amount ? from->amount : "0", ledger->exponent, amount),
                     ledger->currency);
    return change_refuse(change, "too_much", "amount", buf_text(&text),
                         "Move less, or repeat with allow_negative.");
}

static int found(struct change *change, const struct db_rows *const *rows)
{
    const struct transfer *transfer = change_state(change);
    const struct transfer_budget_args *a = transfer->args;
    struct budget from;
    struct budget to;
    int r = budget_read(change, rows[transfer->found_at], 0, &from);
    if (r == 0)
        r = budget_read(change, rows[transfer->found_at], 1, &to);
    if (r != 0)
        return r;
    int exponent = call_ledger(change_call(change))->exponent;
    char rest[DECIMAL_TEXT_SIZE];
    char sum[DECIMAL_TEXT_SIZE];
    money_difference(from.amount ? from.amount : "0", a->amount.text, exponent, rest);
    money_sum(to.amount ? to.amount : "0", a->amount.text, exponent, sum);
    if (money_sign(rest) < 0 && !a->allow_negative)
        return refuse_amount(change, &from, transfer->month);
    from.amount = arena_strdup(call_arena(change_call(change)), rest);
    to.amount = arena_strdup(call_arena(change_call(change)), sum);
    if (!from.amount || !to.amount)
        return -ENOMEM;
    r = budget_put(change, &from, transfer->month, false);
    if (r == 0)
        r = budget_put(change, &to, transfer->month, false);
    return r == 0 ? change_finish(change) : r;
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct transfer *transfer = change_state(change);
    int64_t *ids = NULL;
    int r = targets_resolved(change, &transfer->asked, &transfer->question,
                             rows[transfer->names_at], &ids);
    if (r != 0)
        return r < 0 ? r : 0;
    int64_t both[] = {ids[transfer->from], ids[transfer->to]};
    for (size_t i = 0; i < ARRAY_LENGTH(both); i++) {
        if (both[i] == 0)
            return change_refuse(change, "invalid_argument", i == 0 ? "from" : "to",
                                 "what has no category has no budget.", "Name a category.");
    }
    if (both[0] == both[1])
        return change_refuse(change, "invalid_argument", "to", "is the same category as from.",
                             "Name two categories.");
    r = budget_find(change, both, ARRAY_LENGTH(both), transfer->month, &transfer->found_at);
    return r == 0 ? change_send(change, found) : r;
}

static int run(struct change *change)
{
    struct transfer *transfer = change_state(change);
    change_open(change);
    budget_lock(change);
    int r = targets_resolve_step(change, &transfer->asked, &transfer->names_at);
    return r == 0 ? change_send(change, locked) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

/* One side of the move, as it was kept. */
struct balance {
    struct buf category, after;
    char before[DECIMAL_TEXT_SIZE];
};

static void balance_free(struct balance *balance)
{
    buf_free(&balance->category);
    buf_free(&balance->after);
}

/* The n-th row that came out of the change: 0 gave, 1 got. */
static void balance_read(const struct change_story *story, size_t n, struct balance *ret_balance)
{
    struct call *call = change_call(story->change);
    const struct transfer_budget_args *a = call_args(call);
    size_t row = story->first;
    bool gave = n == 0;
    buf_init(&ret_balance->category, 2000);
    buf_init(&ret_balance->after, 64);
    ret_balance->before[0] = '\0';
    for (; row < story->last; row++) {
        if (strcmp(db_rows_text(story->rows, row, KEPT_SIDE), "after") == 0 && n-- == 0)
            break;
    }
    if (row == story->last)
        return;
    budget_shown(story, row, "category", &ret_balance->category);
    budget_shown(story, row, "amount", &ret_balance->after);
    if (gave)
        money_sum(buf_text(&ret_balance->after), a->amount.text, call_ledger(call)->exponent,
                  ret_balance->before);
    else
        money_difference(buf_text(&ret_balance->after), a->amount.text, call_ledger(call)->exponent,
                         ret_balance->before);
}

static void say_balance(struct buf *text, const struct balance *balance, const char *currency)
{
    (void)buf_append_char(text, ' ');
    sentence_plain_name(text, buf_text(&balance->category));
    (void)buf_printf(text, ": %s %s, before %s.", buf_text(&balance->after), currency,
                     balance->before);
}

static void summarize(const struct change_story *story, struct buf *text)
{
    struct call *call = change_call(story->change);
    const char *currency = call_ledger(call)->currency;
    const struct transfer_budget_args *a = call_args(call);
    struct balance from;
    struct balance to;
    char amount[DECIMAL_TEXT_SIZE];
    OWNED_BUF month = BUF_INIT(16);
    balance_read(story, 0, &from);
    balance_read(story, 1, &to);
    budget_shown(story, story->last - 1, "month", &month);
    (void)buf_printf(text, "%s %s %s of budget ", story->is_saved ? "Moved" : "Would move",
                     money_format(a->amount.text, call_ledger(call)->exponent, amount), currency);
    (void)buf_append_text(text, "in ");
    budget_say_month(text, buf_text(&month));
    (void)buf_append_char(text, '.');
    say_balance(text, &from, currency);
    say_balance(text, &to, currency);
    balance_free(&from);
    balance_free(&to);
}

static void extend(const struct change_story *story, struct json_out *out)
{
    json_put_array(out, "balances");
    for (size_t i = 0; i < 2; i++) {
        struct balance balance;
        balance_read(story, i, &balance);
        json_object(out);
        json_put_text(out, "category", buf_text(&balance.category));
        json_put_text(out, "before", balance.before);
        json_put_text(out, "after", buf_text(&balance.after));
        json_end_object(out);
        balance_free(&balance);
    }
    json_end_array(out);
}

static const struct change_kind transferring = {
    .entity = "budget",
    .run = run,
    .summarize = summarize,
    .extend = extend,
};

/* --- start ----------------------------------------------------------------------------------- */

static int check_amount(struct call *call, const struct money *amount)
{
    const char *currency = call_ledger(call)->currency;
    if (money_sign(amount->text) <= 0) {
        (void)change_refuse_argument(call, "amount", "must be above 0, got %s", amount->text);
        return 1;
    }
    if (money_check(amount, currency) != 0) {
        (void)change_refuse_argument(call, "amount", "has more decimals than %s has, got %s",
                                     currency, money_said(amount));
        return 1;
    }
    return 0;
}

static int start(struct call *call)
{
    struct transfer *transfer = arena_alloc(call_arena(call), sizeof(*transfer));
    if (!transfer)
        return -ENOMEM;
    *transfer = (struct transfer){.args = call_args(call)};
    int r = check_amount(call, &transfer->args->amount);
    if (r == 0)
        r = budget_month(call, &transfer->args->month, transfer->month);
    if (r == 0)
        r = asked_begin(&transfer->asked, call);
    if (r != 0)
        return r < 0 ? r : 0;
    transfer->from = asked_add(&transfer->asked, &transfer->args->from, "from");
    transfer->to = asked_add(&transfer->asked, &transfer->args->to, "to");
    asked_question(&transfer->asked, &transfer->question);
    return change_start(call, &transferring, transfer);
}

const struct tool tool_transfer_budget = {
    .name = "transfer_budget",
    .title = "Transfer budget",
    .description = "Take budget of a month from one category and give it to another.",
    .flags = TOOL_DESTRUCTIVE,
    .args = args,
    .args_size = sizeof(struct transfer_budget_args),
    .result = result,
    .start = start,
};
