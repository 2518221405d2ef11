/* From transactions to arrays. Texts are cut to what the books hold; amounts and currencies that the
 * books do not know are refused, never bent. */
#include "tools/support/import_columns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "db/query.h"
#include "import/decimal.h"
#include "tools/support/currency.h"
#include "tools/support/fold.h"

enum {
    SCRATCH_MAX = 64 << 20,
    KEY_MAX = 1024
};

/* A row under way: a transaction, or a part of it. */
struct import_row {
    const struct import_transaction *t;
    const struct import_split *split;
    size_t part;
    const char *number, *date, *amount, *currency;
    const char *original, *memo, *reference, *counter, *bank_id; /* as they are kept */
};

int import_columns_init(struct import_columns *columns, uint64_t file_bytes)
{
    *columns = (struct import_columns){.scheme = "", .today = "", .currency = "", .account = ""};
    arena_init(&columns->scratch, SCRATCH_MAX);
    for (size_t i = 0; i < STAGE_COLUMNS; i++) {
        buf_init(&columns->columns[i].array, IMPORT_COLUMN_MAX_BYTES);
        buf_init(&columns->columns[i].first, IMPORT_COLUMN_MAX_BYTES);
    }
    columns->seen = import_seen_new(file_bytes);
    return columns->seen ? 0 : -ENOMEM;
}

void import_columns_free(struct import_columns *columns)
{
    for (size_t i = 0; i < STAGE_COLUMNS; i++) {
        buf_free(&columns->columns[i].array);
        buf_free(&columns->columns[i].first);
    }
    columns->seen = import_seen_free(columns->seen);
    arena_free(&columns->scratch);
}

/* --- what fits ------------------------------------------------------------------------------- */

static int refuse(struct import_columns *columns, const struct import_transaction *t,
                  const char *what, const char *value)
{
    (void)snprintf(columns->why, sizeof(columns->why), "Line %llu: %s, found \"%.60s\".",
                   (unsigned long long)t->line, what, value);
    return 1;
}

static bool amount_fits(const char *amount)
{
    size_t sign = amount[0] == '-' ? 1 : 0;
    size_t whole = strspn(amount + sign, "0123456789");
    const char *rest = amount + sign + whole;
    size_t decimals = rest[0] == '.' ? strlen(rest + 1) : 0;
    while (decimals > MONEY_MAX_DECIMALS && rest[decimals] == '0')
        decimals--;
    return whole <= MONEY_MAX_DIGITS && decimals <= MONEY_MAX_DECIMALS;
}

static int check(struct import_columns *columns, const struct import_transaction *t)
{
    date_day day;
    if (!amount_fits(t->amount))
        return refuse(columns, t, "the amount has more digits than the books keep", t->amount);
    if (t->currency[0] && currency_exponent(t->currency) < 0)
        return refuse(columns, t, "there is no such currency", t->currency);
    if (t->date[0] && date_parse(t->date, &day) < 0)
        return refuse(columns, t, "the date is before 1900", t->date);
    return 0;
}

/* Whether the parts come to the whole, so that they can stand for it. */
static bool parts_fit(const struct import_transaction *t)
{
    struct import_decimal sum = {0};
    struct import_decimal whole;
    if (t->split_count < 2 || import_decimal_parse(t->amount, strlen(t->amount), &whole) < 0)
        return false;
    for (size_t i = 0; i < t->split_count; i++) {
        struct import_decimal part;
        const char *amount = t->splits[i].amount;
        if (import_decimal_parse(amount, strlen(amount), &part) < 0 || !amount_fits(amount))
            return false;
        sum = import_decimal_add(sum, part);
    }
    return sum.units == whole.units;
}

/* The text with at most `most` code points, in the arena when it had to be cut. */
static const char *cut(struct import_columns *columns, const char *text, size_t most)
{
    size_t length = strlen(text);
    size_t at = 0;
    uint32_t point;
    if (length <= most)
        return text;
    for (size_t i = 0; i < most && at < length; i++) {
        size_t bytes = utf8_decode(text + at, length - at, &point);
        at += bytes > 0 ? bytes : 1;
    }
    return at >= length ? text : arena_strndup(&columns->scratch, text, at);
}

/* --- accounts -------------------------------------------------------------------------------- */

/* What the file calls the account of an entry or a statement; NULL when out of memory. */
static const char *number_of(struct import_columns *columns, const char *account)
{
    return cut(columns, account[0] ? account : columns->account, NAME_MAX_POINTS);
}

static struct import_account *account_of(struct import_columns *columns, const char *number,
                                         const char *currency)
{
    for (size_t i = 0; i < columns->account_count; i++) {
        if (strcmp(columns->accounts[i].number, number) == 0)
            return &columns->accounts[i];
    }
    if (columns->account_count == IMPORT_ACCOUNTS_MAX)
        return NULL;
    struct import_account *account = &columns->accounts[columns->account_count++];
    *account = (struct import_account){0};
    (void)snprintf(account->number, sizeof(account->number), "%s", number);
    (void)snprintf(account->currency, sizeof(account->currency), "%s", currency);
    return account;
}

void import_columns_statement(struct import_columns *columns, const struct import_statement *s)
{
    const char *number = number_of(columns, s->account);
    for (size_t i = 0; number && i < columns->account_count; i++) {
        struct import_account *account = &columns->accounts[i];
        if (strcmp(account->number, number) != 0)
            continue;
        if (!account->opening[0] && amount_fits(s->opening))
            (void)snprintf(account->opening, sizeof(account->opening), "%s", s->opening);
        if (s->closing[0] && amount_fits(s->closing))
            (void)snprintf(account->closing, sizeof(account->closing), "%s", s->closing);
    }
}

/* --- arrays ---------------------------------------------------------------------------------- */

static bool is_first(const struct import_column_values *values, const char *text)
{
    if (!text || values->is_null)
        return !text && values->is_null;
    return strcmp(buf_text(&values->first), text) == 0;
}

/* What most files have different in every row goes as the server keeps it. */
static enum db_element element_of(enum import_stage_column column)
{
    if (column == STAGE_DATE)
        return DB_ELEMENT_DATE;
    return column == STAGE_ENTRY || column == STAGE_PART || column == STAGE_LINE ||
                   column == STAGE_AMOUNT || column == STAGE_PENDING
               ? DB_ELEMENT_NONE
               : DB_ELEMENT_TEXT;
}

static int append(struct buf *array, enum import_stage_column column, const char *text)
{
    enum db_element element = element_of(column);
    date_day day;
    if (element == DB_ELEMENT_TEXT)
        return db_binary_append(array, text);
    if (element != DB_ELEMENT_DATE)
        return db_array_append(array, text);
    return date_parse(text, &day) == 0 ? db_binary_append_day(array, day) : -EINVAL;
}

/* The equal values so far go into the array after all. */
static void spell_out(struct import_column_values *values, enum import_stage_column column)
{
    const char *first = values->is_null ? NULL : buf_text(&values->first);
    for (size_t i = 0; i < values->count; i++)
        (void)append(&values->array, column, first);
    values->differs = true;
}

/* NULL is null. */
static int put_value(struct import_columns *columns, enum import_stage_column column,
                     const char *text)
{
    struct import_column_values *values = &columns->columns[column];
    if (!values->differs && values->count == 0) {
        values->is_null = !text;
        values->count = 1;
        return text ? buf_append_text(&values->first, text) : 0;
    }
    if (!values->differs && is_first(values, text)) {
        values->count++;
        return 0;
    }
    if (!values->differs)
        spell_out(values, column);
    return append(&values->array, column, text);
}

static int put(struct import_columns *columns, enum import_stage_column column, const char *text)
{
    return put_value(columns, column, text && text[0] ? text : NULL);
}

static int put_number(struct import_columns *columns, enum import_stage_column column,
                      int64_t number)
{
    struct import_column_values *values = &columns->columns[column];
    char text[IMPORT_NUMBER_TEXT];
    if (values->count > 0 && !values->differs && values->number == number) {
        values->count++;
        return 0;
    }
    if (values->count == 0)
        values->number = number;
    (void)snprintf(text, sizeof(text), "%lld", (long long)number);
    return put_value(columns, column, text);
}

/* A text, cut, and the same folded, which is returned; NULL when out of memory. */
static const char *put_folded(struct import_columns *columns, enum import_stage_column column,
                              const char *text, size_t most)
{
    const char *kept = cut(columns, text, most);
    const char *folded = kept && kept[0] ? fold_text(&columns->scratch, kept) : kept;
    if (!folded || put(columns, column, kept) < 0 || put(columns, column + 1, folded) < 0)
        return NULL;
    return folded;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* "FORMAT:i:ID" or "FORMAT:h:HASH:1", and "/PART" behind it. */
static int write_key(const struct import_columns *columns, const struct import_row *row,
                     size_t part, struct buf *key)
{
    const struct import_said said = {
        .date = row->t->pending ? "" : row->date,
        .amount = row->amount,
        .currency = row->currency,
        .original = row->original,
        .memo = row->memo,
        .reference = row->reference,
        .counter = row->counter,
    };
    char hash[IMPORT_HASH_TEXT];
    int r = row->bank_id[0] ? 0 : import_hash(&said, hash);
    if (r < 0)
        return r;
    (void)buf_append_text(key, columns->scheme);
    (void)buf_append_text(key, row->bank_id[0] ? ":i:" : ":h:");
    (void)buf_append_text(key, row->bank_id[0] ? row->bank_id : hash);
    (void)buf_append_text(key, row->bank_id[0] ? "" : ":1");
    return part > 0 ? buf_printf(key, "/%zu", part) : key->error;
}

/* A row that may have the key of an earlier one gets no verdict yet. */
static int put_key(struct import_columns *columns, const struct import_row *row)
{
    OWNED_BUF key = BUF_INIT(KEY_MAX);
    bool is_empty = !strpbrk(row->amount, "123456789");
    int r = write_key(columns, row, row->part, &key);
    if (r == 0)
        r = put_value(columns, STAGE_KEY, buf_text(&key));
    if (r == 0 && row->bank_id[0] && row->part == 1) {
        /* The id of an entry without parts and that of a first part are the same. */
        buf_reset(&key);
        r = write_key(columns, row, 0, &key);
    }
    if (r < 0)
        return r;
    bool is_doubtful = import_seen_before(columns->seen, row->number, buf_text(&key));
    columns->has_doubtful = columns->has_doubtful || is_doubtful;
    columns->empty += is_empty;
    columns->fresh += !is_empty;
    columns->transfers += !is_empty && row->t->kind == IMPORT_KIND_TRANSFER;
    return put_value(columns, STAGE_VERDICT, is_doubtful ? NULL : is_empty ? "empty" : "new");
}

/* Whether money may have come from where money went, by which a refund is known. */
static void note_payee(struct import_columns *columns, enum import_kind kind, const char *folded)
{
    static const char went[] = "\x1fpurchase"; /* no account is called so */
    static const char came[] = "\x1fincome";
    bool is_income = kind == IMPORT_KIND_INCOME;
    if (!folded[0] || (!is_income && kind != IMPORT_KIND_PURCHASE))
        return;
    columns->has_income = columns->has_income || is_income;
    if (columns->has_returns)
        return;
    (void)import_seen_before(columns->seen, is_income ? came : went, folded);
    columns->has_returns = import_seen_has(columns->seen, is_income ? went : came, folded);
}

/* --- rows ------------------------------------------------------------------------------------ */

/* Cuts what goes into a key to what is kept. -ENOMEM. */
static int cut_row(struct import_columns *columns, struct import_row *row)
{
    const struct import_transaction *t = row->t;
    const char *memo = row->split && row->split->memo[0] ? row->split->memo : t->memo;
    row->original = cut(columns, t->payee_original, DESCRIPTION_MAX_POINTS);
    row->memo = cut(columns, memo, NOTES_MAX_POINTS);
    row->reference = cut(columns, t->reference, NAME_MAX_POINTS);
    row->counter = cut(columns, t->counter_account, NAME_MAX_POINTS);
    row->bank_id = cut(columns, t->id_is_weak ? "" : t->id, NAME_MAX_POINTS);
    return row->original && row->memo && row->reference && row->counter && row->bank_id ? 0
                                                                                        : -ENOMEM;
}

static int put_texts(struct import_columns *columns, const struct import_row *row)
{
    const struct import_transaction *t = row->t;
    const struct import_split *split = row->split;
    const char *payee = split && split->payee[0] ? split->payee : t->payee;
    const char *category = split ? split->category : t->category;
    const char *folded = put_folded(columns, STAGE_PAYEE, payee, NAME_MAX_POINTS);
    if (!folded || !put_folded(columns, STAGE_CATEGORY, category, PATH_MAX_POINTS) ||
        !put_folded(columns, STAGE_TAGS, t->tags, DESCRIPTION_MAX_POINTS))
        return -ENOMEM;
    note_payee(columns, t->kind, folded);
    (void)put(columns, STAGE_ORIGINAL, row->original);
    (void)put(columns, STAGE_MEMO, row->memo);
    (void)put(columns, STAGE_COUNTER, row->counter);
    (void)put(columns, STAGE_BANK_ID, row->bank_id);
    return put(columns, STAGE_REFERENCE, row->reference);
}

/* Days are written so that their texts are in their order. */
static void note_day(struct import_columns *columns, const char *day)
{
    if (!columns->first_day[0] || strcmp(day, columns->first_day) < 0)
        (void)snprintf(columns->first_day, sizeof(columns->first_day), "%s", day);
    if (strcmp(day, columns->last_day) > 0)
        (void)snprintf(columns->last_day, sizeof(columns->last_day), "%s", day);
}

static int put_row(struct import_columns *columns, const struct import_transaction *t, size_t part,
                   const char *number)
{
    const struct import_split *split = part > 0 ? &t->splits[part - 1] : NULL;
    struct import_row row = {.t = t,
                             .split = split,
                             .part = part,
                             .number = number,
                             .date = t->date[0] ? t->date : columns->today,
                             .amount = split ? split->amount : t->amount,
                             .currency = t->currency[0] ? t->currency : columns->currency};
    int r = cut_row(columns, &row);
    if (r < 0)
        return r;
    int64_t n = (int64_t)++columns->n;
    (void)put_number(columns, STAGE_ENTRY, (int64_t)t->entry - n);
    (void)put_number(columns, STAGE_PART, (int64_t)part);
    (void)put_number(columns, STAGE_LINE, (int64_t)t->line - n);
    note_day(columns, row.date);
    (void)put(columns, STAGE_DATE, row.date);
    (void)put(columns, STAGE_AMOUNT, row.amount);
    (void)put(columns, STAGE_CURRENCY, row.currency);
    (void)put(columns, STAGE_FOUND, import_kind_name(t->kind));
    (void)put(columns, STAGE_PENDING, t->pending ? "t" : "f");
    (void)put_value(columns, STAGE_NUMBER, number);
    r = put_key(columns, &row);
    if (r == 0)
        r = put_texts(columns, &row);
    columns->has_parts = columns->has_parts || part > 0;
    columns->has_assumed_currency = columns->has_assumed_currency || !t->currency[0];
    columns->rows++;
    return r;
}

int import_columns_add(struct import_columns *columns, const struct import_transaction *t)
{
    const char *number = number_of(columns, t->account);
    int r = number ? check(columns, t) : -ENOMEM;
    if (r != 0)
        return r;
    struct import_account *account =
        account_of(columns, number, t->currency[0] ? t->currency : columns->currency);
    if (!account)
        return -EMSGSIZE;
    size_t parts = parts_fit(t) ? t->split_count : 0;
    if (parts == 0)
        r = put_row(columns, t, 0, number);
    for (size_t part = 1; r == 0 && part <= parts; part++)
        r = put_row(columns, t, part, number);
    account->rows += parts > 0 ? parts : 1;
    return r;
}

int import_columns_end(struct import_columns *columns, const char *ret_values[STAGE_VALUES],
                       size_t ret_lengths[STAGE_VALUES])
{
    uint64_t first = columns->n - columns->rows + 1;
    (void)snprintf(columns->first_n, sizeof(columns->first_n), "%llu", (unsigned long long)first);
    (void)snprintf(columns->last_n, sizeof(columns->last_n), "%llu",
                   (unsigned long long)columns->n);
    *ret_values++ = columns->first_n;
    *ret_values++ = columns->last_n;
    *ret_lengths++ = 0;
    *ret_lengths++ = 0;
    for (size_t i = 0; i < STAGE_COLUMNS; i++) {
        struct import_column_values *values = &columns->columns[i];
        enum db_element element =
            values->differs ? element_of((enum import_stage_column)i) : DB_ELEMENT_NONE;
        int r = element != DB_ELEMENT_NONE ? db_binary_end(&values->array, element, columns->rows)
                                           : db_array_end(&values->array);
        if (r != 0 || values->first.error != 0)
            return r != 0 ? r : values->first.error;
        ret_values[2 * i] = buf_text(&values->array);
        ret_values[2 * i + 1] =
            values->differs || values->is_null ? NULL : buf_text(&values->first);
        ret_lengths[2 * i] = element != DB_ELEMENT_NONE ? values->array.length : 0;
        ret_lengths[2 * i + 1] = 0;
    }
    return 0;
}

void import_columns_empty(struct import_columns *columns)
{
    for (size_t i = 0; i < STAGE_COLUMNS; i++) {
        struct import_column_values *values = &columns->columns[i];
        buf_reset(&values->array);
        buf_reset(&values->first);
        values->count = 0;
        values->is_null = false;
        values->differs = false;
    }
    arena_free(&columns->scratch);
    arena_init(&columns->scratch, SCRATCH_MAX);
    columns->rows = 0;
}
