/* Sums and sentences of a forecast. Each part is rounded before it is added, so that what is shown adds
 * up. */
#include "tools/support/outlook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/support/ledger.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

static void write_times(const struct row_context *row, const struct json_name *key, size_t column)
{
    row_write_int(row, key, column);
}

/* Null when it has no exchange rate. */
static void write_total(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (row_text(row, column))
        row_write_money(row, key, column);
}

const struct field outlook_due_fields[] = {
    OUT_CELL("merchant", field_text, row_write_text, OUTLOOK_LABEL),
    OUT_CELL("category", field_text, row_write_optional, OUTLOOK_PATH),
    OUT_CELL("next", field_text, row_write_text, OUTLOOK_DAY),
    OUT_CELL("times", field_int, write_times, OUTLOOK_TIMES),
    OUT_CELL("total", field_text, write_total, OUTLOOK_TOTAL),
    OUT_END,
};

bool outlook_has_history(const struct db_rows *rows)
{
    return db_rows_int(rows, 0, OUTLOOK_HISTORY) >= db_rows_int(rows, 0, OUTLOOK_LEAST_DAYS);
}

static bool is_part(const struct db_rows *rows, size_t row, const char *part)
{
    return strcmp(db_rows_text(rows, row, OUTLOOK_PART), part) == 0;
}

/* The row of the change with this number (from 0). */
static size_t wish_row(const struct db_rows *rows, size_t wish)
{
    size_t row = 0;
    while (
        row < db_rows_count(rows) &&
        !(is_part(rows, row, "wish") && db_rows_int(rows, row, OUTLOOK_TIMES) == (int64_t)wish + 1))
        row++;
    return row;
}

size_t outlook_unknown_wish(const struct outlook *outlook, const struct db_rows *rows)
{
    size_t wish = 0;
    while (wish < outlook->wish_count &&
           !db_rows_is_null(rows, wish_row(rows, wish), OUTLOOK_TOTAL))
        wish++;
    return wish;
}

size_t outlook_clashing_wish(const struct outlook *outlook, const struct db_rows *rows,
                             const char **ret_earlier)
{
    size_t wish = 0;
    while (wish < outlook->wish_count && db_rows_is_null(rows, wish_row(rows, wish), OUTLOOK_PATH))
        wish++;
    *ret_earlier =
        wish < outlook->wish_count ? db_rows_text(rows, wish_row(rows, wish), OUTLOOK_PATH) : NULL;
    return wish;
}

/* --- sums ------------------------------------------------------------------------------------ */

static int units_of(const struct answer *answer, const char *text, decimal_units *ret_units)
{
    struct decimal number;
    if (text[0] == '\0') {
        *ret_units = 0;
        return 0;
    }
    int r = decimal_parse(text, &number);
    if (r == 0)
        r = decimal_round(number, answer->exponent, &number);
    if (r == 0)
        *ret_units = number.units;
    return r;
}

static int read_column(const struct answer *answer, size_t column, decimal_units *ret_units)
{
    return units_of(answer, db_rows_text(answer->rows, 0, column), ret_units);
}

/* Months of income until the last day: the running one, and the further ones that it reaches. */
static int64_t months_ahead(const struct answer *answer, const struct outlook *outlook)
{
    const struct calendar *calendar = &call_ledger(answer->call)->calendar;
    date_day month = outlook->first;
    int64_t months = 0;
    for (;;) {
        month = calendar_month_start(calendar, date_add_months(month, 1));
        if (month > outlook->period.range.to)
            return months;
        /* A month that is cut off brings its income when it is over. */
        date_day next = calendar_month_start(calendar, date_add_months(month, 1));
        if (next > outlook->period.range.to + 1)
            return months;
        months++;
    }
}

static int read_income(const struct answer *answer, struct outlook *outlook)
{
    int r = read_column(answer, OUTLOOK_RECEIVED, &outlook->received);
    if (r == 0)
        r = read_column(answer, OUTLOOK_INCOME_USUAL, &outlook->usual_income);
    outlook->income_months = db_rows_int(answer->rows, 0, OUTLOOK_INCOME_MONTHS);
    outlook->income =
        outlook->received > outlook->usual_income ? outlook->received : outlook->usual_income;
    outlook->income += outlook->usual_income * months_ahead(answer, outlook);
    if (r == 0 && outlook->purchase)
        r = units_of(answer, outlook->purchase->amount.text, &outlook->price);
    return r;
}

int outlook_read(const struct answer *answer, struct outlook *outlook)
{
    decimal_units below = 0;
    decimal_units above = 0;
    int r = read_column(answer, OUTLOOK_SPENT, &outlook->spent);
    if (r == 0)
        r = read_column(answer, OUTLOOK_SCHEDULED, &outlook->scheduled);
    if (r == 0)
        r = read_column(answer, OUTLOOK_BILLS, &outlook->bills);
    if (r == 0)
        r = read_column(answer, OUTLOOK_MIDDLE, &outlook->habits);
    if (r == 0)
        r = read_column(answer, OUTLOOK_BELOW, &below);
    if (r == 0)
        r = read_column(answer, OUTLOOK_ABOVE, &above);
    for (size_t i = 0; r == 0 && i < outlook->wish_count; i++) {
        decimal_units one = 0;
        r = units_of(answer, db_rows_text(answer->rows, wish_row(answer->rows, i), OUTLOOK_TOTAL),
                     &one);
        outlook->change += one;
    }
    outlook->total = outlook->spent + outlook->scheduled + outlook->bills + outlook->habits;
    outlook->low = outlook->total - below;
    outlook->high = outlook->total + above;
    return r == 0 ? read_income(answer, outlook) : r;
}

/* --- sentences ------------------------------------------------------------------------------- */

static const char *format(const struct answer *answer, decimal_units units,
                          char text[DECIMAL_TEXT_SIZE])
{
    return decimal_format((struct decimal){units, answer->exponent}, text);
}

static void say_units(struct buf *text, const struct answer *answer, decimal_units units)
{
    char amount[DECIMAL_TEXT_SIZE];
    (void)buf_printf(text, "%s %s", format(answer, units, amount), answer->currency);
}

static void say_total(struct buf *text, const struct answer *answer, const struct outlook *outlook)
{
    (void)buf_append_text(text, "You will spend about ");
    say_units(text, answer, outlook->total);
    (void)buf_append_char(text, ' ');
    period_range_phrase((struct period_range){outlook->first, outlook->period.range.to},
                        &call_ledger(answer->call)->calendar, text);
    if (outlook->low < outlook->high) { /* they meet on the last day */
        (void)buf_append_text(text, ", in four of five cases between ");
        say_units(text, answer, outlook->low);
        (void)buf_append_text(text, " and ");
        say_units(text, answer, outlook->high);
    }
    (void)buf_append_text(text, ": ");
    say_units(text, answer, outlook->spent);
    (void)buf_append_text(text, " so far, ");
    say_units(text, answer, outlook->bills + outlook->scheduled);
    (void)buf_append_text(text, " of payments known to come, about ");
    say_units(text, answer, outlook->habits);
    (void)buf_append_text(text, " of everything else.");
}

static void say_scenario(struct buf *text, const struct answer *answer,
                         const struct outlook *outlook)
{
    if (outlook->wish_count == 0)
        return;
    (void)buf_append_text(text, " The scenario ");
    (void)buf_append_text(text, outlook->change > 0 ? "costs " : "saves ");
    say_units(text, answer, outlook->change > 0 ? outlook->change : -outlook->change);
    (void)buf_append_text(text, " until then (");
    for (size_t i = 0; i < outlook->wish_count; i++) {
        size_t row = wish_row(answer->rows, i);
        char change[DECIMAL_TEXT_SIZE];
        (void)buf_append_text(text, i > 0 ? ", " : "");
        sentence_plain_name(text, db_rows_text(answer->rows, row, OUTLOOK_LABEL));
        (void)buf_printf(
            text, " %s",
            money_format(db_rows_text(answer->rows, row, OUTLOOK_TOTAL), answer->exponent, change));
    }
    (void)buf_append_text(text, "), which leaves about ");
    say_units(text, answer, outlook->total + outlook->change);
    (void)buf_append_char(text, '.');
}

static decimal_units left_after(const struct outlook *outlook, decimal_units spending)
{
    return outlook->income - spending - outlook->change - outlook->price;
}

/* Whether the budget has room for the price; how much is missing otherwise. */
static bool fits(const struct answer *answer, const struct outlook *outlook,
                 const struct outlook_budget *budget, decimal_units *ret_over)
{
    decimal_units left = 0;
    if (!budget->name || units_of(answer, budget->left, &left) != 0)
        return true;
    *ret_over = outlook->price - left;
    return left >= outlook->price;
}

static const char *verdict_of(const struct answer *answer, const struct outlook *outlook)
{
    decimal_units over = 0;
    if (outlook->income_months == 0)
        return "unknown";
    if (left_after(outlook, outlook->total) < 0)
        return "no";
    if (!fits(answer, outlook, &outlook->own, &over) ||
        !fits(answer, outlook, &outlook->whole, &over))
        return "over_budget";
    return left_after(outlook, outlook->high) >= 0 ? "yes" : "probably";
}

static const char *begin_of(const char *verdict)
{
    if (strcmp(verdict, "yes") == 0)
        return " You can afford ";
    if (strcmp(verdict, "no") == 0)
        return " Out of the income until then you cannot afford ";
    return strcmp(verdict, "probably") == 0 ? " You can probably afford "
                                            : " The income until then allows ";
}

static void say_purchase(struct buf *text, const struct answer *answer,
                         const struct outlook *outlook)
{
    const char *verdict = verdict_of(answer, outlook);
    if (!outlook->purchase)
        return;
    if (strcmp(verdict, "unknown") == 0) {
        (void)buf_append_text(text, " Whether you can afford ");
        say_units(text, answer, outlook->price);
        (void)buf_append_text(text, " cannot be told: the books hold no whole month with its "
                                    "income.");
        return;
    }
    (void)buf_append_text(text, begin_of(verdict));
    say_units(text, answer, outlook->price);
    (void)buf_append_text(text, ": of an income of ");
    say_units(text, answer, outlook->income);
    (void)buf_append_text(text,
                          left_after(outlook, outlook->total) < 0 ? " about " : " it leaves ");
    decimal_units left = left_after(outlook, outlook->total);
    say_units(text, answer, left < 0 ? -left : left);
    (void)buf_append_text(text, left < 0 ? " would be missing" : "");
    (void)buf_append_text(text, ", and ");
    left = left_after(outlook, outlook->high);
    say_units(text, answer, left < 0 ? -left : left);
    (void)buf_append_text(text, left < 0 && left_after(outlook, outlook->total) >= 0
                                    ? " would be missing if spending is high."
                                    : " if spending is high.");
}

static void say_budget(struct buf *text, const struct answer *answer, const struct outlook *outlook,
                       const struct outlook_budget *budget)
{
    decimal_units over = 0;
    if (!budget->name)
        return;
    bool has_room = fits(answer, outlook, budget, &over);
    (void)buf_append_text(text, " The budget of ");
    if (strcmp(budget->name, "all") == 0)
        (void)buf_append_text(text, "everything");
    else
        sentence_plain_name(text, budget->name);
    (void)buf_append_text(text, has_room ? " has room for it: " : " would be exceeded by ");
    say_units(text, answer, has_room ? -over : over);
    (void)buf_append_text(text, has_room ? " would be left." : ".");
}

static void say_limits(struct buf *text, const struct answer *answer)
{
    int64_t without = db_rows_int(answer->rows, 0, OUTLOOK_WITHOUT_RATE) +
                      db_rows_int(answer->rows, 0, OUTLOOK_BILLS_UNKNOWN);
    int64_t history = db_rows_int(answer->rows, 0, OUTLOOK_HISTORY);
    if (without > 0) {
        (void)buf_append_char(text, ' ');
        sentence_count(text, (long long)without, "entry", "entries");
        (void)buf_append_text(text, " left out for want of an exchange rate.");
    }
    if (history < 90)
        (void)buf_printf(text, " It rests on %lld days of books only.", (long long)history);
}

/* --- the answer ------------------------------------------------------------------------------ */

static void put_units(struct answer *answer, const char *key, decimal_units units)
{
    char text[DECIMAL_TEXT_SIZE];
    json_put_text(answer->out, key, format(answer, units, text));
}

static void write_period(struct answer *answer, const struct outlook *outlook)
{
    const struct ledger *ledger = call_ledger(answer->call);
    char from[DATE_TEXT_SIZE];
    json_put_object(answer->out, "period");
    json_put_text(answer->out, "from", date_format(outlook->first, from));
    json_put_text(answer->out, "to", outlook->period.to);
    json_put_text(answer->out, "label", outlook->period.label);
    json_put_text(answer->out, "today", ledger->today);
    json_put_text(answer->out, "timezone", ledger->time_zone);
    json_end_object(answer->out);
}

static void write_parts(struct answer *answer, const struct outlook *outlook)
{
    struct json_out *out = answer->out;
    json_put_object(out, "parts");
    put_units(answer, "spent", outlook->spent);
    put_units(answer, "scheduled", outlook->scheduled);
    put_units(answer, "recurring", outlook->bills);
    put_units(answer, "everything_else", outlook->habits);
    json_put_raw(out, "season_factor", db_rows_text(answer->rows, 0, OUTLOOK_SEASON));
    json_end_object(out);
}

static void write_scenario(struct answer *answer, const struct outlook *outlook)
{
    struct json_out *out = answer->out;
    if (outlook->wish_count == 0)
        return;
    json_put_object(out, "scenario");
    put_units(answer, "total", outlook->total + outlook->change);
    put_units(answer, "low", outlook->low + outlook->change);
    put_units(answer, "high", outlook->high + outlook->change);
    put_units(answer, "change", outlook->change);
    json_put_array(out, "items");
    for (size_t i = 0; i < outlook->wish_count; i++) {
        size_t row = wish_row(answer->rows, i);
        json_object(out);
        json_put_text(out, "target", db_rows_text(answer->rows, row, OUTLOOK_LABEL));
        json_put_text(out, "from", db_rows_text(answer->rows, row, OUTLOOK_DAY));
        answer_money(answer, "change", db_rows_text(answer->rows, row, OUTLOOK_TOTAL));
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
}

static void write_budget(struct answer *answer, const struct outlook *outlook, const char *key,
                         const struct outlook_budget *budget)
{
    decimal_units over = 0;
    if (!budget->name)
        return;
    json_put_object(answer->out, key);
    json_put_text(answer->out, "category", budget->name);
    bool has_room = fits(answer, outlook, budget, &over);
    put_units(answer, "left", outlook->price - over);
    json_put_bool(answer->out, "fits", has_room);
    json_end_object(answer->out);
}

static void write_purchase(struct answer *answer, const struct outlook *outlook)
{
    if (!outlook->purchase)
        return;
    json_put_object(answer->out, "purchase");
    put_units(answer, "amount", outlook->price);
    json_put_text(answer->out, "date", outlook->purchase->date.text);
    json_put_text(answer->out, "affordable", verdict_of(answer, outlook));
    if (outlook->income_months > 0) {
        put_units(answer, "left", left_after(outlook, outlook->total));
        put_units(answer, "left_if_high", left_after(outlook, outlook->high));
    }
    write_budget(answer, outlook, "category_budget", &outlook->own);
    write_budget(answer, outlook, "whole_budget", &outlook->whole);
    json_end_object(answer->out);
}

static void write_income(struct answer *answer, const struct outlook *outlook)
{
    json_put_object(answer->out, "income");
    put_units(answer, "received", outlook->received);
    json_put_int(answer->out, "months_looked_at", outlook->income_months);
    if (outlook->income_months > 0) {
        put_units(answer, "usual_month", outlook->usual_income);
        put_units(answer, "expected", outlook->income);
    }
    json_end_object(answer->out);
}

static void write_history(struct answer *answer)
{
    struct json_out *out = answer->out;
    json_put_object(out, "history");
    json_put_text(out, "books_begin", db_rows_text(answer->rows, 0, OUTLOOK_BEGIN));
    json_put_int(out, "days", db_rows_int(answer->rows, 0, OUTLOOK_HISTORY));
    json_put_int(out, "window_days", db_rows_int(answer->rows, 0, OUTLOOK_WIDTH));
    json_end_object(out);
}

static size_t count_due(const struct db_rows *rows)
{
    size_t count = 0;
    while (count < db_rows_count(rows) && is_part(rows, count, "due"))
        count++;
    return count;
}

void outlook_write(struct answer *answer, const struct outlook *outlook)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    struct answer_list list = {
        .key = "rows", .fields = outlook_due_fields, .count = count_due(answer->rows)};
    say_total(&text, answer, outlook);
    say_scenario(&text, answer, outlook);
    say_purchase(&text, answer, outlook);
    say_budget(&text, answer, outlook, &outlook->own);
    say_budget(&text, answer, outlook, &outlook->whole);
    say_limits(&text, answer);
    answer_summary(answer, &text);
    write_period(answer, outlook);
    json_put_text(answer->out, "currency", answer->currency);
    put_units(answer, "total", outlook->total);
    put_units(answer, "low", outlook->low);
    put_units(answer, "high", outlook->high);
    json_put_int(answer->out, "count", db_rows_int(answer->rows, 0, OUTLOOK_COUNTED));
    write_parts(answer, outlook);
    write_scenario(answer, outlook);
    write_purchase(answer, outlook);
    write_income(answer, outlook);
    write_history(answer);
    size_t returned = answer_rows(answer, &list);
    answer_listing(answer, returned, db_rows_int(answer->rows, 0, OUTLOOK_BILLS_COUNT), NULL);
}
