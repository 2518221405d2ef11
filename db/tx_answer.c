/* What the server answers to a transaction. BEGIN travels with the first run and COMMIT with the
 * last; "saved" means that the tag of COMMIT was COMMIT, because a COMMIT of a failed transaction
 * succeeds as ROLLBACK. As long as the caller has not seen rows, a run whose changes are certainly
 * not saved may start again by itself. Several whole transactions may be sent under one BEGIN and one
 * COMMIT (assign.c): those, and the Sync behind, are answered to the first of them, for all. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/rows.h"

/* The server itself answers in order: an error before the answer of COMMIT means that COMMIT was
 * not carried out. A pooler that lost its server answers at once, and nobody knows what the server
 * did before it went. */
static bool may_have_saved(const struct db_tx *tx, const struct slot *slot)
{
    if (!tx->run->is_commit)
        return false;
    bool is_out_of_order =
        tx->job.pool->is_behind_pooler || strncmp(tx->job.failure.sqlstate, "08", 2) == 0;
    return slot->kind == SLOT_COMMIT || (tx->job.failure.class == DB_GONE && is_out_of_order);
}

/* --- several under one COMMIT ---------------------------------------------------------------- */

static bool is_shared(const struct db_tx *tx)
{
    const struct list *jobs = &tx->job.conn->jobs;
    return jobs->next != jobs->prev;
}

/* It fails with the one that did, or with their COMMIT. */
static void fail_along(struct db_tx *tx, bool is_open)
{
    if (tx->run->has_failed)
        return;
    tx->run->has_failed = true;
    if (is_open)
        tx->job.failure = db_failure_while_saving(db_failure_of(DB_FAILURE_LOST));
    else
        tx->job.failure =
            db_failure_of(tx->is_cancelled ? DB_FAILURE_TIMEOUT : DB_FAILURE_CONFLICT);
}

/* What a failure of one means for the others. They are run again, unless they may be saved; and so is
 * this one when it was the BEGIN or the COMMIT of all that failed: whose fault that was shows when each
 * runs alone. */
static void fail_others(struct db_tx *tx, const struct slot *slot)
{
    bool is_open = tx->job.failure.saved == DB_SAVED_UNKNOWN;
    bool is_own = slot->kind == SLOT_QUERY || slot->kind == SLOT_PREPARE;
    if (!is_own && !is_open)
        tx->run->has_failed = false;
    LIST_FOREACH (link, &tx->job.conn->jobs)
        fail_along(job_tx(CONTAINER_OF(link, struct job, link)), is_open);
}

/* --- results --------------------------------------------------------------------------------- */

static void note_failure(struct db_tx *tx, const struct slot *slot, PGresult **result)
{
    struct tx_run *run = tx->run;
    if (run->has_failed)
        return;
    run->has_failed = true;
    tx->job.failure = db_failure_of_result(*result, false);
    if (tx->job.failure.class == DB_GONE || tx->job.failure.class == DB_READ_ONLY ||
        failure_is_about_names(&tx->job.failure))
        tx->job.conn->is_doomed = true;
    if (tx->job.failure.class == DB_READ_ONLY)
        tx->job.pool->seeks_primary = true;
    if (tx->job.failure.class == DB_DAMAGED)
        tx->job.pool->is_damaged = true;
    if (may_have_saved(tx, slot))
        tx->job.failure = db_failure_while_saving(tx->job.failure);
    run->failed = TAKE(*result);
    LOG(LOG_DEBUG, "pool", "transaction failed: %s %s", tx->job.failure.code,
        tx->job.failure.sqlstate);
    if (is_shared(tx))
        fail_others(tx, slot);
}

static void note_commit(struct conn *conn, PGresult *result)
{
    bool is_committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    LIST_FOREACH (link, &conn->jobs) {
        struct db_tx *tx = job_tx(CONTAINER_OF(link, struct job, link));
        tx->run->is_committed = is_committed;
        tx->run->has_failed = !is_committed;
        if (!is_committed)
            tx->job.failure = db_failure_of(DB_FAILURE_BUG);
    }
}

void tx_answer(struct db_tx *tx, struct slot *slot, PGresult **result)
{
    if (PQresultStatus(*result) == PGRES_PIPELINE_ABORTED)
        return;
    if (slot->is_failed)
        note_failure(tx, slot, result);
    else if (slot->kind == SLOT_COMMIT)
        note_commit(tx->job.conn, *result);
    else if (slot->kind == SLOT_QUERY && slot->number < tx->run->count)
        tx->run->rows[slot->number] = rows_of(TAKE(*result));
}

static bool is_misdirected_cancel(const struct db_tx *tx)
{
    uint64_t spent = pool_now(tx->job.pool) - tx->job.sent_at;
    return strcmp(tx->job.failure.sqlstate, "57014") == 0 && !tx->is_cancelled &&
           spent < tx->job.pool->settings.statement_timeout_ms;
}

/* Nothing was saved, the caller saw nothing, and another try may well succeed. */
static bool may_retry(struct db_tx *tx)
{
    struct job *job = &tx->job;
    bool is_worth_it = tx->job.failure.class == DB_RETRY || tx->job.failure.class == DB_GONE ||
                       is_misdirected_cancel(tx) || failure_is_about_names(&tx->job.failure);
    if (!is_worth_it || !tx->is_first || tx->is_cancelled || tx->job.failure.saved != DB_SAVED_NO ||
        job->is_detached || job->pool->is_ending || ++job->tries >= DB_TRIES_MAX ||
        pool_now(job->pool) >= job->deadline)
        return false;
    if (failure_is_about_names(&tx->job.failure)) {
        pool_suspect_pooler(job->pool, &tx->job.failure);
        job->is_unnamed = true;
    }
    job->not_before = pool_now(job->pool) + job_backoff(job);
    return true;
}

static void start_again(struct db_tx *tx)
{
    tx->job.pool->stat.retries++;
    tx->job.is_solo = true;
    tx_run_clear(tx->run);
    list_remove(&tx->ready);
    tx->state = TX_WAITING;
    pool_enqueue(&tx->job, true);
}

static void end(struct db_tx *tx, const struct db_failure *failure)
{
    struct tx_run *run = TAKE(tx->run);
    bool is_heard = run && !tx->job.is_detached;
    if (failure)
        tx->job.pool->stat.failures++;
    tx_free(tx);
    if (is_heard)
        run->done(run->data, NULL, failure ? NULL : run->pointers, failure ? 0 : run->count,
                  failure);
    (void)tx_run_free(run);
}

void tx_deliver(struct db_tx *tx)
{
    struct db_failure failure = tx->job.failure;
    bool is_saved = tx->run && tx->run->is_committed;
    end(tx, is_saved ? NULL : &failure);
}

static void decide(struct db_tx *tx, const struct db_failure *failure)
{
    tx->state = TX_OVER;
    list_remove(&tx->ready);
    job_decide(&tx->job, failure);
}

static void run_is_over(struct db_tx *tx)
{
    struct tx_run *run = tx->run;
    if (run->has_failed) {
        bool again = may_retry(tx);
        struct conn *conn = tx->job.conn;
        conn_drop_job(&tx->job);
        conn_settle(conn);
        if (again)
            start_again(tx);
        else
            tx_deliver(tx);
    } else if (run->is_commit || tx->job.is_detached) {
        tx_let_go(tx);
        end(tx, NULL);
    } else {
        tx->run = NULL;
        tx->state = TX_READY;
        tx->is_first = false;
        run->done(run->data, tx, run->pointers, run->count, NULL);
        (void)tx_run_free(run);
    }
}

void tx_synced(struct db_tx *tx)
{
    struct conn *conn = tx->job.conn;
    if (!tx->run->is_commit) {
        run_is_over(tx);
        return;
    }
    while (!list_is_empty(&conn->jobs))
        run_is_over(job_tx(LIST_FIRST(&conn->jobs, struct job, link)));
}

/* --- the connection is gone, the time is over ------------------------------------------------- */

static struct db_failure failure_of_loss(struct db_tx *tx, const struct db_failure *failure)
{
    const struct tx_run *run = tx->run;
    if (run && run->has_failed)
        return tx->job.failure;
    if (run && run->is_commit && tx->state == TX_RUNNING)
        return db_failure_while_saving(db_failure_of(DB_FAILURE_LOST));
    return tx->is_cancelled ? db_failure_of(DB_FAILURE_TIMEOUT) : *failure;
}

/* Called without a connection. */
void tx_lost(struct db_tx *tx, const struct db_failure *failure)
{
    struct db_failure found = failure_of_loss(tx, failure);
    tx->job.failure = found;
    if (tx->job.is_detached) {
        tx_free(tx);
    } else if (tx->state == TX_RUNNING && tx->run->is_committed) {
        decide(tx, NULL);
    } else if (!tx->run) {
        tx->state = TX_OVER;
        list_append(&tx->job.pool->resting, &tx->job.link);
    } else if (may_retry(tx)) {
        start_again(tx);
    } else {
        decide(tx, &found);
    }
}

/* Between two runs: the connection is needed elsewhere, the caller learns of it by the next run. */
static void take_away(struct db_tx *tx)
{
    struct db_failure failure = db_failure_of(DB_FAILURE_TIMEOUT);
    if (tx->state == TX_OVER)
        failure = tx->job.failure;
    tx_let_go(tx);
    tx->job.failure = failure;
    if (tx->run) {
        decide(tx, &failure);
        return;
    }
    tx->state = TX_OVER;
    list_remove(&tx->job.link);
    list_append(&tx->job.pool->resting, &tx->job.link);
    tx->job.deadline = UINT64_MAX;
}

void tx_expire(struct db_tx *tx)
{
    struct db_pool *pool = tx->job.pool;
    struct db_failure failure = job_late(&tx->job);
    if (tx->state == TX_WAITING) {
        decide(tx, &failure);
    } else if (tx->state != TX_RUNNING) {
        take_away(tx);
    } else if (!tx->is_cancelled) {
        /* What the server says next is certain: the answer of COMMIT, or that of the cancel. */
        tx->is_cancelled = true;
        tx->job.deadline = pool_now(pool) + DB_DRAIN_MS;
        (void)cancel_start(tx->job.conn);
    } else {
        conn_close(tx->job.conn, &failure, "no answer");
    }
}
