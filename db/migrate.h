/* Brings a database to the schema of this program: numbered SQL files embedded in the binary,
 * forward only, one transaction each under a transaction advisory lock, statements sent one by one,
 * checksums kept in <schema>.schema_migrations. */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "db/failure.h"
#include "db/query.h"

struct db_migration {
    int version;      /* 1 for 0001_init.sql */
    const char *name; /* "0001_init" */
    const char *sha256;
    const char *const *statements; /* NULL-terminated, in order */
};

struct db_migrations {
    const char *schema; /* "ninepence" */
    const char *program_version;
    const struct db_migration *list;
    size_t count;
};

enum db_migrate_flags {
    DB_MIGRATE_FRESH_ONLY = 1 << 0, /* make an empty database, but refuse to touch an older one */
    DB_MIGRATE_DRY_RUN = 1 << 1,    /* say what would be done */
};

struct db_migrate_result {
    int before, after; /* versions; 0: nothing there */
    int applied;
};

/* Runs on the pool; `done` once. A newer database, a changed checksum or (FRESH_ONLY) an older
 * database fails with class DB_SCHEMA and a message that says what to do. */
MUST_CHECK int db_migrate(struct db_pool *pool, const struct db_migrations *migrations,
                          unsigned flags,
                          void (*done)(void *data, const struct db_migrate_result *result,
                                       const struct db_failure *failure),
                          void *data);

#endif
