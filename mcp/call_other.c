/* A tool run within the call of another one: a local call of its own that takes no place in the queue.
 * Either may end first; the link between them lives in the arena of the outer one. */
#include <errno.h>

#include "base/log.h"
#include "mcp/call_impl.h"
#include "mcp/registry.h"
#include "mcp/server_impl.h"

struct link {
    struct call *outer;
    struct call *inner; /* NULL once it has told its result */
    call_other_done *done;
    void *data;
};

static void inner_done(void *data, const char *result, size_t length)
{
    struct link *link = data;
    struct call *outer = link->outer;
    const char *why = NULL;
    OWNED_JSON tree = json_parse(result, length, &why);
    link->inner = NULL;
    log_set_trace_id(call_trace_id(outer));
    int r = tree ? link->done(outer, tree, link->data) : -ENOMEM;
    log_set_trace_id(NULL);
    if (r < 0 && !call_has_ended(outer))
        call_end_with_code(outer, RPC_INTERNAL_ERROR,
                           "Internal error; this request was not carried out.");
}

static void outer_ended(struct call *outer, void *data)
{
    struct link *link = data;
    (void)outer;
    if (!link->inner)
        return;
    link->inner->done = NULL;
    if (!call_has_ended(link->inner))
        call_cancel(link->inner);
    link->inner = NULL;
}

int call_other_tool(struct call *call, const char *tool_name, const cJSON *arguments,
                    call_other_done *done, void *data)
{
    struct mcp_server *server = call->request.server;
    const struct tool *tool = registry_find_tool(&server->registry, tool_name);
    if (!tool)
        return -ENOENT;
    if (!(tool->flags & TOOL_READ_ONLY))
        return -EPERM;
    struct link *link = arena_alloc(&call->arena, sizeof(*link));
    if (!link)
        return -ENOMEM;
    *link = (struct link){.outer = call, .done = done, .data = data};
    int r = call_on_end(call, outer_ended, link);
    if (r != 0)
        return r;
    cJSON *tree = arguments ? cJSON_Duplicate(arguments, true) : cJSON_CreateObject();
    if (!tree)
        return -ENOMEM;
    struct call *inner = call_new_local(server, tool, tree, inner_done, link);
    if (!inner)
        return -ENOMEM;
    link->inner = inner;
    call_submit_within(inner);
    return 0;
}
