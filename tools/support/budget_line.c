/* Figures and members of a budget line. Which budgets there are is budget_lines.sql's; what is said
 * about them the tools'. */
#include "tools/support/budget_line.h"

#include <errno.h>
#include <string.h>

#include "tools/support/budget_lines.sql.h"
#include "tools/support/money.h"

const struct db_statement *const budget_lines = &sql_lines;

/* --- asking ---------------------------------------------------------------------------------- */

static date_day first_calendar_day(date_day date, const struct calendar *calendar)
{
    int year = 0;
    int month = 0;
    int day = 0;
    date_to_civil(calendar_month_start(calendar, date), &year, &month, &day);
    return date_from_civil(year, month, 1);
}

struct budget_range budget_range_of(struct period_range range, const struct calendar *calendar)
{
    return (struct budget_range){first_calendar_day(range.from, calendar),
                                 first_calendar_day(range.to, calendar)};
}

int budget_line_values(struct call *call, struct budget_range range, bool by_month,
                       const char *ret_values[BUDGET_PARAMS])
{
    const struct ledger *ledger = call_ledger(call);
    char first[DATE_TEXT_SIZE];
    char last[DATE_TEXT_SIZE];
    ret_values[0] = ledger->id_text;
    ret_values[1] = arena_strdup(call_arena(call), date_format(range.first, first));
    ret_values[2] = arena_strdup(call_arena(call), date_format(range.last, last));
    ret_values[3] = ledger->day_of_month;
    ret_values[4] = ledger->today;
    ret_values[8] = by_month ? "t" : "f";
    ret_values[9] = arena_printf(call_arena(call), "%d", ledger->exponent);
    return ret_values[1] && ret_values[2] && ret_values[9] ? 0 : -ENOMEM;
}

void budget_line_no_names(const char *values[BUDGET_PARAMS])
{
    values[5] = values[6] = values[7] = "{}";
}

/* --- figures --------------------------------------------------------------------------------- */

size_t budget_line_count(const struct db_rows *rows)
{
    return db_rows_is_null(rows, 0, BUDGET_CATEGORY) ? 0 : db_rows_count(rows);
}

bool budget_line_is_open(const struct db_rows *rows, size_t row)
{
    bool is_past = db_rows_int(rows, row, BUDGET_ELAPSED) >= db_rows_int(rows, row, BUDGET_DAYS);
    return db_rows_bool(rows, row, BUDGET_IS_MONTH) &&
           (db_rows_bool(rows, row, BUDGET_IS_RUNNING) || !is_past);
}

static bool is_running(const struct db_rows *rows, size_t row)
{
    return db_rows_bool(rows, row, BUDGET_IS_MONTH) && db_rows_bool(rows, row, BUDGET_IS_RUNNING);
}

/* What is dated ahead already is part of what usually comes. */
const char *budget_line_projected(const struct db_rows *rows, size_t row, int exponent,
                                  char ret_text[DECIMAL_TEXT_SIZE])
{
    char late[DECIMAL_TEXT_SIZE];
    char more[DECIMAL_TEXT_SIZE];
    const char *ahead = db_rows_text(rows, row, BUDGET_AHEAD);
    money_average(db_rows_text(rows, row, BUDGET_LATE),
                  db_rows_text(rows, row, BUDGET_LATE_DIVISOR), exponent, late);
    money_difference(late, ahead, exponent, more);
    return money_sum(db_rows_text(rows, row, BUDGET_SPENT_BY_TODAY),
                     money_sign(more) > 0 ? late : ahead, exponent, ret_text);
}

static const char *projected_left(const struct db_rows *rows, size_t row, int exponent,
                                  char ret_text[DECIMAL_TEXT_SIZE])
{
    char projected[DECIMAL_TEXT_SIZE];
    budget_line_projected(rows, row, exponent, projected);
    return money_difference(db_rows_text(rows, row, BUDGET_AVAILABLE), projected, exponent,
                            ret_text);
}

const char *budget_line_status(const struct db_rows *rows, size_t row, int exponent)
{
    char rest[DECIMAL_TEXT_SIZE];
    if (money_sign(db_rows_text(rows, row, BUDGET_LEFT)) < 0)
        return "over";
    if (is_running(rows, row) && money_sign(projected_left(rows, row, exponent, rest)) < 0)
        return "likely_over";
    return "on_track";
}

/* --- sums ------------------------------------------------------------------------------------ */

static void add(char sum[DECIMAL_TEXT_SIZE], const char *number, int exponent)
{
    char before[DECIMAL_TEXT_SIZE];
    memcpy(before, sum, sizeof(before));
    money_sum(before, number, exponent, sum);
}

/* A later month of the same budget: what it took over is in the month before it. */
static bool continues(const struct db_rows *rows, size_t row)
{
    return row > 0 && strcmp(db_rows_text(rows, row, BUDGET_CATEGORY),
                             db_rows_text(rows, row - 1, BUDGET_CATEGORY)) == 0;
}

int64_t budget_line_days_left(const struct db_rows *rows)
{
    int64_t left = db_rows_int(rows, 0, BUDGET_DAYS) - db_rows_int(rows, 0, BUDGET_ELAPSED);
    return left + (db_rows_bool(rows, 0, BUDGET_IS_RUNNING) ? 1 : 0);
}

/* What can be spent a day, cut and not rounded: it must not add up to more than there is. */
static void share_out(const char *left, int64_t days, char ret_safe[DECIMAL_TEXT_SIZE])
{
    struct decimal number;
    if (days <= 0 || money_sign(left) <= 0 || decimal_parse(left, &number) != 0)
        return;
    number.units /= days;
    (void)decimal_format(number, ret_safe);
}

void budget_line_add_up(const struct db_rows *rows, int exponent, struct budget_sums *sums)
{
    char text[DECIMAL_TEXT_SIZE];
    *sums = (struct budget_sums){
        .amount = "0", .carried = "0", .spent = "0", .left = "0", .safe = "0", .projected = "0"};
    for (size_t row = 0; row < budget_line_count(rows); row++) {
        if (!db_rows_bool(rows, row, BUDGET_IS_TOP))
            continue;
        sums->count++;
        add(sums->amount, db_rows_text(rows, row, BUDGET_AMOUNT), exponent);
        add(sums->spent, db_rows_text(rows, row, BUDGET_SPENT), exponent);
        add(sums->projected, budget_line_projected(rows, row, exponent, text), exponent);
        if (!continues(rows, row))
            add(sums->carried, db_rows_text(rows, row, BUDGET_CARRIED), exponent);
    }
    money_sum(sums->amount, sums->carried, exponent, text);
    money_difference(text, sums->spent, exponent, sums->left);
    if (sums->count > 0)
        share_out(sums->left, budget_line_days_left(rows), sums->safe);
}

/* --- members of a row ------------------------------------------------------------------------ */

static void write_month(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (db_rows_bool(row->rows, row->row, BUDGET_IS_MONTH))
        row_write_text(row, key, column);
}

static void write_if_not_zero(const struct row_context *row, const struct json_name *key,
                              size_t column)
{
    if (money_sign(db_rows_text(row->rows, row->row, column)) != 0)
        row_write_money(row, key, column);
}

static void write_used(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    row_put_number(row, key,
                   money_percent(db_rows_text(row->rows, row->row, column),
                                 db_rows_text(row->rows, row->row, BUDGET_AVAILABLE), text));
}

static void write_safe(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (budget_line_is_open(row->rows, row->row))
        row_write_money(row, key, column);
}

static void write_pace(const struct row_context *row, const struct json_name *key, size_t column)
{
    char even[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    if (!is_running(row->rows, row->row))
        return;
    money_average(db_rows_text(row->rows, row->row, BUDGET_EVEN_TIMES_DAYS),
                  db_rows_text(row->rows, row->row, BUDGET_DAYS), row->exponent, even);
    row_put_text(
        row, key,
        money_difference(db_rows_text(row->rows, row->row, column), even, row->exponent, text));
}

static void write_projected(const struct row_context *row, const struct json_name *key,
                            size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    (void)column;
    if (is_running(row->rows, row->row))
        row_put_text(row, key, budget_line_projected(row->rows, row->row, row->exponent, text));
}

static void write_projected_left(const struct row_context *row, const struct json_name *key,
                                 size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    (void)column;
    if (is_running(row->rows, row->row))
        row_put_text(row, key, projected_left(row->rows, row->row, row->exponent, text));
}

static void write_by_user(const struct row_context *row, const struct json_name *key, size_t column)
{
    const struct budget_line_context *context = row->data;
    if (context->has_user)
        row_write_money(row, key, column);
}

static void write_status(const struct row_context *row, const struct json_name *key, size_t column)
{
    (void)column;
    row_put_text(row, key, budget_line_status(row->rows, row->row, row->exponent));
}

const struct field budget_line_fields[] = {
    OUT_CELL("category", field_text, row_write_text, BUDGET_CATEGORY),
    OUT_CELL("month", field_text, write_month, BUDGET_MONTH),
    OUT_CELL("budget", field_text, row_write_money, BUDGET_AMOUNT),
    OUT_CELL("carried", field_text, write_if_not_zero, BUDGET_CARRIED),
    OUT_CELL("spent", field_text, row_write_money, BUDGET_SPENT),
    OUT_CELL("by_user", field_text, write_by_user, BUDGET_BY_USER),
    OUT_CELL("left", field_text, row_write_money, BUDGET_LEFT),
    OUT_CELL("used_percent", field_number_or_null, write_used, BUDGET_SPENT),
    OUT_CELL("safe_per_day", field_text, write_safe, BUDGET_SAFE),
    OUT_CELL("pace", field_text, write_pace, BUDGET_SPENT_BY_TODAY),
    OUT_CELL("projected", field_text, write_projected, BUDGET_LATE),
    OUT_CELL("projected_left", field_text, write_projected_left, BUDGET_LATE),
    OUT_CELL("status", field_text, write_status, BUDGET_LEFT),
    OUT_END,
};

const struct field budget_line_short_fields[] = {
    OUT_CELL("category", field_text, row_write_text, BUDGET_CATEGORY),
    OUT_CELL("budget", field_text, row_write_money, BUDGET_AMOUNT),
    OUT_CELL("carried", field_text, write_if_not_zero, BUDGET_CARRIED),
    OUT_CELL("spent", field_text, row_write_money, BUDGET_SPENT),
    OUT_CELL("left", field_text, row_write_money, BUDGET_LEFT),
    OUT_CELL("status", field_text, write_status, BUDGET_LEFT),
    OUT_END,
};
