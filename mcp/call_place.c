/* Where a call stands: waiting for a place, running, or asking somebody without taking a place from
 * those that work; how many of each there may be; finding the one that is meant or due. */
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

void call_leave(struct call *call)
{
    list_remove(&call->link);
    call->in->count--;
    call->in->cost -= call->request.cost;
    call->in = NULL;
}

static void count_in(struct call *call, struct call_list *list)
{
    call->in = list;
    list->count++;
    list->cost += call->request.cost;
}

void call_join(struct call *call, struct call_list *list)
{
    count_in(call, list);
    list_append(&list->calls, &call->link);
}

/* Whether the list has room for a request, which it always has when it is empty. */
static bool has_room(const struct call_list *list, size_t cost, size_t count_max, size_t cost_max)
{
    return list->count == 0 || (list->count < count_max && list->cost + cost <= cost_max);
}

/* --- places ---------------------------------------------------------------------------------- */

static struct call *next_call(const struct mcp_server *server)
{
    return LIST_FIRST(&server->waiting.calls, struct call, link);
}

bool call_has_place(const struct mcp_server *server)
{
    const struct call *next = next_call(server);
    return next &&
           has_room(&server->running, next->request.cost, MCP_CALLS_MAX, MCP_CALLS_COST_MAX);
}

bool call_may_pause(const struct call *call)
{
    return has_room(&call->request.server->asking, call->request.cost, MCP_ASKING_MAX,
                    MCP_ASKING_COST_MAX);
}

static void take_place(struct call *call)
{
    call_join(call, &call->request.server->running);
    call_begin(call);
}

void call_begin_next(struct mcp_server *server)
{
    struct call *call = next_call(server);
    if (!call)
        return;
    call_leave(call);
    take_place(call);
}

void call_submit(struct call *call)
{
    struct mcp_server *server = call->request.server;
    call_join(call, &server->waiting);
    while (call_has_place(server))
        call_begin_next(server);
}

void call_submit_within(struct call *call)
{
    take_place(call);
}

void call_submit_again(struct call *call)
{
    struct mcp_server *server = call->request.server;
    call_leave(call);
    count_in(call, &server->waiting);
    list_prepend(&server->waiting.calls, &call->link);
    server_wake(server);
}

/* --- finding --------------------------------------------------------------------------------- */

static struct call *find_in(const struct call_list *list, const cJSON *id)
{
    LIST_FOREACH (link, &list->calls) {
        struct call *call = CONTAINER_OF(link, struct call, link);
        if (rpc_same_id(call->request.message.id, id))
            return call;
    }
    return NULL;
}

struct call *call_find(const struct mcp_server *server, const cJSON *id)
{
    struct call *call = find_in(&server->running, id);
    if (!call)
        call = find_in(&server->asking, id);
    return call ? call : find_in(&server->waiting, id);
}

/* The call of the list whose deadline is the first, NULL when none has one. */
static struct call *first_due(const struct call_list *list)
{
    struct call *first = NULL;
    LIST_FOREACH (link, &list->calls) {
        struct call *call = CONTAINER_OF(link, struct call, link);
        if (call->deadline > 0 && (!first || call->deadline < first->deadline))
            first = call;
    }
    return first;
}

uint64_t call_first_deadline(const struct mcp_server *server)
{
    const struct call *running = first_due(&server->running);
    const struct call *asking = first_due(&server->asking);
    if (!running || !asking)
        return running ? running->deadline : asking ? asking->deadline : 0;
    return running->deadline < asking->deadline ? running->deadline : asking->deadline;
}

/* Looks anew after each: what ends with one call may end another. */
static void expire_due(struct call_list *list, uint64_t now)
{
    struct call *call;
    while ((call = first_due(list)) && call->deadline <= now)
        call_expire(call);
}

void call_expire_due(struct mcp_server *server, uint64_t now)
{
    expire_due(&server->running, now);
    expire_due(&server->asking, now);
}
