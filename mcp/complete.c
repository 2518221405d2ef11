/* completion/complete: finds the prompt or template and checks the argument's name; the values come
 * from the program. */
#include "mcp/complete.h"

#include <errno.h>
#include <string.h>

#include "mcp/call_impl.h"
#include "mcp/field_impl.h"
#include "mcp/limits.h"
#include "mcp/methods.h"
#include "mcp/server_impl.h"
#include "mcp/uri_template.h"

/* --- for programs ---------------------------------------------------------------------------- */

const char *complete_argument(const struct call *call)
{
    return json_get_text(json_get(call->request.message.params, "argument"), "name");
}

const char *complete_value(const struct call *call)
{
    return json_get_text(json_get(call->request.message.params, "argument"), "value");
}

const struct field *complete_field(const struct call *call)
{
    const struct prompt *prompt = call->item;
    return call->uri ? NULL : field_find(prompt->args, complete_argument(call));
}

const char *complete_known(const struct call *call, const char *name)
{
    const cJSON *context = json_get(call->request.message.params, "context");
    if (!revision_has(call->request.peer.revision, FEATURE_COMPLETION_CONTEXT))
        return NULL;
    return json_get_text(json_get(context, "arguments"), name);
}

void complete_add(struct call *call, const char *value)
{
    if (call->count < MCP_COMPLETIONS_MAX)
        json_text(&call->content_out, value);
    call->count++;
}

void complete_total(struct call *call, int64_t total)
{
    call->total = total;
}

/* --- the kind of call ------------------------------------------------------------------------ */

static int bind_nothing(struct call *call)
{
    (void)call;
    return 0;
}

static int start_complete(struct call *call)
{
    if (call->uri) {
        const struct resource *resource = call->item;
        return resource->complete ? resource->complete(call) : call_reply(call);
    }
    const struct prompt *prompt = call->item;
    return prompt->complete ? prompt->complete(call) : call_reply(call);
}

static void put_result(struct call *call, struct json_out *out)
{
    int64_t total = call->total > call->count ? call->total : call->count;
    int64_t sent = call->count < MCP_COMPLETIONS_MAX ? call->count : MCP_COMPLETIONS_MAX;
    json_put_object(out, "completion");
    json_put_array(out, "values");
    if (call->content.length > 0)
        json_raw(out, call->content.data, call->content.length);
    json_end_array(out);
    json_put_int(out, "total", total);
    json_put_bool(out, "hasMore", total > sent);
    json_end_object(out);
}

static void send_failure(struct call *call, const struct call_error *error)
{
    reply_code(&call->request, RPC_INTERNAL_ERROR, error->message);
}

static const struct call_kind complete_kind = {
    .method = "completion/complete",
    .bind = bind_nothing,
    .start = start_complete,
    .put_result = put_result,
    .send_failure = send_failure,
};

/* --- the method ------------------------------------------------------------------------------ */

static const void *find_prompt(const struct request *request, const cJSON *ref,
                               const char *argument)
{
    const char *name = json_get_text(ref, "name");
    const struct prompt *prompt =
        name ? registry_find_prompt(&request->server->registry, name) : NULL;
    return prompt && field_find(prompt->args, argument) ? prompt : NULL;
}

static const void *find_template(const struct request *request, const cJSON *ref,
                                 const char *argument)
{
    const char *uri = json_get_text(ref, "uri");
    const struct resource *resource =
        uri ? registry_find_template(&request->server->registry, uri) : NULL;
    return resource && uri_template_has(resource->uri, argument) ? resource : NULL;
}

void completion_complete(struct request *request)
{
    const cJSON *params = request->message.params;
    const cJSON *ref = json_get(params, "ref");
    const cJSON *argument = json_get(params, "argument");
    const char *type = json_get_text(ref, "type");
    const char *name = json_get_text(argument, "name");
    bool is_template = type && strcmp(type, "ref/resource") == 0;
    const void *item = NULL;
    if (!type || !name || !json_get_text(argument, "value")) {
        reply_code(request, RPC_INVALID_PARAMS, "ref and argument with name and value are needed");
        return;
    }
    if (is_template)
        item = find_template(request, ref, name);
    else if (strcmp(type, "ref/prompt") == 0)
        item = find_prompt(request, ref, name);
    if (!item) {
        reply_code(request, RPC_INVALID_PARAMS,
                   "ref and argument name nothing that can be completed here");
        return;
    }
    struct call *call = call_new(request, &complete_kind);
    if (!call)
        return;
    call->item = item;
    call->uri = is_template ? ((const struct resource *)item)->uri : NULL;
    call_submit(call);
}
