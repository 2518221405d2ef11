/* manage_recurring: confirms, ignores, corrects, pauses or cancels a recurring payment that was found in
 * the books, or names one that they do not show yet. The expenses stay as they are. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/manage_recurring.sql.h"
#include "tools/support/asked.h"
#include "tools/support/change.h"
#include "tools/support/currency.h"
#include "tools/support/money.h"
#include "tools/support/recurring.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"

struct manage_recurring_args {
    const char *op;
    int64_t id;
    struct name_ref merchant;
    struct money amount;
    const char *currency;
    const char *cadence;
    struct date_arg next_date;
    struct name_ref category;
};

struct managing {
    struct manage_recurring_args *args;
    struct asked asked;
    struct name_question question;
    size_t category; /* its number among the names, 0: none */
    size_t names_at, found_at, number_at;
    char id[24];
};

/* Of the statement `find`. */
enum {
    FOUND_NUMBER,
    FOUND_LABEL,
    FOUND_KEY,
    FOUND_CURRENCY,
    FOUND_EXPECTED,
    FOUND_CADENCE,
    FOUND_NEXT,
    FOUND_STATUS,
    FOUND_IS_EXACT
};

/* Parameters of the statement `put`. */
enum {
    PUT_LEDGER,
    PUT_NUMBER,
    PUT_NAME,
    PUT_FOLDED,
    PUT_CURRENCY,
    PUT_AT_AMOUNT,
    PUT_AMOUNT,
    PUT_CADENCE,
    PUT_NEXT,
    PUT_STATUS,
    PUT_SINCE,
    PUT_CATEGORY,
    PUT_NOW,
    PUT_KEEPS_STATUS,
    PUT_PARAMS
};

enum {
    MESSAGE_MAX = 2000,
    SHOWN_MAX = 6
};

static const struct id_kind id_recurring = {"r", "recurring payment"};

static const char *const ops[] = {"confirm", "ignore", "create", "update", "pause", "cancel", NULL};

static const struct field args[] = {
    ARG_CHOICE(struct manage_recurring_args, op, .choices = ops,
               .flags = FIELD_REQUIRED | FIELD_PLAIN, .doc = "ignore: it is none."),
    ARG_MERCHANT(struct manage_recurring_args, merchant, .flags = FIELD_PLAIN,
                 .doc = "Whose payment."),
    ARG_ID(struct manage_recurring_args, id, id_recurring, .doc = "Or e.g. r5."),
    ARG_MONEY(struct manage_recurring_args, amount, .doc = "Its cost; else which of several."),
    ARG_CURRENCY(struct manage_recurring_args, currency, .flags = FIELD_PLAIN,
                 .doc = "create: the ledger's by default."),
    ARG_CHOICE(struct manage_recurring_args, cadence, .choices = recurring_cadences,
               .flags = FIELD_PLAIN, .doc = "create, update."),
    ARG_DATE(struct manage_recurring_args, next_date, .flags = FIELD_PLAIN,
             .doc = "create, update: when it is due."),
    ARG_CATEGORY(struct manage_recurring_args, category, .flags = FIELD_PLAIN,
                 .doc = "create, update."),
    ARG_END,
};

static bool is_op(const struct managing *managing, const char *op)
{
    return strcmp(managing->args->op, op) == 0;
}

/* --- which one ------------------------------------------------------------------------------- */

static int refuse_none(struct change *change, const struct managing *managing)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    const struct manage_recurring_args *a = managing->args;
    (void)buf_append_text(&happened, "no recurring payment ");
    if (a->id > 0) {
        (void)buf_printf(&happened, "r%lld", (long long)a->id);
    } else {
        (void)buf_append_text(&happened, "of ");
        sentence_name(&happened, a->merchant.text);
        if (a->amount.text && !is_op(managing, "update"))
            (void)buf_printf(&happened, " for %s", a->amount.text);
    }
    if (a->currency)
        (void)buf_printf(&happened, " in %s", a->currency);
    (void)buf_append_text(&happened, " is known.");
    return change_refuse(change, "not_found", a->id > 0 ? "id" : "merchant", buf_text(&happened),
                         "list_recurring with status all shows them; op create names a new one.");
}

/* An update's amount is what it will cost: it tells nothing apart. */
static const char *what_tells_apart(const struct managing *managing, const struct db_rows *rows,
                                    size_t count)
{
    bool is_update = is_op(managing, "update");
    const char *currency = db_rows_text(rows, 0, FOUND_CURRENCY);
    size_t alike = 1;
    while (alike < count && strcmp(db_rows_text(rows, alike, FOUND_CURRENCY), currency) == 0)
        alike++;
    if (alike < count)
        return is_update ? "Name the merchant in full, with its currency, or the id."
                         : "Name the merchant in full, with its amount and currency, or the id.";
    return is_update ? "Name the merchant in full, or the id."
                     : "Name the merchant in full, with its amount, or the id.";
}

static int refuse_several(struct change *change, const struct managing *managing,
                          const struct db_rows *rows, size_t count)
{
    struct arena *arena = call_arena(change_call(change));
    const char *candidates[SHOWN_MAX + 1] = {NULL};
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    (void)buf_append_text(&happened, "several are meant: ");
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
        char amount[DECIMAL_TEXT_SIZE];
        const char *currency = db_rows_text(rows, i, FOUND_CURRENCY);
        int exponent = currency_exponent(currency);
        money_format(db_rows_text(rows, i, FOUND_EXPECTED), exponent >= 0 ? exponent : 2, amount);
        candidates[i] = arena_printf(arena, "%s %s %s %s", db_rows_text(rows, i, FOUND_LABEL),
                                     amount, currency, db_rows_text(rows, i, FOUND_CADENCE));
        if (!candidates[i])
            return -ENOMEM;
        (void)buf_append_text(&happened, i > 0 ? ", " : "");
        sentence_plain_name(&happened, candidates[i]);
    }
    (void)buf_append_char(&happened, '.');
    return change_refuse_with(
        change,
        &(struct call_error){.code = "ambiguous", .field = "merchant", .candidates = candidates},
        buf_text(&happened), what_tells_apart(managing, rows, count));
}

/* Rows in front that are as good as the first: of exactly that name, and still coming. */
static size_t count_meant(const struct db_rows *rows)
{
    size_t count = 0;
    bool is_exact = db_rows_count(rows) > 0 && db_rows_bool(rows, 0, FOUND_IS_EXACT);
    const char *status = db_rows_count(rows) > 0 ? db_rows_text(rows, 0, FOUND_STATUS) : "";
    bool comes = strcmp(status, "active") == 0 || strcmp(status, "late") == 0;
    for (; count < db_rows_count(rows); count++) {
        const char *other = db_rows_text(rows, count, FOUND_STATUS);
        bool other_comes = strcmp(other, "active") == 0 || strcmp(other, "late") == 0;
        if (db_rows_bool(rows, count, FOUND_IS_EXACT) != is_exact || other_comes != comes)
            break;
    }
    return count;
}

/* --- the change ------------------------------------------------------------------------------ */

static const char *status_of(const struct managing *managing)
{
    static const char *const said[][2] = {
        {"ignore", "ignored"}, {"pause", "paused"}, {"cancel", "cancelled"}};
    for (size_t i = 0; i < ARRAY_LENGTH(said); i++) {
        if (is_op(managing, said[i][0]))
            return said[i][1];
    }
    return "confirmed";
}

/* What `put` stores, as the books have it or, without rows, as it was named. */
static void take_series(const struct managing *managing, const struct db_rows *rows,
                        const char *own_currency, const char **values)
{
    const struct manage_recurring_args *a = managing->args;
    values[PUT_NAME] = rows ? db_rows_text(rows, 0, FOUND_LABEL) : a->merchant.text;
    values[PUT_FOLDED] = rows ? db_rows_text(rows, 0, FOUND_KEY) : a->merchant.folded;
    values[PUT_CURRENCY] = rows ? db_rows_text(rows, 0, FOUND_CURRENCY) : own_currency;
    values[PUT_AT_AMOUNT] = rows ? db_rows_text(rows, 0, FOUND_EXPECTED) : a->amount.text;
    if (rows && !is_op(managing, "update"))
        return;
    values[PUT_AMOUNT] = a->amount.text;
    values[PUT_CADENCE] = a->cadence;
    values[PUT_NEXT] = date_arg_value(&a->next_date);
}

/* Texts of rows do not outlive the trip. NULL when out of memory. */
static const char **copy_values(struct arena *arena, const char *const *values)
{
    const char **kept = arena_array(arena, PUT_PARAMS, sizeof(*kept));
    for (size_t i = 0; kept && i < PUT_PARAMS; i++) {
        kept[i] = values[i] ? arena_strdup(arena, values[i]) : NULL;
        if (values[i] && !kept[i])
            return NULL;
    }
    return kept;
}

/* Of the one in the first row, or of a new one without rows. */
static int put(struct change *change, struct managing *managing, const struct db_rows *rows,
               int64_t number, const char *category)
{
    struct call *call = change_call(change);
    const struct ledger *ledger = call_ledger(call);
    const char *own = managing->args->currency;
    bool was_said = rows && !db_rows_is_null(rows, 0, FOUND_NUMBER);
    int64_t id = was_said ? db_rows_int(rows, 0, FOUND_NUMBER) : number;
    char text[24];
    (void)snprintf(text, sizeof(text), "%lld", (long long)id);
    const char *values[PUT_PARAMS] = {
        [PUT_LEDGER] = ledger->id_text,
        [PUT_NUMBER] = text,
        [PUT_STATUS] = status_of(managing),
        [PUT_SINCE] = ledger->today,
        [PUT_CATEGORY] = category,
        [PUT_NOW] = call_now(call),
        [PUT_KEEPS_STATUS] = was_said && is_op(managing, "update") ? "t" : "f",
    };
    take_series(managing, rows, own ? own : ledger->currency, values);
    const char **kept = copy_values(call_arena(call), values);
    if (!kept)
        return -ENOMEM;
    change_keep(change, "recurring", &id, 1);
    (void)change_step(change, &sql_put, kept);
    return change_finish(change);
}

/* One that the books do not show. */
static int put_new(struct change *change, struct managing *managing, const struct db_rows *series,
                   int64_t number, const char *category)
{
    if (count_meant(series) > 0 && db_rows_bool(series, 0, FOUND_IS_EXACT))
        return change_refuse(change, "exists", "merchant",
                             "the books show a recurring payment of that amount there.",
                             "Use op confirm or update for it.");
    return put(change, managing, NULL, number, category);
}

/* The one of the first row, unless there are others or none. */
static int put_found(struct change *change, struct managing *managing, const struct db_rows *series,
                     int64_t number, const char *category)
{
    const struct money *amount = &managing->args->amount;
    size_t meant = count_meant(series);
    if (meant == 0)
        return refuse_none(change, managing);
    if (meant > 1)
        return refuse_several(change, managing, series, meant);
    const char *currency = db_rows_text(series, 0, FOUND_CURRENCY);
    if (is_op(managing, "update") && amount->text && money_check(amount, currency) != 0)
        return change_refuse_decimals(change, "amount", amount, currency);
    return put(change, managing, series, number, category);
}

static int found(struct change *change, const struct db_rows *const *rows)
{
    struct managing *managing = change_state(change);
    const struct db_rows *series = rows[managing->found_at];
    int64_t number = db_rows_int(rows[managing->number_at], 0, 0);
    const char *category = NULL;
    int64_t *ids = NULL;
    int r = targets_resolved(change, &managing->asked, &managing->question,
                             rows[managing->names_at], &ids);
    if (r == 0)
        r = targets_refuse_archived(change, &managing->asked, rows[managing->names_at]);
    if (r != 0)
        return r < 0 ? r : 0;
    if (managing->category > 0) {
        category = arena_printf(call_arena(change_call(change)), "%lld",
                                (long long)ids[managing->category]);
        if (!category)
            return -ENOMEM;
    }
    if (is_op(managing, "create"))
        return put_new(change, managing, series, number, category);
    return put_found(change, managing, series, number, category);
}

static int run(struct change *change)
{
    struct managing *managing = change_state(change);
    const struct manage_recurring_args *a = managing->args;
    const struct ledger *ledger = call_ledger(change_call(change));
    const char *values[] = {
        ledger->id_text,
        ledger->today,
        a->id > 0 ? managing->id : NULL,
        a->merchant.folded,
        is_op(managing, "update") ? NULL : a->amount.text,
        is_op(managing, "create") && !a->currency ? ledger->currency : a->currency,
    };
    const char **kept =
        arena_array(call_arena(change_call(change)), ARRAY_LENGTH(values), sizeof(*kept));
    if (!kept)
        return -ENOMEM;
    memcpy(kept, values, sizeof(values));
    change_open(change);
    int r = targets_resolve_step(change, &managing->asked, &managing->names_at);
    managing->found_at = change_step(change, &sql_find, kept);
    managing->number_at = change_step(change, &sql_number, NULL);
    return r == 0 ? change_send(change, found) : r;
}

/* --- the sentence ---------------------------------------------------------------------------- */

/* A member of the series as it is kept, into `ret_text`; "" when it has none. */
static void show_text(const struct change_story *story, const char *key, struct buf *ret_text)
{
    for (size_t i = story->first; i < story->last; i++) {
        const char *why = NULL;
        if (strcmp(db_rows_text(story->rows, i, KEPT_SIDE), "after") != 0)
            continue;
        OWNED_JSON show = json_parse(db_rows_text(story->rows, i, KEPT_SHOW),
                                     db_rows_length(story->rows, i, KEPT_SHOW), &why);
        char amount[DECIMAL_TEXT_SIZE];
        bool is_amount = strcmp(key, "amount") == 0;
        const char *text = is_amount ? kept_amount(show, amount) : json_get_text(show, key);
        (void)buf_append_text(ret_text, text ? text : "");
    }
}

static void summarize(const struct change_story *story, struct buf *text)
{
    OWNED_BUF merchant = BUF_INIT(2000);
    OWNED_BUF amount = BUF_INIT(64);
    OWNED_BUF currency = BUF_INIT(16);
    OWNED_BUF cadence = BUF_INIT(32);
    OWNED_BUF status = BUF_INIT(32);
    show_text(story, "merchant", &merchant);
    show_text(story, "amount", &amount);
    show_text(story, "currency", &currency);
    show_text(story, "cadence", &cadence);
    show_text(story, "status", &status);
    sentence_plain_name(text, buf_text(&merchant));
    (void)buf_printf(text, " (%s %s%s%s) %s %s.", buf_text(&amount), buf_text(&currency),
                     cadence.length > 0 ? " " : "", buf_text(&cadence),
                     story->is_saved ? "is now" : "would be", buf_text(&status));
    if (strcmp(buf_text(&status), "cancelled") == 0)
        (void)buf_append_text(text,
                              " Its expenses stay; list_recurring says when one still comes.");
}

static const struct change_kind manage = {
    .entity = "recurring",
    .run = run,
    .summarize = summarize,
};

/* --- start ----------------------------------------------------------------------------------- */

/* 0; 1 when it was refused. */
static int check_new(struct call *call, const struct manage_recurring_args *a)
{
    const char *lacks = NULL;
    if (!a->merchant.text)
        lacks = "merchant";
    else if (!a->amount.text)
        lacks = "amount";
    else if (!a->cadence)
        lacks = "cadence";
    else if (!a->next_date.given)
        lacks = "next_date";
    if (lacks)
        (void)change_refuse_argument(call, lacks,
                                     "is missing: a new one needs merchant, amount, cadence and "
                                     "next_date");
    return lacks ? 1 : 0;
}

/* The same for what a correction may say. */
static int check_correction(struct call *call, const struct manage_recurring_args *a)
{
    bool is_update = strcmp(a->op, "update") == 0;
    bool has_correction = a->cadence || a->next_date.given || a->category.text;
    if (!is_update && has_correction) {
        (void)change_refuse_argument(call, "op", "%s corrects nothing; use update for that", a->op);
        return 1;
    }
    if (is_update && !has_correction && !a->amount.text) {
        (void)change_refuse_argument(call, "op",
                                     "update needs amount, cadence, next_date or category");
        return 1;
    }
    return 0;
}

static int check(struct call *call, const struct manage_recurring_args *a)
{
    const char *currency = a->currency ? a->currency : call_ledger(call)->currency;
    bool is_new = strcmp(a->op, "create") == 0;
    if (a->id == 0 && !a->merchant.text) {
        (void)change_refuse_argument(call, "merchant", "is missing: say whose payment, or give id");
        return 1;
    }
    if ((is_new ? check_new(call, a) : check_correction(call, a)) != 0)
        return 1;
    if (a->amount.text && money_sign(a->amount.text) <= 0) {
        (void)change_refuse_argument(call, "amount", "must be above 0, got %s", a->amount.text);
        return 1;
    }
    if (is_new && money_check(&a->amount, currency) != 0) {
        (void)change_refuse_argument(call, "amount", "has more decimals than %s has, got %s",
                                     currency, money_said(&a->amount));
        return 1;
    }
    return 0;
}

static int start(struct call *call)
{
    struct managing *managing = arena_alloc(call_arena(call), sizeof(*managing));
    if (!managing)
        return -ENOMEM;
    *managing = (struct managing){.args = call_args(call)};
    if (check(call, managing->args) != 0)
        return 0;
    (void)snprintf(managing->id, sizeof(managing->id), "%lld", (long long)managing->args->id);
    int r = asked_begin(&managing->asked, call);
    if (r != 0)
        return r;
    if (managing->args->category.text)
        managing->category = asked_add(&managing->asked, &managing->args->category, "category");
    asked_question(&managing->asked, &managing->question);
    return change_start(call, &manage, managing);
}

const struct tool tool_manage_recurring = {
    .name = "manage_recurring",
    .title = "Manage recurring",
    .description = "Correct or end a recurring payment, or name one not in the books yet.",
    .flags = TOOL_DESTRUCTIVE | TOOL_IDEMPOTENT,
    .args = args,
    .args_size = sizeof(struct manage_recurring_args),
    .result = change_result,
    .start = start,
};
