/* Legacy subscriptions whose answer waits until the program can tell everything that happens. The
 * resources are watched already; only the word that they are is held back. */
#include <errno.h>

#include "base/mem.h"
#include "mcp/subscribe_impl.h"

struct held {
    struct list link; /* in server->held */
    struct request request;
};

int hold_request(struct request *request)
{
    struct held *held = mem_zalloc(sizeof(*held));
    if (!held)
        return -ENOMEM;
    held->request = *request;
    request->tree = NULL;
    list_append(&request->server->held, &held->link);
    return 0;
}

static struct held *find(const struct mcp_server *server, const cJSON *id)
{
    LIST_FOREACH (link, &server->held) {
        struct held *held = CONTAINER_OF(link, struct held, link);
        if (rpc_same_id(held->request.message.id, id))
            return held;
    }
    return NULL;
}

static void release(struct held *held)
{
    list_remove(&held->link);
    cJSON_Delete(held->request.tree);
    mem_free(held);
}

bool hold_has(const struct mcp_server *server, const cJSON *id)
{
    return find(server, id) != NULL;
}

bool hold_cancel(struct mcp_server *server, const cJSON *id)
{
    struct held *held = find(server, id);
    if (!held)
        return false;
    reply_never(&held->request);
    release(held);
    return true;
}

void hold_answer_all(struct mcp_server *server)
{
    struct held *held;
    while ((held = LIST_FIRST(&server->held, struct held, link))) {
        reply_empty(&held->request);
        release(held);
    }
}

void hold_free(struct mcp_server *server)
{
    struct held *held;
    while ((held = LIST_FIRST(&server->held, struct held, link))) {
        reply_never(&held->request);
        release(held);
    }
}
