/* A call as the files of this folder see it: any request whose answer is made outside of the
 * library, that is tools/call, prompts/get, resources/read and completion/complete. */
#ifndef MCP_CALL_IMPL_H
#define MCP_CALL_IMPL_H

#include "base/list.h"
#include "mcp/call.h"
#include "mcp/request.h"

/* Each change goes through one setter, and an end is final:
 * NEW -> BOUND -> RUNNING -> one of the ends; RUNNING -> ASKING -> NEW for another round. */
enum call_state {
    CALL_NEW,     /* waits for a place */
    CALL_BOUND,   /* has a place; arguments are bound */
    CALL_RUNNING, /* the program's code has begun */
    CALL_ASKING,  /* legacy: questions to the client are open; has no place */
    CALL_REPLIED, /* ends from here on */
    CALL_FAILED,
    CALL_CANCELLED, /* nobody waits for an answer any more */
    CALL_EXPIRED,
};

/* What differs between the methods that make calls. */
struct call_kind {
    const char *method;

    /* Binds the arguments. 0, -ENOMEM, or -EINVAL with the reason in call->bind. */
    int (*bind)(struct call *call);
    int (*start)(struct call *call);

    /* Writes the members of the result from what the program wrote. */
    void (*put_result)(struct call *call, struct json_out *out);

    /* Queues the answer for a failure. */
    void (*send_failure)(struct call *call, const struct call_error *error);

    bool may_ask;       /* the client may be asked for input */
    bool is_prompt;     /* content blocks are messages */
    bool needs_content; /* an answer that says nothing is none */
};

struct call_hook {
    struct call_hook *next;
    void (*ended)(struct call *call, void *data);
    void *data;
};

struct asking;
struct call_list;

struct call {
    struct list link;     /* in->calls, or server->ended */
    struct call_list *in; /* of the server; NULL: in none */
    struct request request;
    const struct call_kind *kind;
    enum call_state state;
    uint64_t number;
    char trace_id[33]; /* "" when the client gave none */

    const struct tool *tool; /* for other kinds one that stands for them: name, args, read only */
    struct tool stand_in;
    const void *item;       /* struct prompt, struct resource */
    const cJSON *arguments; /* NULL when absent */
    const char *uri;        /* resources/read, completion of a template */

    struct arena arena;
    struct bind bind; /* owns what was parsed on the way */
    void *args;
    void *extra_args;
    void *frame;
    struct call_hook *hooks; /* newest first */

    struct buf answer; /* the structured answer */
    struct json_out answer_out;
    struct buf content; /* content blocks, messages, contents or values, with commas between */
    struct json_out content_out;
    const char *role; /* of the next messages of a prompt */
    int64_t count;    /* completion: values found */
    int64_t total;    /* completion: values there are */

    uint64_t deadline; /* loop time; 0: none */
    int64_t progress;  /* last value sent */
    bool has_progress;
    unsigned progress_count; /* sent within a second … */
    uint64_t progress_began; /* … from here */

    struct asking *asking; /* NULL until something is asked (ask.c) */

    void (*done)(void *data, const char *result, size_t length); /* command line */
    void *done_data;
    struct buf result;
};

/* --- life (call.c) --------------------------------------------------------------------------- */

/* Takes over the request (also when it fails); answers it at once when there is no memory or no
 * place. NULL then. */
struct call *call_new(struct request *request, const struct call_kind *kind);

/* A call of a tool without a client (tool_call.c), not submitted yet; consumes the arguments. `done`
 * gets the result as JSON text. NULL when out of memory. */
struct call *call_new_local(struct mcp_server *server, const struct tool *tool, cJSON *arguments,
                            void (*done)(void *data, const char *result, size_t length),
                            void *data);

/* A call that has got its place: binds its arguments and runs it. */
void call_begin(struct call *call);

/* Ends a call without an answer. */
void call_cancel(struct call *call);

/* Ends a call whose deadline has passed, or its questions. */
void call_expire(struct call *call);

/* Frees the calls that have ended; answers of the command line are handed over first. */
void call_free_ended(struct mcp_server *server);

/* The terminal transition: exactly once. The answer, if any, was queued before. */
void call_end(struct call *call, enum call_state state);

/* Legacy: the round ends with questions to the client (its hooks run, its place is free, its memory
 * stays until they are answered); and the next round, from the start with the same arguments. */
void call_pause(struct call *call);
void call_go_on(struct call *call);

/* --- where it stands (call_place.c) ---------------------------------------------------------- */

/* Into a list of the server, and out of the one it is in. */
void call_join(struct call *call, struct call_list *list);
void call_leave(struct call *call);

/* The call is complete and may begin as soon as there is a place. */
void call_submit(struct call *call);

/* The same for a call within another one, which has a place already. */
void call_submit_within(struct call *call);

/* The same for one that asked and was answered: it comes before those that never had a place. */
void call_submit_again(struct call *call);

/* Whether the first waiting call may begin. */
bool call_has_place(const struct mcp_server *server);

/* Starts the first waiting call. */
void call_begin_next(struct mcp_server *server);

/* Whether the call may give its place back to ask somebody. */
bool call_may_pause(const struct call *call);

/* A call of the client with this id that has not ended, NULL when there is none. */
struct call *call_find(const struct mcp_server *server, const cJSON *id);

/* Ends every call whose deadline has passed; and the first deadline of all, 0 when there is none. */
void call_expire_due(struct mcp_server *server, uint64_t now);
uint64_t call_first_deadline(const struct mcp_server *server);

/* --- answers (call_answer.c) ----------------------------------------------------------------- */

/* Queues the answer for a failure; the call goes on until call_end(). */
void call_send_failure(struct call *call, const struct call_error *error);

/* Ends the call with a JSON-RPC error (on the command line: an isError result). */
void call_end_with_code(struct call *call, int code, const char *message);

/* The first member of an object, "error":{…}; the message was written before, from `from` up to `to`. */
void call_put_error(struct json_out *out, const struct call_error *error, size_t from, size_t to);

/* --- messages (call_message.c) --------------------------------------------------------------- */

/* A notification of ours: its params are open between the two calls. */
struct json_out *notification_begin(struct mcp_server *server, const char *method);
void notification_end(struct mcp_server *server);

/* --- questions (ask.c) ----------------------------------------------------------------------- */

/* Modern: reads inputResponses and requestState. 0, or a code to refuse with and why. */
int ask_read_request(struct call *call, const char **ret_why);
void ask_free(struct call *call);

/* Legacy: a response of the client to one of our requests (without a result it counts as cancelled);
 * the session became initialized; time is up (the open questions count as cancelled). */
void ask_take_response(struct mcp_server *server, const struct rpc_message *message);
void ask_send_held_back(struct mcp_server *server);
void ask_time_is_up(struct call *call);

/* The call ends: the client need not answer any more. */
void ask_withdraw(struct call *call);

#endif
