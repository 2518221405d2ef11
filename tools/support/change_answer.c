/* What a change answers: the same object for a first request, a repeated one and a dry run, written
 * from the rows that the change kept. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/support/change.sql.h"
#include "tools/support/change_impl.h"
#include "tools/support/currency.h"
#include "tools/support/expense.h"
#include "tools/support/money.h"
#include "tools/support/sentence.h"

enum {
    FOUND_ID,
    FOUND_TOOL,
    FOUND_SAME
};

enum {
    KEPT_MAX = 10000, /* rows that change.sql gives, and one more */
    SUMMARY_MAX = 2000,
    TAIL_MAX = 300 /* bytes of what follows the rows */
};

const struct field change_kept_fields[] = {
    OUT_ANY_OBJECT("before"),
    OUT_ANY_OBJECT("after"),
    OUT_END,
};

const struct field change_result[] = {CHANGE_RESULT, OUT_END};

const struct field change_fields[] = {
    ARG_TEXT(struct change_args, idempotency_key, .max = KEY_MAX_BYTES,
             .flags = FIELD_PLAIN, /* the instructions say it once for all */
             .doc = "Repeat the same value when you repeat the same request."),
    ARG_BOOL(struct change_args, dry_run, .flags = FIELD_PLAIN,
             .doc = "Show what would change; save nothing."),
    ARG_END,
};

const struct field change_confirm_fields[] = {
    ARG_TEXT(struct change_args, confirm, .max = KEY_MAX_BYTES, .flags = FIELD_PLAIN,
             .doc = "Of the dry run of a large change."),
    ARG_END,
};

/* --- kept rows ------------------------------------------------------------------------------- */

bool kept_is_there(const struct db_rows *rows, size_t row, size_t column)
{
    return !db_rows_is_null(rows, row, column + KEPT_SIDE);
}

const char *kept_amount(const cJSON *show, char ret_text[DECIMAL_TEXT_SIZE])
{
    const char *amount = json_get_text(show, "amount");
    const char *currency = json_get_text(show, "currency");
    int exponent = currency ? currency_exponent(currency) : -1;
    return amount && exponent >= 0 ? money_format(amount, exponent, ret_text) : NULL;
}

static void write_shown(struct json_out *out, const cJSON *show, bool is_draft)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *amount = kept_amount(show, text);
    const cJSON *member = NULL;
    json_object(out);
    cJSON_ArrayForEach (member, show) {
        if (is_draft && json_is_named(member, "id"))
            continue;
        json_key(out, member->string);
        if (amount && json_is_named(member, "amount"))
            json_text_n(out, amount, strlen(amount));
        else
            json_write(out, member);
    }
    json_end_object(out);
}

/* The object of one row: an expense, or what `show` says. */
static void write_side(struct json_out *out, const struct db_rows *rows, size_t row, size_t column,
                       bool is_draft)
{
    const char *why = NULL;
    if (strcmp(db_rows_text(rows, row, column + KEPT_ENTITY), "expense") == 0) {
        expense_write(out, rows, row, column + KEPT_EXPENSE, is_draft);
        return;
    }
    OWNED_JSON show = json_parse(db_rows_text(rows, row, column + KEPT_SHOW),
                                 db_rows_length(rows, row, column + KEPT_SHOW), &why);
    write_shown(out, show, is_draft);
}

static bool is_same_entity(const struct db_rows *rows, size_t row, size_t other, size_t column)
{
    return db_rows_int(rows, row, column + KEPT_CHANGE) ==
               db_rows_int(rows, other, column + KEPT_CHANGE) &&
           db_rows_int(rows, row, column + KEPT_POSITION) ==
               db_rows_int(rows, other, column + KEPT_POSITION);
}

size_t kept_write_sides(struct json_out *out, const struct db_rows *rows, size_t row, size_t column,
                        bool makes_drafts)
{
    size_t first = row;
    json_object(out);
    while (row < db_rows_count(rows) && is_same_entity(rows, row, first, column)) {
        json_key(out, db_rows_text(rows, row, column + KEPT_SIDE));
        bool is_new =
            row == first && strcmp(db_rows_text(rows, row, column + KEPT_SIDE), "after") == 0;
        write_side(out, rows, row, column, makes_drafts && is_new);
        row++;
    }
    json_end_object(out);
    return row;
}

const char *kept_text(const struct change_story *story, size_t row, size_t expense_column)
{
    size_t column = KEPT_EXPENSE + expense_column;
    return db_rows_is_null(story->rows, row, column) ? NULL
                                                     : db_rows_text(story->rows, row, column);
}

static void describe_amount(const struct change_story *story, size_t row, struct buf *text)
{
    char amount[DECIMAL_TEXT_SIZE];
    const char *currency = kept_text(story, row, EXPENSE_CURRENCY);
    const char *number = kept_text(story, row, EXPENSE_AMOUNT);
    int exponent = currency_exponent(currency ? currency : "");
    (void)buf_printf(text, "%s %s",
                     money_format(number ? number : "0", exponent < 0 ? 2 : exponent, amount),
                     currency ? currency : "");
}

void kept_describe(const struct change_story *story, size_t row, struct buf *text)
{
    const char *merchant = kept_text(story, row, EXPENSE_MERCHANT);
    const char *category = kept_text(story, row, EXPENSE_CATEGORY);
    const char *date = kept_text(story, row, EXPENSE_DATE);
    describe_amount(story, row, text);
    if (merchant) {
        (void)buf_append_text(text, " at ");
        sentence_plain_name(text, merchant);
    }
    (void)buf_printf(text, " on %s", date ? date : "?");
    if (category) {
        (void)buf_append_text(text, " in ");
        sentence_plain_name(text, category);
    }
}

void kept_say_waiting(const struct change_story *story, struct buf *text)
{
    long long waiting = 0;
    for (size_t i = story->first; i < story->last; i++) {
        if (strcmp(db_rows_text(story->rows, i, KEPT_SIDE), "after") == 0)
            waiting += db_rows_bool(story->rows, i, KEPT_WAITS) ? 1 : 0;
    }
    if (waiting == 0)
        return;
    if (story->count == 1)
        (void)buf_append_text(text, " It waits for an exchange rate and");
    else
        (void)buf_printf(text, " %lld of them wait for an exchange rate and", waiting);
    (void)buf_printf(text, " %s left out of totals until then.", story->count == 1 ? "is" : "are");
}

/* --- the answer ------------------------------------------------------------------------------ */

static size_t count_entities(const struct db_rows *rows, const char *entity)
{
    if (db_rows_count(rows) > KEPT_MAX)
        return (size_t)db_rows_int(rows, 0, KEPT_EXPENSE + EXPENSE_COLUMNS);
    size_t count = 0;
    int64_t before = -1;
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        int64_t position = db_rows_int(rows, i, KEPT_POSITION);
        bool counts = !entity || strcmp(db_rows_text(rows, i, KEPT_ENTITY), entity) == 0;
        count += position != before && counts ? 1 : 0;
        before = position;
    }
    return count;
}

/* As many entities as fit; returns how many. */
static size_t write_entities(struct json_out *out, const struct change_story *story)
{
    size_t budget = story->is_saved ? ANSWER_DEFAULT_BYTES : ANSWER_MAX_BYTES;
    /* What an undo brings back is there already. */
    bool makes_drafts = !story->is_saved && !story->change->undoes;
    size_t written = 0;
    size_t largest = 0;
    json_put_array(out, "rows");
    for (size_t row = 0; row < db_rows_count(story->rows);) {
        size_t start = out->buf->length;
        if (start + largest + TAIL_MAX > budget)
            break;
        row = kept_write_sides(out, story->rows, row, 0, makes_drafts);
        largest = out->buf->length - start > largest ? out->buf->length - start : largest;
        written++;
    }
    json_end_array(out);
    return written;
}

static int answer(struct change *change, const struct db_rows *rows, bool is_replayed)
{
    struct json_out *out = call_answer(change->call);
    OWNED_BUF summary = BUF_INIT(SUMMARY_MAX);
    OWNED_BUF id = BUF_INIT(32);
    struct change_story story = {
        .change = change,
        .rows = rows,
        .last = db_rows_count(rows),
        .count = count_entities(rows, change->kind->entity),
        .is_saved = is_replayed || !change_is_dry_run(change),
    };
    change->kind->summarize(&story, &summary);
    if (change->token)
        (void)buf_append_text(&summary, " It has to be confirmed: show this to the person, then "
                                        "repeat within five minutes, without dry_run and with the "
                                        "confirm token.");
    json_object(out);
    json_put_text(out, "summary", buf_text(&summary));
    json_put_bool(out, "saved", story.is_saved);
    if (story.is_saved && db_rows_count(rows) > 0 &&
        buf_printf(&id, "ch%s", db_rows_text(rows, 0, KEPT_CHANGE)) == 0)
        json_put_text(out, "change_id", buf_text(&id));
    json_put_int(out, "count", (int64_t)story.count);
    if (change->token)
        json_put_text(out, "confirm", change->token);
    if (change->kind->extend)
        change->kind->extend(&story, out);
    size_t written = write_entities(out, &story);
    if (written < count_entities(rows, NULL)) {
        json_put_int(out, "returned", (int64_t)written);
        json_put_bool(out, "truncated", true);
    }
    json_put_bool(out, "replayed", is_replayed);
    json_end_object(out);
    if (!change->token)
        return call_reply(change->call);
    change_roll_back(change);
    return change_give_token(change);
}

int change_answer_nothing(struct change *change)
{
    struct json_out *out = call_answer(change->call);
    change_roll_back(change);
    if (change->was_unknown)
        return change_fail_open(change->call, "The connection was lost while saving.");
    json_object(out);
    json_put_text(out, "summary",
                  "Nothing was to change: this is what the books say already. No change was made.");
    json_put_bool(out, "saved", false);
    json_put_int(out, "count", 0);
    json_put_array(out, "rows");
    json_end_array(out);
    json_put_bool(out, "replayed", false);
    json_end_object(out);
    return call_reply(change->call);
}

int change_answer_done(struct change *change, const struct db_rows *const *rows)
{
    const struct db_rows *kept = rows[change->rows_at];
    const struct tools_context *context = call_context(change->call);
    bool is_saved = !change_is_dry_run(change);
    if (is_saved)
        change->tx = NULL;
    if (is_saved && context->changed)
        context->changed(context->changed_data);
    if (db_rows_count(kept) > 0)
        return answer(change, kept, false);
    change_roll_back(change);
    return change_find(change);
}

/* --- a former change under the same key ------------------------------------------------------ */

static int replay(struct call *call, const struct db_rows *rows)
{
    struct change *change = change_of(call);
    return answer(change, rows, !change->was_unknown);
}

static int found(struct call *call, const struct db_rows *rows)
{
    struct change *change = change_of(call);
    const char *ledger = call_ledger(call)->id_text;
    change->may_be_saved = change->was_unknown || db_rows_count(rows) > 0;
    if (db_rows_count(rows) == 0)
        return change->kind->explain ? change->kind->explain(change) : change_again(change);
    bool is_tool = strcmp(db_rows_text(rows, 0, FOUND_TOOL), call_tool(call)->name) == 0;
    if (!is_tool || !db_rows_bool(rows, 0, FOUND_SAME)) {
        OWNED_BUF happened = BUF_INIT(SUMMARY_MAX);
        (void)buf_printf(&happened, "this key was used before, for another request (change ch%s).",
                         db_rows_text(rows, 0, FOUND_ID));
        return change_refuse(change, "key_reused", "idempotency_key", buf_text(&happened),
                             "Use a new key for a new request.");
    }
    const char *values[] = {ledger, db_rows_text(rows, 0, FOUND_ID)};
    if (change->kind->replay)
        return change->kind->replay(change, values[1]);
    return tool_read(call, &sql_rows, values, replay);
}

int change_find(struct change *change)
{
    const char *values[] = {call_ledger(change->call)->id_text, change->key, change->arguments};
    change->may_be_saved = true;
    return tool_read(change->call, &sql_find, values, found);
}
