/* Answers on their way out: frame, envelope of the era, and what happens when memory or a limit is
 * in the way. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "mcp/batch.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"
#include "mcp/session.h"

enum {
    REPEATED_MAX = 100 /* bytes of a name repeated in an error */
};

static const char no_memory[] = "Out of memory; this request was not carried out.";

static bool is_modern(const struct request *request)
{
    return !request->is_local && revision_has(request->peer.revision, FEATURE_ENVELOPE);
}

static struct json_out *begin_line(struct mcp_server *server)
{
    buf_reset(&server->line);
    json_out_init(&server->out, &server->line);
    return &server->out;
}

static struct json_out *begin_result(const struct request *request, const char *envelope)
{
    struct json_out *out = begin_line(request->server);
    if (!request->is_local)
        rpc_begin_result(out, request->message.id);
    if (is_modern(request))
        json_piece(out, envelope, strlen(envelope), true);
    else
        json_object(out);
    return out;
}

struct json_out *reply_begin(const struct request *request)
{
    return begin_result(request, "{\"resultType\":\"complete\"");
}

struct json_out *reply_begin_input_required(const struct request *request)
{
    return begin_result(request, "{\"resultType\":\"input_required\"");
}

void reply_write_cache(struct json_out *out, int64_t ttl_ms, bool is_public)
{
    json_put_int(out, "ttlMs", ttl_ms);
    json_put_text(out, "cacheScope", is_public ? "public" : "private");
}

void reply_put_cache(const struct request *request, int64_t ttl_ms, bool is_public)
{
    if (is_modern(request))
        reply_write_cache(&request->server->out, ttl_ms, is_public);
}

/* Gives the line to whoever asked: the client, or the batch that the request is a member of. */
static int deliver(const struct request *request)
{
    struct mcp_server *server = request->server;
    if (server->line.error)
        return server->line.error;
    if (request->batch)
        return batch_add(request->batch, &server->line, false);
    return server->stdio ? stdio_send(server->stdio, server->line.data, server->line.length) : 0;
}

static void tidy_line(struct mcp_server *server)
{
    if (server->line.capacity > MCP_KEEP_SIZE)
        buf_free(&server->line);
    server_wake(server);
}

/* In place of an answer that could not be made: short, and without the heap. */
static void send_short_error(const struct request *request, const char *message)
{
    char line[1024];
    struct mcp_server *server = request->server;
    const cJSON *id = request->message.id;
    OWNED_BUF quoted = BUF_INIT(256);
    struct json_out out;
    json_out_init(&out, &quoted);
    json_write(&out, id);
    const char *text = quoted.error || !id ? "" : buf_text(&quoted);
    if (quoted.error && json_is_number(id))
        text = json_number_text(id);
    size_t length =
        rpc_format_error(line, sizeof(line), text, strlen(text), RPC_INTERNAL_ERROR, message);
    int r = -ENOMEM;
    if (request->batch) {
        struct buf part = {.data = line, .length = length, .capacity = sizeof(line)};
        r = batch_add(request->batch, &part, true);
    } else if (server->stdio) {
        r = stdio_send(server->stdio, line, length);
    }
    if (r < 0)
        reply_never(request);
    if (r < 0 && server->stdio) {
        LOG(LOG_ERROR, "mcp", "out of memory, an answer is lost: ending");
        mcp_server_stop(server);
    }
}

void reply_no_memory(const struct request *request)
{
    send_short_error(request, no_memory);
    tidy_line(request->server);
}

static void finish(const struct request *request)
{
    int r = deliver(request);
    if (r == -EMSGSIZE)
        send_short_error(request, "The answer is too large to be sent.");
    else if (r < 0)
        send_short_error(request, no_memory);
    tidy_line(request->server);
}

void reply_end(const struct request *request)
{
    reply_end_with_meta(request, NULL, NULL);
}

void reply_end_with_meta(const struct request *request, const char *key, const cJSON *value)
{
    struct json_out *out = &request->server->out;
    if (is_modern(request)) {
        JSON_PIECE(out, ",\"_meta\":{", false);
        if (key) {
            json_key(out, key);
            json_write(out, value);
            JSON_PIECE(out, ",", false);
        }
        session_end_modern(request->server, out);
    } else {
        json_end_object(out);
    }
    if (request->is_local)
        return;
    rpc_end(out);
    finish(request);
}

void reply_empty(const struct request *request)
{
    (void)reply_begin(request);
    reply_end(request);
}

void reply_error(const struct request *request, const struct rpc_error *error)
{
    rpc_write_error(begin_line(request->server), request->message.id, error);
    finish(request);
}

void reply_code(const struct request *request, int code, const char *message)
{
    struct rpc_error error = {.code = code, .message = message};
    reply_error(request, &error);
}

void reply_code_naming(const struct request *request, int code, const char *what, const char *name)
{
    UNSET char message[160];
    size_t length = strlen(what);
    size_t more = strnlen(name, REPEATED_MAX);
    memcpy(message, what, length);
    memcpy(message + length, name, more);
    message[length + more] = '\0';
    reply_code(request, code, message);
}

void reply_never(const struct request *request)
{
    if (request->batch)
        batch_member_left(request->batch);
}

void server_send_line(struct mcp_server *server)
{
    struct request nobody = {.server = server};
    int r = deliver(&nobody);
    if (r < 0)
        LOG(LOG_WARNING, "mcp", "a notification was dropped: %s", strerror(-r));
    tidy_line(server);
}
