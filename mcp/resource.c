/* resources/read: the declaration behind a URI, its contents, and what "not found" is called in each
 * era. */
#include "mcp/resource.h"

#include <errno.h>
#include <string.h>

#include "mcp/call_impl.h"
#include "mcp/field_impl.h"
#include "mcp/limits.h"
#include "mcp/methods.h"
#include "mcp/server_impl.h"
#include "mcp/uri_template.h"

static const struct resource *resource_of(const struct call *call)
{
    return call->item;
}

/* --- for programs ---------------------------------------------------------------------------- */

const char *resource_uri(const struct call *call)
{
    return call->uri;
}

const char *resource_variable(struct call *call, const char *name)
{
    OWNED_BUF value = BUF_INIT(MCP_URI_MAX);
    if (!uri_template_match(resource_of(call)->uri, call->uri, name, &value) || value.error)
        return NULL;
    return arena_strdup(&call->arena, buf_text(&value));
}

static void begin_contents(struct call *call, const char *uri, const char *mime_type)
{
    struct json_out *out = &call->content_out;
    if (!mime_type)
        mime_type = resource_of(call)->mime_type;
    json_object(out);
    json_put_text(out, "uri", uri ? uri : call->uri);
    if (mime_type)
        json_put_text(out, "mimeType", mime_type);
}

static void end_contents(struct call *call)
{
    struct json_out *out = &call->content_out;
    const char *meta = resource_of(call)->meta;
    if (meta && revision_has(call->request.peer.revision, FEATURE_META))
        json_put_raw(out, "_meta", meta);
    json_end_object(out);
}

void resource_text(struct call *call, const char *uri, const char *mime_type, const char *text)
{
    begin_contents(call, uri, mime_type);
    json_put_text(&call->content_out, "text", text);
    end_contents(call);
}

void resource_blob(struct call *call, const char *uri, const char *mime_type, const char *base64)
{
    begin_contents(call, uri, mime_type);
    json_put_text(&call->content_out, "blob", base64);
    end_contents(call);
}

/* --- the kind of call ------------------------------------------------------------------------ */

/* The arguments of the resource's tool as text. */
static int write_arguments(struct call *call, struct buf *text)
{
    const struct resource *resource = resource_of(call);
    struct json_out out;
    if (!resource->arguments)
        return buf_append_text(text, "{}");
    json_out_init(&out, text);
    int r = resource->arguments(call, &out);
    if (r == -EINVAL)
        return bind_fail(&call->bind, "there is no such resource");
    return r < 0 ? r : text->error;
}

static int bind_tool_of_resource(struct call *call)
{
    const struct tool *tool = resource_of(call)->tool;
    OWNED_BUF text = BUF_INIT(MCP_ARGUMENTS_MAX);
    const char *why = NULL;
    if (!tool)
        return 0;
    call->tool = tool;
    call->args = arena_alloc(&call->arena, tool->args_size);
    if (!call->args)
        return -ENOMEM;
    int r = write_arguments(call, &text);
    if (r < 0)
        return r;
    cJSON *arguments = json_parse(text.data, text.length, &why);
    if (!arguments)
        return -ENOMEM;
    bind_keep(&call->bind, arguments);
    return bind_object(&call->bind, tool->args, arguments, call->args);
}

static int start_read(struct call *call)
{
    const struct resource *resource = resource_of(call);
    return resource->tool ? resource->tool->start(call) : resource->read(call);
}

static void put_result(struct call *call, struct json_out *out)
{
    const struct resource *resource = resource_of(call);
    if (call->answer.length > 0) {
        begin_contents(call, NULL, NULL);
        json_key(&call->content_out, "text");
        json_text_n(&call->content_out, call->answer.data, call->answer.length);
        end_contents(call);
    }
    if (call->content.error)
        out->buf->error = call->content.error;
    json_put_array(out, "contents");
    if (call->content.length > 0)
        json_raw(out, call->content.data, call->content.length);
    json_end_array(out);
    /* What came about with the help of answers must not be kept. */
    reply_put_cache(&call->request, call->asking ? 0 : resource->ttl_ms, resource->is_public);
}

static void send_not_found(const struct request *request, const char *uri)
{
    struct rpc_error error = {
        .code =
            request->peer.revision == REVISION_MODERN ? RPC_INVALID_PARAMS : RPC_RESOURCE_NOT_FOUND,
        .message = "Resource not found",
        .uri = uri,
    };
    reply_error(request, &error);
}

/* Whoever reads a resource gave no arguments: what is refused is the URI. */
static bool names_nothing(const struct call *call, const struct call_error *error)
{
    const char *code = error->code ? error->code : "";
    return strcmp(code, "not_found") == 0 ||
           (resource_of(call)->tool && strcmp(code, "invalid_argument") == 0);
}

static void send_failure(struct call *call, const struct call_error *error)
{
    if (names_nothing(call, error))
        send_not_found(&call->request, call->uri);
    else
        reply_code(&call->request, RPC_INTERNAL_ERROR, error->message);
}

static const struct call_kind read_kind = {
    .method = "resources/read",
    .bind = bind_tool_of_resource,
    .start = start_read,
    .put_result = put_result,
    .send_failure = send_failure,
    .may_ask = true,
    .needs_content = true,
};

void resources_read(struct request *request)
{
    const char *uri = json_get_text(request->message.params, "uri");
    if (!uri) {
        reply_code(request, RPC_INVALID_PARAMS, "uri: must be the URI of a resource");
        return;
    }
    const struct resource *resource = registry_find_resource(&request->server->registry, uri);
    if (!resource) {
        send_not_found(request, uri);
        return;
    }
    struct call *call = call_new(request, &read_kind);
    if (!call)
        return;
    call->item = resource;
    call->uri = uri;
    call_submit(call);
}
