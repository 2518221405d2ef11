/* Handshake, discovery, and the state of the one legacy session of a process. */
#include "mcp/session.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/call_impl.h"
#include "mcp/capabilities.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"
#include "mcp/subscribe_impl.h"

enum {
    DISCOVER_TTL_MS = 60 * 60 * 1000,
    DISCOVER_WITH_INSTRUCTIONS_TTL_MS = 60 * 1000, /* they may name today */
    INSTRUCTIONS_MAX = 64 * 1024
};

/* The object that names this server, as far as the revision knows its members. */
static void write_info(const struct mcp_server_options *options, enum revision revision,
                       struct json_out *out)
{
    bool knows_details = revision_has(revision, FEATURE_SERVER_DETAILS);
    json_object(out);
    json_put_text(out, "name", options->name);
    json_put_text(out, "version", options->version);
    if (options->title && revision_has(revision, FEATURE_TITLES))
        json_put_text(out, "title", options->title);
    if (options->description && knows_details)
        json_put_text(out, "description", options->description);
    if (options->website_url && knows_details)
        json_put_text(out, "websiteUrl", options->website_url);
    if (options->icons && knows_details)
        json_put_raw(out, "icons", options->icons);
    json_end_object(out);
}

int session_init(struct mcp_server *server)
{
    struct json_out out;
    buf_init(&server->modern_end, MCP_MESSAGE_MAX);
    json_out_init(&out, &server->modern_end);
    json_key(&out, "io.modelcontextprotocol/serverInfo");
    write_info(&server->options, REVISION_MODERN, &out);
    JSON_PIECE(&out, "}}", true);
    return json_out_error(&out);
}

void session_end_modern(const struct mcp_server *server, struct json_out *out)
{
    json_piece(out, server->modern_end.data, server->modern_end.length, true);
}

static void put_instructions(const struct mcp_server *server, struct json_out *out)
{
    OWNED_BUF text = BUF_INIT(INSTRUCTIONS_MAX);
    if (!server->options.instructions)
        return;
    server->options.instructions(server->options.user, &text);
    if (text.length > 0)
        json_put_text(out, "instructions", text.data);
}

static bool is_handshake(const cJSON *params)
{
    const cJSON *info = json_get(params, "clientInfo");
    return json_get_text(params, "protocolVersion") &&
           cJSON_IsObject(json_get(params, "capabilities")) && json_get_text(info, "name") &&
           json_get_text(info, "version");
}

static int remember(struct session *session, const cJSON *params)
{
    const char *version = json_get_text(params, "protocolVersion");
    enum revision revision = revision_of_handshake(version);
    char *name = mem_strdup(json_get_text(json_get(params, "clientInfo"), "name"));
    if (!name)
        return -ENOMEM;
    session->client_name = name;
    session->peer = (struct peer){
        .revision = revision == REVISION_NONE ? REVISION_LAST_LEGACY : revision,
        .abilities = client_abilities_of(json_get(params, "capabilities")),
        .level = LEVEL_WARNING,
        .name = name,
    };
    return 0;
}

void session_initialize(struct request *request)
{
    struct mcp_server *server = request->server;
    const cJSON *params = request->message.params;
    if (server->session.peer.revision != REVISION_NONE || request->batch) {
        reply_code(request, RPC_INVALID_REQUEST,
                   request->batch ? "initialize must not be part of a batch"
                                  : "This session is initialized already");
        return;
    }
    if (!is_handshake(params)) {
        reply_code(request, RPC_INVALID_PARAMS,
                   "initialize needs protocolVersion, capabilities and clientInfo with name and "
                   "version");
        return;
    }
    if (remember(&server->session, params) < 0) {
        reply_no_memory(request);
        return;
    }
    request->peer = server->session.peer;
    struct json_out *out = reply_begin(request);
    json_put_text(out, "protocolVersion", revision_name(request->peer.revision));
    capabilities_write(server, request->peer.revision, out);
    json_key(out, "serverInfo");
    write_info(&server->options, request->peer.revision, out);
    put_instructions(server, out);
    reply_end(request);
}

void session_discover(struct request *request)
{
    struct mcp_server *server = request->server;
    bool personal = server->options.instructions != NULL;
    struct json_out *out = reply_begin(request);
    json_put_raw(out, "supportedVersions", ERA_MODERN_VERSIONS);
    capabilities_write(server, request->peer.revision, out);
    put_instructions(server, out);
    reply_put_cache(request, personal ? DISCOVER_WITH_INSTRUCTIONS_TTL_MS : DISCOVER_TTL_MS,
                    !personal);
    reply_end(request);
}

void session_ping(struct request *request)
{
    reply_empty(request);
}

void session_set_level(struct request *request)
{
    enum client_level level = client_level_of(json_get_text(request->message.params, "level"));
    if (level == LEVEL_NONE) {
        reply_code(request, RPC_INVALID_PARAMS,
                   "level: must be one of debug, info, notice, warning, error, critical, alert, "
                   "emergency");
        return;
    }
    request->server->session.peer.level = level;
    reply_empty(request);
}

void session_initialized(struct mcp_server *server)
{
    if (server->session.peer.revision == REVISION_NONE)
        return;
    server->session.is_initialized = true;
    ask_send_held_back(server);
    subscribe_flush(server);
}

void session_free(struct mcp_server *server)
{
    buf_free(&server->modern_end);
    mem_free(server->session.client_name);
    server->session = (struct session){0};
}
