/* budget_status: what is left of the budgets of some months, whether they will do, and what can be spent
 * a day. One row a budget, or with `detail` one for each of its months. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/budget_line.h"
#include "tools/support/filter.h"
#include "tools/support/limits.h"
#include "tools/support/money.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

struct budget_status_args {
    struct period period;
    struct name_list category;
    struct name_list user;
    bool detail;

    struct filter filter; /* no argument: the question as a filter */
};

static const struct field args[] = {
    ARG_PERIOD(struct budget_status_args, period, "this_month"),
    ARG_CATEGORIES(struct budget_status_args, category, .flags = FIELD_PLAIN,
                   .doc = "Only these and those below."),
    ARG_USERS(struct budget_status_args, user, .doc = "Show what they spent of it."),
    ARG_BOOL(struct budget_status_args, detail, .doc = "A row for each month."),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(budget_line_fields),
    OUT_TEXT("budget"),
    OUT_TEXT("left"),
    OUT_TEXT("safe_per_day"),
    OUT_TEXT("projected"),
    OUT_TEXT("unbudgeted"),
    OUT_INT("days_left"),
    OUT_END,
};

/* --- asking ---------------------------------------------------------------------------------- */

static int status_read(struct call *call, const struct db_rows *rows);

static int status_run(struct call *call)
{
    struct budget_status_args *a = call_args(call);
    const char *filter[FILTER_PARAMS];
    const char *values[BUDGET_PARAMS];
    struct filter_options options = {.needs_merchant = false};
    const struct calendar *calendar = &call_ledger(call)->calendar;
    int r = filter_values(call, &a->filter, &options, filter);
    if (r == 0)
        r = budget_line_values(call, budget_range_of(a->period.range, calendar), a->detail, values);
    if (r != 0)
        return r;
    memcpy(values + 5, filter + 3, 3 * sizeof(values[0]));
    return tool_read(call, budget_lines, values, status_read);
}

/* Budgets are of months: a period that ends today means its whole last month. */
static bool is_of_months(struct call *call, struct period *period)
{
    const struct calendar *calendar = &call_ledger(call)->calendar;
    if (period->kind != PERIOD_MONTHS || period->months > MONTHS_MAX) {
        (void)call_refuse(call, "period",
                          "must be whole months, at most %d, such as this_month, 2026-10 or "
                          "2026-01..2026-06",
                          (int)MONTHS_MAX);
        return false;
    }
    if (period->is_cut) {
        date_day next = date_add_months(calendar_month_start(calendar, period->range.to), 1);
        period->range.to = calendar_month_start(calendar, next) - 1;
        (void)date_format(period->range.to, period->to);
        period->is_cut = false;
    }
    return true;
}

static int status_start(struct call *call)
{
    struct budget_status_args *a = call_args(call);
    if (!is_of_months(call, &a->period))
        return 0;
    a->filter = (struct filter){
        .period = a->period, .category = a->category, .user = a->user, .kind = "expense"};
    int r = filter_begin(call, &a->filter, status_run);
    return r == 0 ? status_run(call) : r;
}

/* --- months ---------------------------------------------------------------------------------- */

/* Whether there is one month, which is not over. */
static bool is_one_open_month(const struct db_rows *rows, const struct budget_status_args *a)
{
    return a->period.months == 1 && budget_line_is_open(rows, 0);
}

/* --- the sentence ---------------------------------------------------------------------------- */

static const char *size_of(const char *number)
{
    return number[0] == '-' ? number + 1 : number;
}

static void say_left(struct buf *text, const struct answer *answer, const struct budget_sums *sums)
{
    bool is_over = money_sign(sums->left) < 0;
    spoken_money(text, answer, size_of(sums->left));
    (void)buf_append_text(text, is_over ? " more than the budget of " : " is left of ");
    spoken_money(text, answer, sums->amount);
    if (money_sign(sums->carried) != 0) {
        (void)buf_append_text(text, money_sign(sums->carried) < 0 ? " less " : " and ");
        spoken_money(text, answer, size_of(sums->carried));
        (void)buf_append_text(text, " carried over");
    }
    (void)buf_append_text(text, is_over ? " was spent" : "");
}

static void say_open_month(struct buf *text, const struct answer *answer,
                           const struct budget_sums *sums)
{
    const struct db_rows *rows = answer->rows;
    bool is_running = db_rows_bool(rows, 0, BUDGET_IS_RUNNING);
    if (money_sign(sums->left) >= 0) {
        (void)buf_append_text(text, ": ");
        spoken_money(text, answer, sums->safe);
        (void)buf_append_text(text, " a day for ");
        sentence_count(text, (long long)budget_line_days_left(rows), "day", "days");
    }
    (void)buf_append_char(text, '.');
    if (!is_running)
        return;
    (void)buf_append_text(text, " At the usual rate ");
    spoken_money(text, answer, sums->projected);
    (void)buf_append_text(text, " will have been spent at its end.");
}

/* " Over: Fun by 12.00 USD, Fuel by 3.10 USD." */
static void say_status(struct buf *text, const struct answer *answer, const char *status,
                       const char *words)
{
    enum {
        SHOWN = 5
    };

    size_t count = 0;
    for (size_t row = 0; row < budget_line_count(answer->rows); row++) {
        char projected[DECIMAL_TEXT_SIZE];
        char over[DECIMAL_TEXT_SIZE];
        const struct db_rows *rows = answer->rows;
        bool is_over = strcmp(status, "over") == 0;
        if (strcmp(budget_line_status(rows, row, answer->exponent), status) != 0 || ++count > SHOWN)
            continue;
        const char *spent = is_over ? db_rows_text(rows, row, BUDGET_SPENT)
                                    : budget_line_projected(rows, row, answer->exponent, projected);
        money_difference(spent, db_rows_text(rows, row, BUDGET_AVAILABLE), answer->exponent, over);
        (void)buf_append_text(text, count == 1 ? words : ", ");
        sentence_plain_name(text, db_rows_text(rows, row, BUDGET_CATEGORY));
        (void)buf_printf(text, " by %s", over);
    }
    if (count > SHOWN)
        (void)buf_printf(text, " and %zu others", count - SHOWN);
    (void)buf_append_text(text, count > 0 ? "." : "");
}

static void say_month(struct buf *text, const struct answer *answer,
                      const struct budget_status_args *a)
{
    OWNED_BUF phrase = BUF_INIT(200);
    period_phrase(&a->period, &call_ledger(answer->call)->calendar, &phrase);
    char *first = phrase.data;
    if (phrase.length > 0)
        first[0] = (char)(first[0] >= 'a' && first[0] <= 'z' ? first[0] - 'a' + 'A' : first[0]);
    (void)buf_append_text(text, buf_text(&phrase));
}

/* " Bob spent 12.45 USD of it." of the first budget: the only one, or that of everything. */
static void say_user(struct buf *text, const struct answer *answer,
                     const struct budget_status_args *a)
{
    const struct db_rows *rows = answer->rows;
    bool is_whole =
        budget_line_count(rows) == 1 || strcmp(db_rows_text(rows, 0, BUDGET_CATEGORY), "all") == 0;
    if (a->user.count == 0 || a->detail || !is_whole)
        return;
    (void)buf_append_char(text, ' ');
    spoken_labels(text, answer, 'u');
    (void)buf_append_text(text, " spent ");
    spoken_money(text, answer, db_rows_text(rows, 0, BUDGET_BY_USER));
    (void)buf_append_text(text, " of it.");
}

static void write_summary(struct answer *answer, const struct budget_status_args *a,
                          const struct budget_sums *sums)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    say_month(&text, answer, a);
    if (sums->count == 0) {
        if (a->category.count > 0) {
            (void)buf_append_text(&text, ", there is no budget for ");
            spoken_labels(&text, answer, 'c');
            (void)buf_append_text(&text, ", nor for a category above; set_budget makes one.");
        } else {
            (void)buf_append_text(&text, ", there are no budgets; set_budget makes one.");
        }
        (void)buf_append_text(&text, a->filter.names.notes ? a->filter.names.notes : "");
        answer_summary(answer, &text);
        return;
    }
    (void)buf_append_text(&text, ", ");
    say_left(&text, answer, sums);
    if (budget_line_count(answer->rows) == 1) {
        (void)buf_append_text(&text, " for ");
        sentence_plain_name(&text, db_rows_text(answer->rows, 0, BUDGET_CATEGORY));
    }
    if (is_one_open_month(answer->rows, a))
        say_open_month(&text, answer, sums);
    else
        (void)buf_append_char(&text, '.');
    if (budget_line_count(answer->rows) > 1) {
        say_status(&text, answer, "over", " Over: ");
        say_status(&text, answer, "likely_over", " Likely to be over: ");
    }
    say_user(&text, answer, a);
    const char *missing = db_rows_text(answer->rows, 0, BASIS_RATES_MISSING);
    if (missing[0] != '\0') {
        (void)buf_append_text(&text, " Left out for want of an exchange rate: ");
        answer_say_missing(missing, &text);
        (void)buf_append_char(&text, '.');
    }
    (void)buf_append_text(&text, a->filter.names.notes ? a->filter.names.notes : "");
    answer_summary(answer, &text);
}

/* --- the answer ------------------------------------------------------------------------------ */

static void write_sums(struct answer *answer, const struct budget_status_args *a,
                       const struct budget_sums *sums)
{
    const struct db_rows *rows = answer->rows;
    if (sums->count == 0)
        return;
    answer_money(answer, "budget", sums->amount);
    answer_money(answer, "left", sums->left);
    if (is_one_open_month(rows, a)) {
        bool is_running = db_rows_bool(rows, 0, BUDGET_IS_RUNNING);
        answer_money(answer, "safe_per_day", sums->safe);
        json_put_int(answer->out, "days_left", budget_line_days_left(rows));
        if (is_running)
            answer_money(answer, "projected", sums->projected);
    }
    if (a->category.count == 0)
        answer_money(answer, "unbudgeted", db_rows_text(rows, 0, BUDGET_UNPLANNED));
}

static int status_read(struct call *call, const struct db_rows *rows)
{
    struct budget_status_args *a = call_args(call);
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    struct answer answer = {.call = call, .rows = rows};
    struct budget_line_context context = {.has_user = a->user.count > 0};
    struct answer_list list = {.key = "rows",
                               .fields = budget_line_fields,
                               .count = budget_line_count(rows),
                               .data = &context};
    struct budget_sums sums;
    answer_begin(&answer);
    budget_line_add_up(rows, answer.exponent, &sums);
    write_summary(&answer, a, &sums);
    answer_period(&answer, &a->period);
    answer_totals(&answer);
    write_sums(&answer, a, &sums);
    size_t returned = answer_rows(&answer, &list);
    answer_listing(&answer, returned, (int64_t)list.count, NULL);
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_budget_status = {
    .name = "budget_status",
    .title = "Budget status",
    .description = "What is left of budgets, where they will end, what can be spent a day.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct budget_status_args),
    .result = result,
    .start = status_start,
};
