/* One tools/call under way, as its tool sees it. The call owns everything of the request: arguments,
 * arena, answer, timer. It ends exactly once: replied, failed, cancelled by the client, or expired;
 * memory goes after that. A tool that waits for something registers call_on_end(), because a call
 * may end while the tool waits. All functions run on the loop's thread. */
#ifndef MCP_CALL_H
#define MCP_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "mcp/json.h"
#include "mcp/json_out.h"
#include "mcp/tool.h"

/* The bound arguments, a struct of tool->args_size bytes; and what tables of the whole server
 * (mcp_server_options.extra_args) bound beside them. */
void *call_args(const struct call *call);
void *call_extra_args(const struct call *call);

/* The arguments as they came, NULL when absent. Borrowed, valid as long as the call. */
const cJSON *call_json(const struct call *call);

/* The tool. Prompts, resources and completions also run as calls; for them it is one that stands
 * for the method: name, args, TOOL_READ_ONLY. */
const struct tool *call_tool(const struct call *call);
struct arena *call_arena(struct call *call);
bool call_is_read_only(const struct call *call);

/* `user` of the server's options. */
void *call_user(const struct call *call);

/* Name of the client for display and audit, "" when it did not say; never decide by it. */
const char *call_client_name(const struct call *call);

/* Number of this call in log lines. */
uint64_t call_number(const struct call *call);

/* The id of the client's trace (W3C traceparent) for log_set_trace_id(), NULL when there is none.
 * The library sets it while it runs the program's callbacks; what goes on later sets it itself. */
const char *call_trace_id(const struct call *call);

/* Whether the client shows ui:// resources (MCP Apps). */
bool call_shows_apps(const struct call *call);

/* A slot for one pointer of the program's frame (not of the tool). */
void call_set_frame(struct call *call, void *frame);
void *call_frame(const struct call *call);

/* For the `before_start` hook: goes on to tool->start(). */
void call_start(struct call *call);

/* `ended(call, data)` runs once when the call ends, whatever the reason, before its memory goes;
 * newest first. 0 or -ENOMEM. */
int call_on_end(struct call *call, void (*ended)(struct call *call, void *data), void *data);

/* Whether the call has ended (an answer was given, or nobody waits any more). */
bool call_has_ended(const struct call *call);

/* --- answering ------------------------------------------------------------------------------- */

/* The writer of the structured answer: write exactly one JSON value (an object, see tool->result),
 * then call_reply(). The text mirror is made by the library. */
struct json_out *call_answer(struct call *call);

/* Content blocks, for tools without a structured answer or in addition to it (they come behind the
 * text mirror). Data is base64. Blocks that the client's revision does not know become text. */
void call_add_text(struct call *call, const char *text);
void call_add_image(struct call *call, const char *base64, const char *mime_type);
void call_add_audio(struct call *call, const char *base64, const char *mime_type);
void call_add_resource(struct call *call, const char *uri, const char *mime_type, const char *text);
void call_add_link(struct call *call, const char *uri, const char *name, const char *mime_type,
                   const char *description);

/* Sends the answer. Returns 0, so that a tool can `return call_reply(call);`. */
int call_reply(struct call *call);

/* What went wrong, for a model and a person: the message has at most three sentences (what
 * happened; what was or was not saved; what to do next) and names no internals. */
struct call_error {
    const char *code;    /* stable, such as "not_found" */
    const char *field;   /* argument at fault, or NULL */
    const char *message; /* copied */
    const char *saved;   /* "no", "yes", "unknown", or NULL for a question */
    bool retry_safe;     /* repeating may help */
    bool retry_same_key; /* … with the same idempotency key */
    int retry_after_ms;
    const char *const *candidates; /* NULL-terminated, or NULL */
};

/* The row of a result table for that error. It has "code", "field", "message", "saved", "retry"
 * {"safe","same_key","after_ms"} and "candidates", as far as they are known. A result table with a
 * member "error" makes an output schema that admits either the required members or the error,
 * because clients check failures against the schema as well. */
extern const struct field call_error_fields[];
#define OUT_ERROR OUT_OBJECT("error", call_error_fields)

/* Ends the call with an isError result. A tool whose result table has a member "error" gets the
 * same as structuredContent. Returns 0. */
int call_fail(struct call *call, const struct call_error *error);

/* The same for a plain refusal of an argument (code "invalid_argument", saved as the tool's
 * read-only flag says): "FIELD: MESSAGE" when field is not NULL. */
int call_refuse(struct call *call, const char *field, const char *format, ...) PRINTF_LIKE(3, 4);

/* --- another tool within this call ----------------------------------------------------------- */

/* Goes on with the result of the other tool (content, structuredContent, isError), which is borrowed
 * for the call. Returns 0, or a negative errno that ends the call with an internal error. */
typedef int call_other_done(struct call *call, const cJSON *result, void *data);

/* Runs a tool that only reads as if somebody had called it with a copy of `arguments` (NULL: none).
 * It needs no place among the calls that run. When this call ends first, the other one is cancelled.
 * 0, -ENOENT (no such tool), -EPERM (it may write), -ENOMEM. */
MUST_CHECK int call_other_tool(struct call *call, const char *tool, const cJSON *arguments,
                               call_other_done *done, void *data);

/* --- while it runs --------------------------------------------------------------------------- */

/* Progress, sent only when the client asked for it, at most ten times a second, strictly rising.
 * `total` 0: unknown. */
void call_progress(struct call *call, int64_t progress, int64_t total, const char *message);

/* A log message to the client ("info", …), subject to its level and to the bound of mcp_server_log(). No
 * data of the person. */
void call_log(struct call *call, const char *level, const char *text);

/* Deadline from now, in milliseconds; the frame has set one of its own. */
void call_set_deadline(struct call *call, uint64_t ms);

#endif
