/* Draining. Reads are given less time than writes, because a client that has closed our input wants
 * us gone within two seconds, while a change under way should come to a known end. */
#include "mcp/server_drain.h"

#include "base/log.h"
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/server_close.h"
#include "mcp/server_impl.h"
#include "mcp/subscribe_impl.h"

static bool is_any(const struct call *call)
{
    (void)call;
    return true;
}

static struct call *first_of(struct call_list *list, bool (*is_meant)(const struct call *call))
{
    LIST_FOREACH (link, &list->calls) {
        struct call *call = CONTAINER_OF(link, struct call, link);
        if (is_meant(call))
            return call;
    }
    return NULL;
}

/* From the front each time: what ends with one call may end another. */
static void cancel_calls(struct call_list *list, bool (*is_meant)(const struct call *call))
{
    struct call *call;
    while ((call = first_of(list, is_meant)))
        call_cancel(call);
}

void server_cancel_all(struct mcp_server *server)
{
    cancel_calls(&server->waiting, is_any);
    cancel_calls(&server->running, is_any);
    cancel_calls(&server->asking, is_any);
    hold_free(server);
}

void server_drain(struct mcp_server *server)
{
    if (server->serving != SERVING_OPEN)
        return;
    LOG(LOG_DEBUG, "mcp", "draining: %zu running, %zu waiting", server->running.count,
        server->waiting.count);
    server->serving = SERVING_DRAINING;
    server->drain_began = uv_now(server->loop);
    server->is_reading = false;
    stdio_pause(server->stdio);
    mcp_server_news_ready(server);
    server_set_timer(server);
    server_wake(server);
}

void server_drain_hurry(struct mcp_server *server)
{
    cancel_calls(&server->waiting, is_any);
    cancel_calls(&server->running, call_is_read_only);
    server_wake(server);
}

uint64_t server_drain_due(const struct mcp_server *server)
{
    if (server->serving != SERVING_DRAINING)
        return 0;
    uint64_t reads = server->drain_began + MCP_DRAIN_READ_MS;
    return uv_now(server->loop) < reads ? reads : server->drain_began + MCP_DRAIN_MS;
}

void server_drain_step(struct mcp_server *server)
{
    if (server->serving != SERVING_DRAINING)
        return;
    cancel_calls(&server->asking, is_any); /* nobody can answer any more */
    uint64_t spent = uv_now(server->loop) - server->drain_began;
    if (spent >= MCP_DRAIN_READ_MS)
        server_drain_hurry(server);
    if (spent >= MCP_DRAIN_MS)
        server_cancel_all(server);
    if (server->running.count > 0 || server->waiting.count > 0)
        return;
    if (stdio_queued(server->stdio) == 0 || spent >= MCP_DRAIN_READ_MS)
        server_close(server);
}
