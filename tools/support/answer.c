/* Writes the common parts of answers. The sentences of the summaries are the tools' (spoken.c); what
 * a row looks like is in the tables of rows. */
#include "tools/support/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/support/currency.h"
#include "tools/support/limits.h"
#include "tools/support/money.h"

enum {
    TAIL_BYTES = 700, /* room kept for what follows the rows */
    MISSING_MAX_CURRENCIES = 20
};

static void any_object_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "object");
}

static int result_only_bind(struct bind *bind, const struct field *field, const cJSON *value,
                            void *target)
{
    (void)field;
    (void)value;
    (void)target;
    return bind_fail(bind, "stands in results only");
}

const struct field_type field_any_object = {
    .name = "object",
    .schema = any_object_schema,
    .bind = result_only_bind,
};

static const char *basis_text(const struct answer *answer, enum basis_column column)
{
    return db_rows_text(answer->rows, 0, (size_t)column);
}

static int64_t basis_int(const struct answer *answer, enum basis_column column)
{
    return db_rows_int(answer->rows, 0, (size_t)column);
}

void answer_begin(struct answer *answer)
{
    const struct ledger *ledger = call_ledger(answer->call);
    answer->out = call_answer(answer->call);
    if (!answer->currency)
        answer->currency = ledger->currency;
    int exponent = currency_exponent(answer->currency);
    answer->exponent = exponent >= 0 ? exponent : ledger->exponent;
    json_object(answer->out);
}

void answer_summary(struct answer *answer, const struct buf *sentence)
{
    json_put_text(answer->out, "summary", buf_text(sentence));
}

void answer_period(struct answer *answer, const struct period *period)
{
    const struct ledger *ledger = call_ledger(answer->call);
    struct json_out *out = answer->out;
    bool is_open = period->kind == PERIOD_ALL || period->kind == PERIOD_NONE;
    const char *from = is_open ? basis_text(answer, BASIS_FIRST_DAY) : period->from;
    const char *to = is_open ? basis_text(answer, BASIS_LAST_DAY) : period->to;
    json_put_object(out, "period");
    if (from[0] != '\0') {
        json_put_text(out, "from", from);
        json_put_text(out, "to", to);
    }
    json_put_text(out, "label", period->label ? period->label : "all");
    json_put_text(out, "today", ledger->today);
    json_put_text(out, "timezone", ledger->time_zone);
    json_end_object(out);
}

void answer_money(struct answer *answer, const char *key, const char *numeric)
{
    char text[DECIMAL_TEXT_SIZE];
    json_put_text(answer->out, key, money_format(numeric, answer->exponent, text));
}

void answer_totals(struct answer *answer)
{
    json_put_text(answer->out, "currency", answer->currency);
    answer_money(answer, "total", basis_text(answer, BASIS_TOTAL));
    json_put_int(answer->out, "count", basis_int(answer, BASIS_COUNTED));
}

bool answer_row(struct answer *answer, const struct answer_list *list, size_t row)
{
    size_t budget = answer->is_large ? ANSWER_MAX_BYTES : ANSWER_DEFAULT_BYTES;
    struct json_out before = *answer->out;
    size_t length = before.buf->length;
    bool is_first = !before.needs_comma;
    row_write(&(struct row_context){.out = answer->out,
                                    .rows = answer->rows,
                                    .row = row,
                                    .column = list->column,
                                    .exponent = answer->exponent,
                                    .data = list->data},
              list->fields);
    if (json_out_error(answer->out) != 0 || before.buf->length + TAIL_BYTES <= budget || is_first)
        return true;
    before.buf->length = length;
    before.buf->data[length] = '\0';
    *answer->out = before;
    return false;
}

size_t answer_rows(struct answer *answer, const struct answer_list *list)
{
    size_t written = 0;
    json_put_array(answer->out, list->key);
    while (written < list->count && answer_row(answer, list, list->first + written))
        written++;
    json_end_array(answer->out);
    return written;
}

void answer_listing(struct answer *answer, size_t returned, int64_t of, const char *cursor)
{
    struct json_out *out = answer->out;
    json_put_int(out, "returned", (int64_t)returned);
    json_put_int(out, "of", of);
    json_put_bool(out, "truncated", (int64_t)returned < of);
    if (cursor)
        json_put_text(out, "next_cursor", cursor);
}

/* --- what is left out ------------------------------------------------------------------------ */

/* One part of BASIS_RATES_MISSING. */
struct missing {
    char currency[4];
    char amount[DECIMAL_TEXT_SIZE];
    long long count;
};

/* Copies the word at *at and moves behind it and one separator; false when it is empty or too
 * long. */
static bool take_word(const char **at, char *word, size_t size)
{
    size_t length = strcspn(*at, " ;");
    if (length == 0 || length >= size)
        return false;
    memcpy(word, *at, length);
    word[length] = '\0';
    *at += length;
    *at += **at != '\0' ? 1 : 0;
    return true;
}

/* Reads the part at *at and moves behind it; false at the end. */
static bool next_missing(const char **at, struct missing *ret_missing)
{
    char amount[DECIMAL_TEXT_SIZE];
    char count[DECIMAL_TEXT_SIZE];
    if (!take_word(at, ret_missing->currency, sizeof(ret_missing->currency)) ||
        !take_word(at, amount, sizeof(amount)) || !take_word(at, count, sizeof(count)))
        return false;
    int exponent = currency_exponent(ret_missing->currency);
    (void)money_format(amount, exponent < 0 ? 2 : exponent, ret_missing->amount);
    ret_missing->count = strtoll(count, NULL, 10);
    return true;
}

static int64_t count_missing(const struct answer *answer)
{
    return basis_int(answer, BASIS_LISTED) - basis_int(answer, BASIS_COUNTED);
}

static void write_missing(struct answer *answer)
{
    struct missing missing;
    const char *at = basis_text(answer, BASIS_RATES_MISSING);
    if (at[0] == '\0')
        return;
    json_put_array(answer->out, "without_rate");
    for (int i = 0; i < MISSING_MAX_CURRENCIES && next_missing(&at, &missing); i++) {
        json_object(answer->out);
        json_put_text(answer->out, "currency", missing.currency);
        json_put_text(answer->out, "total", missing.amount);
        json_put_int(answer->out, "count", missing.count);
        json_end_object(answer->out);
    }
    json_end_array(answer->out);
}

void answer_say_missing(const char *missing, struct buf *sentence)
{
    struct missing one;
    const char *between = "";
    while (next_missing(&missing, &one)) {
        (void)buf_printf(sentence, "%s%s %s", between, one.amount, one.currency);
        between = ", ";
    }
}

void answer_basis(struct answer *answer)
{
    struct json_out *out = answer->out;
    json_put_object(out, "basis");
    answer_money(answer, "refunds", basis_text(answer, BASIS_REFUNDS));
    json_put_int(out, "transfers_excluded", basis_int(answer, BASIS_TRANSFERS_EXCLUDED));
    json_put_int(out, "income_excluded", basis_int(answer, BASIS_INCOME_EXCLUDED));
    json_put_int(out, "pending", basis_int(answer, BASIS_PENDING));
    json_put_int(out, "rates_missing", count_missing(answer));
    write_missing(answer);
    json_put_int(out, "deleted_excluded", basis_int(answer, BASIS_DELETED_EXCLUDED));
    json_end_object(out);
}

int answer_end(struct answer *answer)
{
    json_end_object(answer->out);
    int r = json_out_error(answer->out);
    return r == 0 ? call_reply(answer->call) : r;
}
