/* Results as they come: each belongs to the first slot of its connection, a NULL ends what a
 * statement answers, a Sync stands for itself. */
#include <string.h>

#include "db/pool_internal.h"

/* The first slot is through: nothing more comes for it. */
static void pop_slot(struct conn *conn)
{
    struct slot slot = conn->slots[conn->slot_first];
    conn->slot_first = (conn->slot_first + 1) % conn->slot_room;
    conn->slot_count--;
    if (!slot.job)
        return;
    slot.job->slots--;
    if (slot.kind == SLOT_SYNC)
        tx_synced(job_tx(slot.job));
    else if (slot.job->kind == JOB_READ && slot.job->slots == 0)
        read_settled(job_read(slot.job));
}

static void on_result(struct conn *conn, PGresult **result)
{
    struct slot *slot = &conn->slots[conn->slot_first];
    ExecStatusType status = PQresultStatus(*result);
    slot->is_failed =
        status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY;
    conn->used_at = pool_now(conn->pool);
    if (slot->kind == SLOT_PREPARE)
        conn->prepared[slot->number] = slot->is_failed ? PREPARED_NOT : PREPARED_READY;
    if (slot->kind == SLOT_GREETING)
        dial_greeted(conn, *result);
    else if (slot->job && slot->job->kind == JOB_READ)
        read_answer(job_read(slot->job), slot, *result);
    else if (slot->job)
        tx_answer(job_tx(slot->job), slot, result);
    else if (slot->kind == SLOT_END && slot->is_failed && status != PGRES_PIPELINE_ABORTED)
        conn->is_doomed = true; /* a clean-up that fails */
}

static bool is_tag(PGresult *result, const char *tag)
{
    return strcmp(PQcmdStatus(result), tag) == 0;
}

/* A result that cannot be what its slot asked for: a pooler's own words, or an answer to somebody
 * else, came in between. Everything behind it would be taken for the answer to its neighbour. */
static bool is_another_answer(const struct slot *slot, PGresult *result)
{
    switch (slot->kind) {
    case SLOT_BEGIN:
        return !is_tag(result, "BEGIN");
    case SLOT_LOCAL:
        return !is_tag(result, "SET");
    case SLOT_COMMIT:
        return !is_tag(result, "COMMIT") && !is_tag(result, "ROLLBACK");
    case SLOT_PREPARE:
        return !is_tag(result, "");
    case SLOT_QUERY: /* of a read; LISTEN has no rows either */
        return slot->job && slot->job->kind == JOB_READ &&
               (is_tag(result, "BEGIN") || is_tag(result, "SET") || is_tag(result, "COMMIT") ||
                is_tag(result, "ROLLBACK"));
    case SLOT_END:
    case SLOT_GREETING:
        return false;
    case SLOT_SYNC:
        break;
    }
    return true;
}

/* What nothing here ever asks for, such as COPY, which libpq would hand out again and again; and what
 * libpq makes up itself when the connection is lost. */
static bool is_out_of_step(struct conn *conn, PGresult *result)
{
    const struct slot *slot = &conn->slots[conn->slot_first];
    bool is_sync = slot->kind == SLOT_SYNC;
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        return !is_sync;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        return is_another_answer(slot, result);
    case PGRES_EMPTY_QUERY:
    case PGRES_PIPELINE_ABORTED:
        return is_sync;
    case PGRES_FATAL_ERROR:
        return is_sync || !PQresultErrorField(result, PG_DIAG_SQLSTATE);
    case PGRES_BAD_RESPONSE:
    case PGRES_COPY_BOTH:
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_NONFATAL_ERROR:
    case PGRES_SINGLE_TUPLE:
        break;
    }
    return true;
}

/* Results, as far as they have come; conn_on_event() sees what is wrong by what is left. */
static void pump(struct conn *conn)
{
    while (conn->slot_count > 0 && conn->state != CONN_CLOSING && !PQisBusy(conn->pg)) {
        PGresult *result = PQgetResult(conn->pg);
        if (!result) {
            pop_slot(conn);
            continue;
        }
        bool is_bad = is_out_of_step(conn, result);
        if (!is_bad && PQresultStatus(result) == PGRES_PIPELINE_SYNC)
            pop_slot(conn);
        else if (!is_bad)
            on_result(conn, &result);
        PQclear(result);
        if (is_bad) {
            conn->is_broken = true;
            return;
        }
    }
}

static void pass_notifications(struct conn *conn)
{
    const struct pool_hooks *hooks = &conn->pool->hooks;
    PGnotify *notification;
    while (conn->state != CONN_CLOSING && (notification = PQnotifies(conn->pg))) {
        if (hooks->notified)
            hooks->notified(hooks->data, notification->relname, notification->extra);
        PQfreemem(notification);
    }
}

static const char *doom(const struct conn *conn, bool readable)
{
    if (!readable || PQstatus(conn->pg) != CONNECTION_OK)
        return "lost";
    if (conn->is_broken)
        return "out of step";
    return NULL;
}

void conn_on_event(struct conn *conn, int status, int events)
{
    if (conn->state == CONN_CONNECTING && conn->slot_count == 0) {
        dial_on_event(conn);
        return;
    }
    bool readable = status == 0;
    if (readable && (events & UV_READABLE))
        readable = PQconsumeInput(conn->pg) == 1;
    conn->is_pumping = true;
    pump(conn);
    conn->is_pumping = false;
    if (conn->state == CONN_CLOSING)
        return;
    if (PQisBusy(conn->pg) == 0)
        pass_notifications(conn);
    if (conn->state == CONN_CLOSING)
        return;
    const char *reason = doom(conn, readable);
    if (reason) {
        struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
        conn->pool->suspect_at = pool_now(conn->pool);
        conn_close(conn, &lost, reason);
        return;
    }
    if (conn->state == CONN_CONNECTING) {
        if (conn->slot_count == 0)
            dial_finish(conn);
        return;
    }
    conn_settle(conn);
    conn_flush(conn);
    if (!list_is_empty(&conn->pool->waiting))
        pool_schedule(conn->pool);
}
