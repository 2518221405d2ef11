/* What a call tells the program about itself. */
#include <errno.h>

#include "mcp/call_impl.h"
#include "mcp/server_impl.h"

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
    server_set_timer_by(server, call->deadline);
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

const char *call_trace_id(const struct call *call)
{
    return call->trace_id[0] ? call->trace_id : NULL;
}

bool call_shows_apps(const struct call *call)
{
    return call->request.peer.abilities & CLIENT_APPS;
}

void call_set_frame(struct call *call, void *frame)
{
    call->frame = frame;
}

void *call_frame(const struct call *call)
{
    return call->frame;
}
