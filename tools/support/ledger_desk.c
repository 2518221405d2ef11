/* Lists and makes ledgers for the command line. Opening one is ledger.c's. */
#include "tools/support/ledger_desk.h"

#include <errno.h>

#include "tools/support/answer.h"
#include "tools/support/currency.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.h"
#include "tools/support/ledger_desk.sql.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"

enum {
    COLUMN_NAME,
    COLUMN_CURRENCY,
    COLUMN_TIME_ZONE,
    COLUMN_IS_DEMO
};

struct create_ledger_args {
    const char *name;
    const char *currency;
};

/* --- list_ledgers ---------------------------------------------------------------------------- */

static const struct field ledger_fields[] = {
    OUT_CELL("name", field_text, row_write_text, COLUMN_NAME),
    OUT_CELL("currency", field_text, row_write_text, COLUMN_CURRENCY),
    OUT_CELL("timezone", field_text, row_write_text, COLUMN_TIME_ZONE),
    OUT_CELL("sample", field_bool, row_write_if_true, COLUMN_IS_DEMO),
    OUT_END,
};

static const struct field list_result[] = {OUT_ROWS("rows", ledger_fields), OUT_ANY_OBJECT("error"),
                                           OUT_END};

static int list_read(struct call *call, const struct db_rows *rows)
{
    struct json_out *out = call_answer(call);
    json_object(out);
    json_put_array(out, "rows");
    for (size_t row = 0; row < db_rows_count(rows); row++)
        row_write(&(struct row_context){.out = out, .rows = rows, .row = row}, ledger_fields);
    json_end_array(out);
    json_end_object(out);
    return call_reply(call);
}

static int list_start(struct call *call)
{
    return tool_read(call, &sql_list, NULL, list_read);
}

static const struct tool list_ledgers = {
    .name = "list_ledgers",
    .title = "List ledgers",
    .description = "Says which ledgers there are.",
    .flags = TOOL_READ_ONLY | TOOL_WITHOUT_LEDGER,
    .result = list_result,
    .start = list_start,
};

/* --- create_ledger --------------------------------------------------------------------------- */

static const struct field create_args[] = {
    ARG_TEXT(struct create_ledger_args, name, .flags = FIELD_REQUIRED, .min = 1,
             .max = NAME_MAX_POINTS, .doc = "Its name."),
    ARG_CURRENCY(struct create_ledger_args, currency, .def = "USD", .doc = "Its own currency."),
    ARG_END,
};

static const struct field create_result[] = {OUT_TEXT("summary"), OUT_ANY_OBJECT("error"), OUT_END};

static int make_done(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                     size_t steps)
{
    const struct create_ledger_args *a = call_args(call);
    struct json_out *out = call_answer(call);
    OWNED_BUF text = BUF_INIT(1000);
    (void)tx;
    (void)steps;
    bool is_made = db_rows_count(rows[0]) > 0;
    (void)buf_append_text(&text, is_made ? "Made the ledger " : "There is a ledger ");
    sentence_name(&text, a->name);
    if (!is_made) {
        (void)buf_append_text(&text, " already. Nothing was saved. Choose another name.");
        return call_fail(call, &(struct call_error){.code = "name_taken",
                                                    .field = "name",
                                                    .message = buf_text(&text),
                                                    .saved = "no"});
    }
    (void)buf_printf(&text, " in %s.", a->currency);
    json_object(out);
    json_put_text(out, "summary", buf_text(&text));
    json_end_object(out);
    return call_reply(call);
}

static int create_start(struct call *call)
{
    const struct create_ledger_args *a = call_args(call);
    const struct tools_context *context = call_context(call);
    const char *folded = fold_text(call_arena(call), a->name);
    if (folded && folded[0] == '\0')
        return call_refuse(call, "name", "must hold a letter or digit. Nothing was saved");
    struct tool_tx *tx = tool_tx_begin(call, NULL);
    if (!folded || !tx)
        return -ENOMEM;
    const char *values[] = {a->name, folded, a->currency, context->time_zone, context->now};
    const struct db_step step = {&sql_make, values};
    return tool_tx_run(tx, &step, 1, true, make_done);
}

static const struct tool create_ledger = {
    .name = "create_ledger",
    .title = "Create a ledger",
    .description = "Makes a ledger beside those there are.",
    .flags = TOOL_WITHOUT_LEDGER,
    .args = create_args,
    .args_size = sizeof(struct create_ledger_args),
    .result = create_result,
    .start = create_start,
};

const struct tool *const ledger_desk_tools[] = {&create_ledger, &list_ledgers, NULL};
