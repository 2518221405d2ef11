/* forecast_spending: what will be spent until the end of the month or a later day, with a band; what
 * changes if something is cancelled or cut; whether a purchase can be afforded. The method is in
 * docs/forecast_spending.md, the thresholds in support/forecast_limits.sql. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/forecast_spending.sql.h"
#include "tools/support/answer.h"
#include "tools/support/budget_line.h"
#include "tools/support/filter.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/outlook.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"

enum {
    ARRAY_MAX_BYTES = 64 * 1024
};

struct forecast_spending_args {
    const char *until;
    struct field_list scenario; /* of struct outlook_wish */
    struct outlook_purchase purchase;

    struct filter filter; /* not arguments: the category of the purchase, as a question */
    int budgets_awaited;  /* asked at once, answered in any order */
    struct outlook outlook;
};

static const struct field wish_fields[] = {
    ARG_TEXT(struct outlook_wish, target, .flags = FIELD_REQUIRED, .max = PATH_MAX_POINTS,
             .doc = "Recurring payment or category."),
    ARG_TEXT(struct outlook_wish, change, .flags = FIELD_REQUIRED, .max = 40,
             .doc = "cancel, -20% or +50.00 (each time or month)."),
    ARG_DATE(struct outlook_wish, from, .flags = FIELD_PLAIN, .doc = "Default tomorrow."),
    ARG_END,
};

static const struct field purchase_fields[] = {
    ARG_MONEY(struct outlook_purchase, amount, .flags = FIELD_REQUIRED | FIELD_PLAIN,
              .doc = "Price."),
    ARG_DATE(struct outlook_purchase, date, .flags = FIELD_PLAIN, .doc = "Default today."),
    ARG_CATEGORY(struct outlook_purchase, category, .flags = FIELD_PLAIN,
                 .doc = "Whose budget it would come out of."),
    ARG_END,
};

static const struct field args[] = {
    ARG_TEXT(struct forecast_spending_args, until, .max = 40, .def = "this_month",
             .doc = "A day or period: its end."),
    ARG_LIST(struct forecast_spending_args, scenario, .item = &field_object, .fields = wish_fields,
             .size = sizeof(struct outlook_wish), .max = SCENARIO_MAX, .flags = FIELD_PLAIN,
             .doc = "What if."),
    ARG_OBJECT(struct forecast_spending_args, purchase, struct outlook_purchase,
               .fields = purchase_fields, .flags = FIELD_PLAIN, .doc = "Can it be afforded?"),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(outlook_due_fields),
    OUT_TEXT("low"),
    OUT_TEXT("high"),
    OUT_ANY_OBJECT("parts"),
    OUT_ANY_OBJECT("scenario"),
    OUT_ANY_OBJECT("purchase"),
    OUT_ANY_OBJECT("income"),
    OUT_ANY_OBJECT("history"),
    OUT_END,
};

/* --- arguments ------------------------------------------------------------------------------- */

/* The last day; false when the call was refused. */
static bool read_until(struct call *call, const struct forecast_spending_args *a,
                       struct outlook *outlook)
{
    const struct calendar *calendar = &call_ledger(call)->calendar;
    const char *word = fold_text(call_arena(call), a->until ? a->until : "this_month");
    date_day furthest = date_add_months(calendar->today, FORECAST_MONTHS_MAX);
    char text[DATE_TEXT_SIZE];
    struct period period = {.kind = PERIOD_NONE};
    int r = word ? period_check_word(word) : -ENOMEM;
    if (r == 0)
        r = period_from_word(word, calendar, call_arena(call), &period);
    if (r == 0 && period.kind != PERIOD_ALL && period.range.to >= calendar->today &&
        period.range.to <= furthest) {
        outlook->period = period;
        return true;
    }
    date_format(furthest, text);
    (void)call_refuse(call, "until",
                      "must be a day such as %s, or a period such as this_month or this_year, "
                      "that ends between today and %s, got \"%s\". What the books show does not "
                      "reach further than %d months ahead.",
                      call_ledger(call)->today, text, a->until, (int)FORECAST_MONTHS_MAX);
    return false;
}

/* "cancel", "-20%", "+50.00"; false when it is none of them. */
static bool read_change(struct call *call, struct outlook_wish *wish)
{
    const char *text = wish->change + (wish->change[0] == '+' ? 1 : 0);
    size_t length = strlen(text);
    bool is_percent = length > 0 && text[length - 1] == '%';
    struct money number;
    if (strcasecmp(wish->change, "cancel") == 0) {
        wish->how = "cancel";
        wish->number = "0";
        return true;
    }
    char *digits = arena_strndup(call_arena(call), text, is_percent ? length - 1 : length);
    if (!digits || money_parse(call_arena(call), digits, &number) != 0)
        return false;
    wish->how = is_percent ? "percent" : "amount";
    wish->number = number.text;
    return !is_percent ||
           money_sign(money_difference(number.text, "-100", MONEY_MAX_DECIMALS, wish->room)) >= 0;
}

static bool read_scenario(struct call *call, struct forecast_spending_args *a)
{
    struct outlook_wish *wishes = a->scenario.items;
    const struct outlook *outlook = &a->outlook;
    for (size_t i = 0; i < a->scenario.count; i++) {
        struct outlook_wish *wish = &wishes[i];
        const char *field = arena_printf(call_arena(call), "scenario[%zu].", i);
        if (!field)
            return false;
        if (!read_change(call, wish)) {
            (void)call_refuse(call, arena_printf(call_arena(call), "%schange", field),
                              "must be cancel, per cent such as -20%% (not below -100%%), or an "
                              "amount such as +50.00, got \"%s\"",
                              wish->change);
            return false;
        }
        date_day tomorrow = call_ledger(call)->calendar.today + 1;
        if (wish->from.given && wish->from.day > outlook->period.range.to) {
            (void)call_refuse(call, arena_printf(call_arena(call), "%sfrom", field),
                              "must not be after until, %s, got %s", outlook->period.to,
                              wish->from.text);
            return false;
        }
        if (!wish->from.given || wish->from.day < tomorrow)
            date_format(tomorrow, wish->from.text);
    }
    return true;
}

static bool read_purchase(struct call *call, struct forecast_spending_args *a)
{
    const struct ledger *ledger = call_ledger(call);
    struct outlook_purchase *purchase = &a->purchase;
    if (!purchase->amount.text)
        return true;
    if (!purchase->date.given) {
        purchase->date.day = ledger->calendar.today;
        date_format(purchase->date.day, purchase->date.text);
    }
    if (money_sign(purchase->amount.text) <= 0)
        (void)call_refuse(call, "purchase.amount", "must be above 0, got %s",
                          purchase->amount.text);
    else if (money_check(&purchase->amount, ledger->currency) != 0)
        (void)call_refuse(call, "purchase.amount", "%s has %d decimals, got %s", ledger->currency,
                          ledger->exponent, money_said(&purchase->amount));
    else if (purchase->date.day < ledger->calendar.today ||
             purchase->date.day > a->outlook.period.range.to)
        (void)call_refuse(call, "purchase.date", "must lie between today and until, %s, got %s",
                          a->outlook.period.to, purchase->date.text);
    else
        return true;
    return false;
}

/* --- asking ---------------------------------------------------------------------------------- */

static int forecast_read(struct call *call, const struct db_rows *rows);

/* $5 to $8 as arrays. */
static int wish_values(struct call *call, const struct forecast_spending_args *a,
                       const char **values)
{
    const struct outlook_wish *wishes = a->scenario.items;
    struct buf arrays[4] = {BUF_INIT(ARRAY_MAX_BYTES), BUF_INIT(ARRAY_MAX_BYTES),
                            BUF_INIT(ARRAY_MAX_BYTES), BUF_INIT(ARRAY_MAX_BYTES)};
    int r = 0;
    for (size_t i = 0; i < a->scenario.count; i++) {
        const char *target = fold_text(call_arena(call), wishes[i].target);
        r = target ? r : -ENOMEM;
        (void)db_array_append(&arrays[0], target ? target : "");
        (void)db_array_append(&arrays[1], wishes[i].how);
        (void)db_array_append(&arrays[2], wishes[i].number);
        (void)db_array_append(&arrays[3], wishes[i].from.text);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(arrays); i++) {
        values[i] = db_array_end(&arrays[i]) == 0
                        ? arena_strdup(call_arena(call), buf_text(&arrays[i]))
                        : NULL;
        r = values[i] ? r : -ENOMEM;
        buf_free(&arrays[i]);
    }
    return r;
}

static int forecast_ask(struct call *call)
{
    struct forecast_spending_args *a = call_args(call);
    const struct ledger *ledger = call_ledger(call);
    struct outlook *outlook = &a->outlook;
    const char *values[9];
    char first[DATE_TEXT_SIZE];
    char most[24];
    (void)snprintf(most, sizeof(most), "%d", ROWS_MAX);
    values[0] = ledger->id_text;
    values[1] = ledger->today;
    values[2] = date_format(outlook->first, first);
    values[3] = outlook->period.to;
    int r = wish_values(call, a, values + 4);
    values[8] = most;
    return r == 0 ? tool_read(call, &sql_forecast, values, forecast_read) : r;
}

/* --- budgets of a purchase ------------------------------------------------------------------- */

/* Takes a row of budget_lines over. 0 or -ENOMEM. */
static int keep_budget(struct call *call, const struct db_rows *rows, size_t row,
                       struct outlook_budget *budget)
{
    budget->name = arena_strdup(call_arena(call), db_rows_text(rows, row, BUDGET_CATEGORY));
    budget->left = arena_strdup(call_arena(call), db_rows_text(rows, row, BUDGET_LEFT));
    return budget->name && budget->left ? 0 : -ENOMEM;
}

static int budget_known(struct call *call)
{
    struct forecast_spending_args *a = call_args(call);
    return --a->budgets_awaited == 0 ? forecast_ask(call) : 0;
}

static int whole_read(struct call *call, const struct db_rows *rows)
{
    struct forecast_spending_args *a = call_args(call);
    int r = 0;
    for (size_t row = 0; r == 0 && row < budget_line_count(rows); row++) {
        if (strcmp(db_rows_text(rows, row, BUDGET_CATEGORY), "all") == 0)
            r = keep_budget(call, rows, row, &a->outlook.whole);
    }
    return r == 0 ? budget_known(call) : r;
}

static struct budget_range month_of(struct call *call, const struct forecast_spending_args *a)
{
    date_day day = a->purchase.date.day;
    return budget_range_of((struct period_range){day, day}, &call_ledger(call)->calendar);
}

static int whole_ask(struct call *call)
{
    const char *values[BUDGET_PARAMS];
    int r = budget_line_values(call, month_of(call, call_args(call)), false, values);
    budget_line_no_names(values);
    return r == 0 ? tool_read(call, budget_lines, values, whole_read) : r;
}

static int own_read(struct call *call, const struct db_rows *rows)
{
    struct forecast_spending_args *a = call_args(call);
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    /* Above a category without a budget is the one of all spending, which is asked for anyway. */
    bool has_own =
        budget_line_count(rows) > 0 && strcmp(db_rows_text(rows, 0, BUDGET_CATEGORY), "all") != 0;
    r = has_own ? keep_budget(call, rows, 0, &a->outlook.own) : 0;
    return r == 0 ? budget_known(call) : r;
}

static int own_ask(struct call *call)
{
    struct forecast_spending_args *a = call_args(call);
    const char *filter[FILTER_PARAMS];
    const char *values[BUDGET_PARAMS];
    struct filter_options options = {.needs_merchant = false};
    int r = filter_values(call, &a->filter, &options, filter);
    if (r == 0)
        r = budget_line_values(call, month_of(call, a), false, values);
    if (r != 0)
        return r;
    memcpy(values + 5, filter + 3, 3 * sizeof(values[0]));
    return tool_read(call, budget_lines, values, own_read);
}

static int forecast_start(struct call *call)
{
    struct forecast_spending_args *a = call_args(call);
    const struct ledger *ledger = call_ledger(call);
    struct outlook *outlook = &a->outlook;
    if (!read_until(call, a, outlook) || !read_scenario(call, a) || !read_purchase(call, a))
        return 0;
    outlook->wishes = a->scenario.items;
    outlook->wish_count = a->scenario.count;
    outlook->purchase = a->purchase.amount.text ? &a->purchase : NULL;
    outlook->first = calendar_month_start(&ledger->calendar, ledger->calendar.today);
    if (!outlook->purchase)
        return forecast_ask(call);
    a->budgets_awaited = a->purchase.category.text ? 2 : 1;
    if (!a->purchase.category.text)
        return whole_ask(call);
    a->filter = (struct filter){.period = outlook->period,
                                .category = {&a->purchase.category, 1},
                                .category_argument = "purchase.category",
                                .kind = "expense"};
    int r = filter_begin(call, &a->filter, own_ask);
    if (r == 0)
        r = own_ask(call);
    return r == 0 ? whole_ask(call) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

static int refuse_wish(struct call *call, const struct outlook *outlook, const struct db_rows *rows)
{
    size_t i = outlook_unknown_wish(outlook, rows);
    const char *field = arena_printf(call_arena(call), "scenario[%zu].target", i);
    OWNED_BUF name = BUF_INIT(2000);
    sentence_name(&name, outlook->wishes[i].target);
    return call_refuse(call, field,
                       "there is no recurring payment and no category of spending called %s. "
                       "list_recurring shows the payments, get_context the categories.",
                       buf_text(&name));
}

/* Effects are added up, so what two changes are about would count twice. */
static int refuse_clash(struct call *call, const struct outlook *outlook, size_t i,
                        const char *earlier)
{
    const char *field = arena_printf(call_arena(call), "scenario[%zu].target", i);
    OWNED_BUF name = BUF_INIT(2000);
    sentence_name(&name, outlook->wishes[i].target);
    return call_refuse(call, field,
                       "%s is something that scenario[%s] changes already, and would count twice. "
                       "Name each payment or category once.",
                       buf_text(&name), earlier);
}

static int forecast_read(struct call *call, const struct db_rows *rows)
{
    struct forecast_spending_args *a = call_args(call);
    struct outlook *outlook = &a->outlook;
    struct answer answer = {.call = call, .rows = rows};
    if (!outlook_has_history(rows))
        return call_refuse(call, NULL,
                           "The books hold less than %s days of expenses, too few to tell what is "
                           "usual. Record or import some weeks first.",
                           db_rows_text(rows, 0, OUTLOOK_LEAST_DAYS));
    if (outlook_unknown_wish(outlook, rows) < outlook->wish_count)
        return refuse_wish(call, outlook, rows);
    const char *earlier = NULL;
    size_t clashing = outlook_clashing_wish(outlook, rows, &earlier);
    if (earlier)
        return refuse_clash(call, outlook, clashing, earlier);
    answer_begin(&answer);
    int r = outlook_read(&answer, outlook);
    if (r != 0)
        return r;
    outlook_write(&answer, outlook);
    return answer_end(&answer);
}

const struct tool tool_forecast_spending = {
    .name = "forecast_spending",
    .title = "Forecast spending",
    .description = "What will be spent by the month's end or later, what cutting something"
                   " saves, whether a purchase can be afforded.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct forecast_spending_args),
    .result = result,
    .start = forecast_start,
};
