/* A pool's beginning and end, and what it tells about itself. */
#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/worker.h"

static void pool_free(struct db_pool *pool)
{
    statements_free(&pool->statements);
    db_settings_free(&pool->settings);
    mem_free(pool);
}

/* Every handle of libuv counts one; the last one ends the pool. */
void pool_handle_closed(struct db_pool *pool)
{
    if (--pool->handles > 0 || !pool->is_closed)
        return;
    void (*closed)(void *data) = pool->closed;
    void *data = pool->closed_data;
    pool_free(pool);
    if (closed)
        closed(data);
}

static void on_handle_closed(uv_handle_t *handle)
{
    pool_handle_closed(handle->data);
}

static void on_hub_closed(void *data)
{
    pool_handle_closed(data);
}

static void init_lists(struct db_pool *pool)
{
    list_init(&pool->waiting);
    list_init(&pool->ready);
    list_init(&pool->sent);
    list_init(&pool->resting);
    list_init(&pool->decided);
    list_init(&pool->listeners);
    for (enum conn_state state = CONN_DOWN; state < CONN_STATES; state++)
        list_init(&pool->conns[state]);
}

static int init_handles(struct db_pool *pool)
{
    pool->hub = worker_hub_new(pool->loop, on_hub_closed, pool);
    if (!pool->hub)
        return -ENOMEM;
    (void)uv_idle_init(pool->loop, &pool->idle);
    (void)uv_timer_init(pool->loop, &pool->timer);
    pool->idle.data = pool;
    pool->timer.data = pool;
    pool->handles = 3;
    return 0;
}

struct db_pool *db_pool_new(const struct db_pool_options *options)
{
    struct db_pool *pool = mem_zalloc(sizeof(*pool));
    if (!pool)
        return NULL;
    init_lists(pool);
    pool->loop = options->loop;
    pool->prepare = options->prepare;
    pool->prepare_data = options->prepare_data;
    pool->told = options->told;
    pool->told_data = options->told_data;
    pool->is_read_only = options->read_only;
    pool->random = (uv_hrtime() ^ ((uint64_t)getpid() << 40)) | 1;
    if (db_settings_copy(&pool->settings, options->settings) < 0 || init_handles(pool) < 0) {
        pool_free(pool);
        return NULL;
    }
    db_settings_seal_environment();
    pool->is_prepared = !pool->settings.is_set;
    if (pool->settings.is_set)
        pool_set_own_target(pool);
    return pool;
}

void db_pool_stat(const struct db_pool *pool, struct db_pool_stat *ret_stat)
{
    *ret_stat = pool->stat;
    ret_stat->connections = 0;
    ret_stat->busy = 0;
    for (enum conn_state state = CONN_IDLE; state <= CONN_RESETTING; state++) {
        LIST_FOREACH (link, &pool->conns[state]) {
            ret_stat->connections++;
            ret_stat->busy += state != CONN_IDLE;
        }
    }
    ret_stat->waiting = (int)pool->waiting_count;
    ret_stat->behind_pooler = pool->is_behind_pooler;
}

/* --- the end --------------------------------------------------------------------------------- */

static bool has_callers(const struct db_pool *pool)
{
    if (!list_is_empty(&pool->waiting) || !list_is_empty(&pool->ready) ||
        !list_is_empty(&pool->decided))
        return true;
    for (enum conn_state state = CONN_BUSY; state <= CONN_DRAINING; state++) {
        LIST_FOREACH (link, &pool->conns[state]) {
            const struct conn *conn = CONTAINER_OF(link, struct conn, link);
            if (!list_is_empty(&conn->jobs))
                return true;
        }
    }
    return false;
}

/* A transaction that its caller still holds outlives the pool as an empty shell. */
static void orphan_resting(struct db_pool *pool)
{
    while (!list_is_empty(&pool->resting)) {
        struct job *job = LIST_FIRST(&pool->resting, struct job, link);
        list_remove(&job->link);
        job_tx(job)->state = TX_OVER;
        job->pool = NULL;
    }
}

void db_pool_bequeath(struct db_pool *pool, struct db_pool *const *heir)
{
    pool->heir = heir;
}

static void leave_to_heir(struct db_pool *pool)
{
    struct conn *conn = LIST_FIRST(&pool->conns[CONN_IDLE], struct conn, link);
    struct db_pool *heir = pool->heir ? *pool->heir : NULL;
    if (!conn || conn->is_doomed || pool->statements.count > 0 || !heir || heir->is_closing ||
        pool_connections(heir) > 0)
        return;
    list_remove(&conn->link);
    list_append(&heir->conns[CONN_IDLE], &conn->link);
    conn->pool = heir;
    conn->number = ++heir->next_number;
    conn->watch->poll.data = heir;
    pool->handles--;
    heir->handles++;
    heir->is_behind_pooler = heir->is_behind_pooler || pool->is_behind_pooler;
    heir->stat.server_version = pool->stat.server_version;
    LOG(LOG_DEBUG, "pool", "connection %u: inherited", conn->number);
    pool_dialed(heir, NULL);
}

static void close_connections(struct db_pool *pool, const struct db_failure *failure)
{
    for (enum conn_state state = CONN_DOWN; state < CONN_CLOSING; state++) {
        while (!list_is_empty(&pool->conns[state]))
            conn_close(LIST_FIRST(&pool->conns[state], struct conn, link), failure, "pool closes");
    }
    while (!list_is_empty(&pool->conns[CONN_CLOSING]))
        conn_free(LIST_FIRST(&pool->conns[CONN_CLOSING], struct conn, link));
}

void pool_try_close(struct db_pool *pool)
{
    if (has_callers(pool) && pool_now(pool) < pool->close_at)
        return;
    struct db_failure failure = db_failure_of(DB_FAILURE_CLOSING);
    pool->is_ending = true;
    leave_to_heir(pool);
    listeners_end(pool);
    close_connections(pool, &failure);
    while (!list_is_empty(&pool->waiting))
        job_decide(LIST_FIRST(&pool->waiting, struct job, link), &failure);
    pool_deliver(pool);
    orphan_resting(pool);
    pool->is_closed = true;
    worker_hub_close(pool->hub);
    uv_close((uv_handle_t *)&pool->idle, on_handle_closed);
    uv_close((uv_handle_t *)&pool->timer, on_handle_closed);
}

void db_pool_close(struct db_pool *pool, uint64_t drain_ms, void (*closed)(void *data), void *data)
{
    if (pool->is_closing)
        return;
    pool->is_closing = true;
    pool->close_at = pool_now(pool) + drain_ms;
    pool->closed = closed;
    pool->closed_data = data;
    pool_schedule(pool);
}
