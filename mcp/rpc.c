/* Frames of JSON-RPC 2.0. */
#include "mcp/rpc.h"

#include <stdio.h>
#include <string.h>

#include "mcp/era.h"

bool rpc_is_id(const cJSON *id)
{
    if (cJSON_IsString(id))
        return true;
    return id && json_is_number(id) && !strpbrk(json_number_text(id), ".eE");
}

void rpc_read(const cJSON *tree, struct rpc_message *ret_message)
{
    const cJSON *id = json_get(tree, "id");
    const char *version = json_get_text(tree, "jsonrpc");
    *ret_message = (struct rpc_message){
        .kind = RPC_INVALID,
        .id = rpc_is_id(id) ? id : NULL,
        .method = json_get_text(tree, "method"),
        .params = json_get(tree, "params"),
        .result = json_get(tree, "result"),
        .error = json_get(tree, "error"),
    };
    if (!version || strcmp(version, "2.0") != 0)
        return;
    if (ret_message->method) {
        if (!id)
            ret_message->kind = RPC_NOTIFICATION;
        else if (ret_message->id)
            ret_message->kind = RPC_REQUEST;
    } else if (!json_get(tree, "method") && (ret_message->result || ret_message->error)) {
        ret_message->kind = RPC_RESPONSE;
    }
}

bool rpc_same_id(const cJSON *a, const cJSON *b)
{
    if (!a || !b || cJSON_IsString(a) != cJSON_IsString(b))
        return false;
    if (!cJSON_IsString(a) && (!json_is_number(a) || !json_is_number(b)))
        return false;
    return strcmp(a->valuestring, b->valuestring) == 0;
}

static void begin(struct json_out *out)
{
    json_object(out);
    json_put_text(out, "jsonrpc", "2.0");
}

void rpc_begin_result(struct json_out *out, const cJSON *id)
{
    begin(out);
    json_key(out, "id");
    json_write(out, id);
    json_key(out, "result");
}

void rpc_begin_request(struct json_out *out, const char *id, const char *method)
{
    begin(out);
    json_put_text(out, "id", id);
    json_put_text(out, "method", method);
    json_key(out, "params");
}

void rpc_begin_notification(struct json_out *out, const char *method)
{
    begin(out);
    json_put_text(out, "method", method);
    json_key(out, "params");
}

void rpc_end(struct json_out *out)
{
    json_end_object(out);
}

static void write_error_data(struct json_out *out, const struct rpc_error *error)
{
    if (!error->requested && !error->uri && !error->required_capabilities)
        return;
    json_put_object(out, "data");
    if (error->requested) {
        json_put_raw(out, "supported", ERA_MODERN_VERSIONS);
        json_put_text(out, "requested", error->requested);
    }
    if (error->uri)
        json_put_text(out, "uri", error->uri);
    if (error->required_capabilities)
        json_put_raw(out, "requiredCapabilities", error->required_capabilities);
    json_end_object(out);
}

void rpc_write_error(struct json_out *out, const cJSON *id, const struct rpc_error *error)
{
    begin(out);
    json_key(out, "id");
    json_write(out, id);
    json_put_object(out, "error");
    json_put_int(out, "code", error->code);
    json_put_text(out, "message", error->message);
    write_error_data(out, error);
    json_end_object(out);
    json_end_object(out);
}

size_t rpc_format_error(char *into, size_t size, const char *id, size_t id_length, int code,
                        const char *message)
{
    static const char format[] =
        "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"error\":{\"code\":%d,\"message\":\"%s\"}}";
    int length = -1;
    if (id_length > 0 && id_length < size / 2)
        length = snprintf(into, size, format, (int)id_length, id, code, message);
    if (length < 0 || (size_t)length >= size)
        length = snprintf(into, size, format, 4, "null", code, message);
    return (size_t)length;
}
