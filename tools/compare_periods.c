/* compare_periods: two periods side by side, like for like, and what the difference is made of. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/compare_periods.sql.h"
#include "tools/support/answer.h"
#include "tools/support/compare.h"
#include "tools/support/filter.h"
#include "tools/support/group.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

struct compare_periods_args {
    struct period_word a, b;
    const char *group_by;
    bool like_for_like;
    struct filter filter;

    struct period before; /* no arguments from here on: b as it is compared */
    bool is_cut;          /* to as many days */
};

enum {
    COLUMN_BEFORE = BASIS_COLUMNS,
    COLUMN_COUNTED_BEFORE,
    COLUMN_OFTEN,
    COLUMN_GAINED,
    COLUMN_GAINED_COUNT,
    COLUMN_LOST,
    COLUMN_LOST_COUNT,
    COLUMN_GAINED_NAMES,
    COLUMN_LOST_NAMES,
    COLUMN_BEFORE_MISSING,
    COLUMN_BOOKS_BEGIN,
    COLUMN_BOOKS_END,
    COLUMN_GROUP
};

/* Beginning at COLUMN_GROUP. */
enum {
    SIDE_LABEL,
    SIDE_TOTAL,
    SIDE_COUNTED,
    SIDE_BEFORE,
    SIDE_COUNTED_BEFORE,
    SIDE_OFTEN,
    SIDE_REST_TOTAL,
    SIDE_REST_BEFORE,
    SIDE_GROUPS
};

enum {
    RECORD_SEPARATOR = 0x1e,
    MOVERS_SAID = 3
};

static const char *const units[] = {
    "category", "parent_category", "merchant", "user", "account", "tag", "none", NULL};

/* The filter without its period: there are two of them. */
static const struct field filter_fields[] = {
    ARG_CATEGORIES(struct filter, category, .flags = FIELD_PLAIN, .doc = "With those below."),
    ARG_MERCHANTS(struct filter, merchant, .flags = FIELD_PLAIN, .doc = "Shop or payee."),
    ARG_USERS(struct filter, user, .flags = FIELD_PLAIN, .doc = "Who spent."),
    ARG_TAGS(struct filter, tag, .flags = FIELD_PLAIN, .doc = "Any of."),
    ARG_ACCOUNTS(struct filter, account, .flags = FIELD_PLAIN, .doc = "Any of."),
    ARG_TEXT(struct filter, text, .max = TEXT_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "Words anywhere in it."),
    ARG_MONEY(struct filter, min_amount, .flags = FIELD_PLAIN, .doc = "Least size."),
    ARG_MONEY(struct filter, max_amount, .flags = FIELD_PLAIN, .doc = "Most."),
    ARG_CURRENCY(struct filter, currency, .flags = FIELD_PLAIN, .doc = "This one, unconverted."),
    ARG_CHOICE(struct filter, kind, .choices = filter_kinds, .def = "expense", .flags = FIELD_PLAIN,
               .doc = "expense: less refunds."),
    ARG_END,
};

static const struct field args[] = {
    FIELD_ROW(struct compare_periods_args, a, struct period_word, field_period_word,
              .doc = "The period asked about.", .extra = "this_month"),
    FIELD_ROW(struct compare_periods_args, b, struct period_word, field_period_word,
              .doc = "Default: the one before."),
    ARG_CHOICE(struct compare_periods_args, group_by, .choices = units, .def = "category",
               .flags = FIELD_PLAIN, .doc = "Where the difference is."),
    ARG_BOOL(struct compare_periods_args, like_for_like, .def = "true",
             .doc = "As many days of each."),
    FIELD_ROW(struct compare_periods_args, filter, struct filter, field_filter,
              .fields = filter_fields, .doc = "What counts."),
    ARG_END,
};

/* --- a group --------------------------------------------------------------------------------- */

static const char *side(const struct row_context *row, size_t column)
{
    return db_rows_text(row->rows, row->row, row->column + column);
}

static void write_average(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    money_average(side(row, column), side(row, column + 1), row->exponent, text);
    if (text[0] != '\0')
        row_put_text(row, key, text);
}

static void write_change(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    row_put_text(row, key,
                 money_difference(side(row, SIDE_TOTAL), side(row, column), row->exponent, text));
}

static void write_change_percent(const struct row_context *row, const struct json_name *key,
                                 size_t column)
{
    char change[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    money_difference(side(row, SIDE_TOTAL), side(row, column), row->exponent, change);
    row_put_number(row, key, money_percent(change, side(row, column), text));
}

/* What is not for more purchases is for dearer ones, so that both add up. */
static void write_dearer(const struct row_context *row, const struct json_name *key, size_t column)
{
    char change[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    money_difference(side(row, SIDE_TOTAL), side(row, SIDE_BEFORE), row->exponent, change);
    row_put_text(row, key, money_difference(change, side(row, column), row->exponent, text));
}

static const struct field side_fields[] = {
    OUT_CELL("group", field_text, row_write_text, SIDE_LABEL),
    OUT_CELL("total", field_text, row_write_money, SIDE_TOTAL),
    OUT_CELL("count", field_int, row_write_int, SIDE_COUNTED),
    OUT_CELL("average", field_text, write_average, SIDE_TOTAL),
    OUT_CELL("before", field_text, row_write_money, SIDE_BEFORE),
    OUT_CELL("count_before", field_int, row_write_int, SIDE_COUNTED_BEFORE),
    OUT_CELL("average_before", field_text, write_average, SIDE_BEFORE),
    OUT_CELL("change", field_text, write_change, SIDE_BEFORE),
    OUT_CELL("change_percent", field_number_or_null, write_change_percent, SIDE_BEFORE),
    OUT_CELL("more_often", field_text, row_write_money, SIDE_OFTEN),
    OUT_CELL("dearer", field_text, write_dearer, SIDE_OFTEN),
    OUT_END,
};

static const struct field result[] = {
    OUT_ANSWER(side_fields),
    OUT_ANY_OBJECT("compared_with"),
    OUT_TEXT("before"),
    OUT_TEXT("change"),
    {.name = "change_percent", .type = &field_number_or_null},
    OUT_ANY_OBJECT("parts"),
    OUT_ANY_OBJECT("merchants"),
    OUT_ANY_OBJECT("rest"),
    OUT_END,
};

/* --- asking ---------------------------------------------------------------------------------- */

static int compare_read(struct call *call, const struct db_rows *rows);

static int compare_run(struct call *call)
{
    struct compare_periods_args *a = call_args(call);
    const char *values[FILTER_PARAMS + 3];
    char exponent[12];
    char most[24];
    int decimals = a->filter.currency ? currency_exponent(a->filter.currency) : -1;
    struct filter_options options = {
        .others = &a->before.range, .others_count = 1, .needs_merchant = true};
    int r = filter_values(call, &a->filter, &options, values);
    if (r != 0)
        return r;
    (void)snprintf(exponent, sizeof(exponent), "%d",
                   decimals >= 0 ? decimals : call_ledger(call)->exponent);
    (void)snprintf(most, sizeof(most), "%d", GROUPS_MAX);
    values[FILTER_PARAMS] = a->group_by;
    values[FILTER_PARAMS + 1] = exponent;
    values[FILTER_PARAMS + 2] = most;
    return tool_read(call, &sql_groups, values, compare_read);
}

/* How many days of it have been lived, or are there to be compared. */
static int days_of(const struct period *period)
{
    return period->is_running ? period->days_so_far : period->range.to - period->range.from + 1;
}

static int cut_to(struct call *call, struct period *period, int days)
{
    char from[DATE_TEXT_SIZE];
    char to[DATE_TEXT_SIZE];
    const char *label = period->label;
    if (period->range.to - period->range.from + 1 <= days)
        return 0;
    char *span = arena_printf(call_arena(call), "%s..%s", date_format(period->range.from, from),
                              date_format(period->range.from + days - 1, to));
    if (!span)
        return -ENOMEM;
    int r = period_from_word(span, &call_ledger(call)->calendar, call_arena(call), period);
    period->label = label;
    return r;
}

static int resolve(struct call *call, struct period *period, const struct period_word *word)
{
    return period_from_word(word->text, &call_ledger(call)->calendar, call_arena(call), period);
}

/* The like period before a, as one of its own. */
static int resolve_before(struct call *call, struct compare_periods_args *a)
{
    char from[DATE_TEXT_SIZE];
    char to[DATE_TEXT_SIZE];
    struct period_range range = period_before(&a->filter.period, &call_ledger(call)->calendar, 1);
    char *span = arena_printf(call_arena(call), "%s..%s", date_format(range.from, from),
                              date_format(range.to, to));
    if (!span)
        return -ENOMEM;
    int r = period_from_word(span, &call_ledger(call)->calendar, call_arena(call), &a->before);
    a->before.label = "previous";
    return r;
}

static bool is_open(const struct period *period)
{
    return period->kind == PERIOD_ALL || period->kind == PERIOD_NONE;
}

/* Both as they are compared: a running one never with a full one. */
static int cut_both(struct call *call, struct compare_periods_args *a)
{
    struct period *now = &a->filter.period;
    struct period *before = &a->before;
    int days_now = days_of(now);
    int days_before = days_of(before);
    int days = days_now < days_before ? days_now : days_before;
    if (!a->like_for_like && !now->is_running && !before->is_running)
        return 0;
    a->is_cut = days < now->range.to - now->range.from + 1 ||
                days < before->range.to - before->range.from + 1;
    int r = cut_to(call, now, days);
    return r == 0 ? cut_to(call, before, days) : r;
}

static int compare_start(struct call *call)
{
    struct compare_periods_args *a = call_args(call);
    if (!a->a.text)
        a->a.text = "this_month";
    int r = resolve(call, &a->filter.period, &a->a);
    if (r != 0)
        return r;
    if (is_open(&a->filter.period))
        return call_refuse(call, "a",
                           "must have a beginning and an end, such as last_month or 2026-Q3");
    r = a->b.text ? resolve(call, &a->before, &a->b) : resolve_before(call, a);
    if (r != 0)
        return r;
    if (is_open(&a->before))
        return call_refuse(call, "b",
                           "must have a beginning and an end, such as last_month or 2026-Q3");
    if (a->before.range.from == a->filter.period.range.from &&
        a->before.range.to == a->filter.period.range.to)
        return call_refuse(call, "b",
                           "is the same days as a; name another period, or leave it out");
    r = cut_both(call, a);
    if (r == 0)
        r = filter_begin(call, &a->filter, compare_run);
    return r == 0 ? compare_run(call) : r;
}

/* --- the sentence ---------------------------------------------------------------------------- */

static const char *figure(const struct answer *answer, size_t column)
{
    return db_rows_text(answer->rows, 0, column);
}

static void say_signed(struct buf *text, const struct answer *answer, const char *numeric)
{
    char amount[DECIMAL_TEXT_SIZE];
    money_format(numeric, answer->exponent, amount);
    (void)buf_printf(text, "%s%s", money_sign(amount) > 0 ? "+" : "", amount);
}

/* The change, what is for more purchases, what for dearer ones. */
struct parts {
    char change[DECIMAL_TEXT_SIZE];
    char often[DECIMAL_TEXT_SIZE];
    char dearer[DECIMAL_TEXT_SIZE];
};

static void take_parts(const struct answer *answer, struct parts *ret_parts)
{
    money_difference(figure(answer, BASIS_TOTAL), figure(answer, COLUMN_BEFORE), answer->exponent,
                     ret_parts->change);
    money_format(figure(answer, COLUMN_OFTEN), answer->exponent, ret_parts->often);
    money_difference(ret_parts->change, ret_parts->often, answer->exponent, ret_parts->dearer);
}

static void say_movers(struct buf *text, const struct answer *answer)
{
    const char *between = " Most: ";
    const struct db_rows *rows = answer->rows;
    if (db_rows_is_null(rows, 0, COLUMN_GROUP))
        return;
    for (size_t i = 0; i < db_rows_count(rows) && i < MOVERS_SAID; i++) {
        char change[DECIMAL_TEXT_SIZE];
        money_difference(db_rows_text(rows, i, COLUMN_GROUP + SIDE_TOTAL),
                         db_rows_text(rows, i, COLUMN_GROUP + SIDE_BEFORE), answer->exponent,
                         change);
        if (money_sign(change) == 0)
            break;
        (void)buf_append_text(text, between);
        sentence_plain_name(text, db_rows_text(rows, i, COLUMN_GROUP + SIDE_LABEL));
        (void)buf_append_char(text, ' ');
        say_signed(text, answer, change);
        between = ", ";
    }
    if (strcmp(between, ", ") == 0)
        (void)buf_append_char(text, '.');
}

/* Nothing on either side is no comparison: where there is something. */
static void say_nothing(struct buf *text, const struct answer *answer,
                        const struct compare_periods_args *a)
{
    const struct calendar *calendar = &call_ledger(answer->call)->calendar;
    const char *begin = figure(answer, COLUMN_BOOKS_BEGIN);
    (void)buf_append_text(text, "Nothing matches ");
    period_phrase(&a->filter.period, calendar, text);
    (void)buf_append_text(text, ", nor ");
    period_phrase(&a->before, calendar, text);
    (void)buf_append_text(text, ", so there is nothing to compare.");
    if (begin[0] != '\0')
        (void)buf_printf(text, " The books reach from %s to %s.", begin,
                         figure(answer, COLUMN_BOOKS_END));
    else
        (void)buf_append_text(text, " The books are empty.");
}

/* Whether one of the periods lies before the books, which begin on that day. */
static bool is_before_books(const struct answer *answer, const struct compare_periods_args *a,
                            date_day *ret_begin)
{
    return date_parse(figure(answer, COLUMN_BOOKS_BEGIN), ret_begin) == 0 &&
           (a->before.range.to < *ret_begin || a->filter.period.range.to < *ret_begin);
}

/* Whether the other period has not begun. */
static bool is_before_ahead(const struct answer *answer, const struct compare_periods_args *a)
{
    return a->before.range.from > call_ledger(answer->call)->calendar.today &&
           db_rows_int(answer->rows, 0, COLUMN_COUNTED_BEFORE) == 0 &&
           figure(answer, COLUMN_BEFORE_MISSING)[0] == '\0';
}

/* Why there is nothing to compare; false when there is. */
static bool say_why_not(struct buf *text, const struct answer *answer,
                        const struct compare_periods_args *a)
{
    date_day begin;
    bool is_before = is_before_books(answer, a, &begin);
    bool is_ahead = spoken_is_ahead(answer, &a->filter) || is_before_ahead(answer, a);
    if (!is_before && !is_ahead && !spoken_is_unknown(answer))
        return false;
    spoken_end(text, answer, &a->filter.names);
    if (is_before)
        comparison_say_empty(begin, &call_ledger(answer->call)->calendar, text);
    else if (is_ahead)
        comparison_say_ahead(text);
    return true;
}

/* False when they cannot be compared. */
static bool say_difference(struct buf *text, const struct answer *answer,
                           const struct compare_periods_args *a)
{
    struct parts parts;
    bool is_refund = strcmp(a->filter.kind, "refund") == 0;
    const char *before = figure(answer, COLUMN_BEFORE);
    int64_t counted_before = db_rows_int(answer->rows, 0, COLUMN_COUNTED_BEFORE);
    take_parts(answer, &parts);
    spoken_total(text, answer, &a->filter);
    if (say_why_not(text, answer, a))
        return false;
    (void)buf_append_text(text, ", ");
    spoken_change(text, answer, before, a->filter.kind);
    period_phrase(&a->before, &call_ledger(answer->call)->calendar, text);
    (void)buf_append_text(text, " (");
    spoken_money(text, answer, is_refund && before[0] == '-' ? before + 1 : before);
    bool is_expense = strcmp(a->filter.kind, "expense") == 0;
    (void)buf_append_text(text, ", ");
    sentence_count(text, (long long)counted_before, is_expense ? "expense" : "entry",
                   is_expense ? "expenses" : "entries");
    (void)buf_append_char(text, ')');
    spoken_end(text, answer, &a->filter.names);
    /* Of refunds the parts have the other sign than the sentence. */
    if (money_sign(parts.change) == 0 || is_refund)
        return true;
    (void)buf_append_text(text, " Of the difference of ");
    say_signed(text, answer, parts.change);
    (void)buf_append_text(text, ", ");
    say_signed(text, answer, parts.often);
    (void)buf_append_text(text, " is for how often something was bought, ");
    say_signed(text, answer, parts.dearer);
    (void)buf_append_text(text, " for what a purchase costs.");
    say_movers(text, answer);
    return true;
}

static bool is_empty(const struct answer *answer)
{
    return db_rows_int(answer->rows, 0, BASIS_LISTED) == 0 &&
           db_rows_int(answer->rows, 0, COLUMN_COUNTED_BEFORE) == 0 &&
           figure(answer, COLUMN_BEFORE_MISSING)[0] == '\0';
}

static void write_summary(struct answer *answer, const struct compare_periods_args *a)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    const char *missing = figure(answer, COLUMN_BEFORE_MISSING);
    bool is_compared = false;
    if (is_empty(answer))
        say_nothing(&text, answer, a);
    else
        is_compared = say_difference(&text, answer, a);
    if (missing[0] != '\0') {
        (void)buf_append_text(&text, " The other period lacks, for want of a rate: ");
        answer_say_missing(missing, &text);
        (void)buf_append_char(&text, '.');
    }
    if (a->is_cut && is_compared)
        (void)buf_printf(&text, " Compared are the first %d days of each.",
                         a->filter.period.range.to - a->filter.period.range.from + 1);
    answer_summary(answer, &text);
}

/* --- the figures ----------------------------------------------------------------------------- */

static void write_other_period(struct answer *answer, const struct compare_periods_args *a)
{
    json_put_object(answer->out, "compared_with");
    json_put_text(answer->out, "from", a->before.from);
    json_put_text(answer->out, "to", a->before.to);
    json_put_text(answer->out, "label", a->before.label);
    json_put_int(answer->out, "count", db_rows_int(answer->rows, 0, COLUMN_COUNTED_BEFORE));
    json_end_object(answer->out);
}

/* "Name␟12.5000␞Name␟3.0000" as [{"merchant","total"}]. */
static void write_names(struct answer *answer, const char *key, const char *list)
{
    json_put_array(answer->out, key);
    while (*list != '\0') {
        const char *end = strchrnul(list, RECORD_SEPARATOR);
        const char *amount = strchrnul(list, UNIT_SEPARATOR);
        char numeric[DECIMAL_TEXT_SIZE];
        char *name = arena_printf(call_arena(answer->call), "%.*s", (int)(amount - list), list);
        (void)snprintf(numeric, sizeof(numeric), "%.*s", amount < end ? (int)(end - amount - 1) : 0,
                       amount + (amount < end ? 1 : 0));
        json_object(answer->out);
        json_put_text(answer->out, "merchant", name ? name : "");
        answer_money(answer, "total", numeric);
        json_end_object(answer->out);
        list = *end == '\0' ? end : end + 1;
    }
    json_end_array(answer->out);
}

/* Two ways in which the difference adds up: by purchases, and by merchants. */
static void write_parts(struct answer *answer)
{
    struct parts parts;
    char text[DECIMAL_TEXT_SIZE];
    char gained[DECIMAL_TEXT_SIZE];
    char lost[DECIMAL_TEXT_SIZE];
    struct json_out *out = answer->out;
    take_parts(answer, &parts);
    answer_money(answer, "before", figure(answer, COLUMN_BEFORE));
    json_put_text(out, "change", parts.change);
    row_write_number(out, "change_percent",
                     money_percent(parts.change, figure(answer, COLUMN_BEFORE), text));
    json_put_object(out, "parts");
    json_put_text(out, "more_often", parts.often);
    json_put_text(out, "dearer", parts.dearer);
    json_end_object(out);
    money_format(figure(answer, COLUMN_GAINED), answer->exponent, gained);
    money_difference("0", figure(answer, COLUMN_LOST), answer->exponent, lost);
    json_put_object(out, "merchants");
    json_put_text(out, "new", gained);
    json_put_text(out, "lost", lost);
    money_difference(parts.change, gained, answer->exponent, text);
    json_put_text(out, "same", money_difference(text, lost, answer->exponent, text));
    json_put_int(out, "new_count", db_rows_int(answer->rows, 0, COLUMN_GAINED_COUNT));
    json_put_int(out, "lost_count", db_rows_int(answer->rows, 0, COLUMN_LOST_COUNT));
    write_names(answer, "largest_new", figure(answer, COLUMN_GAINED_NAMES));
    write_names(answer, "largest_lost", figure(answer, COLUMN_LOST_NAMES));
    json_end_object(out);
}

static void write_groups(struct answer *answer)
{
    const struct db_rows *rows = answer->rows;
    bool has_groups = !db_rows_is_null(rows, 0, COLUMN_GROUP);
    struct answer_list list = {
        .key = "rows",
        .fields = side_fields,
        .count = has_groups ? db_rows_count(rows) : 0,
        .column = COLUMN_GROUP,
    };
    size_t returned = answer_rows(answer, &list);
    int64_t of = has_groups ? db_rows_int(rows, 0, COLUMN_GROUP + SIDE_GROUPS) : 0;
    answer_listing(answer, returned, of, NULL);
    if (returned == 0 || (int64_t)returned >= of)
        return;
    json_put_object(answer->out, "rest");
    json_put_int(answer->out, "groups", of - (int64_t)returned);
    answer_money(answer, "total", db_rows_text(rows, returned - 1, COLUMN_GROUP + SIDE_REST_TOTAL));
    answer_money(answer, "before",
                 db_rows_text(rows, returned - 1, COLUMN_GROUP + SIDE_REST_BEFORE));
    json_end_object(answer->out);
}

static int compare_read(struct call *call, const struct db_rows *rows)
{
    struct compare_periods_args *a = call_args(call);
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    struct answer answer = {.call = call, .rows = rows, .currency = a->filter.currency};
    answer_begin(&answer);
    write_summary(&answer, a);
    answer_period(&answer, &a->filter.period);
    write_other_period(&answer, a);
    answer_totals(&answer);
    if (!is_empty(&answer))
        write_parts(&answer);
    write_groups(&answer);
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_compare_periods = {
    .name = "compare_periods",
    .title = "Compare periods",
    .description =
        "Why one period cost more or less than another: where, more often or dearer, merchants new or gone.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct compare_periods_args),
    .result = result,
    .start = compare_start,
};
