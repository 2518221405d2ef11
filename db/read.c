/* The life of a read: submitted, waiting, in flight beside others on a shared connection, answered
 * once. A read is always safe to run again, so a lost connection, a failed neighbour in its batch,
 * or somebody else's cancel only sends it back to the front of the queue. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/rows.h"

static void read_free(struct db_request *request)
{
    conn_drop_job(&request->job);
    list_remove(&request->job.link);
    mem_free(request->step);
    mem_free(request);
}

/* `done` may submit, cancel others and close the pool; it must find this request finished. */
static void answer(struct db_request *request, const struct db_rows *rows,
                   const struct db_failure *failure)
{
    if (request->is_answered)
        return;
    request->is_answered = true;
    if (failure)
        request->job.pool->stat.failures++;
    if (!request->job.is_detached)
        request->done(request->data, rows, failure);
}

void read_deliver(struct db_request *request)
{
    answer(request, NULL, &request->job.failure);
    read_free(request);
}

struct db_request *db_read(struct db_pool *pool, const struct db_statement *statement,
                           const char *const *values, uint64_t timeout_ms, db_read_done *done,
                           void *data)
{
    struct db_request *request = pool->is_ending ? NULL : mem_zalloc(sizeof(*request));
    if (!request)
        return NULL;
    const struct db_step step = {.statement = statement, .values = values};
    if (steps_copy(&pool->statements, &step, 1, NULL, &request->step) < 0) {
        mem_free(request);
        return NULL;
    }
    request->done = done;
    request->data = data;
    job_init(&request->job, pool, JOB_READ, timeout_ms);
    job_submit(&request->job);
    return request;
}

static void let_go(struct db_request *request)
{
    request->job.is_detached = true;
    if (request->job.slots > 0) {
        conn_job_detached(&request->job);
        return;
    }
    if (!request->job.conn)
        pool_remove_waiting(&request->job);
    read_free(request);
}

void db_read_cancel(struct db_request *request)
{
    let_go(request);
}

void read_expire(struct db_request *request)
{
    struct db_failure failure = job_late(&request->job);
    answer(request, NULL, &failure);
    let_go(request);
}

/* --- answers --------------------------------------------------------------------------------- */

static bool may_retry(struct db_request *request)
{
    struct job *job = &request->job;
    return !job->is_detached && !job->pool->is_ending && ++job->tries < DB_TRIES_MAX &&
           pool_now(job->pool) < job->deadline;
}

static bool retry_unnamed(struct db_request *request, const struct db_failure *failure)
{
    struct job *job = &request->job;
    if (job->is_unnamed || !request->step->entry || !failure_is_about_names(failure))
        return false;
    pool_suspect_pooler(job->pool, failure);
    job->conn->is_doomed = true; /* the next one prepares afresh */
    job->is_unnamed = true;
    return may_retry(request);
}

/* Somebody cancelled what nobody asked to cancel: too early for the server's own time limit. */
static bool is_misdirected_cancel(const struct job *job, const struct db_failure *failure)
{
    uint64_t spent = pool_now(job->pool) - job->sent_at;
    return strcmp(failure->sqlstate, "57014") == 0 &&
           (job->conn->was_cancelled || spent < job->pool->settings.statement_timeout_ms);
}

static bool retry_later(struct db_request *request, const struct db_failure *failure)
{
    struct job *job = &request->job;
    if (is_misdirected_cancel(job, failure))
        return may_retry(request);
    bool is_worth_it = failure->class == DB_RETRY || failure->class == DB_GONE;
    if (!is_worth_it || !may_retry(request))
        return false;
    job->not_before = pool_now(job->pool) + job_backoff(job);
    return true;
}

static void failed(struct db_request *request, const struct db_failure *failure)
{
    if (failure->class == DB_GONE)
        request->job.conn->is_doomed = true;
    if (failure->class == DB_DAMAGED)
        request->job.pool->is_damaged = true;
    if (request->is_answered || request->job.is_detached)
        return;
    request->is_again = retry_unnamed(request, failure) || retry_later(request, failure);
    if (request->is_again) {
        request->job.is_solo = true;
        request->job.pool->stat.retries++;
        if (failure->class == DB_GONE)
            pool_tell(request->job.pool, DB_NEWS_AGAIN);
        return;
    }
    LOG(LOG_DEBUG, "pool", "read %s failed: %s %s",
        request->step->statement.name ? request->step->statement.name : "unnamed", failure->code,
        failure->sqlstate);
    answer(request, NULL, failure);
}

void read_answer(struct db_request *request, struct slot *slot, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    struct db_rows rows = rows_of(result);
    if (status == PGRES_PIPELINE_ABORTED) {
        /* A neighbour's failure, or that of an own message before this one. */
        if (slot->kind == SLOT_QUERY && !request->is_answered && !request->is_again) {
            request->is_again = true;
            request->job.is_solo = true;
        }
        return;
    }
    if (slot->is_failed) {
        struct db_failure failure = db_failure_of_result(result, false);
        failed(request, &failure);
        return;
    }
    if (slot->kind == SLOT_QUERY) {
        pool_note_read(request->job.pool, pool_now(request->job.pool) - request->job.sent_at);
        answer(request, &rows, NULL);
    }
}

void read_settled(struct db_request *request)
{
    if (request->is_again && !request->job.is_detached) {
        request->is_again = false;
        conn_drop_job(&request->job);
        pool_enqueue(&request->job, true);
    } else {
        read_free(request);
    }
}

void read_lost(struct db_request *request, const struct db_failure *failure)
{
    if (request->is_answered || request->job.is_detached) {
        read_free(request);

    } else if (failure->class == DB_GONE && may_retry(request)) {
        request->is_again = false;
        request->job.is_solo = true;
        request->job.pool->stat.retries++;
        pool_tell(request->job.pool, DB_NEWS_AGAIN);
        pool_enqueue(&request->job, true);
    } else {

        job_decide(&request->job, failure);
    }
}
