/* set_budget: what is planned to be spent on a category, or on everything, in a month or from a month
 * on. The amount is given, or made of the past; or the budget goes. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/set_budget.sql.h"
#include "tools/support/asked.h"
#include "tools/support/budget.h"
#include "tools/support/money.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"

struct set_budget_args {
    struct name_ref category;
    struct money amount;
    struct period_word month;
    const char *method;
    bool rollover;
    const char *apply;
};

struct setting {
    struct set_budget_args *args;
    struct asked asked;
    struct name_question question;
    size_t category; /* its number among the names, 0 for the whole ledger */
    size_t names_at, found_at, copied_at, spent_at;
    long long without_rate; /* expenses that the mean lacks */
    char month[DATE_TEXT_SIZE], month_before[DATE_TEXT_SIZE];
    bool says_rollover;
};

enum {
    COLUMN_SPENT,
    COLUMN_MONTHS,
    COLUMN_WITHOUT_RATE
};

static const char *const methods[] = {"fixed",     "avg_last_3", "avg_last_12",
                                      "copy_last", "remove",     NULL};
static const char *const spans[] = {"forward", "this", NULL};

static const struct field args[] = {
    ARG_CATEGORY(struct set_budget_args, category, .flags = FIELD_REQUIRED, .doc = "Or all."),
    ARG_MONEY(struct set_budget_args, amount, .flags = FIELD_PLAIN, .doc = "A month."),
    ARG_MONTH(struct set_budget_args, month, "this_month", .doc = "Or last_month, YYYY-MM."),
    ARG_CHOICE(struct set_budget_args, method, .choices = methods, .def = "fixed",
               .flags = FIELD_PLAIN, .doc = "Where the amount comes from; remove: no budget."),
    ARG_BOOL(struct set_budget_args, rollover, .flags = FIELD_PLAIN,
             .doc = "Carry what is left, or overspent, into the next month."),
    ARG_CHOICE(struct set_budget_args, apply, .choices = spans, .def = "forward",
               .flags = FIELD_PLAIN, .doc = "From that month on, or this month alone."),
    ARG_END,
};

/* --- the amount ------------------------------------------------------------------------------ */

static bool is_average(const struct setting *setting)
{
    return strncmp(setting->args->method, "avg_", strlen("avg_")) == 0;
}

static bool removes(const struct set_budget_args *a)
{
    return strcmp(a->method, "remove") == 0;
}

static int refuse_past(struct change *change)
{
    return change_refuse(change, "not_found", "method",
                         "the books have no whole month before that one to take the mean of.",
                         "Give an amount.");
}

/* The mean of the months; never below nothing. */
static int take_average(struct change *change, const struct db_rows *rows, struct budget *budget)
{
    struct arena *arena = call_arena(change_call(change));
    char mean[DECIMAL_TEXT_SIZE];
    money_average(db_rows_text(rows, 0, COLUMN_SPENT), db_rows_text(rows, 0, COLUMN_MONTHS),
                  call_ledger(change_call(change))->exponent, mean);
    if (mean[0] == '\0') {
        (void)refuse_past(change);
        return 1;
    }
    budget->amount = money_sign(mean) < 0 ? "0" : arena_strdup(arena, mean);
    return budget->amount ? 0 : -ENOMEM;
}

static int refuse_none(struct change *change, const char *month, const char *to_do)
{
    OWNED_BUF text = BUF_INIT(200);
    (void)buf_append_text(&text, "there is no budget in ");
    budget_say_month(&text, month);
    (void)buf_append_char(&text, '.');
    (void)change_refuse(change, "not_found", "method", buf_text(&text), to_do);
    return 1;
}

static int take_last(struct change *change, const struct setting *setting,
                     const struct db_rows *rows, struct budget *budget)
{
    struct budget last;
    int r = budget_read(change, rows, 0, &last);
    if (r != 0)
        return r;
    if (!last.amount)
        return refuse_none(change, setting->month_before, "Give an amount.");
    budget->amount = last.amount;
    return 0;
}

static int take_none(struct change *change, const struct setting *setting, struct budget *budget)
{
    if (!budget->amount)
        return refuse_none(change, setting->month,
                           "budget_status says in which months there is one.");
    budget->amount = NULL;
    budget->rollover = false;
    return 0;
}

/* --- the change ------------------------------------------------------------------------------ */

static int found(struct change *change, const struct db_rows *const *rows)
{
    struct setting *setting = change_state(change);
    const struct set_budget_args *a = setting->args;
    struct budget budget;
    int r = budget_read(change, rows[setting->found_at], 0, &budget);
    if (r != 0)
        return r;
    if (budget.kind && strcmp(budget.kind, "expense") != 0)
        return change_refuse(change, "invalid_argument", "category",
                             "budgets are for spending, and this category is not.",
                             "Name a category of expenses.");
    if (is_average(setting)) {
        setting->without_rate = db_rows_int(rows[setting->spent_at], 0, COLUMN_WITHOUT_RATE);
        r = take_average(change, rows[setting->spent_at], &budget);
    } else if (strcmp(a->method, "copy_last") == 0)
        r = take_last(change, setting, rows[setting->copied_at], &budget);
    else if (removes(a))
        r = take_none(change, setting, &budget);
    else
        budget.amount = a->amount.text;
    if (r != 0)
        return r < 0 ? r : 0;
    if (setting->says_rollover)
        budget.rollover = a->rollover;
    r = budget_put(change, &budget, setting->month, strcmp(a->apply, "forward") == 0);
    return r == 0 ? change_finish(change) : r;
}

static int average_step(struct change *change, struct setting *setting, int64_t category)
{
    struct arena *arena = call_arena(change_call(change));
    const struct ledger *ledger = call_ledger(change_call(change));
    const char **values = arena_array(arena, 6, sizeof(*values));
    const char *id = arena_printf(arena, "%lld", (long long)category);
    if (!values || !id)
        return -ENOMEM;
    values[0] = ledger->id_text;
    values[1] = id;
    values[2] = ledger->day_of_month;
    values[3] = ledger->today;
    values[4] = setting->month;
    values[5] = setting->args->method + strlen("avg_last_");
    setting->spent_at = change_step(change, &sql_spent_before, values);
    return 0;
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct setting *setting = change_state(change);
    int64_t *ids = NULL;
    int r = targets_resolved(change, &setting->asked, &setting->question, rows[setting->names_at],
                             &ids);
    if (r != 0)
        return r < 0 ? r : 0;
    int64_t category = setting->category > 0 ? ids[setting->category] : 0;
    if (setting->category > 0 && category == 0)
        return change_refuse(change, "invalid_argument", "category",
                             "what has no category cannot have a budget.", "Name a category.");
    r = budget_find(change, &category, 1, setting->month, &setting->found_at);
    if (r == 0 && strcmp(setting->args->method, "copy_last") == 0)
        r = budget_find(change, &category, 1, setting->month_before, &setting->copied_at);
    if (r == 0 && is_average(setting))
        r = average_step(change, setting, category);
    return r == 0 ? change_send(change, found) : r;
}

static int run(struct change *change)
{
    struct setting *setting = change_state(change);
    change_open(change);
    budget_lock(change);
    int r = targets_resolve_step(change, &setting->asked, &setting->names_at);
    return r == 0 ? change_send(change, locked) : r;
}

/* --- the sentence ---------------------------------------------------------------------------- */

/* The row of a side; story->last when there is none. */
static size_t row_of(const struct change_story *story, const char *side)
{
    size_t row = story->first;
    while (row < story->last && strcmp(db_rows_text(story->rows, row, KEPT_SIDE), side) != 0)
        row++;
    return row;
}

static void say_without_rate(const struct change_story *story, struct buf *text)
{
    const struct setting *setting = change_state(story->change);
    if (setting->without_rate == 0)
        return;
    (void)buf_append_char(text, ' ');
    sentence_count(text, setting->without_rate, "expense without an exchange rate is",
                   "expenses without an exchange rate are");
    (void)buf_append_text(text, " not in that mean.");
}

static void say_removed(const struct change_story *story, const char *category, const char *month,
                        bool is_forward, struct buf *text)
{
    budget_say_category(text, category);
    (void)buf_append_text(text, story->is_saved ? " has no budget " : " would have no budget ");
    (void)buf_append_text(text, is_forward ? "from " : "in ");
    budget_say_month(text, month);
    (void)buf_append_text(text, is_forward ? " on." : ".");
}

static void summarize(const struct change_story *story, struct buf *text)
{
    OWNED_BUF category = BUF_INIT(2000);
    OWNED_BUF month = BUF_INIT(16);
    OWNED_BUF amount = BUF_INIT(64);
    OWNED_BUF applies = BUF_INIT(16);
    const struct set_budget_args *a = call_args(change_call(story->change));
    size_t after = row_of(story, "after");
    if (after == story->last)
        return;
    budget_shown(story, after, "category", &category);
    budget_shown(story, after, "month", &month);
    budget_shown(story, after, "amount", &amount);
    budget_shown(story, after, "apply", &applies);
    bool is_forward = strcmp(buf_text(&applies), "forward") == 0;
    if (removes(a)) {
        say_removed(story, buf_text(&category), buf_text(&month), is_forward, text);
        return;
    }
    (void)buf_append_text(text, story->is_saved ? "The budget of " : "The budget would be, of ");
    budget_say_category(text, buf_text(&category));
    (void)buf_printf(text, "%s %s %s ", story->is_saved ? " is" : ",", buf_text(&amount),
                     call_ledger(change_call(story->change))->currency);
    (void)buf_append_text(text, is_forward ? "a month from " : "in ");
    budget_say_month(text, buf_text(&month));
    (void)buf_append_text(text, is_forward ? " on" : "");
    if (a->method[0] == 'a')
        (void)buf_printf(text, ", the mean of what was spent in up to %s months before",
                         a->method + strlen("avg_last_"));
    (void)buf_append_char(text, '.');
    say_without_rate(story, text);
}

static const struct change_kind budgeting = {
    .entity = "budget",
    .run = run,
    .summarize = summarize,
};

/* --- start ----------------------------------------------------------------------------------- */

/* 0; 1 when they were refused. */
static int check_amount(struct call *call, const struct set_budget_args *a)
{
    const char *currency = call_ledger(call)->currency;
    bool is_fixed = strcmp(a->method, "fixed") == 0;
    if (is_fixed != (a->amount.text != NULL)) {
        (void)change_refuse_argument(call, "amount",
                                     is_fixed ? "is missing: give it, or a method that finds it"
                                              : "and the method %s exclude each other",
                                     a->method);
        return 1;
    }
    if (removes(a) && json_get(call_json(call), "rollover")) {
        (void)change_refuse_argument(call, "rollover", "has no meaning for the method remove");
        return 1;
    }
    if (!is_fixed)
        return 0;
    if (money_is_negative(&a->amount)) {
        (void)change_refuse_argument(call, "amount", "must not be below 0, got %s", a->amount.text);
        return 1;
    }
    if (money_check(&a->amount, currency) != 0) {
        (void)change_refuse_argument(call, "amount", "has more decimals than %s has, got %s",
                                     currency, money_said(&a->amount));
        return 1;
    }
    return 0;
}

static int set_months(struct call *call, struct setting *setting)
{
    date_day first = 0;
    int r = budget_month(call, &setting->args->month, setting->month);
    if (r == 0)
        r = date_parse(setting->month, &first);
    if (r == 0)
        (void)date_format(date_add_months(first, -1), setting->month_before);
    return r;
}

static int start(struct call *call)
{
    struct setting *setting = arena_alloc(call_arena(call), sizeof(*setting));
    if (!setting)
        return -ENOMEM;
    *setting = (struct setting){.args = call_args(call)};
    setting->says_rollover = json_get(call_json(call), "rollover") != NULL;
    int r = check_amount(call, setting->args);
    if (r == 0)
        r = set_months(call, setting);
    if (r == 0)
        r = asked_begin(&setting->asked, call);
    if (r != 0)
        return r < 0 ? r : 0;
    if (!budget_is_all(&setting->args->category))
        setting->category = asked_add(&setting->asked, &setting->args->category, "category");
    asked_question(&setting->asked, &setting->question);
    return change_start(call, &budgeting, setting);
}

const struct tool tool_set_budget = {
    .name = "set_budget",
    .title = "Set budget",
    .description = "Plan what a category, or everything, may cost a month.",
    .flags = TOOL_DESTRUCTIVE | TOOL_IDEMPOTENT,
    .args = args,
    .args_size = sizeof(struct set_budget_args),
    .result = change_result,
    .start = start,
};
