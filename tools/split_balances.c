/* split_balances: who paid, whose share it was, and who owes whom, with the fewest payments. Amounts
 * that cannot be divided evenly are divided to the cent, so that all balances add up to zero. */
#include "tools/tool.h"

#include <errno.h>
#include <string.h>

#include "tools/split_balances.sql.h"
#include "tools/support/answer.h"
#include "tools/support/filter.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"
#include "tools/support/settle.h"
#include "tools/support/spoken.h"

struct split_balances_args {
    struct name_list users;
    struct period period;
    struct name_list category, tag;
    struct field_list percent; /* of struct money */
    const char *undivided;

    struct filter filter; /* no arguments from here on: the question as a filter */
    decimal_units weights[SETTLE_MAX];
};

enum {
    COLUMN_SETTLEMENTS = BASIS_COLUMNS,
    COLUMN_OTHERS,
    COLUMN_SETTLEMENTS_MISSING,
    COLUMN_USER_ID,
    COLUMN_USER,
    COLUMN_PAID,
    COLUMN_SHARED,
    COLUMN_SHARE,
    COLUMN_GAVE,
    COLUMN_RECEIVED
};

/* One column of the answer's rows. */
enum flow {
    FLOW_PAID,
    FLOW_SHARE,
    FLOW_GAVE,
    FLOW_RECEIVED,
    FLOW_BALANCE,
    FLOWS
};

struct balances {
    size_t count;
    decimal_units flows[FLOWS][SETTLE_MAX];
    struct settlement settlements[SETTLE_MAX];
    size_t settlement_count;
};

enum {
    PERCENT_DECIMALS = 4,
    PERCENT_WHOLE = 1000000, /* 100 per cent with those decimals */
    SETTLEMENTS_SAID = 4
};

static void write_flow(const struct row_context *row, const struct json_name *key, size_t flow)
{
    const struct balances *balances = row->data;
    char text[DECIMAL_TEXT_SIZE];
    struct decimal number = {.units = balances->flows[flow][row->row], .scale = row->exponent};
    row_put_text(row, key, decimal_format(number, text));
}

static void write_user(const struct row_context *row, const struct json_name *key, size_t column)
{
    row_write_text(row, key, column);
}

static const struct field balance_fields[] = {
    OUT_CELL("user", field_text, write_user, COLUMN_USER),
    OUT_CELL("paid", field_text, write_flow, FLOW_PAID),
    OUT_CELL("share", field_text, write_flow, FLOW_SHARE),
    OUT_CELL("gave", field_text, write_flow, FLOW_GAVE),
    OUT_CELL("received", field_text, write_flow, FLOW_RECEIVED),
    OUT_CELL("balance", field_text, write_flow, FLOW_BALANCE),
    OUT_END,
};

static const char *const undivided_choices[] = {"equal", "own", NULL};

static const struct field args[] = {
    ARG_USERS(struct split_balances_args, users, .max = SETTLE_MAX, .flags = FIELD_PLAIN,
              .doc = "Who shares; default everybody."),
    ARG_PERIOD(struct split_balances_args, period, "this_month"),
    ARG_CATEGORIES(struct split_balances_args, category, .flags = FIELD_PLAIN,
                   .doc = "Only these."),
    ARG_TAGS(struct split_balances_args, tag, .flags = FIELD_PLAIN,
             .doc = "Only these, such as a trip."),
    ARG_LIST(struct split_balances_args, percent, .item = &field_money,
             .size = sizeof(struct money), .max = SETTLE_MAX,
             .doc = "Shares in the order of users."),
    ARG_CHOICE(struct split_balances_args, undivided, .choices = undivided_choices, .def = "equal",
               .doc = "What has no splits: shared, or own."),
    ARG_END,
};

static const struct field settlement_fields[] = {
    OUT_TEXT("from"),
    OUT_TEXT("to"),
    OUT_TEXT("amount"),
    OUT_END,
};

static const struct field result[] = {
    OUT_ANSWER(balance_fields),
    OUT_ROWS("settlements", settlement_fields),
    OUT_END,
};

/* --- asking ---------------------------------------------------------------------------------- */

/* Reads the shares; false when the call was refused. */
static bool read_percent(struct call *call, struct split_balances_args *a)
{
    const struct money *percent = a->percent.items;
    decimal_units sum = 0;
    if (a->percent.count == 0)
        return true;
    if (a->users.count == 0) {
        (void)call_refuse(call, "percent",
                          "says nothing of whose shares it has; name users in the same order");
        return false;
    }
    if (a->percent.count != a->users.count) {
        (void)call_refuse(call, "percent", "needs one for each of users, got %zu for %zu",
                          a->percent.count, a->users.count);
        return false;
    }
    if (strcmp(a->undivided, "own") == 0) {
        (void)call_refuse(call, "percent", "divides what is undivided, so undivided must be equal");
        return false;
    }
    for (size_t i = 0; i < a->percent.count; i++) {
        struct decimal number;
        int r = decimal_parse(percent[i].text, &number);
        if (r == 0)
            r = decimal_round(number, PERCENT_DECIMALS, &number);
        if (r != 0 || number.units < 0) {
            (void)call_refuse(call, "percent", "must not be below 0, got %s", percent[i].text);
            return false;
        }
        a->weights[i] = number.units;
        sum += number.units;
    }
    if (sum != PERCENT_WHOLE) {
        char text[DECIMAL_TEXT_SIZE];
        decimal_format(decimal_trim((struct decimal){sum, PERCENT_DECIMALS}), text);
        (void)call_refuse(call, "percent", "must add up to 100, got %s", text);
        return false;
    }
    return true;
}

static int balances_read(struct call *call, const struct db_rows *rows);

static int balances_run(struct call *call)
{
    struct split_balances_args *a = call_args(call);
    const char *values[FILTER_PARAMS + 1];
    struct filter_options options = {0};
    int r = filter_values(call, &a->filter, &options, values);
    if (r != 0)
        return r;
    values[FILTER_PARAMS] = a->users.count > 0 ? "t" : "f";
    return tool_read(call, &sql_balances, values, balances_read);
}

static int balances_start(struct call *call)
{
    struct split_balances_args *a = call_args(call);
    if (a->users.count == 1)
        return call_refuse(call, "users", "needs at least two who share, got one");
    if (!read_percent(call, a))
        return 0;
    a->filter.period = a->period;
    a->filter.user = a->users;
    a->filter.user_argument = "users";
    a->filter.category = a->category;
    a->filter.tag = a->tag;
    a->filter.kind = "expense";
    int r = filter_begin(call, &a->filter, balances_run);
    return r == 0 ? balances_run(call) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

static int units_at(const struct answer *answer, size_t row, size_t column,
                    decimal_units *ret_units)
{
    struct decimal number;
    int r = decimal_parse(db_rows_text(answer->rows, row, column), &number);
    if (r == 0)
        r = decimal_round(number, answer->exponent, &number);
    if (r == 0)
        *ret_units = number.units;
    return r;
}

static int read_flows(const struct answer *answer, struct balances *balances,
                      decimal_units *ret_shared)
{
    decimal_units shared = 0;
    *ret_shared = 0;
    for (size_t i = 0; i < balances->count; i++) {
        int r = units_at(answer, i, COLUMN_PAID, &balances->flows[FLOW_PAID][i]);
        if (r == 0)
            r = units_at(answer, i, COLUMN_SHARE, &balances->flows[FLOW_SHARE][i]);
        if (r == 0)
            r = units_at(answer, i, COLUMN_GAVE, &balances->flows[FLOW_GAVE][i]);
        if (r == 0)
            r = units_at(answer, i, COLUMN_RECEIVED, &balances->flows[FLOW_RECEIVED][i]);
        if (r == 0)
            r = units_at(answer, i, COLUMN_SHARED, &shared);
        if (r != 0)
            return r;
        *ret_shared += shared;
    }
    return 0;
}

/* The undivided expenses: whoever paid bears them, or all of them together are divided. */
static int add_undivided(const struct answer *answer, const struct split_balances_args *a,
                         decimal_units shared, struct balances *balances)
{
    decimal_units shares[SETTLE_MAX] = {0};
    decimal_units weights[SETTLE_MAX];
    int r = 0;
    for (size_t i = 0; i < balances->count; i++)
        weights[i] = a->percent.count > 0 ? a->weights[i] : 1;
    if (strcmp(a->undivided, "equal") == 0)
        r = settle_divide(shared, weights, balances->count, shares);
    for (size_t i = 0; r == 0 && i < balances->count; i++) {
        if (strcmp(a->undivided, "own") == 0)
            r = units_at(answer, i, COLUMN_SHARED, &shares[i]);
        balances->flows[FLOW_SHARE][i] += shares[i];
    }
    return r;
}

static int work_out(const struct answer *answer, const struct split_balances_args *a,
                    struct balances *balances)
{
    decimal_units shared = 0;
    int r = read_flows(answer, balances, &shared);
    if (r == 0)
        r = add_undivided(answer, a, shared, balances);
    for (size_t i = 0; r == 0 && i < balances->count; i++)
        balances->flows[FLOW_BALANCE][i] =
            balances->flows[FLOW_PAID][i] + balances->flows[FLOW_GAVE][i] -
            balances->flows[FLOW_SHARE][i] - balances->flows[FLOW_RECEIVED][i];
    return r == 0 ? settle(balances->flows[FLOW_BALANCE], balances->count, balances->settlements,
                           &balances->settlement_count)
                  : r;
}

static void say_user(struct buf *text, const struct answer *answer, size_t row)
{
    sentence_plain_name(text, db_rows_text(answer->rows, row, COLUMN_USER));
}

static void say_units(struct buf *text, const struct answer *answer, decimal_units units)
{
    char amount[DECIMAL_TEXT_SIZE];
    decimal_format((struct decimal){units, answer->exponent}, amount);
    (void)buf_printf(text, "%s %s", amount, answer->currency);
}

static void say_settlements(struct buf *text, const struct answer *answer,
                            const struct balances *balances)
{
    if (balances->settlement_count == 0)
        (void)buf_append_text(text, " Nobody owes anything");
    for (size_t i = 0; i < balances->settlement_count && i < SETTLEMENTS_SAID; i++) {
        const struct settlement *one = &balances->settlements[i];
        (void)buf_append_text(text, i == 0 ? " " : ", ");
        say_user(text, answer, one->from);
        (void)buf_append_text(text, " owes ");
        say_user(text, answer, one->to);
        (void)buf_append_char(text, ' ');
        say_units(text, answer, one->amount);
    }
    if (balances->settlement_count > SETTLEMENTS_SAID)
        (void)buf_printf(text, " and %zu more payments",
                         balances->settlement_count - SETTLEMENTS_SAID);
    (void)buf_append_char(text, '.');
}

static void say_left_out(struct buf *text, const struct answer *answer)
{
    int64_t others = db_rows_int(answer->rows, 0, COLUMN_OTHERS);
    int64_t missing = db_rows_int(answer->rows, 0, COLUMN_SETTLEMENTS_MISSING);
    if (others > 0) {
        (void)buf_append_char(text, ' ');
        sentence_count(text, (long long)others, "expense is", "expenses are");
        (void)buf_append_text(text,
                              " left out: none of these people paid, or it was for somebody else.");
    }
    if (missing > 0) {
        (void)buf_append_char(text, ' ');
        sentence_count(text, (long long)missing, "settlement is", "settlements are");
        (void)buf_append_text(text, " left out for want of an exchange rate.");
    }
}

static void write_summary(struct answer *answer, const struct split_balances_args *a,
                          const struct balances *balances)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    struct filter said = a->filter;
    said.user = (struct name_list){0};
    spoken_total(&text, answer, &said);
    if (db_rows_int(answer->rows, 0, BASIS_LISTED) > 0) {
        for (size_t i = 0; i < balances->count; i++) {
            (void)buf_append_text(&text, i == 0 ? ": " : ", ");
            say_user(&text, answer, i);
            (void)buf_append_text(&text, " paid ");
            say_units(&text, answer, balances->flows[FLOW_PAID][i]);
        }
        if (strcmp(a->undivided, "own") == 0)
            (void)buf_append_text(&text, "; what has no splits is borne by who paid it");
        else
            (void)buf_append_text(&text, a->percent.count > 0
                                             ? "; what has no splits is shared by percent"
                                             : "; what has no splits is shared equally");
    }
    spoken_end(&text, answer, &a->filter.names);
    say_settlements(&text, answer, balances);
    say_left_out(&text, answer);
    answer_summary(answer, &text);
}

static void write_settlements(const struct answer *answer, const struct balances *balances)
{
    struct json_out *out = answer->out;
    json_put_array(out, "settlements");
    for (size_t i = 0; i < balances->settlement_count; i++) {
        const struct settlement *one = &balances->settlements[i];
        char amount[DECIMAL_TEXT_SIZE];
        json_object(out);
        json_put_text(out, "from", db_rows_text(answer->rows, one->from, COLUMN_USER));
        json_put_text(out, "to", db_rows_text(answer->rows, one->to, COLUMN_USER));
        json_put_text(out, "amount",
                      decimal_format((struct decimal){one->amount, answer->exponent}, amount));
        json_end_object(out);
    }
    json_end_array(out);
}

static bool names_somebody_twice(const struct db_rows *rows, size_t users)
{
    for (size_t i = 0; i < users; i++) {
        for (size_t j = 0; j < i; j++) {
            if (db_rows_int(rows, i, COLUMN_USER_ID) == db_rows_int(rows, j, COLUMN_USER_ID))
                return true;
        }
    }
    return false;
}

/* Whether the users make sense: at least two, none twice, not too many. */
static bool users_fit(struct call *call, const struct db_rows *rows, size_t users)
{
    if (names_somebody_twice(rows, users))
        (void)call_refuse(call, "users", "names somebody twice");
    else if (users < 2)
        (void)call_refuse(call, "users",
                          "nobody shares: this ledger has fewer than two users. Expenses get a "
                          "user when they are created with one.");
    else if (users > SETTLE_MAX)
        (void)call_refuse(call, "users", "the ledger has %zu users; name up to %d who share", users,
                          (int)SETTLE_MAX);
    else
        return true;
    return false;
}

static int balances_read(struct call *call, const struct db_rows *rows)
{
    struct split_balances_args *a = call_args(call);
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    struct balances balances = {
        .count = db_rows_is_null(rows, 0, COLUMN_USER_ID) ? 0 : db_rows_count(rows)};
    struct answer answer = {.call = call, .rows = rows, .is_large = true};
    if (!users_fit(call, rows, balances.count))
        return 0;
    answer_begin(&answer);
    r = work_out(&answer, a, &balances);
    if (r != 0)
        return r;
    struct answer_list list = {
        .key = "rows", .fields = balance_fields, .count = balances.count, .data = &balances};
    write_summary(&answer, a, &balances);
    answer_period(&answer, &a->filter.period);
    answer_totals(&answer);
    size_t returned = answer_rows(&answer, &list);
    answer_listing(&answer, returned, (int64_t)balances.count, NULL);
    write_settlements(&answer, &balances);
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_split_balances = {
    .name = "split_balances",
    .title = "Split balances",
    .description = "Who paid, whose share it was, who owes whom.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct split_balances_args),
    .result = result,
    .start = balances_start,
};
