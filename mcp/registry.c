/* Sorted tables of what is offered. */
#include "mcp/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/limits.h"
#include "mcp/uri_template.h"
#include "mcp/wrap.h"

static const char *tool_key(const void *item)
{
    return ((const struct tool *)item)->name;
}

static const char *prompt_key(const void *item)
{
    return ((const struct prompt *)item)->name;
}

static const char *resource_key(const void *item)
{
    return ((const struct resource *)item)->uri;
}

static bool offers_tool(const struct mcp_server_options *options, const void *item)
{
    const struct tool *tool = item;
    return !options->read_only || (tool->flags & TOOL_READ_ONLY);
}

static bool offers_any(const struct mcp_server_options *options, const void *item)
{
    (void)options;
    (void)item;
    return true;
}

static bool is_single(const struct mcp_server_options *options, const void *item)
{
    (void)options;
    return !uri_is_template(resource_key(item));
}

static bool is_template(const struct mcp_server_options *options, const void *item)
{
    (void)options;
    return uri_is_template(resource_key(item));
}

static int by_key(const void *a, const void *b, void *listing)
{
    const char *(*key)(const void *item) = ((const struct listing *)listing)->key;
    return strcmp(key(*(const void *const *)a), key(*(const void *const *)b));
}

/* Takes the declarations that `offers` lets through. */
static int collect(struct registry *registry, struct listing *listing, const void *const *all,
                   bool (*offers)(const struct mcp_server_options *options, const void *item))
{
    size_t count = 0;
    while (all && all[count])
        count++;
    for (size_t i = 0; i < REVISION_COUNT; i++)
        buf_init(&listing->pages[i], MCP_MESSAGE_MAX / 2);
    listing->items = mem_calloc(count, sizeof(*listing->items));
    if (!listing->items)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (offers(registry->options, all[i]))
            listing->items[listing->count++] = all[i];
    }
    if (listing->count > 0)
        qsort_r(listing->items, listing->count, sizeof(*listing->items), by_key, listing);
    return 0;
}

void tool_parts(const struct tool *tool, const struct mcp_server_options *options,
                struct field_part ret_parts[TOOL_PARTS])
{
    bool writes = !(tool->flags & TOOL_READ_ONLY);
    bool asks = writes && (tool->flags & TOOL_ASKS);
    ret_parts[0] = (struct field_part){.fields = tool->args};
    ret_parts[1] = (struct field_part){.fields = writes ? options->extra_args : NULL};
    ret_parts[2] = (struct field_part){.fields = asks ? options->ask_args : NULL};
}

static int name_arguments(struct registry *registry)
{
    struct listing *tools = &registry->tools;
    arena_init(&registry->arena, MCP_ARENA_MAX);
    registry->arguments = arena_array(&registry->arena, tools->count, sizeof(void *));
    if (!registry->arguments)
        return -ENOMEM;
    for (size_t i = 0; i < tools->count; i++) {
        struct field_part parts[TOOL_PARTS];
        tool_parts(tools->items[i], registry->options, parts);
        registry->arguments[i] = field_names_new(parts, TOOL_PARTS, &registry->arena);
        if (!registry->arguments[i])
            return -ENOMEM;
    }
    return 0;
}

const struct field_names *registry_arguments(const struct registry *registry,
                                             const struct tool *tool)
{
    size_t i = 0;
    while (i < registry->tools.count && registry->tools.items[i] != tool)
        i++;
    return i < registry->tools.count ? registry->arguments[i] : NULL;
}

int registry_init(struct registry *registry, const struct mcp_server_options *options)
{
    const void *const *tools = (const void *const *)options->tools;
    const void *const *prompts = (const void *const *)options->prompts;
    const void *const *resources = (const void *const *)options->resources;
    *registry = (struct registry){
        .options = options,
        .page_entries = options->page_entries > 0 ? options->page_entries : MCP_PAGE_ENTRIES,
        .tools = {.member = "tools", .key = tool_key, .write = look_write_tool},
        .prompts = {.member = "prompts", .key = prompt_key, .write = look_write_prompt},
        .resources = {.member = "resources", .key = resource_key, .write = look_write_resource},
        .templates = {.member = "resourceTemplates",
                      .key = resource_key,
                      .write = look_write_resource},
    };
    int r = collect(registry, &registry->tools, tools, offers_tool);
    if (r == 0)
        r = collect(registry, &registry->prompts, prompts, offers_any);
    if (r == 0)
        r = collect(registry, &registry->resources, resources, is_single);
    if (r == 0)
        r = collect(registry, &registry->templates, resources, is_template);
    return r == 0 ? name_arguments(registry) : r;
}

static void listing_free(struct listing *listing)
{
    for (size_t i = 0; i < REVISION_COUNT; i++)
        buf_free(&listing->pages[i]);
    mem_free(listing->items);
}

void registry_free(struct registry *registry)
{
    listing_free(&registry->tools);
    listing_free(&registry->prompts);
    listing_free(&registry->resources);
    listing_free(&registry->templates);
    arena_free(&registry->arena);
}

const struct tool *registry_find_tool(const struct registry *registry, const char *name)
{
    return listing_find(&registry->tools, name);
}

const struct prompt *registry_find_prompt(const struct registry *registry, const char *name)
{
    return listing_find(&registry->prompts, name);
}

const struct resource *registry_find_template(const struct registry *registry, const char *uri)
{
    return listing_find(&registry->templates, uri);
}

const struct resource *registry_find_resource(const struct registry *registry, const char *uri)
{
    const struct resource *resource = listing_find(&registry->resources, uri);
    if (resource || strlen(uri) > MCP_URI_MAX)
        return resource;
    for (size_t i = 0; i < registry->templates.count; i++) {
        resource = registry->templates.items[i];
        if (uri_template_match(resource->uri, uri, NULL, NULL))
            return resource;
    }
    return NULL;
}

bool registry_completes(const struct registry *registry)
{
    for (size_t i = 0; i < registry->prompts.count; i++) {
        if (((const struct prompt *)registry->prompts.items[i])->complete)
            return true;
    }
    for (size_t i = 0; i < registry->templates.count; i++) {
        if (((const struct resource *)registry->templates.items[i])->complete)
            return true;
    }
    return false;
}

bool registry_has_apps(const struct registry *registry)
{
    for (size_t i = 0; i < registry->resources.count; i++) {
        if (strncmp(resource_key(registry->resources.items[i]), "ui://", 5) == 0)
            return true;
    }
    return false;
}

bool tool_answers_any_root(const struct tool *tool)
{
    return tool->output_schema && wrap_is_needed(tool->output_schema);
}
