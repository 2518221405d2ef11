/* What the server answers to a transaction. BEGIN travels with the first run and COMMIT with the
 * last; "saved" means that the tag of COMMIT was COMMIT, because a COMMIT of a failed transaction
 * succeeds as ROLLBACK. As long as the caller has not seen rows, a run whose changes are certainly
 * not saved may start again by itself. */
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
        tx->job.pool->is_behind_pooler || strncmp(tx->failure.sqlstate, "08", 2) == 0;
    return slot->kind == SLOT_COMMIT || (tx->failure.class == DB_GONE && is_out_of_order);
}

static void note_failure(struct db_tx *tx, const struct slot *slot, PGresult **result)
{
    struct tx_run *run = tx->run;
    if (run->has_failed)
        return;
    run->has_failed = true;
    tx->failure = db_failure_of_result(*result, false);
    if (tx->failure.class == DB_GONE || tx->failure.class == DB_READ_ONLY ||
        failure_is_about_names(&tx->failure))
        tx->job.conn->is_doomed = true;
    if (tx->failure.class == DB_READ_ONLY)
        tx->job.pool->seeks_primary = true;
    if (tx->failure.class == DB_DAMAGED)
        tx->job.pool->is_damaged = true;
    if (may_have_saved(tx, slot))
        tx->failure = db_failure_while_saving(tx->failure);
    run->failed = TAKE(*result);
    LOG(LOG_DEBUG, "pool", "transaction failed: %s %s", tx->failure.code, tx->failure.sqlstate);
}

static void note_commit(struct db_tx *tx, PGresult *result)
{
    tx->run->is_committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    if (!tx->run->is_committed) {
        tx->run->has_failed = true;
        tx->failure = db_failure_of(DB_FAILURE_BUG);
    }
}

void tx_answer(struct db_tx *tx, struct slot *slot, PGresult **result)
{
    if (PQresultStatus(*result) == PGRES_PIPELINE_ABORTED)
        return;
    if (slot->is_failed)
        note_failure(tx, slot, result);
    else if (slot->kind == SLOT_COMMIT)
        note_commit(tx, *result);
    else if (slot->kind == SLOT_QUERY && slot->number < tx->run->count)
        tx->run->rows[slot->number].result = TAKE(*result);
}

static bool is_misdirected_cancel(const struct db_tx *tx)
{
    uint64_t spent = pool_now(tx->job.pool) - tx->job.sent_at;
    return strcmp(tx->failure.sqlstate, "57014") == 0 && !tx->is_cancelled &&
           spent < tx->job.pool->settings.statement_timeout_ms;
}

/* Nothing was saved, the caller saw nothing, and another try may well succeed. */
static bool may_retry(struct db_tx *tx)
{
    struct job *job = &tx->job;
    bool is_worth_it = tx->failure.class == DB_RETRY || tx->failure.class == DB_GONE ||
                       is_misdirected_cancel(tx) || failure_is_about_names(&tx->failure);
    if (!is_worth_it || !tx->is_first || tx->is_cancelled || tx->failure.saved != DB_SAVED_NO ||
        job->is_detached || job->pool->is_ending || ++job->tries >= DB_TRIES_MAX ||
        pool_now(job->pool) >= job->deadline)
        return false;
    if (failure_is_about_names(&tx->failure)) {
        pool_suspect_pooler(job->pool, &tx->failure);
        job->is_unnamed = true;
    }
    job->not_before = pool_now(job->pool) + job_backoff(job);
    return true;
}

static void start_again(struct db_tx *tx)
{
    tx->job.pool->stat.retries++;
    tx_run_clear(tx->run);
    tx->state = TX_WAITING;
    pool_enqueue(&tx->job, true);
}

static void end(struct db_tx *tx, const struct db_failure *failure)
{
    struct tx_run *run = TAKE(tx->run);
    bool is_heard = run && !tx->job.is_detached;
    tx_free(tx);
    if (is_heard)
        run->done(run->data, NULL, failure ? NULL : run->pointers, failure ? 0 : run->count,
                  failure);
    (void)tx_run_free(run);
}

void tx_fail(struct db_tx *tx, const struct db_failure *failure)
{
    struct db_failure copy = *failure;
    tx->job.pool->stat.failures++;
    tx_let_go(tx);
    end(tx, &copy);
}

void tx_synced(struct db_tx *tx)
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
            tx_fail(tx, &tx->failure);
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

/* --- the connection is gone, the time is over ------------------------------------------------- */

static struct db_failure failure_of_loss(struct db_tx *tx, const struct db_failure *failure)
{
    if (tx->run && tx->run->has_failed)
        return tx->failure;
    if (tx->run && tx->run->is_commit)
        return db_failure_while_saving(db_failure_of(DB_FAILURE_LOST));
    return tx->is_cancelled ? db_failure_of(DB_FAILURE_TIMEOUT) : *failure;
}

/* Called without a connection. */
void tx_lost(struct db_tx *tx, const struct db_failure *failure)
{
    if (tx->state == TX_RUNNING && tx->run->is_committed) {
        end(tx, NULL);
        return;
    }
    tx->failure = failure_of_loss(tx, failure);
    if (tx->job.is_detached) {
        tx_free(tx);
    } else if (tx->state == TX_READY && !tx->run) {
        tx->state = TX_OVER;
        list_append(&tx->job.pool->resting, &tx->job.link);
    } else if (may_retry(tx)) {
        start_again(tx);
    } else {
        tx_fail(tx, &tx->failure);
    }
}

void tx_expire(struct db_tx *tx)
{
    struct db_pool *pool = tx->job.pool;
    struct db_failure failure = job_late(&tx->job);
    if (tx->state == TX_WAITING) {
        pool_remove_waiting(&tx->job);
        tx_fail(tx, &failure);
    } else if (tx->state != TX_RUNNING) {
        tx->failure = db_failure_of(DB_FAILURE_TIMEOUT);
        tx->state = TX_OVER;
        tx_let_go(tx);
        list_remove(&tx->job.link);
        list_append(tx->run ? &pool->failed : &pool->resting, &tx->job.link);
        pool_schedule(pool);
    } else if (!tx->is_cancelled) {
        /* What the server says next is certain: the answer of COMMIT, or that of the cancel. */
        tx->is_cancelled = true;
        tx->job.deadline = pool_now(pool) + DB_DRAIN_MS;
        (void)cancel_start(tx->job.conn);
    } else {
        conn_close(tx->job.conn, &failure, "no answer");
    }
}
