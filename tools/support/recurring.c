/* The members of a recurring payment. Amounts are in its own currency, never converted. */
#include "tools/support/recurring.h"

#include <stdio.h>
#include <string.h>

#include "tools/support/answer.h"
#include "tools/support/currency.h"
#include "tools/support/money.h"

const char *const recurring_cadences[] = {"weekly",    "biweekly",    "monthly", "bimonthly",
                                          "quarterly", "half-yearly", "yearly",  NULL};

static int exponent_of(const struct row_context *row)
{
    int exponent = currency_exponent(row_text(row, SERIES_CURRENCY));
    return exponent >= 0 ? exponent : row->exponent;
}

static void write_own_money(const struct row_context *row, const struct json_name *key,
                            size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *numeric = row_text(row, column);
    if (numeric)
        row_put_text(row, key, money_format(numeric, exponent_of(row), text));
}

static void write_id(const struct row_context *row, const struct json_name *key, size_t column)
{
    char id[32];
    const char *number = row_text(row, column);
    if (!number)
        return;
    (void)snprintf(id, sizeof(id), "r%s", number);
    row_put_text(row, key, id);
}

static void write_times(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (row_text(row, column))
        row_write_int(row, key, column);
}

static void write_confidence(const struct row_context *row, const struct json_name *key,
                             size_t column)
{
    const char *number = row_text(row, column);
    row_put_number(row, key, number ? number : "");
}

/* Copies up to the separator and returns what follows it. */
static const char *take_until(const char *text, int separator, char *ret_part, size_t size)
{
    const char *end = strchrnul(text, separator);
    (void)snprintf(ret_part, size, "%.*s", (int)(end - text), text);
    return *end == '\0' ? end : end + 1;
}

/* "2026-07-08 17.9900" and so on as [{"since":"2026-07-08","amount":"17.99"}]. */
static void write_prices(const struct row_context *row, const struct json_name *key, size_t column)
{
    const char *text = row_text(row, column);
    if (!text || !strchr(text, UNIT_SEPARATOR))
        return;
    row_put_array(row, key);
    while (*text != '\0') {
        char since[DATE_TEXT_SIZE];
        char numeric[DECIMAL_TEXT_SIZE];
        char amount[DECIMAL_TEXT_SIZE];
        text = take_until(text, ' ', since, sizeof(since));
        text = take_until(text, UNIT_SEPARATOR, numeric, sizeof(numeric));
        json_object(row->out);
        json_put_text(row->out, "since", since);
        json_put_text(row->out, "amount", money_format(numeric, exponent_of(row), amount));
        json_end_object(row->out);
    }
    json_end_array(row->out);
}

const struct field series_fields[] = {
    OUT_CELL("id", field_text, write_id, SERIES_ID),
    OUT_CELL("merchant", field_text, row_write_text, SERIES_LABEL),
    OUT_CELL("status", field_text, row_write_text, SERIES_STATUS),
    OUT_CELL("cadence", field_text, row_write_text, SERIES_CADENCE),
    OUT_CELL("amount", field_text, write_own_money, SERIES_EXPECTED),
    OUT_CELL("currency", field_text, row_write_text, SERIES_CURRENCY),
    OUT_CELL("next_date", field_text, row_write_optional, SERIES_NEXT),
    OUT_CELL("times_due", field_int, write_times, SERIES_TIMES),
    OUT_CELL("yearly", field_text, write_own_money, SERIES_YEARLY),
    OUT_CELL("varies", field_bool, row_write_if_true, SERIES_VARIES),
    OUT_CELL("since", field_text, row_write_optional, SERIES_FIRST),
    OUT_CELL("last_date", field_text, row_write_optional, SERIES_LAST),
    OUT_CELL("last_amount", field_text, write_own_money, SERIES_LAST_AMOUNT),
    OUT_CELL("payments", field_int, row_write_int, SERIES_PAID),
    OUT_CELL("confidence", field_number, write_confidence, SERIES_CONFIDENCE),
    OUT_CELL("confirmed", field_bool, row_write_if_true, SERIES_IS_CONFIRMED),
    OUT_CELL("comes_still", field_bool, row_write_if_true, SERIES_COMES_STILL),
    OUT_CELL("category", field_text, row_write_optional, SERIES_CATEGORY),
    {.name = "prices",
     .type = &field_list,
     .item = &field_any_object,
     .extra = ROW_CELL("prices", write_prices, SERIES_PRICES)},
    {.name = "expenses",
     .type = &field_list,
     .item = &field_text,
     .extra = ROW_CELL("expenses", row_write_list, SERIES_PROOF)},
    OUT_END,
};
