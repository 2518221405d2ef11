/* Sorted tables of what is offered, and how a tool looks in the list of each revision. */
#include "mcp/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/limits.h"
#include "mcp/wrap.h"

static const char *tool_key(const void *item)
{
    return ((const struct tool *)item)->name;
}

bool tool_answers_any_root(const struct tool *tool)
{
    return tool->output_schema && wrap_is_needed(tool->output_schema);
}

static void write_input_schema(const struct registry *registry, const struct tool *tool,
                               struct json_out *out)
{
    json_key(out, "inputSchema");
    if (tool->input_schema) {
        json_raw(out, tool->input_schema, strlen(tool->input_schema));
        return;
    }
    struct field_part parts[2] = {{.fields = tool->args}};
    if (!(tool->flags & TOOL_READ_ONLY))
        parts[1].fields = registry->options->extra_args;
    field_write_schema_of(parts, 2, false, out);
}

static void write_output_schema(const struct tool *tool, enum revision revision,
                                struct json_out *out)
{
    if (tool->output_schema) {
        json_key(out, "outputSchema");
        if (!revision_has(revision, FEATURE_ANY_ROOT) && tool_answers_any_root(tool))
            wrap_schema(tool->output_schema, out);
        else
            json_raw(out, tool->output_schema, strlen(tool->output_schema));
    } else if (tool->result) {
        json_key(out, "outputSchema");
        field_write_schema(tool->result, true, out);
    }
}

/* Only what differs from the defaults of the protocol. */
static void write_annotations(const struct tool *tool, struct json_out *out)
{
    bool is_read_only = tool->flags & TOOL_READ_ONLY;
    json_put_object(out, "annotations");
    if (is_read_only)
        json_put_bool(out, "readOnlyHint", true);
    else if (!(tool->flags & TOOL_DESTRUCTIVE))
        json_put_bool(out, "destructiveHint", false);
    if (!is_read_only && (tool->flags & TOOL_IDEMPOTENT))
        json_put_bool(out, "idempotentHint", true);
    if (!(tool->flags & TOOL_OPEN_WORLD))
        json_put_bool(out, "openWorldHint", false);
    json_end_object(out);
}

static void write_ui(const struct tool *tool, struct json_out *out)
{
    json_put_object(out, "_meta");
    json_put_object(out, "ui");
    json_put_text(out, "resourceUri", tool->ui);
    json_end_object(out);
    json_put_text(out, "ui/resourceUri", tool->ui);
    json_end_object(out);
}

static void write_tool(const struct registry *registry, const void *item, enum revision revision,
                       struct json_out *out)
{
    const struct tool *tool = item;
    json_object(out);
    json_put_text(out, "name", tool->name);
    if (tool->title && revision_has(revision, FEATURE_TITLES))
        json_put_text(out, "title", tool->title);
    if (tool->description)
        json_put_text(out, "description", tool->description);
    write_input_schema(registry, tool, out);
    if (revision_has(revision, FEATURE_STRUCTURED))
        write_output_schema(tool, revision, out);
    if (revision_has(revision, FEATURE_TOOL_ANNOTATIONS))
        write_annotations(tool, out);
    if (tool->ui && revision_has(revision, FEATURE_META))
        write_ui(tool, out);
    json_end_object(out);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(tool_key(*(const void *const *)a), tool_key(*(const void *const *)b));
}

static void listing_init(struct listing *listing, const char *member,
                         const char *(*key)(const void *item))
{
    *listing = (struct listing){.member = member, .key = key};
    for (size_t i = 0; i < REVISION_COUNT; i++)
        buf_init(&listing->pages[i], MCP_MESSAGE_MAX / 2);
}

static void listing_free(struct listing *listing)
{
    for (size_t i = 0; i < REVISION_COUNT; i++)
        buf_free(&listing->pages[i]);
    mem_free((void *)(uintptr_t)listing->items);
}

static int collect_tools(struct registry *registry)
{
    const struct tool *const *tools = registry->options->tools;
    size_t count = 0;
    while (tools && tools[count])
        count++;
    const void **items = mem_calloc(count, sizeof(*items));
    if (!items)
        return -ENOMEM;
    size_t offered = 0;
    for (size_t i = 0; i < count; i++) {
        if (!registry->options->read_only || (tools[i]->flags & TOOL_READ_ONLY))
            items[offered++] = tools[i];
    }
    if (offered > 0)
        qsort(items, offered, sizeof(*items), by_name);
    registry->tools.items = items;
    registry->tools.count = offered;
    return 0;
}

int registry_init(struct registry *registry, const struct mcp_server_options *options)
{
    *registry = (struct registry){
        .options = options,
        .page_entries = options->page_entries > 0 ? options->page_entries : MCP_PAGE_ENTRIES,
    };
    listing_init(&registry->tools, "tools", tool_key);
    registry->tools.write = write_tool;
    return collect_tools(registry);
}

void registry_free(struct registry *registry)
{
    listing_free(&registry->tools);
}

static int compare_name(const void *name, const void *item)
{
    return strcmp(name, tool_key(*(const void *const *)item));
}

const struct tool *registry_find_tool(const struct registry *registry, const char *name)
{
    const struct listing *tools = &registry->tools;
    if (tools->count == 0)
        return NULL;
    const void *const *found =
        bsearch(name, tools->items, tools->count, sizeof(*tools->items), compare_name);
    return found ? *found : NULL;
}
