/* The end of serving: nothing more is read, what runs may finish for a while, output is flushed,
 * everything is closed. */
#ifndef MCP_SERVER_DRAIN_H
#define MCP_SERVER_DRAIN_H

#include "mcp/server.h"

/* Begins the end; harmless when it has begun. */
void server_drain(struct mcp_server *server);

/* Calls that only read end now: nobody can receive their answers. */
void server_drain_hurry(struct mcp_server *server);

/* Looks at the clock; closes everything when nothing is left to wait for. Called from the step of
 * the server and from its timer. */
void server_drain_step(struct mcp_server *server);

/* When server_drain_step() should be called at the latest (loop time), 0: no need. */
uint64_t server_drain_due(const struct mcp_server *server);

/* Cancels all calls. */
void server_cancel_all(struct mcp_server *server);

#endif
