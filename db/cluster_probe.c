/* One question to the server: connect, SELECT 1, close. Never blocks: the socket is watched by the
 * loop. One host and no TLS, so that the socket stays the same while connecting. Finer reasons than
 * the errno of the result are not needed here; the pool has them. */
#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/cluster_private.h"

struct cluster_probe {
    uv_poll_t poll;
    uv_timer_t timer;
    int handles; /* still open */
    bool is_polling;
    bool asked;
    PGconn *conn;
    int result;
    void (*done)(void *data, int result);
    void *data;
};

static void probe_closed(uv_handle_t *handle)
{
    struct cluster_probe *probe = handle->data;
    if (--probe->handles > 0)
        return;
    mem_free(probe);
}

static void probe_shut(struct cluster_probe *probe)
{
    if (probe->is_polling) {
        (void)uv_poll_stop(&probe->poll);
        uv_handle_t *poll = (uv_handle_t *)&probe->poll;
        uv_close(poll, probe_closed);
    }
    if (probe->conn)
        PQfinish(probe->conn);
    probe->conn = NULL;
    uv_handle_t *timer = (uv_handle_t *)&probe->timer;
    uv_close(timer, probe_closed);
}

static void probe_end(struct cluster_probe *probe, int result)
{
    void (*done)(void *data, int result) = probe->done;
    void *data = probe->data;
    LOG(LOG_DEBUG, "cluster", "probe: %d %s", result,
        probe->conn ? PQerrorMessage(probe->conn) : "");
    probe_shut(probe);
    done(data, result);
}

/* Lost before it could answer (no SQLSTATE at all) or told to come back later: try again. */
static int refusal(const struct cluster_probe *probe)
{
    const char *why = PQerrorMessage(probe->conn);
    if (strstr(why, "FATAL:  28") || strstr(why, "FATAL:  3D000"))
        return -EACCES; /* the SQLSTATE stands in verbose messages */
    char path[CLUSTER_PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/.s.PGSQL.%s", PQhost(probe->conn), PQport(probe->conn));
    return access(path, F_OK) < 0 ? -ENOENT : -EAGAIN;
}

static void probe_step(struct cluster_probe *probe);

static void probe_ready(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    probe_step(poll->data);
}

static void probe_watch(struct cluster_probe *probe, int events)
{
    if (!probe->is_polling) {
        if (uv_poll_init(probe->timer.loop, &probe->poll, PQsocket(probe->conn)) < 0) {
            probe_end(probe, -EAGAIN);
            return;
        }
        probe->poll.data = probe;
        probe->is_polling = true;
        probe->handles++;
    }
    (void)uv_poll_start(&probe->poll, events, probe_ready);
}

static void probe_connect(struct cluster_probe *probe)
{
    if (probe->is_polling)
        (void)uv_poll_stop(&probe->poll); /* libpq may close the socket */
    switch (PQconnectPoll(probe->conn)) {
    case PGRES_POLLING_READING:
        probe_watch(probe, UV_READABLE);
        return;
    case PGRES_POLLING_WRITING:
        probe_watch(probe, UV_WRITABLE);
        return;
    case PGRES_POLLING_OK:
        probe->asked = PQsendQuery(probe->conn, "SELECT 1") == 1;
        if (probe->asked) {
            probe_watch(probe, UV_READABLE);
            return;
        }
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
    default:
        break;
    }
    probe_end(probe, refusal(probe));
}

static void probe_read(struct cluster_probe *probe)
{
    if (PQconsumeInput(probe->conn) == 0) {
        probe_end(probe, refusal(probe));
        return;
    }
    if (PQisBusy(probe->conn))
        return;
    PGresult *result = PQgetResult(probe->conn);
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    probe_end(probe, good ? 0 : refusal(probe));
}

static void probe_step(struct cluster_probe *probe)
{
    if (probe->asked)
        probe_read(probe);
    else
        probe_connect(probe);
}

static void probe_timer(uv_timer_t *timer)
{
    struct cluster_probe *probe = timer->data;
    if (probe->result == -ETIMEDOUT) {
        probe_end(probe, -ETIMEDOUT);
        return;
    }
    /* First tick: begin, outside of the call that asked. */
    probe->result = -ETIMEDOUT;
    (void)uv_timer_start(timer, probe_timer, CLUSTER_PROBE_WAIT_MS, 0);
    if (PQstatus(probe->conn) == CONNECTION_BAD)
        probe_end(probe, refusal(probe));
    else
        probe_watch(probe, UV_WRITABLE);
}

struct cluster_probe *cluster_probe_start(uv_loop_t *loop, const struct db_settings *settings,
                                          void (*done)(void *data, int result), void *data)
{
    struct cluster_probe *probe = mem_zalloc(sizeof(*probe));
    if (!probe)
        return NULL;
    probe->conn = PQconnectStartParams((const char *const *)settings->keywords,
                                       (const char *const *)settings->values, 0);
    if (!probe->conn) {
        mem_free(probe);
        return NULL;
    }
    (void)PQsetErrorVerbosity(probe->conn, PQERRORS_VERBOSE);
    probe->done = done;
    probe->data = data;
    (void)uv_timer_init(loop, &probe->timer);
    probe->timer.data = probe;
    probe->handles = 1;
    (void)uv_timer_start(&probe->timer, probe_timer, 0, 0);
    return probe;
}

void cluster_probe_cancel(struct cluster_probe **probe)
{
    if (*probe)
        probe_shut(*probe);
    *probe = NULL;
}
