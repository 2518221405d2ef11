/* Messages on the way to an answer: progress and log lines to the client. */
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

/* Whether the client may hear of this call between request and answer. */
static bool may_speak(const struct call *call)
{
    const struct mcp_server *server = call->request.server;
    return !call_has_ended(call) && !call->request.is_local && server->stdio;
}

static bool is_ready(const struct call *call)
{
    return call->request.peer.revision == REVISION_MODERN ||
           call->request.server->session.is_initialized;
}

static const cJSON *progress_token(const struct call *call)
{
    const cJSON *token = json_get(json_get(call->request.message.params, "_meta"), "progressToken");
    return rpc_is_id(token) ? token : NULL;
}

/* At most MCP_PROGRESS_MAX in a second, counted from the first of them. */
static bool takes_turn(struct call *call)
{
    uint64_t now = uv_now(call->request.server->loop);
    if (call->progress_count == 0 || now - call->progress_began >= 1000) {
        call->progress_began = now;
        call->progress_count = 0;
    }
    if (call->progress_count >= MCP_PROGRESS_MAX)
        return false;
    call->progress_count++;
    return true;
}

struct json_out *notification_begin(struct mcp_server *server, const char *method)
{
    buf_reset(&server->line);
    json_out_init(&server->out, &server->line);
    rpc_begin_notification(&server->out, method);
    json_object(&server->out);
    return &server->out;
}

void notification_end(struct mcp_server *server)
{
    json_end_object(&server->out);
    rpc_end(&server->out);
    server_send_line(server);
}

void call_progress(struct call *call, int64_t progress, int64_t total, const char *message)
{
    struct mcp_server *server = call->request.server;
    if (call->request.is_local && server->options.local_progress && !call_has_ended(call))
        server->options.local_progress(server->options.user, progress, total, message);
    const cJSON *token = progress_token(call);
    if (!token || !may_speak(call) || !is_ready(call))
        return;
    if ((call->has_progress && progress <= call->progress) || !takes_turn(call))
        return;
    call->has_progress = true;
    call->progress = progress;
    struct json_out *out = notification_begin(server, "notifications/progress");
    json_key(out, "progressToken");
    json_write(out, token);
    json_put_int(out, "progress", progress);
    if (total > 0)
        json_put_int(out, "total", total);
    if (message && revision_has(call->request.peer.revision, FEATURE_PROGRESS_MESSAGE))
        json_put_text(out, "message", message);
    notification_end(server);
}

/* --- log messages ---------------------------------------------------------------------------- */

/* At most MCP_LOGS_MAX in a minute, counted from the first of them. */
static bool may_log(struct mcp_server *server)
{
    uint64_t now = uv_now(server->loop);
    if (server->logs == 0 || now - server->logs_began >= 60000) {
        server->logs_began = now;
        server->logs = 0;
    }
    if (server->logs >= MCP_LOGS_MAX)
        return false;
    server->logs++;
    return true;
}

static void send_log(struct mcp_server *server, const char *level_name, const char *text)
{
    if (!may_log(server))
        return;
    struct json_out *out = notification_begin(server, "notifications/message");
    json_put_text(out, "level", level_name);
    json_put_text(out, "data", text);
    notification_end(server);
}

/* In a legacy session the level may have changed since the request. */
static bool wants_to_hear(const struct call *call, enum client_level level)
{
    const struct mcp_server *server = call->request.server;
    const struct peer *peer = &call->request.peer;
    enum client_level least =
        peer->revision == REVISION_MODERN ? peer->level : server->session.peer.level;
    return may_speak(call) && least != LEVEL_NONE && level >= least;
}

void call_log(struct call *call, const char *level_name, const char *text)
{
    enum client_level level = client_level_of(level_name);
    if (level != LEVEL_NONE && wants_to_hear(call, level))
        send_log(call->request.server, level_name, text);
}

static bool somebody_wants_to_hear(const struct mcp_server *server, enum client_level level)
{
    const struct peer *legacy = &server->session.peer;
    if (legacy->revision != REVISION_NONE && level >= legacy->level)
        return true;
    LIST_FOREACH (link, &server->running.calls) {
        if (wants_to_hear(CONTAINER_OF(link, struct call, link), level))
            return true;
    }
    return false;
}

void mcp_server_log(struct mcp_server *server, const char *level_name, const char *text)
{
    enum client_level level = client_level_of(level_name);
    bool is_serving = server->stdio && server->serving < SERVING_CLOSING;
    if (is_serving && level != LEVEL_NONE && somebody_wants_to_hear(server, level))
        send_log(server, level_name, text);
}
