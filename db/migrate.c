/* Migrations: what the database has is read first, without a lock; each file that is missing is
 * then applied in a transaction of its own, under an advisory lock that ends with it, after
 * another look at what is there. Two processes that migrate at once take turns and the second one
 * finds nothing to do. Statements go out one by one (Citus wants that), never as a script. */
#include "db/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/failure_kinds.h"
#include "db/limits.h"

enum {
    NAME_ROOM = 64,
    SQL_ROOM = 768,
    NUMBER_ROOM = 24
};

#define UNDEFINED_TABLE "42P01" /* PostgreSQL manual, appendix A */

struct migrator {
    struct db_pool *pool;
    const struct db_migrations *migrations;
    unsigned flags;
    void (*done)(void *data, const struct db_migrate_result *result,
                 const struct db_failure *failure);
    void *data;
    struct db_migrate_result result;
    bool has_schema, has_table;
    size_t next; /* index of the file to apply */
    struct db_tx *tx;
    char sql[4][SQL_ROOM];
};

static void look(struct migrator *migrator);

static void finish(struct migrator *migrator, const struct db_failure *failure)
{
    migrator->done(migrator->data, failure ? NULL : &migrator->result, failure);
    mem_free(migrator);
}

static void finish_with(struct migrator *migrator, enum db_failure_kind kind)
{
    struct db_failure failure = db_failure_of(kind);
    finish(migrator, &failure);
}

static int latest(const struct db_migrations *migrations)
{
    return migrations->count > 0 ? migrations->list[migrations->count - 1].version : 0;
}

/* --- what is there --------------------------------------------------------------------------- */

/* Rows of version and sha256, in order. 0 and the highest version, or the kind of failure. */
static bool check_applied(const struct migrator *migrator, const struct db_rows *rows,
                          int *ret_version, enum db_failure_kind *ret_kind)
{
    const struct db_migrations *migrations = migrator->migrations;
    int version = 0;
    for (size_t row = 0; row < db_rows_count(rows); row++) {
        version = (int)db_rows_int(rows, row, 0);
        if (row >= migrations->count || version > latest(migrations)) {
            *ret_kind = DB_FAILURE_LAYOUT_NEWER;
            return false;
        }
        const struct db_migration *known = &migrations->list[row];
        if (known->version != version || strcmp(known->sha256, db_rows_text(rows, row, 1)) != 0) {
            *ret_kind = DB_FAILURE_LAYOUT_EDITED;
            return false;
        }
    }
    *ret_version = version;
    return true;
}

static struct db_statement statement_of(const char *sql, int params)
{
    return (struct db_statement){.name = NULL, .sql = sql, .params = params};
}

/* --- applying one file ----------------------------------------------------------------------- */

static void applied(void *data, struct db_tx *tx, const struct db_rows *const *rows, size_t steps,
                    const struct db_failure *failure)
{
    struct migrator *migrator = data;
    (void)tx;
    (void)rows;
    (void)steps;
    const struct db_migration *file = &migrator->migrations->list[migrator->next];
    migrator->tx = NULL;
    if (failure) {
        LOG(LOG_WARNING, "migrate", "%s failed: %s %s", file->name, failure->code,
            failure->sqlstate);
        finish(migrator, failure);
        return;
    }
    migrator->result.applied++;
    migrator->result.after = file->version;
    LOG(LOG_DEBUG, "migrate", "%s applied", file->name);
    look(migrator);
}

static size_t count_statements(const struct db_migration *file)
{
    size_t count = 0;
    while (file->statements[count])
        count++;
    return count;
}

static int apply_steps(struct migrator *migrator, const struct db_migration *file)
{
    size_t count = count_statements(file);
    struct db_step *steps = mem_calloc(count + 1, sizeof(*steps));
    struct db_statement *statements = mem_calloc(count + 1, sizeof(*statements));
    char version[NUMBER_ROOM];
    (void)snprintf(version, sizeof(version), "%d", file->version);
    const char *values[] = {version, file->name, file->sha256,
                            migrator->migrations->program_version};
    (void)snprintf(migrator->sql[0], SQL_ROOM,
                   "INSERT INTO %s.schema_migrations (version, name, sha256, program_version) "
                   "VALUES ($1::int, $2, $3, $4)",
                   migrator->migrations->schema);
    int r = steps && statements ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && r == 0; i++) {
        statements[i] = statement_of(file->statements[i], 0);
        steps[i].statement = &statements[i];
    }
    if (r == 0) {
        statements[count] = statement_of(migrator->sql[0], 4);
        steps[count] = (struct db_step){.statement = &statements[count], .values = values};
        r = db_tx_run(migrator->tx, steps, count + 1, true, applied, migrator);
    }
    mem_free(steps);
    mem_free(statements);
    return r;
}

static void give_up(struct migrator *migrator, enum db_failure_kind kind)
{
    db_tx_rollback(TAKE(migrator->tx));
    finish_with(migrator, kind);
}

/* The lock is held; somebody may have been faster. */
static void locked(void *data, struct db_tx *tx, const struct db_rows *const *rows, size_t steps,
                   const struct db_failure *failure)
{
    struct migrator *migrator = data;
    enum db_failure_kind kind = DB_FAILURE_BUG;
    int version = 0;
    (void)tx;
    if (failure) {
        migrator->tx = NULL;
        finish(migrator, failure);
        return;
    }
    const struct db_migration *file = &migrator->migrations->list[migrator->next];
    if (!check_applied(migrator, rows[steps - 1], &version, &kind)) {
        give_up(migrator, kind);
    } else if (version >= file->version) {
        db_tx_rollback(TAKE(migrator->tx));
        look(migrator);
    } else if (apply_steps(migrator, file) < 0) {
        give_up(migrator, DB_FAILURE_MEMORY);
    }
}

/* Limits of the session do not fit an index on a big table; the transaction's own deadline does. */
static void apply(struct migrator *migrator)
{
    static const struct db_statement limits = {
        NULL,
        "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)",
        0};
    static const struct db_statement lock = {
        NULL, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", 1};
    /* An advisory lock does not make the session look at what others changed in the catalog; opening
     * a relation does. Without it IF NOT EXISTS may believe that the schema is still missing. */
    static const struct db_statement refresh = {NULL,
                                                "SELECT 1 FROM pg_catalog.pg_namespace LIMIT 1", 0};
    const char *schema = migrator->migrations->schema;
    (void)snprintf(migrator->sql[0], SQL_ROOM, "CREATE SCHEMA IF NOT EXISTS %s", schema);
    (void)snprintf(migrator->sql[1], SQL_ROOM,
                   "CREATE TABLE IF NOT EXISTS %s.schema_migrations (version int PRIMARY KEY, "
                   "name text NOT NULL, sha256 text NOT NULL, "
                   "applied_at timestamptz NOT NULL DEFAULT now(), program_version text NOT NULL)",
                   schema);
    (void)snprintf(migrator->sql[2], SQL_ROOM,
                   "SELECT version, sha256 FROM %s.schema_migrations ORDER BY version", schema);
    const struct db_statement create_schema = statement_of(migrator->sql[0], 0);
    const struct db_statement create_table = statement_of(migrator->sql[1], 0);
    const struct db_statement list = statement_of(migrator->sql[2], 0);
    struct db_step steps[6] = {
        {.statement = &limits}, {.statement = &lock, .values = &schema}, {.statement = &refresh}};
    size_t count = 3;
    if (!migrator->has_schema)
        steps[count++].statement = &create_schema;
    if (!migrator->has_table)
        steps[count++].statement = &create_table;
    steps[count++].statement = &list;
    migrator->tx = db_tx_begin(migrator->pool, DB_MIGRATE_MS);
    if (!migrator->tx)
        finish_with(migrator, DB_FAILURE_MEMORY);
    else if (db_tx_run(migrator->tx, steps, count, false, locked, migrator) < 0)
        give_up(migrator, DB_FAILURE_MEMORY);
}

/* --- looking --------------------------------------------------------------------------------- */

static void decide(struct migrator *migrator, int version)
{
    const struct db_migrations *migrations = migrator->migrations;
    bool is_old = version > 0 && version < latest(migrations);
    if (migrator->result.applied == 0) {
        migrator->result.before = version;
        migrator->result.after = version;
        if (is_old && (migrator->flags & DB_MIGRATE_FRESH_ONLY)) {
            finish_with(migrator, DB_FAILURE_LAYOUT_OLDER);
            return;
        }
    }
    migrator->next = 0;
    while (migrator->next < migrations->count &&
           migrations->list[migrator->next].version <= version)
        migrator->next++;
    if (migrator->next == migrations->count) {
        migrator->result.after = version;
        finish(migrator, NULL);
    } else if (migrator->flags & DB_MIGRATE_DRY_RUN) {
        migrator->result.after = latest(migrations);
        migrator->result.applied = (int)(migrations->count - migrator->next);
        finish(migrator, NULL);
    } else {
        apply(migrator);
    }
}

/* What there is when the table is not. */
static void looked(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct migrator *migrator = data;
    if (failure) {
        finish(migrator, failure);
        return;
    }
    migrator->has_schema = db_rows_bool(rows, 0, 0);
    migrator->has_table = db_rows_bool(rows, 0, 1);
    if (migrator->has_table) /* somebody has made it meanwhile */
        look(migrator);
    else
        decide(migrator, 0);
}

static void look_for_parts(struct migrator *migrator)
{
    static const struct db_statement parts = {NULL,
                                              "SELECT to_regnamespace($1) IS NOT NULL, "
                                              "to_regclass($1 || '.schema_migrations') IS NOT NULL",
                                              1};
    const char *schema = migrator->migrations->schema;
    if (!db_read(migrator->pool, &parts, &schema, DB_LOOK_MS, looked, migrator))
        finish_with(migrator, DB_FAILURE_MEMORY);
}

static void listed(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct migrator *migrator = data;
    enum db_failure_kind kind = DB_FAILURE_BUG;
    int version = 0;
    if (failure && strcmp(failure->sqlstate, UNDEFINED_TABLE) == 0) {
        look_for_parts(migrator);
    } else if (failure) {
        finish(migrator, failure);
    } else if (!check_applied(migrator, rows, &version, &kind)) {
        finish_with(migrator, kind);
    } else {
        migrator->has_schema = migrator->has_table = true;
        decide(migrator, version);
    }
}

/* Most databases have all, so that one answer is enough. */
static int begin_look(struct migrator *migrator)
{
    (void)snprintf(migrator->sql[0], SQL_ROOM,
                   "SELECT version, sha256 FROM %s.schema_migrations ORDER BY version",
                   migrator->migrations->schema);
    const struct db_statement list = statement_of(migrator->sql[0], 0);
    return db_read(migrator->pool, &list, NULL, DB_LOOK_MS, listed, migrator) ? 0 : -ENOMEM;
}

static void look(struct migrator *migrator)
{
    if (begin_look(migrator) < 0)
        finish_with(migrator, DB_FAILURE_MEMORY);
}

int db_migrate(struct db_pool *pool, const struct db_migrations *migrations, unsigned flags,
               void (*done)(void *data, const struct db_migrate_result *result,
                            const struct db_failure *failure),
               void *data)
{
    if (strlen(migrations->schema) >= NAME_ROOM)
        return -EINVAL;
    struct migrator *migrator = mem_zalloc(sizeof(*migrator));
    if (!migrator)
        return -ENOMEM;
    migrator->pool = pool;
    migrator->migrations = migrations;
    migrator->flags = flags;
    migrator->done = done;
    migrator->data = data;
    int r = begin_look(migrator);
    if (r < 0)
        mem_free(migrator);
    return r;
}
