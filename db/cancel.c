/* Stopping what a connection runs. PQcancel() opens a connection of its own and may block for
 * minutes, so it runs in a thread, one at a time per pool. A cancel that arrives late may hit the
 * next statement: its connection gets no new work before the cancel has returned and every answer
 * was read, and a statement that is hit by mistake is run again (read.c, tx.c). */
#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/worker.h"

enum {
    ERROR_ROOM = 256
};

struct cancel {
    struct worker worker;
    struct db_pool *pool;
    struct conn *conn; /* NULL: it was closed meanwhile */
    PGcancel *handle;
    bool was_sent;
};

static void cancel_free(struct worker *worker)
{
    struct cancel *cancel = CONTAINER_OF(worker, struct cancel, worker);
    PQfreeCancel(cancel->handle);
    mem_free(cancel);
}

static void work(struct worker *worker)
{
    struct cancel *cancel = CONTAINER_OF(worker, struct cancel, worker);
    char error[ERROR_ROOM];
    cancel->was_sent = PQcancel(cancel->handle, error, sizeof(error)) == 1;
}

static void done(struct worker *worker)
{
    struct cancel *cancel = CONTAINER_OF(worker, struct cancel, worker);
    struct conn *conn = cancel->conn;
    cancel->pool->cancels--;
    LOG(LOG_DEBUG, "pool", "cancel of connection %u %s", conn ? conn->number : 0,
        cancel->was_sent ? "was sent" : "failed");
    if (conn) {
        conn->cancel = NULL;
        conn_settle(conn);
    }
    pool_schedule(cancel->pool);
    cancel_free(worker);
}

bool cancel_start(struct conn *conn)
{
    struct db_pool *pool = conn->pool;
    if (conn->cancel)
        return true;
    if (pool->cancels >= DB_CANCELS_MAX)
        return false;
    struct cancel *cancel = mem_zalloc(sizeof(*cancel));
    if (!cancel)
        return false;
    cancel->worker = (struct worker){.work = work, .done = done, .drop = cancel_free};
    cancel->pool = pool;
    cancel->conn = conn;
    cancel->handle = PQgetCancel(conn->pg);
    if (!cancel->handle || worker_start(pool->hub, &cancel->worker) < 0) {
        cancel_free(&cancel->worker);
        return false;
    }
    conn->cancel = cancel;
    conn->was_cancelled = true;
    pool->cancels++;
    pool->stat.cancels++;
    return true;
}

void cancel_forget(struct conn *conn)
{
    if (conn->cancel)
        conn->cancel->conn = NULL;
    conn->cancel = NULL;
}
