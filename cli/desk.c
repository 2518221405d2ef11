/* Calls to tools of the command line, one after the other. What they answer is shown by the
 * subcommands. */
#include "cli/desk.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "cli/command.h"

enum {
    DESK_WHY_MAX = 4096
};

const char *result_text(const cJSON *result)
{
    const cJSON *content = json_get(result, "content");
    const char *text =
        cJSON_IsArray(content) && content->child ? json_get_text(content->child, "text") : NULL;
    return text ? text : "";
}

/* What scripts can act on: the database is away, try again, or the request was refused. */
int result_error_code(const struct app *app, const cJSON *answer)
{
    const cJSON *error = json_get(answer, "error");
    const char *code = json_get_text(error, "code");
    if (app->has_no_database || (code && strncmp(code, "database", strlen("database")) == 0))
        return EX_UNAVAILABLE;
    return cJSON_IsTrue(json_get(json_get(error, "retry"), "safe")) ? EX_TEMPFAIL : EX_DATAERR;
}

int desk_open(struct desk *desk, const struct cli_settings *settings,
              const struct tool *const *tools)
{
    OWNED_BUF why = BUF_INIT(DESK_WHY_MAX);
    *desk = (struct desk){0};
    int code = app_open(&desk->app, settings, tools, &why);
    return code == 0 ? 0 : command_fail(code, "%s", buf_text(&why));
}

static void on_answer(void *data, const char *text, size_t length)
{
    struct desk *desk = data;
    const char *why = NULL;
    OWNED_JSON result = json_parse(text, length, &why);
    const cJSON *answer = json_get(result, "structuredContent");
    app_end(&desk->app, &desk->has_ended);
    if (!answer)
        desk->code = command_fail(EX_SOFTWARE, "The answer could not be read.");
    else if (cJSON_IsTrue(json_get(result, "isError")))
        desk->code = command_fail(result_error_code(&desk->app, answer), "%s", result_text(result));
    else
        desk->answer = cJSON_Duplicate(answer, true);
    if (desk->code == 0 && !desk->answer)
        desk->code = command_fail(EX_OSERR, "Out of memory.");
}

int desk_call(struct desk *desk, const char *tool, cJSON *arguments)
{
    cJSON_Delete(desk->answer);
    desk->answer = NULL;
    desk->has_ended = false;
    desk->code = 0;
    int r =
        arguments ? mcp_server_call(desk->app.server, tool, arguments, on_answer, desk) : -ENOMEM;
    if (r < 0)
        return command_fail(EX_OSERR, "%s.", strerror(-r));
    app_run(&desk->app, &desk->has_ended);
    return desk->has_ended ? desk->code : EX_SOFTWARE;
}

int desk_close(struct desk *desk, int code)
{
    cJSON_Delete(desk->answer);
    desk->answer = NULL;
    int closed = app_close(&desk->app);
    return code != 0 ? code : closed;
}
