/* Which connection gets which work, oldest first. Reads share the least busy connection, a
 * transaction takes an idle one; another connection is opened when that helps, one at a time. */
#include "db/pool_internal.h"

bool pool_has_open(const struct db_pool *pool)
{
    for (enum conn_state state = CONN_IDLE; state <= CONN_RESETTING; state++) {
        if (!list_is_empty(&pool->conns[state]))
            return true;
    }
    return false;
}

static size_t count_list(const struct list *list)
{
    size_t count = 0;
    LIST_FOREACH (link, list)
        count++;
    return count;
}

size_t pool_connections(const struct db_pool *pool)
{
    size_t count = 0;
    for (enum conn_state state = CONN_CONNECTING; state < CONN_CLOSING; state++)
        count += count_list(&pool->conns[state]);
    return count;
}

/* --- reads ----------------------------------------------------------------------------------- */

static bool is_slow(const struct conn *conn, uint64_t now)
{
    const struct job *oldest = LIST_FIRST(&conn->jobs, struct job, link);
    return oldest && now - oldest->sent_at >= pool_slow_ms(conn->pool);
}

static bool can_share(const struct conn *conn, uint64_t now)
{
    return !conn->owner && !conn->is_doomed && !conn->is_reserved && !conn->was_cancelled &&
           !is_slow(conn, now);
}

static bool needs_ping(const struct conn *conn, uint64_t now)
{
    bool is_suspect = conn->used_at < conn->pool->suspect_at;
    bool is_old = now - conn->used_at >= DB_PRE_PING_AFTER_MS;
    return is_suspect || (is_old && conn->pool->settings.pool_pre_ping);
}

/* The most recently used idle connection, so that the others may grow old and close; one that sat
 * too long is checked first and comes back to the list by itself. */
static struct conn *find_idle(struct db_pool *pool, uint64_t now)
{
    struct list *list = &pool->conns[CONN_IDLE];
    if (list_is_empty(list))
        return NULL;
    struct conn *newest = CONTAINER_OF(list->prev, struct conn, link);
    if (!needs_ping(newest, now))
        return newest;
    conn_ping(newest);
    return NULL;
}

/* A connection that is full gets its next reads together, once it has worked off some: one write, one
 * Sync and one wake-up of the server serve all of them, and it does not run dry meanwhile. */
static bool is_full(struct conn *conn)
{
    if (conn->reads >= DB_READS_PER_CONN)
        conn->is_full = true;
    else if (conn->reads <= DB_READS_REFILL)
        conn->is_full = false;
    return conn->is_full;
}

static struct conn *find_shared(struct db_pool *pool, uint64_t now)
{
    struct conn *best = NULL;
    LIST_FOREACH (link, &pool->conns[CONN_BUSY]) {
        struct conn *conn = CONTAINER_OF(link, struct conn, link);
        if (can_share(conn, now) && !is_full(conn) && (!best || conn->reads < best->reads))
            best = conn;
    }
    return best;
}

/* Whether a busy connection will take reads soon, if it does not now. */
static bool any_shared(const struct db_pool *pool, uint64_t now)
{
    LIST_FOREACH (link, &pool->conns[CONN_BUSY]) {
        if (can_share(CONTAINER_OF(link, struct conn, link), now))
            return true;
    }
    return false;
}

static struct conn *find_for_read(struct db_pool *pool, uint64_t now)
{
    struct conn *idle = find_idle(pool, now);
    return idle ? idle : find_shared(pool, now);
}

/* --- growth ---------------------------------------------------------------------------------- */

static bool may_dial(const struct db_pool *pool, uint64_t now)
{
    if (pool->target != TARGET_SET || !list_is_empty(&pool->conns[CONN_CONNECTING]))
        return false;
    if (pool_has_open(pool))
        return now >= pool->grow_after;
    return breaker_allows(&pool->breaker, now);
}

/* `must`: somebody waits and no connection can take the work. */
static void grow(struct db_pool *pool, bool must, uint64_t now)
{
    size_t most = (size_t)pool->settings.pool_size;
    if (must)
        most += (size_t)pool->settings.max_overflow;
    if (pool_connections(pool) >= most || !may_dial(pool, now))
        return;
    struct conn *conn = conn_new(pool);
    if (!conn) {
        struct db_failure failure = db_failure_of(DB_FAILURE_MEMORY);
        pool_dialed(pool, &failure);
        return;
    }
    breaker_started(&pool->breaker);
    dial_start(conn);
}

bool pool_can_serve(struct db_pool *pool)
{
    uint64_t now = pool_now(pool);
    size_t most = (size_t)pool->settings.pool_size + (size_t)pool->settings.max_overflow;
    return !list_is_empty(&pool->conns[CONN_IDLE]) || any_shared(pool, now) ||
           (pool_connections(pool) < most && may_dial(pool, now));
}

/* --- one pass -------------------------------------------------------------------------------- */

/* A transaction that found no idle connection keeps one free of new reads. */
static void reserve(struct db_pool *pool)
{
    struct conn *best = NULL;
    LIST_FOREACH (link, &pool->conns[CONN_BUSY]) {
        struct conn *conn = CONTAINER_OF(link, struct conn, link);
        if (!conn->owner && !conn->is_reserved && (!best || conn->reads < best->reads))
            best = conn;
    }
    if (best)
        best->is_reserved = true;
}

static void take_up(struct conn *conn, struct job *job, uint64_t now)
{
    pool_remove_waiting(job);
    if (conn->state == CONN_IDLE)
        conn_set_state(conn, CONN_BUSY, job->kind == JOB_READ ? "read" : "transaction");
    conn_add_job(conn, job);
    job->sent_at = now;
    if (job->kind == JOB_TX) {
        conn->is_filling = true;
        if (!conn->owner)
            conn->owner = job_tx(job);
    } else if (send_read(conn, job_read(job)) < 0) {
        struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
        conn_close(conn, &lost, "cannot send");
    }
}

static bool may_share(const struct db_tx *tx)
{
    return tx->shares && tx->run->is_commit && tx->is_first && !tx->job.is_solo &&
           !tx->job.is_unnamed;
}

/* One that was given transactions in this pass, has room for another, and not more of them. */
static struct conn *find_filling(struct db_pool *pool, const struct db_tx *tx, size_t most)
{
    struct conn *best = NULL;
    size_t least = most;
    if (!may_share(tx))
        return NULL;
    LIST_FOREACH (link, &pool->conns[CONN_BUSY]) {
        struct conn *conn = CONTAINER_OF(link, struct conn, link);
        if (!conn->is_filling || !may_share(conn->owner) ||
            conn->owner->plans_once != tx->plans_once)
            continue;
        size_t count = count_list(&conn->jobs);
        if (count < least) {
            best = conn;
            least = count;
        }
    }
    return best;
}

/* An equal part of what waits: the other connections will be back soon. */
static size_t fair_share(const struct db_pool *pool)
{
    size_t conns = pool_connections(pool);
    size_t share = conns > 0 ? (pool->waiting_count + conns - 1) / conns : 1;
    return share < DB_TXS_PER_COMMIT ? share : DB_TXS_PER_COMMIT;
}

static void send_filled(struct db_pool *pool)
{
    LIST_FOREACH_SAFE (link, &pool->conns[CONN_BUSY]) {
        struct conn *conn = CONTAINER_OF(link, struct conn, link);
        if (conn->is_filling) {
            conn->is_filling = false;
            tx_send(conn);
        }
    }
}

static bool is_shared_enough(const struct db_pool *pool)
{
    LIST_FOREACH (link, &pool->conns[CONN_BUSY]) {
        const struct conn *conn = CONTAINER_OF(link, struct conn, link);
        if (!conn->owner && conn->reads < DB_READS_TO_GROW)
            return false;
    }
    return true;
}

/* A job that found no connection: whether a further one must be opened for it. */
static bool must_grow_for(const struct db_pool *pool, const struct job *job, uint64_t now)
{
    return job->kind == JOB_TX || pool->waiting_count > DB_READS_TO_WAIT || !any_shared(pool, now);
}

/* A transaction that found no idle connection: with others under one COMMIT, or it stays. */
static void join_or_reserve(struct db_pool *pool, struct job *job, size_t share, uint64_t now)
{
    struct conn *conn = find_filling(pool, job_tx(job), share);
    if (conn)
        take_up(conn, job, now);
    else
        reserve(pool);
}

void pool_assign(struct db_pool *pool)
{
    uint64_t now = pool_now(pool);
    size_t share = fair_share(pool);
    bool must_grow = false;
    bool any_read = false;
    LIST_FOREACH (link, &pool->conns[CONN_BUSY])
        CONTAINER_OF(link, struct conn, link)->is_reserved = false;
    LIST_FOREACH_SAFE (link, &pool->waiting) {
        struct job *job = CONTAINER_OF(link, struct job, link);
        if (job->not_before > now)
            continue;
        bool is_read = job->kind == JOB_READ;
        struct conn *conn = is_read ? find_for_read(pool, now) : find_idle(pool, now);
        any_read = any_read || is_read;
        if (conn) {
            take_up(conn, job, now);
            continue;
        }
        must_grow = must_grow || must_grow_for(pool, job, now);
        if (!is_read)
            join_or_reserve(pool, job, share, now);
        else if (list_is_empty(&pool->conns[CONN_IDLE]))
            break; /* later reads find nothing either, later transactions keep their place */
    }
    send_filled(pool);
    if (must_grow)
        grow(pool, true, now);
    else if (any_read && list_is_empty(&pool->conns[CONN_IDLE]) && is_shared_enough(pool))
        grow(pool, false, now);
}
