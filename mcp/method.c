/* Dispatch of requests and notifications: era first, then the method, then its parameters. */
#include "mcp/method.h"

#include <string.h>

#include "base/log.h"
#include "mcp/call_impl.h"
#include "mcp/capabilities.h"
#include "mcp/methods.h"
#include "mcp/server_impl.h"
#include "mcp/session.h"
#include "mcp/subscribe_impl.h"

enum method_eras {
    LEGACY = 1,
    MODERN = 2,
    BOTH = LEGACY | MODERN
};

struct method {
    const char *name;
    enum method_eras eras;
    enum capability needs;
    void (*run)(struct request *request);
};

static void list_tools(struct request *request)
{
    struct registry *registry = &request->server->registry;
    listing_reply(&registry->tools, registry, request);
}

static void list_prompts(struct request *request)
{
    struct registry *registry = &request->server->registry;
    listing_reply(&registry->prompts, registry, request);
}

static void list_resources(struct request *request)
{
    struct registry *registry = &request->server->registry;
    listing_reply(&registry->resources, registry, request);
}

static void list_templates(struct request *request)
{
    struct registry *registry = &request->server->registry;
    listing_reply(&registry->templates, registry, request);
}

static const struct method methods[] = {
    {"initialize", LEGACY, CAPABILITY_NONE, session_initialize},
    {"ping", LEGACY, CAPABILITY_NONE, session_ping},
    {"server/discover", MODERN, CAPABILITY_NONE, session_discover},
    {"logging/setLevel", LEGACY, CAPABILITY_NONE, session_set_level},
    {"tools/list", BOTH, CAPABILITY_TOOLS, list_tools},
    {"tools/call", BOTH, CAPABILITY_TOOLS, tools_call},
    {"prompts/list", BOTH, CAPABILITY_PROMPTS, list_prompts},
    {"prompts/get", BOTH, CAPABILITY_PROMPTS, prompts_get},
    {"resources/list", BOTH, CAPABILITY_RESOURCES, list_resources},
    {"resources/templates/list", BOTH, CAPABILITY_RESOURCES, list_templates},
    {"resources/read", BOTH, CAPABILITY_RESOURCES, resources_read},
    {"resources/subscribe", LEGACY, CAPABILITY_SUBSCRIBE, resources_subscribe},
    {"resources/unsubscribe", LEGACY, CAPABILITY_SUBSCRIBE, resources_unsubscribe},
    {"subscriptions/listen", MODERN, CAPABILITY_NONE, subscriptions_listen},
    {"completion/complete", BOTH, CAPABILITY_COMPLETIONS, completion_complete},
};

static const struct method *find(const struct request *request)
{
    const char *name = request->message.method;
    bool modern = request->peer.revision == REVISION_MODERN;
    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
        const struct method *method = &methods[i];
        if (method->name[0] == name[0] && strcmp(method->name, name) == 0)
            return (method->eras & (modern ? MODERN : LEGACY)) &&
                           capability_is_offered(request->server, method->needs)
                       ? method
                       : NULL;
    }
    return NULL;
}

void method_run(struct request *request)
{
    struct rpc_error error;
    const cJSON *params = request->message.params;
    if (params && !cJSON_IsObject(params)) {
        reply_code(request, RPC_INVALID_PARAMS, "params must be an object");
        return;
    }
    if (call_find(request->server, request->message.id) ||
        subscribe_is_open(request->server, request->message.id)) {
        reply_code(request, RPC_INVALID_REQUEST, "A request with this id is still being answered");
        return;
    }
    if (era_of_request(&request->message, &request->server->session.peer, &request->peer, &error) !=
        0) {
        reply_error(request, &error);
        return;
    }
    const struct method *method = find(request);
    if (method)
        method->run(request);
    else
        reply_code_naming(request, RPC_METHOD_NOT_FOUND,
                          "Method not found: ", request->message.method);
}

/* Silent whatever is named: a request that is not open may have been answered just now. */
static void cancel(struct mcp_server *server, const cJSON *params)
{
    const cJSON *id = json_get(params, "requestId");
    const char *reason = json_get_text(params, "reason");
    struct call *call = call_find(server, id);
    if (!call) {
        (void)subscribe_cancel(server, id);
        return;
    }
    LOG(LOG_DEBUG, "call", "#%llu: cancelled by the client: %.200s",
        (unsigned long long)call_number(call), reason ? reason : "no reason given");
    call_cancel(call);
}

void method_notify(struct mcp_server *server, const struct rpc_message *message)
{
    if (strcmp(message->method, "notifications/cancelled") == 0)
        cancel(server, message->params);
    else if (strcmp(message->method, "notifications/initialized") == 0)
        session_initialized(server);
    else
        LOG(LOG_DEBUG, "mcp", "ignored: %.60s", message->method);
}
