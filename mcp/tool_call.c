/* tools/call: the tool is looked up, its arguments are bound by its table, its answer is structured
 * content with a text mirror, and further content blocks. Failures are results, too (isError). */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "mcp/call_impl.h"
#include "mcp/field_impl.h"
#include "mcp/limits.h"
#include "mcp/methods.h"
#include "mcp/server_impl.h"

static int bind_tool(struct call *call)
{
    const struct registry *registry = &call->request.server->registry;
    const struct mcp_server_options *options = registry->options;
    const struct tool *tool = call->tool;
    struct field_part parts[TOOL_PARTS];
    call->args = arena_alloc(&call->arena, tool->args_size);
    if (!call->args)
        return -ENOMEM;
    if (tool->input_schema)
        return 0;
    tool_parts(tool, options, parts);
    parts[0].target = call->args;
    parts[0].names = registry_arguments(registry, tool);
    if (parts[1].fields) {
        call->extra_args = arena_alloc(&call->arena, options->extra_args_size);
        if (!call->extra_args)
            return -ENOMEM;
        parts[1].target = parts[2].target = call->extra_args;
    }
    return bind_parts(&call->bind, parts, TOOL_PARTS, call->arguments);
}

static int start_tool(struct call *call)
{
    return call->tool->start(call);
}

static void put_content(struct json_out *out, const struct call *call)
{
    json_put_array(out, "content");
    if (call->answer.length > 0) {
        json_object(out);
        JSON_PIECE(out, "\"type\":\"text\",\"text\":", false);
        json_text_n(out, call->answer.data, call->answer.length);
        json_end_object(out);
    }
    if (call->content.length > 0)
        json_raw(out, call->content.data, call->content.length);
    json_end_array(out);
}

static void put_structured(struct json_out *out, const struct call *call)
{
    enum revision revision = call->request.peer.revision;
    if (call->answer.length == 0 || !revision_has(revision, FEATURE_STRUCTURED))
        return;
    json_key(out, "structuredContent");
    bool wraps = !revision_has(revision, FEATURE_ANY_ROOT) && tool_answers_any_root(call->tool);
    if (wraps) {
        json_object(out);
        json_key(out, "result");
    }
    json_raw(out, call->answer.data, call->answer.length);
    if (wraps)
        json_end_object(out);
}

static void put_result(struct call *call, struct json_out *out)
{
    put_content(out, call);
    put_structured(out, call);
}

static void send_failure(struct call *call, const struct call_error *error)
{
    struct json_out *out = reply_begin(&call->request);
    JSON_KEY(out, "content");
    JSON_PIECE(out, "[{\"type\":\"text\",\"text\":", false);
    size_t from = out->buf->length;
    json_text(out, error->message);
    size_t to = out->buf->length;
    JSON_PIECE(out, "}]", true);
    if (revision_has(call->request.peer.revision, FEATURE_STRUCTURED) &&
        field_find(call->tool->result, "error")) {
        JSON_PIECE(out, ",\"structuredContent\":{", false);
        call_put_error(out, error, from, to);
        json_end_object(out);
    }
    JSON_PIECE(out, ",\"isError\":true", true);
    reply_end(&call->request);
}

static const struct call_kind tool_kind = {
    .method = "tools/call",
    .bind = bind_tool,
    .start = start_tool,
    .put_result = put_result,
    .send_failure = send_failure,
    .may_ask = true,
};

void tools_call(struct request *request)
{
    const cJSON *params = request->message.params;
    const char *name = json_get_text(params, "name");
    const cJSON *arguments = json_get(params, "arguments");
    if (!name) {
        reply_code(request, RPC_INVALID_PARAMS, "name: must be the name of a tool");
        return;
    }
    const struct tool *tool = registry_find_tool(&request->server->registry, name);
    if (!tool) {
        reply_code_naming(request, RPC_INVALID_PARAMS, "Unknown tool: ", name);
        return;
    }
    if (arguments && !cJSON_IsObject(arguments)) {
        reply_code(request, RPC_INVALID_PARAMS, "arguments: must be an object");
        return;
    }
    struct call *call = call_new(request, &tool_kind);
    if (!call)
        return;
    call->tool = tool;
    call->item = tool;
    call->arguments = arguments;
    call_submit(call);
}

struct call *call_new_local(struct mcp_server *server, const struct tool *tool, cJSON *arguments,
                            void (*done)(void *data, const char *result, size_t length), void *data)
{
    struct request request = {
        .server = server,
        .tree = arguments,
        .peer = {.revision = REVISION_LAST_LEGACY, .level = LEVEL_NONE, .name = "command line"},
        .is_local = true,
    };
    struct call *call = call_new(&request, &tool_kind);
    if (!call) {
        cJSON_Delete(arguments);
        return NULL;
    }
    call->tool = tool;
    call->item = tool;
    call->arguments = arguments;
    call->done = done;
    call->done_data = data;
    return call;
}

int mcp_server_call(struct mcp_server *server, const char *tool_name, cJSON *arguments,
                    void (*done)(void *data, const char *result, size_t length), void *data)
{
    const struct tool *tool = registry_find_tool(&server->registry, tool_name);
    if (!tool) {
        cJSON_Delete(arguments);
        return -ENOENT;
    }
    struct call *call = call_new_local(server, tool, arguments, done, data);
    if (!call)
        return -ENOMEM;
    call_submit(call);
    return 0;
}
