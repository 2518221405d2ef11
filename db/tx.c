/* What a caller does with a transaction. It owns a connection from its first run to its end, if
 * need be with others under the same COMMIT; what the server answers is in tx_answer.c. */
#include <errno.h>

#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/rows.h"

/* --- runs ------------------------------------------------------------------------------------ */

void tx_run_clear(struct tx_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        PQclear(run->rows[i].result);
        run->rows[i] = (struct db_rows){0};
    }
    PQclear(run->failed);
    run->failed = NULL;
    run->has_failed = false;
    run->is_committed = false;
}

struct tx_run *tx_run_free(struct tx_run *run)
{
    if (!run)
        return NULL;
    tx_run_clear(run);
    mem_free(run->steps);
    mem_free(run);
    return NULL;
}

static struct tx_run *run_new(struct db_pool *pool, const struct db_step *steps, size_t count,
                              const size_t *lengths)
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
    if (steps_copy(&pool->statements, steps, count, lengths, &run->steps) < 0)
        return tx_run_free(run);
    return run;
}

void tx_free(struct db_tx *tx)
{
    conn_drop_job(&tx->job);
    list_remove(&tx->job.link);
    list_remove(&tx->ready);
    (void)tx_run_free(tx->run);
    mem_free(tx);
}

/* --- what the caller does -------------------------------------------------------------------- */

struct db_tx *db_tx_begin(struct db_pool *pool, uint64_t timeout_ms)
{
    struct db_tx *tx = pool->is_ending ? NULL : mem_zalloc(sizeof(*tx));
    if (!tx)
        return NULL;
    tx->state = TX_NEW;
    tx->is_first = true;
    job_init(&tx->job, pool, JOB_TX, timeout_ms);
    list_init(&tx->ready);
    list_append(&pool->resting, &tx->job.link);
    return tx;
}

void db_tx_plan_once(struct db_tx *tx)
{
    tx->plans_once = true;
}

void db_tx_share(struct db_tx *tx)
{
    tx->shares = true;
}

void db_tx_wait(struct db_tx *tx, uint64_t ms)
{
    tx->job.not_before = tx->job.since + ms;
}

static int start_run(struct db_tx *tx, db_tx_done *done, void *data)
{
    struct db_pool *pool = tx->job.pool;
    if (!tx->run)
        return -ENOMEM;
    tx->run->done = done;
    tx->run->data = data;
    if (tx->state == TX_NEW && pool->is_damaged) {
        tx->state = TX_OVER;
        tx->job.failure = db_failure_of(DB_FAILURE_DAMAGED);
    }
    if (tx->state == TX_OVER) {
        job_decide(&tx->job, &tx->job.failure);
    } else if (tx->state == TX_NEW) {
        tx->state = TX_WAITING;
        list_remove(&tx->job.link);
        job_submit(&tx->job);
    } else {
        list_append(&pool->ready, &tx->ready);
        pool_schedule(pool);
    }
    return 0;
}

/* 0, or why there can be no run now. */
static int check_run(const struct db_tx *tx)
{
    if (!tx->job.pool || tx->job.pool->is_ending)
        return -ECANCELED;
    return tx->run ? -EBUSY : 0;
}

int db_tx_run(struct db_tx *tx, const struct db_step *steps, size_t count, bool commit,
              db_tx_done *done, void *data)
{
    int r = check_run(tx);
    if (r < 0)
        return r;
    tx->run = run_new(tx->job.pool, steps, count, NULL);
    if (tx->run)
        tx->run->is_commit = commit;
    return start_run(tx, done, data);
}

int db_tx_run_binary(struct db_tx *tx, const struct db_step *step, const size_t *lengths,
                     db_tx_done *done, void *data)
{
    int r = check_run(tx);
    if (r < 0)
        return r;
    tx->run = run_new(tx->job.pool, step, 1, lengths);
    return start_run(tx, done, data);
}

void db_tx_work_meanwhile(struct db_tx *tx, db_tx_meanwhile *meanwhile)
{
    if (tx->run)
        tx->run->meanwhile = meanwhile;
}

/* The connection goes back by a ROLLBACK of its own (conn_settle). */
void tx_let_go(struct db_tx *tx)
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
        list_remove(&tx->ready);
        conn_job_detached(&tx->job);
        return;
    }
    if (tx->state == TX_WAITING)
        pool_remove_waiting(&tx->job);
    tx_let_go(tx);
    tx_free(tx);
}

void db_tx_abandon(struct db_tx *tx)
{
    if (tx->state == TX_RUNNING && tx->run->is_commit) {
        tx->job.is_detached = true;
        list_remove(&tx->ready);
    } else {
        db_tx_rollback(tx);
    }
}

/* --- sending --------------------------------------------------------------------------------- */

void tx_send(struct conn *conn)
{
    conn->used_at = pool_now(conn->pool);
    LIST_FOREACH (link, &conn->jobs) {
        struct job *job = CONTAINER_OF(link, struct job, link);
        job_tx(job)->state = TX_RUNNING;
        job->sent_at = conn->used_at;
    }
    if (send_runs(conn) == 0) {
        LIST_FOREACH (link, &conn->jobs) {
            struct db_tx *tx = job_tx(CONTAINER_OF(link, struct job, link));
            if (tx->run->meanwhile)
                list_append(&conn->pool->sent, &tx->ready);
        }
        conn_flush(conn);
        return;
    }
    struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
    conn_close(conn, &lost, "cannot send");
}
