/* Contradictions in the declarations of a program, for its tests. */
#include <errno.h>
#include <string.h>

#include "mcp/field_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

static int say(struct buf *why, const char *name, const char *what)
{
    OWNED_BUF said = BUF_INIT(MCP_ERROR_TEXT_MAX);
    (void)buf_printf(&said, "%s: %s", name ? name : "without a name", what);
    buf_reset(why);
    (void)buf_append_text(why, buf_text(&said));
    return -EINVAL;
}

static bool is_tool_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t length = strlen(name);
    return length >= 1 && length <= 128 && strspn(name, allowed) == length;
}

static int check_schema_text(const char *name, const char *schema, struct buf *why)
{
    const char *reason = "out of memory";
    if (!schema)
        return 0;
    OWNED_JSON tree = json_parse(schema, strlen(schema), &reason);
    if (!tree)
        return say(why, name, "a schema that is not JSON");
    return cJSON_IsObject(tree) ? 0 : say(why, name, "a schema that is no object");
}

static int check_tables(const struct tool *tool, const struct field *extra, struct buf *why)
{
    int r = field_check(tool->args, false, why);
    if (r == 0)
        r = field_check(tool->result, true, why);
    if (r < 0) {
        OWNED_BUF inner = BUF_INIT(MCP_ERROR_TEXT_MAX);
        (void)buf_append_text(&inner, buf_text(why));
        return say(why, tool->name, buf_text(&inner));
    }
    for (const struct field *field = extra; field && field->type; field++) {
        if (!(tool->flags & TOOL_READ_ONLY) && field->name && field_find(tool->args, field->name))
            return say(why, tool->name, "an argument with the name of one that all tools have");
    }
    return 0;
}

static int check_tool(const struct mcp_server *server, const struct tool *tool, struct buf *why)
{
    if (!tool->name || !is_tool_name(tool->name))
        return say(why, tool->name, "not the name of a tool");
    if (!tool->description || !tool->description[0])
        return say(why, tool->name, "no description");
    if (!tool->start)
        return say(why, tool->name, "nothing to start");
    if ((tool->flags & TOOL_READ_ONLY) && (tool->flags & TOOL_DESTRUCTIVE))
        return say(why, tool->name, "reads only and yet destroys");
    if (tool->args && tool->args->type && tool->args_size == 0 && !tool->input_schema)
        return say(why, tool->name, "arguments without a struct");
    if (tool->ui && strncmp(tool->ui, "ui://", 5) != 0)
        return say(why, tool->name, "its app is no ui:// resource");
    int r = check_schema_text(tool->name, tool->input_schema, why);
    if (r == 0)
        r = check_schema_text(tool->name, tool->output_schema, why);
    return r < 0 ? r : check_tables(tool, server->options.extra_args, why);
}

int mcp_server_check(const struct mcp_server *server, struct buf *why)
{
    const struct listing *tools = &server->registry.tools;
    if (!server->options.name || !server->options.version)
        return say(why, "server", "no name or version");
    int r = field_check(server->options.extra_args, false, why);
    for (size_t i = 0; i < tools->count && r == 0; i++) {
        const struct tool *tool = tools->items[i];
        r = check_tool(server, tool, why);
        if (r == 0 && i > 0 && strcmp(tool->name, tools->key(tools->items[i - 1])) == 0)
            r = say(why, tool->name, "declared twice");
    }
    return r;
}
