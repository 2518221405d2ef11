/* monthly_summary: income, spending and what is left of a month or of several side by side, by
 * category, against the month before and a usual one. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/monthly_summary.sql.h"
#include "tools/support/answer.h"
#include "tools/support/budget_line.h"
#include "tools/support/compare.h"
#include "tools/support/filter.h"
#include "tools/support/group.h"
#include "tools/support/limits.h"
#include "tools/support/month.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

struct monthly_summary_args {
    struct period_word month;
    int64_t months;
    struct name_list user;

    struct filter filter; /* no arguments from here on: the question as a filter */
    struct comparison before, usual;
    struct budget_sums budget;
    const char *budgets; /* JSON of their rows; NULL: there are none */
    bool awaits_budgets; /* asked beside the months, in one trip */
    bool months_came_first;
};

enum {
    COLUMN_EARNED = BASIS_COLUMNS,
    COLUMN_SPENT_BEFORE,
    COLUMN_EARNED_BEFORE,
    COLUMN_SPENT_USUALLY,
    COLUMN_EARNED_MISSING,
    COLUMN_BEFORE_MISSING,
    COLUMN_BOOKS_BEGIN,
    COLUMN_PART,
    COLUMN_GROUP, /* the columns of enum group_column, or of enum month_column */
    COLUMN_MONTH_END = COLUMN_GROUP + MONTH_COLUMNS - 1,
    COLUMN_REST_TOTAL,
    COLUMN_REST_COUNTED,
    COLUMN_GROUPS
};

static const struct field args[] = {
    ARG_MONTH(struct monthly_summary_args, month, "this_month", .doc = "Or last_month, YYYY-MM."),
    ARG_INT(struct monthly_summary_args, months, .min = 1, .max = MONTHS_MAX, .def = "1",
            .doc = "How many, up to that one."),
    ARG_USERS(struct monthly_summary_args, user, .flags = FIELD_PLAIN, .doc = "Only theirs."),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(group_fields),
    OUT_TEXT("income"),
    OUT_TEXT("spending"),
    OUT_TEXT("net"),
    {.name = "savings_rate", .type = &field_number_or_null},
    OUT_ANY_OBJECT("before"),
    OUT_ANY_OBJECT("usual_month"),
    OUT_ROWS("months", month_fields),
    OUT_ANY_OBJECT("rest"),
    OUT_ANY_OBJECT("budget"),
    OUT_ROWS("budgets", budget_line_short_fields),
    OUT_END,
};

/* --- asking ---------------------------------------------------------------------------------- */

static int months_read(struct call *call, const struct db_rows *rows);

/* "{2026-09,2026-10}" in the arena; NULL when out of memory. */
static const char *month_labels(struct call *call, const struct monthly_summary_args *a)
{
    OWNED_BUF labels = BUF_INIT(1024);
    const struct calendar *calendar = &call_ledger(call)->calendar;
    date_day month = a->filter.period.range.from;
    for (int64_t i = 0; i < a->months; i++) {
        char text[DATE_TEXT_SIZE];
        date_format(month, text);
        text[strlen("YYYY-MM")] = '\0';
        (void)db_array_append(&labels, text);
        month = calendar_month_start(calendar, date_add_months(month, 1));
    }
    return db_array_end(&labels) == 0 ? arena_strdup(call_arena(call), buf_text(&labels)) : NULL;
}

static int months_run(struct call *call)
{
    struct monthly_summary_args *a = call_args(call);
    const char *values[FILTER_PARAMS + 3];
    struct period_range others[1 + COMPARE_MAX_PERIODS];
    char most[24];
    others[0] = a->before.ranges[0];
    memcpy(others + 1, a->usual.ranges, a->usual.count * sizeof(others[0]));
    struct filter_options options = {
        .others = others, .others_count = 1 + a->usual.count, .needs_income = true};
    int r = filter_values(call, &a->filter, &options, values);
    if (r != 0)
        return r;
    (void)snprintf(most, sizeof(most), "%d", GROUPS_MAX);
    values[FILTER_PARAMS] = month_labels(call, a);
    values[FILTER_PARAMS + 1] = call_ledger(call)->day_of_month;
    values[FILTER_PARAMS + 2] = most;
    if (!values[FILTER_PARAMS])
        return -ENOMEM;
    return tool_read(call, &sql_months, values, months_read);
}

/* Rows do not outlive their callback: months that were there before the budgets are asked again. */
static int budgets_known(struct call *call)
{
    struct monthly_summary_args *a = call_args(call);
    a->awaits_budgets = false;
    return a->months_came_first ? months_run(call) : 0;
}

/* What is shown of the rows is written at once. */
static int budgets_read(struct call *call, const struct db_rows *rows)
{
    enum {
        BUDGETS_SHOWN = 20,
        BUDGETS_MAX_BYTES = 8 * 1024
    };

    struct monthly_summary_args *a = call_args(call);
    OWNED_BUF text = BUF_INIT(BUDGETS_MAX_BYTES);
    struct json_out out;
    size_t count = budget_line_count(rows);
    int exponent = call_ledger(call)->exponent;
    if (count == 0)
        return budgets_known(call);
    json_out_init(&out, &text);
    json_array(&out);
    for (size_t row = 0; row < count && row < BUDGETS_SHOWN; row++)
        row_write(
            &(struct row_context){.out = &out, .rows = rows, .row = row, .exponent = exponent},
            budget_line_short_fields);
    json_end_array(&out);
    budget_line_add_up(rows, exponent, &a->budget);
    if (json_out_error(&out) == 0)
        a->budgets = arena_strdup(call_arena(call), buf_text(&text));
    return budgets_known(call);
}

static int budgets_run(struct call *call)
{
    struct monthly_summary_args *a = call_args(call);
    const struct calendar *calendar = &call_ledger(call)->calendar;
    const char *values[BUDGET_PARAMS];
    budget_line_no_names(values);
    int r =
        budget_line_values(call, budget_range_of(a->filter.period.range, calendar), false, values);
    return r == 0 ? tool_read(call, budget_lines, values, budgets_read) : r;
}

/* The span of the months that end with the one asked for. */
static int resolve_months(struct call *call, struct monthly_summary_args *a)
{
    const struct calendar *calendar = &call_ledger(call)->calendar;
    const char *word = a->month.text ? a->month.text : "this_month";
    struct period month;
    int r = period_from_word(word, calendar, call_arena(call), &month);
    if (r != 0)
        return r;
    a->filter.period = month;
    if (a->months == 1)
        return 0;
    date_day first = month.range.from;
    for (int64_t i = 1; i < a->months; i++)
        first = calendar_month_start(calendar, first - 1);
    char from[DATE_TEXT_SIZE];
    char *span = arena_printf(call_arena(call), "%s..%s", date_format(first, from), month.to);
    return span ? period_from_word(span, calendar, call_arena(call), &a->filter.period) : -ENOMEM;
}

static int months_start(struct call *call)
{
    struct monthly_summary_args *a = call_args(call);
    a->filter.user = a->user;
    a->filter.kind = "expense";
    int r = resolve_months(call, a);
    if (r == 0)
        r = filter_begin(call, &a->filter, months_run);
    if (r != 0)
        return r;
    const char *usual = a->months == 1 ? "avg_12" : "none";
    if (!comparison_begin(call, &a->filter.period, "previous", &a->before) ||
        !comparison_begin(call, &a->filter.period, usual, &a->usual))
        return 0;
    /* Budgets are everybody's: one person's month has none. */
    a->awaits_budgets = a->user.count == 0;
    r = a->awaits_budgets ? budgets_run(call) : 0;
    return r == 0 ? months_run(call) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

static const char *figure(const struct answer *answer, size_t column)
{
    return db_rows_text(answer->rows, 0, column);
}

/* What a usual month costs, as it is shown. */
static const char *usual_spending(const struct answer *answer, const struct comparison *usual,
                                  char text[DECIMAL_TEXT_SIZE])
{
    char count[24];
    (void)snprintf(count, sizeof(count), "%zu", usual->counted);
    return money_average(figure(answer, COLUMN_SPENT_USUALLY), count, answer->exponent, text);
}

static void say_missing(struct buf *text, const char *before, const char *missing)
{
    if (missing[0] == '\0')
        return;
    (void)buf_append_text(text, before);
    answer_say_missing(missing, text);
    (void)buf_append_char(text, '.');
}

static void say_comparison(struct buf *text, const struct answer *answer,
                           const struct monthly_summary_args *a)
{
    const struct calendar *calendar = &call_ledger(answer->call)->calendar;
    char usual[DECIMAL_TEXT_SIZE];
    if (comparison_is_empty(&a->before)) {
        comparison_say_empty(a->before.begin, calendar, text);
        return;
    }
    (void)buf_append_text(text, " Spending is ");
    spoken_change(text, answer, figure(answer, COLUMN_SPENT_BEFORE), "expense");
    comparison_describe(&a->before, &a->filter.period, calendar, text);
    /* When the month before lies before the books, a usual one does too. */
    if (a->usual.count > 0 && a->before.begin == 0) {
        (void)buf_append_text(text, ", and ");
        spoken_change(text, answer, usual_spending(answer, &a->usual, usual), "expense");
        comparison_describe(&a->usual, &a->filter.period, calendar, text);
    }
    (void)buf_append_char(text, '.');
}

static void say_income(struct buf *text, const struct answer *answer)
{
    char net[DECIMAL_TEXT_SIZE];
    char share[DECIMAL_TEXT_SIZE];
    const char *earned = figure(answer, COLUMN_EARNED);
    money_difference(earned, figure(answer, BASIS_TOTAL), answer->exponent, net);
    if (money_sign(earned) == 0) {
        (void)buf_append_text(text, ". There is no income");
        return;
    }
    (void)buf_append_text(text, ". Income was ");
    spoken_money(text, answer, earned);
    if (spoken_is_unknown(answer))
        return;
    (void)buf_append_text(text, money_sign(net) < 0 ? ", which is short by " : ", which leaves ");
    spoken_money(text, answer, net[0] == '-' ? net + 1 : net);
    if (money_sign(net) > 0)
        (void)buf_printf(text, ", %s %% of it", money_percent(net, earned, share));
}

static void say_budget(struct buf *text, const struct answer *answer,
                       const struct monthly_summary_args *a)
{
    if (!a->budgets)
        return;
    bool is_over = money_sign(a->budget.left) < 0;
    (void)buf_append_text(text, is_over ? " The budget of " : " Of the budget of ");
    spoken_money(text, answer, a->budget.amount);
    (void)buf_append_text(text, is_over ? " is exceeded by " : ", ");
    spoken_money(text, answer, a->budget.left[0] == '-' ? a->budget.left + 1 : a->budget.left);
    (void)buf_append_text(text, is_over ? "." : " is left.");
}

static void write_budgets(struct answer *answer, const struct monthly_summary_args *a)
{
    if (!a->budgets)
        return;
    json_put_object(answer->out, "budget");
    answer_money(answer, "amount", a->budget.amount);
    answer_money(answer, "carried", a->budget.carried);
    answer_money(answer, "spent", a->budget.spent);
    answer_money(answer, "left", a->budget.left);
    json_end_object(answer->out);
    json_put_raw(answer->out, "budgets", a->budgets);
}

static void write_summary(struct answer *answer, const struct monthly_summary_args *a)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    spoken_total(&text, answer, &a->filter);
    say_income(&text, answer);
    spoken_end(&text, answer, &a->filter.names);
    say_missing(&text, " Income without an exchange rate: ", figure(answer, COLUMN_EARNED_MISSING));
    if (db_rows_int(answer->rows, 0, BASIS_COUNTED) > 0) {
        say_comparison(&text, answer, a);
        say_missing(&text, " The comparison lacks, for want of a rate: ",
                    figure(answer, COLUMN_BEFORE_MISSING));
    }
    say_budget(&text, answer, a);
    answer_summary(answer, &text);
}

static void write_change(struct answer *answer, const char *key, const char *before,
                         const struct comparison *comparison)
{
    char change[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    struct json_out *out = answer->out;
    money_difference(figure(answer, BASIS_TOTAL), before, answer->exponent, change);
    json_put_object(out, key);
    json_put_text(out, "from", date_format(comparison->ranges[comparison->counted - 1].from, text));
    json_put_text(out, "to", date_format(comparison->ranges[0].to, text));
    answer_money(answer, "spending", before);
    json_put_text(out, "change", change);
    row_write_number(out, "change_percent", money_percent(change, before, text));
    if (comparison->count > 1)
        json_put_int(out, "months", (int64_t)comparison->counted);
    json_end_object(out);
}

static void write_figures(struct answer *answer, const struct monthly_summary_args *a)
{
    char text[DECIMAL_TEXT_SIZE];
    char net[DECIMAL_TEXT_SIZE];
    const char *earned = figure(answer, COLUMN_EARNED);
    const char *spent = figure(answer, BASIS_TOTAL);
    answer_money(answer, "income", earned);
    answer_money(answer, "spending", spent);
    json_put_text(answer->out, "net", money_difference(earned, spent, answer->exponent, net));
    row_write_number(answer->out, "savings_rate", money_percent(net, earned, text));
    write_change(answer, "before", figure(answer, COLUMN_SPENT_BEFORE), &a->before);
    if (a->usual.count > 0)
        write_change(answer, "usual_month", usual_spending(answer, &a->usual, text), &a->usual);
}

/* Rows of a part stand together. */
static struct answer_list part_of(const struct db_rows *rows, const char *part)
{
    struct answer_list list = {.column = COLUMN_GROUP};
    while (list.first < db_rows_count(rows) &&
           strcmp(db_rows_text(rows, list.first, COLUMN_PART), part) != 0)
        list.first++;
    while (list.first + list.count < db_rows_count(rows) &&
           strcmp(db_rows_text(rows, list.first + list.count, COLUMN_PART), part) == 0)
        list.count++;
    return list;
}

static void write_categories(struct answer *answer)
{
    const struct db_rows *rows = answer->rows;
    struct group_context context = {.hundredth = money_hundredth(figure(answer, BASIS_TOTAL)),
                                    .has_before = true,
                                    .before_count = "1"};
    struct answer_list list = part_of(rows, "category");
    list.key = "rows";
    list.fields = group_fields;
    list.data = &context;
    size_t returned = answer_rows(answer, &list);
    int64_t of = list.count > 0 ? db_rows_int(rows, list.first, COLUMN_GROUPS) : 0;
    answer_listing(answer, returned, of, NULL);
    if (returned == 0 || (int64_t)returned >= of)
        return;
    size_t last = list.first + returned - 1;
    json_put_object(answer->out, "rest");
    json_put_int(answer->out, "groups", of - (int64_t)returned);
    answer_money(answer, "total", db_rows_text(rows, last, COLUMN_REST_TOTAL));
    json_put_int(answer->out, "count", db_rows_int(rows, last, COLUMN_REST_COUNTED));
    json_end_object(answer->out);
}

static int months_read(struct call *call, const struct db_rows *rows)
{
    struct monthly_summary_args *a = call_args(call);
    if (a->awaits_budgets) {
        a->months_came_first = true;
        return 0;
    }
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    struct answer answer = {.call = call, .rows = rows};
    struct answer_list months = part_of(rows, "month");
    months.key = "months";
    months.fields = month_fields;
    comparison_reach(&a->before, db_rows_text(rows, 0, COLUMN_BOOKS_BEGIN));
    comparison_reach(&a->usual, db_rows_text(rows, 0, COLUMN_BOOKS_BEGIN));
    answer_begin(&answer);
    write_summary(&answer, a);
    answer_period(&answer, &a->filter.period);
    answer_totals(&answer);
    write_figures(&answer, a);
    write_budgets(&answer, a);
    if (a->months > 1)
        (void)answer_rows(&answer, &months);
    write_categories(&answer);
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_monthly_summary = {
    .name = "monthly_summary",
    .title = "Monthly summary",
    .description =
        "A month, or several side by side: income, spending, savings rate, categories, budgets, against the month before and a usual one.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct monthly_summary_args),
    .result = result,
    .start = months_start,
};
