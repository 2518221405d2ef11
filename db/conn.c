/* One connection: its states, its socket, what it owes, its end. Results are read in results.c;
 * dialing, sending, resetting and cancelling are files of their own; which work it gets is decided
 * in assign.c. */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"

/* --- states ---------------------------------------------------------------------------------- */

static const char *const state_texts[CONN_STATES] = {"down",     "connecting", "idle",   "busy",
                                                     "draining", "resetting",  "closing"};

#define TO(state) (1U << CONN_##state)

static const unsigned transitions[CONN_STATES] = {
    [CONN_DOWN] = TO(CONNECTING) | TO(CLOSING),
    [CONN_CONNECTING] = TO(IDLE) | TO(CLOSING),
    [CONN_IDLE] = TO(BUSY) | TO(RESETTING) | TO(CLOSING),
    [CONN_BUSY] = TO(IDLE) | TO(DRAINING) | TO(RESETTING) | TO(CLOSING),
    [CONN_DRAINING] = TO(IDLE) | TO(RESETTING) | TO(CLOSING),
    [CONN_RESETTING] = TO(IDLE) | TO(CLOSING),
    [CONN_CLOSING] = 0,
};

void conn_set_state(struct conn *conn, enum conn_state state, const char *reason)
{
    LOG(LOG_DEBUG, "pool", "connection %u: %s -> %s (%s)", conn->number, state_texts[conn->state],
        state_texts[state], reason);
    if (!(transitions[conn->state] & (1U << state))) {
        LOG(LOG_ERROR, "pool", "connection %u must not go from %s to %s", conn->number,
            state_texts[conn->state], state_texts[state]);
        return;
    }
    conn->state = state;
    conn->used_at = pool_now(conn->pool);
    list_remove(&conn->link);
    list_append(&conn->pool->conns[state], &conn->link);
    if (state == CONN_IDLE)
        conn->was_cancelled = false;
    if (state == CONN_CLOSING || (state == CONN_IDLE && pool_wants_idle(conn->pool)))
        pool_schedule(conn->pool);
}

static bool is_open(const struct conn *conn)
{
    return conn->state != CONN_DOWN && conn->state != CONN_CONNECTING &&
           conn->state != CONN_CLOSING;
}

struct conn *conn_new(struct db_pool *pool)
{
    struct conn *conn = mem_zalloc(sizeof(*conn));
    if (!conn)
        return NULL;
    conn->pool = pool;
    conn->number = ++pool->next_number;
    conn->state = CONN_DOWN;
    list_init(&conn->link);
    list_init(&conn->jobs);
    list_append(&pool->conns[CONN_DOWN], &conn->link);
    return conn;
}

void conn_free(struct conn *conn)
{
    list_remove(&conn->link);
    mem_free(conn->slots);
    mem_free(conn);
}

/* --- the socket ------------------------------------------------------------------------------ */

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *watch = CONTAINER_OF(handle, struct watch, poll);
    struct db_pool *pool = handle->data;
    mem_free(watch);
    pool_handle_closed(pool);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = CONTAINER_OF(poll, struct watch, poll);
    if (watch->conn)
        conn_on_event(watch->conn, status, events);
}

void conn_unwatch(struct conn *conn)
{
    if (!conn->watch)
        return;
    conn->watch->conn = NULL;
    (void)uv_poll_stop(&conn->watch->poll);
    uv_close((uv_handle_t *)&conn->watch->poll, on_watch_closed);
    conn->watch = NULL;
}

static int new_watch(struct conn *conn)
{
    struct watch *watch = mem_zalloc(sizeof(*watch));
    if (!watch)
        return -ENOMEM;
    int r = uv_poll_init_socket(conn->pool->loop, &watch->poll, PQsocket(conn->pg));
    if (r < 0) {
        mem_free(watch);
        return r;
    }
    watch->poll.data = conn->pool;
    watch->conn = conn;
    conn->pool->handles++;
    conn->watch = watch;
    return 0;
}

int conn_watch(struct conn *conn, int events)
{
    if (!conn->watch) {
        int r = new_watch(conn);
        if (r < 0)
            return r;
    }
    if (conn->watch->events == events)
        return 0;
    conn->watch->events = events;
    return uv_poll_start(&conn->watch->poll, events, on_poll);
}

void conn_flush(struct conn *conn)
{
    if (!is_open(conn))
        return;
    int left = PQflush(conn->pg);
    int r = left < 0 ? -EPIPE : conn_watch(conn, UV_READABLE | (left > 0 ? UV_WRITABLE : 0));
    if (r < 0) {
        struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
        conn_close(conn, &lost, "cannot send");
    }
}

/* --- what it owes ---------------------------------------------------------------------------- */

int conn_reserve(struct conn *conn, size_t slots)
{
    size_t needed = conn->slot_count + slots;
    if (needed <= conn->slot_room)
        return 0;
    size_t room = conn->slot_room > 0 ? conn->slot_room : 64;
    while (room < needed)
        room *= 2;
    struct slot *ring = mem_calloc(room, sizeof(*ring));
    if (!ring)
        return -ENOMEM;
    for (size_t i = 0; conn->slot_room > 0 && i < conn->slot_count; i++)
        ring[i] = conn->slots[(conn->slot_first + i) % conn->slot_room];
    mem_free(conn->slots);
    conn->slots = ring;
    conn->slot_first = 0;
    conn->slot_room = room;
    return 0;
}

void conn_push(struct conn *conn, enum slot_kind kind, struct job *job, unsigned number)
{
    size_t at = (conn->slot_first + conn->slot_count++) % conn->slot_room;
    conn->slots[at] = (struct slot){.kind = kind, .number = (unsigned short)number, .job = job};
    conn->needs_sync = kind != SLOT_SYNC;
    if (job)
        job->slots++;
}

void conn_add_job(struct conn *conn, struct job *job)
{
    list_remove(&job->link);
    list_append(&conn->jobs, &job->link);
    job->conn = conn;
    conn->reads += job->kind == JOB_READ;
}

void conn_drop_job(struct job *job)
{
    struct conn *conn = job->conn;
    if (!conn)
        return;
    list_remove(&job->link);
    job->conn = NULL;
    conn->reads -= job->kind == JOB_READ;
    if (conn->owner && job == &conn->owner->job) {
        struct job *next = LIST_FIRST(&conn->jobs, struct job, link);
        conn->owner = next ? job_tx(next) : NULL;
    }
}

/* --- the end of work, the end of it ---------------------------------------------------------- */

static void to_rest(struct conn *conn)
{
    uint64_t now = pool_now(conn->pool);
    if (conn->is_doomed || now >= conn->expires_at) {
        struct db_failure none = db_failure_of(DB_FAILURE_LOST);
        conn_close(conn, &none, conn->is_doomed ? "not clean" : "recycled");
        return;
    }
    if (conn->state != CONN_IDLE)
        conn_set_state(conn, CONN_IDLE, "done");
}

void conn_settle(struct conn *conn)
{
    if (!is_open(conn) || conn->is_pumping || conn->owner)
        return;
    if (conn->cancel && conn->state == CONN_BUSY && list_is_empty(&conn->jobs))
        conn_drain(conn); /* it may still be hit */
    if (conn->slot_count > 0 || conn->cancel || conn->needs_sync || !list_is_empty(&conn->jobs))
        return;
    PGTransactionStatusType status = PQtransactionStatus(conn->pg);
    if (status == PQTRANS_IDLE)
        to_rest(conn);
    else if (status != PQTRANS_INERROR && status != PQTRANS_INTRANS) {
        conn->is_doomed = true;
        to_rest(conn);
    } else
        conn_rollback(conn);
}

void conn_close(struct conn *conn, const struct db_failure *failure, const char *reason)
{
    if (conn->state == CONN_CLOSING)
        return;
    struct db_pool *pool = conn->pool;
    bool was_connecting = conn->state == CONN_CONNECTING;
    conn_set_state(conn, CONN_CLOSING, reason);
    cancel_forget(conn);
    conn_unwatch(conn);
    dial_free(conn->dial);
    conn->dial = NULL;
    PQfinish(conn->pg);
    conn->pg = NULL;
    conn->slot_count = 0;
    while (!list_is_empty(&conn->jobs)) {
        struct job *job = LIST_FIRST(&conn->jobs, struct job, link);
        conn_drop_job(job);
        job->slots = 0;
        if (job->kind == JOB_READ)
            read_lost(job_read(job), failure);
        else
            tx_lost(job_tx(job), failure);
    }
    if (was_connecting)
        pool_dialed(pool, failure);
    else if (pool->hooks.lost)
        pool->hooks.lost(pool->hooks.data);
}
