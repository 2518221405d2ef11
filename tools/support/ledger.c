/* Opens the ledger before a tool starts, makes the first one in a fresh database, and resolves what
 * the arguments say relative to today. Names are not resolved here: that is each statement's part.
 *
 * The row of the ledger is kept for at most LEDGER_CACHE_MS and never past midnight in the ledger's
 * zone, so that a burst of calls asks once. */
#include "tools/support/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "tools/support/currency.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.sql.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"

#define LEDGER_DEFAULT_NAME     "Household" /* in ledger.sql as well */
#define LEDGER_DEFAULT_CURRENCY "USD"

enum {
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_CURRENCY,
    COLUMN_TIME_ZONE,
    COLUMN_FIRST_DAY_OF_WEEK,
    COLUMN_FIRST_DAY_OF_MONTH,
    COLUMN_IS_DEMO,
    COLUMN_TODAY,
    COLUMN_SECONDS_LEFT,
    COLUMN_IS_IDLE
};

/* The last row that was read. */
struct ledger_cache {
    struct arena arena; /* of the texts */
    struct ledger ledger;
    int64_t valid_until; /* milliseconds of the monotonic clock */
};

/* An opening under way. */
struct opening {
    int64_t asked_at;
    bool was_made; /* the first ledger has been made; do not try again */
};

struct frame {
    struct ledger ledger;
    struct opening opening;
};

static int64_t clock_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct tools_context *call_context(const struct call *call)
{
    return call_user(call);
}

const char *call_now(const struct call *call)
{
    return call_context(call)->now;
}

const struct ledger *call_ledger(const struct call *call)
{
    const struct frame *frame = call_frame(call);
    return frame ? &frame->ledger : NULL;
}

void tools_context_clear(struct tools_context *context)
{
    if (context->cache)
        arena_free(&context->cache->arena);
    mem_free(context->cache);
    context->cache = NULL;
}

/* --- dates and periods of the arguments ------------------------------------------------------ */

static int resolve_fields(struct call *call, const struct field *fields, char *target);

static int resolve_period(struct call *call, struct period *period)
{
    int r = period_resolve(period, &call_ledger(call)->calendar, call_arena(call));
    if (r != -ERANGE)
        return r;
    bool is_word = period->period.text != NULL;
    (void)call_refuse(call, is_word ? "period" : "end_date", "must not end before it starts");
    return r;
}

static int resolve_items(struct call *call, const struct field *field,
                         const struct field_list *list)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < list->count; i++)
        r = resolve_fields(call, field->fields, (char *)list->items + i * field->size);
    return r;
}

static int resolve_field(struct call *call, const struct field *field, char *target)
{
    if (field->type == &field_period)
        return resolve_period(call, (struct period *)(void *)target);
    if (field->type == &field_date)
        date_resolve((struct date_arg *)(void *)target, call_ledger(call)->calendar.today);
    else if (field->type->is_group || field->type == &field_object)
        return resolve_fields(call, field->fields, target);
    else if (field->type == &field_list && field->item == &field_object)
        return resolve_items(call, field, (struct field_list *)(void *)target);
    return 0;
}

static int resolve_fields(struct call *call, const struct field *fields, char *target)
{
    int r = 0;
    for (const struct field *field = fields; r == 0 && field && field->type; field++)
        r = resolve_field(call, field, target + field->offset);
    return r;
}

int ledger_resolve(struct call *call, const struct field *fields, void *args)
{
    return resolve_fields(call, fields, args);
}

static int start_tool(struct call *call)
{
    int r = resolve_fields(call, call_tool(call)->args, call_args(call));
    if (r == 0)
        call_start(call);
    return r == -ERANGE ? 0 : r;
}

/* --- the row --------------------------------------------------------------------------------- */

/* Texts go into the arena. 0, -EINVAL (a row that makes no sense) or -ENOMEM. */
static int read_ledger(struct arena *arena, const struct db_rows *rows, struct ledger *ret_ledger)
{
    struct ledger ledger = {
        .id = db_rows_int(rows, 0, COLUMN_ID),
        .id_text = arena_strdup(arena, db_rows_text(rows, 0, COLUMN_ID)),
        .name = arena_strdup(arena, db_rows_text(rows, 0, COLUMN_NAME)),
        .currency = arena_strdup(arena, db_rows_text(rows, 0, COLUMN_CURRENCY)),
        .time_zone = arena_strdup(arena, db_rows_text(rows, 0, COLUMN_TIME_ZONE)),
        .is_demo = db_rows_bool(rows, 0, COLUMN_IS_DEMO),
        .is_idle = db_rows_bool(rows, 0, COLUMN_IS_IDLE),
        .calendar.first_day_of_week = (int)db_rows_int(rows, 0, COLUMN_FIRST_DAY_OF_WEEK),
        .calendar.first_day_of_month = (int)db_rows_int(rows, 0, COLUMN_FIRST_DAY_OF_MONTH),
    };
    if (!ledger.id_text || !ledger.name || !ledger.currency || !ledger.time_zone)
        return -ENOMEM;
    int r = date_parse(db_rows_text(rows, 0, COLUMN_TODAY), &ledger.calendar.today);
    if (r != 0)
        return -EINVAL;
    date_format(ledger.calendar.today, ledger.today);
    int exponent = currency_exponent(ledger.currency);
    ledger.exponent = exponent >= 0 ? exponent : 2;
    (void)snprintf(ledger.day_of_week, sizeof(ledger.day_of_week), "%d",
                   ledger.calendar.first_day_of_week % 10);
    (void)snprintf(ledger.day_of_month, sizeof(ledger.day_of_month), "%d",
                   ledger.calendar.first_day_of_month % 100);
    *ret_ledger = ledger;
    return 0;
}

/* The cached texts may go before the call does. */
static int copy_ledger(struct arena *arena, const struct ledger *ledger, struct ledger *ret_copy)
{
    struct ledger copy = *ledger;
    copy.id_text = arena_strdup(arena, ledger->id_text);
    copy.name = arena_strdup(arena, ledger->name);
    copy.currency = arena_strdup(arena, ledger->currency);
    copy.time_zone = arena_strdup(arena, ledger->time_zone);
    if (!copy.id_text || !copy.name || !copy.currency || !copy.time_zone)
        return -ENOMEM;
    *ret_copy = copy;
    return 0;
}

/* Keeping it is a convenience: no memory for it is no error. */
static void keep_ledger(struct tools_context *context, const struct db_rows *rows, int64_t asked_at)
{
    enum {
        CACHE_MAX_BYTES = 4096
    };

    int64_t left = db_rows_int(rows, 0, COLUMN_SECONDS_LEFT) * 1000;
    if (!context->cache) {
        context->cache = mem_zalloc(sizeof(*context->cache));
        if (!context->cache)
            return;
        arena_init(&context->cache->arena, CACHE_MAX_BYTES);
    }
    struct ledger_cache *cache = context->cache;
    arena_free(&cache->arena);
    cache->valid_until = 0;
    if (read_ledger(&cache->arena, rows, &cache->ledger) == 0)
        cache->valid_until = asked_at + (left < LEDGER_CACHE_MS ? left : LEDGER_CACHE_MS);
}

static bool only_asks(const struct call *call)
{
    const struct tool *tool = call_tool(call);
    const char *op = NULL;
    if (call_is_read_only(call) || !(tool->flags & TOOL_LISTS))
        return call_is_read_only(call);
    for (const struct field *field = tool->args; field->type; field++) {
        if (field->type == &field_choice && strcmp(field->name, "op") == 0)
            memcpy(&op, (const char *)call_args(call) + field->offset, sizeof(op));
    }
    return op && (strcmp(op, "list") == 0 || strcmp(op, "test") == 0);
}

/* Nobody's own entries go into a sample ledger that was not chosen by name. */
static bool wants_own_ledger(const struct call *call)
{
    return !only_asks(call) && !call_context(call)->ledger_name;
}

static const struct ledger *kept_ledger(const struct call *call)
{
    const struct ledger_cache *cache = call_context(call)->cache;
    if (!cache || clock_ms() >= cache->valid_until)
        return NULL;
    bool wants_own = wants_own_ledger(call);
    bool is_other = wants_own ? cache->ledger.is_demo
                              : cache->ledger.is_idle && !call_context(call)->ledger_name;
    return is_other ? NULL : &cache->ledger;
}

/* --- opening --------------------------------------------------------------------------------- */

static int ledger_opened(struct call *call, const struct db_rows *rows);

static int ledger_open(struct call *call)
{
    const struct tools_context *context = call_context(call);
    struct frame *frame = call_frame(call);
    const char *folded = NULL;
    if (context->ledger_name) {
        folded = fold_text(call_arena(call), context->ledger_name);
        if (!folded)
            return -ENOMEM;
    }
    const char *values[] = {folded, context->now, wants_own_ledger(call) ? "t" : "f"};
    frame->opening.asked_at = clock_ms();
    return tool_read(call, &sql_open, values, ledger_opened);
}

static int ledger_missing(struct call *call, const struct db_rows *rows)
{
    OWNED_BUF text = BUF_INIT(1000);
    const char *candidates[CANDIDATES_MAX + 1] = {NULL};
    (void)buf_append_text(&text, "The ledger ");
    sentence_name(&text, call_context(call)->ledger_name);
    (void)buf_append_text(&text, " that was chosen at the start of the server does not exist. "
                                 "Nothing was saved. This database has ");
    for (size_t i = 0; i < db_rows_count(rows) && i < CANDIDATES_MAX; i++) {
        candidates[i] = db_rows_text(rows, i, 0);
        (void)buf_append_text(&text, i > 0 ? ", " : "");
        sentence_name(&text, candidates[i]);
    }
    (void)buf_append_text(&text, candidates[0] ? ": choose one of them." : "no ledger yet.");
    return call_fail(call, &(struct call_error){
                               .code = "no_such_ledger",
                               .message = buf_text(&text),
                               .saved = call_is_read_only(call) ? NULL : "no",
                               .candidates = candidates,
                           });
}

static int ledger_refused(struct call *call)
{
    return call_fail(call,
                     &(struct call_error){
                         .code = "no_ledger",
                         .message = "There is no ledger in this database yet, and this server "
                                    "was started with --read-only. Start it once without.",
                     });
}

static int ledger_made(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                       size_t steps)
{
    (void)tx;
    (void)rows;
    (void)steps;
    return ledger_open(call);
}

static int ledger_make(struct call *call)
{
    const struct tools_context *context = call_context(call);
    const char *name = context->ledger_name ? context->ledger_name : LEDGER_DEFAULT_NAME;
    const char *currency = context->currency
                               ? currency_find(context->currency, strlen(context->currency))
                               : LEDGER_DEFAULT_CURRENCY;
    const char *folded = fold_text(call_arena(call), name);
    struct tool_tx *tx = tool_tx_begin(call, NULL);
    if (!folded || !tx)
        return -ENOMEM;
    const char *values[] = {name, folded, currency ? currency : LEDGER_DEFAULT_CURRENCY,
                            context->time_zone, context->now};
    const struct db_step step = {&sql_create, values};
    return tool_tx_run(tx, &step, 1, true, ledger_made);
}

static int ledger_opened(struct call *call, const struct db_rows *rows)
{
    struct frame *frame = call_frame(call);
    if (db_rows_count(rows) == 0) {
        if (call_context(call)->read_only && !call_context(call)->ledger_name)
            return ledger_refused(call);
        if (frame->opening.was_made || call_context(call)->read_only)
            return tool_read(call, &sql_names, NULL, ledger_missing);
        frame->opening.was_made = true;
        return ledger_make(call);
    }
    struct tools_context *context = call_user(call);
    keep_ledger(context, rows, frame->opening.asked_at);
    int r = read_ledger(call_arena(call), rows, &frame->ledger);
    return r == 0 ? start_tool(call) : r;
}

static int before_start(struct call *call)
{
    if (call_tool(call)->flags & TOOL_WITHOUT_LEDGER) {
        call_start(call);
        return 0;
    }
    struct frame *frame = arena_alloc(call_arena(call), sizeof(*frame));
    if (!frame)
        return -ENOMEM;
    call_set_frame(call, frame);
    const struct ledger *kept = kept_ledger(call);
    if (!kept)
        return ledger_open(call);
    int r = copy_ledger(call_arena(call), kept, &frame->ledger);
    return r == 0 ? start_tool(call) : r;
}

void tools_before_start(struct call *call)
{
    int r = before_start(call);
    if (r < 0 && !call_has_ended(call))
        (void)call_fail_errno(call, r);
}
