/* The pool: its target and its one step() that does everything that is due. Which connection gets
 * which work is in assign.c, time limits are in time.c. Nothing here calls back from inside a
 * submit: a submit only arms the idle handle, and step() runs in the next turn of the loop. */
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
        job_decide(LIST_FIRST(&pool->waiting, struct job, link), failure);
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

void pool_tell(struct db_pool *pool, enum db_news news)
{
    uint64_t now = pool_now(pool);
    bool is_old = news == DB_NEWS_AGAIN && pool->told_again_at > 0 &&
                  now < pool->told_again_at + DB_NEWS_PAUSE_MS;
    if (!pool->told || pool->is_closing || is_old)
        return;
    if (news == DB_NEWS_AGAIN)
        pool->told_again_at = now;
    pool->told(pool->told_data, news);
}

void pool_dialed(struct db_pool *pool, const struct db_failure *failure)
{
    uint64_t now = pool_now(pool);
    pool_schedule(pool);
    if (!failure) {
        pool->stat.reconnects += pool->breaker.was_connected;
        breaker_succeeded(&pool->breaker);
        if (pool->is_told_away)
            pool_tell(pool, DB_NEWS_BACK);
        pool->is_told_away = false;
        return;
    }
    if (pool_has_open(pool)) {
        pool->breaker.is_probing = false;
        pool->grow_after = now + DB_GROW_PAUSE_MS;
        return;
    }
    forget_target(pool, failure);
    if (!pool->is_told_away && !breaker_is_final(failure)) {
        pool->is_told_away = true;
        pool_tell(pool, DB_NEWS_AWAY);
    }
    if (breaker_failed(&pool->breaker, failure, now, pool_random(pool, UINT32_MAX)))
        fail_waiting(pool, failure);
}

/* --- the step -------------------------------------------------------------------------------- */

static void free_closed(struct db_pool *pool)
{
    while (!list_is_empty(&pool->conns[CONN_CLOSING]))
        conn_free(LIST_FIRST(&pool->conns[CONN_CLOSING], struct conn, link));
}

/* What callers do now may decide more jobs: those come in the next turn. */
void pool_deliver(struct db_pool *pool)
{
    struct list now;
    list_init(&now);
    while (!list_is_empty(&pool->decided)) {
        struct list *link = pool->decided.next;
        list_remove(link);
        list_append(&now, link);
    }
    while (!list_is_empty(&now))
        job_deliver(LIST_FIRST(&now, struct job, link));
}

static void send_ready(struct db_pool *pool)
{
    while (!list_is_empty(&pool->ready)) {
        struct db_tx *tx = LIST_FIRST(&pool->ready, struct db_tx, ready);
        list_remove(&tx->ready);
        tx_send(tx->job.conn);
    }
}

/* What callers do while the server works. */
static void work_meanwhile(struct db_pool *pool)
{
    while (!list_is_empty(&pool->sent)) {
        struct db_tx *tx = LIST_FIRST(&pool->sent, struct db_tx, ready);
        struct tx_run *run = tx->run;
        db_tx_meanwhile *meanwhile = TAKE(run->meanwhile);
        list_remove(&tx->ready);
        meanwhile(run->data);
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
        pool->stat.batches += conn->needs_sync;
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
    pool_deliver(pool);
    send_ready(pool);
    ask_for_target(pool);
    pool_assign(pool);
    flush_reads(pool);
    listeners_follow(pool);
    work_meanwhile(pool);
    if (pool->is_closing)
        pool_try_close(pool);
    if (!pool->is_closed)
        pool_arm_timer(pool);
}
