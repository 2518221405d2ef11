/* ninepence serve: speaks MCP on standard input and output until the input ends or a signal
 * comes. */
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/app.h"
#include "cli/command.h"

enum {
    SERVE_WHY_MAX = 4096
};

struct serving {
    struct app app;
    uv_signal_t terminate;
    uv_signal_t interrupt;
    bool has_stopped;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct serving *serving = handle->data;
    LOG(LOG_INFO, "cli", "signal %d: stopping", number);
    mcp_server_stop(serving->app.server);
}

static void on_stopped(struct mcp_server *server, void *user)
{
    (void)server;
    /* `user` is what the tools share; it lies in the app. */
    struct app *app = CONTAINER_OF(user, struct app, tools);
    struct serving *serving = CONTAINER_OF(app, struct serving, app);
    app_end(app, &serving->has_stopped);
}

static int watch_signal(struct serving *serving, uv_signal_t *handle, int number)
{
    int r = uv_signal_init(&serving->app.loop, handle);
    if (r < 0)
        return r;
    handle->data = serving;
    return uv_signal_start(handle, on_signal, number);
}

/* A handle that was never initialised has no loop. */
static void close_signal(uv_signal_t *handle)
{
    if (handle->loop)
        uv_close((uv_handle_t *)handle, NULL);
}

static int serve(struct serving *serving)
{
    int in;
    int out;
    int r = mcp_stdio_claim(&in, &out);
    if (r == 0)
        r = watch_signal(serving, &serving->terminate, SIGTERM);
    if (r == 0)
        r = watch_signal(serving, &serving->interrupt, SIGINT);
    if (r == 0)
        r = mcp_server_serve(serving->app.server, in, out, on_stopped);
    if (r == 0)
        app_run(&serving->app, &serving->has_stopped);
    close_signal(&serving->terminate);
    close_signal(&serving->interrupt);
    if (r < 0)
        return command_fail(EX_IOERR, "Standard input or output cannot be used: %s.", strerror(-r));
    return 0;
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    struct serving serving = {0};
    OWNED_BUF why = BUF_INIT(SERVE_WHY_MAX);
    int code = command_check(argc, argv, 0, NULL);
    if (code != 0)
        return code;
    code = app_open(&serving.app, settings, NULL, &why);
    if (code != 0)
        return command_fail(code, "%s", buf_text(&why));
    serving.app.is_serving = true;
    code = serve(&serving);
    int closed = app_close(&serving.app);
    return code != 0 ? code : closed;
}

const struct command command_serve = {
    .name = "serve",
    .arguments = "",
    .doc = "Speak MCP on standard input and output.",
    .run = run,
};
