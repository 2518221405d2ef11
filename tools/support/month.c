/* The members of a month. What is left and the savings rate are worked out here, from exact sums. */
#include "tools/support/month.h"

#include "tools/support/money.h"

static const char *text_or_zero(const struct row_context *row, size_t column)
{
    const char *text = row_text(row, column);
    return text ? text : "0";
}

static void write_net(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    row_put_text(row, key,
                 money_difference(text_or_zero(row, column), text_or_zero(row, GROUP_TOTAL),
                                  row->exponent, text));
}

static void write_savings_rate(const struct row_context *row, const struct json_name *key,
                               size_t column)
{
    char net[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    const char *earned = text_or_zero(row, column);
    money_difference(earned, text_or_zero(row, GROUP_TOTAL), row->exponent, net);
    row_put_number(row, key, money_percent(net, earned, text));
}

const struct field month_fields[] = {
    OUT_CELL("month", field_text, row_write_text, GROUP_LABEL),
    OUT_CELL("income", field_text, row_write_money, MONTH_EARNED),
    OUT_CELL("spending", field_text, row_write_money, GROUP_TOTAL),
    OUT_CELL("net", field_text, write_net, MONTH_EARNED),
    OUT_CELL("savings_rate", field_number_or_null, write_savings_rate, MONTH_EARNED),
    OUT_CELL("count", field_int, row_write_int, GROUP_COUNTED),
    OUT_END,
};
