/* A call as the files of this folder see it. */
#ifndef MCP_CALL_IMPL_H
#define MCP_CALL_IMPL_H

#include "base/list.h"
#include "mcp/call.h"
#include "mcp/request.h"

/* Each change goes through call_set_state(), which knows the arrows:
 * NEW -> BOUND -> RUNNING -> one of the ends; NEW and BOUND may end directly. */
enum call_state {
    CALL_NEW,     /* waits for a free place */
    CALL_BOUND,   /* has a place; arguments are bound */
    CALL_RUNNING, /* the tool has begun */
    CALL_REPLIED, /* ends from here on */
    CALL_FAILED,
    CALL_CANCELLED, /* nobody waits for an answer any more */
    CALL_EXPIRED,
};

struct call_hook {
    struct call_hook *next;
    void (*ended)(struct call *call, void *data);
    void *data;
};

struct call {
    struct list link; /* server->waiting, running or ended */
    struct request request;
    enum call_state state;
    bool is_placed; /* counts as running, not as waiting */
    uint64_t number;
    const struct tool *tool;
    const cJSON *arguments; /* NULL when absent */

    struct arena arena;
    struct bind bind; /* owns what was parsed on the way */
    void *args;
    void *extra_args;
    void *frame;
    struct call_hook *hooks; /* newest first */

    struct buf answer; /* the structured answer */
    struct json_out answer_out;
    struct buf content; /* further content blocks, with commas between */
    struct json_out content_out;

    uint64_t deadline; /* loop time; 0: none */
    int64_t progress;  /* last value sent */
    bool has_progress;
    unsigned progress_count; /* sent within a second … */
    uint64_t progress_began; /* … from here */

    void (*done)(void *data, const char *result, size_t length); /* command line */
    void *done_data;
    struct buf result;
};

/* tools/call */
void call_tool_method(struct request *request);

/* A call of the client with this id that has not ended, NULL when there is none. */
struct call *call_find(const struct mcp_server *server, const cJSON *id);

/* notifications/cancelled; silent whatever `id` is. */
void call_cancel_by_client(struct mcp_server *server, const cJSON *id);

/* Whether the first waiting call may begin. */
bool call_has_place(const struct mcp_server *server);

/* Starts the first waiting call. */
void call_begin_next(struct mcp_server *server);

/* Ends a call without an answer. */
void call_cancel(struct call *call);

/* Ends every call whose deadline has passed. */
void call_expire_due(struct mcp_server *server, uint64_t now);

/* Frees the calls that have ended; answers of the command line are handed over first. */
void call_free_ended(struct mcp_server *server);

/* The terminal transition: exactly once. The answer, if any, was queued before. */
void call_end(struct call *call, enum call_state state);

/* Queues the answer, from what the tool wrote (error NULL) or from the error; false when the call
 * could not be answered as wanted and an error went out instead. */
bool call_send_result(struct call *call, const struct call_error *error);

/* One text block. */
void content_text(struct json_out *out, const char *text);

/* Ends the call with a JSON-RPC error (on the command line: an isError result). */
void call_end_with_code(struct call *call, int code, const char *message);

#endif
