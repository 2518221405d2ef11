/* Notifications from the database (LISTEN, NOTIFY), on a direct connection of its own beside the
 * pool's. It follows the pool: it listens while the pool is in use, a lost connection comes back
 * with the pool's next work, and nothing is sent to keep it alive, so that a server that sleeps when
 * idle may sleep. To notify, run "SELECT pg_notify($1, $2)" in a transaction; that works through any
 * pooler. PostgreSQL manual, "NOTIFY". */
#ifndef DB_LISTEN_H
#define DB_LISTEN_H

#include <stdbool.h>

#include "base/own.h"

struct db_pool;
struct db_listener;
struct db_settings;

struct db_listen_options {
    const char *channel; /* 1 to 63 of a-z 0-9 _ */
    /* One notification; the payload is borrowed. */
    void (*notified)(void *data, const char *payload);
    /* Listening begins, for the first time or again: what was sent before was not heard. */
    void (*resumed)(void *data);
    void *data;
};

/* NULL for a bad channel or when out of memory. Callbacks never run inside a call. Ends by
 * db_listen_end(), or with the pool. */
MUST_CHECK struct db_listener *db_listen(struct db_pool *pool,
                                         const struct db_listen_options *options);

/* False before the first connection, after a loss until resumed(), and where it is not possible. */
bool db_listen_is_on(const struct db_listener *listener);

/* False, and for good, once it is known that a pooler which shares sessions stands in the way and the
 * server cannot be reached past it: nothing will ever be heard, look from time to time instead. */
bool db_listen_is_possible(const struct db_listener *listener);

/* Whether listening is not already known to be impossible with these settings: they name a pooler
 * that shares sessions, and no way past it. */
bool db_listen_may_work(const struct db_settings *settings);

/* No callback runs after this. */
void db_listen_end(struct db_listener *listener);

#endif
