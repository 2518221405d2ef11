/* The members of a group. Averages and shares are computed here, from exact sums, and rounded once. */
#include "tools/support/group.h"

#include "tools/support/money.h"

static const struct group_context *context_of(const struct row_context *row)
{
    return row->data;
}

static const char *text_or_zero(const struct row_context *row, size_t column)
{
    const char *text = row_text(row, column);
    return text ? text : "0";
}

static void write_then(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (context_of(row)->has_then)
        row_write_text(row, key, column);
}

/* Nothing has no average. */
static void write_average(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    (void)column;
    money_average(text_or_zero(row, GROUP_TOTAL), text_or_zero(row, GROUP_COUNTED), row->exponent,
                  text);
    if (text[0] != '\0')
        row_put_text(row, key, text);
}

static void write_share(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *share = money_share(text_or_zero(row, column), context_of(row)->hundredth, text);
    row_put_number(row, key, share);
}

/* The mean is rounded and the change taken from it, so that what is shown adds up. */
static const char *before_of(const struct row_context *row, size_t column,
                             char text[DECIMAL_TEXT_SIZE])
{
    return money_average(text_or_zero(row, column), context_of(row)->before_count, row->exponent,
                         text);
}

static void write_before(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    if (context_of(row)->has_before)
        row_put_text(row, key, before_of(row, column, text));
}

static void write_change(const struct row_context *row, const struct json_name *key, size_t column)
{
    char before[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    if (!context_of(row)->has_before)
        return;
    before_of(row, column, before);
    row_put_text(row, key,
                 money_difference(text_or_zero(row, GROUP_TOTAL), before, row->exponent, text));
}

static void write_change_percent(const struct row_context *row, const struct json_name *key,
                                 size_t column)
{
    char before[DECIMAL_TEXT_SIZE];
    char change[DECIMAL_TEXT_SIZE];
    char text[DECIMAL_TEXT_SIZE];
    if (!context_of(row)->has_before)
        return;
    before_of(row, column, before);
    money_difference(text_or_zero(row, GROUP_TOTAL), before, row->exponent, change);
    row_put_number(row, key, money_percent(change, before, text));
}

static void number_or_null_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_raw(out, "type", "[\"number\",\"null\"]");
}

static int number_or_null_bind(struct bind *bind, const struct field *field, const cJSON *value,
                               void *target)
{
    (void)field;
    (void)value;
    (void)target;
    return bind_fail(bind, "stands in results only");
}

const struct field_type field_number_or_null = {
    .name = "number",
    .schema = number_or_null_schema,
    .bind = number_or_null_bind,
};

const struct field group_fields[] = {
    OUT_CELL("group", field_text, row_write_text, GROUP_LABEL),
    OUT_CELL("then", field_text, write_then, GROUP_THEN),
    OUT_CELL("total", field_text, row_write_money, GROUP_TOTAL),
    OUT_CELL("count", field_int, row_write_int, GROUP_COUNTED),
    OUT_CELL("average", field_text, write_average, GROUP_TOTAL),
    OUT_CELL("share", field_number_or_null, write_share, GROUP_TOTAL),
    OUT_CELL("before", field_text, write_before, GROUP_BEFORE),
    OUT_CELL("change", field_text, write_change, GROUP_BEFORE),
    OUT_CELL("change_percent", field_number_or_null, write_change_percent, GROUP_BEFORE),
    OUT_END,
};
