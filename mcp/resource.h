/* A resource that a client can read, or a template for many of them: one constant declaration. */
#ifndef MCP_RESOURCE_H
#define MCP_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mcp/call.h"

#define RESOURCE_APP_MIME_TYPE "text/html;profile=mcp-app"

struct resource {
    const char *uri;  /* one URI, or a template with {variables} (RFC 6570, level 1) */
    const char *name; /* required */
    const char *title;
    const char *description;
    const char *mime_type;
    const char *icons;       /* JSON array, or NULL */
    const char *annotations; /* JSON object, or NULL */
    int64_t size;            /* bytes, 0: not known; not for templates */
    const char *meta; /* JSON object for `_meta` of the contents, such as {"ui":{"csp":…}} */

    bool is_public; /* equal for everybody: clients may share what they keep */
    int64_t ttl_ms; /* how long a client may keep it, 0: not at all */

    /* Writes the contents: resource_text(), resource_blob(), or one JSON value to call_answer().
     * Ends with call_reply(); with call_fail(), where code "not_found" means that there is no such
     * resource; or with call_ask(). */
    int (*read)(struct call *call);

    /* Instead of read(): the structured answer of a tool that only reads. */
    const struct tool *tool;

    /* Writes the tool's arguments, one JSON object. -EINVAL: the URI names nothing, and so do
     * arguments that the tool refuses. NULL: no arguments. */
    int (*arguments)(struct call *call, struct json_out *out);

    /* Suggests values of a template's variable (mcp/complete.h), or NULL. */
    int (*complete)(struct call *call);
};

/* The URI that was asked for. */
const char *resource_uri(const struct call *call);

/* The decoded value of a template's variable. */
const char *resource_variable(struct call *call, const char *name);

/* One piece of contents; `uri` and `mime_type` NULL: as asked for and as declared. */
void resource_text(struct call *call, const char *uri, const char *mime_type, const char *text);
void resource_blob(struct call *call, const char *uri, const char *mime_type, const char *base64);

#endif
