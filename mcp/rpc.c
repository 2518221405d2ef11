/* Frames of JSON-RPC 2.0. */
#include "mcp/rpc.h"

#include <stdio.h>
#include <string.h>

#include "mcp/era.h"

bool rpc_is_id(const cJSON *id)
{
    if (json_text_of(id))
        return true;
    return json_is_number(id) && !strpbrk(json_number_text(id), ".eE");
}

static enum rpc_kind kind_of(const struct rpc_message *message, const cJSON *id,
                             const cJSON *method)
{
    if (!message->method)
        return !method && (message->result || message->error) ? RPC_RESPONSE : RPC_INVALID;
    if (!id)
        return RPC_NOTIFICATION;
    return message->id ? RPC_REQUEST : RPC_INVALID;
}

void rpc_read(const cJSON *tree, struct rpc_message *ret_message)
{
    struct rpc_message message = {.kind = RPC_INVALID};
    const cJSON *version = NULL;
    const cJSON *id = NULL;
    const cJSON *method = NULL;
    const cJSON *member = json_kind(tree) == cJSON_Object ? tree->child : NULL;
    for (; member; member = member->next) {
        if (json_is_named(member, "jsonrpc"))
            version = member;
        else if (json_is_named(member, "id"))
            id = member;
        else if (json_is_named(member, "method"))
            method = member;
        else if (json_is_named(member, "params"))
            message.params = member;
        else if (json_is_named(member, "result"))
            message.result = member;
        else if (json_is_named(member, "error"))
            message.error = member;
    }
    message.id = rpc_is_id(id) ? id : NULL;
    message.method = json_text_of(method);
    if (version && json_text_of(version) && strcmp(version->valuestring, "2.0") == 0)
        message.kind = kind_of(&message, id, method);
    *ret_message = message;
}

bool rpc_same_id(const cJSON *a, const cJSON *b)
{
    if (json_kind(a) != json_kind(b) || (!json_text_of(a) && !json_is_number(a)))
        return false;
    return strcmp(a->valuestring, b->valuestring) == 0;
}

static void begin_answer(struct json_out *out, const cJSON *id)
{
    JSON_PIECE(out, "{\"jsonrpc\":\"2.0\",\"id\":", false);
    json_write(out, id);
}

void rpc_begin_result(struct json_out *out, const cJSON *id)
{
    begin_answer(out, id);
    JSON_PIECE(out, ",\"result\":", false);
}

void rpc_begin_request(struct json_out *out, const char *id, const char *method)
{
    JSON_PIECE(out, "{\"jsonrpc\":\"2.0\"", true);
    json_put_text(out, "id", id);
    json_put_text(out, "method", method);
    json_key(out, "params");
}

void rpc_begin_notification(struct json_out *out, const char *method)
{
    JSON_PIECE(out, "{\"jsonrpc\":\"2.0\"", true);
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
    begin_answer(out, id);
    JSON_PIECE(out, ",\"error\":{\"code\":", false);
    json_int(out, error->code);
    JSON_PIECE(out, ",\"message\":", false);
    json_text(out, error->message);
    write_error_data(out, error);
    JSON_PIECE(out, "}}", true);
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
