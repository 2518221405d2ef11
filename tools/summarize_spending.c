/* summarize_spending: any total, ranking, share, series, average or median, and how it compares. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/summarize_spending.sql.h"
#include "tools/support/answer.h"
#include "tools/support/category_groups.h"
#include "tools/support/compare.h"
#include "tools/support/filter.h"
#include "tools/support/group.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

struct summarize_spending_args {
    struct filter filter;
    const char *group_by;
    const char *then_by;
    const char *compare_to;
    struct field_opt_int top;
    bool include_zero;

    struct comparison comparison; /* no arguments from here on */
    bool is_plain;                /* answered by `by_category`, … */
    bool is_special;              /* … which did not do */
    const char *kinds[2];         /* that count, where it is plain */
};

enum {
    COLUMN_TWICE_MEDIAN = BASIS_COLUMNS,
    COLUMN_BEFORE,
    COLUMN_BEFORE_MISSING,
    COLUMN_BOOKS_BEGIN,
    COLUMN_GROUP, /* the columns of enum group_column */
    COLUMN_IS_NAMED = COLUMN_GROUP + GROUP_COLUMNS,
    COLUMN_REST_TOTAL,
    COLUMN_REST_COUNTED,
    COLUMN_GROUPS
};

enum {
    PLAIN_FIRST = 1, /* the row of category_groups() in which the groups begin, and their column */
    PLAIN_GROUP = 0,
    STORED_DECIMALS = 4
};

static const char *const units[] = {"none", "category", "parent_category", "merchant", "user",
                                    "tag",  "account",  "currency",        "kind",     "day",
                                    "week", "month",    "quarter",         "year",     "weekday",
                                    NULL};

static const struct field args[] = {
    ARG_FILTER(struct summarize_spending_args, filter, "this_month"),
    ARG_CHOICE(struct summarize_spending_args, group_by, .choices = units, .def = "none",
               .flags = FIELD_PLAIN, .doc = "One row for each."),
    ARG_CHOICE(struct summarize_spending_args, then_by, .choices = units, .def = "none",
               .doc = "As group_by, inside each group."),
    ARG_CHOICE(struct summarize_spending_args, compare_to, .choices = compare_choices,
               .def = "none", .flags = FIELD_PLAIN, .doc = "Adds what it was before, fairly."),
    ARG_OPT_INT(struct summarize_spending_args, top, .min = 1, .max = ROWS_MAX,
                .flags = FIELD_PLAIN, .doc = "Only the largest groups."),
    ARG_BOOL(struct summarize_spending_args, include_zero, .def = "false", .flags = FIELD_PLAIN,
             .doc = "Groups without expenses as well."),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(group_fields),
    OUT_TEXT("average"),
    OUT_TEXT("median"),
    OUT_TEXT("before"),
    OUT_TEXT("change"),
    {.name = "change_percent", .type = &field_number_or_null},
    OUT_ANY_OBJECT("compared_with"),
    OUT_ANY_OBJECT("rest"),
    OUT_END,
};

static int summarize_read(struct call *call, const struct db_rows *rows);
static int summarize_read_plain(struct call *call, const struct db_rows *rows);

/* One period by category with nothing else asked, as most people ask: `by_category` will do. */
static bool is_plain(const struct summarize_spending_args *a)
{
    const struct filter *filter = &a->filter;
    return strcmp(a->group_by, "category") == 0 && strcmp(a->then_by, "none") == 0 &&
           a->comparison.count == 0 && !a->include_zero && filter->names.count == 0 &&
           !filter->text && !filter->currency && !filter->min_amount.text &&
           !filter->max_amount.text && strcmp(filter->kind, "all") != 0 && !a->is_special;
}

static int summarize_run(struct call *call)
{
    struct summarize_spending_args *a = call_args(call);
    const struct ledger *ledger = call_ledger(call);
    const struct period *period = &a->filter.period;
    const char *values[FILTER_PARAMS + 9];
    char top[24];
    char most[24];
    bool is_by_merchant =
        strcmp(a->group_by, "merchant") == 0 || strcmp(a->then_by, "merchant") == 0;
    struct filter_options options = {
        .others = a->comparison.ranges,
        .others_count = a->comparison.count,
        .needs_merchant = is_by_merchant,
    };
    int r = filter_values(call, &a->filter, &options, values);
    if (r != 0)
        return r;
    bool is_bounded = period->kind != PERIOD_ALL && period->kind != PERIOD_NONE;
    bool ends_later = period->is_running && period->range.to > ledger->calendar.today;
    (void)snprintf(top, sizeof(top), "%lld", (long long)a->top.value);
    (void)snprintf(most, sizeof(most), "%d", GROUPS_MAX);
    const char **more = values + FILTER_PARAMS;
    more[0] = a->group_by;
    more[1] = a->then_by;
    more[2] = ledger->day_of_week;
    more[3] = ledger->day_of_month;
    more[4] = a->top.given ? top : NULL;
    more[5] = a->include_zero ? "t" : "f";
    more[6] = is_bounded ? period->from : NULL;
    more[7] = is_bounded ? (ends_later ? ledger->today : period->to) : NULL;
    more[8] = most;
    a->is_plain = is_plain(a);
    if (a->is_plain) {
        bool has_refunds = strcmp(a->filter.kind, "expense") == 0;
        a->kinds[0] = a->filter.kind;
        a->kinds[1] = has_refunds ? "refund" : a->filter.kind;
        const char *few[] = {values[0], period->from, period->to, a->kinds[0], a->kinds[1]};
        return tool_read(call, &sql_by_category, few, summarize_read_plain);
    }
    return tool_read(call, &sql_groups, values, summarize_read);
}

static int summarize_start(struct call *call)
{
    struct summarize_spending_args *a = call_args(call);
    if (strcmp(a->group_by, "none") == 0 && strcmp(a->then_by, "none") != 0)
        return call_refuse(call, "then_by", "divides groups, so group_by must be given as well");
    if (strcmp(a->group_by, "none") != 0 && strcmp(a->group_by, a->then_by) == 0)
        return call_refuse(call, "then_by", "must differ from group_by");
    if (strcmp(a->group_by, "none") == 0 && (a->top.given || a->include_zero))
        return call_refuse(call, a->top.given ? "top" : "include_zero",
                           "is about groups, so group_by must be given as well");
    if (!comparison_begin(call, &a->filter.period, a->compare_to, &a->comparison))
        return 0;
    int r = filter_begin(call, &a->filter, summarize_run);
    return r == 0 ? summarize_run(call) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

static bool is_time(const char *unit)
{
    static const char *const times[] = {"day", "week", "month", "quarter", "year", "weekday"};
    for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
        if (strcmp(unit, times[i]) == 0)
            return true;
    }
    return false;
}

/* The mean of the periods compared with, as it is shown. */
static const char *before_total(const struct answer *answer, const struct group_context *context,
                                char text[DECIMAL_TEXT_SIZE])
{
    return money_average(db_rows_text(answer->rows, 0, COLUMN_BEFORE), context->before_count,
                         answer->exponent, text);
}

/* --- the groups, beside the basis or behind it ------------------------------------------------- */

static struct answer_list list_of(const struct summarize_spending_args *a)
{
    return (struct answer_list){
        .key = "rows",
        .fields = group_fields,
        .first = a->is_plain ? PLAIN_FIRST : 0,
        .column = a->is_plain ? PLAIN_GROUP : COLUMN_GROUP,
    };
}

static int64_t all_groups(const struct answer *answer, const struct summarize_spending_args *a)
{
    return a->is_plain ? (int64_t)db_rows_count(answer->rows) - PLAIN_FIRST
                       : db_rows_int(answer->rows, 0, COLUMN_GROUPS);
}

static size_t named_groups(const struct answer *answer, const struct summarize_spending_args *a)
{
    const struct db_rows *rows = answer->rows;
    int64_t all = all_groups(answer, a);
    size_t count = 0;
    if (a->is_plain)
        return (size_t)(a->top.given && a->top.value < all ? a->top.value : all);
    while (count < db_rows_count(rows) && db_rows_bool(rows, count, COLUMN_IS_NAMED))
        count++;
    return count;
}

/* " Most: Rent 900.00, Food: Groceries 412.30, Travel 210.00." */
static void say_largest(struct buf *text, const struct answer *answer,
                        const struct summarize_spending_args *a)
{
    enum {
        LARGEST_SAID = 3
    };

    struct answer_list list = list_of(a);
    size_t groups = named_groups(answer, a);
    bool is_ranking = strcmp(a->group_by, "none") != 0 && strcmp(a->then_by, "none") == 0 &&
                      !is_time(a->group_by);
    const char *between = " Most: ";
    for (size_t i = 0; is_ranking && i < groups && i < LARGEST_SAID; i++) {
        char amount[DECIMAL_TEXT_SIZE];
        const char *total = db_rows_text(answer->rows, list.first + i, list.column + GROUP_TOTAL);
        if (money_sign(total) <= 0)
            break;
        (void)buf_append_text(text, between);
        sentence_plain_name(text,
                            db_rows_text(answer->rows, list.first + i, list.column + GROUP_LABEL));
        (void)buf_printf(text, " %s", money_format(total, answer->exponent, amount));
        between = ", ";
    }
    if (strcmp(between, ", ") == 0)
        (void)buf_append_char(text, '.');
}

/* " Saturdays and Sundays: 612.40 USD, 31.5 % of it." */
static void say_weekends(struct buf *text, const struct answer *answer,
                         const struct summarize_spending_args *a)
{
    const struct db_rows *rows = answer->rows;
    char sum[DECIMAL_TEXT_SIZE] = "0";
    char share[DECIMAL_TEXT_SIZE];
    if (strcmp(a->group_by, "weekday") != 0 || strcmp(a->then_by, "none") != 0 || a->top.given)
        return;
    for (size_t i = 0; i < named_groups(answer, a); i++) {
        char before[DECIMAL_TEXT_SIZE];
        if (db_rows_text(rows, i, COLUMN_GROUP + GROUP_LABEL)[0] != 'S')
            continue;
        memcpy(before, sum, sizeof(before));
        money_sum(before, db_rows_text(rows, i, COLUMN_GROUP + GROUP_TOTAL), STORED_DECIMALS, sum);
    }
    if (money_sign(sum) <= 0)
        return;
    (void)buf_append_text(text, " Saturdays and Sundays: ");
    spoken_money(text, answer, sum);
    (void)buf_printf(text, ", %s %% of it.",
                     money_percent(sum, db_rows_text(rows, 0, BASIS_TOTAL), share));
}

static void write_summary(struct answer *answer, const struct summarize_spending_args *a,
                          const struct group_context *context)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    char before[DECIMAL_TEXT_SIZE];
    const char *missing = db_rows_text(answer->rows, 0, COLUMN_BEFORE_MISSING);
    const struct calendar *calendar = &call_ledger(answer->call)->calendar;
    bool is_ahead = spoken_is_ahead(answer, &a->filter);
    bool compares = context->has_before && !comparison_is_empty(&a->comparison) && !is_ahead &&
                    !spoken_is_unknown(answer);
    spoken_total(&text, answer, &a->filter);
    if (compares) {
        (void)buf_append_text(&text, ", ");
        spoken_change(&text, answer, before_total(answer, context, before), a->filter.kind);
        comparison_describe(&a->comparison, &a->filter.period, calendar, &text);
    }
    spoken_end(&text, answer, &a->filter.names);
    if (context->has_before && is_ahead)
        comparison_say_ahead(&text);
    else if (context->has_before && comparison_is_empty(&a->comparison) &&
             db_rows_int(answer->rows, 0, BASIS_LISTED) > 0)
        comparison_say_empty(a->comparison.begin, calendar, &text);
    if (missing[0] != '\0' && !is_ahead) {
        (void)buf_append_text(&text, " The comparison lacks, for want of a rate: ");
        answer_say_missing(missing, &text);
        (void)buf_append_char(&text, '.');
    }
    say_largest(&text, answer, a);
    say_weekends(&text, answer, a);
    answer_summary(answer, &text);
}

static void write_middle(struct answer *answer)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *counted = db_rows_text(answer->rows, 0, BASIS_COUNTED);
    if (strcmp(counted, "0") == 0)
        return;
    json_put_text(
        answer->out, "average",
        money_average(db_rows_text(answer->rows, 0, BASIS_TOTAL), counted, answer->exponent, text));
    if (db_rows_is_null(answer->rows, 0, COLUMN_TWICE_MEDIAN))
        return;
    json_put_text(answer->out, "median",
                  money_average(db_rows_text(answer->rows, 0, COLUMN_TWICE_MEDIAN), "2",
                                answer->exponent, text));
}

static void write_comparison(struct answer *answer, const struct comparison *comparison,
                             const struct group_context *context)
{
    struct json_out *out = answer->out;
    char before[DECIMAL_TEXT_SIZE];
    char change[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    if (!context->has_before)
        return;
    before_total(answer, context, before);
    money_difference(db_rows_text(answer->rows, 0, BASIS_TOTAL), before, answer->exponent, change);
    json_put_text(out, "before", before);
    json_put_text(out, "change", change);
    row_write_number(out, "change_percent", money_percent(change, before, text));
    json_put_object(out, "compared_with");
    json_put_text(out, "from", date_format(comparison->ranges[comparison->counted - 1].from, text));
    json_put_text(out, "to", date_format(comparison->ranges[0].to, text));
    json_put_text(out, "label", comparison->to);
    json_put_int(out, "periods", (int64_t)comparison->counted);
    json_end_object(out);
}

/* What the groups behind the first `returned` ones come to. */
static const char *rest_of(const struct answer *answer, const struct summarize_spending_args *a,
                           size_t returned, char text[DECIMAL_TEXT_SIZE], int64_t *ret_count)
{
    const struct db_rows *rows = answer->rows;
    const char *rest = db_rows_text(rows, 0, BASIS_TOTAL);
    int64_t count = db_rows_int(rows, 0, BASIS_COUNTED);
    if (!a->is_plain) {
        *ret_count = db_rows_int(rows, returned - 1, COLUMN_REST_COUNTED);
        return db_rows_text(rows, returned - 1, COLUMN_REST_TOTAL);
    }
    for (size_t row = PLAIN_FIRST; row < PLAIN_FIRST + returned; row++) {
        char before[DECIMAL_TEXT_SIZE];
        (void)snprintf(before, sizeof(before), "%s", rest);
        rest = money_difference(before, db_rows_text(rows, row, PLAIN_GROUP + GROUP_TOTAL),
                                STORED_DECIMALS, text);
        count -= db_rows_int(rows, row, PLAIN_GROUP + GROUP_COUNTED);
    }
    *ret_count = count;
    return rest;
}

/* What is not shown, so that everything adds up. */
static void write_rest(struct answer *answer, const struct summarize_spending_args *a,
                       size_t returned, int64_t of)
{
    char text[DECIMAL_TEXT_SIZE];
    int64_t count = 0;
    if (returned == 0 || (int64_t)returned >= of)
        return;
    const char *total = rest_of(answer, a, returned, text, &count);
    json_put_object(answer->out, "rest");
    json_put_int(answer->out, "groups", of - (int64_t)returned);
    answer_money(answer, "total", total);
    json_put_int(answer->out, "count", count);
    json_end_object(answer->out);
}

static void write_groups(struct answer *answer, const struct summarize_spending_args *a,
                         const struct group_context *context)
{
    struct answer_list list = list_of(a);
    list.count = named_groups(answer, a);
    list.data = context;
    size_t returned = answer_rows(answer, &list);
    int64_t of = all_groups(answer, a);
    answer_listing(answer, returned, of, NULL);
    write_rest(answer, a, returned, of);
}

/* Whether all that `by_category` cannot tell is not there to be told: where the books are when nothing
 * matches, and a category that is called what is said of expenses without one. */
static bool is_whole(const struct db_rows *rows)
{
    size_t without = 0;
    for (size_t row = PLAIN_FIRST; row < db_rows_count(rows); row++)
        without += strcmp(db_rows_text(rows, row, PLAIN_GROUP + GROUP_LABEL), "Uncategorized") == 0;
    return without <= 1 && db_rows_int(rows, 0, BASIS_LISTED) > 0;
}

/* The rows of `by_category` as an answer wants them. */
static int summarize_read_plain(struct call *call, const struct db_rows *rows)
{
    struct summarize_spending_args *a = call_args(call);
    const struct db_rows *groups;
    int r = category_groups(call_arena(call), rows, a->kinds, &groups);
    if (r == 0 && is_whole(groups))
        return summarize_read(call, groups);
    if (r == -ENOMEM)
        return r;
    a->is_special = true;
    return summarize_run(call);
}

static int summarize_read(struct call *call, const struct db_rows *rows)
{
    struct summarize_spending_args *a = call_args(call);
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    char counted[24];
    comparison_reach(&a->comparison, db_rows_text(rows, 0, COLUMN_BOOKS_BEGIN));
    (void)snprintf(counted, sizeof(counted), "%zu", a->comparison.counted);
    struct group_context context = {
        .hundredth = money_hundredth(db_rows_text(rows, 0, BASIS_TOTAL)),
        .has_then = strcmp(a->then_by, "none") != 0,
        .has_before = a->comparison.count > 0,
        .before_count = counted,
    };
    struct answer answer = {
        .call = call, .rows = rows, .currency = a->filter.currency, .is_large = a->top.given};
    answer_begin(&answer);
    write_summary(&answer, a, &context);
    answer_period(&answer, &a->filter.period);
    answer_totals(&answer);
    write_middle(&answer);
    write_comparison(&answer, &a->comparison, &context);
    write_groups(&answer, a, &context);
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_summarize_spending = {
    .name = "summarize_spending",
    .title = "Summarize spending",
    .description = "How much was spent: totals, rankings, shares, trends of any period, "
                   "and whether it is more than before.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct summarize_spending_args),
    .result = result,
    .start = summarize_start,
};
