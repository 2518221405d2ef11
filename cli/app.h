/* The program as a whole: one loop, the settings, the private cluster when one is needed, the pool,
 * the server. Nothing is started before the first request that needs the database. */
#ifndef CLI_APP_H
#define CLI_APP_H

#include <stdbool.h>
#include <uv.h>

#include "cli/settings.h"
#include "db/cluster.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "mcp/server.h"
#include "tools/support/ledger.h"

struct app {
    uv_loop_t loop;
    const struct cli_settings *settings;
    struct db_cluster *cluster; /* NULL when the settings name a database */
    struct db_pool *pool;
    struct db_pool *migration_pool; /* while the schema is looked after */
    struct db_settings target;      /* what the pool will connect to */
    bool cluster_is_held;
    struct tools_context tools;
    struct mcp_server *server;
    int parts_open; /* of what app_close() waits for */
};

/* 0 or a sysexits code with one sentence in `why`. `settings` is borrowed. */
MUST_CHECK int app_open(struct app *app, const struct cli_settings *settings, struct buf *why);

/* Closes pool and cluster, runs the loop dry and closes it. 0, or EX_SOFTWARE when a handle was
 * left (our defect). */
int app_close(struct app *app);

/* Looks after the schema with a pool of its own and then gives the pool its target; also what the
 * pool calls before its first connection. */
void app_prepare(struct db_pool *pool, void *app);

/* Migrates with these flags and calls back: for `ninepence db migrate`. */
MUST_CHECK int app_migrate(struct app *app, unsigned flags,
                           void (*done)(void *data, const struct db_migrate_result *result,
                                        const struct db_failure *failure),
                           void *data);

#endif
