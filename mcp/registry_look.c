/* How tools, prompts and resources look in the lists of each revision. */
#include <ctype.h>
#include <string.h>

#include "mcp/registry.h"
#include "mcp/uri_template.h"
#include "mcp/wrap.h"

static unsigned style(const struct registry *registry)
{
    return registry->options->brief_tools ? FIELD_SCHEMA_BRIEF : 0;
}

/* --- parts that several have ----------------------------------------------------------------- */

static void put_json(struct json_out *out, const char *key, const char *json)
{
    if (json)
        json_put_raw(out, key, json);
}

static void put_known_text(struct json_out *out, const char *key, const char *text)
{
    if (text)
        json_put_text(out, key, text);
}

static void put_title(struct json_out *out, const char *title, enum revision revision)
{
    if (revision_has(revision, FEATURE_TITLES))
        put_known_text(out, "title", title);
}

static void put_icons(struct json_out *out, const char *icons, enum revision revision)
{
    if (revision_has(revision, FEATURE_ICONS))
        put_json(out, "icons", icons);
}

/* --- tools ----------------------------------------------------------------------------------- */

static void put_input_schema(struct json_out *out, const struct registry *registry,
                             const struct tool *tool)
{
    json_key(out, "inputSchema");
    if (tool->input_schema) {
        json_raw(out, tool->input_schema, strlen(tool->input_schema));
        return;
    }
    struct field_part parts[TOOL_PARTS];
    tool_parts(tool, registry->options, parts);
    field_write_schema_of(parts, TOOL_PARTS, style(registry), out);
}

static void put_output_schema(struct json_out *out, const struct registry *registry,
                              const struct tool *tool, enum revision revision)
{
    if (tool->output_schema) {
        json_key(out, "outputSchema");
        if (!revision_has(revision, FEATURE_ANY_ROOT) && tool_answers_any_root(tool))
            wrap_schema(tool->output_schema, out);
        else
            json_raw(out, tool->output_schema, strlen(tool->output_schema));
    } else if (tool->result) {
        json_key(out, "outputSchema");
        field_write_schema(tool->result, style(registry) | FIELD_SCHEMA_RESULT, out);
    }
}

/* Whether a title is the name in other letters: "Check health" of check_health. */
static bool says_the_name(const char *title, const char *name)
{
    size_t i = 0;
    if (!title || strlen(title) != strlen(name))
        return false;
    while (name[i] &&
           (tolower((unsigned char)title[i]) == name[i] || (title[i] == ' ' && name[i] == '_')))
        i++;
    return name[i] == '\0';
}

/* Only what differs from the defaults of the protocol. */
static void put_annotations(struct json_out *out, const struct registry *registry,
                            const struct tool *tool)
{
    bool is_read_only = tool->flags & TOOL_READ_ONLY;
    if (registry->options->brief_tools && !is_read_only && (tool->flags & TOOL_DESTRUCTIVE) &&
        !(tool->flags & TOOL_IDEMPOTENT))
        return; /* all as the protocol assumes */
    json_put_object(out, "annotations");
    if (is_read_only)
        json_put_bool(out, "readOnlyHint", true);
    else if (!(tool->flags & TOOL_DESTRUCTIVE))
        json_put_bool(out, "destructiveHint", false);
    if (!is_read_only && (tool->flags & TOOL_IDEMPOTENT))
        json_put_bool(out, "idempotentHint", true);
    if (!(tool->flags & TOOL_OPEN_WORLD) && !registry->options->brief_tools)
        json_put_bool(out, "openWorldHint", false);
    json_end_object(out);
}

/* The flat key is for older hosts. */
static void put_app(struct json_out *out, const struct tool *tool)
{
    json_put_object(out, "_meta");
    json_put_object(out, "ui");
    json_put_text(out, "resourceUri", tool->ui);
    if (tool->flags & TOOL_FOR_APP)
        json_put_raw(out, "visibility", "[\"app\"]");
    json_end_object(out);
    json_put_text(out, "ui/resourceUri", tool->ui);
    json_end_object(out);
}

void look_write_tool(const struct registry *registry, const void *item, enum revision revision,
                     struct json_out *out)
{
    const struct tool *tool = item;
    json_object(out);
    json_put_text(out, "name", tool->name);
    if (!registry->options->brief_tools || !says_the_name(tool->title, tool->name))
        put_title(out, tool->title, revision);
    put_known_text(out, "description", tool->description);
    put_input_schema(out, registry, tool);
    if (revision_has(revision, FEATURE_STRUCTURED))
        put_output_schema(out, registry, tool, revision);
    if (revision_has(revision, FEATURE_TOOL_ANNOTATIONS))
        put_annotations(out, registry, tool);
    put_icons(out, tool->icons, revision);
    if (tool->ui && revision_has(revision, FEATURE_META))
        put_app(out, tool);
    json_end_object(out);
}

/* --- prompts --------------------------------------------------------------------------------- */

static void put_arguments(struct json_out *out, const struct field *fields)
{
    for (const struct field *field = fields; field && field->type; field++) {
        if (field->type->is_group) {
            put_arguments(out, field->fields);
            continue;
        }
        json_object(out);
        json_put_text(out, "name", field->name);
        put_known_text(out, "description", field->doc);
        if (field->flags & FIELD_REQUIRED)
            json_put_bool(out, "required", true);
        json_end_object(out);
    }
}

void look_write_prompt(const struct registry *registry, const void *item, enum revision revision,
                       struct json_out *out)
{
    const struct prompt *prompt = item;
    (void)registry;
    json_object(out);
    json_put_text(out, "name", prompt->name);
    put_title(out, prompt->title, revision);
    put_known_text(out, "description", prompt->description);
    if (prompt->args && prompt->args->type) {
        json_put_array(out, "arguments");
        put_arguments(out, prompt->args);
        json_end_array(out);
    }
    put_icons(out, prompt->icons, revision);
    json_end_object(out);
}

/* --- resources ------------------------------------------------------------------------------- */

void look_write_resource(const struct registry *registry, const void *item, enum revision revision,
                         struct json_out *out)
{
    const struct resource *resource = item;
    (void)registry;
    json_object(out);
    json_put_text(out, uri_is_template(resource->uri) ? "uriTemplate" : "uri", resource->uri);
    json_put_text(out, "name", resource->name);
    put_title(out, resource->title, revision);
    put_known_text(out, "description", resource->description);
    put_known_text(out, "mimeType", resource->mime_type);
    if (resource->size > 0)
        json_put_int(out, "size", resource->size);
    put_json(out, "annotations", resource->annotations);
    put_icons(out, resource->icons, revision);
    json_end_object(out);
}
