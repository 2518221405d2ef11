/* ninepence call TOOL key=value…: runs one tool without a client. The same path as tools/call: the
 * arguments become JSON and are validated by the tool's own table. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/app.h"
#include "cli/command.h"
#include "cli/desk.h"
#include "cli/reference.h"
#include "cli/render.h"
#include "cli/tool_list.h"
#include "mcp/json.h"

enum {
    CALL_WHY_MAX = 4096
};

struct calling {
    struct app app;
    bool as_json;
    int code;
    bool has_ended;
};

/* --- arguments ------------------------------------------------------------------------------- */

/* A list or object is written as JSON; everything else is text, which the tools read leniently. */
static cJSON *value_from_text(const char *text)
{
    if (text[0] == '[' || text[0] == '{') {
        const char *why;
        cJSON *value = json_parse(text, strlen(text), &why);
        if (value)
            return value;
    }
    return cJSON_CreateString(text);
}

/* `name` given twice makes a list. */
static int add_value(cJSON *object, const char *name, cJSON *value)
{
    cJSON *before = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!before)
        return cJSON_AddItemToObject(object, name, value) ? 0 : -ENOMEM;
    if (cJSON_IsArray(before))
        return cJSON_AddItemToArray(before, value) ? 0 : -ENOMEM;
    cJSON *list = cJSON_CreateArray();
    cJSON *first = cJSON_DetachItemViaPointer(object, before);
    if (!list || !cJSON_AddItemToArray(list, first)) {
        cJSON_Delete(list);
        cJSON_Delete(first);
        return -ENOMEM;
    }
    if (!cJSON_AddItemToObject(object, name, list)) {
        cJSON_Delete(list);
        return -ENOMEM;
    }
    return cJSON_AddItemToArray(list, value) ? 0 : -ENOMEM;
}

/* set.category=Fuel stands for {"set":{"category":"Fuel"}}. */
static cJSON *object_for(cJSON *root, char **name)
{
    cJSON *object = root;
    char *dot;
    while (object && (dot = strchr(*name, '.')) != NULL) {
        *dot = '\0';
        cJSON *inner = cJSON_GetObjectItemCaseSensitive(object, *name);
        object = inner ? inner : cJSON_AddObjectToObject(object, *name);
        *name = dot + 1;
    }
    return cJSON_IsObject(object) ? object : NULL;
}

static int add_argument(cJSON *arguments, char *argument)
{
    static const char *const flags[] = {"--json", "--help", NULL};
    char name[] = "call";
    char *words[] = {name, argument, NULL};
    char *equals = strchr(argument, '=');
    if (argument[0] == '-' && argument[1] == '-')
        return command_check(2, words, 0, flags);
    if (!equals || equals == argument)
        return command_fail(EX_USAGE,
                            "\"%s\" is not an argument of the form name=value; ninepence tools "
                            "NAME lists what a tool takes.",
                            argument);
    *equals = '\0';
    cJSON *object = object_for(arguments, &argument);
    cJSON *value = object ? value_from_text(equals + 1) : NULL;
    if (!value || add_value(object, argument, value) < 0) {
        cJSON_Delete(value);
        return command_fail(EX_USAGE, "\"%s\" cannot be set beside the other arguments.", argument);
    }
    return 0;
}

/* --- the answer ------------------------------------------------------------------------------ */

static void on_answer(void *data, const char *text, size_t length)
{
    struct calling *calling = data;
    const char *why = NULL;
    OWNED_JSON result = json_parse(text, length, &why);
    const cJSON *answer = json_get(result, "structuredContent");
    bool is_error = cJSON_IsTrue(json_get(result, "isError"));
    app_end(&calling->app, &calling->has_ended);
    calling->code = is_error ? result_error_code(&calling->app, answer) : 0;
    if (!result) {
        calling->code = command_fail(EX_SOFTWARE, "The answer could not be read.");
    } else if (calling->as_json) {
        char *printed = answer ? cJSON_PrintUnformatted(answer) : NULL;
        (void)fprintf(stdout, "%s\n", printed ? printed : result_text(result));
        cJSON_free(printed);
    } else if (is_error) {
        (void)command_fail(0, "%s", result_text(result));
    } else if (answer) {
        struct render_style style = render_style_of(STDOUT_FILENO);
        render_answer(stdout, answer, &style);
    } else {
        (void)fprintf(stdout, "%s\n", result_text(result));
    }
}

/* --- the command ----------------------------------------------------------------------------- */

static int call(struct calling *calling, const char *tool, cJSON *arguments)
{
    int r = mcp_server_call(calling->app.server, tool, arguments, on_answer, calling);
    if (r == -ENOENT)
        return tool_unknown(tool);
    if (r < 0)
        return command_fail(EX_OSERR, "%s.", strerror(-r));
    app_run(&calling->app, &calling->has_ended);
    return calling->has_ended ? calling->code : EX_SOFTWARE;
}

static int read_arguments(cJSON *arguments, int argc, char **argv)
{
    int code = arguments ? 0 : command_fail(EX_OSERR, "Out of memory.");
    for (int i = 2; code == 0 && i < argc; i++)
        code = add_argument(arguments, argv[i]);
    return code;
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    struct calling calling = {0};
    OWNED_BUF why = BUF_INIT(CALL_WHY_MAX);
    calling.as_json = command_flag(&argc, argv, "--json");
    bool wants_help = command_flag(&argc, argv, "--help");
    if (argc < 2)
        return command_fail(EX_USAGE, "call needs the name of a tool; ninepence tools lists them.");
    const struct tool *tool = tool_by_name(argv[1]);
    if (!tool)
        return tool_unknown(argv[1]);
    if (wants_help) {
        reference_tool(stdout, tool);
        return 0;
    }
    OWNED_JSON arguments = cJSON_CreateObject();
    int code = read_arguments(arguments, argc, argv);
    if (code != 0)
        return code;
    code = app_open(&calling.app, settings, NULL, &why);
    if (code != 0)
        return command_fail(code, "%s", buf_text(&why));
    code = call(&calling, tool->name, TAKE(arguments));
    int closed = app_close(&calling.app);
    return code != 0 ? code : closed;
}

const struct command command_call = {
    .name = "call",
    .arguments = "TOOL [name=value…] [--json]",
    .doc = "Run one tool and show its answer.",
    .run = run,
};
