/* One request under way, from its line to its answer, and the frame of that answer in either era. */
#ifndef MCP_REQUEST_H
#define MCP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mcp/era.h"
#include "mcp/json.h"
#include "mcp/json_out.h"
#include "mcp/rpc.h"

struct mcp_server;
struct batch;

struct request {
    struct mcp_server *server;
    cJSON *tree;                /* owned; everything else points into it */
    struct rpc_message message; /* id, method, params */
    struct peer peer;
    struct batch *batch; /* whose answer this one becomes a part of, or NULL */
    size_t cost;         /* bytes that the tree takes, roughly */
    bool is_local;       /* from the command line: the answer is the bare result */
};

/* A successful answer: between the two calls write the members of the result, its object is open.
 * One answer at a time. */
struct json_out *reply_begin(const struct request *request);
void reply_end(const struct request *request);

/* The same for a modern answer that asks for input, and for one with a member of `_meta` more. */
struct json_out *reply_begin_input_required(const struct request *request);
void reply_end_with_meta(const struct request *request, const char *key, const cJSON *value);

/* The members that say how long and by whom the answer may be kept; nothing in legacy. */
void reply_put_cache(const struct request *request, int64_t ttl_ms, bool is_public);

/* The same for what is written in advance for modern clients. */
void reply_write_cache(struct json_out *out, int64_t ttl_ms, bool is_public);

/* The bare answer {} of legacy methods, and {"resultType":…} in modern ones. */
void reply_empty(const struct request *request);

void reply_error(const struct request *request, const struct rpc_error *error);
void reply_code(const struct request *request, int code, const char *message);

/* The same with a name of the client's behind a few words (at most 50 bytes); long names are cut. */
void reply_code_naming(const struct request *request, int code, const char *what, const char *name);

/* "Out of memory": needs none. */
void reply_no_memory(const struct request *request);

/* No answer will follow (cancelled): a batch waits no longer. */
void reply_never(const struct request *request);

#endif
