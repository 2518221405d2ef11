/* Steps from "nothing is running" to "the schema fits": each a function that ends by starting the
 * next, in the order of this file. A private database follows the program, after a backup; of several
 * processes one does it and the others wait and find it done. Somebody's own one is made when it is
 * empty and otherwise left as it is (`ninepence db migrate` is for that). */
#include "cli/prepare.h"

#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "schema/migrations.h"

enum stage {
    STAGE_LOOKING,       /* a dry run: most databases are up to date */
    STAGE_WAITING,       /* for whoever else changes the database */
    STAGE_LOOKING_AGAIN, /* nobody else changes it now, but somebody may have */
    STAGE_ACTING         /* what was asked for */
};

struct preparation {
    struct app *app;
    struct db_pool *pool; /* of the migration alone */
    unsigned flags;       /* enum db_migrate_flags, as asked */
    bool is_for_pool;     /* the program's pool waits for its target */
    enum stage stage;
    bool has_failed;
    struct db_failure failure;
    struct db_migrate_result result;
    app_migrated *done;
    void *data;
};

static const struct db_failure out_of_memory = {
    .class = DB_MEMORY,
    .code = "out_of_memory",
    .message = "Out of memory. Nothing was saved. Close other programs and repeat the request.",
};

/* A server that may not write does not make what it would read. */
static const struct db_failure nothing_to_read = {
    .class = DB_SCHEMA,
    .code = "no_ledger",
    .message = "There are no books in this database yet, and this server was started with "
               "--read-only. Start it once without.",
};

/* --- the end --------------------------------------------------------------------------------- */

static void cluster_released(void *data)
{
    struct app *app = data;
    app->cluster_is_held = false;
}

static void work_end(void *data)
{
    struct preparation *work = data;
    struct app *app = work->app;
    const struct db_failure *failure = work->has_failed ? &work->failure : NULL;
    app->preparation = NULL;
    app->has_no_database = failure != NULL;
    if (work->is_for_pool && app->pool && failure)
        db_pool_unavailable(app->pool, failure);
    else if (work->is_for_pool && app->pool && !app->is_closing)
        db_pool_set_target(app->pool, &app->target);
    if (work->done)
        work->done(work->data, &work->result, failure);
    prepare_release(app);
    mem_free(work);
}

static void work_close(struct preparation *work)
{
    struct db_pool *pool = work->pool;
    work->pool = NULL;
    work->stage = STAGE_ACTING;
    if (work->app->cluster)
        db_cluster_change_end(work->app->cluster);
    if (pool && work->is_for_pool && !work->has_failed)
        db_pool_bequeath(pool, &work->app->pool);
    if (pool)
        db_pool_close(pool, 0, work_end, work);
    else
        work_end(work);
}

/* What waits for another process ends with the app. */
void prepare_release(struct app *app)
{
    if (!app->is_closing || app->pool)
        return;
    if (app->preparation && app->preparation->stage == STAGE_WAITING)
        work_close(app->preparation);
    else if (!app->preparation && app->cluster_is_held)
        db_cluster_release(app->cluster, cluster_released, app);
}

static void work_fail(struct preparation *work, const struct db_failure *failure)
{
    work->has_failed = true;
    work->failure = *failure;
    work->failure.constraint = NULL;
    if (work->app->is_serving)
        LOG(LOG_ERROR, "database", "%s", failure->message);
    work_close(work);
}

/* --- migration ------------------------------------------------------------------------------- */

static void migrate(struct preparation *work);

static void backed_up(void *data, const char *path, const struct db_failure *failure)
{
    struct preparation *work = data;
    if (failure) {
        work_fail(work, failure);
        return;
    }
    LOG(LOG_INFO, "cli", "backup before the migration: %s", path);
    migrate(work);
}

static void alone(void *data, const struct db_failure *failure)
{
    struct preparation *work = data;
    work->stage = STAGE_LOOKING_AGAIN;
    if (failure)
        work_fail(work, failure);
    else
        migrate(work);
}

static void wait_for_others(struct preparation *work)
{
    work->stage = STAGE_WAITING;
    if (work->app->is_closing)
        work_close(work);
    else if (db_cluster_change_begin(work->app->cluster, alone, work) < 0)
        work_fail(work, &out_of_memory);
}

/* After a dry run: only a database that has something to lose is backed up. */
static void looked_at(struct preparation *work, const struct db_migrate_result *result)
{
    work->result = *result;
    if (result->applied == 0) {
        work_close(work);
    } else if (work->stage == STAGE_LOOKING) {
        wait_for_others(work);
    } else {
        work->stage = STAGE_ACTING;
        if (result->before > 0)
            db_cluster_backup(work->app->cluster, "before-migration", backed_up, work);
        else
            migrate(work);
    }
}

static void migrated(void *data, const struct db_migrate_result *result,
                     const struct db_failure *failure)
{
    struct preparation *work = data;
    if (failure) {
        work_fail(work, failure);
    } else if (work->stage != STAGE_ACTING) {
        looked_at(work, result);
    } else if (work->is_for_pool && (work->flags & DB_MIGRATE_DRY_RUN) && result->before == 0) {
        work_fail(work, &nothing_to_read);
    } else {
        work->result = *result;
        work_close(work);
    }
}

static void migrate(struct preparation *work)
{
    unsigned flags = work->flags | (work->stage == STAGE_ACTING ? 0 : DB_MIGRATE_DRY_RUN);
    if (work->app->is_closing)
        work_close(work);
    else if (db_migrate(work->pool, &schema_migrations, flags, migrated, work) < 0)
        work_fail(work, &out_of_memory);
}

static void open_pool(struct preparation *work)
{
    struct app *app = work->app;
    struct db_settings settings;
    if (db_settings_copy(&settings, &app->target) < 0) {
        work_fail(work, &out_of_memory);
        return;
    }
    settings.pool_size = 1;
    settings.max_overflow = 0;
    work->pool = db_pool_new(&(struct db_pool_options){.loop = &app->loop, .settings = &settings});
    db_settings_free(&settings);
    /* Nothing is backed up, hence nothing looked at, in a database that is not ours. */
    bool is_ours = app->cluster && !(work->flags & DB_MIGRATE_DRY_RUN);
    work->stage = is_ours ? STAGE_LOOKING : STAGE_ACTING;
    if (work->pool)
        migrate(work);
    else
        work_fail(work, &out_of_memory);
}

/* --- the cluster ----------------------------------------------------------------------------- */

static void cluster_ready(void *data, const struct db_settings *settings,
                          const struct db_failure *failure)
{
    struct preparation *work = data;
    struct app *app = work->app;
    struct db_settings target;
    if (failure) {
        work_fail(work, failure);
        return;
    }
    app->cluster_is_held = true;
    if (db_settings_copy(&target, settings) < 0) {
        work_fail(work, &out_of_memory);
        return;
    }
    db_settings_free(&app->target);
    app->target = target;
    open_pool(work);
}

static int prepare(struct app *app, const struct preparation *how)
{
    struct preparation *work = mem_zalloc(sizeof(*work));
    if (!work)
        return -ENOMEM;
    *work = *how;
    work->app = app;
    app->preparation = work;
    if (app->cluster)
        db_cluster_acquire(app->cluster, cluster_ready, work);
    else
        open_pool(work);
    return 0;
}

void prepare_pool(struct db_pool *pool, void *data)
{
    struct app *app = data;
    if (app->settings->trouble) {
        db_pool_unavailable(pool, &(struct db_failure){
                                      .class = DB_AUTH,
                                      .code = "bad_setting",
                                      .message = app->settings->trouble,
                                  });
        return;
    }
    unsigned flags = app->cluster ? 0 : DB_MIGRATE_FRESH_ONLY;
    if (!app->cluster && app->settings->read_only)
        flags |= DB_MIGRATE_DRY_RUN;
    if (prepare(app, &(struct preparation){.is_for_pool = true, .flags = flags}) < 0)
        db_pool_unavailable(pool, &out_of_memory);
}

int app_migrate(struct app *app, unsigned flags, app_migrated *done, void *data)
{
    return prepare(app, &(struct preparation){.flags = flags, .done = done, .data = data});
}
