/* From nothing to an open connection: one address after the other, each with its share of the
 * deadline (libpq's asynchronous connect has none of its own), then a greeting that sets up the
 * session and finds out whether a transaction pooler stands in between. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/targets.h"

enum {
    PARAMS_MAX = 64,
    ATTEMPT_LEAST_MS = 1000
};

struct dial {
    struct targets targets;
    size_t next;
    uint64_t deadline;         /* of all attempts */
    uint64_t attempt_deadline; /* of this one */
    bool was_tls;              /* the attempt got as far as TLS */
    bool is_hung_up;           /* … and the peer closed then */
    bool is_greeted;
    bool has_failure;
    struct db_failure failure; /* the most telling one so far */
};

static void attempt(struct conn *conn);

void dial_free(struct dial *dial)
{
    if (!dial)
        return;
    targets_free(&dial->targets);
    mem_free(dial);
}

/* --- failures -------------------------------------------------------------------------------- */

/* A rejected login ends the search: other hosts would count it again. "Still starting" is kept
 * over later failures, because it says that waiting helps. */
static void remember(struct dial *dial, const struct db_failure *failure)
{
    bool keep = dial->has_failure && strcmp(dial->failure.sqlstate, "57P03") == 0;
    if (!keep)
        dial->failure = *failure;
    dial->has_failure = true;
}

static void attempt_failed(struct conn *conn, const struct db_failure *failure)
{
    struct dial *dial = conn->dial;
    LOG(LOG_DEBUG, "pool", "connection %u: attempt failed: %s %s", conn->number, failure->code,
        failure->sqlstate);
    remember(dial, failure);
    conn_unwatch(conn);
    PQfinish(conn->pg);
    conn->pg = NULL;
    bool is_final = failure->class == DB_AUTH && failure->sqlstate[0];
    if (!is_final && dial->next < dial->targets.count) {
        attempt(conn);
        return;
    }
    struct db_failure best = dial->failure;
    conn_close(conn, &best, "cannot connect");
}

static struct db_failure failure_of_conn(const struct conn *conn)
{
    char sqlstate[6];
    if (!db_failure_find_state(PQerrorMessage(conn->pg), sqlstate)) {
        bool is_tls = conn->dial->was_tls && !conn->dial->is_hung_up;
        return db_failure_of(is_tls ? DB_FAILURE_IDENTITY : DB_FAILURE_UNREACHABLE);
    }
    struct db_failure failure = db_failure_of_state(sqlstate);
    if (failure.class == DB_BUG || strcmp(failure.code, "connection_lost") == 0) {
        failure = db_failure_of(DB_FAILURE_UNREACHABLE);
        memcpy(failure.sqlstate, sqlstate, sizeof(sqlstate));
    }
    return failure;
}

/* --- greeting -------------------------------------------------------------------------------- */

static void on_notice(void *data, const char *message)
{
    (void)data;
    (void)message; /* may quote data; what matters comes as a result */
}

/* Only a direct session may be given settings: through a pooler they would leak into the sessions
 * of others. A pooler gives itself away by answering with another backend's number. */
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

static void connected(struct conn *conn)
{
    const char *encoding = PQparameterStatus(conn->pg, "server_encoding");
    struct db_failure failure = db_failure_of(DB_FAILURE_ENCODING);
    if (!encoding || strcmp(encoding, "UTF8") != 0) {
        conn_close(conn, &failure, "encoding");
        return;
    }
    (void)PQsetNoticeProcessor(conn->pg, on_notice, NULL);
    (void)PQsetErrorVerbosity(conn->pg, PQERRORS_DEFAULT);
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

/* --- attempts -------------------------------------------------------------------------------- */

static bool is_place(const char *keyword)
{
    static const char *const places[] = {"host", "hostaddr", "port"};
    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        if (strcmp(keyword, places[i]) == 0)
            return true;
    }
    return false;
}

static PGconn *start(const struct db_settings *settings, const struct target *target)
{
    const char *keywords[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    size_t count = 0;
    for (size_t i = 0; settings->keywords[i] && count < PARAMS_MAX - 5; i++) {
        if (is_place(settings->keywords[i]))
            continue;
        keywords[count] = settings->keywords[i];
        values[count++] = settings->values[i];
    }
    keywords[count] = "host";
    values[count++] = target->host;
    keywords[count] = "hostaddr";
    values[count++] = target->address;
    keywords[count] = "port";
    values[count++] = target->port;
    keywords[count] = NULL;
    values[count] = NULL;
    return PQconnectStartParams(keywords, values, 0);
}

/* Whether the peer has closed: told apart here, because libpq's text is the only other sign. */
static bool is_hung_up(int socket)
{
    char byte;
    ssize_t got = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

static void advance(struct conn *conn)
{
    struct dial *dial = conn->dial;
    int before = PQsocket(conn->pg);
    if (PQstatus(conn->pg) == CONNECTION_SSL_STARTUP) {
        dial->was_tls = true;
        dial->is_hung_up = before >= 0 && is_hung_up(before);
    } else if (PQstatus(conn->pg) != CONNECTION_STARTED) {
        dial->was_tls = false;
    }
    PostgresPollingStatusType next = PQconnectPoll(conn->pg);
    if (PQsocket(conn->pg) != before)
        conn_unwatch(conn);
    if (next == PGRES_POLLING_OK) {
        connected(conn);
        return;
    }
    if (next == PGRES_POLLING_FAILED || PQsocket(conn->pg) < 0 ||
        conn_watch(conn, next == PGRES_POLLING_WRITING ? UV_WRITABLE : UV_READABLE) < 0) {
        struct db_failure failure = failure_of_conn(conn);
        attempt_failed(conn, &failure);
    }
}

void dial_on_event(struct conn *conn)
{
    if (conn->watch) /* the socket may change; a stopped watch never fires for a closed one */
        (void)uv_poll_stop(&conn->watch->poll);
    if (conn->watch)
        conn->watch->events = 0;
    advance(conn);
}

static void attempt(struct conn *conn)
{
    struct dial *dial = conn->dial;
    uint64_t now = pool_now(conn->pool);
    const struct target *target = &dial->targets.list[dial->next];
    uint64_t left = dial->deadline > now ? dial->deadline - now : 0;
    uint64_t share = left / (dial->targets.count - dial->next);
    dial->next++;
    dial->attempt_deadline = now + (share > ATTEMPT_LEAST_MS ? share : ATTEMPT_LEAST_MS);
    dial->was_tls = false;
    dial->is_hung_up = false;
    struct db_failure failure = db_failure_of(DB_FAILURE_MEMORY);
    conn->pg = start(&conn->pool->settings, target);
    if (!conn->pg) {
        conn_close(conn, &failure, "out of memory");
        return;
    }
    (void)PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE);
    (void)PQsetNoticeProcessor(conn->pg, on_notice, NULL);
    failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    if (PQstatus(conn->pg) == CONNECTION_BAD || PQsocket(conn->pg) < 0 ||
        conn_watch(conn, UV_WRITABLE) < 0)
        attempt_failed(conn, &failure);
}

void dial_expire(struct conn *conn, uint64_t now)
{
    if (conn->dial && now >= conn->dial->attempt_deadline) {
        struct db_failure failure = db_failure_of(DB_FAILURE_UNREACHABLE);
        if (conn->slot_count > 0)
            conn_close(conn, &failure, "no greeting in time");
        else
            attempt_failed(conn, &failure);
    }
}

void dial_start(struct conn *conn)
{
    struct db_failure failure = db_failure_of(DB_FAILURE_MEMORY);
    conn_set_state(conn, CONN_CONNECTING, "wanted");
    conn->dial = mem_zalloc(sizeof(*conn->dial));
    if (!conn->dial || targets_from_settings(&conn->dial->targets, &conn->pool->settings) < 0) {
        conn_close(conn, &failure, "out of memory");
        return;
    }
    conn->dial->deadline = pool_now(conn->pool) + conn->pool->settings.connect_timeout_ms;
    attempt(conn);
}
