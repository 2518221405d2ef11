/* From nothing to an open connection: one address after the other, each with its share of the
 * deadline (libpq's asynchronous connect has none of its own). Names are looked up in lookup.c, the
 * session is set up in greet.c. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/dial.h"

enum {
    PARAMS_MAX = 64,
    ATTEMPT_LEAST_MS = 1000
};

void dial_free(struct dial *dial)
{
    if (!dial)
        return;
    lookup_forget(dial->lookup);
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

void dial_attempt_failed(struct conn *conn, const struct db_failure *failure)
{
    struct dial *dial = conn->dial;
    LOG(LOG_DEBUG, "pool", "connection %u: attempt failed: %s %s", conn->number, failure->code,
        failure->sqlstate);
    remember(dial, failure);
    conn_unwatch(conn);
    PQfinish(conn->pg);
    conn->pg = NULL;
    lookup_forget(dial->lookup);
    dial->lookup = NULL;
    bool is_final = failure->class == DB_AUTH && failure->sqlstate[0];
    if (!is_final && dial->next >= dial->targets.count && dial->passes[dial->pass + 1]) {
        dial->pass++;
        dial->next = 0;
    }
    if (!is_final && dial->next < dial->targets.count) {
        dial_attempt(conn);
        return;
    }
    struct db_failure best = dial->failure;
    conn_close(conn, &best, "cannot connect");
}

/* libpq turned away from a server that had let us in, because it is not what was asked for. */
static bool is_other_kind(const struct conn *conn)
{
    const struct dial *dial = conn->dial;
    return strcmp(dial->passes[dial->pass], "any") != 0 &&
           PQparameterStatus(conn->pg, "server_version");
}

/* The peer may also close between our look and libpq's; its texts are not translated, as nobody sets a
 * locale here. */
static bool is_end_of_tls(const char *message)
{
    return strstr(message, "SSL SYSCALL error") || strstr(message, "unexpected eof") ||
           strstr(message, "server closed the connection") ||
           strstr(message, "could not receive data");
}

static struct db_failure failure_of_conn(const struct conn *conn)
{
    char sqlstate[6];
    if (!db_failure_find_state(PQerrorMessage(conn->pg), sqlstate)) {
        if (is_other_kind(conn))
            return db_failure_of(DB_FAILURE_WRONG_KIND);
        bool is_tls = conn->dial->was_tls && !conn->dial->is_hung_up &&
                      !is_end_of_tls(PQerrorMessage(conn->pg));
        return db_failure_of(is_tls ? DB_FAILURE_IDENTITY : DB_FAILURE_UNREACHABLE);
    }
    struct db_failure failure = db_failure_of_state(sqlstate);
    if (failure.class == DB_BUG || strcmp(failure.code, "connection_lost") == 0) {
        failure = db_failure_of(DB_FAILURE_UNREACHABLE);
        memcpy(failure.sqlstate, sqlstate, sizeof(sqlstate));
    }
    return failure;
}

/* --- attempts -------------------------------------------------------------------------------- */

static bool is_of_target(const char *keyword)
{
    static const char *const own[] = {"host", "hostaddr", "port", "target_session_attrs"};
    for (size_t i = 0; i < ARRAY_LENGTH(own); i++) {
        if (strcmp(keyword, own[i]) == 0)
            return true;
    }
    return false;
}

static void on_notice(void *data, const char *message)
{
    (void)data;
    (void)message; /* may quote data; what matters comes as a result */
}

static PGconn *start(const struct db_settings *settings, const struct target *target,
                     const char *attributes)
{
    const char *keywords[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    size_t count = 0;
    for (size_t i = 0; settings->keywords[i] && count < PARAMS_MAX - 5; i++) {
        if (is_of_target(settings->keywords[i]))
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
    keywords[count] = "target_session_attrs";
    values[count++] = attributes;
    keywords[count] = NULL;
    values[count] = NULL;
    return PQconnectStartParams(keywords, values, 0);
}

/* Without TLS the server is not who we asked for. */
static bool must_have_tls(const struct conn *conn)
{
    const char *mode = db_settings_param(&conn->pool->settings, "sslmode");
    return mode && strcmp(mode, "disable") != 0 && strcmp(mode, "allow") != 0 &&
           strcmp(mode, "prefer") != 0;
}

/* What libpq is about to read while it asks for TLS: the answer (S: yes, N: no, E: an error),
 * then the handshake; or that the peer has closed. */
static void peek_at_tls(struct conn *conn, int socket)
{
    struct dial *dial = conn->dial;
    char byte = '\0';
    ssize_t got = socket >= 0 ? recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) : -1;
    if (got > 0)
        dial->was_tls = dial->was_tls || byte == 'S' || (byte != 'E' && must_have_tls(conn));
    dial->is_hung_up = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

static void advance(struct conn *conn)
{
    struct dial *dial = conn->dial;
    int before = PQsocket(conn->pg);
    if (PQstatus(conn->pg) == CONNECTION_SSL_STARTUP)
        peek_at_tls(conn, before);
    else if (PQstatus(conn->pg) != CONNECTION_STARTED)
        dial->was_tls = false;
    PostgresPollingStatusType next = PQconnectPoll(conn->pg);
    if (PQsocket(conn->pg) != before)
        conn_unwatch(conn);
    if (next == PGRES_POLLING_OK) {
        greet(conn);
        return;
    }
    if (next == PGRES_POLLING_FAILED || PQsocket(conn->pg) < 0 ||
        conn_watch(conn, next == PGRES_POLLING_WRITING ? UV_WRITABLE : UV_READABLE) < 0) {
        struct db_failure failure = failure_of_conn(conn);
        dial_attempt_failed(conn, &failure);
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

static void connect_to(struct conn *conn, const struct target *target)
{
    struct dial *dial = conn->dial;
    struct db_failure failure = db_failure_of(DB_FAILURE_MEMORY);
    conn->pg = start(&conn->pool->settings, target, dial->passes[dial->pass]);
    if (!conn->pg) {
        conn_close(conn, &failure, "out of memory");
        return;
    }
    (void)PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE);
    (void)PQsetNoticeProcessor(conn->pg, on_notice, NULL);
    failure = db_failure_of(DB_FAILURE_UNREACHABLE);
    if (PQstatus(conn->pg) == CONNECTION_BAD || PQsocket(conn->pg) < 0 ||
        conn_watch(conn, UV_WRITABLE) < 0)
        dial_attempt_failed(conn, &failure);
}

void dial_attempt(struct conn *conn)
{
    struct dial *dial = conn->dial;
    uint64_t now = pool_now(conn->pool);
    uint64_t left = dial->deadline > now ? dial->deadline - now : 0;
    uint64_t share = left / (dial->targets.count - dial->next);
    dial->attempt_deadline = now + (share > ATTEMPT_LEAST_MS ? share : ATTEMPT_LEAST_MS);
    dial->was_tls = false;
    dial->is_hung_up = false;
    const struct target *target = &dial->targets.list[dial->next];
    bool needs_lookup = target->host && target->host[0] != '/' && !target->address;
    if (!needs_lookup) {
        dial->next++;
        connect_to(conn, target);
    } else if (lookup_start(conn) < 0) {
        struct db_failure failure = db_failure_of(DB_FAILURE_MEMORY);
        conn_close(conn, &failure, "out of memory");
    }
}

void dial_expire(struct conn *conn, uint64_t now)
{
    if (conn->dial && now >= conn->dial->attempt_deadline) {
        struct db_failure failure =
            db_failure_of(conn->dial->lookup ? DB_FAILURE_NAME_UNKNOWN : DB_FAILURE_UNREACHABLE);
        if (conn->dial->lookup)
            conn->dial->next++;
        if (conn->slot_count > 0)
            conn_close(conn, &failure, "no greeting in time");
        else
            dial_attempt_failed(conn, &failure);
    }
}

/* Which kind of session is wanted, as libpq names it. With several hosts "prefer" means to ask all
 * of them before taking what there is. */
static const char *const *find_passes(const struct db_pool *pool, size_t targets)
{
    static const char *const names[][3] = {
        {"any"},     {"read-write"},     {"read-only"},         {"primary"},
        {"standby"}, {"standby", "any"}, {"read-write", "any"},
    };
    const char *wanted = db_settings_param(&pool->settings, "target_session_attrs");
    if (targets > 1 && strcmp(wanted, "prefer-standby") == 0)
        return names[5];
    if (targets > 1 && strcmp(wanted, "any") == 0 && pool->seeks_primary)
        return names[6];
    for (size_t i = 0; i < 5; i++) {
        if (strcmp(wanted, names[i][0]) == 0)
            return names[i];
    }
    return names[0];
}

void dial_start(struct conn *conn)
{
    struct db_failure failure = db_failure_of(DB_FAILURE_MEMORY);
    struct db_pool *pool = conn->pool;
    conn_set_state(conn, CONN_CONNECTING, "wanted");
    pool->stat.dials++;
    struct dial *dial = mem_zalloc(sizeof(*dial));
    conn->dial = dial;
    if (!dial || targets_from_settings(&dial->targets, &pool->settings) < 0) {
        conn_close(conn, &failure, "out of memory");
        return;
    }
    dial->passes = find_passes(pool, dial->targets.count);
    dial->deadline = pool_now(pool) + pool->settings.connect_timeout_ms;
    dial_attempt(conn);
}
