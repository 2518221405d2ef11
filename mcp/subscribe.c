/* Who listens to what, and news for them. A piece of news is a mark on the listener: while the
 * output is congested, news of the same kind melt into one, so that a client that does not read
 * costs no memory. The session of the legacy era is one listener without a request. */
#include "mcp/subscribe.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/methods.h"
#include "mcp/subscribe_impl.h"

#define SUBSCRIPTION_ID "io.modelcontextprotocol/subscriptionId"

struct watched {
    char *uri;
    bool has_news;
};

struct listener {
    struct list link;
    struct request request; /* tree NULL: the legacy session */
    unsigned lists;         /* enum mcp_lists */
    unsigned lists_with_news;
    struct watched *uris;
    size_t uri_count;
    bool is_held; /* not acknowledged yet */
};

static const struct {
    enum mcp_lists list;
    const char *wish;
    const char *news;
} lists[] = {
    {MCP_LIST_TOOLS, "toolsListChanged", "notifications/tools/list_changed"},
    {MCP_LIST_PROMPTS, "promptsListChanged", "notifications/prompts/list_changed"},
    {MCP_LIST_RESOURCES, "resourcesListChanged", "notifications/resources/list_changed"},
};

static bool is_legacy(const struct listener *listener)
{
    return !listener->request.tree;
}

/* --- listeners ------------------------------------------------------------------------------- */

static struct listener *listener_new(struct mcp_server *server)
{
    struct listener *listener = mem_zalloc(sizeof(*listener));
    if (!listener)
        return NULL;
    listener->request.server = server;
    list_append(&server->listeners, &listener->link);
    server->listener_count++;
    return listener;
}

static size_t count_uris(const struct mcp_server *server)
{
    size_t count = 0;
    LIST_FOREACH (link, &server->listeners)
        count += CONTAINER_OF(link, struct listener, link)->uri_count;
    return count;
}

/* Tells the program when the first listener came or the last one left. */
static void tell_program(struct mcp_server *server, size_t before)
{
    size_t now = count_uris(server);
    if (now == 0)
        server->news_are_ready = false;
    if (server->options.listening && (before == 0) != (now == 0))
        server->options.listening(server->options.user, now > 0);
}

static void listener_free(struct listener *listener)
{
    struct mcp_server *server = listener->request.server;
    list_remove(&listener->link);
    server->listener_count--;
    for (size_t i = 0; i < listener->uri_count; i++)
        mem_free(listener->uris[i].uri);
    mem_free(listener->uris);
    cJSON_Delete(listener->request.tree);
    mem_free(listener);
}

static struct listener *find_listener(const struct mcp_server *server, const cJSON *id)
{
    LIST_FOREACH (link, &server->listeners) {
        struct listener *listener = CONTAINER_OF(link, struct listener, link);
        bool fits = id ? !is_legacy(listener) && rpc_same_id(listener->request.message.id, id)
                       : is_legacy(listener);
        if (fits)
            return listener;
    }
    return NULL;
}

static bool must_wait(const struct mcp_server *server)
{
    return server->options.holds_listeners && !server->news_are_ready;
}

static size_t find_uri(const struct listener *listener, const char *uri)
{
    size_t i = 0;
    while (i < listener->uri_count && strcmp(listener->uris[i].uri, uri) != 0)
        i++;
    return i;
}

/* 0, -ENOMEM, -ENOSPC. */
static int add_uri(struct listener *listener, const char *uri)
{
    if (find_uri(listener, uri) < listener->uri_count)
        return 0;
    if (listener->uri_count >= MCP_LISTENER_URIS_MAX)
        return -ENOSPC;
    struct watched *uris = mem_realloc(listener->uris, (listener->uri_count + 1) * sizeof(*uris));
    if (!uris)
        return -ENOMEM;
    listener->uris = uris;
    char *copy = mem_strdup(uri);
    if (!copy)
        return -ENOMEM;
    uris[listener->uri_count++] = (struct watched){.uri = copy};
    return 0;
}

bool subscribe_is_open(const struct mcp_server *server, const cJSON *id)
{
    return id && (find_listener(server, id) || hold_has(server, id));
}

bool subscribe_cancel(struct mcp_server *server, const cJSON *id)
{
    size_t before = count_uris(server);
    struct listener *listener = id ? find_listener(server, id) : NULL;
    if (!listener)
        return id && hold_cancel(server, id);
    listener_free(listener);
    tell_program(server, before);
    return true;
}

void subscribe_free(struct mcp_server *server)
{
    hold_free(server);
    LIST_FOREACH_SAFE (link, &server->listeners)
        listener_free(CONTAINER_OF(link, struct listener, link));
}

void mcp_server_each_subscription(const struct mcp_server *server,
                                  void (*see)(void *data, const char *uri), void *data)
{
    LIST_FOREACH (link, &server->listeners) {
        const struct listener *listener = CONTAINER_OF(link, struct listener, link);
        for (size_t i = 0; i < listener->uri_count; i++)
            see(data, listener->uris[i].uri);
    }
}

/* --- news ------------------------------------------------------------------------------------ */

static void put_subscription(const struct listener *listener, struct json_out *out)
{
    if (is_legacy(listener))
        return;
    json_put_object(out, "_meta");
    json_key(out, SUBSCRIPTION_ID);
    json_write(out, listener->request.message.id);
    json_end_object(out);
}

static void send_list_news(struct listener *listener, const char *method)
{
    struct mcp_server *server = listener->request.server;
    put_subscription(listener, notification_begin(server, method));
    notification_end(server);
}

static void send_uri_news(struct listener *listener, const char *uri)
{
    struct mcp_server *server = listener->request.server;
    struct json_out *out = notification_begin(server, "notifications/resources/updated");
    put_subscription(listener, out);
    json_put_text(out, "uri", uri);
    notification_end(server);
}

static bool has_room(const struct mcp_server *server)
{
    return server->stdio && stdio_queued(server->stdio) <= MCP_OUTPUT_MAX;
}

static void flush_listener(struct listener *listener)
{
    const struct mcp_server *server = listener->request.server;
    if (listener->is_held || (is_legacy(listener) && !server->session.is_initialized))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(lists) && has_room(server); i++) {
        if (listener->lists_with_news & lists[i].list) {
            listener->lists_with_news &= ~(unsigned)lists[i].list;
            send_list_news(listener, lists[i].news);
        }
    }
    for (size_t i = 0; i < listener->uri_count && has_room(server); i++) {
        if (listener->uris[i].has_news) {
            listener->uris[i].has_news = false;
            send_uri_news(listener, listener->uris[i].uri);
        }
    }
}

void subscribe_flush(struct mcp_server *server)
{
    LIST_FOREACH (link, &server->listeners)
        flush_listener(CONTAINER_OF(link, struct listener, link));
}

void mcp_server_list_changed(struct mcp_server *server, enum mcp_lists list)
{
    unsigned changing = server->options.changing_lists & list;
    if (server->session.peer.revision != REVISION_NONE && !find_listener(server, NULL)) {
        struct listener *legacy = listener_new(server);
        if (legacy)
            legacy->lists = server->options.changing_lists;
    }
    LIST_FOREACH (link, &server->listeners) {
        struct listener *listener = CONTAINER_OF(link, struct listener, link);
        listener->lists_with_news |= listener->lists & changing;
    }
    subscribe_flush(server);
}

void mcp_server_resource_updated(struct mcp_server *server, const char *uri)
{
    LIST_FOREACH (link, &server->listeners) {
        struct listener *listener = CONTAINER_OF(link, struct listener, link);
        size_t i = find_uri(listener, uri);
        if (i < listener->uri_count)
            listener->uris[i].has_news = true;
    }
    subscribe_flush(server);
}

/* --- legacy: resources/subscribe and /unsubscribe -------------------------------------------- */

static const char *checked_uri(struct request *request)
{
    const char *uri = json_get_text(request->message.params, "uri");
    if (!uri) {
        reply_code(request, RPC_INVALID_PARAMS, "uri: must be the URI of a resource");
        return NULL;
    }
    if (!registry_find_resource(&request->server->registry, uri)) {
        struct rpc_error error = {
            .code = RPC_RESOURCE_NOT_FOUND, .message = "Resource not found", .uri = uri};
        reply_error(request, &error);
        return NULL;
    }
    return uri;
}

void resources_subscribe(struct request *request)
{
    struct mcp_server *server = request->server;
    size_t before = count_uris(server);
    const char *uri = checked_uri(request);
    if (!uri)
        return;
    struct listener *listener = find_listener(server, NULL);
    if (!listener) {
        listener = listener_new(server);
        if (listener)
            listener->lists = server->options.changing_lists;
    }
    int r = listener ? add_uri(listener, uri) : -ENOMEM;
    bool waits = r == 0 && must_wait(server);
    if (waits)
        r = hold_request(request);
    if (r == -ENOSPC)
        reply_code(request, RPC_INTERNAL_ERROR, "Too many subscriptions; end some first");
    else if (r < 0)
        reply_no_memory(request);
    else if (!waits)
        reply_empty(request);
    tell_program(server, before);
}

void resources_unsubscribe(struct request *request)
{
    struct mcp_server *server = request->server;
    size_t before = count_uris(server);
    const char *uri = checked_uri(request);
    struct listener *listener = find_listener(server, NULL);
    if (!uri)
        return;
    size_t i = listener ? find_uri(listener, uri) : 0;
    if (listener && i < listener->uri_count) {
        mem_free(listener->uris[i].uri);
        listener->uris[i] = listener->uris[--listener->uri_count];
    }
    reply_empty(request);
    tell_program(server, before);
}

/* --- modern: subscriptions/listen ------------------------------------------------------------ */

static bool is_filter(const cJSON *filter)
{
    const cJSON *uri;
    const cJSON *uris = json_get(filter, "resourceSubscriptions");
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        const cJSON *wish = json_get(filter, lists[i].wish);
        if (wish && !cJSON_IsBool(wish))
            return false;
    }
    if (uris && !cJSON_IsArray(uris))
        return false;
    cJSON_ArrayForEach (uri, uris) {
        if (!cJSON_IsString(uri))
            return false;
    }
    return cJSON_IsObject(filter);
}

/* Takes over those wishes that this server can meet. 0, -ENOMEM, -ENOSPC. */
static int honor(struct listener *listener, const cJSON *filter)
{
    const struct mcp_server *server = listener->request.server;
    const cJSON *uri;
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        if (cJSON_IsTrue(json_get(filter, lists[i].wish)))
            listener->lists |= server->options.changing_lists & lists[i].list;
    }
    if (!server->options.subscribe)
        return 0;
    cJSON_ArrayForEach (uri, json_get(filter, "resourceSubscriptions")) {
        if (!registry_find_resource(&server->registry, uri->valuestring))
            continue;
        int r = add_uri(listener, uri->valuestring);
        if (r < 0)
            return r;
    }
    return 0;
}

static void acknowledge(struct listener *listener)
{
    struct mcp_server *server = listener->request.server;
    struct json_out *out = notification_begin(server, "notifications/subscriptions/acknowledged");
    put_subscription(listener, out);
    json_put_object(out, "notifications");
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        if (listener->lists & lists[i].list)
            json_put_bool(out, lists[i].wish, true);
    }
    if (listener->uri_count > 0) {
        json_put_array(out, "resourceSubscriptions");
        for (size_t i = 0; i < listener->uri_count; i++)
            json_text(out, listener->uris[i].uri);
        json_end_array(out);
    }
    json_end_object(out);
    notification_end(server);
}

static void send_end(const struct listener *listener)
{
    (void)reply_begin(&listener->request);
    reply_end_with_meta(&listener->request, SUBSCRIPTION_ID, listener->request.message.id);
}

static struct listener *open_listener(struct request *request, const cJSON *filter, int *ret_why)
{
    struct listener *listener = listener_new(request->server);
    if (!listener) {
        *ret_why = -ENOMEM;
        return NULL;
    }
    cJSON *tree = request->tree;
    listener->request = *request;
    *ret_why = honor(listener, filter);
    if (*ret_why < 0) {
        listener->request.tree = NULL;
        listener_free(listener);
        request->tree = tree;
        return NULL;
    }
    request->tree = NULL;
    return listener;
}

void subscriptions_listen(struct request *request)
{
    struct mcp_server *server = request->server;
    const cJSON *filter = json_get(request->message.params, "notifications");
    size_t before = count_uris(server);
    int why = -ENOSPC;
    struct listener *listener = NULL;
    if (request->batch) {
        reply_code(request, RPC_INVALID_REQUEST, "A subscription must not be part of a batch");
        return;
    }
    if (!is_filter(filter)) {
        reply_code(request, RPC_INVALID_PARAMS,
                   "notifications: must be an object of booleans and resourceSubscriptions, an "
                   "array of URIs");
        return;
    }
    if (server->listener_count < MCP_LISTENERS_MAX)
        listener = open_listener(request, filter, &why);
    if (!listener) {
        if (why == -ENOSPC)
            reply_code(request, RPC_INTERNAL_ERROR, "Too many subscriptions; end some first");
        else
            reply_no_memory(request);
        return;
    }
    listener->is_held = listener->uri_count > 0 && must_wait(server);
    if (!listener->is_held)
        acknowledge(listener);
    if (!listener->lists && listener->uri_count == 0) {
        send_end(listener);
        listener_free(listener);
    }
    tell_program(server, before);
}

void mcp_server_news_ready(struct mcp_server *server)
{
    server->news_are_ready = true;
    hold_answer_all(server);
    LIST_FOREACH (link, &server->listeners) {
        struct listener *listener = CONTAINER_OF(link, struct listener, link);
        if (listener->is_held) {
            listener->is_held = false;
            acknowledge(listener);
        }
    }
    subscribe_flush(server);
    server_wake(server);
}

void subscribe_say_goodbye(struct mcp_server *server)
{
    mcp_server_news_ready(server);
    LIST_FOREACH_SAFE (link, &server->listeners) {
        struct listener *listener = CONTAINER_OF(link, struct listener, link);
        if (is_legacy(listener))
            continue;
        send_end(listener);
        /* One page of the protocol asks for the result, another for this; readers know either. */
        struct json_out *out = notification_begin(server, "notifications/cancelled");
        json_key(out, "requestId");
        json_write(out, listener->request.message.id);
        notification_end(server);
        listener_free(listener);
    }
}
