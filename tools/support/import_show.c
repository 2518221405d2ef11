/* What an import is, for people: the file, the verdicts, the rows that one should look at, and what
 * was or was not saved. Reads only. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/support/answer.h"
#include "tools/support/currency.h"
#include "tools/support/import_job.h"
#include "tools/support/import_stage.sql.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"
#include "tools/support/money.h"
#include "tools/support/row.h"
#include "tools/support/sentence.h"

enum head_column {
    HEAD_STATE,
    HEAD_BANK,
    HEAD_FACTS,
    HEAD_ERRORS,
    HEAD_FIRST_DAY,
    HEAD_LAST_DAY,
    HEAD_NEW,
    HEAD_SAME,
    HEAD_BOOKED,
    HEAD_LIKELY,
    HEAD_CONFLICTING,
    HEAD_EMPTY,
    HEAD_TRANSFERS,
    HEAD_ACCOUNTS,
    HEAD_NAMELESS,
    HEAD_PURCHASE,
    HEAD_PURCHASES
};

enum row_column {
    ROW_N,
    ROW_LINE,
    ROW_VERDICT,
    ROW_DATE,
    ROW_AMOUNT,
    ROW_CURRENCY,
    ROW_KIND,
    ROW_PAYEE,
    ROW_ORIGINAL,
    ROW_CATEGORY,
    ROW_ACCOUNT,
    ROW_PENDING,
    ROW_MATCH,
    ROW_IS_PARTNER
};

enum {
    VERDICTS = HEAD_EMPTY - HEAD_NEW + 1,
    SUMMARY_MAX = 2000,
    TAIL_MAX = 600 /* bytes of a row and of what follows the rows */
};

static const char *const verdicts[VERDICTS] = {"new",    "same",        "booked",
                                               "likely", "conflicting", "empty"};

struct showing {
    const struct call *call;
    struct import_shown shown;
    int64_t counts[VERDICTS];
    int64_t transfers, nameless, errors;
    int64_t purchase, purchases; /* of which more came back than was booked: the first, and all */
    const char *bank, *facts, *first_day, *last_day, *accounts;
    bool is_committed;
};

/* --- the table of a row ---------------------------------------------------------------------- */

static void write_amount(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *currency = row_text(row, ROW_CURRENCY);
    const char *amount = row_text(row, column);
    int exponent = currency_exponent(currency ? currency : "");
    row_put_text(row, key, money_format(amount ? amount : "0", exponent < 0 ? 2 : exponent, text));
}

static void write_match(const struct row_context *row, const struct json_name *key, size_t column)
{
    OWNED_BUF id = BUF_INIT(32);
    const char *number = row_text(row, column);
    bool is_partner = db_rows_bool(row->rows, row->row, row->column + ROW_IS_PARTNER);
    if (number && is_partner == json_name_is(key, "other_leg") &&
        buf_printf(&id, "e%s", number) == 0)
        row_put_text(row, key, buf_text(&id));
}

static const struct field row_fields[] = {
    OUT_CELL("n", field_int, row_write_int, ROW_N),
    OUT_CELL("line", field_int, row_write_int, ROW_LINE),
    OUT_CELL("verdict", field_text, row_write_text, ROW_VERDICT),
    OUT_CELL("date", field_text, row_write_text, ROW_DATE),
    OUT_CELL("amount", field_text, write_amount, ROW_AMOUNT),
    OUT_CELL("currency", field_text, row_write_text, ROW_CURRENCY),
    OUT_CELL("kind", field_text, row_write_text, ROW_KIND),
    OUT_CELL("merchant", field_text, row_write_optional, ROW_PAYEE),
    OUT_CELL("original", field_text, row_write_optional, ROW_ORIGINAL),
    OUT_CELL("category", field_text, row_write_optional, ROW_CATEGORY),
    OUT_CELL("account", field_text, row_write_optional, ROW_ACCOUNT),
    OUT_CELL("pending", field_bool, row_write_if_true, ROW_PENDING),
    OUT_CELL("matches", field_text, write_match, ROW_MATCH),
    OUT_CELL("other_leg", field_text, write_match, ROW_MATCH),
    OUT_END,
};

const struct field import_result[] = {
    OUT_TEXT("summary"),
    OUT_BOOL("saved"),
    OUT_TEXT("import_id"),
    OUT_TEXT("change_id"),
    OUT_INT("count"),
    OUT_ANY_OBJECT("file"),
    OUT_ANY_OBJECT("verdicts"),
    OUT_LIST("accounts", field_text),
    OUT_ROWS("rows", row_fields),
    OUT_INT("returned"),
    OUT_INT("of"),
    OUT_BOOL("truncated"),
    OUT_BOOL("replayed"),
    OUT_ANY_OBJECT("error"),
    OUT_END,
};

/* --- the sentence ---------------------------------------------------------------------------- */

static int64_t all_rows(const struct showing *showing)
{
    int64_t sum = 0;
    for (size_t i = 0; i < VERDICTS; i++)
        sum += showing->counts[i];
    return sum;
}

static int64_t count_of(const struct showing *showing, enum head_column which)
{
    return showing->counts[which - HEAD_NEW];
}

static void say_verdicts(const struct showing *showing, struct buf *text)
{
    static const char *const words[VERDICTS] = {"new",
                                                "in the books already",
                                                "pending before and booked now",
                                                "likely in the books already",
                                                "in conflict with the books",
                                                "without an amount"};
    const char *comma = "";
    for (size_t i = 0; i < VERDICTS; i++) {
        if (showing->counts[i] == 0)
            continue;
        (void)buf_printf(text, "%s%lld %s", comma, (long long)showing->counts[i], words[i]);
        comma = ", ";
    }
}

/* "2026-11-02", or "2026-11-02 to 2026-11-06". */
static void say_days(const struct showing *showing, struct buf *text)
{
    (void)buf_append_text(text, showing->first_day);
    if (strcmp(showing->first_day, showing->last_day) != 0)
        (void)buf_printf(text, " to %s", showing->last_day);
}

/* What should not go unseen: a currency that nobody stated, sums that do not agree, lines left out. */
static void say_doubts(const struct showing *showing, struct buf *text)
{
    const char *why = NULL;
    int64_t left_out = 0;
    OWNED_JSON facts = json_parse(showing->facts, strlen(showing->facts), &why);
    const char *currency = json_get_text(facts, "assumed_currency");
    const char *balance = json_get_text(facts, "balance");
    const cJSON *count = json_get(facts, "left_out");
    if (count && json_int_value(count, &left_out) == 0 && left_out > 0) {
        (void)buf_append_char(text, ' ');
        sentence_count(text, (long long)left_out, "line was", "lines were");
        (void)buf_append_text(text, " left out: totals, balances, notes.");
    }
    if (currency)
        (void)buf_printf(text, " It names no currency: %s is assumed.", currency);
    if (balance && strcmp(balance, "differs") == 0)
        (void)buf_append_text(text, " Its balances and its rows do not add up.");
}

/* Whether there is anything that a commit would save. */
static bool saves_something(const struct showing *showing)
{
    return count_of(showing, HEAD_NEW) > 0 || count_of(showing, HEAD_BOOKED) > 0;
}

static void say_preview(const struct showing *showing, struct buf *text)
{
    (void)buf_append_text(text, showing->bank[0] ? showing->bank : "The file");
    (void)buf_append_text(text, ", ");
    say_days(showing, text);
    (void)buf_append_text(text, ", ");
    sentence_count(text, (long long)all_rows(showing), "row", "rows");
    (void)buf_append_text(text, ": ");
    say_verdicts(showing, text);
    (void)buf_append_char(text, '.');
    if (showing->errors > 0) {
        (void)buf_append_char(text, ' ');
        sentence_count(text, (long long)showing->errors, "row", "rows");
        (void)buf_append_text(text, " could not be read.");
    }
    say_doubts(showing, text);
    if (showing->nameless > 0)
        (void)buf_append_text(text, " The file does not say which account it is of.");
    if (showing->is_committed)
        (void)buf_append_text(text, " It was saved before.");
    else if (!import_shell(showing->call) &&
             saves_something(showing)) /* a shell goes on by itself */
        (void)buf_printf(text, " Nothing is saved yet: mode commit with import_id i%s saves it.",
                         showing->shown.id);
}

static void say_excess(const struct showing *showing, struct buf *text)
{
    if (showing->purchases == 0)
        return;
    (void)buf_printf(text, " More came back of e%lld", (long long)showing->purchase);
    if (showing->purchases > 1) {
        (void)buf_append_text(text, " and ");
        sentence_count(text, (long long)showing->purchases - 1, "other", "others");
    }
    (void)buf_printf(text, " than was booked, so totals are too low: correct %s refunds.",
                     showing->purchases > 1 ? "their" : "its");
}

static void say_saved(const struct showing *showing, struct buf *text)
{
    int64_t kept = showing->shown.stored;
    (void)buf_append_text(text, kept == 0 ? "Saved no new transaction" : "Saved ");
    if (kept > 0)
        sentence_count(text, (long long)kept, "new transaction", "new transactions");
    (void)buf_append_text(text, " of ");
    say_days(showing, text);
    int64_t rest = count_of(showing, HEAD_SAME) + count_of(showing, HEAD_LIKELY);
    if (rest > 0)
        (void)buf_printf(text, "; %lld %s in the books already", (long long)rest,
                         rest == 1 ? "was" : "were");
    if (count_of(showing, HEAD_BOOKED) > 0)
        (void)buf_printf(text, "; %lld that were pending are booked",
                         (long long)count_of(showing, HEAD_BOOKED));
    if (count_of(showing, HEAD_CONFLICTING) > 0)
        (void)buf_printf(text, "; %lld in conflict with the books were left out",
                         (long long)count_of(showing, HEAD_CONFLICTING));
    (void)buf_append_char(text, '.');
    say_excess(showing, text);
    bool is_something = kept > 0 || count_of(showing, HEAD_BOOKED) > 0;
    if (showing->shown.change && is_something)
        (void)buf_printf(text, " %s ch%s takes all of it back.",
                         import_say(showing->call, "undo_change with", "ninepence import --undo"),
                         showing->shown.change);
}

static void say(const struct showing *showing, struct buf *text)
{
    if (showing->shown.is_saved)
        say_saved(showing, text);
    else
        say_preview(showing, text);
}

/* --- the answer ------------------------------------------------------------------------------ */

static void write_head(struct json_out *out, const struct showing *showing)
{
    OWNED_BUF summary = BUF_INIT(SUMMARY_MAX);
    OWNED_BUF id = BUF_INIT(64);
    say(showing, &summary);
    json_put_text(out, "summary", buf_text(&summary));
    json_put_bool(out, "saved", showing->shown.is_saved);
    (void)buf_printf(&id, "i%s", showing->shown.id);
    json_put_text(out, "import_id", buf_text(&id));
    if (showing->shown.change) {
        buf_reset(&id);
        (void)buf_printf(&id, "ch%s", showing->shown.change);
        json_put_text(out, "change_id", buf_text(&id));
    }
    json_put_int(out, "count",
                 showing->shown.is_saved ? showing->shown.stored : count_of(showing, HEAD_NEW));
    json_put_raw(out, "file", showing->facts);
    json_put_object(out, "verdicts");
    for (size_t i = 0; i < VERDICTS; i++)
        json_put_int(out, verdicts[i], showing->counts[i]);
    json_put_int(out, "transfers", showing->transfers);
    json_end_object(out);
}

static void write_accounts(struct json_out *out, const char *accounts)
{
    json_put_array(out, "accounts");
    while (accounts[0]) {
        size_t length = strcspn(accounts, "\x1f");
        json_text_n(out, accounts, length);
        accounts += length + (accounts[length] ? 1 : 0);
    }
    json_end_array(out);
}

/* `rows` is NULL where none are wanted. */
static int show_rows(struct call *call, const struct db_rows *rows, void *data)
{
    const struct showing *showing = data;
    struct json_out *out = call_answer(call);
    size_t budget = showing->shown.limit > ROWS_DEFAULT ? ANSWER_MAX_BYTES : ANSWER_DEFAULT_BYTES;
    size_t count = rows ? db_rows_count(rows) : 0;
    size_t written = 0;
    json_object(out);
    write_head(out, showing);
    write_accounts(out, showing->accounts);
    json_put_array(out, "rows");
    for (; written < count; written++) {
        if (written > 0 && out->buf->length + TAIL_MAX > budget)
            break;
        row_write(&(struct row_context){.out = out, .rows = rows, .row = written}, row_fields);
    }
    json_end_array(out);
    json_put_int(out, "returned", (int64_t)written);
    json_put_int(out, "of", all_rows(showing));
    json_put_bool(out, "truncated", (int64_t)written < all_rows(showing));
    json_put_bool(out, "replayed", showing->shown.is_replayed);
    json_end_object(out);
    return call_reply(call);
}

static const char *text_of(struct call *call, const struct db_rows *rows, enum head_column column)
{
    const char *text = arena_strdup(call_arena(call), db_rows_text(rows, 0, (size_t)column));
    return text ? text : "";
}

/* As an array: the verdicts of the rows that are shown, so that nobody sorts a million others. */
static const char *shown_verdicts(struct call *call, const struct showing *showing)
{
    static const int turns[VERDICTS] = {HEAD_CONFLICTING, HEAD_LIKELY, HEAD_BOOKED,
                                        HEAD_NEW,         HEAD_EMPTY,  HEAD_SAME};
    OWNED_BUF list = BUF_INIT(SUMMARY_MAX);
    int64_t shown = 0;
    for (size_t i = 0; i < VERDICTS && shown < showing->shown.limit; i++) {
        int64_t count = showing->counts[turns[i] - HEAD_NEW];
        if (count > 0)
            (void)db_array_append(&list, verdicts[turns[i] - HEAD_NEW]);
        shown += count;
    }
    return db_array_end(&list) == 0 ? arena_strdup(call_arena(call), buf_text(&list)) : NULL;
}

static int show_head(struct call *call, const struct db_rows *rows, void *data)
{
    struct showing *showing = data;
    if (db_rows_count(rows) == 0)
        return call_refuse(call, "import_id",
                           "there is no import i%s; what was read and not saved "
                           "is forgotten after a day",
                           showing->shown.id);
    for (size_t i = 0; i < VERDICTS; i++)
        showing->counts[i] = db_rows_int(rows, 0, HEAD_NEW + i);
    showing->transfers = db_rows_int(rows, 0, HEAD_TRANSFERS);
    showing->nameless = db_rows_int(rows, 0, HEAD_NAMELESS);
    showing->purchases = db_rows_int(rows, 0, HEAD_PURCHASES);
    showing->purchase = showing->purchases > 0 ? db_rows_int(rows, 0, HEAD_PURCHASE) : 0;
    showing->errors = db_rows_int(rows, 0, HEAD_ERRORS);
    showing->bank = text_of(call, rows, HEAD_BANK);
    showing->facts = text_of(call, rows, HEAD_FACTS);
    showing->first_day = text_of(call, rows, HEAD_FIRST_DAY);
    showing->last_day = text_of(call, rows, HEAD_LAST_DAY);
    showing->accounts = text_of(call, rows, HEAD_ACCOUNTS);
    showing->is_committed = strcmp(db_rows_text(rows, 0, HEAD_STATE), "committed") == 0;
    if (showing->shown.is_saved && import_shell(call)) /* which has shown them before */
        return show_rows(call, NULL, showing);
    const char *limit = arena_printf(call_arena(call), "%lld", (long long)showing->shown.limit);
    const char *const values[] = {call_ledger(call)->id_text, showing->shown.id, limit,
                                  shown_verdicts(call, showing)};
    return limit && values[3] ? tool_read_with(call, &sql_rows, values, show_rows, showing)
                              : -ENOMEM;
}

int import_show(struct call *call, const struct import_shown *shown)
{
    struct showing *showing = arena_alloc(call_arena(call), sizeof(*showing));
    const char *const values[] = {call_ledger(call)->id_text, shown->id};
    if (!showing)
        return -ENOMEM;
    showing->call = call;
    showing->shown = *shown;
    return tool_read_with(call, &sql_head, values, show_head, showing);
}
