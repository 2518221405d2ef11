/* The pool: its life, its one step() that does everything that is due, and its timer. Which
 * connection gets which work is in assign.c. Nothing here calls back from inside a submit: a submit
 * only arms the idle handle, and step() runs in the next turn of the loop. */
#include "db/pool.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/worker.h"

uint64_t pool_now(const struct db_pool *pool)
{
    return uv_now(pool->loop);
}

/* xorshift64*: jitter needs no more. */
uint64_t pool_random(struct db_pool *pool, uint64_t range)
{
    pool->random ^= pool->random >> 12;
    pool->random ^= pool->random << 25;
    pool->random ^= pool->random >> 27;
    return (pool->random * UINT64_C(0x2545f4914f6cdd1d) >> 16) % range;
}

static void on_idle(uv_idle_t *idle)
{
    (void)uv_idle_stop(idle);
    pool_step(idle->data);
}

void pool_schedule(struct db_pool *pool)
{
    if (!pool->is_closed)
        (void)uv_idle_start(&pool->idle, on_idle);
}

/* --- the target ------------------------------------------------------------------------------ */

static void fail_waiting(struct db_pool *pool, const struct db_failure *failure)
{
    while (!list_is_empty(&pool->waiting))
        job_fail(LIST_FIRST(&pool->waiting, struct job, link), failure);
}

static void detect_pooler(struct db_pool *pool)
{
    const char *host = db_settings_param(&pool->settings, "host");
    int set = pool->settings.transaction_pooler;
    pool->is_behind_pooler = set == 1 || (set < 0 && host && strstr(host, "-pooler."));
}

void pool_suspect_pooler(struct db_pool *pool, const struct db_failure *failure)
{
    bool is_sign = strcmp(failure->sqlstate, "0A000") != 0;
    if (is_sign && !pool->is_behind_pooler && pool->settings.transaction_pooler != 0) {
        LOG(LOG_DEBUG, "pool", "prepared statements are shared (%s): none from here on",
            failure->sqlstate);
        pool->is_behind_pooler = true;
    }
}

void pool_set_own_target(struct db_pool *pool)
{
    pool->target = TARGET_SET;
    detect_pooler(pool);
}

void db_pool_set_target(struct db_pool *pool, const struct db_settings *settings)
{
    struct db_settings copy;
    if (db_settings_copy(&copy, settings) < 0) {
        struct db_failure failure = db_failure_of(DB_FAILURE_MEMORY);
        db_pool_unavailable(pool, &failure);
        return;
    }
    db_settings_free(&pool->settings);
    pool->settings = copy;
    pool_set_own_target(pool);
    pool_schedule(pool);
}

void db_pool_unavailable(struct db_pool *pool, const struct db_failure *failure)
{
    pool->target = TARGET_NONE;
    fail_waiting(pool, failure);
}

static void ask_for_target(struct db_pool *pool)
{
    if (pool->target != TARGET_NONE || list_is_empty(&pool->waiting))
        return;
    if (!pool->prepare) {
        struct db_failure failure = db_failure_of(DB_FAILURE_NOT_SET);
        fail_waiting(pool, &failure);
        return;
    }
    if (!breaker_allows(&pool->breaker, pool_now(pool)))
        return;
    pool->target = TARGET_ASKED;
    pool->prepare(pool, pool->prepare_data);
}

/* A target that the program prepares and that has gone is prepared again: a private server that
 * died is started by whoever knows how. */
static void forget_target(struct db_pool *pool, const struct db_failure *failure)
{
    bool has_gone = failure->class == DB_GONE && failure->sqlstate[0] == '\0';
    if (pool->is_prepared && has_gone)
        pool->target = TARGET_NONE;
}

void pool_dialed(struct db_pool *pool, const struct db_failure *failure)
{
    uint64_t now = pool_now(pool);
    pool_schedule(pool);
    if (!failure) {
        pool->stat.reconnects += pool->breaker.was_connected;
        breaker_succeeded(&pool->breaker);
        return;
    }
    if (pool_has_open(pool)) {
        pool->breaker.is_probing = false;
        pool->grow_after = now + DB_GROW_PAUSE_MS;
        return;
    }
    forget_target(pool, failure);
    if (breaker_failed(&pool->breaker, failure, now, pool_random(pool, UINT32_MAX)))
        fail_waiting(pool, failure);
}

/* --- time ------------------------------------------------------------------------------------ */

static void expire_waiting(struct db_pool *pool, uint64_t now)
{
    bool is_crowded = pool_has_open(pool);
    LIST_FOREACH_SAFE (link, &pool->waiting) {
        struct job *job = CONTAINER_OF(link, struct job, link);
        if (now >= job->deadline ||
            (is_crowded && now - job->since >= pool->settings.pool_timeout_ms))
            job_expire(job);
    }
}

static void expire_jobs(struct list *jobs, uint64_t now)
{
    LIST_FOREACH_SAFE (link, jobs) {
        struct job *job = CONTAINER_OF(link, struct job, link);
        bool is_over = job->is_detached && job->kind == JOB_READ;
        if (now >= job->deadline && !is_over)
            job_expire(job);
    }
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
    expire_waiting(pool, now);
    expire_jobs(&pool->resting, now);
    expire_jobs(&pool->ready, now);
    for (enum conn_state state = CONN_CONNECTING; state < CONN_CLOSING; state++) {
        LIST_FOREACH_SAFE (link, &pool->conns[state]) {
            struct conn *conn = CONTAINER_OF(link, struct conn, link);
            expire_jobs(&conn->jobs, now);
            check_conn(conn, now);
        }
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

static void arm_timer(struct db_pool *pool)
{
    uint64_t now = pool_now(pool);
    uint64_t at = next_check(pool, now);
    if (at == UINT64_MAX || (pool->timer_at > 0 && pool->timer_at <= at))
        return;
    pool->timer_at = at;
    (void)uv_timer_start(&pool->timer, on_timer, at > now ? at - now : 1, 0);
}

/* --- the step -------------------------------------------------------------------------------- */

static void free_closed(struct db_pool *pool)
{
    while (!list_is_empty(&pool->conns[CONN_CLOSING]))
        conn_free(LIST_FIRST(&pool->conns[CONN_CLOSING], struct conn, link));
}

static void fail_refused(struct db_pool *pool)
{
    struct list now;
    list_init(&now);
    while (!list_is_empty(&pool->failed)) {
        struct job *job = LIST_FIRST(&pool->failed, struct job, link);
        list_remove(&job->link);
        list_append(&now, &job->link);
    }
    while (!list_is_empty(&now)) {
        struct job *job = LIST_FIRST(&now, struct job, link);
        bool is_over = job->kind == JOB_TX && job_tx(job)->state == TX_OVER;
        struct db_failure failure = is_over ? job_tx(job)->failure : job_late(job);
        job_fail(job, &failure);
    }
}

static void send_ready(struct db_pool *pool)
{
    while (!list_is_empty(&pool->ready)) {
        struct job *job = LIST_FIRST(&pool->ready, struct job, link);
        list_remove(&job->link);
        list_append(&job->conn->jobs, &job->link);
        tx_send(job_tx(job));
    }
}

/* One Sync for all that a connection was given in this turn, one write. */
static void flush_reads(struct db_pool *pool)
{
    LIST_FOREACH_SAFE (link, &pool->conns[CONN_BUSY]) {
        struct conn *conn = CONTAINER_OF(link, struct conn, link);
        if (conn->owner)
            continue;
        struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
        if (conn->needs_sync && send_sync(conn) < 0)
            conn_close(conn, &lost, "cannot send");
        else
            conn_flush(conn);
    }
}

void pool_step(struct db_pool *pool)
{
    if (pool->is_closed)
        return;
    free_closed(pool);
    fail_refused(pool);
    send_ready(pool);
    ask_for_target(pool);
    pool_assign(pool);
    flush_reads(pool);
    if (pool->is_closing)
        pool_try_close(pool);
    if (!pool->is_closed)
        arm_timer(pool);
}
