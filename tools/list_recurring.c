/* list_recurring: subscriptions and bills found in the books, when each comes next, and what they come
 * to in a year. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/list_recurring.sql.h"
#include "tools/support/answer.h"
#include "tools/support/filter.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/recurring.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

struct list_recurring_args {
    const char *status;
    const char *cadence;
    struct field_opt_int due_within_days;
    struct name_list category;
    struct field_opt_int limit;

    struct filter filter; /* not an argument: the categories as a filter */
};

/* The first row's figures, then a series. */
enum {
    COLUMN_UNKNOWN,
    COLUMN_LABELS,
    COLUMN_LISTED,
    COLUMN_YEARLY,
    COLUMN_DUE,
    COLUMN_WITHOUT_RATE,
    COLUMN_LATE,
    COLUMN_ENDED,
    COLUMN_IGNORED,
    COLUMN_KNOWN,
    COLUMN_PAYMENTS,
    COLUMN_BEGIN,
    COLUMN_SERIES
};

static const char *const statuses[] = {"active",    "late",    "ended", "paused",
                                       "cancelled", "ignored", "all",   NULL};
static const char *const cadences[] = {"any",         "weekly",    "biweekly",
                                       "monthly",     "bimonthly", "quarterly",
                                       "half-yearly", "yearly",    NULL};

static const struct field args[] = {
    ARG_CHOICE(struct list_recurring_args, status, .choices = statuses, .def = "active",
               .flags = FIELD_PLAIN, .doc = "active includes what is late."),
    ARG_CHOICE(struct list_recurring_args, cadence, .choices = cadences, .def = "any",
               .flags = FIELD_PLAIN, .doc = "How often it comes."),
    ARG_OPT_INT(struct list_recurring_args, due_within_days, .min = 0, .max = DUE_DAYS_MAX,
                .flags = FIELD_PLAIN, .doc = "The total is then what is due."),
    ARG_CATEGORIES(struct list_recurring_args, category, .flags = FIELD_PLAIN,
                   .doc = "With those below."),
    ARG_OPT_INT(struct list_recurring_args, limit, .min = 1, .max = ROWS_MAX, .flags = FIELD_PLAIN,
                .doc = "Most rows; the total covers all."),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(series_fields),
    OUT_TEXT("yearly"),
    OUT_TEXT("monthly"),
    OUT_END,
};

/* --- asking ---------------------------------------------------------------------------------- */

static int recurring_read(struct call *call, const struct db_rows *rows);

static const char *statuses_value(const char *status)
{
    static const char *const values[][2] = {{"active", "{active,late}"},  {"late", "{late}"},
                                            {"ended", "{ended}"},         {"paused", "{paused}"},
                                            {"cancelled", "{cancelled}"}, {"ignored", "{ignored}"}};
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        if (strcmp(status, values[i][0]) == 0)
            return values[i][1];
    }
    return NULL;
}

static int recurring_run(struct call *call)
{
    struct list_recurring_args *a = call_args(call);
    const char *filter[FILTER_PARAMS];
    char days[24];
    char most[24];
    int r = filter_values(call, &a->filter, &(struct filter_options){0}, filter);
    if (r != 0)
        return r;
    (void)snprintf(days, sizeof(days), "%lld", (long long)a->due_within_days.value);
    (void)snprintf(most, sizeof(most), "%lld",
                   a->limit.given ? (long long)a->limit.value : (long long)ROWS_MAX);
    const char *values[] = {
        filter[0],
        call_ledger(call)->today,
        statuses_value(a->status),
        filter[3],
        filter[4],
        filter[5],
        strcmp(a->cadence, "any") == 0 ? NULL : a->cadence,
        a->due_within_days.given ? days : NULL,
        most,
    };
    return tool_read(call, &sql_series, values, recurring_read);
}

static int recurring_start(struct call *call)
{
    struct list_recurring_args *a = call_args(call);
    a->filter.category = a->category;
    a->filter.kind = "expense";
    int r = filter_begin(call, &a->filter, recurring_run);
    return r == 0 ? recurring_run(call) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

static int64_t count_of(const struct answer *answer, size_t column)
{
    return db_rows_int(answer->rows, 0, column);
}

/* Where days to come are asked for: which. */
static void say_days(struct buf *text, const struct list_recurring_args *a)
{
    if (!a->due_within_days.given)
        return;
    if (a->due_within_days.value > 1)
        (void)buf_printf(text, " in the next %lld days", (long long)a->due_within_days.value);
    else
        (void)buf_append_text(text, a->due_within_days.value == 0 ? " today" : " by tomorrow");
}

/* "ended monthly ": what was asked for in front of "recurring payment". */
static void say_which(struct buf *text, const struct list_recurring_args *a)
{
    if (strcmp(a->status, "active") != 0 && strcmp(a->status, "all") != 0)
        (void)buf_printf(text, "%s ", a->status);
    if (strcmp(a->cadence, "any") != 0)
        (void)buf_printf(text, "%s ", a->cadence);
}

/* What the books do not show, and what would. */
static void say_nothing(struct buf *text, const struct answer *answer,
                        const struct list_recurring_args *a)
{
    const char *labels = db_rows_text(answer->rows, 0, COLUMN_LABELS);
    int64_t payments = count_of(answer, COLUMN_PAYMENTS);
    bool has_cadence = strcmp(a->cadence, "any") != 0;
    (void)buf_append_text(text, "No ");
    say_which(text, a);
    (void)buf_append_text(text, "recurring payment");
    if (labels[0] != '\0')
        (void)buf_printf(text, " in %s", labels);
    (void)buf_append_text(text, a->due_within_days.given ? " is due" : " is known");
    say_days(text, a);
    (void)buf_append_char(text, '.');
    if (payments == 0)
        (void)buf_append_text(text, " The books hold no purchases of the last three years to find "
                                    "any in; record or import some months first.");
    else if (count_of(answer, COLUMN_KNOWN) > 0 && a->due_within_days.given)
        (void)buf_append_text(text, " Ask for more days to see what comes.");
    else if (count_of(answer, COLUMN_KNOWN) > 0)
        (void)buf_append_text(text, " Ask with the status all to see what is.");
    else if (labels[0] != '\0' || has_cadence)
        (void)buf_printf(
            text,
            " Nothing of that kind came at least three times in a rhythm; manage_recurring can "
            "name one. Leave out %s to see all that is known.",
            labels[0] == '\0' ? "cadence"
            : has_cadence     ? "category and cadence"
                              : "category");
    else
        (void)buf_printf(text,
                         " Among %lld purchases nothing came at least three times in a rhythm; "
                         "manage_recurring can name one.",
                         (long long)payments);
}

static void say_next(struct buf *text, const struct answer *answer)
{
    const struct db_rows *rows = answer->rows;
    char amount[DECIMAL_TEXT_SIZE];
    const char *currency = db_rows_text(rows, 0, COLUMN_SERIES + SERIES_CURRENCY);
    int exponent = currency_exponent(currency);
    (void)buf_append_text(text, " Next: ");
    sentence_plain_name(text, db_rows_text(rows, 0, COLUMN_SERIES + SERIES_LABEL));
    (void)buf_printf(text, " %s %s on %s.",
                     money_format(db_rows_text(rows, 0, COLUMN_SERIES + SERIES_EXPECTED),
                                  exponent >= 0 ? exponent : answer->exponent, amount),
                     currency, db_rows_text(rows, 0, COLUMN_SERIES + SERIES_NEXT));
}

/* Whether something is still to come from what was asked for. */
static bool is_open(const struct list_recurring_args *a)
{
    return strcmp(a->status, "active") == 0 || strcmp(a->status, "late") == 0;
}

static void say_total(struct buf *text, const struct answer *answer,
                      const struct list_recurring_args *a)
{
    int64_t listed = count_of(answer, COLUMN_LISTED);
    (void)buf_printf(text, "%lld ", (long long)listed);
    say_which(text, a);
    (void)buf_append_text(text, listed == 1 ? "recurring payment" : "recurring payments");
    if (a->due_within_days.given) {
        (void)buf_append_text(text, listed == 1 ? " is due" : " are due");
        say_days(text, a);
        (void)buf_append_text(text, ": ");
        spoken_money(text, answer, db_rows_text(answer->rows, 0, COLUMN_DUE));
        (void)buf_append_char(text, '.');
        return;
    }
    if (strcmp(a->status, "all") == 0)
        (void)buf_append_text(text, ", whether they go on or not,");
    (void)buf_append_text(text, !is_open(a) ? " of " : listed == 1 ? " comes to " : " come to ");
    spoken_money(text, answer, db_rows_text(answer->rows, 0, COLUMN_YEARLY));
    (void)buf_append_text(text, " a year.");
}

static void write_summary(struct answer *answer, const struct list_recurring_args *a)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    int64_t late = count_of(answer, COLUMN_LATE);
    int64_t without = count_of(answer, COLUMN_WITHOUT_RATE);
    if (count_of(answer, COLUMN_LISTED) == 0) {
        say_nothing(&text, answer, a);
    } else {
        say_total(&text, answer, a);
        if (is_open(a))
            say_next(&text, answer);
        if (late > 0 && count_of(answer, COLUMN_LISTED) == 1)
            (void)buf_append_text(&text, " It is late.");
        else if (late > 0)
            (void)buf_printf(&text, " %lld of them %s late.", (long long)late,
                             late == 1 ? "is" : "are");
    }
    if (without > 0)
        (void)buf_printf(&text, " %lld without an exchange rate %s left out of the total.",
                         (long long)without, without == 1 ? "is" : "are");
    (void)buf_append_text(&text, a->filter.names.notes);
    answer_summary(answer, &text);
}

static void write_period(struct answer *answer)
{
    const struct ledger *ledger = call_ledger(answer->call);
    const char *from = db_rows_text(answer->rows, 0, COLUMN_BEGIN);
    char label[2 * DATE_TEXT_SIZE + 4] = "all";
    json_put_object(answer->out, "period");
    if (from[0] != '\0') {
        json_put_text(answer->out, "from", from);
        json_put_text(answer->out, "to", ledger->today);
        (void)snprintf(label, sizeof(label), "%.10s..%.10s", from, ledger->today);
    }
    json_put_text(answer->out, "label", label);
    json_put_text(answer->out, "today", ledger->today);
    json_put_text(answer->out, "timezone", ledger->time_zone);
    json_end_object(answer->out);
}

static void write_totals(struct answer *answer, const struct list_recurring_args *a)
{
    char month[DECIMAL_TEXT_SIZE];
    const char *yearly = db_rows_text(answer->rows, 0, COLUMN_YEARLY);
    json_put_text(answer->out, "currency", answer->currency);
    answer_money(answer, "total",
                 a->due_within_days.given ? db_rows_text(answer->rows, 0, COLUMN_DUE) : yearly);
    json_put_int(answer->out, "count", count_of(answer, COLUMN_LISTED));
    if (count_of(answer, COLUMN_LISTED) == 0)
        return;
    answer_money(answer, "yearly", yearly);
    json_put_text(answer->out, "monthly", money_average(yearly, "12", answer->exponent, month));
}

static void write_basis(struct answer *answer)
{
    struct json_out *out = answer->out;
    json_put_object(out, "basis");
    json_put_int(out, "purchases", count_of(answer, COLUMN_PAYMENTS));
    json_put_int(out, "ended", count_of(answer, COLUMN_ENDED));
    json_put_int(out, "ignored", count_of(answer, COLUMN_IGNORED));
    json_put_int(out, "rates_missing", count_of(answer, COLUMN_WITHOUT_RATE));
    json_end_object(out);
}

static int recurring_read(struct call *call, const struct db_rows *rows)
{
    struct list_recurring_args *a = call_args(call);
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, COLUMN_UNKNOWN));
    if (r <= 0)
        return r;
    struct answer answer = {.call = call, .rows = rows, .is_large = a->limit.given};
    int64_t listed = db_rows_int(rows, 0, COLUMN_LISTED);
    struct answer_list list = {
        .key = "rows",
        .fields = series_fields,
        .count = listed > 0 ? db_rows_count(rows) : 0,
        .column = COLUMN_SERIES,
    };
    answer_begin(&answer);
    write_summary(&answer, a);
    write_period(&answer);
    write_totals(&answer, a);
    answer_listing(&answer, answer_rows(&answer, &list), listed, NULL);
    write_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_list_recurring = {
    .name = "list_recurring",
    .title = "List recurring",
    .description =
        "Subscriptions and bills: cost, next date, price rises, what they come to in a year.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct list_recurring_args),
    .result = result,
    .start = recurring_start,
};
