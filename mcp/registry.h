/* What a server offers: its tools (later resources and prompts), sorted, with their lists rendered
 * once per revision. */
#ifndef MCP_REGISTRY_H
#define MCP_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mcp/era.h"
#include "mcp/server.h"

struct request;
struct registry;

/* One list that a client can page through. */
struct listing {
    const char *member; /* "tools": member of the result, and the name in cursors */
    size_t count;
    const void *const *items; /* sorted by key */
    const char *(*key)(const void *item);
    void (*write)(const struct registry *registry, const void *item, enum revision revision,
                  struct json_out *out);
    struct buf pages[REVISION_COUNT]; /* the first page: "tools":[…] and maybe "nextCursor":… */
};

struct registry {
    const struct mcp_server_options *options;
    size_t page_entries;
    struct listing tools;
};

/* 0 or -ENOMEM. */
int registry_init(struct registry *registry, const struct mcp_server_options *options);
void registry_free(struct registry *registry);

/* NULL when there is no such tool or it is not offered. */
const struct tool *registry_find_tool(const struct registry *registry, const char *name);

/* Whether the structured answer of the tool has a root other than an object. */
bool tool_answers_any_root(const struct tool *tool);

/* Answers a request for one page of the list. */
void listing_reply(struct listing *listing, const struct registry *registry,
                   const struct request *request);

/* Base64url cursor of the entry behind which the next page begins. */
void cursor_write(const char *list, const char *key, struct buf *ret_cursor);

/* The key in a cursor of this list, in `ret_key`: 0, -EINVAL (not one of ours), -ENOMEM. */
int cursor_read(const char *list, const char *cursor, struct buf *ret_key);

#endif
