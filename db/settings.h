/* Where the database is and how the pool behaves: from URL forms, environment and options, with
 * every secret kept out of every text that leaves this module. */
#ifndef DB_SETTINGS_H
#define DB_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/own.h"

struct buf;

/* How the connection is protected. On a remote host nothing but DB_TLS_VERIFY_FULL happens unless
 * the person set `tls` to less; a URL's sslmode never lowers it. On this machine the URL decides. */
enum db_tls {
    DB_TLS_DEFAULT,     /* remote: verify-full; this machine: what the URL says, else prefer */
    DB_TLS_VERIFY_FULL, /* certificate by a known authority, for this host name */
    DB_TLS_VERIFY_CA,   /* certificate by a known authority, for any name */
    DB_TLS_REQUIRE,     /* encrypted, to whomever */
    DB_TLS_PREFER,      /* encrypted when the server offers it */
    DB_TLS_OFF          /* plain text */
};

struct db_settings {
    /* Connection parameters for PQconnectStartParams, owned, NULL-terminated pairs. Every parameter
     * that libpq would otherwise take from the environment is set explicitly. */
    char **keywords;
    char **values;
    bool is_remote;         /* some host is not this machine: TLS with a verified certificate */
    bool tls_weaker;        /* … unless the person asked for less, explicitly */
    bool is_set;            /* something names a database; otherwise the private cluster is meant */
    enum db_tls tls;        /* what the person set */
    enum db_tls asked_tls;  /* what the URL or PGSSLMODE asked for */
    bool found_authorities; /* sslrootcert is this machine's, not the person's */

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
 * query parameters, several hosts, percent escapes; and libpq's keyword=value form. Every name that
 * db_settings_set() knows may stand among the query parameters. An empty text or one that starts
 * with "${" counts as unset (returns 0, is_set stays false). A password that the text leaves out is
 * taken from PGPASSWORD or the file that PGPASSFILE names. -EINVAL: `why` gets one sentence without
 * any piece of the text; -ENOMEM. On failure the settings are as before. */
MUST_CHECK int db_settings_from_url(struct db_settings *settings, const char *url, struct buf *why);

/* From libpq's PG* variables, when any of PGHOST, PGHOSTADDR, PGDATABASE, PGSERVICE is set. */
MUST_CHECK int db_settings_from_environment(struct db_settings *settings, struct buf *why);

/* One setting by name, as people write it:
 *   pool_size max_overflow                                     a number
 *   pool_timeout pool_recycle idle_timeout connect_timeout
 *   statement_timeout lock_timeout                             seconds, or with ms, s, min, h
 *   pool_pre_ping echo                                         yes or no
 *   transaction_pooler                                         auto, yes or no
 *   tls                                                        verify-full, verify-ca, require,
 *                                                              prefer, off; auto
 *   application_name                                           what the server lists us as
 * -ENOENT for an unknown name, -EINVAL for a bad value (`why` says what is allowed), -ENOMEM. */
MUST_CHECK int db_settings_set(struct db_settings *settings, const char *name, const char *value,
                               struct buf *why);

/* One connection parameter ("host"), or NULL; borrowed. */
const char *db_settings_param(const struct db_settings *settings, const char *keyword);

/* "host db.example port 5432 database books user ann tls verify-full": no secret. */
void db_settings_describe(const struct db_settings *settings, struct buf *text);

MUST_CHECK int db_settings_copy(struct db_settings *ret_copy, const struct db_settings *settings);

/* Removes libpq's PG* variables from the environment of this process, so that settings are the only
 * source of what libpq does. db_pool_new() calls it; read the environment before. */
void db_settings_seal_environment(void);

#endif
