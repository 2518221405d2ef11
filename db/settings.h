/* Where the database is and how the pool behaves: from URL forms, environment and options, with
 * every secret kept out of every text that leaves this module. */
#ifndef DB_SETTINGS_H
#define DB_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/own.h"

struct buf;

struct db_settings {
    /* Connection parameters for PQconnectStartParams, owned, NULL-terminated pairs. Every parameter
     * that libpq would otherwise take from the environment is set explicitly. */
    char **keywords;
    char **values;
    bool is_remote;  /* some host is not this machine: TLS with a verified certificate */
    bool tls_weaker; /* … unless the person asked for less, explicitly */
    bool is_set;     /* something names a database; otherwise the private cluster is meant */

    int pool_size;            /* connections kept; default 2 */
    int max_overflow;         /* more under load; default 2 */
    uint64_t pool_timeout_ms; /* wait for a connection */
    uint64_t pool_recycle_ms; /* life of a connection, ± 10 % */
    bool pool_pre_ping;       /* check a connection that sat idle before use */
    uint64_t idle_timeout_ms; /* close idle connections, so that Neon can sleep */
    uint64_t connect_timeout_ms;
    uint64_t statement_timeout_ms;
    uint64_t lock_timeout_ms;
    bool echo;              /* each statement, without values, to the log */
    int transaction_pooler; /* -1 detect, 0 no, 1 yes */
};

/* Fills in the defaults; nothing is named yet. */
void db_settings_init(struct db_settings *settings);
void db_settings_free(struct db_settings *settings);

/* Understands postgres://, postgresql://, postgresql+psycopg2:// (and other +driver forms) with
 * query parameters, several hosts, percent escapes; and libpq's keyword=value form. An empty text
 * or one that starts with "${" counts as unset (returns 0, is_set stays false). -EINVAL: `why` gets
 * one sentence without any piece of the text. */
MUST_CHECK int db_settings_from_url(struct db_settings *settings, const char *url, struct buf *why);

/* From libpq's PG* variables, when any of PGHOST, PGHOSTADDR, PGDATABASE, PGSERVICE is set. */
MUST_CHECK int db_settings_from_environment(struct db_settings *settings, struct buf *why);

/* One pool setting by name ("pool_size", "5"); -ENOENT for an unknown name, -EINVAL for a bad
 * value. */
MUST_CHECK int db_settings_set(struct db_settings *settings, const char *name, const char *value,
                               struct buf *why);

/* "host db.example port 5432 database books user ann tls verify-full": no secret. */
void db_settings_describe(const struct db_settings *settings, struct buf *text);

MUST_CHECK int db_settings_copy(struct db_settings *ret_copy, const struct db_settings *settings);

#endif
