/* What reads and transactions have in common: the queue, time limits, the way out of a connection
 * that nobody waits for any more. */
#include "db/pool_internal.h"

void job_init(struct job *job, struct db_pool *pool, enum job_kind kind, uint64_t timeout_ms)
{
    list_init(&job->link);
    job->kind = kind;
    job->pool = pool;
    job->since = pool_now(pool);
    job->deadline = job->since + (timeout_ms > 0 ? timeout_ms : DB_REQUEST_MS);
}

uint64_t job_backoff(const struct job *job)
{
    int tries = job->tries > 0 ? job->tries - 1 : 0;
    return breaker_backoff(tries, pool_random(job->pool, UINT32_MAX));
}

void pool_enqueue(struct job *job, bool at_front)
{
    struct db_pool *pool = job->pool;
    list_remove(&job->link);
    if (at_front)
        list_prepend(&pool->waiting, &job->link);
    else
        list_append(&pool->waiting, &job->link);
    job->is_waiting = true;
    pool->waiting_count++;
    pool_schedule(pool);
}

void pool_remove_waiting(struct job *job)
{
    if (job->is_waiting)
        job->pool->waiting_count--;
    job->is_waiting = false;
    list_remove(&job->link);
}

void job_submit(struct job *job)
{
    struct db_pool *pool = job->pool;
    struct db_failure failure = db_failure_of(DB_FAILURE_CROWDED);
    job->since = pool_now(pool);
    bool is_refused =
        pool->waiting_count >= DB_WAITING_MAX ||
        (!pool_has_open(pool) && breaker_refuses(&pool->breaker, job->since, &failure));
    if (is_refused)
        job_decide(job, &failure);
    else
        pool_enqueue(job, false);
}

/* Why it ends now that its time is over. */
struct db_failure job_late(const struct job *job)
{
    struct db_pool *pool = job->pool;
    if (job->conn)
        return db_failure_of(DB_FAILURE_TIMEOUT);
    if (pool_has_open(pool))
        return db_failure_of(DB_FAILURE_CROWDED);
    if (pool->breaker.state != BREAKER_CLOSED)
        return pool->breaker.failure;
    return db_failure_of(DB_FAILURE_UNREACHABLE);
}

void job_decide(struct job *job, const struct db_failure *failure)
{
    struct db_pool *pool = job->pool;
    pool_remove_waiting(job);
    if (failure)
        job->failure = *failure;
    list_append(&pool->decided, &job->link);
    pool_schedule(pool);
}

void job_deliver(struct job *job)
{
    list_remove(&job->link);
    if (job->kind == JOB_READ)
        read_deliver(job_read(job));
    else
        tx_deliver(job_tx(job));
}

void job_expire(struct job *job)
{
    if (job->kind == JOB_READ)
        read_expire(job_read(job));
    else
        tx_expire(job_tx(job));
}

/* --- connections that nobody waits for -------------------------------------------------------- */

/* A transaction blocks its connection: it drains, and is cancelled if it does not end at once. A
 * read blocks only when it is the one that the server is at; the tick looks after those. */
void conn_job_detached(struct job *job)
{
    struct conn *conn = job->conn;
    job->detached_at = pool_now(job->pool);
    if (job->kind == JOB_TX)
        conn_drain(conn);
}

void conn_drain(struct conn *conn)
{
    uint64_t now = pool_now(conn->pool);
    if (conn->state != CONN_BUSY)
        return;
    conn_set_state(conn, CONN_DRAINING, "nobody waits");
    conn->cancel_at = now + DB_CANCEL_AFTER_MS;
    conn->drain_until = conn->cancel_at + DB_DRAIN_MS;
}
