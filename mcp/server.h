/* An MCP server on a pair of byte streams: both protocol eras, decided per request (legacy
 * 2024-11-05 to 2025-11-25 by handshake, 2026-07-28 stateless). The library knows tools, resources
 * and prompts by their declarations and nothing of what they do; see mcp/README.md for a complete
 * program. One thread, one libuv loop. */
#ifndef MCP_SERVER_H
#define MCP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"
#include "mcp/call.h"
#include "mcp/tool.h"

struct uv_loop_s;
struct mcp_server;
struct buf;

enum mcp_lists {
    MCP_LIST_TOOLS = 1 << 0,
    MCP_LIST_PROMPTS = 1 << 1,
    MCP_LIST_RESOURCES = 1 << 2,
};

enum {
    MCP_STATE_KEY_SIZE = 32
};

struct mcp_server_options {
    const char *name;    /* serverInfo.name; required */
    const char *version; /* required */
    const char *title;   /* or NULL; likewise below */
    const char *description;
    const char *website_url;
    const char *icons; /* JSON array */

    /* NULL-terminated, or NULL; borrowed, as all declarations. */
    const struct tool *const *tools;
    const struct prompt *const *prompts;     /* mcp/prompt.h */
    const struct resource *const *resources; /* mcp/resource.h; templates as well */

    /* Fields that every tool which is not read-only gets beside its own, bound into a struct of
     * this size (call_extra_args()). NULL: none. */
    const struct field *extra_args;
    size_t extra_args_size;
    const struct field *ask_args; /* further ones of tools with TOOL_ASKS, in the same struct */

    /* Writes `instructions` when asked (initialize, server/discover). NULL: none. */
    void (*instructions)(void *user, struct buf *text);

    /* Runs before each tool's start(), with the arguments bound; ends with call_start(), now or
     * later, or ends the call itself. NULL: call_start() at once. */
    void (*before_start)(struct call *call);

    /* Runs when the deadline of a call has passed, and may end it with call_fail() because it knows
     * what was saved. NULL, or not ended: the library answers. */
    void (*on_deadline)(struct call *call);

    /* Progress of calls without a client (mcp_server_call()), 0 for an unknown total. NULL is fine. */
    void (*local_progress)(void *user, int64_t progress, int64_t total, const char *message);

    /* Lists that may change while the program runs (mcp_server_list_changed()), of enum mcp_lists;
     * and whether updates of resources are announced (mcp_server_resource_updated()). Declare only
     * what is really sent. */
    unsigned changing_lists;
    bool subscribe;

    /* Called when the first listener for resources came (true) and when the last one left (false).
     * NULL is fine. With `holds_listeners` who wants to listen is answered only when the program has
     * said mcp_server_news_ready() after that: a client that has its answer must not miss anything
     * that happens from then on. */
    void (*listening)(void *user, bool anybody);
    bool holds_listeners;

    /* Signs what travels with the client between the rounds of a call (mcp/ask.h): the key must be
     * the same in all processes that may take the next round. Either the key itself, or where to
     * find it when it is needed for the first time (0, or a negative errno). Neither, or not found: a
     * random one per process. */
    const unsigned char *state_key; /* MCP_STATE_KEY_SIZE bytes, copied */
    int (*find_state_key)(void *user, unsigned char ret_key[MCP_STATE_KEY_SIZE]);
    const char *principal; /* whose data this process serves, bound into that state */

    uint64_t call_deadline_ms;  /* 0: the library's default */
    uint64_t ask_deadline_ms;   /* for the person to answer, legacy; 0: the library's default */
    unsigned writes_per_minute; /* of tools that are not read-only; 0: the library's default */
    bool read_only;             /* tools without TOOL_READ_ONLY are not offered */
    size_t page_entries;        /* of lists; 0: the library's default */
    bool brief_tools; /* the list of tools says what a model needs to call them, and leaves
                                   out the rest: FIELD_SCHEMA_BRIEF, titles that are the name,
                                   openWorldHint */
    void *user;
};

/* NULL when out of memory; declarations that contradict themselves are reported by
 * mcp_server_check() (for tests), not here. `loop` and everything in the options must outlive the
 * server. */
MUST_CHECK struct mcp_server *mcp_server_new(struct uv_loop_s *loop,
                                             const struct mcp_server_options *options);

/* 0, or -EINVAL and one line in `why` for the first contradiction: duplicate names, fields without
 * doc, defaults that do not bind, a required field with a default … */
int mcp_server_check(const struct mcp_server *server, struct buf *why);

/* Makes standard input and output private, for the start of a program that serves on them: opens
 * /dev/null for what was closed, gives duplicates that no child inherits, and leaves /dev/null as
 * descriptor 0 and standard error as descriptor 1, so that nobody else reads or writes the
 * protocol. The caller also ignores SIGPIPE. 0 or negative errno. */
MUST_CHECK int mcp_stdio_claim(int *ret_in, int *ret_out);

/* Serves lines from descriptor `in` to descriptor `out` until end of input, then lets running calls
 * finish for a while, flushes, and calls `stopped` once. The descriptors are owned by the server
 * from here on. Negative errno when the streams cannot be opened. */
MUST_CHECK int mcp_server_serve(struct mcp_server *server, int in, int out,
                                void (*stopped)(struct mcp_server *server, void *user));

/* A log message ("info", …) about what concerns all calls, to a client that wants to hear of it: by the
 * level of the legacy session, or of a modern request that is being answered. No data of the person. At
 * most MCP_LOGS_MAX in a minute, those of call_log() included. */
void mcp_server_log(struct mcp_server *server, const char *level, const char *text);

/* Ends serving as at end of input (for signals). */
void mcp_server_stop(struct mcp_server *server);

/* Runs one tool without a client (command line): `arguments` is a JSON object, consumed. `done`
 * gets the result object as JSON text, {"structuredContent":…,"isError":…,"content":…}, borrowed for
 * the call. 0, -ENOENT for an unknown tool, -ENOMEM. */
MUST_CHECK int mcp_server_call(struct mcp_server *server, const char *tool, cJSON *arguments,
                               void (*done)(void *data, const char *result, size_t length),
                               void *data);

/* After `stopped`. NULL is fine. */
void mcp_server_free(struct mcp_server *server);

#endif
