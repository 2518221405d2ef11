/* Time limits: of those who wait, of what runs, of connections that rest. One timer per pool. */
#include "db/pool_internal.h"

static bool is_late(const struct job *job, uint64_t now)
{
    const struct db_pool *pool = job->pool;
    if (now >= job->deadline)
        return !job->is_detached || job->kind == JOB_TX;
    return job->is_waiting && now - job->since >= pool->settings.pool_timeout_ms &&
           pool_has_open(pool);
}

static struct job *find_late_in(const struct list *jobs, uint64_t now)
{
    LIST_FOREACH (link, jobs) {
        struct job *job = CONTAINER_OF(link, struct job, link);
        if (is_late(job, now))
            return job;
    }
    return NULL;
}

static struct job *find_late(const struct db_pool *pool, uint64_t now)
{
    struct job *late = find_late_in(&pool->waiting, now);
    if (!late)
        late = find_late_in(&pool->resting, now);
    for (enum conn_state state = CONN_CONNECTING; state < CONN_CLOSING && !late; state++) {
        LIST_FOREACH (link, &pool->conns[state]) {
            const struct conn *conn = CONTAINER_OF(link, struct conn, link);
            late = late ? late : find_late_in(&conn->jobs, now);
        }
    }
    return late;
}

/* A server that keeps silent for longer than its own limits allow is gone. */
static bool is_silent(const struct conn *conn, uint64_t now)
{
    uint64_t most = conn->pool->settings.statement_timeout_ms + DB_ANSWER_GRACE_MS;
    return !conn->owner && conn->slot_count > 0 && now - conn->used_at >= most;
}

static void check_busy(struct conn *conn, uint64_t now)
{
    struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
    struct job *oldest = LIST_FIRST(&conn->jobs, struct job, link);
    if (is_silent(conn, now))
        conn_close(conn, &lost, "silent");
    else if (oldest && oldest->is_detached && oldest->kind == JOB_READ &&
             now - oldest->detached_at >= DB_CANCEL_AFTER_MS)
        conn_drain(conn);
    else if (oldest && now - oldest->sent_at >= pool_slow_ms(conn->pool))
        conn_rescue(conn);
}

static void check_draining(struct conn *conn, uint64_t now)
{
    struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
    if (now >= conn->drain_until) {
        conn_close(conn, &lost, "does not end");
    } else if (conn->state == CONN_DRAINING && conn->cancel_at > 0 && now >= conn->cancel_at &&
               conn->slot_count > 0 && cancel_start(conn)) {
        conn->cancel_at = 0;
        conn->drain_until = now + DB_DRAIN_MS;
    }
}

static void check_idle(struct conn *conn, uint64_t now)
{
    struct db_pool *pool = conn->pool;
    struct db_failure none = db_failure_of(DB_FAILURE_LOST);
    uint64_t idle = now - conn->used_at;
    bool is_extra = pool_connections(pool) > (size_t)pool->settings.pool_size;
    if (idle >= pool->settings.idle_timeout_ms)
        conn_close(conn, &none, "idle");
    else if (is_extra && idle >= DB_OVERFLOW_IDLE_MS)
        conn_close(conn, &none, "overflow");
    else if (now >= conn->expires_at)
        conn_close(conn, &none, "recycled");
}

static void check_conn(struct conn *conn, uint64_t now)
{
    switch (conn->state) {
    case CONN_CONNECTING:
        dial_expire(conn, now);
        break;
    case CONN_IDLE:
        check_idle(conn, now);
        break;
    case CONN_BUSY:
        check_busy(conn, now);
        break;
    case CONN_DRAINING:
    case CONN_RESETTING:
        check_draining(conn, now);
        break;
    case CONN_DOWN:
    case CONN_CLOSING:
    case CONN_STATES:
        break;
    }
}

static void check_time(struct db_pool *pool)
{
    uint64_t now = pool_now(pool);
    struct job *late;
    while ((late = find_late(pool, now)))
        job_expire(late); /* may call back, and anything may have changed then */
    for (enum conn_state state = CONN_CONNECTING; state < CONN_CLOSING; state++) {
        LIST_FOREACH_SAFE (link, &pool->conns[state])
            check_conn(CONTAINER_OF(link, struct conn, link), now);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct db_pool *pool = timer->data;
    pool->timer_at = 0;
    check_time(pool);
    pool_step(pool);
}

/* While work is under way the timer ticks; else it waits for the next idle connection to close. */
static uint64_t next_check(const struct db_pool *pool, uint64_t now)
{
    bool is_working = !list_is_empty(&pool->waiting) || !list_is_empty(&pool->resting) ||
                      !list_is_empty(&pool->ready) || pool->is_closing;
    for (enum conn_state state = CONN_CONNECTING; state < CONN_CLOSING; state++)
        is_working = is_working || (state != CONN_IDLE && !list_is_empty(&pool->conns[state]));
    if (is_working)
        return now + DB_TICK_MS;
    uint64_t next = UINT64_MAX;
    bool is_extra = pool_connections(pool) > (size_t)pool->settings.pool_size;
    LIST_FOREACH (link, &pool->conns[CONN_IDLE]) {
        const struct conn *conn = CONTAINER_OF(link, struct conn, link);
        uint64_t rest = is_extra ? DB_OVERFLOW_IDLE_MS : pool->settings.idle_timeout_ms;
        uint64_t at = conn->used_at + rest;
        at = at < conn->expires_at ? at : conn->expires_at;
        next = at < next ? at : next;
    }
    return next;
}

void pool_arm_timer(struct db_pool *pool)
{
    uint64_t now = pool_now(pool);
    uint64_t at = next_check(pool, now);
    if (at == UINT64_MAX || (pool->timer_at > 0 && pool->timer_at <= at))
        return;
    pool->timer_at = at;
    (void)uv_timer_start(&pool->timer, on_timer, at > now ? at - now : 1, 0);
}
