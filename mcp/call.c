/* Life of a call: made from its request, waiting for a place, bound, running, ended, freed. What it
 * answers is written in call_answer.c. */
#include "mcp/call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

static const char *const state_names[] = {
    [CALL_NEW] = "new",         [CALL_BOUND] = "bound",   [CALL_RUNNING] = "running",
    [CALL_REPLIED] = "replied", [CALL_FAILED] = "failed", [CALL_CANCELLED] = "cancelled",
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

/* --- making ---------------------------------------------------------------------------------- */

static struct call *call_new(struct request *request, const struct tool *tool)
{
    struct mcp_server *server = request->server;
    struct call *call = mem_zalloc(sizeof(*call));
    if (!call)
        return NULL;
    list_init(&call->link);
    call->request = *request;
    request->tree = NULL;
    call->number = ++server->last_call;
    call->tool = tool;
    arena_init(&call->arena, MCP_ARENA_MAX);
    call->bind = (struct bind){.arena = &call->arena, .user = server->options.user};
    buf_init(&call->answer, MCP_ANSWER_MAX);
    buf_init(&call->content, MCP_CONTENT_MAX);
    buf_init(&call->result, MCP_MESSAGE_MAX);
    json_out_init(&call->answer_out, &call->answer);
    json_out_init(&call->content_out, &call->content);
    return call;
}

static void call_free(struct call *call)
{
    bind_clear(&call->bind);
    arena_free(&call->arena);
    buf_free(&call->answer);
    buf_free(&call->content);
    buf_free(&call->result);
    cJSON_Delete(call->request.tree);
    mem_free(call);
}

/* Out of whatever list the call is in. */
static void leave(struct call *call)
{
    struct mcp_server *server = call->request.server;
    list_remove(&call->link);
    if (call->is_placed) {
        server->running_count--;
        server->running_cost -= call->request.cost;
    } else {
        server->waiting_count--;
        server->waiting_cost -= call->request.cost;
    }
}

static void wait_for_place(struct call *call)
{
    struct mcp_server *server = call->request.server;
    list_append(&server->waiting, &call->link);
    server->waiting_count++;
    server->waiting_cost += call->request.cost;
    while (call_has_place(server))
        call_begin_next(server);
}

void call_tool_method(struct request *request)
{
    const cJSON *params = request->message.params;
    const char *name = json_get_text(params, "name");
    const cJSON *arguments = json_get(params, "arguments");
    if (!name) {
        reply_code(request, RPC_INVALID_PARAMS, "name: must be the name of a tool");
        return;
    }
    const struct tool *tool = registry_find_tool(&request->server->registry, name);
    if (!tool) {
        char message[160];
        (void)snprintf(message, sizeof(message), "Unknown tool: %.100s", name);
        reply_code(request, RPC_INVALID_PARAMS, message);
        return;
    }
    if (arguments && !cJSON_IsObject(arguments)) {
        reply_code(request, RPC_INVALID_PARAMS, "arguments: must be an object");
        return;
    }
    if (request->batch && request->server->waiting_count >= MCP_WAITING_MAX) {
        reply_code(request, RPC_INTERNAL_ERROR, "Too many requests at once; nothing was done");
        return;
    }
    struct call *call = call_new(request, tool);
    if (!call) {
        reply_no_memory(request);
        return;
    }
    call->arguments = arguments;
    wait_for_place(call);
}

int mcp_server_call(struct mcp_server *server, const char *tool_name, cJSON *arguments,
                    void (*done)(void *data, const char *result, size_t length), void *data)
{
    const struct tool *tool = registry_find_tool(&server->registry, tool_name);
    struct request request = {
        .server = server,
        .tree = arguments,
        .peer = {.revision = REVISION_LAST_LEGACY, .level = LEVEL_NONE, .name = "command line"},
        .is_local = true,
    };
    struct call *call = tool ? call_new(&request, tool) : NULL;
    if (!call) {
        cJSON_Delete(arguments);
        return tool ? -ENOMEM : -ENOENT;
    }
    call->arguments = arguments;
    call->done = done;
    call->done_data = data;
    wait_for_place(call);
    return 0;
}

/* --- beginning ------------------------------------------------------------------------------- */

bool call_has_place(const struct mcp_server *server)
{
    struct call *first = LIST_FIRST(&server->waiting, struct call, link);
    if (!first)
        return false;
    if (server->running_count == 0)
        return true;
    return server->running_count < MCP_CALLS_MAX &&
           server->running_cost + first->request.cost <= MCP_CALLS_COST_MAX;
}

static int bind_call(struct call *call)
{
    const struct mcp_server_options *options = &call->request.server->options;
    const struct tool *tool = call->tool;
    struct field_part parts[2] = {{.fields = tool->args}};
    call->args = arena_alloc(&call->arena, tool->args_size);
    if (!call->args)
        return -ENOMEM;
    if (tool->input_schema)
        return 0;
    parts[0].target = call->args;
    if (!(tool->flags & TOOL_READ_ONLY) && options->extra_args) {
        call->extra_args = arena_alloc(&call->arena, options->extra_args_size);
        if (!call->extra_args)
            return -ENOMEM;
        parts[1] = (struct field_part){options->extra_args, call->extra_args};
    }
    return bind_parts(&call->bind, parts, 2, call->arguments);
}

static void refuse_arguments(struct call *call)
{
    struct call_error error = {
        .code = "invalid_argument",
        .field = call->bind.error_field,
        .message = call->bind.error,
        .saved = call_is_read_only(call) ? NULL : "no",
    };
    (void)call_fail(call, &error);
}

static void begin(struct call *call)
{
    const struct mcp_server_options *options = &call->request.server->options;
    int r = bind_call(call);
    if (r == -EINVAL && call->bind.error) {
        refuse_arguments(call);
        return;
    }
    if (r < 0) {
        call_end_with_code(call, RPC_INTERNAL_ERROR,
                           "Out of memory; this request was not carried out.");
        return;
    }
    set_state(call, CALL_BOUND);
    call_set_deadline(call, options->call_deadline_ms > 0 ? options->call_deadline_ms
                                                          : MCP_CALL_DEADLINE_MS);
    if (options->before_start)
        options->before_start(call);
    else
        call_start(call);
}

void call_begin_next(struct mcp_server *server)
{
    struct call *call = LIST_FIRST(&server->waiting, struct call, link);
    if (!call)
        return;
    leave(call);
    call->is_placed = true;
    list_append(&server->running, &call->link);
    server->running_count++;
    server->running_cost += call->request.cost;
    begin(call);
}

void call_start(struct call *call)
{
    if (call->state != CALL_BOUND)
        return;
    set_state(call, CALL_RUNNING);
    int r = call->tool->start(call);
    if (r >= 0 || call_has_ended(call))
        return;
    LOG(LOG_WARNING, "call", "#%llu %s: failed to start: %s", (unsigned long long)call->number,
        call->tool->name, strerror(-r));
    call_end_with_code(call, RPC_INTERNAL_ERROR,
                       r == -ENOMEM ? "Out of memory; this request was not carried out."
                                    : "Internal error; this request was not carried out.");
}

/* --- ending ---------------------------------------------------------------------------------- */

static void run_hooks(struct call *call)
{
    while (call->hooks) {
        struct call_hook *hook = call->hooks;
        call->hooks = hook->next;
        hook->ended(call, hook->data);
    }
}

void call_end(struct call *call, enum call_state state)
{
    struct mcp_server *server = call->request.server;
    if (call_has_ended(call))
        return;
    set_state(call, state);
    leave(call);
    run_hooks(call);
    list_append(&server->ended, &call->link);
    if (server->running_count == 0)
        server_set_timer(server);
    server_wake(server);
}

void call_cancel(struct call *call)
{
    reply_never(&call->request);
    call_end(call, CALL_CANCELLED);
}

static struct call *find_in(const struct list *calls, const cJSON *id)
{
    LIST_FOREACH (link, (struct list *)(uintptr_t)calls) {
        struct call *call = CONTAINER_OF(link, struct call, link);
        if (rpc_same_id(call->request.message.id, id))
            return call;
    }
    return NULL;
}

struct call *call_find(const struct mcp_server *server, const cJSON *id)
{
    struct call *call = find_in(&server->running, id);
    return call ? call : find_in(&server->waiting, id);
}

void call_cancel_by_client(struct mcp_server *server, const cJSON *id)
{
    struct call *call = call_find(server, id);
    if (call)
        call_cancel(call);
}

static void expire(struct call *call)
{
    const struct mcp_server_options *options = &call->request.server->options;
    char message[200];
    bool is_read_only = call_is_read_only(call);
    if (options->on_deadline) {
        options->on_deadline(call);
        if (call_has_ended(call))
            return;
    }
    (void)snprintf(message, sizeof(message),
                   "This took too long and was stopped. %s Ask for less at once, or repeat.",
                   is_read_only ? "Nothing was changed."
                                : "It is not known whether the change was saved.");
    struct call_error error = {
        .code = "timeout",
        .message = message,
        .saved = is_read_only ? "no" : "unknown",
        .retry_safe = is_read_only,
        .retry_same_key = !is_read_only,
    };
    (void)call_send_result(call, &error);
    call_end(call, CALL_EXPIRED);
}

static struct call *first_due(struct mcp_server *server, uint64_t now)
{
    LIST_FOREACH (link, &server->running) {
        struct call *call = CONTAINER_OF(link, struct call, link);
        if (call->deadline > 0 && call->deadline <= now)
            return call;
    }
    return NULL;
}

void call_expire_due(struct mcp_server *server, uint64_t now)
{
    /* From the front each time: what ends with one call may end another. */
    struct call *call;
    while ((call = first_due(server, now)))
        expire(call);
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

/* --- what tools ask -------------------------------------------------------------------------- */

int call_on_end(struct call *call, void (*ended)(struct call *call, void *data), void *data)
{
    struct call_hook *hook = arena_alloc(&call->arena, sizeof(*hook));
    if (!hook)
        return -ENOMEM;
    *hook = (struct call_hook){.next = call->hooks, .ended = ended, .data = data};
    call->hooks = hook;
    return 0;
}

void call_set_deadline(struct call *call, uint64_t ms)
{
    struct mcp_server *server = call->request.server;
    call->deadline = uv_now(server->loop) + ms;
    server_set_timer(server);
}

void *call_args(const struct call *call)
{
    return call->args;
}

void *call_extra_args(const struct call *call)
{
    return call->extra_args;
}

const cJSON *call_json(const struct call *call)
{
    return call->arguments;
}

const struct tool *call_tool(const struct call *call)
{
    return call->tool;
}

struct arena *call_arena(struct call *call)
{
    return &call->arena;
}

bool call_is_read_only(const struct call *call)
{
    return call->tool->flags & TOOL_READ_ONLY;
}

void *call_user(const struct call *call)
{
    return call->request.server->options.user;
}

const char *call_client_name(const struct call *call)
{
    return call->request.peer.name ? call->request.peer.name : "";
}

uint64_t call_number(const struct call *call)
{
    return call->number;
}

void call_set_frame(struct call *call, void *frame)
{
    call->frame = frame;
}

void *call_frame(const struct call *call)
{
    return call->frame;
}
