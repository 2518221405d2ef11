/* Contradictions in the declarations of a program, for its tests. */
#include <errno.h>
#include <string.h>

#include "mcp/field_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"
#include "mcp/uri_template.h"

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

/* A text that goes out as it stands; messages end at the end of a line. */
static int check_text(const char *name, const char *json, int kind, struct buf *why)
{
    const char *reason = "out of memory";
    if (!json)
        return 0;
    OWNED_JSON tree = json_parse(json, strlen(json), &reason);
    if (!tree)
        return say(why, name, "a text that is not JSON");
    if (strpbrk(json, "\r\n"))
        return say(why, name, "a JSON text of more than one line");
    if (json_kind(tree) != kind)
        return say(why, name,
                   kind == cJSON_Array ? "a JSON text that is no array"
                                       : "a JSON text that is no object");
    return 0;
}

static int check_texts_of_tool(const struct tool *tool, struct buf *why)
{
    const char *reason = NULL;
    int r = check_text(tool->name, tool->input_schema, cJSON_Object, why);
    if (r == 0)
        r = check_text(tool->name, tool->output_schema, cJSON_Object, why);
    if (r == 0)
        r = check_text(tool->name, tool->icons, cJSON_Array, why);
    if (r < 0 || !tool->input_schema)
        return r;
    OWNED_JSON schema = json_parse(tool->input_schema, strlen(tool->input_schema), &reason);
    const char *type = json_get_text(schema, "type");
    return type && strcmp(type, "object") == 0
               ? 0
               : say(why, tool->name, "the schema of its arguments is not that of an object");
}

static int check_tables(const struct tool *tool, struct buf *why)
{
    int r = field_check(tool->args, false, why);
    if (r == 0)
        r = field_check(tool->result, true, why);
    if (r < 0) {
        OWNED_BUF inner = BUF_INIT(MCP_ERROR_TEXT_MAX);
        (void)buf_append_text(&inner, buf_text(why));
        return say(why, tool->name, buf_text(&inner));
    }
    return 0;
}

/* The tables of the server beside the tool's own. */
static int check_parts(const struct tool *tool, const struct mcp_server_options *options,
                       struct buf *why)
{
    struct field_part parts[TOOL_PARTS];
    if ((tool->flags & TOOL_READ_ONLY) && (tool->flags & TOOL_ASKS))
        return say(why, tool->name, "reads only and yet wants to be confirmed");
    tool_parts(tool, options, parts);
    for (size_t i = 1; i < TOOL_PARTS; i++) {
        for (const struct field *field = parts[i].fields; field && field->type; field++) {
            if (field->name && field_find(tool->args, field->name))
                return say(why, tool->name, "an argument with the name of one that all tools have");
        }
    }
    return 0;
}

/* What a tool says about itself, without its tables. */
static int check_claims(const struct tool *tool, struct buf *why)
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
    return 0;
}

static int check_tool(const struct mcp_server *server, const struct tool *tool, struct buf *why)
{
    int r = check_claims(tool, why);
    if (r == 0)
        r = check_texts_of_tool(tool, why);
    if (r == 0)
        r = check_tables(tool, why);
    return r < 0 ? r : check_parts(tool, &server->options, why);
}

static int check_prompt(const struct prompt *prompt, struct buf *why)
{
    if (!prompt->name || !is_tool_name(prompt->name))
        return say(why, prompt->name, "not the name of a prompt");
    if (!prompt->description || !prompt->description[0])
        return say(why, prompt->name, "no description");
    if (!prompt->get)
        return say(why, prompt->name, "nothing to get");
    if (prompt->args && prompt->args->type && prompt->args_size == 0)
        return say(why, prompt->name, "arguments without a struct");
    int r = check_text(prompt->name, prompt->icons, cJSON_Array, why);
    return r < 0 ? r : field_check(prompt->args, false, why);
}

static int check_texts_of_resource(const struct resource *resource, struct buf *why)
{
    int r = check_text(resource->uri, resource->meta, cJSON_Object, why);
    if (r == 0)
        r = check_text(resource->uri, resource->annotations, cJSON_Object, why);
    return r < 0 ? r : check_text(resource->uri, resource->icons, cJSON_Array, why);
}

static int check_resource(const struct resource *resource, struct buf *why)
{
    if (!resource->uri || !strchr(resource->uri, ':'))
        return say(why, resource->uri, "not a URI");
    if (!resource->name || !resource->name[0])
        return say(why, resource->uri, "no name");
    if (!resource->read == !resource->tool)
        return say(why, resource->uri, "nothing to read, or two ways to do it");
    if (resource->tool && !(resource->tool->flags & TOOL_READ_ONLY))
        return say(why, resource->uri, "its tool does not only read");
    if (!uri_template_is_valid(resource->uri))
        return say(why, resource->uri, "not a template of level 1");
    if (uri_is_template(resource->uri) && resource->size > 0)
        return say(why, resource->uri, "a template with a size");
    if (strncmp(resource->uri, "ui://", 5) == 0 &&
        (!resource->mime_type || strcmp(resource->mime_type, RESOURCE_APP_MIME_TYPE) != 0))
        return say(why, resource->uri, "an app of another type than " RESOURCE_APP_MIME_TYPE);
    return check_texts_of_resource(resource, why);
}

static int check_app(const struct mcp_server *server, const struct tool *tool, struct buf *why)
{
    if (tool->ui && !listing_find(&server->registry.resources, tool->ui))
        return say(why, tool->name, "its app is none of the resources");
    return 0;
}

/* The first entry whose key stands twice. */
static int check_unique(const struct listing *listing, struct buf *why)
{
    for (size_t i = 1; i < listing->count; i++) {
        const char *key = listing->key(listing->items[i]);
        if (strcmp(key, listing->key(listing->items[i - 1])) == 0)
            return say(why, key, "declared twice");
    }
    return 0;
}

static int check_offers(const struct mcp_server *server, struct buf *why)
{
    const struct registry *registry = &server->registry;
    int r = 0;
    for (size_t i = 0; i < registry->tools.count && r == 0; i++) {
        r = check_tool(server, registry->tools.items[i], why);
        if (r == 0)
            r = check_app(server, registry->tools.items[i], why);
    }
    for (size_t i = 0; i < registry->prompts.count && r == 0; i++)
        r = check_prompt(registry->prompts.items[i], why);
    for (size_t i = 0; i < registry->resources.count && r == 0; i++)
        r = check_resource(registry->resources.items[i], why);
    for (size_t i = 0; i < registry->templates.count && r == 0; i++)
        r = check_resource(registry->templates.items[i], why);
    return r;
}

int mcp_server_check(const struct mcp_server *server, struct buf *why)
{
    const struct registry *registry = &server->registry;
    if (!server->options.name || !server->options.version)
        return say(why, "server", "no name or version");
    int r = check_text("server", server->options.icons, cJSON_Array, why);
    if (r == 0)
        r = field_check(server->options.extra_args, false, why);
    if (r == 0)
        r = field_check(server->options.ask_args, false, why);
    if (r == 0)
        r = check_offers(server, why);
    if (r == 0)
        r = check_unique(&registry->tools, why);
    if (r == 0)
        r = check_unique(&registry->prompts, why);
    if (r == 0)
        r = check_unique(&registry->resources, why);
    return r == 0 ? check_unique(&registry->templates, why) : r;
}
