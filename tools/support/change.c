/* The life of a change: trips, collisions, what is said when the connection is lost. Its steps are
 * put together in change_steps.c, its key is made in change_key.c, its answer in change_answer.c. */
#include "tools/support/change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/announce.h"
#include "tools/support/announce.sql.h"
#include "tools/support/change.sql.h"
#include "tools/support/change_impl.h"
#include "tools/support/currency.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"

enum {
    MESSAGE_MAX = 2000
};

/* --- small answers --------------------------------------------------------------------------- */

struct call *change_call(const struct change *change)
{
    return change->call;
}

void *change_state(const struct change *change)
{
    return change->state;
}

const struct change_args *change_args(const struct change *change)
{
    return call_extra_args(change->call);
}

bool change_is_dry_run(const struct change *change)
{
    return change_args(change)->dry_run;
}

bool change_has_key(const struct change *change)
{
    return change_args(change)->idempotency_key != NULL;
}

const char *change_key(const struct change *change)
{
    return change->key;
}

const char *change_arguments(const struct change *change)
{
    return change->arguments;
}

const char *change_id(const struct change *change)
{
    return change->id;
}

const char *change_exponent(const struct change *change)
{
    return change->exponent;
}

void change_fail(struct change *change, int error)
{
    change->error = error;
}

struct change *change_of(const struct call *call)
{
    const struct change_args *args = call_extra_args(call);
    return args ? args->change : NULL;
}

/* --- trips ----------------------------------------------------------------------------------- */

static int change_try(struct change *change);

/* It is saved, or may be. */
static void tell_later(const struct change *change)
{
    if (change->announces_later)
        announcer_tell(call_context(change->call)->announcer, call_ledger(change->call)->id_text);
}

static bool change_failed(struct call *call, const struct db_failure *failure)
{
    struct change *change = change_of(call);
    change->tx = NULL;
    bool is_collision = failure->class == DB_RETRY;
    bool is_open = failure->saved == DB_SAVED_UNKNOWN;
    change->was_unknown = change->was_unknown || is_open;
    change->may_be_saved = change->may_be_saved || is_open;
    if (is_open)
        tell_later(change);
    if ((!is_collision && !is_open) || change->tries >= CHANGE_TRIES_MAX)
        return false;
    int r = change_try(change);
    if (r < 0 && !call_has_ended(call))
        (void)call_fail_errno(call, r);
    return true;
}

static int trip_done(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                     size_t steps)
{
    struct change *change = change_of(call);
    (void)tx;
    (void)steps;
    size_t first = change->frame_steps;
    change_clear_kept(change);
    const struct db_rows *opened = change->opens ? rows[first - 1] : NULL;
    change->step_count = 0;
    change->frame_steps = 0;
    change->opens = false;
    if (change->commits) {
        change->tx = NULL;
        tell_later(change);
    }
    if (opened && db_rows_count(opened) == 0) {
        change_roll_back(change);
        return change_find(change);
    }
    if (opened) {
        /* A free key does not tell that a try before is over: its COMMIT may still be on the way. */
        change->may_be_saved = change->was_unknown;
        const struct db_rows *token = change->takes_token ? rows[first - 2] : NULL;
        change->confirmed_rows = token && db_rows_count(token) > 0 ? db_rows_int(token, 0, 0) : -1;
        change->id = arena_strdup(call_arena(call), db_rows_text(opened, 0, 0));
        if (!change->id)
            return -ENOMEM;
    }
    return change->done(change, rows + first);
}

static int send(struct change *change, bool commit, change_done *done)
{
    change_keep_steps(change);
    if (change->error != 0)
        return change->error;
    if (!change->tx) {
        change->tx = tool_tx_begin_long(change->call, change_failed, change->kind->timeout_ms);
        if (!change->tx)
            return -ENOMEM;
        if (change->kind->plans_once)
            tool_tx_plan_once(change->tx);
        if (change->shares && change->tries == 1)
            tool_tx_share(change->tx);
    }
    change->done = done;
    change->commits = commit;
    return tool_tx_run(change->tx, change->steps, change->step_count, commit, trip_done);
}

int change_send(struct change *change, change_done *done)
{
    return send(change, false, done);
}

/* With COMMIT, unless it is only a rehearsal. */
int change_commit(struct change *change, change_done *done)
{
    bool saves = !change_is_dry_run(change);
    const char *ledger = call_ledger(change->call)->id_text;
    change->announces_later = announcer_is_crowded(call_context(change->call)->announcer);
    if (saves && !change->announces_later)
        (void)change_step(change, &sql_announce,
                          change_values(change, (const char *const[]){ledger}, 1));
    return send(change, saves, done);
}

static const char *const *kept_values(struct change *change)
{
    const char *ledger = call_ledger(change->call)->id_text;
    return change_values(change, (const char *const[]){ledger, change->id, change->exponent}, 3);
}

void change_keep_after(struct change *change)
{
    (void)change_step(change, &sql_keep_after, kept_values(change));
}

int change_finish(struct change *change)
{
    change_keep_after(change);
    change->rows_at = change_step(change, &sql_rows, kept_values(change));
    return change_commit(change, change_answer_done);
}

size_t change_compare(struct change *change)
{
    return change_step(change, &sql_compare, kept_values(change));
}

int change_finish_compared(struct change *change, const struct db_rows *compared)
{
    return db_rows_bool(compared, 0, 0) ? change_finish(change) : change_answer_nothing(change);
}

void change_share(struct change *change)
{
    change->shares = true;
}

int change_send_whole(struct change *change)
{
    change->rows_at = change->step_count - 1 - change->frame_steps;
    return change_commit(change, change_answer_done);
}

void change_roll_back(struct change *change)
{
    if (change->tx)
        tool_tx_rollback(change->tx);
    change->tx = NULL;
    change->step_count = 0;
    change->frame_steps = 0;
    change->opens = false;
}

static int change_try(struct change *change)
{
    change->tries++;
    change->tx = NULL;
    change->id = NULL;
    change->token = NULL;
    change->confirmed_rows = -1;
    change->takes_token = false;
    change->shares = false;
    change->step_count = 0;
    change->frame_steps = 0;
    change->opens = false;
    change_clear_kept(change);
    return change->kind->run(change);
}

int change_again(struct change *change)
{
    change_roll_back(change);
    if (change->tries >= CHANGE_TRIES_MAX)
        return change_refuse(change, "conflict", NULL, "Another change was made at the same time.",
                             "Repeat the request.");
    return change_try(change);
}

/* --- start ----------------------------------------------------------------------------------- */

static void change_ended(struct call *call, void *data)
{
    struct change *change = data;
    announcer_leave(call_context(call)->announcer);
    buf_free(&change->entities);
    buf_free(&change->numbers);
    buf_free(&change->new_entities);
    buf_free(&change->new_numbers);
}

int change_start(struct call *call, const struct change_kind *kind, void *state)
{
    struct arena *arena = call_arena(call);
    struct change_args *args = call_extra_args(call);
    const char *speaker = call_context(call)->user_name;
    struct change *change = arena_alloc(arena, sizeof(*change));
    if (!change || !args)
        return change ? -EINVAL : -ENOMEM;
    *change = (struct change){.call = call, .kind = kind, .state = state};
    buf_init(&change->entities, CHANGE_ARRAY_MAX);
    buf_init(&change->numbers, CHANGE_ARRAY_MAX);
    buf_init(&change->new_entities, CHANGE_ARRAY_MAX);
    buf_init(&change->new_numbers, CHANGE_ARRAY_MAX);
    change->exponent = arena_printf(arena, "%d", call_ledger(call)->exponent);
    change->speaker = speaker ? fold_text(arena, speaker) : NULL;
    if (!change->exponent || (speaker && !change->speaker))
        return -ENOMEM;
    int r = call_on_end(call, change_ended, change);
    if (r == 0)
        announcer_enter(call_context(call)->announcer);
    args->change = change;
    if (r == 0)
        r = change_take_key(change);
    return r == 0 ? change_try(change) : r < 0 ? r : 0;
}

/* --- refusing -------------------------------------------------------------------------------- */

/* This try saved nothing, but an earlier one may yet. */
static int refuse_open(struct change *change)
{
    return change_fail_open(change->call, "The connection was lost while saving.");
}

int change_refuse_with(struct change *change, const struct call_error *error, const char *happened,
                       const char *to_do)
{
    OWNED_BUF text = BUF_INIT(MESSAGE_MAX);
    struct call_error whole = *error;
    change_roll_back(change);
    if (change->was_unknown)
        return refuse_open(change);
    (void)buf_printf(&text, "%s%s%s Nothing was saved. %s", error->field ? error->field : "",
                     error->field ? ": " : "", happened, to_do);
    whole.message = buf_text(&text);
    whole.saved = "no";
    return call_fail(change->call, &whole);
}

int change_refuse(struct change *change, const char *code, const char *field, const char *happened,
                  const char *to_do)
{
    return change_refuse_with(change, &(struct call_error){.code = code, .field = field}, happened,
                              to_do);
}

int change_refuse_decimals(struct change *change, const char *field, const struct money *amount,
                           const char *currency)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    (void)buf_printf(&happened, "%s has %d decimals, got %s.", currency,
                     currency_exponent(currency), money_said(amount));
    return change_refuse(change, "invalid_argument", field, buf_text(&happened),
                         "Give an amount that the currency can have.");
}

int change_refuse_kind(struct change *change, const char *field, const char *category)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    sentence_name(&happened, category);
    (void)buf_append_text(&happened, " takes only entries of its own kind.");
    return change_refuse(change, "wrong_kind", field, buf_text(&happened),
                         "Name another category (get_context lists them), or correct the kind.");
}

int change_refuse_self(struct change *change, const char *field)
{
    return change_refuse(change, "invalid_argument", field,
                         "a transfer goes from the one who paid it to another user.",
                         strncmp(field, "set.", 4) == 0
                             ? "Name in user who got it, or set paid_by to \"(none)\"."
                             : "Name in user who got it, or leave paid_by out.");
}

int change_refuse_archived(struct change *change, const char *field, const char *category)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    sentence_name(&happened, category);
    (void)buf_append_text(&happened, " is archived and takes no entries.");
    return change_refuse(
        change, "archived", field, buf_text(&happened),
        "Name another category, or bring it back by manage_categories, op unarchive.");
}

int change_refuse_argument(struct call *call, const char *field, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const char *happened = arena_vprintf(call_arena(call), format, values);
    va_end(values);
    return call_refuse(call, field, "%s. Nothing was saved. Correct it, and repeat the request.",
                       happened ? happened : "this cannot be");
}

static int names_again(struct call *call)
{
    return change_again(change_of(call));
}

int change_refuse_names(struct change *change, struct name_question *question, const char *unknown)
{
    change_roll_back(change);
    if (change->was_unknown)
        return refuse_open(change);
    question->again = names_again;
    int r = names_settle(change->call, question, unknown);
    return r < 0 ? r : 0;
}

bool change_may_be_saved(const struct call *call)
{
    const struct change *change = change_of(call);
    return change && change->may_be_saved;
}

int change_fail_open(struct call *call, const char *happened)
{
    OWNED_BUF text = BUF_INIT(MESSAGE_MAX);
    const struct change *change = change_of(call);
    bool has_key = change && change_has_key(change);
    (void)buf_printf(&text, "%s It is not yet known whether it was saved. %s", happened,
                     has_key
                         ? "Repeat it with the same idempotency_key; nothing is stored twice then."
                         : "Look at list_changes before you repeat it.");
    return call_fail(call, &(struct call_error){
                               .code = "outcome_unknown",
                               .message = buf_text(&text),
                               .saved = "unknown",
                               .retry_safe = has_key,
                               .retry_same_key = has_key,
                           });
}

void change_on_deadline(struct call *call)
{
    const struct change *change = change_of(call);
    bool is_saving = change && change->commits && change->tx;
    if (is_saving || change_may_be_saved(call))
        (void)change_fail_open(call, "The request took too long while it was being saved.");
}
