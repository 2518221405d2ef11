/* From a line to the requests in it. Events of the byte streams arrive here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mcp/batch.h"
#include "mcp/call_impl.h"
#include "mcp/json_gate.h"
#include "mcp/limits.h"
#include "mcp/method.h"
#include "mcp/server_drain.h"
#include "mcp/server_impl.h"

/* An answer to a line that gave no usable tree. */
static void send_bare_error(struct mcp_server *server, const struct json_gate *gate, int code,
                            const char *message)
{
    char line[1024];
    size_t id_length = gate->has_method ? gate->id_length : 0;
    size_t length = rpc_format_error(line, sizeof(line), gate->id, id_length, code, message);
    if (stdio_send(server->stdio, line, length) < 0) {
        LOG(LOG_ERROR, "mcp", "out of memory, an answer is lost: ending");
        mcp_server_stop(server);
    }
    server_wake(server);
}

/* A part of a line that gave no tree; NULL when there is none, or it can not be read either. */
static cJSON *read_part(const char *text, size_t length)
{
    const char *why;
    return length > 0 ? json_parse(text, length, &why) : NULL;
}

/* The question is answered, however badly: as if it had been cancelled. */
static void take_unreadable_response(struct mcp_server *server, const struct json_gate *gate)
{
    OWNED_JSON id = read_part(gate->id, gate->id_length);
    ask_take_response(server, &(struct rpc_message){.kind = RPC_RESPONSE, .id = id});
}

/* Which notification it is and which request it means is all that ours need: a cancel holds, whatever
 * is wrong with its reason. */
static void take_unreadable_notification(struct mcp_server *server, const struct json_gate *gate)
{
    OWNED_JSON method = read_part(gate->method, gate->method_length);
    OWNED_JSON params = cJSON_CreateObject();
    cJSON *request_id = read_part(gate->request_id, gate->request_id_length);
    if (request_id && !cJSON_AddItemToObject(params, "requestId", request_id))
        cJSON_Delete(request_id);
    if (method)
        method_notify(server, &(struct rpc_message){.kind = RPC_NOTIFICATION,
                                                    .method = method->valuestring,
                                                    .params = params});
}

/* What is never answered is not answered when it is refused either: a notification or a response, of
 * which only the frame counts then. False when it is neither, as far as one can tell. (That a
 * notification was lost for want of memory is said all the same: nobody would miss it otherwise.) */
static bool take_unreadable(struct mcp_server *server, const struct json_gate *gate)
{
    bool is_response = gate->has_outcome && !gate->has_method;
    bool is_notification = gate->has_method && !gate->has_id && gate->verdict == JSON_REFUSED;
    if (!gate->is_whole || (!is_response && !is_notification))
        return false;
    LOG(LOG_INFO, "mcp", "a %s could not be read: %s", is_response ? "response" : "notification",
        gate->why ? gate->why : "out of memory");
    if (is_response)
        take_unreadable_response(server, gate);
    else
        take_unreadable_notification(server, gate);
    return true;
}

static void refuse_line(struct mcp_server *server, const struct json_gate *gate)
{
    char message[160];
    if (take_unreadable(server, gate))
        return;
    switch (gate->verdict) {
    case JSON_NOT:
        (void)snprintf(message, sizeof(message), "Parse error: %s", gate->why);
        send_bare_error(server, &(struct json_gate){0}, RPC_PARSE_ERROR, message);
        break;
    case JSON_REFUSED:
        (void)snprintf(message, sizeof(message), "Invalid request: %s", gate->why);
        send_bare_error(server, gate, RPC_INVALID_REQUEST, message);
        break;
    case JSON_NO_MEMORY:
        send_bare_error(server, gate, RPC_INTERNAL_ERROR,
                        "Out of memory; this request was not carried out.");
        break;
    case JSON_GOOD:
        break;
    }
}

static void take_message(struct mcp_server *server, cJSON *tree, struct batch *batch, size_t cost)
{
    struct request request = {.server = server, .tree = tree, .batch = batch, .cost = cost};
    rpc_read(tree, &request.message);
    switch (request.message.kind) {
    case RPC_REQUEST:
        if (batch)
            batch_member_begins(batch);
        method_run(&request);
        break;
    case RPC_INVALID:
        if (batch)
            batch_member_begins(batch);
        reply_code(&request, RPC_INVALID_REQUEST, "Invalid request: not a message of JSON-RPC 2.0");
        break;
    case RPC_NOTIFICATION:
        method_notify(server, &request.message);
        break;
    case RPC_RESPONSE:
        ask_take_response(server, &request.message);
        break;
    }
    cJSON_Delete(request.tree);
}

/* Members end at different times, so each gets a tree of its own. */
static void take_member(struct mcp_server *server, const cJSON *member, struct batch *batch,
                        size_t cost)
{
    cJSON *tree = cJSON_Duplicate(member, true);
    if (tree) {
        take_message(server, tree, batch, cost);
        return;
    }
    struct request request = {.server = server, .batch = batch};
    rpc_read(member, &request.message);
    if (request.message.kind == RPC_REQUEST || request.message.kind == RPC_INVALID) {
        batch_member_begins(batch);
        reply_no_memory(&request);
    }
}

static void take_batch(struct mcp_server *server, const cJSON *array, size_t cost)
{
    struct request nobody = {.server = server};
    if (server->session.peer.revision != REVISION_2025_03_26) {
        reply_code(&nobody, RPC_INVALID_REQUEST,
                   "Invalid request: batches are not part of this protocol version");
        return;
    }
    if (!array->child) {
        reply_code(&nobody, RPC_INVALID_REQUEST, "Invalid request: an empty batch");
        return;
    }
    struct batch *batch = batch_new(server);
    if (!batch) {
        reply_no_memory(&nobody);
        return;
    }
    size_t share = cost / (size_t)cJSON_GetArraySize(array);
    const cJSON *member;
    cJSON_ArrayForEach (member, array)
        take_member(server, member, batch, share);
    batch_member_left(batch);
}

static bool is_full(const struct mcp_server *server)
{
    return server->waiting.count >= MCP_WAITING_MAX ||
           server->waiting.cost >= MCP_WAITING_COST_MAX ||
           stdio_queued(server->stdio) > MCP_OUTPUT_MAX;
}

static void on_line(void *user, const char *line, size_t length)
{
    struct mcp_server *server = user;
    struct json_gate gate;
    cJSON *tree = json_parse_line(line, length, &server->memo, &gate);
    size_t cost = length + gate.values * MCP_VALUE_COST;
    if (!tree) {
        refuse_line(server, &gate);
    } else if (json_kind(tree) == cJSON_Array) {
        take_batch(server, tree, cost);
        cJSON_Delete(tree);
    } else {
        take_message(server, tree, NULL, cost);
    }
    /* No code of the program is under way here that could still touch them. */
    call_free_ended(server);
    if (is_full(server)) {
        stdio_pause(server->stdio);
        server->is_reading = false;
        server_wake(server);
    }
}

static void on_lost_line(void *user, int why)
{
    struct mcp_server *server = user;
    struct json_gate nothing = {0};
    if (why == -EMSGSIZE)
        send_bare_error(server, &nothing, RPC_INVALID_REQUEST,
                        "Invalid request: the line is longer than 4 MiB");
    else
        send_bare_error(server, &nothing, RPC_INTERNAL_ERROR,
                        "Out of memory; this request was not carried out.");
}

static void on_ended(void *user, int why)
{
    if (why < 0)
        LOG(LOG_INFO, "mcp", "input broke off: %s", uv_strerror(why));
    server_drain(user);
}

static void on_broken(void *user, int why)
{
    LOG(LOG_INFO, "mcp", "output broke off: %s", uv_strerror(why));
    server_drain(user);
    server_drain_hurry(user);
}

static void on_drained(void *user)
{
    server_wake(user);
}

const struct stdio_events server_stdio_events = {
    .line = on_line,
    .lost_line = on_lost_line,
    .ended = on_ended,
    .broken = on_broken,
    .drained = on_drained,
};
