/* What goes onto the wire, in libpq's pipeline mode: statements, prepared once per connection, and
 * the Syncs that end a batch. Each message that will be answered gets a slot. */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "db/pool_internal.h"

enum {
    SET_ROOM = 64
};

int send_text(struct conn *conn, enum slot_kind kind, struct job *job, const char *sql)
{
    if (!PQsendQueryParams(conn->pg, sql, 0, NULL, NULL, NULL, NULL, 0))
        return -EPIPE;
    conn_push(conn, kind, job, 0);
    return 0;
}

int send_sync(struct conn *conn)
{
    int r = conn_reserve(conn, 1);
    if (r < 0)
        return r;
    if (!PQpipelineSync(conn->pg))
        return -EPIPE;
    conn_push(conn, SLOT_SYNC, conn->owner ? &conn->owner->job : NULL, 0);
    return 0;
}

static int send_prepare(struct conn *conn, unsigned number, const char *name, const char *sql,
                        struct job *job, int params)
{
    if (conn->prepared[number] != PREPARED_NOT)
        return 0;
    if (!PQsendPrepare(conn->pg, name, sql, params, NULL))
        return -EPIPE;
    conn_push(conn, SLOT_PREPARE, job, number);
    conn->prepared[number] = PREPARED_SENT;
    return 0;
}

static int send_step(struct conn *conn, const struct step *step, struct job *job, unsigned number)
{
    const char *const *values = (const char *const *)step->values;
    const struct db_statement *statement = &step->statement;
    const struct statement_entry *entry = step->entry;
    int sent;
    if (conn->pool->settings.echo)
        log_line(LOG_INFO, "sql", "connection %u: %s: %s", conn->number,
                 statement->name ? statement->name : "unnamed", statement->sql);
    if (entry && !conn->pool->is_behind_pooler && !job->is_unnamed) {
        int r = send_prepare(conn, entry->number, entry->name, entry->sql, job, statement->params);
        if (r < 0)
            return r;
        sent = PQsendQueryPrepared(conn->pg, entry->name, statement->params, values, step->lengths,
                                   step->formats, 0);
    } else {
        sent = PQsendQueryParams(conn->pg, statement->sql, statement->params, NULL, values,
                                 step->lengths, step->formats, 0);
    }
    if (!sent)
        return -EPIPE;
    conn_push(conn, SLOT_QUERY, job, number);
    conn->pool->stat.queries++;
    return 0;
}

/* What a session is told once, each transaction is told where sessions are shared. SET is no query,
 * so that SET TRANSACTION may still follow. */
static int send_local(struct conn *conn, struct job *job)
{
    char text[SET_ROOM];
    const struct db_settings *settings = &conn->pool->settings;
    (void)snprintf(text, sizeof(text), "SET LOCAL statement_timeout = %llu",
                   (unsigned long long)settings->statement_timeout_ms);
    int r = send_text(conn, SLOT_LOCAL, job, text);
    (void)snprintf(text, sizeof(text), "SET LOCAL lock_timeout = %llu",
                   (unsigned long long)settings->lock_timeout_ms);
    return r < 0 ? r : send_text(conn, SLOT_LOCAL, job, text);
}

/* Behind a pooler: BEGIN, limits, statement, Sync, and a COMMIT after the Sync, which ends the
 * transaction whatever became of the statement. */
static int send_pooled_read(struct conn *conn, struct db_request *request)
{
    int r = send_text(conn, SLOT_BEGIN, &request->job, "BEGIN READ ONLY");
    if (r == 0)
        r = send_local(conn, &request->job);
    if (r == 0)
        r = send_step(conn, request->step, &request->job, 0);
    if (r == 0)
        r = send_sync(conn);
    if (r == 0)
        r = send_text(conn, SLOT_END, NULL, "COMMIT");
    return r < 0 ? r : send_sync(conn);
}

int send_read(struct conn *conn, struct db_request *request)
{
    int r = conn_reserve(conn, 8);
    if (r < 0)
        return r;
    if (conn->pool->is_behind_pooler)
        return send_pooled_read(conn, request);
    if (request->job.is_solo && conn->needs_sync) {
        r = send_sync(conn);
        if (r < 0)
            return r;
    }
    r = send_step(conn, request->step, &request->job, 0);
    return r == 0 && request->job.is_solo ? send_sync(conn) : r;
}

/* What transactions say each time. They are kept prepared like statements, each under its own text
 * as the name, and numbered behind them. */
static const char *const words[WORDS] = {
    [WORD_BEGIN] = "BEGIN READ WRITE",
    [WORD_LOOK] = "BEGIN READ ONLY",
    [WORD_PLAN_ONCE] = "SET LOCAL plan_cache_mode = force_generic_plan",
    [WORD_COMMIT] = "COMMIT",
};

static int send_word(struct conn *conn, enum slot_kind kind, struct job *job, enum word word)
{
    unsigned number = DB_STATEMENTS_MAX + word;
    const char *text = words[word];
    if (conn->pool->is_behind_pooler || job->is_unnamed)
        return send_text(conn, kind, job, text);
    int r = send_prepare(conn, number, text, text, job, 0);
    if (r < 0)
        return r;
    if (!PQsendQueryPrepared(conn->pg, text, 0, NULL, NULL, NULL, 0))
        return -EPIPE;
    conn_push(conn, kind, job, 0);
    return 0;
}

static int send_begin(struct conn *conn, struct db_tx *tx)
{
    int r =
        send_word(conn, SLOT_BEGIN, &tx->job, conn->pool->is_read_only ? WORD_LOOK : WORD_BEGIN);
    if (r < 0)
        return r;
    if (conn->pool->is_behind_pooler)
        return send_local(conn, &tx->job);
    /* Statements without a name have no plan that could be kept. */
    if (tx->plans_once && !tx->job.is_unnamed)
        return send_word(conn, SLOT_LOCAL, &tx->job, WORD_PLAN_ONCE);
    return 0;
}

static int send_steps(struct conn *conn, struct db_tx *tx)
{
    const struct tx_run *run = tx->run;
    int r = conn_reserve(conn, 2 * run->count + 8);
    for (size_t i = 0; i < run->count && r == 0; i++)
        r = send_step(conn, &run->steps[i], &tx->job, (unsigned)i);
    return r;
}

int send_runs(struct conn *conn)
{
    struct db_tx *first = conn->owner;
    int r = conn_reserve(conn, 8);
    if (r == 0 && first->is_first)
        r = send_begin(conn, first);
    LIST_FOREACH (link, &conn->jobs)
        r = r == 0 ? send_steps(conn, job_tx(CONTAINER_OF(link, struct job, link))) : r;
    if (r == 0 && first->run->is_commit)
        r = send_word(conn, SLOT_COMMIT, &first->job, WORD_COMMIT);
    return r < 0 ? r : send_sync(conn);
}
