/* ninepence db status|migrate|stop|path: looks after the database. Only migrate changes an older
 * schema of a database that is not private. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/app.h"
#include "cli/command.h"
#include "schema/migrations.h"

enum {
    DB_TEXT_MAX = 4096
};

struct looking {
    struct app app;
    bool has_ended;
    int code;
    struct db_migrate_result result;
};

static void on_migrated(void *data, const struct db_migrate_result *result,
                        const struct db_failure *failure)
{
    struct looking *looking = data;
    app_end(&looking->app, &looking->has_ended);
    if (failure)
        looking->code = command_fail_db(failure);
    else
        looking->result = *result;
}

/* Runs one migration (or its dry run) to its end. */
static int migrate(struct looking *looking, unsigned flags)
{
    if (app_migrate(&looking->app, flags, on_migrated, looking) < 0)
        return command_fail(EX_OSERR, "Out of memory.");
    app_run(&looking->app, &looking->has_ended);
    return looking->has_ended ? looking->code : EX_SOFTWARE;
}

static int newest_version(void)
{
    size_t count = schema_migrations.count;
    return count > 0 ? schema_migrations.list[count - 1].version : 0;
}

/* --- status ---------------------------------------------------------------------------------- */

static void print_place(const struct app *app)
{
    OWNED_BUF text = BUF_INIT(DB_TEXT_MAX);
    db_settings_describe(&app->target, &text);
    if (app->cluster)
        (void)fprintf(stdout, "database  private, in %s\n", db_cluster_path(app->cluster));
    else
        (void)fprintf(stdout, "database  %s\n", buf_text(&text));
}

static int print_schema(struct looking *looking)
{
    int code = migrate(looking, DB_MIGRATE_DRY_RUN);
    int version = looking->result.before;
    if (code != 0)
        return code;
    if (version == 0)
        (void)fputs("schema    none yet; it is made at the first use\n", stdout);
    else if (version < newest_version())
        (void)fprintf(stdout, "schema    %d of %d; ninepence db migrate brings it up to date\n",
                      version, newest_version());
    else
        (void)fprintf(stdout, "schema    %d, up to date\n", version);
    return 0;
}

/* A private database that does not run is not started just to be looked at. */
static int status(struct looking *looking)
{
    static const char *const states[] = {
        [DB_CLUSTER_NONE] = "not made yet; it is made at the first use",
        [DB_CLUSTER_STOPPED] = "stopped; it is started at the next use",
        [DB_CLUSTER_RUNNING] = "running",
    };
    struct app *app = &looking->app;
    print_place(app);
    if (app->cluster) {
        enum db_cluster_state state = db_cluster_probe(app->cluster);
        (void)fprintf(stdout, "server    %s\n", states[state]);
        (void)fprintf(stdout, "log       %s\n", db_cluster_log_path(app->cluster));
        if (state != DB_CLUSTER_RUNNING)
            return 0;
    }
    return print_schema(looking);
}

/* --- the others ------------------------------------------------------------------------------ */

static int migrate_now(struct looking *looking, bool is_dry)
{
    int code = migrate(looking, is_dry ? DB_MIGRATE_DRY_RUN : 0);
    const struct db_migrate_result *result = &looking->result;
    if (code != 0)
        return code;
    if (result->after == result->before)
        (void)fprintf(stdout, "The schema is up to date (version %d).\n", result->after);
    else
        (void)fprintf(stdout, "%s from version %d to %d.\n",
                      is_dry ? "Nothing was done; it would go" : "Brought", result->before,
                      result->after);
    return 0;
}

static int stop(struct looking *looking)
{
    OWNED_BUF why = BUF_INIT(DB_TEXT_MAX);
    if (!looking->app.cluster)
        return command_fail(EX_USAGE, "The settings name a database that is not private. Nothing "
                                      "was stopped. Stop it by its own means.");
    int r = db_cluster_stop(looking->app.cluster, &why);
    if (r == -ENOENT)
        (void)fputs("The private database does not run.\n", stdout);
    else if (r < 0)
        return command_fail(EX_UNAVAILABLE, "%s", buf_text(&why));
    else
        (void)fputs("The private database was stopped; the next use starts it again.\n", stdout);
    return 0;
}

static int path(const struct looking *looking)
{
    if (!looking->app.cluster)
        return command_fail(EX_USAGE, "The settings name a database that is not private; only its "
                                      "owner knows where it keeps its files.");
    (void)fprintf(stdout, "%s\n", db_cluster_path(looking->app.cluster));
    return 0;
}

static int act(struct looking *looking, const char *action, bool is_dry)
{
    static const char *const actions[] = {"status", "migrate", "stop", "path"};
    if (strcmp(action, "status") == 0)
        return status(looking);
    if (strcmp(action, "migrate") == 0)
        return migrate_now(looking, is_dry);
    if (strcmp(action, "stop") == 0)
        return stop(looking);
    if (strcmp(action, "path") == 0)
        return path(looking);
    const char *near = command_nearest(action, actions, ARRAY_LENGTH(actions));
    return command_fail(EX_USAGE, "db cannot \"%s\"%s%s; it can status, migrate, stop and path.",
                        action, near ? "; did you mean " : "", near ? near : "");
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    static const char *const flags[] = {"--dry-run", NULL};
    struct looking looking = {0};
    OWNED_BUF why = BUF_INIT(DB_TEXT_MAX);
    bool is_dry = command_flag(&argc, argv, "--dry-run");
    int code = command_check(argc, argv, 1, flags);
    if (code != 0)
        return code;
    code = app_open(&looking.app, settings, NULL, &why);
    if (code != 0)
        return command_fail(code, "%s", buf_text(&why));
    code = act(&looking, argc > 1 ? argv[1] : "status", is_dry);
    int closed = app_close(&looking.app);
    return code != 0 ? code : closed;
}

const struct command command_db = {
    .name = "db",
    .arguments = "status|migrate [--dry-run]|stop|path",
    .doc = "Look after the database.",
    .run = run,
};
