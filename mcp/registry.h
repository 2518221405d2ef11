/* What a server offers: tools, prompts, resources and templates, sorted, with their lists rendered
 * once per revision. */
#ifndef MCP_REGISTRY_H
#define MCP_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mcp/era.h"
#include "mcp/field_names.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/server.h"

struct request;
struct registry;

/* One list that a client can page through. */
struct listing {
    const char *member; /* "tools": member of the result, and the name in cursors */
    size_t count;
    const void **items; /* sorted by key */
    const char *(*key)(const void *item);
    void (*write)(const struct registry *registry, const void *item, enum revision revision,
                  struct json_out *out);
    struct buf pages[REVISION_COUNT]; /* the first page: "tools":[…] and maybe "nextCursor":… */
};

struct registry {
    const struct mcp_server_options *options;
    size_t page_entries;
    struct listing tools;
    struct listing prompts;
    struct listing resources;
    struct listing templates;
    struct arena arena;
    const struct field_names **arguments; /* of each tool, in the order of its listing */
};

/* 0 or -ENOMEM. */
int registry_init(struct registry *registry, const struct mcp_server_options *options);
void registry_free(struct registry *registry);

/* NULL when there is no such thing, or it is not offered. */
const struct tool *registry_find_tool(const struct registry *registry, const char *name);
const struct prompt *registry_find_prompt(const struct registry *registry, const char *name);

/* The names of the arguments of a tool that is offered. */
const struct field_names *registry_arguments(const struct registry *registry,
                                             const struct tool *tool);

/* The resource with this URI, or the template that it is one of. */
const struct resource *registry_find_resource(const struct registry *registry, const char *uri);

/* The template written exactly so. */
const struct resource *registry_find_template(const struct registry *registry, const char *uri);

/* Whether anything has a complete() callback; whether anything is an app. */
bool registry_completes(const struct registry *registry);
bool registry_has_apps(const struct registry *registry);

enum {
    TOOL_PARTS = 3
};

/* The tables that together describe the arguments of a tool: its own, and the server's for tools that
 * write and for those that ask. Without targets. */
void tool_parts(const struct tool *tool, const struct mcp_server_options *options,
                struct field_part ret_parts[TOOL_PARTS]);

/* Whether the structured answer of the tool has a root other than an object. */
bool tool_answers_any_root(const struct tool *tool);

/* How the entries look in the lists (registry_look.c). */
void look_write_tool(const struct registry *registry, const void *item, enum revision revision,
                     struct json_out *out);
void look_write_prompt(const struct registry *registry, const void *item, enum revision revision,
                       struct json_out *out);
void look_write_resource(const struct registry *registry, const void *item, enum revision revision,
                         struct json_out *out);

/* Answers a request for one page of the list. */
void listing_reply(struct listing *listing, const struct registry *registry,
                   const struct request *request);

/* The entry with this key, NULL when there is none. */
const void *listing_find(const struct listing *listing, const char *key);

/* Base64url cursor of the entry behind which the next page begins. */
void cursor_write(const char *list, const char *key, struct buf *ret_cursor);

/* The key in a cursor of this list, in `ret_key`: 0, -EINVAL (not one of ours), -ENOMEM. */
int cursor_read(const char *list, const char *cursor, struct buf *ret_key);

#endif
