/* set_exchange_rate: what a currency costs on a day in the ledger's currency. Amounts that hang on
 * that rate are converted anew in the same change. */
#include "tools/tool.h"

#include <errno.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/set_exchange_rate.sql.h"
#include "tools/support/change.h"
#include "tools/support/currency.h"
#include "tools/support/rate.h"

enum {
    RATE_DAYS = 7, /* a rate serves its own day and at most so many after it (converted.sql) */
    COLUMN_ID = 0
};

struct set_exchange_rate_args {
    const char *currency;
    struct rate rate;
    struct date_arg date;
};

struct setting {
    const struct set_exchange_rate_args *args;
    const char *values[5];
    struct rate_span span;
    size_t found_at;
    char last[DATE_TEXT_SIZE];
};

static const struct field args[] = {
    ARG_CURRENCY(struct set_exchange_rate_args, currency, .flags = FIELD_REQUIRED | FIELD_PLAIN,
                 .doc = "The foreign currency."),
    ARG_RATE(struct set_exchange_rate_args, rate, .flags = FIELD_REQUIRED,
             .doc = "One unit in the ledger's currency."),
    ARG_DATE(struct set_exchange_rate_args, date, .def = "today", .flags = FIELD_PLAIN,
             .doc = "The day it holds for."),
    ARG_END,
};

static const struct field result[] = {CHANGE_RESULT, OUT_CONVERTED, OUT_END};

/* --- the change ------------------------------------------------------------------------------ */

static int found(struct change *change, const struct db_rows *const *rows)
{
    const struct setting *setting = change_state(change);
    int r = rate_convert(change, rows[setting->found_at]);
    return r == 0 ? change_finish(change) : r;
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct setting *setting = change_state(change);
    const struct db_rows *rate = rows[1];
    int64_t id = db_rows_int(rate, 0, COLUMN_ID);
    setting->values[4] =
        arena_strdup(call_arena(change_call(change)), db_rows_text(rate, 0, COLUMN_ID));
    if (!setting->values[4])
        return -ENOMEM;
    change_keep(change, "rate", &id, 1);
    (void)change_step(change, &sql_set_rate, setting->values);
    int r = rate_find(change, &setting->span, &setting->found_at);
    return r == 0 ? change_send(change, found) : r;
}

static int run(struct change *change)
{
    struct setting *setting = change_state(change);
    change_open(change);
    rate_lock(change);
    (void)change_step(change, &sql_find_rate, setting->values);
    return change_send(change, locked);
}

/* --- the sentence ---------------------------------------------------------------------------- */

/* A member of the rate's side, in `ret_text`; "" when it has none. */
static void show_text(const struct change_story *story, const char *side, const char *key,
                      struct buf *ret_text)
{
    for (size_t i = story->first; i < story->last; i++) {
        const char *why = NULL;
        if (strcmp(db_rows_text(story->rows, i, KEPT_ENTITY), "rate") != 0 ||
            strcmp(db_rows_text(story->rows, i, KEPT_SIDE), side) != 0)
            continue;
        OWNED_JSON show = json_parse(db_rows_text(story->rows, i, KEPT_SHOW),
                                     db_rows_length(story->rows, i, KEPT_SHOW), &why);
        const char *text = json_get_text(show, key);
        (void)buf_append_text(ret_text, text ? text : "");
        return;
    }
}

static void summarize(const struct change_story *story, struct buf *text)
{
    OWNED_BUF currency = BUF_INIT(16);
    OWNED_BUF day = BUF_INIT(16);
    OWNED_BUF rate = BUF_INIT(64);
    OWNED_BUF before = BUF_INIT(64);
    const struct ledger *ledger = call_ledger(change_call(story->change));
    show_text(story, "after", "currency", &currency);
    show_text(story, "after", "date", &day);
    show_text(story, "after", "rate", &rate);
    show_text(story, "before", "rate", &before);
    (void)buf_printf(text, "1 %s %s %s %s on %s", buf_text(&currency),
                     story->is_saved ? "is" : "would be", buf_text(&rate), ledger->currency,
                     buf_text(&day));
    if (before.length > 0)
        (void)buf_printf(text, " (before: %s)", buf_text(&before));
    (void)buf_append_char(text, '.');
    rate_say_converted(story, text);
}

static const struct change_kind rating = {
    .entity = "rate",
    .run = run,
    .summarize = summarize,
    .extend = rate_write_converted,
};

/* --- start ----------------------------------------------------------------------------------- */

static int refuse_own(struct call *call)
{
    OWNED_BUF text = BUF_INIT(300);
    (void)buf_printf(&text,
                     "currency: %s is the ledger's own currency, which needs no rate. Nothing was "
                     "saved. Give the rate of another currency.",
                     call_ledger(call)->currency);
    return call_fail(call, &(struct call_error){.code = "invalid_argument",
                                                .field = "currency",
                                                .message = buf_text(&text),
                                                .saved = "no"});
}

static int start(struct call *call)
{
    const struct set_exchange_rate_args *a = call_args(call);
    const struct ledger *ledger = call_ledger(call);
    struct setting *setting = arena_alloc(call_arena(call), sizeof(*setting));
    if (!setting)
        return -ENOMEM;
    if (strcmp(a->currency, ledger->currency) == 0)
        return refuse_own(call);
    *setting = (struct setting){
        .args = a,
        .values = {ledger->id_text, a->currency, a->date.text, a->rate.text},
        .span = {.currencies = arena_printf(call_arena(call), "{%s}", a->currency),
                 .first = a->date.text},
    };
    setting->span.last = date_format(
        a->date.day + RATE_DAYS > DATE_LAST ? DATE_LAST : a->date.day + RATE_DAYS, setting->last);
    return setting->span.currencies ? change_start(call, &rating, setting) : -ENOMEM;
}

const struct tool tool_set_exchange_rate = {
    .name = "set_exchange_rate",
    .title = "Set exchange rate",
    .description = "What a currency costs on a day; amounts that waited are converted.",
    .flags = TOOL_DESTRUCTIVE | TOOL_IDEMPOTENT,
    .args = args,
    .args_size = sizeof(struct set_exchange_rate_args),
    .result = result,
    .start = start,
};
