/* Ties statements to the life of a call. It knows no SQL and no table. */
#include "tools/support/query.h"

#include <errno.h>

#include "base/arena.h"
#include "tools/support/change.h"
#include "tools/support/ledger.h"

static int fail_db(struct call *call, const struct db_failure *failure)
{
    if (change_may_be_saved(call) || failure->saved == DB_SAVED_UNKNOWN)
        return change_fail_open(call, "The connection was lost while saving.");
    return call_fail(call,
                     &(struct call_error){
                         .code = failure->code,
                         .message = failure->message,
                         .saved = call_is_read_only(call) ? NULL : db_saved_text(failure->saved),
                         .retry_safe = failure->retry_safe,
                         .retry_same_key = failure->saved == DB_SAVED_UNKNOWN,
                         .retry_after_ms = failure->retry_after_ms,
                     });
}

int call_fail_errno(struct call *call, int error)
{
    bool is_memory = error == -ENOMEM;
    if (change_may_be_saved(call))
        return change_fail_open(call, is_memory ? "Out of memory after the connection was lost."
                                                : "This request met a defect of ninepence.");
    return call_fail(
        call, &(struct call_error){
                  .code = is_memory ? "out_of_memory" : "internal_error",
                  .message =
                      is_memory ? "Out of memory; this request was not carried out."
                                : "This request met a defect of ninepence and was not carried out. "
                                  "Please report it with the question that was asked.",
                  .saved = call_is_read_only(call) ? NULL : "no",
                  .retry_safe = is_memory,
              });
}

static int goes_on(struct call *call, int r)
{
    if (r < 0 && !call_has_ended(call))
        return call_fail_errno(call, r);
    return 0;
}

/* --- reads ----------------------------------------------------------------------------------- */

struct tool_read {
    struct call *call;
    struct db_request *request; /* NULL when over */
    tool_rows_done *done;       /* or the other */
    tool_rows_done_with *done_with;
    void *data;
};

static void read_call_ended(struct call *call, void *data)
{
    struct tool_read *read = data;
    (void)call;
    if (read->request)
        db_read_cancel(read->request);
    read->request = NULL;
}

static void read_done(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct tool_read *read = data;
    struct call *call = read->call; /* outlives `read` when the call begins again */
    read->request = NULL;
    if (failure)
        (void)fail_db(call, failure);
    else if (read->done)
        (void)goes_on(call, read->done(call, rows));
    else
        (void)goes_on(call, read->done_with(call, rows, read->data));
}

static int run_read(const struct tool_read *wanted, const struct db_statement *statement,
                    const char *const *values)
{
    struct call *call = wanted->call;
    struct tool_read *read = arena_alloc(call_arena(call), sizeof(*read));
    if (!read)
        return -ENOMEM;
    *read = *wanted;
    int r = call_on_end(call, read_call_ended, read);
    if (r != 0)
        return r;
    read->request = db_read(call_context(call)->pool, statement, values, 0, read_done, read);
    return read->request ? 0 : -ENOMEM;
}

int tool_read(struct call *call, const struct db_statement *statement, const char *const *values,
              tool_rows_done *done)
{
    return run_read(&(struct tool_read){.call = call, .done = done}, statement, values);
}

int tool_read_with(struct call *call, const struct db_statement *statement,
                   const char *const *values, tool_rows_done_with *done, void *data)
{
    return run_read(&(struct tool_read){.call = call, .done_with = done, .data = data}, statement,
                    values);
}

/* --- writes ---------------------------------------------------------------------------------- */

struct tool_tx {
    struct call *call;
    struct db_tx *tx; /* NULL when over */
    tool_tx_failed *failed;
    tool_tx_done *done;
    tool_tx_meanwhile *meanwhile;
    bool commits;
};

static void tx_call_ended(struct call *call, void *data)
{
    struct tool_tx *tx = data;
    (void)call;
    if (tx->tx)
        db_tx_abandon(tx->tx);
    tx->tx = NULL;
}

struct tool_tx *tool_tx_begin(struct call *call, tool_tx_failed *failed)
{
    return tool_tx_begin_long(call, failed, 0);
}

struct tool_tx *tool_tx_begin_long(struct call *call, tool_tx_failed *failed, uint64_t timeout_ms)
{
    struct tool_tx *tx = arena_alloc(call_arena(call), sizeof(*tx));
    if (!tx)
        return NULL;
    *tx = (struct tool_tx){.call = call, .failed = failed};
    if (call_on_end(call, tx_call_ended, tx) != 0)
        return NULL;
    tx->tx = db_tx_begin(call_context(call)->pool, timeout_ms);
    return tx->tx ? tx : NULL;
}

static void tx_done(void *data, struct db_tx *db_tx, const struct db_rows *const *rows,
                    size_t steps, const struct db_failure *failure)
{
    struct tool_tx *tx = data;
    (void)db_tx;
    struct call *call = tx->call; /* outlives `tx` when the call begins again */
    if (failure || tx->commits)
        tx->tx = NULL;
    if (!failure)
        (void)goes_on(call, tx->done(call, tx, rows, steps));
    else if (!tx->failed || !tx->failed(call, failure))
        (void)fail_db(call, failure);
}

void tool_tx_plan_once(struct tool_tx *tx)
{
    if (tx->tx)
        db_tx_plan_once(tx->tx);
}

void tool_tx_share(struct tool_tx *tx)
{
    if (tx->tx)
        db_tx_share(tx->tx);
}

int tool_tx_run(struct tool_tx *tx, const struct db_step *steps, size_t count, bool commit,
                tool_tx_done *done)
{
    tx->done = done;
    tx->commits = commit;
    return db_tx_run(tx->tx, steps, count, commit, tx_done, tx);
}

int tool_tx_run_binary(struct tool_tx *tx, const struct db_step *step, const size_t *lengths,
                       tool_tx_done *done)
{
    tx->done = done;
    tx->commits = false;
    return db_tx_run_binary(tx->tx, step, lengths, tx_done, tx);
}

static void tx_meanwhile(void *data)
{
    struct tool_tx *tx = data;
    (void)goes_on(tx->call, tx->meanwhile(tx->call));
}

void tool_tx_work_meanwhile(struct tool_tx *tx, tool_tx_meanwhile *meanwhile)
{
    tx->meanwhile = meanwhile;
    db_tx_work_meanwhile(tx->tx, tx_meanwhile);
}

void tool_tx_rollback(struct tool_tx *tx)
{
    if (tx->tx)
        db_tx_rollback(tx->tx);
    tx->tx = NULL;
}
