/* resources/read: the declaration behind a URI, its contents, and what "not found" is called in each
 * era. */
#include "mcp/resource.h"

#include <errno.h>
#include <string.h>

#include "mcp/call_impl.h"
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

static int bind_nothing(struct call *call)
{
    (void)call;
    return 0;
}

static int start_read(struct call *call)
{
    return resource_of(call)->read(call);
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

static void send_failure(struct call *call, const struct call_error *error)
{
    if (error->code && strcmp(error->code, "not_found") == 0)
        send_not_found(&call->request, call->uri);
    else
        reply_code(&call->request, RPC_INTERNAL_ERROR, error->message);
}

static const struct call_kind read_kind = {
    .method = "resources/read",
    .bind = bind_nothing,
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
