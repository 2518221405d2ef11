/* JSON-RPC 2.0: what kind of message a tree is, and the frames of our own messages. Knows no method
 * of the protocol. */
#ifndef MCP_RPC_H
#define MCP_RPC_H

#include <stdbool.h>

#include "mcp/json.h"
#include "mcp/json_out.h"

enum rpc_code {
    RPC_PARSE_ERROR = -32700,
    RPC_INVALID_REQUEST = -32600,
    RPC_METHOD_NOT_FOUND = -32601,
    RPC_INVALID_PARAMS = -32602,
    RPC_INTERNAL_ERROR = -32603,
    RPC_RESOURCE_NOT_FOUND = -32002,  /* legacy only */
    RPC_MISSING_CAPABILITY = -32021,  /* modern only */
    RPC_UNSUPPORTED_VERSION = -32022, /* modern only */
};

enum rpc_kind {
    RPC_REQUEST,
    RPC_NOTIFICATION,
    RPC_RESPONSE,
    RPC_INVALID, /* to be answered with -32600 and whatever id there is */
};

/* Borrowed from the tree. */
struct rpc_message {
    enum rpc_kind kind;
    const cJSON *id;     /* string or integer; NULL when there is none that could be answered */
    const char *method;  /* request, notification */
    const cJSON *params; /* request, notification; may be of any type or NULL */
    const cJSON *result; /* response */
    const cJSON *error;  /* response */
};

void rpc_read(const cJSON *tree, struct rpc_message *ret_message);

/* Whether the value can be an id (or a progress token): a string or an integer. */
bool rpc_is_id(const cJSON *id);

/* Same type and same value: 1 is not "1". */
bool rpc_same_id(const cJSON *a, const cJSON *b);

/* An error answer; texts borrowed until it is written. */
struct rpc_error {
    int code;
    const char *message;
    const char *requested;             /* unsupported version: what was asked for */
    const char *uri;                   /* resource not found */
    const char *required_capabilities; /* missing capability: JSON object */
};

/* {"jsonrpc":"2.0","id":ID,"result": … the caller writes one value and calls rpc_end(). */
void rpc_begin_result(struct json_out *out, const cJSON *id);
void rpc_begin_request(struct json_out *out, const char *id, const char *method);
void rpc_begin_notification(struct json_out *out, const char *method);
void rpc_end(struct json_out *out);

/* A whole error answer; `id` NULL is null. */
void rpc_write_error(struct json_out *out, const cJSON *id, const struct rpc_error *error);

/* The same where only the source text of the id is known, and into a fixed buffer, for when memory
 * has run out: returns the length. */
size_t rpc_format_error(char *into, size_t size, const char *id, size_t id_length, int code,
                        const char *message);

#endif
