/* The members of a finding, and the sentence that says why it is odd. */
#include "tools/support/finding.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tools/support/answer.h"
#include "tools/support/currency.h"
#include "tools/support/money.h"
#include "tools/support/sentence.h"

enum {
    RECORD_SEPARATOR = 0x1e,
    KNOWN_LEAST = 8, /* purchases that say what is usual */
    WHY_MAX = 600,
    NAME_MAX_BYTES = 600
};

static int exponent_of(const struct row_context *row)
{
    const char *currency = row_text(row, FINDING_CURRENCY);
    int exponent = currency_exponent(currency ? currency : "");
    return exponent >= 0 ? exponent : row->exponent;
}

static const char *amount_of(const struct row_context *row, size_t column,
                             char text[DECIMAL_TEXT_SIZE])
{
    const char *numeric = row_text(row, column);
    return money_format(numeric ? numeric : "0", exponent_of(row), text);
}

static bool is_kind(const struct row_context *row, const char *kind)
{
    const char *text = row_text(row, FINDING_KIND);
    return text && strcmp(text, kind) == 0;
}

static long long int_of(const struct row_context *row, size_t column)
{
    return (long long)db_rows_int(row->rows, row->row, row->column + column);
}

static const char *score_of(const struct row_context *row)
{
    const char *score = row_text(row, FINDING_SCORE);
    return score ? score : "0";
}

static void write_subject(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (is_kind(row, "category_spike") == json_name_is(key, "category"))
        row_write_text(row, key, column);
}

static void write_amount(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    if (row_text(row, column))
        row_put_text(row, key, amount_of(row, column, text));
}

static void write_score(const struct row_context *row, const struct json_name *key, size_t column)
{
    const char *score = row_text(row, column);
    row_put_number(row, key, score ? score : "");
}

/* What the score counts. */
static void write_unit(const struct row_context *row, const struct json_name *key, size_t column)
{
    static const char *const units[][2] = {
        {"duplicate", "purchases here for one that is repeated so soon"},
        {"price_rise", "per cent dearer"},
        {"missing_recurring", "days late"},
        {"outlier", "spreads above the usual"},
        {"category_spike", "spreads above the usual"},
        {"fee", "fees within a year"},
        {"new_merchant", "times a usual purchase"},
    };

    (void)column;
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (is_kind(row, units[i][0]))
            row_put_text(row, key, units[i][1]);
    }
}

/* --- why ------------------------------------------------------------------------------------- */

static void say_duplicate(const struct row_context *row, struct buf *text)
{
    char amount[DECIMAL_TEXT_SIZE];
    long long days = int_of(row, FINDING_EXTRA);
    (void)buf_printf(text, "The same %s twice ", amount_of(row, FINDING_AMOUNT, amount));
    if (days == 0)
        (void)buf_append_text(text, "on one day");
    else
        (void)buf_printf(text, "within %lld day%s", days, days == 1 ? "" : "s");
    if (int_of(row, FINDING_SEEN) >= KNOWN_LEAST)
        (void)buf_printf(text, "; of %lld purchases there hardly any was repeated so soon.",
                         int_of(row, FINDING_SEEN));
    else
        (void)buf_append_text(text, "; little is known of what is usual there.");
}

static void say_price_rise(const struct row_context *row, struct buf *text)
{
    char amount[DECIMAL_TEXT_SIZE];
    char usual[DECIMAL_TEXT_SIZE];
    (void)buf_printf(text, "%s instead of %s, %s %% dearer, %lld times a year.",
                     amount_of(row, FINDING_AMOUNT, amount), amount_of(row, FINDING_USUAL, usual),
                     score_of(row), int_of(row, FINDING_EXTRA));
}

static void say_missing(const struct row_context *row, struct buf *text)
{
    char amount[DECIMAL_TEXT_SIZE];
    (void)buf_printf(text, "About %s was due after %lld payments in a rhythm; %s days late.",
                     amount_of(row, FINDING_AMOUNT, amount), int_of(row, FINDING_SEEN),
                     score_of(row));
}

static void say_outlier(const struct row_context *row, struct buf *text)
{
    char usual[DECIMAL_TEXT_SIZE];
    bool is_category = int_of(row, FINDING_EXTRA) == 1;
    (void)buf_printf(
        text, "A usual purchase %s is %s (the middle of %lld); this is %s spreads above.",
        is_category ? "in its category" : "there", amount_of(row, FINDING_USUAL, usual),
        int_of(row, FINDING_SEEN), score_of(row));
}

static void say_spike(const struct row_context *row, struct buf *text)
{
    char amount[DECIMAL_TEXT_SIZE];
    char usual[DECIMAL_TEXT_SIZE];
    (void)buf_printf(text, "%s in ", amount_of(row, FINDING_AMOUNT, amount));
    sentence_count(text, int_of(row, FINDING_EXTRA), "purchase", "purchases");
    (void)buf_printf(text, "; the middle of the %lld periods before is %s.",
                     int_of(row, FINDING_SEEN), amount_of(row, FINDING_USUAL, usual));
}

static void say_fee(const struct row_context *row, struct buf *text)
{
    (void)buf_printf(text, "By its name a fee; %lld within the year up to it.",
                     int_of(row, FINDING_SEEN));
}

static void say_new(const struct row_context *row, struct buf *text)
{
    (void)buf_append_text(text, "Never seen before; ");
    sentence_count(text, int_of(row, FINDING_EXTRA), "purchase", "purchases");
    (void)buf_printf(text, " there since, the first %s times a usual one.", score_of(row));
}

static void write_why(const struct row_context *row, const struct json_name *key, size_t column)
{
    static const struct {
        const char *kind;
        void (*say)(const struct row_context *row, struct buf *text);
    } reasons[] = {
        {"duplicate", say_duplicate},       {"price_rise", say_price_rise},
        {"missing_recurring", say_missing}, {"outlier", say_outlier},
        {"category_spike", say_spike},      {"fee", say_fee},
        {"new_merchant", say_new},
    };

    OWNED_BUF text = BUF_INIT(WHY_MAX);
    (void)column;
    for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++) {
        if (is_kind(row, reasons[i].kind))
            reasons[i].say(row, &text);
    }
    row_put_text(row, key, buf_text(&text));
}

/* --- the expenses ---------------------------------------------------------------------------- */

/* Copies up to a separator and returns what follows it. */
static const char *take_part(const char *text, char *ret_part, size_t size)
{
    size_t length = strcspn(text, "\x1f\x1e");
    (void)snprintf(ret_part, size, "%.*s", (int)length, text);
    return text + length + (text[length] == UNIT_SEPARATOR ? 1 : 0);
}

static const char *write_expense(struct json_out *out, const char *text)
{
    char id[32];
    char name_id[40];
    char day[16];
    char numeric[DECIMAL_TEXT_SIZE];
    char amount[DECIMAL_TEXT_SIZE];
    char currency[8];
    char merchant[NAME_MAX_BYTES];
    text = take_part(text, id, sizeof(id));
    text = take_part(text, day, sizeof(day));
    text = take_part(text, numeric, sizeof(numeric));
    text = take_part(text, currency, sizeof(currency));
    text = take_part(text, merchant, sizeof(merchant));
    int exponent = currency_exponent(currency);
    (void)snprintf(name_id, sizeof(name_id), "e%s", id);
    json_object(out);
    json_put_text(out, "id", name_id);
    json_put_text(out, "date", day);
    json_put_text(out, "amount", money_format(numeric, exponent >= 0 ? exponent : 2, amount));
    json_put_text(out, "merchant", merchant);
    json_end_object(out);
    return *text == RECORD_SEPARATOR ? text + 1 : text;
}

static void write_proof(const struct row_context *row, const struct json_name *key, size_t column)
{
    const char *text = row_text(row, column);
    row_put_array(row, key);
    while (text && *text != '\0')
        text = write_expense(row->out, text);
    json_end_array(row->out);
}

const struct field finding_fields[] = {
    OUT_CELL("kind", field_text, row_write_text, FINDING_KIND),
    OUT_CELL("merchant", field_text, write_subject, FINDING_SUBJECT),
    OUT_CELL("category", field_text, write_subject, FINDING_SUBJECT),
    OUT_CELL("date", field_text, row_write_optional, FINDING_DAY),
    OUT_CELL("amount", field_text, write_amount, FINDING_AMOUNT),
    OUT_CELL("currency", field_text, row_write_text, FINDING_CURRENCY),
    OUT_CELL("usual", field_text, write_amount, FINDING_USUAL),
    OUT_CELL("seen", field_int, row_write_int, FINDING_SEEN),
    OUT_CELL("score", field_number, write_score, FINDING_SCORE),
    OUT_CELL("unit", field_text, write_unit, FINDING_SCORE),
    OUT_CELL("why", field_text, write_why, FINDING_KIND),
    {.name = "expenses",
     .type = &field_list,
     .item = &field_any_object,
     .extra = ROW_CELL("expenses", write_proof, FINDING_PROOF)},
    OUT_END,
};
