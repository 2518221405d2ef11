/* The server object: making it, one turn of work per loop iteration, timers, closing. Lines come in
 * through server_lines.c, the end through server_drain.c. */
#include "mcp/server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/server_close.h"
#include "mcp/server_drain.h"
#include "mcp/server_impl.h"
#include "mcp/session.h"
#include "mcp/subscribe_impl.h"

/* --- one turn -------------------------------------------------------------------------------- */

/* Whether reading was stopped and may go on. */
static bool may_read_again(const struct mcp_server *server)
{
    return server->serving == SERVING_OPEN && !server->is_reading &&
           server->waiting.count <= MCP_WAITING_MAX / 2 &&
           server->waiting.cost <= MCP_WAITING_COST_MAX / 2 &&
           stdio_queued(server->stdio) <= MCP_OUTPUT_MAX / 2;
}

static void go_on_reading(struct mcp_server *server)
{
    if (!may_read_again(server))
        return;
    server->is_reading = true;
    stdio_resume(server->stdio);
}

static bool output_is_congested(const struct mcp_server *server)
{
    return server->stdio && stdio_queued(server->stdio) > MCP_OUTPUT_MAX;
}

/* Whether another pass would find work. */
static bool step(struct mcp_server *server)
{
    call_free_ended(server);
    while (!output_is_congested(server) && call_has_place(server))
        call_begin_next(server);
    if (server->stdio) {
        subscribe_flush(server);
        stdio_flush(server->stdio);
        go_on_reading(server);
        stdio_flush(server->stdio);
    }
    server_drain_step(server);
    return !list_is_empty(&server->ended) || may_read_again(server) ||
           (!output_is_congested(server) && call_has_place(server));
}

static void on_turn(uv_prepare_t *turn)
{
    struct mcp_server *server = turn->data;
    (void)uv_prepare_stop(turn);
    server->is_stepping = true;
    while (server->serving < SERVING_CLOSING && !server->is_freed && step(server))
        continue;
    server->is_stepping = false;
}

void server_wake(struct mcp_server *server)
{
    if (server->open_handles > 0 && !server->is_stepping && server->serving < SERVING_CLOSING)
        (void)uv_prepare_start(&server->turn, on_turn);
}

/* --- deadlines ------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    struct mcp_server *server = timer->data;
    server->timer_due = 0;
    call_expire_due(server, uv_now(server->loop));
    server_set_timer(server);
    server_wake(server);
}

void server_set_timer_by(struct mcp_server *server, uint64_t due)
{
    if (server->open_handles == 0 || server->serving >= SERVING_CLOSING ||
        (server->timer_due > 0 && server->timer_due <= due))
        return;
    uint64_t now = uv_now(server->loop);
    server->timer_due = due;
    (void)uv_timer_start(&server->timer, on_timer, due > now ? due - now : 0, 0);
}

void server_set_timer(struct mcp_server *server)
{
    uint64_t due = server_drain_due(server);
    if (server->open_handles == 0 || server->serving >= SERVING_CLOSING)
        return;
    uint64_t first = call_first_deadline(server);
    if (first > 0 && (due == 0 || first < due))
        due = first;
    server->timer_due = 0;
    if (due == 0)
        (void)uv_timer_stop(&server->timer);
    else
        server_set_timer_by(server, due);
}

/* --- life ------------------------------------------------------------------------------------ */

static void free_memory(struct mcp_server *server)
{
    subscribe_free(server);
    session_free(server);
    registry_free(&server->registry);
    buf_free(&server->line);
    mem_free(server);
}

struct mcp_server *mcp_server_new(struct uv_loop_s *loop, const struct mcp_server_options *options)
{
    struct mcp_server *server = mem_zalloc(sizeof(*server));
    if (!server)
        return NULL;
    server->loop = loop;
    server->options = *options;
    list_init(&server->waiting.calls);
    list_init(&server->running.calls);
    list_init(&server->asking.calls);
    list_init(&server->ended);
    buf_init(&server->line, MCP_MESSAGE_MAX);
    list_init(&server->listeners);
    list_init(&server->held);
    if (options->state_key) {
        memcpy(server->state_key, options->state_key, sizeof(server->state_key));
        server->has_state_key = true;
    }
    if (registry_init(&server->registry, &server->options) < 0 || session_init(server) < 0) {
        free_memory(server);
        return NULL;
    }
    (void)uv_prepare_init(loop, &server->turn);
    (void)uv_timer_init(loop, &server->timer);
    server->turn.data = server;
    server->timer.data = server;
    server->open_handles = 2;
    return server;
}

static void part_closed(struct mcp_server *server)
{
    if (--server->open_handles > 0)
        return;
    server->serving = SERVING_STOPPED;
    if (server->is_freed)
        free_memory(server);
    else if (server->stopped)
        server->stopped(server, server->options.user);
}

static void on_handle_closed(uv_handle_t *handle)
{
    part_closed(handle->data);
}

static void on_stdio_closed(void *user)
{
    struct mcp_server *server = user;
    server->stdio = NULL;
    part_closed(server);
}

void server_close(struct mcp_server *server)
{
    if (server->serving >= SERVING_CLOSING)
        return;
    server->serving = SERVING_CLOSING;
    server_cancel_all(server);
    call_free_ended(server);
    uv_close((uv_handle_t *)&server->turn, on_handle_closed);
    uv_close((uv_handle_t *)&server->timer, on_handle_closed);
    if (server->stdio)
        stdio_close(server->stdio, on_stdio_closed);
}

int mcp_server_serve(struct mcp_server *server, int in, int out,
                     void (*stopped)(struct mcp_server *server, void *user))
{
    int r = 0;
    if (server->serving != SERVING_NOT)
        return -EALREADY;
    if (in == STDIN_FILENO && out == STDOUT_FILENO)
        r = mcp_stdio_claim(&in, &out);
    if (r == 0)
        r = stdio_open(server->loop, in, out, &server_stdio_events, server, &server->stdio);
    if (r < 0)
        return r;
    server->open_handles++;
    server->stopped = stopped;
    server->serving = SERVING_OPEN;
    server_wake(server);
    return 0;
}

void mcp_server_stop(struct mcp_server *server)
{
    if (server->serving == SERVING_OPEN)
        subscribe_say_goodbye(server);
    server_drain(server);
}

void mcp_server_free(struct mcp_server *server)
{
    if (!server || server->is_freed)
        return;
    server->is_freed = true;
    if (server->serving == SERVING_STOPPED)
        free_memory(server);
    else
        server_close(server);
}
