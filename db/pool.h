/* An asynchronous pool of PostgreSQL connections on one libuv loop. It opens nothing before the
 * first request, one connection first and more when they help; reads share connections in pipeline
 * mode, a transaction owns one. Settings carry the names people know from SQLAlchemy. */
#ifndef DB_POOL_H
#define DB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "db/query.h"
#include "db/settings.h"

struct uv_loop_s;

/* Called once, before the first connection, when the settings do not say yet where to connect (a
 * private cluster that must be started). The program ends it with db_pool_set_target() or
 * db_pool_unavailable(), now or later; after the latter the next request asks again. */
typedef void db_pool_prepare(struct db_pool *pool, void *data);

/* What somebody who waits may want to know. */
enum db_news {
    DB_NEWS_AWAY,  /* no connection is open and none could be opened, which is tried again */
    DB_NEWS_BACK,  /* … after that one could */
    DB_NEWS_AGAIN, /* reads whose connection was lost are run again; once in DB_NEWS_PAUSE_MS */
};

struct db_pool_options {
    struct uv_loop_s *loop;
    const struct db_settings *settings; /* copied */
    db_pool_prepare *prepare;           /* or NULL */
    void *prepare_data;
    void (*told)(void *data, enum db_news news); /* or NULL; must not call the pool */
    void *told_data;
    bool read_only; /* transactions cannot write either */
};

MUST_CHECK struct db_pool *db_pool_new(const struct db_pool_options *options);

void db_pool_set_target(struct db_pool *pool, const struct db_settings *settings);
void db_pool_unavailable(struct db_pool *pool, const struct db_failure *failure);

/* When `pool` closes, one of its idle connections goes to *heir, if that still is there and has none:
 * what was opened to look at the database need not be opened again. Both have the same target, and
 * `pool` has run nothing but statements without a name (what transactions say is kept prepared under the
 * same names by all pools, and goes along). */
void db_pool_bequeath(struct db_pool *pool, struct db_pool *const *heir);

/* Lets running work finish for at most `drain_ms`, closes all connections, calls `closed` and frees
 * the pool after it. */
void db_pool_close(struct db_pool *pool, uint64_t drain_ms, void (*closed)(void *data), void *data);

struct db_pool_stat {
    int connections; /* open, of which … */
    int busy;        /* … running something */
    int waiting;     /* requests without a connection */
    uint64_t queries, failures, reconnects, retries, cancels;
    uint64_t batches;   /* of reads that were sent together */
    uint64_t dials;     /* attempts to connect */
    int server_version; /* 150020, 0 before the first connection */
    bool behind_pooler; /* a transaction pooler was detected or set */
};

void db_pool_stat(const struct db_pool *pool, struct db_pool_stat *ret_stat);

#endif
