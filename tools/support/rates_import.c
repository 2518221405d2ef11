/* Stores the rates of many days as one change, and converts what they concern. Reading the file is
 * import/rates.c's and the command's. */
#include "tools/support/rates_import.h"

#include <errno.h>

#include "tools/support/change.h"
#include "tools/support/rate.h"
#include "tools/support/rates_import.sql.h"
#include "tools/support/sentence.h"

enum {
    COLUMN_STORED,
    COLUMN_FIRST,
    COLUMN_LAST,
    COLUMN_CURRENCIES,
    ARRAY_TEXT_MAX = 2 * 1024 * 1024
};

/* The arrays are texts of PostgreSQL's, made by the command. */
struct import_rates_args {
    const char *days;
    const char *currencies;
    const char *rates;
    bool replace;
};

struct importing {
    const char *values[7];
    struct rate_span span;
    size_t found_at;
};

/* --- import_rates ---------------------------------------------------------------------------- */

/* Everything is there already: that is no error, and no change. */
static int nothing_new(struct change *change)
{
    struct call *call = change_call(change);
    struct json_out *out = call_answer(call);
    change_roll_back(change);
    json_object(out);
    json_put_text(out, "summary", "All of these rates were stored before.");
    json_put_bool(out, "saved", false);
    json_put_int(out, "count", 0);
    json_put_array(out, "rows");
    json_end_array(out);
    json_put_int(out, "converted", 0);
    json_put_int(out, "waited", 0);
    json_put_bool(out, "replayed", false);
    json_end_object(out);
    return call_reply(call);
}

static int converted(struct change *change, const struct db_rows *const *rows)
{
    const struct importing *importing = change_state(change);
    int r = rate_convert(change, rows[importing->found_at]);
    return r == 0 ? change_finish(change) : r;
}

static int stored(struct change *change, const struct db_rows *const *rows)
{
    struct importing *importing = change_state(change);
    struct arena *arena = call_arena(change_call(change));
    if (db_rows_int(rows[0], 0, COLUMN_STORED) == 0)
        return nothing_new(change);
    importing->span = (struct rate_span){
        .currencies = arena_strdup(arena, db_rows_text(rows[0], 0, COLUMN_CURRENCIES)),
        .first = arena_strdup(arena, db_rows_text(rows[0], 0, COLUMN_FIRST)),
        .last = arena_strdup(arena, db_rows_text(rows[0], 0, COLUMN_LAST)),
    };
    if (!importing->span.currencies || !importing->span.first || !importing->span.last)
        return -ENOMEM;
    int r = rate_find(change, &importing->span, &importing->found_at);
    return r == 0 ? change_send(change, converted) : r;
}

static int opened(struct change *change, const struct db_rows *const *rows)
{
    struct importing *importing = change_state(change);
    (void)rows;
    importing->values[1] = change_id(change);
    (void)change_step(change, &sql_import_rates, importing->values);
    return change_send(change, stored);
}

static int run(struct change *change)
{
    change_open(change);
    rate_lock(change);
    return change_send(change, opened);
}

static void summarize(const struct change_story *story, struct buf *text)
{
    (void)buf_append_text(text, story->is_saved ? "Stored " : "Would store ");
    sentence_count(text, (long long)story->count, "rate", "rates");
    (void)buf_append_char(text, '.');
    rate_say_converted(story, text);
}

static const struct change_kind importing_kind = {
    .entity = "rate",
    .run = run,
    .summarize = summarize,
    .extend = rate_write_converted,
};

static int import_start(struct call *call)
{
    const struct import_rates_args *a = call_args(call);
    const struct ledger *ledger = call_ledger(call);
    struct importing *importing = arena_alloc(call_arena(call), sizeof(*importing));
    if (!importing)
        return -ENOMEM;
    *importing = (struct importing){
        .values = {ledger->id_text, NULL, a->days, a->currencies, a->rates, ledger->currency,
                   a->replace ? "t" : "f"},
    };
    return change_start(call, &importing_kind, importing);
}

static const struct field import_args[] = {
    ARG_TEXT(struct import_rates_args, days, .flags = FIELD_REQUIRED, .max = ARRAY_TEXT_MAX,
             .doc = "Days."),
    ARG_TEXT(struct import_rates_args, currencies, .flags = FIELD_REQUIRED, .max = ARRAY_TEXT_MAX,
             .doc = "Currencies."),
    ARG_TEXT(struct import_rates_args, rates, .flags = FIELD_REQUIRED, .max = ARRAY_TEXT_MAX,
             .doc = "What one euro costs."),
    ARG_BOOL(struct import_rates_args, replace, .doc = "Replace rates that a person gave."),
    ARG_END,
};

static const struct field import_result[] = {CHANGE_RESULT, OUT_CONVERTED, OUT_END};

static const struct tool import_rates = {
    .name = "import_rates",
    .title = "Import exchange rates",
    .description = "Stores the rates of many days.",
    .args = import_args,
    .args_size = sizeof(struct import_rates_args),
    .result = import_result,
    .start = import_start,
};

/* --- first_rate_needed ----------------------------------------------------------------------- */

static int first_read(struct call *call, const struct db_rows *rows)
{
    struct json_out *out = call_answer(call);
    json_object(out);
    json_put_text(out, "first", db_rows_text(rows, 0, 0));
    json_put_text(out, "currency", call_ledger(call)->currency);
    json_end_object(out);
    return call_reply(call);
}

static int first_start(struct call *call)
{
    const struct ledger *ledger = call_ledger(call);
    const char *values[] = {ledger->id_text, ledger->today};
    return tool_read(call, &sql_first_needed, values, first_read);
}

static const struct field first_result[] = {OUT_TEXT("first"), OUT_TEXT("currency"),
                                            OUT_ANY_OBJECT("error"), OUT_END};

static const struct tool first_rate_needed = {
    .name = "first_rate_needed",
    .title = "First rate needed",
    .description = "Says since when the books can use rates.",
    .flags = TOOL_READ_ONLY,
    .result = first_result,
    .start = first_start,
};

const struct tool *const rates_import_tools[] = {&first_rate_needed, &import_rates, NULL};
