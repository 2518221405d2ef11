/* list_changes: who changed what, newest first; one change with everything before and after. */
#include "tools/tool.h"

#include <stdio.h>
#include <string.h>

#include "tools/list_changes.sql.h"
#include "tools/support/answer.h"
#include "tools/support/candidates.h"
#include "tools/support/change.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"

enum {
    COLUMN_UNKNOWN,
    COLUMN_OF,
    COLUMN_AT,
    COLUMN_TOOL,
    COLUMN_USER,
    COLUMN_CLIENT,
    COLUMN_REASON,
    COLUMN_UNDOES,
    COLUMN_UNDONE_BY,
    COLUMN_ENTITIES,
    COLUMN_KEPT /* columns of enum kept_column begin here */
};

enum {
    SUMMARY_MAX = 500,
    TAIL_MAX = 300
};

struct list_changes_args {
    struct period period;
    struct name_ref user;
    int64_t change_id;

    struct name_question question; /* not arguments */
    struct name_ref *asked[1];
};

static const struct field args[] = {
    ARG_PERIOD(struct list_changes_args, period, NULL),
    ARG_USER(struct list_changes_args, user, .flags = FIELD_PLAIN, .doc = "Who made them."),
    ARG_ID(struct list_changes_args, change_id, id_change, .flags = FIELD_PLAIN,
           .doc = "One change with all its rows."),
    ARG_END,
};

static const struct field change_fields_out[] = {
    OUT_TEXT("change_id"),
    OUT_TEXT("at"),
    OUT_TEXT("tool"),
    OUT_TEXT("user"),
    OUT_TEXT("client"),
    OUT_TEXT("reason"),
    OUT_TEXT("undoes"),
    OUT_TEXT("undone_by"),
    OUT_INT("count"),
    OUT_LIST("rows", field_any_object),
    OUT_END,
};

static const struct field result[] = {
    OUT_TEXT("summary"),     OUT_ROWS("rows", change_fields_out),
    OUT_INT("returned"),     OUT_INT("of"),
    OUT_BOOL("truncated"),   OUT_TEXT("timezone"),
    OUT_ANY_OBJECT("error"), OUT_END,
};

/* --- the answer ------------------------------------------------------------------------------ */

static void put_id(struct json_out *out, const char *key, const struct db_rows *rows, size_t row,
                   size_t column)
{
    OWNED_BUF id = BUF_INIT(32);
    if (!db_rows_is_null(rows, row, column) &&
        buf_printf(&id, "ch%s", db_rows_text(rows, row, column)) == 0)
        json_put_text(out, key, buf_text(&id));
}

static void put_optional(struct json_out *out, const char *key, const struct db_rows *rows,
                         size_t row, size_t column)
{
    if (!db_rows_is_null(rows, row, column))
        json_put_text(out, key, db_rows_text(rows, row, column));
}

static int64_t change_at(const struct db_rows *rows, size_t row)
{
    return db_rows_int(rows, row, COLUMN_KEPT + KEPT_CHANGE);
}

/* Writes one change, whose rows begin at `row`; returns the row behind them. */
static size_t write_change(struct json_out *out, const struct db_rows *rows, size_t row,
                           size_t budget)
{
    size_t first = row;
    json_object(out);
    put_id(out, "change_id", rows, row, COLUMN_KEPT + KEPT_CHANGE);
    json_put_text(out, "at", db_rows_text(rows, row, COLUMN_AT));
    json_put_text(out, "tool", db_rows_text(rows, row, COLUMN_TOOL));
    put_optional(out, "user", rows, row, COLUMN_USER);
    put_optional(out, "client", rows, row, COLUMN_CLIENT);
    put_optional(out, "reason", rows, row, COLUMN_REASON);
    put_id(out, "undoes", rows, row, COLUMN_UNDOES);
    put_id(out, "undone_by", rows, row, COLUMN_UNDONE_BY);
    json_put_int(out, "count", db_rows_int(rows, row, COLUMN_ENTITIES));
    json_put_array(out, "rows");
    while (row < db_rows_count(rows) && change_at(rows, row) == change_at(rows, first)) {
        if (out->buf->length + TAIL_MAX < budget && kept_is_there(rows, row, COLUMN_KEPT))
            row = kept_write_sides(out, rows, row, COLUMN_KEPT, false);
        else
            row++;
    }
    json_end_array(out);
    json_end_object(out);
    return row;
}

static void say_nothing(struct buf *text, struct call *call, const struct list_changes_args *a)
{
    bool has_period = a->period.kind != PERIOD_NONE && a->period.kind != PERIOD_ALL;
    (void)buf_append_text(text, "Nothing was changed");
    if (a->user.text) {
        (void)buf_append_text(text, " by ");
        sentence_plain_name(text, a->user.text);
    }
    if (has_period) {
        (void)buf_append_char(text, ' ');
        period_phrase(&a->period, &call_ledger(call)->calendar, text);
    }
    (void)buf_append_text(text, has_period     ? ". Leave period out to see all changes."
                                : a->user.text ? ". Leave user out to see all changes."
                                               : " yet.");
}

static int write_answer(struct call *call, const struct db_rows *rows)
{
    const struct list_changes_args *a = call_args(call);
    struct json_out *out = call_answer(call);
    OWNED_BUF summary = BUF_INIT(SUMMARY_MAX);
    int64_t of = db_rows_int(rows, 0, COLUMN_OF);
    size_t budget = a->change_id > 0 ? ANSWER_MAX_BYTES : ANSWER_DEFAULT_BYTES;
    int64_t written = 0;
    if (of == 0) {
        say_nothing(&summary, call, a);
    } else {
        sentence_count(&summary, (long long)of, "change", "changes");
        (void)buf_append_text(&summary, of > 1 ? ", the newest first." : ".");
    }
    json_object(out);
    json_put_text(out, "summary", buf_text(&summary));
    json_put_text(out, "timezone", call_ledger(call)->time_zone);
    json_put_array(out, "rows");
    for (size_t row = 0;
         of > 0 && row < db_rows_count(rows) && out->buf->length + TAIL_MAX < budget; written++)
        row = write_change(out, rows, row, budget);
    json_end_array(out);
    json_put_int(out, "returned", written);
    json_put_int(out, "of", of);
    json_put_bool(out, "truncated", written < of);
    json_end_object(out);
    return call_reply(call);
}

/* --- the question ---------------------------------------------------------------------------- */

static int answered(struct call *call, const struct db_rows *rows)
{
    struct list_changes_args *a = call_args(call);
    int r = names_settle(call, &a->question, db_rows_text(rows, 0, COLUMN_UNKNOWN));
    if (r <= 0)
        return r;
    if (a->change_id == 0 || db_rows_int(rows, 0, COLUMN_OF) > 0)
        return write_answer(call, rows);
    return call_fail(call, &(struct call_error){
                               .code = "not_found",
                               .field = "change_id",
                               .message = "change_id: there is no such change. Leave it out to see "
                                          "the newest ones.",
                           });
}

static int run(struct call *call)
{
    struct list_changes_args *a = call_args(call);
    const struct ledger *ledger = call_ledger(call);
    bool has_period = a->period.kind != PERIOD_NONE && a->period.kind != PERIOD_ALL;
    char user[24];
    char change[24];
    char most[24];
    (void)snprintf(user, sizeof(user), "%lld", (long long)a->user.id);
    (void)snprintf(change, sizeof(change), "%lld", (long long)a->change_id);
    (void)snprintf(most, sizeof(most), "%d", (int)ROWS_DEFAULT);
    const char *values[] = {ledger->id_text,
                            has_period ? a->period.from : NULL,
                            has_period ? a->period.to : NULL,
                            a->user.id > 0 ? user : NULL,
                            a->user.folded,
                            a->change_id > 0 ? change : NULL,
                            ledger->time_zone,
                            most};
    return tool_read(call, &sql_changes, values, answered);
}

static int start(struct call *call)
{
    static const char *const fields[] = {"user"};
    struct list_changes_args *a = call_args(call);
    a->asked[0] = &a->user;
    a->question = (struct name_question){
        .asked = a->asked, .fields = fields, .count = 1, .again = run, .notes = ""};
    return run(call);
}

const struct tool tool_list_changes = {
    .name = "list_changes",
    .title = "List changes",
    .description = "Who or which client changed what, and when.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct list_changes_args),
    .result = result,
    .start = start,
};
