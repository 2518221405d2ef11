/* Life of a call: made from its request, bound, running, ended, freed. Where it stands meanwhile is the
 * business of call_place.c; what it answers is written in call_answer.c; what differs between methods is
 * a struct call_kind. */
#include "mcp/call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

static const char out_of_memory[] = "Out of memory; this request was not carried out.";

static const char *const state_names[] = {
    [CALL_NEW] = "new",
    [CALL_BOUND] = "bound",
    [CALL_RUNNING] = "running",
    [CALL_ASKING] = "asking",
    [CALL_REPLIED] = "replied",
    [CALL_FAILED] = "failed",
    [CALL_CANCELLED] = "cancelled",
    [CALL_EXPIRED] = "expired",
};

static void set_state(struct call *call, enum call_state state)
{
    LOG(LOG_DEBUG, "call", "#%llu %s: %s -> %s", (unsigned long long)call->number, call->tool->name,
        state_names[call->state], state_names[state]);
    call->state = state;
}

bool call_has_ended(const struct call *call)
{
    return call->state >= CALL_REPLIED;
}

/* Log lines of the program's callbacks carry the client's trace. */
static void enter(const struct call *call)
{
    log_set_trace_id(call_trace_id(call));
}

static void leave(void)
{
    log_set_trace_id(NULL);
}

/* --- making ---------------------------------------------------------------------------------- */

static void init_memory(struct call *call)
{
    arena_init(&call->arena, MCP_ARENA_MAX);
    call->bind = (struct bind){.arena = &call->arena, .user = call->request.server->options.user};
    buf_init(&call->answer, MCP_ANSWER_MAX);
    buf_init(&call->content, MCP_CONTENT_MAX);
    json_out_init(&call->answer_out, &call->answer);
    json_out_init(&call->content_out, &call->content);
}

/* Everything that one round has made; the arguments stay. */
static void free_memory(struct call *call)
{
    bind_clear(&call->bind);
    arena_free(&call->arena);
    buf_free(&call->answer);
    buf_free(&call->content);
    call->args = NULL;
    call->extra_args = NULL;
}

/* The id in "00-<32 hex digits>-…". */
static void read_trace(struct call *call)
{
    static const char hex[] = "0123456789abcdef";
    const char *parent =
        json_get_text(json_get(call->request.message.params, "_meta"), "traceparent");
    if (!parent || strlen(parent) < 55 || parent[2] != '-' || strspn(parent + 3, hex) != 32)
        return;
    memcpy(call->trace_id, parent + 3, 32);
}

struct call *call_new(struct request *request, const struct call_kind *kind)
{
    struct mcp_server *server = request->server;
    if (request->batch && server->waiting.count >= MCP_WAITING_MAX) {
        reply_code(request, RPC_INTERNAL_ERROR, "Too many requests at once; nothing was done");
        return NULL;
    }
    struct call *call = mem_alloc(sizeof(*call));
    if (!call) {
        reply_no_memory(request);
        return NULL;
    }
    *call = (struct call){.kind = kind, .role = "user"};
    list_init(&call->link);
    call->request = *request;
    request->tree = NULL;
    call->number = ++server->last_call;
    call->stand_in = (struct tool){.name = kind->method, .flags = TOOL_READ_ONLY};
    call->tool = &call->stand_in;
    buf_init(&call->result, MCP_MESSAGE_MAX);
    init_memory(call);
    read_trace(call);
    return call;
}

static void call_free(struct call *call)
{
    free_memory(call);
    ask_free(call);
    buf_free(&call->result);
    cJSON_Delete(call->request.tree);
    mem_free(call);
}

/* --- beginning ------------------------------------------------------------------------------- */

static void refuse_arguments(struct call *call)
{
    bool is_read_only = call_is_read_only(call);
    const char *message =
        is_read_only ? NULL
                     : arena_printf(&call->arena, "%s. Nothing was saved.", call->bind.error);
    struct call_error error = {
        .code = "invalid_argument",
        .field = call->bind.error_field,
        .message = message ? message : call->bind.error,
        .saved = is_read_only ? NULL : "no",
    };
    (void)call_fail(call, &error);
}

/* Counts a call that may write; false, and the call is refused, when there were too many of them
 * within a minute. */
static bool may_write_now(struct call *call)
{
    struct mcp_server *server = call->request.server;
    uint64_t now = uv_now(server->loop);
    unsigned most = server->options.writes_per_minute;
    if (most == 0)
        most = MCP_WRITES_PER_MINUTE;
    if (server->writes == 0 || now - server->writes_began >= 60000) {
        server->writes_began = now;
        server->writes = 0;
    }
    if (server->writes++ < most)
        return true;
    uint64_t wait = server->writes_began + 60000 - now;
    const char *message = arena_printf(
        &call->arena,
        "There were more than %u changes within a minute. Nothing was saved. Repeat in %llu s.",
        most, (unsigned long long)(wait + 999) / 1000);
    struct call_error error = {
        .code = "too_many_requests",
        .message = message ? message : "Too many changes at once. Nothing was saved.",
        .saved = "no",
        .retry_safe = true,
        .retry_same_key = true,
        .retry_after_ms = (int)wait,
    };
    (void)call_fail(call, &error);
    return false;
}

static int prepare(struct call *call)
{
    const char *why = NULL;
    int code = call->kind->may_ask ? ask_read_request(call, &why) : 0;
    if (code != 0) {
        call_end_with_code(call, code, why);
        return -EINVAL;
    }
    if (!call_is_read_only(call) && !call->request.is_local && !may_write_now(call))
        return -EINVAL;
    int r = call->kind->bind(call);
    if (r == -EINVAL && call->bind.error)
        refuse_arguments(call);
    else if (r < 0)
        call_end_with_code(call, RPC_INTERNAL_ERROR, out_of_memory);
    return r;
}

void call_begin(struct call *call)
{
    const struct mcp_server_options *options = &call->request.server->options;
    if (prepare(call) < 0)
        return;
    set_state(call, CALL_BOUND);
    call_set_deadline(call, options->call_deadline_ms > 0 ? options->call_deadline_ms
                                                          : MCP_CALL_DEADLINE_MS);
    enter(call);
    if (options->before_start)
        options->before_start(call);
    else
        call_start(call);
    leave();
}

void call_start(struct call *call)
{
    if (call->state != CALL_BOUND)
        return;
    set_state(call, CALL_RUNNING);
    enter(call);
    int r = call->kind->start(call);
    leave();
    if (r >= 0 || call->state != CALL_RUNNING)
        return;
    LOG(LOG_WARNING, "call", "#%llu %s: failed to start: %s", (unsigned long long)call->number,
        call->tool->name, strerror(-r));
    call_end_with_code(call, RPC_INTERNAL_ERROR,
                       r == -ENOMEM ? out_of_memory
                                    : "Internal error; this request was not carried out.");
}

/* --- ending ---------------------------------------------------------------------------------- */

static void run_hooks(struct call *call)
{
    enter(call);
    while (call->hooks) {
        struct call_hook *hook = call->hooks;
        call->hooks = hook->next;
        hook->ended(call, hook->data);
    }
    leave();
}

void call_end(struct call *call, enum call_state state)
{
    struct mcp_server *server = call->request.server;
    if (call_has_ended(call))
        return;
    if (call->state == CALL_ASKING)
        ask_withdraw(call);
    set_state(call, state);
    call_leave(call);
    run_hooks(call);
    list_append(&server->ended, &call->link);
    /* A client's next call wants the timer again; a loop without one must not wait for it. */
    if (server->running.count == 0 && !server->stdio)
        server_set_timer(server);
    server_wake(server);
}

void call_pause(struct call *call)
{
    struct mcp_server *server = call->request.server;
    set_state(call, CALL_ASKING);
    run_hooks(call);
    call->frame = NULL;
    call_leave(call);
    call_join(call, &server->asking);
    call_set_deadline(call, server->options.ask_deadline_ms > 0 ? server->options.ask_deadline_ms
                                                                : MCP_ASK_DEADLINE_MS);
    server_wake(server); /* its place is free */
}

void call_go_on(struct call *call)
{
    set_state(call, CALL_NEW);
    call->deadline = 0;
    free_memory(call);
    init_memory(call);
    call_submit_again(call);
}

void call_cancel(struct call *call)
{
    reply_never(&call->request);
    call_end(call, CALL_CANCELLED);
}

void call_expire(struct call *call)
{
    const struct mcp_server_options *options = &call->request.server->options;
    bool is_read_only = call_is_read_only(call);
    if (call->state == CALL_ASKING) {
        ask_time_is_up(call);
        return;
    }
    if (options->on_deadline) {
        enter(call);
        options->on_deadline(call);
        leave();
        if (call_has_ended(call))
            return;
    }
    struct call_error error = {
        .code = "timeout",
        .message = is_read_only
                       ? "This took too long and was stopped. Nothing was changed. Ask for less at "
                         "once, or repeat."
                       : "This took too long and was stopped. It is not known whether the change "
                         "was saved. Look before you repeat.",
        .saved = is_read_only ? NULL : "unknown",
        .retry_safe = is_read_only,
        .retry_same_key = !is_read_only,
    };
    call_send_failure(call, &error);
    call_end(call, CALL_EXPIRED);
}

void call_free_ended(struct mcp_server *server)
{
    while (!list_is_empty(&server->ended)) {
        struct call *call = LIST_FIRST(&server->ended, struct call, link);
        list_remove(&call->link);
        if (call->done && call->state != CALL_CANCELLED)
            call->done(call->done_data, buf_text(&call->result), call->result.length);
        call_free(call);
    }
}
