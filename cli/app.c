/* Wires loop, settings, cluster, pool and server together and takes them apart again. Order of the
 * first use: cluster (if the settings name no database), migration on a pool of its own, pool. */
#include "cli/app.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/instructions.h"
#include "schema/migrations.h"

enum { APP_DRAIN_MS = 5000 };

/* --- the way to the first connection --------------------------------------------------------- */

struct preparation {
    struct app *app;
    unsigned flags;
    bool keep_target; /* also give the pool its target */
    bool has_failed;
    struct db_failure failure;
    struct db_migrate_result result;
    void (*done)(void *data, const struct db_migrate_result *result,
                 const struct db_failure *failure);
    void *data;
};

static void preparation_end(struct preparation *work)
{
    struct app *app = work->app;
    app->migration_pool = NULL;
    const struct db_failure *failure = work->has_failed ? &work->failure : NULL;
    if (work->keep_target && failure)
        db_pool_unavailable(app->pool, failure);
    else if (work->keep_target)
        db_pool_set_target(app->pool, &app->target);
    if (work->done)
        work->done(work->data, &work->result, failure);
    mem_free(work);
}

static void preparation_fail(struct preparation *work, const struct db_failure *failure)
{
    work->has_failed = true;
    work->failure = *failure;
    work->failure.constraint = NULL;
}

static void migration_pool_closed(void *data)
{
    preparation_end(data);
}

static void migrated(void *data, const struct db_migrate_result *result,
                     const struct db_failure *failure)
{
    struct preparation *work = data;
    if (failure)
        preparation_fail(work, failure);
    else
        work->result = *result;
    db_pool_close(work->app->migration_pool, APP_DRAIN_MS, migration_pool_closed, work);
}

static void out_of_memory(struct preparation *work)
{
    static const struct db_failure failure = {
        .class = DB_MEMORY,
        .code = "out_of_memory",
        .message = "Out of memory. Nothing was saved. Close other programs and repeat the request.",
    };
    preparation_fail(work, &failure);
}

static void migrate(struct preparation *work)
{
    struct app *app = work->app;
    struct db_settings settings;
    if (db_settings_copy_direct(&settings, &app->target) < 0) {
        out_of_memory(work);
        preparation_end(work);
        return;
    }
    settings.pool_size = 1;
    settings.max_overflow = 0;
    app->migration_pool =
        db_pool_new(&(struct db_pool_options){.loop = &app->loop, .settings = &settings});
    db_settings_free(&settings);
    if (!app->migration_pool) {
        out_of_memory(work);
        preparation_end(work);
    } else if (db_migrate(app->migration_pool, &schema_migrations, work->flags, migrated, work) <
               0) {
        out_of_memory(work);
        db_pool_close(app->migration_pool, 0, migration_pool_closed, work);
    }
}

static void cluster_ready(void *data, const struct db_settings *settings,
                          const struct db_failure *failure)
{
    struct preparation *work = data;
    struct app *app = work->app;
    if (failure) {
        LOG(LOG_ERROR, "cluster", "%s", failure->message);
        preparation_fail(work, failure);
        preparation_end(work);
        return;
    }
    app->cluster_is_held = true;
    db_settings_free(&app->target);
    if (db_settings_copy(&app->target, settings) < 0) {
        out_of_memory(work);
        preparation_end(work);
        return;
    }
    migrate(work);
}

static int prepare(struct app *app, const struct preparation *how)
{
    struct preparation *work = mem_zalloc(sizeof(*work));
    if (!work)
        return -ENOMEM;
    *work = *how;
    work->app = app;
    if (app->cluster && !app->cluster_is_held)
        db_cluster_acquire(app->cluster, cluster_ready, work);
    else
        migrate(work);
    return 0;
}

void app_prepare(struct db_pool *pool, void *data)
{
    struct app *app = data;
    /* A private database follows the program; somebody's own one is only made, never changed. */
    unsigned flags = app->cluster ? 0 : DB_MIGRATE_FRESH_ONLY;
    if (prepare(app, &(struct preparation){.keep_target = true, .flags = flags}) < 0) {
        static const struct db_failure failure = {
            .class = DB_MEMORY,
            .code = "out_of_memory",
            .message = "Out of memory. Nothing was saved. Repeat the request later.",
        };
        db_pool_unavailable(pool, &failure);
    }
}

int app_migrate(struct app *app, unsigned flags,
                void (*done)(void *data, const struct db_migrate_result *result,
                             const struct db_failure *failure),
                void *data)
{
    return prepare(app, &(struct preparation){.flags = flags, .done = done, .data = data});
}

/* --- opening --------------------------------------------------------------------------------- */

static int open_database(struct app *app)
{
    const struct cli_settings *settings = app->settings;
    struct db_settings unset;
    if (db_settings_copy(&app->target, &settings->database) < 0)
        return -ENOMEM;
    if (!settings->database.is_set) {
        app->cluster = db_cluster_new(&(struct db_cluster_options){
            .loop = &app->loop,
            .application = "ninepence",
            .data_home = settings->data_home,
            .bin_dir = settings->bin_dir,
        });
        if (!app->cluster)
            return -ENOMEM;
    }
    if (db_settings_copy(&unset, &settings->database) < 0)
        return -ENOMEM;
    unset.is_set = false;
    app->pool = db_pool_new(&(struct db_pool_options){
        .loop = &app->loop,
        .settings = &unset,
        .prepare = app_prepare,
        .prepare_data = app,
    });
    db_settings_free(&unset);
    return app->pool ? 0 : -ENOMEM;
}

static int open_server(struct app *app)
{
    app->tools = (struct tools_context){
        .pool = app->pool,
        .ledger_name = app->settings->ledger,
        .currency = app->settings->currency,
        .time_zone = app->settings->time_zone,
        .now = app->settings->now,
        .version = NINEPENCE_VERSION,
    };
    struct mcp_server_options options = {
        .name = "ninepence",
        .title = "Ninepence",
        .version = NINEPENCE_VERSION,
        .description = "Answers spending questions and keeps the books, exactly.",
        .tools = tools_all,
        .instructions = cli_instructions,
        .before_start = tools_before_start,
        .read_only = app->settings->read_only,
        .user = &app->tools,
    };
    app->server = mcp_server_new(&app->loop, &options);
    return app->server ? 0 : -ENOMEM;
}

int app_open(struct app *app, const struct cli_settings *settings, struct buf *why)
{
    *app = (struct app){.settings = settings};
    db_settings_init(&app->target);
    int r = uv_loop_init(&app->loop);
    if (r == 0) {
        r = open_database(app);
        if (r == 0)
            r = open_server(app);
        if (r < 0)
            (void)app_close(app);
    }
    if (r < 0) {
        (void)buf_printf(why, "The program cannot start: %s.", strerror(-r));
        return EX_OSERR;
    }
    return 0;
}

/* --- closing --------------------------------------------------------------------------------- */

static void cluster_released(void *data)
{
    struct app *app = data;
    app->cluster_is_held = false;
}

static void pool_closed(void *data)
{
    struct app *app = data;
    app->pool = NULL;
    if (app->cluster && app->cluster_is_held)
        db_cluster_release(app->cluster, cluster_released, app);
}

int app_close(struct app *app)
{
    mcp_server_free(app->server);
    app->server = NULL;
    tools_context_clear(&app->tools);
    if (app->pool)
        db_pool_close(app->pool, APP_DRAIN_MS, pool_closed, app);
    (void)uv_run(&app->loop, UV_RUN_DEFAULT);
    db_cluster_free(app->cluster);
    (void)uv_run(&app->loop, UV_RUN_DEFAULT);
    db_settings_free(&app->target);
    if (uv_loop_close(&app->loop) != 0) {
        LOG(LOG_ERROR, "cli", "a handle was left open at the end");
        return EX_SOFTWARE;
    }
    return 0;
}
