/* The server as the files of this folder see it. */
#ifndef MCP_SERVER_IMPL_H
#define MCP_SERVER_IMPL_H

#include <uv.h>

#include "base/buf.h"
#include "base/list.h"
#include "mcp/json_memo.h"
#include "mcp/registry.h"
#include "mcp/request.h"
#include "mcp/server.h"
#include "mcp/stdio.h"

enum serving {
    SERVING_NOT,
    SERVING_OPEN,
    SERVING_DRAINING, /* nothing more is read; what runs may finish */
    SERVING_CLOSING,
    SERVING_STOPPED,
};

/* The legacy handshake of this process. */
struct session {
    struct peer peer; /* revision NONE before initialize */
    char *client_name;
    bool is_initialized; /* notifications/initialized came */
};

/* Calls of the same standing, and what their requests take. */
struct call_list {
    struct list calls; /* struct call, link */
    size_t count, cost;
};

struct mcp_server {
    uv_loop_t *loop;
    struct mcp_server_options options;
    struct registry registry;
    struct session session;
    struct buf modern_end; /* of every modern result (session.c) */

    struct stdio *stdio; /* NULL when no client is served */
    enum serving serving;
    bool is_reading;
    uint64_t drain_began; /* loop time */
    void (*stopped)(struct mcp_server *server, void *user);

    uv_prepare_t turn;  /* active while server_step() has something to do */
    uv_timer_t timer;   /* fires at the earliest deadline, or before it */
    uint64_t timer_due; /* loop time; 0: not set */
    unsigned open_handles;
    bool is_stepping;
    bool is_freed; /* the memory goes with the last handle */

    struct call_list waiting; /* for a place */
    struct call_list running; /* have one */
    struct call_list asking;  /* gave theirs back while somebody is asked */
    struct list ended;        /* struct call, link */
    uint64_t last_call;       /* number */
    uint64_t last_ask;        /* number of our last request to the client */
    uint64_t logs_began;
    unsigned logs; /* messages to the client, within a minute from then */
    uint64_t writes_began;
    unsigned writes; /* calls that may write, within a minute from then */
    unsigned char state_key[MCP_STATE_KEY_SIZE];
    bool has_state_key;

    struct list listeners; /* struct listener (subscribe.c) */
    size_t listener_count;
    struct list held; /* struct held (subscribe_hold.c) */
    bool news_are_ready;

    struct json_memo memo; /* of the requests' `_meta` */
    struct buf line;       /* the answer being written */
    struct json_out out;
};

/* Lets server_step() run before the loop waits again. */
void server_wake(struct mcp_server *server);

/* Sets the timer to the earliest deadline of all. */
void server_set_timer(struct mcp_server *server);

/* A deadline more: sees that the timer fires then or earlier. */
void server_set_timer_by(struct mcp_server *server, uint64_t due);

/* Sends what stands in server->line (which is empty afterwards), to the client or into a batch. On
 * failure the answer "out of memory" goes out instead. */
void server_send_line(struct mcp_server *server);

/* One line of the client (server_lines.c). */
extern const struct stdio_events server_stdio_events;

#endif
