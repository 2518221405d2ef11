/* Listeners as the server sees them. */
#ifndef MCP_SUBSCRIBE_IMPL_H
#define MCP_SUBSCRIBE_IMPL_H

#include "mcp/server_impl.h"
#include "mcp/subscribe.h"

/* Whether a subscriptions/listen request with this id is open. */
bool subscribe_is_open(const struct mcp_server *server, const cJSON *id);

/* The client ends it: nothing more is sent. False when there is none with this id. */
bool subscribe_cancel(struct mcp_server *server, const cJSON *id);

/* Sends news that waited for room in the output. */
void subscribe_flush(struct mcp_server *server);

/* The server ends: each open subscription gets its result. */
void subscribe_say_goodbye(struct mcp_server *server);

void subscribe_free(struct mcp_server *server);

/* --- subscribe_hold.c: resources/subscribe requests whose answer waits ------------------------ */

/* Takes the request over. 0 or -ENOMEM. */
int hold_request(struct request *request);
bool hold_has(const struct mcp_server *server, const cJSON *id);

/* Nobody waits for that answer any more; false when there is none with this id. */
bool hold_cancel(struct mcp_server *server, const cJSON *id);
void hold_answer_all(struct mcp_server *server);
void hold_free(struct mcp_server *server);

#endif
