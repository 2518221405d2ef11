/* reconcile_account: whether the books agree with a balance of the bank, and if not, what is missing, extra
 * or different; a balance that agrees can be marked as the point from which the next one is checked. */
#include "tools/tool.h"

#include <errno.h>
#include <string.h>

#include "tools/reconcile_account.sql.h"
#include "tools/support/answer.h"
#include "tools/support/change.h"
#include "tools/support/currency.h"
#include "tools/support/date.h"
#include "tools/support/limits.h"
#include "tools/support/money.h"
#include "tools/support/sentence.h"

enum {
    CHECK_ACCOUNT,
    CHECK_NAME,
    CHECK_CURRENCY,
    CHECK_BASE_DAY,
    CHECK_BASE_BALANCE,
    CHECK_MOVED,
    CHECK_ROWS,
    CHECK_BOOKS,
    CHECK_DIFFERENCE
};

enum {
    SUSPECT_WHAT,
    SUSPECT_ID,
    SUSPECT_DATE,
    SUSPECT_AMOUNT,
    SUSPECT_BOOKS,
    SUSPECT_CURRENCY,
    SUSPECT_MERCHANT
};

enum {
    SUMMARY_MAX = 1000
};

struct reconciling;

struct reconcile_account_args {
    struct name_ref account;
    struct date_arg statement_date;
    struct money balance;
    const char *mode;
    bool accept_difference;

    struct reconciling *found; /* not an argument */
};

/* What was found, in the call's arena. */
struct reconciling {
    const struct reconcile_account_args *args;
    const char *account_id, *name, *currency, *base_day, *base_balance, *books, *difference;
    const char *change;         /* number of the change that marked it, or NULL */
    const char *values[5];      /* of sql_check */
    const char *mark_values[8]; /* of sql_mark */
    size_t check_at;
    int64_t rows;
    bool agrees, is_replayed;
};

static const char *const modes[] = {"check", "mark", NULL};

static const struct field args[] = {
    ARG_ACCOUNT(struct reconcile_account_args, account, .flags = FIELD_REQUIRED | FIELD_PLAIN,
                .doc = "Name or id."),
    ARG_DATE(struct reconcile_account_args, statement_date, .flags = FIELD_REQUIRED | FIELD_PLAIN,
             .doc = "At its end."),
    ARG_MONEY(struct reconcile_account_args, balance, .flags = FIELD_REQUIRED,
              .doc = "A card's debt is negative."),
    ARG_CHOICE(struct reconcile_account_args, mode, .choices = modes, .def = "check",
               .doc = "mark keeps it as checked."),
    ARG_BOOL(struct reconcile_account_args, accept_difference, .flags = FIELD_PLAIN,
             .doc = "mark although it differs."),
    ARG_END,
};

/* --- the table of a row ---------------------------------------------------------------------- */

static void write_money(const struct row_context *row, const struct json_name *key, size_t column)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *amount = row_text(row, column);
    int exponent = currency_exponent(db_rows_text(row->rows, row->row, SUSPECT_CURRENCY));
    if (amount)
        row_put_text(row, key, money_format(amount, exponent < 0 ? 2 : exponent, text));
}

static void write_id(const struct row_context *row, const struct json_name *key, size_t column)
{
    OWNED_BUF id = BUF_INIT(32);
    const char *number = row_text(row, column);
    if (number && buf_printf(&id, "e%s", number) == 0)
        row_put_text(row, key, buf_text(&id));
}

static const struct field suspect_fields[] = {
    OUT_CELL("what", field_text, row_write_text, SUSPECT_WHAT),
    OUT_CELL("id", field_text, write_id, SUSPECT_ID),
    OUT_CELL("date", field_text, row_write_text, SUSPECT_DATE),
    OUT_CELL("bank", field_text, write_money, SUSPECT_AMOUNT),
    OUT_CELL("books", field_text, write_money, SUSPECT_BOOKS),
    OUT_CELL("merchant", field_text, row_write_optional, SUSPECT_MERCHANT),
    OUT_END,
};

static const struct field result[] = {
    OUT_TEXT("summary"),
    OUT_BOOL("saved"),
    OUT_TEXT("change_id"),
    OUT_TEXT("account"),
    OUT_TEXT("currency"),
    OUT_TEXT("statement"),
    OUT_TEXT("books"),
    OUT_TEXT("difference"),
    OUT_BOOL("agrees"),
    OUT_ANY_OBJECT("since"),
    OUT_INT("count"),
    OUT_ROWS("rows", suspect_fields),
    OUT_INT("returned"),
    OUT_BOOL("truncated"),
    OUT_BOOL("replayed"),
    OUT_ANY_OBJECT("error"),
    OUT_END,
};

/* --- the answer ------------------------------------------------------------------------------ */

static const char *show(const struct reconciling *found, const char *numeric,
                        char text[DECIMAL_TEXT_SIZE])
{
    int exponent = currency_exponent(found->currency);
    return money_format(numeric, exponent < 0 ? 2 : exponent, text);
}

static void say(const struct reconciling *found, struct buf *text)
{
    char amount[DECIMAL_TEXT_SIZE];
    sentence_plain_name(text, found->name);
    if (found->agrees)
        (void)buf_printf(text, " agrees with the bank on %s: %s %s.",
                         found->args->statement_date.text,
                         show(found, found->args->balance.text, amount), found->currency);
    else
        (void)buf_printf(text, " differs from the bank on %s by %s %s.",
                         found->args->statement_date.text, show(found, found->difference, amount),
                         found->currency);
    if (!found->base_day)
        (void)buf_append_text(text, " No earlier balance is known, so the books were counted from "
                                    "nothing.");
    if (found->change)
        (void)buf_append_text(text, " It is marked as checked.");
}

static void write_since(struct json_out *out, const struct reconciling *found)
{
    char amount[DECIMAL_TEXT_SIZE];
    json_put_object(out, "since");
    json_put_text(out, "date", found->base_day);
    json_put_text(out, "balance",
                  found->base_balance ? show(found, found->base_balance, amount) : NULL);
    json_put_int(out, "entries", found->rows);
    json_end_object(out);
}

static int answer(struct call *call, const struct db_rows *rows, void *data)
{
    const struct reconciling *found = data;
    struct json_out *out = call_answer(call);
    char amount[DECIMAL_TEXT_SIZE];
    OWNED_BUF summary = BUF_INIT(SUMMARY_MAX);
    size_t count = db_rows_count(rows);
    size_t most = count < ROWS_DEFAULT ? count : ROWS_DEFAULT;
    say(found, &summary);
    json_object(out);
    json_put_text(out, "summary", buf_text(&summary));
    json_put_bool(out, "saved", found->change != NULL);
    if (found->change)
        json_put_text(out, "change_id", arena_printf(call_arena(call), "ch%s", found->change));
    json_put_text(out, "account", found->name);
    json_put_text(out, "currency", found->currency);
    json_put_text(out, "statement", show(found, found->args->balance.text, amount));
    json_put_text(out, "books", show(found, found->books, amount));
    json_put_text(out, "difference", show(found, found->difference, amount));
    json_put_bool(out, "agrees", found->agrees);
    write_since(out, found);
    json_put_int(out, "count", (int64_t)most);
    json_put_array(out, "rows");
    for (size_t i = 0; i < most; i++)
        row_write(&(struct row_context){.out = out, .rows = rows, .row = i}, suspect_fields);
    json_end_array(out);
    json_put_int(out, "returned", (int64_t)most);
    json_put_bool(out, "truncated", count > most);
    json_put_bool(out, "replayed", found->is_replayed);
    json_end_object(out);
    return call_reply(call);
}

/* Where nothing differs, nothing is suspected. */
static int find_suspects(struct call *call, struct reconciling *found)
{
    const char *most =
        arena_printf(call_arena(call), "%d", found->agrees ? 0 : (int)ROWS_DEFAULT + 1);
    const char *const values[] = {call_ledger(call)->id_text, found->account_id, found->base_day,
                                  found->args->statement_date.text, most};
    return most ? tool_read_with(call, &sql_suspects, values, answer, found) : -ENOMEM;
}

/* --- checking -------------------------------------------------------------------------------- */

static const char *kept(struct call *call, const struct db_rows *rows, size_t column)
{
    return db_rows_is_null(rows, 0, column)
               ? NULL
               : arena_strdup(call_arena(call), db_rows_text(rows, 0, column));
}

/* What the check found. 0, -ENOENT (no such account), -ENOMEM. */
static int take(struct call *call, struct reconciling *found, const struct db_rows *rows)
{
    if (db_rows_count(rows) != 1)
        return -ENOENT;
    found->account_id = kept(call, rows, CHECK_ACCOUNT);
    found->name = kept(call, rows, CHECK_NAME);
    found->currency = kept(call, rows, CHECK_CURRENCY);
    found->base_day = kept(call, rows, CHECK_BASE_DAY);
    found->base_balance = kept(call, rows, CHECK_BASE_BALANCE);
    found->books = kept(call, rows, CHECK_BOOKS);
    found->difference = kept(call, rows, CHECK_DIFFERENCE);
    found->rows = db_rows_int(rows, 0, CHECK_ROWS);
    if (!found->account_id || !found->name || !found->currency || !found->books ||
        !found->difference)
        return -ENOMEM;
    found->agrees = money_sign(found->difference) == 0;
    return 0;
}

#define MANY_DECIMALS "has more decimals than %s has, got %s"

/* Otherwise the difference could not be shown as it is. */
static bool has_its_decimals(const struct reconciling *found)
{
    return money_check(&found->args->balance, found->currency) == 0;
}

static void say_unknown(const struct reconciling *found, struct buf *text)
{
    (void)buf_append_text(text, "there is no account ");
    sentence_name(text, found->args->account.text);
}

static int checked(struct call *call, const struct db_rows *rows)
{
    const struct reconcile_account_args *a = call_args(call);
    int r = take(call, a->found, rows);
    if (r == 0)
        return has_its_decimals(a->found)
                   ? find_suspects(call, a->found)
                   : change_refuse_argument(call, "balance", MANY_DECIMALS, a->found->currency,
                                            money_said(&a->balance));
    if (r != -ENOENT)
        return r;
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX);
    say_unknown(a->found, &text);
    return change_refuse_argument(call, "account", "%s", buf_text(&text));
}

/* --- marking: a change like others ----------------------------------------------------------- */

static int marked(struct change *change, const struct db_rows *const *rows)
{
    struct reconciling *found = change_state(change);
    (void)rows;
    found->change = arena_strdup(call_arena(change_call(change)), change_id(change));
    return found->change ? find_suspects(change_call(change), found) : -ENOMEM;
}

static int numbered(struct change *change, const struct db_rows *const *rows)
{
    struct reconciling *found = change_state(change);
    struct call *call = change_call(change);
    int64_t id = db_rows_int(rows[0], 0, 0);
    const char *const values[] = {
        found->values[0], found->account_id,         found->args->statement_date.text,
        found->currency,  found->args->balance.text, found->difference,
        call_now(call),   kept(call, rows[0], 0)};
    if (!values[7])
        return -ENOMEM;
    memcpy(found->mark_values, values, sizeof(values));
    change_keep(change, "reconciliation", &id, 1);
    (void)change_step(change, &sql_mark, found->mark_values);
    change_keep_after(change);
    return change_commit(change, marked);
}

static int refuse_unknown(struct change *change, const struct reconciling *found)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX);
    say_unknown(found, &text);
    (void)buf_append_char(&text, '.');
    return change_refuse(change, "not_found", "account", buf_text(&text),
                         "get_context lists the accounts.");
}

static int refuse_decimals(struct change *change, const struct reconciling *found)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX);
    (void)buf_printf(&text, MANY_DECIMALS ".", found->currency, money_said(&found->args->balance));
    return change_refuse(change, "invalid_argument", "balance", buf_text(&text),
                         "Correct it, and repeat the request.");
}

static int refuse_difference(struct change *change, const struct reconciling *found)
{
    char amount[DECIMAL_TEXT_SIZE];
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX);
    (void)buf_printf(&text, "the books differ from it by %s %s.",
                     show(found, found->difference, amount), found->currency);
    return change_refuse(change, "differs", "balance", buf_text(&text),
                         "Look with mode check, or mark it all the same with accept_difference.");
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct reconciling *found = change_state(change);
    int r = take(change_call(change), found, rows[found->check_at]);
    if (r == -ENOENT)
        return refuse_unknown(change, found);
    if (r != 0)
        return r;
    if (!has_its_decimals(found))
        return refuse_decimals(change, found);
    if (!found->agrees && !found->args->accept_difference)
        return refuse_difference(change, found);
    found->mark_values[0] = found->values[0];
    found->mark_values[1] = found->account_id;
    found->mark_values[2] = found->args->statement_date.text;
    found->mark_values[3] = found->currency;
    (void)change_step(change, &sql_find_mark, found->mark_values);
    return change_send(change, numbered);
}

static int run(struct change *change)
{
    struct reconciling *found = change_state(change);
    found->change = NULL;
    change_open(change);
    (void)change_step(change, &sql_lock_account, found->values);
    found->check_at = change_step(change, &sql_check, found->values);
    return change_send(change, locked);
}

static void summarize(const struct change_story *story, struct buf *text)
{
    (void)story;
    (void)buf_append_text(text, "Marked.");
}

/* The same request again: the figures are those of then. */
static int replay_marked(struct call *call, const struct db_rows *rows, void *data)
{
    struct reconciling *found = data;
    if (db_rows_count(rows) != 1)
        return -EIO;
    found->difference = kept(call, rows, 0);
    found->books = kept(call, rows, 1);
    if (!found->difference || !found->books)
        return -ENOMEM;
    found->agrees = money_sign(found->difference) == 0;
    return find_suspects(call, found);
}

static int replay_checked(struct call *call, const struct db_rows *rows, void *data)
{
    struct reconciling *found = data;
    const char *const values[] = {found->values[0], found->change};
    int r = take(call, found, rows);
    return r == 0 ? tool_read_with(call, &sql_marked_by, values, replay_marked, found)
                  : (r == -ENOENT ? -EIO : r);
}

static int replay(struct change *change, const char *id)
{
    struct reconciling *found = change_state(change);
    struct call *call = change_call(change);
    found->is_replayed = true;
    found->change = arena_strdup(call_arena(call), id);
    return found->change ? tool_read_with(call, &sql_check, found->values, replay_checked, found)
                         : -ENOMEM;
}

static const struct change_kind marking = {
    .entity = "reconciliation", .run = run, .summarize = summarize, .replay = replay};

/* --- start ----------------------------------------------------------------------------------- */

static int start(struct call *call)
{
    struct reconcile_account_args *a = call_args(call);
    const struct change_args *change = call_extra_args(call);
    struct reconciling *found = arena_alloc(call_arena(call), sizeof(*found));
    if (!found)
        return -ENOMEM;
    *found = (struct reconciling){.args = a};
    a->found = found;
    const char *const values[] = {
        call_ledger(call)->id_text,
        a->account.id > 0 ? arena_printf(call_arena(call), "%lld", (long long)a->account.id) : NULL,
        a->account.folded, a->statement_date.text, a->balance.text};
    memcpy(found->values, values, sizeof(values));
    if (strcmp(a->mode, "mark") != 0 || change->dry_run)
        return tool_read(call, &sql_check, found->values, checked);
    return change_start(call, &marking, found);
}

const struct tool tool_reconcile_account = {
    .name = "reconcile_account",
    .title = "Reconcile account",
    .description = "Compare an account with the balance on its statement.",
    .flags = TOOL_IDEMPOTENT,
    .args = args,
    .args_size = sizeof(struct reconcile_account_args),
    .result = result,
    .start = start,
};
