/* Head-of-line blocking: reads that share a connection are answered in order, so a slow one holds
 * up those behind it. Once the oldest is slow, the others move to another connection; what the
 * first one still answers for them is thrown away. In a batch under one Sync nobody can tell which
 * one is slow (the server keeps answers back until the Sync): then all move, each with a Sync of its
 * own from there on, and the batch is cancelled. */
#include "base/log.h"
#include "db/pool_internal.h"

uint64_t pool_slow_ms(const struct db_pool *pool)
{
    uint64_t ms = pool->typical_us * DB_SLOW_TIMES / 1000;
    return ms > DB_SLOW_READ_MS ? ms : DB_SLOW_READ_MS;
}

/* One slow read among many fast ones must not make slowness look typical: it counts for so much. */
void pool_note_read(struct db_pool *pool, uint64_t ms)
{
    uint64_t most = (uint64_t)DB_SLOW_TIMES * DB_SLOW_READ_MS;
    uint64_t us = (ms < most ? ms : most) * 1000;
    pool->typical_us = (pool->typical_us * 15 + us) / 16;
}

static struct slot *slot_at(struct conn *conn, size_t i)
{
    return &conn->slots[(conn->slot_first + i) % conn->slot_room];
}

/* The read that the server works on, when that is certain: the first one, in a batch of its own. */
static struct job *find_culprit(struct conn *conn)
{
    struct job *first = slot_at(conn, 0)->job;
    return first && first->is_solo ? first : NULL;
}

static void move(struct conn *conn, struct job *job)
{
    for (size_t i = 0; i < conn->slot_count; i++) {
        if (slot_at(conn, i)->job == job)
            slot_at(conn, i)->job = NULL;
    }
    job->slots = 0;
    job->rescues++;
    job->is_solo = true;
    conn_drop_job(job);
    pool_enqueue(job, true);
}

static bool is_movable(struct job *job)
{
    const struct db_request *request = job_read(job);
    return !job->is_detached && !request->is_answered && job->rescues < DB_RESCUES_MAX;
}

/* From the newest to the oldest: each goes to the front of the queue. */
static size_t move_all(struct conn *conn, const struct job *culprit)
{
    size_t moved = 0;
    struct list *link = conn->jobs.prev;
    while (link != &conn->jobs) {
        struct job *job = CONTAINER_OF(link, struct job, link);
        link = link->prev;
        if (job == culprit || !is_movable(job))
            continue;
        move(conn, job);
        moved++;
    }
    return moved;
}

void conn_rescue(struct conn *conn)
{
    if (conn->owner || conn->reads < 2 || conn->slot_count == 0 || !pool_can_serve(conn->pool))
        return;
    struct job *culprit = find_culprit(conn);
    size_t moved = move_all(conn, culprit);
    if (moved == 0)
        return;
    conn->pool->stat.retries += moved;
    LOG(LOG_DEBUG, "pool", "connection %u: %zu reads moved away from a slow one", conn->number,
        moved);
    if (!culprit)
        conn_drain(conn);
}
