/* The first words on a new connection, one round trip: the session's limits, and whether a
 * transaction pooler stands in between. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "db/dial.h"

/* Only a direct session may be given settings: through a pooler they would leak into the sessions
 * of others. A pooler gives itself away by answering with another backend's number.
 *
 * plan_cache_mode is left alone. Planning is much of what the server does for a small ledger, and
 * force_generic_plan would end that; but three statements were seen to read far more under a plan
 * that suits every ledger when one ledger holds most of the rows. */
static int send_greeting(struct conn *conn)
{
    static const char *const sql =
        "SELECT direct, "
        "CASE WHEN direct THEN set_config('default_transaction_read_only', 'on', false) END, "
        "CASE WHEN direct THEN set_config('statement_timeout', $3, false) END, "
        "CASE WHEN direct THEN set_config('lock_timeout', $4, false) END, "
        "CASE WHEN direct THEN set_config('idle_in_transaction_session_timeout', $5, false) END "
        "FROM (SELECT $2 = 'no' OR ($2 = 'auto' AND pg_backend_pid()::text = $1)) AS s (direct)";

    const struct db_settings *settings = &conn->pool->settings;
    char numbers[4][24];
    bool is_pooled = conn->pool->is_behind_pooler;
    (void)snprintf(numbers[0], sizeof(numbers[0]), "%d", PQbackendPID(conn->pg));
    (void)snprintf(numbers[1], sizeof(numbers[1]), "%llu",
                   (unsigned long long)settings->statement_timeout_ms);
    (void)snprintf(numbers[2], sizeof(numbers[2]), "%llu",
                   (unsigned long long)settings->lock_timeout_ms);
    (void)snprintf(numbers[3], sizeof(numbers[3]), "%d", DB_IDLE_IN_TRANSACTION_MS);
    const char *values[] = {numbers[0],
                            is_pooled                           ? "yes"
                            : settings->transaction_pooler == 0 ? "no"
                                                                : "auto",
                            numbers[1], numbers[2], numbers[3]};
    int r = conn_reserve(conn, 2);
    if (r < 0)
        return r;
    if (!PQsendQueryParams(conn->pg, sql, 5, NULL, values, NULL, NULL, 0))
        return -EPIPE;
    conn_push(conn, SLOT_GREETING, NULL, 0);
    return send_sync(conn);
}

void dial_greeted(struct conn *conn, const PGresult *result)
{
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        conn->dial->failure = db_failure_of_result(result, false);
        return;
    }
    conn->dial->is_greeted = true;
    if (PQgetvalue(result, 0, 0)[0] != 't' && !conn->pool->is_behind_pooler) {
        LOG(LOG_DEBUG, "pool", "a connection pooler stands before the database");
        conn->pool->is_behind_pooler = true;
    }
}

void dial_finish(struct conn *conn)
{
    struct db_pool *pool = conn->pool;
    struct dial *dial = conn->dial;
    if (!dial->is_greeted) {
        struct db_failure failure = dial->failure;
        conn_close(conn, &failure, "greeting failed");
        return;
    }
    conn->dial = NULL;
    dial_free(dial);
    uint64_t life = pool->settings.pool_recycle_ms;
    uint64_t part = life * DB_RECYCLE_SPREAD_PERCENT / 100;
    conn->opened_at = pool_now(pool);
    conn->expires_at = conn->opened_at + life - part + pool_random(pool, 2 * part + 1);
    pool->stat.server_version = PQserverVersion(conn->pg);
    conn_set_state(conn, CONN_IDLE, "connected");
    pool_dialed(pool, NULL);
}

/* A server that ends an idle session says so before it closes: the session is not for use any
 * more from that moment on. Other notices may quote data and matter to nobody here. */
static void on_notice(void *data, const PGresult *notice)
{
    struct conn *conn = data;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
        conn->is_doomed = true;
}

void greet(struct conn *conn)
{
    const char *encoding = PQparameterStatus(conn->pg, "server_encoding");
    struct db_failure failure = db_failure_of(DB_FAILURE_ENCODING);
    if (!encoding || strcmp(encoding, "UTF8") != 0) {
        conn_close(conn, &failure, "encoding");
        return;
    }
    (void)PQsetErrorVerbosity(conn->pg, PQERRORS_DEFAULT);
    (void)PQsetNoticeReceiver(conn->pg, on_notice, conn);
    failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    if (PQsetnonblocking(conn->pg, 1) != 0 || PQenterPipelineMode(conn->pg) != 1 ||
        send_greeting(conn) < 0) {
        conn_close(conn, &failure, "cannot greet");
        return;
    }
    int left = PQflush(conn->pg);
    if (left < 0 || conn_watch(conn, UV_READABLE | (left > 0 ? UV_WRITABLE : 0)) < 0)
        conn_close(conn, &failure, "cannot greet");
}
