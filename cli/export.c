/* ninepence export [--format F] [filter…]: writes expenses as a file to standard output. The work is that
 * of the tool export_expenses; this prints what it made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "cli/app.h"
#include "cli/command.h"
#include "cli/tool_list.h"
#include "mcp/json.h"

enum {
    EXPORT_WHY_MAX = 4096
};

struct exporting {
    struct app app;
    bool has_ended;
    int code;
};

static const char *file_of(const cJSON *result)
{
    const cJSON *block;
    cJSON_ArrayForEach (block, json_get(result, "content")) {
        const char *text = json_get_text(json_get(block, "resource"), "text");
        if (text)
            return text;
    }
    return NULL;
}

static void on_answer(void *data, const char *text, size_t length)
{
    struct exporting *exporting = data;
    const char *why = NULL;
    OWNED_JSON result = json_parse(text, length, &why);
    const cJSON *error = json_get(json_get(result, "structuredContent"), "error");
    const char *file = file_of(result);
    app_end(&exporting->app, &exporting->has_ended);
    if (file) {
        exporting->code = fputs(file, stdout) < 0 ? EX_IOERR : 0;
        return;
    }
    const char *message = json_get_text(error, "message");
    const char *code = json_get_text(error, "code");
    bool is_away = code && strncmp(code, "database", strlen("database")) == 0;
    exporting->code = command_fail(is_away ? EX_UNAVAILABLE : EX_DATAERR, "%s",
                                   message ? message : "The answer could not be read.");
}

/* `--format csv` and `format=csv` mean the same; so do all members of the filter. */
static int add_argument(cJSON *arguments, int argc, char **argv, int *at)
{
    char *name = argv[*at];
    char *value = strchr(name, '=');
    bool is_option = name[0] == '-' && name[1] == '-';
    if (is_option)
        name += 2;
    if (value)
        *value++ = '\0';
    else if (is_option && *at + 1 < argc)
        value = argv[++*at];
    if (!value || !name[0])
        return command_fail(EX_USAGE,
                            "\"%s\" is not an argument of the form --name VALUE or name=value; "
                            "ninepence tools export_expenses lists them.",
                            argv[*at]);
    return cJSON_AddStringToObject(arguments, name, value)
               ? 0
               : command_fail(EX_OSERR, "Out of memory.");
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    struct exporting exporting = {.code = EX_SOFTWARE};
    OWNED_BUF why = BUF_INIT(EXPORT_WHY_MAX);
    OWNED_JSON arguments = cJSON_CreateObject();
    int code = arguments && cJSON_AddTrueToObject(arguments, "inline_text")
                   ? 0
                   : command_fail(EX_OSERR, "Out of memory.");
    for (int i = 1; code == 0 && i < argc; i++)
        code = add_argument(arguments, argc, argv, &i);
    if (code != 0)
        return code;
    code = app_open(&exporting.app, settings, NULL, &why);
    if (code != 0)
        return command_fail(code, "%s", buf_text(&why));
    if (mcp_server_call(exporting.app.server, "export_expenses", TAKE(arguments), on_answer,
                        &exporting) == 0)
        app_run(&exporting.app, &exporting.has_ended);
    int closed = app_close(&exporting.app);
    return exporting.code != 0 ? exporting.code : closed;
}

const struct command command_export = {
    .name = "export",
    .arguments = "[--format F] [filter…]",
    .doc = "Write expenses as csv, ofx, hledger or beancount.",
    .run = run,
};
