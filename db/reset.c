/* Back to idle: the end of a transaction that failed or was given up, and the check of a connection
 * that sat idle. Both are one round trip with nobody waiting for it but the connection. */
#include <errno.h>

#include "db/pool_internal.h"

static void reset(struct conn *conn, const char *sql, const char *reason)
{
    struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
    int r = conn_reserve(conn, 2);
    conn_set_state(conn, CONN_RESETTING, reason);
    conn->drain_until = pool_now(conn->pool) + DB_DRAIN_MS;
    if (r == 0)
        r = send_text(conn, SLOT_END, NULL, sql);
    if (r == 0)
        r = send_sync(conn);
    if (r < 0)
        conn_close(conn, &lost, "cannot be reset");
    else
        conn_flush(conn);
}

void conn_rollback(struct conn *conn)
{
    if (conn->state == CONN_RESETTING) { /* the ROLLBACK itself did not help */
        struct db_failure lost = db_failure_of(DB_FAILURE_LOST);
        conn_close(conn, &lost, "still in a transaction");
        return;
    }
    reset(conn, "ROLLBACK", "rollback");
}

void conn_ping(struct conn *conn)
{
    reset(conn, "", "ping");
}
