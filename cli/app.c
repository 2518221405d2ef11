/* Wires loop, settings, cluster, pool and server together and takes them apart again. The way to the
 * first connection is in prepare.c. */
#include "cli/app.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/instructions.h"
#include "cli/prepare.h"
#include "cli/state_key.h"
#include "cli/time_zone.h"
#include "cli/watch.h"
#include "tools/offers.h"
#include "tools/support/change.h"
#include "tools/tool.h"

enum {
    APP_DRAIN_MS = 5000,
    PRINCIPAL_MAX = 16 * 1024,
    APP_BAR_WIDTH = 30
};

/* --- progress -------------------------------------------------------------------------------- */

/* A bar on the terminal of the person who waits. */
static void show_bar(void *user, int64_t progress, int64_t total, const char *message)
{
    const struct tools_context *context = user;
    if (!context->shows_progress || total <= 0)
        return;
    int full = (int)(progress * APP_BAR_WIDTH / total);
    (void)fprintf(stderr, "\r%3d %% ", (int)(progress * 100 / total));
    for (int i = 0; i < APP_BAR_WIDTH; i++)
        (void)fputs(i < full ? "▇" : "·", stderr);
    (void)fprintf(stderr, " %-24s", message ? message : "");
    (void)fflush(stderr);
}

/* --- opening --------------------------------------------------------------------------------- */

static int open_cluster(struct app *app)
{
    const struct cli_settings *settings = app->settings;
    if (settings->database.is_set || settings->trouble)
        return 0;
    app->cluster = db_cluster_new(&(struct db_cluster_options){
        .loop = &app->loop,
        .application = "ninepence",
        .data_home = settings->data_home,
        .bin_dir = settings->bin_dir,
    });
    return app->cluster ? 0 : -ENOMEM;
}

/* A client that listens shall not wonder why an answer takes its time. */
static void tell_client(void *data, enum db_news news)
{
    static const struct {
        const char *level, *text;
    } words[] = {
        [DB_NEWS_AWAY] = {"warning", "The database cannot be reached; it is tried again."},
        [DB_NEWS_BACK] = {"notice", "The database can be reached again."},
        [DB_NEWS_AGAIN] = {"info",
                           "The connection to the database was lost; what was asked over it "
                           "is asked again."},
    };
    const struct app *app = data;
    if (app->server)
        mcp_server_log(app->server, words[news].level, words[news].text);
}

/* The pool asks for its target even when the settings name a database: the schema comes first. */
static int open_pool(struct app *app)
{
    struct db_settings later;
    if (db_settings_copy(&later, &app->settings->database) < 0)
        return -ENOMEM;
    later.is_set = false;
    app->pool = db_pool_new(&(struct db_pool_options){
        .loop = &app->loop,
        .settings = &later,
        .prepare = prepare_pool,
        .prepare_data = app,
        .told = tell_client,
        .told_data = app,
        .read_only = app->settings->read_only,
    });
    db_settings_free(&later);
    return app->pool ? 0 : -ENOMEM;
}

static int find_state_key(void *user, unsigned char ret_key[MCP_STATE_KEY_SIZE])
{
    _Static_assert((int)STATE_KEY_SIZE == (int)MCP_STATE_KEY_SIZE, "one key");
    const struct app *app = CONTAINER_OF(user, struct app, tools);
    return state_key_find(app->settings->data_home, ret_key);
}

/* Database, ledger and speaker, as they were chosen at the start. */
static int describe_principal(struct app *app)
{
    const struct cli_settings *settings = app->settings;
    buf_init(&app->principal, PRINCIPAL_MAX);
    if (settings->database.is_set)
        db_settings_describe(&settings->database, &app->principal);
    return buf_printf(&app->principal, "\n%s\n%s", settings->ledger ? settings->ledger : "",
                      settings->user ? settings->user : "");
}

static int open_server(struct app *app)
{
    const struct cli_settings *settings = app->settings;
    app->tools = (struct tools_context){
        .pool = app->pool,
        .ledger_name = settings->ledger,
        .user_name = settings->user,
        .currency = settings->currency,
        .time_zone = settings->time_zone ? settings->time_zone : time_zone_of_machine(),
        .now = settings->now,
        .version = NINEPENCE_VERSION,
        .read_only = settings->read_only,
        .import_folder = settings->import_folder,
    };
    struct mcp_server_options options = {
        .name = "ninepence",
        .title = "Ninepence",
        .version = NINEPENCE_VERSION,
        .description = "Answers spending questions and keeps the books, exactly.",
        .tools = app->tool_list,
        .prompts = prompts_all,
        .resources = resources_all,
        .instructions = cli_instructions,
        .extra_args = change_fields,
        .extra_args_size = sizeof(struct change_args),
        .ask_args = change_confirm_fields,
        .before_start = tools_before_start,
        .on_deadline = change_on_deadline,
        .local_progress = show_bar,
        .read_only = settings->read_only,
        .brief_tools = !settings->full_schemas,
        .subscribe = watch_is_possible(settings),
        .listening = watch_listening,
        .holds_listeners = true,
        .find_state_key = find_state_key,
        .principal = buf_text(&app->principal),
        .user = &app->tools,
    };
    app->server = mcp_server_new(&app->loop, &options);
    return app->server ? watch_open(app) : -ENOMEM;
}

static int open_parts(struct app *app)
{
    int r = db_settings_copy(&app->target, &app->settings->database);
    if (r == 0)
        r = open_cluster(app);
    if (r == 0)
        r = open_pool(app);
    if (r == 0)
        r = describe_principal(app);
    if (r == 0)
        r = open_server(app);
    return r;
}

int app_open(struct app *app, const struct cli_settings *settings, const struct tool *const *tools,
             struct buf *why)
{
    *app = (struct app){.settings = settings, .tool_list = tools ? tools : tools_all};
    db_settings_init(&app->target);
    int r = uv_loop_init(&app->loop);
    if (r == 0) {
        r = open_parts(app);
        if (r < 0)
            (void)app_close(app);
    }
    if (r == 0)
        return 0;
    (void)buf_printf(why, "The program cannot start: %s.", strerror(-r));
    return EX_OSERR;
}

/* --- closing --------------------------------------------------------------------------------- */

static void pool_closed(void *data)
{
    struct app *app = data;
    app->pool = NULL;
    prepare_release(app);
}

void app_run(struct app *app, const bool *has_ended)
{
    while (!*has_ended && uv_run(&app->loop, UV_RUN_ONCE) != 0)
        continue;
}

/* Stopping matters: a timer runs before the loop waits, and the wait would not see the flag. */
void app_end(struct app *app, bool *has_ended)
{
    *has_ended = true;
    uv_stop(&app->loop);
}

int app_close(struct app *app)
{
    app->is_closing = true;
    watch_close(app);
    mcp_server_free(app->server);
    app->server = NULL;
    if (app->pool)
        db_pool_close(app->pool, APP_DRAIN_MS, pool_closed, app);
    else
        prepare_release(app);
    while (uv_run(&app->loop, UV_RUN_DEFAULT) != 0)
        continue;
    db_cluster_free(app->cluster);
    app->cluster = NULL;
    while (uv_run(&app->loop, UV_RUN_DEFAULT) != 0)
        continue;
    tools_context_clear(&app->tools);
    db_settings_free(&app->target);
    buf_free(&app->principal);
    if (uv_loop_close(&app->loop) != 0) {
        LOG(LOG_ERROR, "cli", "a handle was left open at the end");
        return EX_SOFTWARE;
    }
    return 0;
}
