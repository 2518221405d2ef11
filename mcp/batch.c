/* Collecting the answers of a batch. */
#include "mcp/batch.h"

#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

struct batch {
    struct mcp_server *server;
    size_t open; /* members without an end */
    struct buf answers;
};

struct batch *batch_new(struct mcp_server *server)
{
    struct batch *batch = mem_zalloc(sizeof(*batch));
    if (!batch)
        return NULL;
    batch->server = server;
    batch->open = 1;
    buf_init(&batch->answers, MCP_BATCH_MAX);
    return batch;
}

void batch_member_begins(struct batch *batch)
{
    batch->open++;
}

static void finish(struct batch *batch)
{
    struct mcp_server *server = batch->server;
    if (batch->answers.length > 0 && server->stdio &&
        (buf_append_char(&batch->answers, ']') < 0 ||
         stdio_send(server->stdio, batch->answers.data, batch->answers.length) < 0)) {
        LOG(LOG_ERROR, "mcp", "out of memory, an answer is lost: ending");
        mcp_server_stop(server);
    }
    buf_free(&batch->answers);
    mem_free(batch);
    server_wake(server);
}

void batch_member_left(struct batch *batch)
{
    if (--batch->open == 0)
        finish(batch);
}

int batch_add(struct batch *batch, const struct buf *answer, bool is_last_resort)
{
    /* Room is made first, because a buffer that cannot grow loses what it holds. */
    size_t need = answer->length + 2;
    size_t most = is_last_resort ? MCP_BATCH_MAX : MCP_MESSAGE_MAX;
    if (batch->answers.length + need > most)
        return -EMSGSIZE;
    if (batch->answers.capacity < batch->answers.length + need + 1) {
        size_t room = 2 * batch->answers.capacity + need + 1;
        char *data = mem_realloc(batch->answers.data, room);
        if (!data)
            return -ENOMEM;
        batch->answers.data = data;
        batch->answers.capacity = room;
    }
    (void)buf_append_char(&batch->answers, batch->answers.length == 0 ? '[' : ',');
    (void)buf_append(&batch->answers, answer->data, answer->length);
    batch_member_left(batch);
    return 0;
}
