/* The program as a whole: one loop, the settings, the private cluster when one is needed, the pool,
 * the server. Nothing is started before the first request that needs the database. */
#ifndef CLI_APP_H
#define CLI_APP_H

#include <stdbool.h>
#include <uv.h>

#include "base/buf.h"
#include "cli/settings.h"
#include "db/cluster.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "mcp/server.h"
#include "tools/support/ledger.h"

struct preparation;
struct news;

struct app {
    uv_loop_t loop;
    const struct cli_settings *settings;
    const struct tool *const *tool_list;
    struct db_cluster *cluster; /* NULL when the settings name a database */
    struct db_pool *pool;
    struct db_settings target;       /* what the pool will connect to */
    struct preparation *preparation; /* the way to the first connection, while it is under way */
    bool cluster_is_held;
    bool has_no_database; /* the last way to a first connection failed */
    bool is_closing;
    bool is_serving; /* nobody else tells the person why there is no database: the log does */
    struct tools_context tools;
    struct mcp_server *server;
    uv_timer_t watch; /* open while there are news (watch.c) */
    struct news *news;
    struct buf principal; /* whose books: a question of other books is not answered here */
};

typedef void app_migrated(void *data, const struct db_migrate_result *result,
                          const struct db_failure *failure);

/* 0 or a sysexits code with one sentence in `why`. `settings` is borrowed. The server offers `tools`
 * (NULL-terminated), or all that clients see when it is NULL. */
MUST_CHECK int app_open(struct app *app, const struct cli_settings *settings,
                        const struct tool *const *tools, struct buf *why);

/* Closes pool and cluster, runs the loop dry and closes it. 0, or EX_SOFTWARE when a handle was
 * left (our defect). */
int app_close(struct app *app);

/* Starts the cluster if one is meant, migrates with these flags and calls back: for `ninepence db`.
 * 0 or -ENOMEM. */
MUST_CHECK int app_migrate(struct app *app, unsigned flags, app_migrated *done, void *data);

/* Runs the loop until app_end(), or nothing is left to do. */
void app_run(struct app *app, const bool *has_ended);

/* From a callback: what app_run() was waiting for has happened. */
void app_end(struct app *app, bool *has_ended);

#endif
