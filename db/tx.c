/* The life of a transaction: it owns a connection from its first run to its end. BEGIN travels with
 * the first run and COMMIT with the last; "saved" means that the tag of COMMIT was COMMIT, because
 * a COMMIT of a failed transaction succeeds as ROLLBACK. As long as the caller has not seen rows,
 * a run whose changes are certainly not saved may start again by itself. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/rows.h"

/* --- runs ------------------------------------------------------------------------------------ */

static void run_clear(struct tx_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        PQclear(run->rows[i].result);
        run->rows[i].result = NULL;
    }
    PQclear(run->failed);
    run->failed = NULL;
    run->has_failed = false;
    run->is_committed = false;
}

static struct tx_run *run_free(struct tx_run *run)
{
    if (!run)
        return NULL;
    run_clear(run);
    mem_free(run->steps);
    mem_free(run);
    return NULL;
}

static struct tx_run *run_new(struct db_pool *pool, const struct db_step *steps, size_t count)
{
    struct tx_run *run =
        mem_zalloc(sizeof(*run) + count * (sizeof(struct db_rows) + sizeof(struct db_rows *)));
    if (!run)
        return NULL;
    run->count = count;
    run->rows = (struct db_rows *)(void *)(run + 1);
    run->pointers = (const struct db_rows **)(void *)(run->rows + count);
    for (size_t i = 0; i < count; i++)
        run->pointers[i] = &run->rows[i];
    if (steps_copy(&pool->statements, steps, count, &run->steps) < 0)
        return run_free(run);
    return run;
}

void tx_free(struct db_tx *tx)
{
    conn_drop_job(&tx->job);
    list_remove(&tx->job.link);
    (void)run_free(tx->run);
    mem_free(tx);
}

/* --- what the caller does -------------------------------------------------------------------- */

struct db_tx *db_tx_begin(struct db_pool *pool, uint64_t timeout_ms)
{
    struct db_tx *tx = mem_zalloc(sizeof(*tx));
    if (!tx)
        return NULL;
    tx->state = TX_NEW;
    tx->is_first = true;
    job_init(&tx->job, pool, JOB_TX, timeout_ms);
    list_append(&pool->resting, &tx->job.link);
    return tx;
}

int db_tx_run(struct db_tx *tx, const struct db_step *steps, size_t count, bool commit,
              db_tx_done *done, void *data)
{
    struct db_pool *pool = tx->job.pool;
    if (!pool || tx->run)
        return -EBUSY;
    tx->run = run_new(pool, steps, count);
    if (!tx->run)
        return -ENOMEM;
    tx->run->is_commit = commit;
    tx->run->done = done;
    tx->run->data = data;
    list_remove(&tx->job.link);
    if (tx->state == TX_NEW && pool->is_damaged) {
        tx->state = TX_OVER;
        tx->failure = db_failure_of(DB_FAILURE_DAMAGED);
    }
    if (tx->state == TX_NEW) {
        tx->state = TX_WAITING;
        job_submit(&tx->job);
        return 0;
    }
    list_append(tx->state == TX_OVER ? &pool->failed : &pool->ready, &tx->job.link);
    pool_schedule(pool);
    return 0;
}

/* The connection goes back by a ROLLBACK of its own (conn_settle). */
static void let_go(struct db_tx *tx)
{
    struct conn *conn = tx->job.conn;
    conn_drop_job(&tx->job);
    if (conn)
        conn_settle(conn);
}

void db_tx_rollback(struct db_tx *tx)
{
    if (tx->state == TX_RUNNING) {
        tx->job.is_detached = true;
        conn_job_detached(&tx->job);
        return;
    }
    if (tx->state == TX_WAITING)
        pool_remove_waiting(&tx->job);
    let_go(tx);
    tx_free(tx);
}

void db_tx_abandon(struct db_tx *tx)
{
    if (tx->state == TX_RUNNING && tx->run->is_commit)
        tx->job.is_detached = true;
    else
        db_tx_rollback(tx);
}

/* --- sending --------------------------------------------------------------------------------- */

void tx_send(struct db_tx *tx)
{
    struct conn *conn = tx->job.conn;
    tx->state = TX_RUNNING;
    tx->job.sent_at = pool_now(tx->job.pool);
    conn->owner = tx;
    conn->used_at = tx->job.sent_at;
    if (send_run(conn, tx) == 0) {
        conn_flush(conn);
        return;
    }
    struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
    conn_close(conn, &lost, "cannot send");
}

/* --- answers --------------------------------------------------------------------------------- */

static void note_failure(struct db_tx *tx, const struct slot *slot, PGresult **result)
{
    struct tx_run *run = tx->run;
    if (run->has_failed)
        return;
    run->has_failed = true;
    tx->failure = db_failure_of_result(*result, false);
    if (tx->failure.class == DB_GONE)
        tx->job.conn->is_doomed = true;
    if (tx->failure.class == DB_DAMAGED)
        tx->job.pool->is_damaged = true;
    if (slot->kind == SLOT_COMMIT)
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
    run_clear(tx->run);
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
    (void)run_free(run);
}

void tx_fail(struct db_tx *tx, const struct db_failure *failure)
{
    struct db_failure copy = *failure;
    tx->job.pool->stat.failures++;
    let_go(tx);
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
        let_go(tx);
        end(tx, NULL);
    } else {
        tx->run = NULL;
        tx->state = TX_READY;
        tx->is_first = false;
        run->done(run->data, tx, run->pointers, run->count, NULL);
        (void)run_free(run);
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
        let_go(tx);
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
